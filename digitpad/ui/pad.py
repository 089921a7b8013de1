"""The square that the pad keeps while the window changes its shape."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget


class Square(QWidget):
    """Holds one widget as the largest square that fits, in the middle."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = inside
        inside.setParent(self)

    def minimumSizeHint(self) -> QSize:
        """No smaller than what a finger can draw on."""
        return QSize(320, 320)

    def sizeHint(self) -> QSize:
        """The size in a window that opens for the first time."""
        return QSize(640, 640)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the square."""
        side = min(self.width(), self.height()) - 2
        self._inside.setGeometry((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a hairline round the square."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRect(self._inside.geometry().adjusted(-1, -1, 0, 0))
        painter.end()
