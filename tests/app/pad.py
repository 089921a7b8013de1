"""A hand at the window: draws with the mouse, waits for the answer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

SEVEN = [[(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]]
ONE = [[(0.5, 0.2), (0.5, 0.8)]]
FOUR = [[(0.4, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.62, 0.3), (0.62, 0.85)]]


class Pad:
    """A hand at the window."""

    def __init__(self, qtbot, window):
        self.qtbot, self.window = qtbot, window
        self.canvas = window.findChild(QWidget, "canvas")
        self.shown = []
        window.prediction_shown.connect(self.shown.append)

    def at(self, x, y):
        return QPoint(round(x * self.canvas.width()), round(y * self.canvas.height()))

    def draw(self, strokes, steps=12):
        """Draw strokes, given in shares of the pad's side, with the mouse."""
        for (x, y), *rest in strokes:
            QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, pos=self.at(x, y))
            for x2, y2 in rest:
                for step in range(1, steps + 1):
                    share = step / steps
                    QTest.mouseMove(self.canvas, self.at(x + (x2 - x) * share, y + (y2 - y) * share))
                x, y = x2, y2
            QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, pos=self.at(x, y))

    def answer(self):
        """The prediction for the ink as it is now, once it is shown."""
        self.qtbot.waitUntil(lambda: bool(self.shown) and self.shown[-1].revision == self.canvas.revision)
        return self.shown[-1]

    def widget(self, name, kind=QWidget):
        return self.window.findChild(kind, name)

    def press(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        """Press a key in the window, which is the active one."""

        def is_active():
            self.window.activateWindow()  # time and again: a dialog that has just gone may take it back
            return self.window.isActiveWindow()

        self.qtbot.waitUntil(is_active)
        QTest.keyClick(self.window, key, modifiers)
