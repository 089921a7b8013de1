"""Pictures and tables leave a view whole: as PNG, SVG and CSV, and on the clipboard."""

from __future__ import annotations

import csv
import io
import math
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QWidget

from digitpad.domain.errors import DigitpadError
from digitpad.ui.common.exports import Export, ExportButton, Exporter, Picture, to_csv, to_image, to_png, to_svg
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.session.worker import Worker


def paint(painter):
    painter.fillRect(10, 0, 10, 10, Qt.GlobalColor.red)


PICTURE = Picture(QSize(20, 10), paint)
ROWS = [["name", "loss"], ["a, b", 0.1]]


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def exporter(window):
    worker = Worker()
    yield Exporter(worker, window)
    worker.stop()


@pytest.fixture
def button(window, exporter):
    button = ExportButton(lambda: "curves", lambda: PICTURE, lambda: lambda: ROWS)
    button.setParent(window)
    button.requested.connect(exporter.save)
    return button


def trigger(button, name):
    button.findChild(QAction, name).trigger()


def choose(qtbot, window, path):
    qtbot.waitUntil(lambda: bool(window.findChildren(QFileDialog)))
    dialog = window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))


def test_a_picture_has_the_ground_of_the_theme_and_twice_the_pixels(wear):
    for theme in (LIGHT, DARK):
        wear("dark" if theme.is_dark else "light")
        image = QImage.fromData(to_png(to_image(PICTURE)))
        assert (image.width(), image.height()) == (40, 20)
        assert image.pixelColor(19, 5).name().upper() == theme.window
        assert image.pixelColor(20, 5) == QColor(Qt.GlobalColor.red)


def test_a_drawing_in_svg_stays_lines(qapp):
    svg = to_svg(PICTURE)
    assert b"<image" not in svg
    drawn = QSvgRenderer(svg)
    assert drawn.viewBox().size() == PICTURE.size
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        drawn.render(painter)
    assert image.pixelColor(5, 5).name().upper() == LIGHT.window
    assert image.pixelColor(15, 5) == QColor(Qt.GlobalColor.red)


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.text(st.characters(exclude_categories=["C"])))
def test_a_table_gives_back_every_number_and_text(numbers, text):
    rows = list(csv.reader(io.StringIO(to_csv([[text, *numbers, None]]).decode())))
    assert rows == [[text, *map(str, numbers), ""]]
    assert list(map(float, rows[0][1:-1])) == numbers
    assert not any(math.isnan(number) for number in numbers)


def test_the_clipboard_gets_the_picture(qtbot, button):
    trigger(button, "copy_picture")
    copied = QGuiApplication.clipboard().image()
    assert copied.size() == QSize(40, 20)
    assert copied.pixelColor(30, 10) == QColor(Qt.GlobalColor.red)


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("b.svg", b"<?xml"), ("c.PNG", b"\x89PNG")])
def test_a_picture_is_saved_as_its_file_s_name_ends(qtbot, button, window, exporter, tmp_path, name, start):
    trigger(button, "save_picture")
    with qtbot.waitSignal(exporter.saved) as saved:
        choose(qtbot, window, tmp_path / name)
    assert saved.args == [f"Saved {tmp_path / name}"]
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_table_is_saved_as_it_was_when_it_was_asked_for(qtbot, window, exporter, tmp_path):
    rows = [["step"], [1]]
    button = ExportButton(lambda: "curves", table=lambda: partial(list, list(rows)))
    button.setParent(window)
    button.requested.connect(exporter.save)
    trigger(button, "save_table")
    rows.append([2])
    with qtbot.waitSignal(exporter.saved):
        choose(qtbot, window, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "step\n1\n"


def test_a_name_with_another_ending_is_refused(qtbot, button, window, exporter, tmp_path):
    trigger(button, "save_picture")
    with qtbot.waitSignal(exporter.failed) as failed:
        choose(qtbot, window, tmp_path / "a.jpg")
    assert ".png or .svg" in str(failed.args[0])
    assert not (tmp_path / "a.jpg").exists()


def test_what_cannot_be_written_is_reported(qtbot, window, exporter, tmp_path):
    def fail():
        raise DigitpadError("The disk is full.")

    exporter.save(Export("Save", "a.txt", ["Text (*.txt)"], lambda path: fail))
    with qtbot.waitSignal(exporter.failed) as failed:
        choose(qtbot, window, tmp_path / "a.txt")
    assert str(failed.args[0]) == "The disk is full."


def test_the_menu_offers_what_there_is(window, button):
    assert [action.text() for action in button.menu().actions()] == ["Copy picture", "Save picture…", "Save table…"]
    picture = ExportButton(lambda: "a", picture=lambda: PICTURE)
    assert [action.text() for action in picture.menu().actions()] == ["Copy picture", "Save picture…"]


def test_a_button_for_a_table_alone_saves_it_at_once(qtbot):
    button = ExportButton(lambda: "runs", table=lambda: lambda: ROWS)
    qtbot.addWidget(button)
    assert button.text() == "Table…"
    with qtbot.waitSignal(button.requested) as asked:
        button.click()
    assert asked.args[0].name == "runs.csv"
