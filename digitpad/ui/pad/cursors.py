"""Cursors that show how large the pen or the eraser is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QCursor, QPainter, QPen, QPixmap

_LARGEST = 128
"""Side in pixels above which systems refuse or shrink a cursor."""


def ring(diameter: float, line: QColor, rim: QColor, ratio: float) -> QCursor:
    """A ring as a cursor; a cross where the ring would be too large for the system, or too small to see.

    The diameter is in widget pixels, the ratio in device pixels for each; a rim sets the line off from what lies below.
    """
    side = round(diameter) + 4
    if side > _LARGEST or diameter < 4:
        return QCursor(Qt.CursorShape.CrossCursor)
    pixmap = QPixmap(QSize(side, side) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((rim, 3.0), (line, 1.0)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(QPointF(side / 2, side / 2), diameter / 2, diameter / 2)
    return QCursor(pixmap)
