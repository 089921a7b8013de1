"""Boxes over the pad."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from digitpad.domain.prediction import ReadDigit
from digitpad.ui.common.theme import current_theme
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.digit_boxes import DigitBoxes

SEEN = np.zeros((28, 28), np.uint8)
DIGITS = [ReadDigit(box, 3, (0.1,) * 10, SEEN) for box in ((100.0, 300, 300, 700), (500.0, 300, 800, 700))]


@pytest.fixture
def pad(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    canvas.show()
    return canvas


def columns(pad, colour):
    """Columns of the pad in which there is something near a colour."""
    image = pad.grab().toImage()
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    pixels = [[image.pixelColor(x, y) for y in range(image.height())] for x in range(image.width())]
    return [
        x
        for x, column in enumerate(pixels)
        if any(abs(c.red() - red) + abs(c.green() - green) + abs(c.blue() - blue) < 60 for c in column)
    ]


def test_the_box_of_the_selected_digit_stands_out(pad):
    boxes = DigitBoxes(pad)
    boxes.show_digits(DIGITS, 1, 10.0)
    found = columns(pad, current_theme().accent)
    assert min(found) == pytest.approx(0.49 * 400, abs=4)
    assert max(found) == pytest.approx(0.81 * 400, abs=4)
    boxes.show_digits((), None, 0.0)
    assert columns(pad, current_theme().accent) == []


def test_the_pad_takes_ink_under_the_boxes(pad):
    boxes = DigitBoxes(pad)
    boxes.show_digits(DIGITS, 1, 10.0)
    assert pad.childAt(QPoint(80, 200)) is None
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(80, 200))
    QTest.mouseMove(pad, QPoint(80, 260))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(80, 260))
    assert len(pad.ink.strokes) == 1


def test_the_boxes_grow_with_the_pad(pad, qtbot):
    boxes = DigitBoxes(pad)
    boxes.show_digits(DIGITS, 0, 10.0)
    pad.resize(800, 800)
    qtbot.waitUntil(lambda: boxes.size() == pad.size())
