"""A number in large type, digit by digit, in the panel with the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from digitpad.domain.prediction import CLASSES, Prediction, ReadDigit
from digitpad.ui.common.theme import current_theme, text_font

UNSURE = 0.8
"""Confidence below which a digit of a number is marked."""

_SMALLEST = 14
"""Smallest type of a number, in pixels."""

_GAP, _LINE = 0.04, 3.0


@dataclass(frozen=True)
class ShownDigit:
    """A digit of a number as it is shown.

    Attributes:
        sign: the digit, or '…' for one that is still being drawn.
        is_unsure: whether it is marked.
        is_selected: whether bars and views are about it.
    """

    sign: str
    is_unsure: bool = False
    is_selected: bool = False


def shown_digits(prediction: Prediction) -> tuple[ShownDigit, ...]:
    """The digits of a number, and a sign for what is still open."""
    shown = [
        ShownDigit(str(read.digit), is_unsure(prediction, place), place == prediction.selected)
        for place, read in enumerate(prediction.digits)
    ]
    return (*shown, ShownDigit("…")) if prediction.waits else tuple(shown)


def is_unsure(prediction: Prediction, place: int) -> bool:
    """Whether a digit may well be another: one that nobody has corrected."""
    read = prediction.digits[place]
    return not read.is_corrected and read.confidence < UNSURE


def rivals(read: ReadDigit) -> list[int]:
    """The other digits, the most probable first."""
    others = (digit for digit in range(CLASSES) if digit != read.digit)
    return sorted(others, key=read.probabilities.__getitem__, reverse=True)


def paint_number(painter: QPainter, room: QRectF, digits: Sequence[ShownDigit], highest: float) -> list[QRectF]:
    """Paint a number at the left of some room, in the middle of its height, and say where each can be clicked.

    A line under a digit marks the selected one; a dotted one in amber those that are unsure.

    Args:
        painter: paints.
        room: as large a number as fits.
        digits: what to paint.
        highest: the largest type in pixels.
    """
    theme = current_theme()
    advance = QFontMetricsF(text_font(100, scales=False)).horizontalAdvance("0") / 100 + _GAP
    pixels = max(_SMALLEST, round(min(highest, room.width() / (advance * len(digits)))))
    font = text_font(pixels, scales=False)
    metrics = QFontMetricsF(font)
    high = -metrics.tightBoundingRect("1").top()
    foot = room.top() + (room.height() + high) / 2
    painter.setFont(font)
    places = []
    for number, digit in enumerate(digits):
        cell = QRectF(room.left() + number * advance * pixels, foot - high, advance * pixels, high)
        painter.setPen(QColor(theme.quiet if digit.is_unsure or digit.sign == "…" else theme.text))
        across = metrics.horizontalAdvance(digit.sign)
        painter.drawText(QPointF(cell.left() + (cell.width() - across) / 2, foot), digit.sign)
        if digit.is_selected or digit.is_unsure:
            style = Qt.PenStyle.DotLine if digit.is_unsure else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(theme.amber if digit.is_unsure else theme.accent), _LINE, style))
            below = foot + max(_LINE + 1, 0.1 * high)
            inset = 0.12 * cell.width()
            painter.drawLine(QPointF(cell.left() + inset, below), QPointF(cell.right() - inset, below))
        places.append(QRectF(cell.left(), room.top(), cell.width(), room.height()))
    return places
