"""Recall and precision of each digit, as dots on one scale and as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from digitpad.domain.prediction import CLASSES
from digitpad.reading.evaluation.evaluate import Evaluated
from digitpad.reading.evaluation.metrics import nice_share, surest_first, taken_for
from digitpad.ui.common.exports import Table
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.theme import current_theme, mix, text_scale
from digitpad.ui.views.evaluation.figure import EvaluationFigure, Place, Selection, paint_words

_ROW, _MIN_PLOT = 24, 72
_Left, _Right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class DigitsFigure(EvaluationFigure):
    """A row for each digit; it stands for the images of the digit that were read wrong, and what was read as it."""

    def __init__(self) -> None:
        super().__init__("digits_figure", self.tr("Recall and precision by digit"))

    def limits(self) -> tuple[range, range]:
        return range(CLASSES), range(1)

    def sizeHint(self) -> QSize:
        return QSize(round(440 * text_scale()), round((CLASSES + 3) * _ROW * text_scale()))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(224 * text_scale()) + 56, round((CLASSES + 3) * _ROW * text_scale()))

    def place_at(self, point: QPointF) -> Place | None:
        row = int(point.y() // (_ROW * text_scale())) - 1
        return (row, 0) if 0 <= row < CLASSES else None

    def selection(self) -> Selection:
        """The images of a digit that were read as another, then those of others that were read as it."""
        shown, digit = self.evaluated, self._place[0]
        missed = surest_first(shown.confidence, (shown.data.labels == digit) & ~shown.is_right)
        taken = surest_first(shown.confidence, (shown.digits == digit) & ~shown.is_right)
        words = self.tr("Images of {digit} read as another digit: {missed}; others read as {digit}: {taken}")
        words = words.format(missed=numeral(len(missed)), taken=numeral(len(taken)), digit=digit)
        return Selection(np.concatenate([missed, taken]), words)

    def table(self) -> Table:
        """A row for each digit, with shares from 0 to 1."""
        rows: list[Sequence[object]] = [("digit", "images", "wrong", "recall", "precision", "taken_for")]
        if self._shown:
            result = self.evaluated.result
            taken = taken_for(np.array(result.confusion))
            for digit, row in enumerate(result.confusion):
                others = " ".join(f"{other} ({count}x)" for other, count in taken[digit][:3])
                wrong = sum(row) - row[digit]
                rows.append((digit, sum(row), wrong, result.digits[digit], result.precisions[digit], others))
        return lambda: rows

    def paint(self, painter: QPainter, shown: Evaluated) -> None:
        theme, scale, result = current_theme(), text_scale(), shown.result
        line = _ROW * scale
        taken = taken_for(np.array(result.confusion))
        shares = [share for share in (*result.digits, *result.precisions) if share is not None]
        low = 1 - nice_share(1.05 * (1 - min(shares, default=1)))
        wide = self.width() - 1.0
        # What there is room for, from left to right; the plot takes what is left.
        numbers = [20 * scale, *([56 * scale] if wide > 400 * scale else []), 48 * scale, 64 * scale, 64 * scale]
        last = 112 * scale if wide > 520 * scale else 0.0
        plot = QRectF(sum(numbers[:-2]) + 12, line, 0, CLASSES * line)
        plot.setWidth(max(_MIN_PLOT, wide - sum(numbers) - last - 32))
        titles = [self.tr("images")] if len(numbers) == 5 else []
        titles += [self.tr("wrong"), self.tr("recall"), self.tr("precision")]
        edges = np.cumsum(numbers)
        edges[-2:] += plot.width() + 16
        for title, right in zip(titles, edges[1:].tolist(), strict=True):
            paint_words(painter, QRectF(right - 80, 0, 80, line), title, theme.quiet, _Right)
        if last:
            place = QRectF(wide - last, 0, last, line)
            paint_words(painter, place, self.tr("taken for"), theme.quiet, _Left)
        for share, align in ((low, _Left), (1.0, _Right)):
            place = QRectF(plot.left(), plot.bottom(), plot.width(), line)
            paint_words(painter, place, percent(share, None), theme.quiet, align)
            x = plot.left() if align == _Left else plot.right()
            painter.setPen(QColor(theme.line))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        for digit, row in enumerate(result.confusion):
            top = (digit + 1) * line
            recall, precision = result.digits[digit], result.precisions[digit]
            values = [numeral(sum(row))] if len(numbers) == 5 else []
            values += [numeral(sum(row) - row[digit]), *("–" if x is None else percent(x) for x in (recall, precision))]
            paint_words(painter, QRectF(0, top, 20 * scale, line), str(digit), theme.text, bold=True)
            for words, right in zip(values, edges[1:].tolist(), strict=True):
                paint_words(painter, QRectF(right - 80, top, 80, line), words, theme.text, _Right)
            if last:
                others = ", ".join(f"{other} ({numeral(count)}×)" for other, count in taken[digit][:2])
                paint_words(painter, QRectF(wide - last, top, last, line), others, theme.quiet, _Left)
            self._paint_dots(painter, QRectF(plot.left(), top, plot.width(), line), low, recall, precision)
        legend = self.tr("● recall   ◇ precision")
        place = QRectF(plot.left(), plot.bottom() + line, plot.width(), line)
        paint_words(painter, place, legend, theme.quiet, Qt.AlignmentFlag.AlignCenter)
        row_place = QRectF(1, (self._place[0] + 1) * line + 1, wide - 2, line - 2)
        self.frame(painter, row_place)

    def _paint_dots(
        self, painter: QPainter, place: QRectF, low: float, recall: float | None, precision: float | None
    ) -> None:
        theme, middle, radius = current_theme(), place.center().y(), 4 * text_scale()
        painter.setPen(QColor(mix(theme.window, theme.line, 0.8)))
        painter.drawLine(QPointF(place.left(), middle), QPointF(place.right(), middle))
        if precision is not None:
            x = place.left() + place.width() * (precision - low) / (1 - low)
            painter.setPen(QPen(QColor(theme.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            reach = radius + 2
            corners = ((x, middle - reach), (x + reach, middle), (x, middle + reach), (x - reach, middle))
            painter.drawPolygon([QPointF(*corner) for corner in corners])
        if recall is not None:
            x = place.left() + place.width() * (recall - low) / (1 - low)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawEllipse(QPointF(x, middle), radius, radius)
