"""Paints ink as it lies on the pad."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from digitpad.ink.strokes import PAD_SIDE, Floats, Ink
from digitpad.ui.common.theme import current_theme, mix


def paint_lines(painter: QPainter, lines: Sequence[Floats], widths: Sequence[float], colour: str) -> None:
    """Lines of points, float64 (n, 2) or more columns each, with their widths and round ends."""
    for points, width in zip(lines, widths, strict=True):
        pen = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        if len(points) == 1:
            painter.drawPoint(QPointF(*points[0, :2].tolist()))
        else:
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points[:, :2].tolist()]))


def paint_ink(ink: Ink, box: tuple[float, float, float, float] | None, painter: QPainter, side: float) -> None:
    """Strokes on the pad; faint where their box, in canvas units, is drawn round them."""
    theme = current_theme()
    painter.fillRect(QRectF(0, 0, side, side), QColor(theme.surface))
    painter.save()
    painter.scale(side / PAD_SIDE, side / PAD_SIDE)
    colour = theme.text if box is None else mix(theme.surface, theme.text, 0.35)
    paint_lines(painter, [stroke.points for stroke in ink.strokes], [stroke.width for stroke in ink.strokes], colour)
    if box is not None:
        left, top, right, bottom = box
        pen = QPen(QColor(theme.accent), 2, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawRect(QRectF(left, top, right - left, bottom - top))
    painter.restore()
