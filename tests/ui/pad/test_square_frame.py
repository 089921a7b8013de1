"""The square round the pad: its hairline, and how it shows the keyboard's focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.square_frame import SquareFrame

LINE, ACCENT, GROUND = QColor("#DDE2E9"), QColor("#2F6BFF"), QColor("#F6F7F9")


class Window(QWidget):
    """A button and the pad, side by side."""

    def __init__(self):
        super().__init__()
        palette = QPalette(GROUND)
        palette.setColor(QPalette.ColorRole.Window, GROUND)
        palette.setColor(QPalette.ColorRole.Mid, LINE)
        palette.setColor(QPalette.ColorRole.Accent, ACCENT)
        self.setPalette(palette)
        self.button, self.canvas = QPushButton(), Canvas()
        self.square = SquareFrame(self.canvas)
        layout = QHBoxLayout(self)
        layout.addWidget(self.button)
        layout.addWidget(self.square, 1)
        self.resize(700, 400)

    def rim(self):
        """Colours of the three pixels left of the pad's middle, from the outermost."""
        image = self.grab().toImage()
        corner = self.canvas.mapTo(self, QPoint(0, self.canvas.height() // 2))
        return [image.pixelColor(corner.x() - i, corner.y()) for i in (3, 2, 1)]


HAIRLINE, RIM = [GROUND, GROUND, LINE], [GROUND, ACCENT, ACCENT]


@pytest.fixture
def window(qtbot):
    window = Window()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    window.button.setFocus()
    qtbot.waitUntil(window.button.hasFocus)
    return window


def test_the_pad_is_the_largest_square_in_the_middle(window):
    inside, room = window.canvas.geometry(), window.square.rect()
    assert inside.width() == inside.height() == min(room.width(), room.height()) - 4
    assert abs(inside.center().x() - room.center().x()) <= 1
    assert abs(inside.center().y() - room.center().y()) <= 1


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
def test_a_focus_that_came_by_keyboard_is_shown_until_it_goes(window, modifier):
    assert window.rim() == HAIRLINE
    QTest.keyClick(window, Qt.Key.Key_Tab, modifier)
    assert window.canvas.hasFocus()
    assert window.rim() == RIM
    QTest.keyClick(window, Qt.Key.Key_Tab, modifier)
    assert window.button.hasFocus()
    assert window.rim() == HAIRLINE


def test_a_focus_that_came_by_pointer_or_by_itself_is_not_shown(window):
    QTest.mouseClick(window.canvas, Qt.MouseButton.LeftButton)
    assert window.canvas.hasFocus()
    assert window.rim() == HAIRLINE
    window.button.setFocus()
    window.canvas.setFocus()
    assert window.rim() == HAIRLINE


def test_the_rim_comes_back_with_the_window(window):
    QTest.keyClick(window, Qt.Key.Key_Tab)
    for back in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
        window.canvas.clearFocus()
        assert window.rim() == HAIRLINE
        window.canvas.setFocus(back)
        assert window.rim() == RIM


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_the_rim_is_painted_when_the_focus_comes_and_goes(window, qtbot):
    window.grab()
    paints = Paints()
    window.square.installEventFilter(paints)
    for widget in (window.canvas, window.button):
        before = paints.count
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(lambda before=before: paints.count > before)
