"""Drawing and being read, in the real window."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QAction, QFontInfo, QGuiApplication, QImage, QPainter, QPen, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QSlider, QToolBar, QToolButton

from digitpad import __version__
from digitpad.ui.common.theme import DARK, DARK_CONTRAST, LIGHT, LIGHT_CONTRAST, current_theme
from tests.app.pad import FOUR, ONE, SEVEN


def press_and_move(pad, stroke, steps=12):
    """Draw a stroke, in shares of the pad's side, and keep the mouse's button down."""
    (x, y), *rest = stroke
    QTest.mousePress(pad.canvas, Qt.MouseButton.LeftButton, pos=pad.at(x, y))
    for x2, y2 in rest:
        for share in np.linspace(0, 1, steps + 1)[1:]:
            QTest.mouseMove(pad.canvas, pad.at(x + (x2 - x) * share, y + (y2 - y) * share))
        x, y = x2, y2


@pytest.mark.parametrize(("strokes", "digit"), [(SEVEN, 7), (ONE, 1), (FOUR, 4)])
def test_a_drawn_digit_is_read_while_the_line_grows(pad, strokes, digit):
    pad.draw(strokes[:-1])
    press_and_move(pad, strokes[-1])

    prediction = pad.answer()  # before the button is released

    assert prediction.digit == digit
    assert sum(prediction.probabilities) == pytest.approx(1)
    QTest.mouseRelease(pad.canvas, Qt.MouseButton.LeftButton, pos=pad.at(*strokes[-1][-1]))
    assert len(pad.canvas.ink.strokes) == len(strokes)
    assert len({shown.revision for shown in pad.shown}) == len(pad.shown)
    assert [shown.revision for shown in pad.shown] == sorted(shown.revision for shown in pad.shown)


def test_the_answer_is_announced_to_those_who_cannot_see_it(pad):
    pad.draw(SEVEN)
    pad.answer()

    assert "7" in pad.widget("prediction_label").accessibleDescription()
    assert pad.widget("probability_bars").accessibleDescription().startswith("7")
    assert "ink in" in pad.widget("network_input").accessibleDescription()


def test_the_bars_have_been_painted_when_the_prediction_is_said_to_be_shown(pad, monkeypatch):
    bars, happened = pad.widget("probability_bars"), []
    show_probabilities = bars.show_probabilities

    def give(*what, **how):
        happened.append("given")
        show_probabilities(*what, **how)

    class Painted(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint:
                happened.append("painted")
            return False

    painted = Painted()
    bars.installEventFilter(painted)
    monkeypatch.setattr(bars, "show_probabilities", give)
    pad.window.prediction_shown.connect(lambda: happened.append("said"))
    pad.draw(SEVEN)
    pad.answer()

    said = [i for i, what in enumerate(happened) if what == "said"]
    assert said
    assert all(happened[i - 2 : i] == ["given", "painted"] for i in said)


def test_a_pen_draws_with_its_pressure(pad):
    device, canvas = QPointingDevice.primaryPointingDevice(), pad.canvas
    kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * 20, QEvent.Type.TabletRelease]
    for step, kind in enumerate(kinds):
        at = QPointF(canvas.width() * 0.5 + 0.25, canvas.height() * (0.2 + 0.6 * step / len(kinds)))
        down = kind != QEvent.Type.TabletRelease
        event = QTabletEvent(
            kind, device, at, canvas.mapToGlobal(at), 0.8 if down else 0.0, 0, 0, 0, 0, 0,
            Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton if down else Qt.MouseButton.NoButton,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)

    assert pad.answer().digit == 1
    pressure = canvas.ink.strokes[0].points[:-1, 3]
    assert pressure[0] <= 0.8  # devices report a spike as the pen touches down
    assert np.allclose(pressure[1:], 0.8, atol=0.01)


def test_an_empty_pad_gets_an_empty_state_and_no_guess(pad):
    pad.draw(SEVEN)
    pad.answer()
    pad.press(Qt.Key.Key_Delete)

    prediction = pad.answer()

    assert prediction.digit is None
    assert prediction.probabilities == (0.1,) * 10
    assert pad.canvas.ink.is_empty
    assert "Draw a digit" in pad.widget("prediction_label").accessibleDescription()


def test_keys_that_destroy_need_the_focus_and_escape_takes_nothing_away(pad):
    pad.draw(SEVEN)
    pad.press(Qt.Key.Key_Escape)
    pad.widget("pen_width", QSlider).setFocus()
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Escape):
        pad.press(key)
    assert len(pad.canvas.ink.strokes) == 1
    pad.canvas.setFocus()
    pad.press(Qt.Key.Key_Backspace)
    assert pad.canvas.ink.is_empty


def test_escape_closes_a_message_and_the_page_that_has_the_focus(pad):
    page, notice = pad.widget("show_training", QAction), pad.widget("notice")
    page.trigger()
    notice.say("Something went wrong.")
    pad.canvas.setFocus()
    pad.press(Qt.Key.Key_Escape)
    assert not notice.text
    pad.press(Qt.Key.Key_Escape)
    assert page.isChecked()
    pad.widget("training_notice").say("The run went wrong.")
    pad.widget("train_button").setFocus()
    pad.press(Qt.Key.Key_Escape)
    assert not pad.widget("training_notice").text
    assert page.isChecked()
    pad.press(Qt.Key.Key_Escape)
    assert not page.isChecked()
    assert pad.canvas.hasFocus()


def test_not_a_digit_is_said_when_the_pen_is_lifted(pad):
    label = pad.widget("prediction_label")
    zigzag = [(0.2 + 0.1 * (number % 2) * 5, 0.15 + 0.05 * number) for number in range(15)]
    press_and_move(pad, zigzag)
    assert pad.answer().digit is None
    assert label.accessibleDescription() == "…"
    QTest.mouseRelease(pad.canvas, Qt.MouseButton.LeftButton, pos=pad.at(*zigzag[-1]))
    pad.qtbot.waitUntil(lambda: label.accessibleDescription().startswith("not a digit"))


def test_undo_and_redo_are_read_anew(pad):
    pad.draw(ONE)
    assert pad.answer().digit == 1
    pad.draw([[(0.2, 0.2), (0.5, 0.2)]])
    pad.answer()

    pad.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert pad.answer().digit == 1
    pad.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert pad.answer().digit is None
    pad.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert pad.answer().digit == 1


@pytest.mark.parametrize("shortcut", [(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_Escape,)])
def test_the_first_stroke_can_be_taken_back_while_it_grows(pad, shortcut):
    pad.press(Qt.Key.Key_P)  # the window is active from here on
    press_and_move(pad, ONE[0])
    assert not pad.canvas.ink.is_empty
    pad.press(*shortcut)
    assert pad.canvas.ink.is_empty

    QTest.mouseMove(pad.canvas, pad.at(0.6, 0.9))
    QTest.mouseRelease(pad.canvas, Qt.MouseButton.LeftButton, pos=pad.at(0.6, 0.9))
    assert pad.canvas.ink.is_empty
    assert pad.answer().digit is None


def test_an_answer_to_cleared_ink_never_shows(pad):
    pad.draw(SEVEN)
    pad.answer()
    for _ in range(20):
        pad.draw(SEVEN, steps=3)
        pad.canvas.clear_ink()
        cleared = pad.canvas.revision
        pad.answer()
        assert all(shown.digit is None for shown in pad.shown if shown.revision >= cleared)
        assert pad.shown[-1].digit is None


def test_the_drawing_survives_another_size_of_the_window(pad):
    pad.draw(SEVEN)
    before = pad.answer().network_input
    pad.window.resize(900, 640)
    pad.canvas.repaint()
    pad.draw([[(0.3, 0.25), (0.31, 0.25)]])
    pad.canvas.undo()

    assert np.array_equal(pad.answer().network_input, before)


def test_a_picture_from_the_clipboard_is_read_and_can_be_drawn_over(pad):
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(QPen(Qt.GlobalColor.black, 16))
    painter.drawLine(120, 60, 220, 60)
    painter.drawLine(220, 60, 160, 240)
    painter.end()
    QGuiApplication.clipboard().setImage(image)
    pad.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    pad.qtbot.waitUntil(lambda: pad.canvas.ink.picture is not None)

    assert pad.answer().digit == 7

    pad.draw(ONE)
    assert pad.answer().digit == 1
    pad.canvas.undo()
    assert pad.answer().digit == 7


def test_copying_and_pasting_the_drawing_reads_the_same(pad):
    pad.draw(SEVEN)
    pad.answer()
    QGuiApplication.clipboard().setText("seven")
    pad.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    pad.qtbot.waitUntil(lambda: QGuiApplication.clipboard().mimeData().hasImage())
    pad.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    pad.qtbot.waitUntil(lambda: pad.canvas.ink.picture is not None)

    assert pad.answer().digit == 7


def test_pasting_nothing_says_what_to_do(pad):
    QGuiApplication.clipboard().setText("seven")
    pad.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    assert "no picture on the clipboard" in pad.widget("notice").text


def test_every_tool_button_has_a_name_and_a_tip(pad):
    buttons = [button for button in pad.window.findChildren(QToolButton) if button.isVisible()]

    assert buttons
    for button in buttons:
        assert button.accessibleName() or button.text()
        assert button.toolTip()


def test_the_tab_key_reaches_the_tool_bar_and_the_pages_titles_give_way_to_their_icons(pad):
    pad.draw(SEVEN)
    pad.answer()
    pad.window.activateWindow()
    pad.qtbot.waitUntil(pad.window.isActiveWindow)
    pad.canvas.setFocus()
    bar = pad.window.findChild(QToolBar)
    titles = [action.text() for action in bar.actions() if action.objectName().startswith("show_")]
    assert {"Training", "Map", "Samples"} <= set(titles)
    before = []
    for _ in range(len(titles) + 3):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        part = QApplication.focusWidget()
        before.append(part.objectName() or part.text())
    assert before == [*reversed(titles), "pen_width", "Eraser", "Pen"]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget().text() == "Clear"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert pad.canvas.ink.is_empty

    samples = bar.widgetForAction(pad.widget("show_samples", QAction))
    wide, size = samples.width(), pad.window.size()
    pad.window.resize(900, 600)
    for _ in range(6):
        next(action for action in pad.window.findChildren(QAction) if action.text() == "Larger text").trigger()
    pad.qtbot.waitUntil(lambda: samples.width() < wide)
    assert all(stop.visibleRegion().boundingRect() == stop.rect() for stop in bar.stops)
    next(action for action in pad.window.findChildren(QAction) if action.text() == "Usual text size").trigger()
    pad.window.resize(size)
    pad.qtbot.waitUntil(lambda: samples.width() == wide)


def test_a_dot_is_too_small_and_has_no_bars(pad):
    pad.draw([[(0.5, 0.5), (0.5, 0.501)]])
    assert pad.answer().reason == "too small"
    assert pad.widget("prediction_label").accessibleDescription() == "too small, draw it larger"
    assert pad.widget("probability_bars").accessibleDescription() == "No answer yet"


def test_pen_width_and_tool_follow_the_keyboard_and_are_remembered(pad, start):
    slider = pad.widget("pen_width", QSlider)
    before = slider.value()
    pad.press(Qt.Key.Key_BracketRight)
    assert slider.value() == before + 10
    pad.draw(ONE)
    assert pad.canvas.ink.strokes[0].width == slider.value()
    pad.press(Qt.Key.Key_E)
    pad.draw([[(0.3, 0.5), (0.7, 0.5)]])
    assert len(pad.canvas.ink.strokes) == 2
    pad.window.close()

    assert start().widget("pen_width", QSlider).value() == before + 10


@pytest.mark.parametrize(("title", "is_dark"), [("Dark", True), ("Light", False)])
def test_the_theme_is_chosen_in_the_menu_and_remembered(pad, start, title, is_dark):
    def darkness(window):
        return window.palette().window().color().lightness() < 128

    next(action for action in pad.window.findChildren(QAction) if action.text() == title).trigger()
    assert darkness(pad.window) is is_dark
    assert (pad.canvas.grab().toImage().pixelColor(5, 5).lightness() < 128) is is_dark
    pad.window.close()

    assert darkness(start().window) is is_dark


def test_the_text_is_made_larger_up_to_twice_its_size_and_remembered(pad, start):
    def act(window, title):
        next(action for action in window.findChildren(QAction) if action.text() == title).trigger()

    def sizes(pad):
        names = ("network_button", "prediction_label", "checkpoint_name")
        return [pad.widget(name).font().pixelSize() for name in names]

    act(pad.window, "Larger text")
    act(pad.window, "Usual text size")
    usual = sizes(pad)
    for _ in range(9):
        act(pad.window, "Larger text")
    assert [large / small for large, small in zip(sizes(pad), usual, strict=True)] == pytest.approx([2.0] * 3, abs=0.1)
    pad.window.resize(1366, 768)
    pad.widget("show_training", QAction).trigger()
    pad.qtbot.waitUntil(lambda: pad.canvas.width() >= 360)
    for name in ("canvas", "probability_bars", "prediction_label", "network_input", "network_button"):
        part = pad.widget(name)
        assert part.visibleRegion().boundingRect() == part.rect(), name
    pad.window.resize(900, 600)
    pad.qtbot.waitUntil(lambda: pad.window.height() == 600)
    assert pad.widget("probability_bars").visibleRegion().boundingRect() == pad.widget("probability_bars").rect()
    pad.window.close()

    pad = start()
    act(pad.window, "Smaller text")
    assert usual < sizes(pad) < [2 * size for size in usual]
    act(pad.window, "Usual text size")
    assert sizes(pad) == usual


SIZES = """
from digitpad.app import create
from PySide6.QtGui import QAction, QFontInfo
from PySide6.QtWidgets import QApplication, QWidget
window = create([])
window.show()
QApplication.processEvents()
names = ("network_button", "checkpoint_name", "load_button")
parts = [window.menuBar(), *(window.findChild(QWidget, name) for name in names)]
print(*(QFontInfo(part.font()).pixelSize() for part in parts))
for _ in range(4):
    next(action for action in window.findChildren(QAction) if action.text() == "Larger text").trigger()
window.close()
"""


def test_a_start_has_all_text_in_the_size_that_was_chosen_before(tmp_path, monkeypatch):
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path))
    for size in (13, 26):
        done = subprocess.run([sys.executable, "-c", SIZES], capture_output=True, text=True, timeout=120)
        assert done.stdout.split() == [str(size)] * 4, done.stderr


def test_a_presentation_fills_the_screen_with_larger_type_until_escape(pad):
    action = next(action for action in pad.window.findChildren(QAction) if action.text() == "Presentation")
    action.trigger()
    large = QFontInfo(pad.widget("network_button").font()).pixelSize()
    assert pad.window.isFullScreen()
    assert current_theme() in (LIGHT_CONTRAST, DARK_CONTRAST)
    pad.press(Qt.Key.Key_Escape)
    assert current_theme() in (LIGHT, DARK)
    assert not pad.window.isFullScreen()
    assert QFontInfo(pad.widget("network_button").font()).pixelSize() * 1.4 < large


def test_about_names_version_and_licences(pad):
    next(action for action in pad.window.findChildren(QAction) if action.text() == "About digitpad").trigger()
    box = pad.window.findChild(QMessageBox)

    assert __version__ in box.text()
    assert "CC BY-SA 3.0" in box.informativeText()
    box.close()


CLOSED_EARLY = """
import sys
from digitpad.app import create
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
window = create([])
window.show()
window.findChild(QAction, "show_training").trigger()
def close_amid_import():
    if "torch" in sys.modules:
        timer.stop()
        window.close()
timer = QTimer()
timer.timeout.connect(close_amid_import)
timer.start(1)
QApplication.exec()
"""


def test_a_window_that_is_closed_while_torch_loads_ends_cleanly():
    done = subprocess.run([sys.executable, "-c", CLOSED_EARLY], capture_output=True, text=True, timeout=120)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
