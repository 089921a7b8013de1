"""Cursors that show how large the pen or the eraser is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

_LARGEST = 128
"""Side in pixels above which systems refuse or shrink a cursor."""


def ring(diameter: float, line: QColor, rim: QColor, ratio: float) -> QCursor:
    """A ring as a cursor; a cross where the ring would be too large for the system, or too small to see.

    Args:
        diameter: of the ring, in widget pixels.
        line: colour of the ring.
        rim: colour on both sides of it, that sets it off from what lies under it.
        ratio: the screen's device pixel ratio.
    """
    side = round(diameter) + 4
    if side > _LARGEST or diameter < 4:
        return QCursor(Qt.CursorShape.CrossCursor)
    pixmap = QPixmap(QSize(side, side) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((rim, 3.0), (line, 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawEllipse(QPointF(side / 2, side / 2), diameter / 2, diameter / 2)
    painter.end()
    return QCursor(pixmap)
