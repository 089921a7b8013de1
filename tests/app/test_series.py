"""Several drawings or pictures that are opened at once, and what is dragged over the window."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QToolButton

from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.inkml import write_inkml
from digitpad.ink.strokes import Ink, Stroke
from tests.app.pad import FOUR, ONE, SEVEN
from tests.app.test_files import drop

DIGITS = {7: SEVEN, 1: ONE, 4: FOUR}


def ink(strokes):
    return Ink(tuple(Stroke.of([(1000 * x, 1000 * y) for x, y in stroke]) for stroke in strokes))


@pytest.fixture
def file(tmp_path):
    """An ink file of an empty drawing, a seven, a one without a label, and a four."""
    drawings = [Drawing(ink(DIGITS[digit]), None if digit == 1 else digit, None, "") for digit in DIGITS]
    write_inkml(tmp_path / "many.inkml", [Drawing(Ink(), 3, None, ""), *drawings])
    return tmp_path / "many.inkml"


def picture(path, top=30):
    """A picture of a one."""
    image = Image.new("L", (120, 160), 255)
    ImageDraw.Draw(image).rectangle((55, top, 65, 130), fill=0)
    image.save(path)
    return path


class Series:
    def __init__(self, pad):
        self.pad, self.bar = pad, pad.widget("series_bar")

    @property
    def words(self):
        return self.bar.findChild(QLabel, "series_words").text() if self.bar.isVisible() else ""

    def wait_for(self, words):
        self.pad.qtbot.waitUntil(lambda: self.words == words)

    def press(self, key):
        self.pad.window.activateWindow()
        self.pad.qtbot.waitUntil(self.pad.window.isActiveWindow)
        self.pad.canvas.setFocus()
        QTest.keyClick(self.pad.canvas, key)

    def click(self, name):
        button = next(b for b in self.bar.findChildren(QToolButton) if b.accessibleName() == name)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def series(pad):
    return Series(pad)


def test_all_drawings_of_a_file_are_gone_through(pad, series, file):
    drop(pad, file)
    series.wait_for("Drawing 1 of 3 · label 7 · many.inkml")
    assert pad.answer().digit == 7
    series.press(Qt.Key.Key_PageUp)
    series.press(Qt.Key.Key_PageDown)
    series.wait_for("Drawing 2 of 3 · many.inkml")
    pad.qtbot.waitUntil(lambda: pad.answer().digit == 1)
    series.click("Next drawing")
    series.wait_for("Drawing 3 of 3 · label 4 · many.inkml")
    pad.qtbot.waitUntil(lambda: pad.answer().digit == 4)
    series.press(Qt.Key.Key_PageDown)
    series.click("Previous drawing")
    series.wait_for("Drawing 2 of 3 · many.inkml")
    pad.qtbot.waitUntil(lambda: pad.answer().digit == 1)


def test_going_through_them_is_one_step_and_draws_nothing(pad, series, file):
    pad.draw(SEVEN)
    drawn = pad.canvas.ink
    drop(pad, file)
    series.wait_for("Drawing 1 of 3 · label 7 · many.inkml")
    QTest.mouseClick(series.bar, Qt.MouseButton.LeftButton, pos=QPoint(120, 10))
    series.click("Next drawing")
    pad.qtbot.waitUntil(lambda: pad.answer().digit == 1)
    assert len(pad.canvas.ink.strokes) == 1
    pad.canvas.undo()
    assert pad.canvas.ink is drawn
    assert not series.words
    pad.canvas.redo()
    assert series.words == "Drawing 2 of 3 · many.inkml"


def test_the_bar_stays_while_one_draws_on_and_goes_with_the_drawing(pad, series, file):
    drop(pad, file)
    series.wait_for("Drawing 1 of 3 · label 7 · many.inkml")
    pad.draw(ONE)
    assert series.words
    pad.canvas.clear_ink()
    assert not series.words
    action = next(action for action in pad.window.findChildren(QAction) if action.text() == "Next drawing")
    assert not action.isEnabled()


def test_the_bar_can_be_closed_and_another_drawing_closes_it(pad, series, file, tmp_path):
    drop(pad, file)
    series.wait_for("Drawing 1 of 3 · label 7 · many.inkml")
    series.click("Keep this drawing alone")
    assert not series.words
    assert pad.answer().digit == 7
    drop(pad, file)
    series.wait_for("Drawing 1 of 3 · label 7 · many.inkml")
    drop(pad, picture(tmp_path / "one.png"))
    pad.qtbot.waitUntil(lambda: pad.canvas.ink.picture is not None)
    assert not series.words


def test_pictures_and_drawings_are_opened_together_and_broken_ones_are_named(pad, series, file, tmp_path):
    (tmp_path / "broken.inkml").write_text("<ink")
    (tmp_path / "also.png").write_bytes(b"no picture")
    drop(pad, tmp_path / "broken.inkml", picture(tmp_path / "one.png"), tmp_path / "also.png", file)
    series.wait_for("Picture 1 of 5 · one.png")
    assert pad.answer().digit == 1
    assert "broken.inkml" in pad.widget("notice").text
    series.press(Qt.Key.Key_PageDown)
    pad.qtbot.waitUntil(lambda: "also.png" in pad.widget("notice").text)
    assert series.words == "Picture 1 of 5 · one.png"


def test_pictures_are_chosen_together_in_the_dialog(pad, series, tmp_path):
    names = [str(picture(tmp_path / name, top)) for name, top in (("a.png", 30), ("b.png", 40))]
    pad.press(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    pad.qtbot.waitUntil(lambda: bool(pad.window.findChildren(QFileDialog)))
    dialog = pad.window.findChild(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.ExistingFiles
    dialog.filesSelected.emit(names)
    dialog.close()
    series.wait_for("Picture 1 of 2 · a.png")
    series.press(Qt.Key.Key_PageDown)
    series.wait_for("Picture 2 of 2 · b.png")


def test_nothing_is_opened_where_no_file_can_be_read(pad, series, tmp_path):
    pad.draw(SEVEN)
    for name in ("a.inkml", "b.png"):
        (tmp_path / name).write_text("nothing")
    drop(pad, tmp_path / "a.inkml", tmp_path / "b.png")
    pad.qtbot.waitUntil(lambda: "a.inkml" in pad.widget("notice").text)
    assert len(pad.canvas.ink.strokes) == 1


@pytest.mark.parametrize("end", ["leave", "drop"])
def test_the_pad_lights_up_while_something_is_dragged_over_it(pad, tmp_path, end):
    def enter(mime):
        buttons = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        event = QDragEnterEvent(QPoint(100, 100), Qt.DropAction.CopyAction, mime, *buttons)
        QApplication.sendEvent(pad.window, event)

    sign, text = pad.widget("drop_sign"), QMimeData()
    text.setText("7")
    enter(text)
    assert not sign.isVisible()
    mime, path = QMimeData(), picture(tmp_path / "one.png")
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    enter(mime)
    assert sign.isVisible()
    assert sign.geometry() == pad.canvas.rect()
    if end == "leave":
        QApplication.sendEvent(pad.window, QDragLeaveEvent())
    else:
        drop(pad, path)
    assert not sign.isVisible()


def test_page_down_works_at_once_wherever_the_focus_was(pad, series, file):
    pad.window.activateWindow()
    pad.qtbot.waitUntil(pad.window.isActiveWindow)
    pad.widget("network_button").setFocus()
    drop(pad, file)
    series.wait_for("Drawing 1 of 3 · label 7 · many.inkml")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_PageDown)
    series.wait_for("Drawing 2 of 3 · many.inkml")
