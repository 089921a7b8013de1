"""The confusion matrix: rows by label, columns by what was read; each cell stands for its images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter

from digitpad.domain.prediction import CLASSES
from digitpad.reading.evaluation.evaluate import Evaluated
from digitpad.reading.evaluation.metrics import surest_first
from digitpad.ui.common.exports import Table
from digitpad.ui.common.format import numeral
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, mix, text_scale
from digitpad.ui.views.evaluation.figure import EvaluationFigure, Place, Selection, paint_words

_ALL = -1
"""The row, or column, of the titles; it stands for all the mistakes in that column, or row."""

_CELL = 32


class ConfusionFigure(EvaluationFigure):
    """Counts in cells, mistakes the darker the more there are."""

    def __init__(self) -> None:
        super().__init__("evaluation_figure", self.tr("Confusion matrix"))

    def first_place(self) -> Place:
        return _ALL, _ALL

    def limits(self) -> tuple[range, range]:
        return range(_ALL, CLASSES), range(_ALL, CLASSES)

    def sizeHint(self) -> QSize:
        return QSize(round(12.2 * _CELL * text_scale()), round(12.2 * _CELL * text_scale()))

    def minimumSizeHint(self) -> QSize:
        side = round(146 * (1 + text_scale()))  # half as much larger as type: numbers shrink with their cells
        return QSize(side, side)

    def place_at(self, point: QPointF) -> Place | None:
        corner, cell = self._corner, self._cell
        column, row = int((point.x() - corner) // cell), int((point.y() - corner) // cell)
        return (row, column) if _ALL <= row < CLASSES and _ALL <= column < CLASSES else None

    def selection(self) -> Selection:
        """The images of a cell, a row, a column, or all mistakes; the surest first."""
        shown, (label, digit) = self.evaluated, self._place
        which = np.ones(len(shown.data), bool) if label == digit != _ALL else ~shown.is_right
        if label != _ALL:
            which &= shown.data.labels == label
        if digit != _ALL:
            which &= shown.digits == digit
        numbers = surest_first(shown.confidence, which)
        count = numeral(len(numbers))
        if label == digit == _ALL:
            words = self.tr("Mistakes, the surest first: {count}").format(count=count)
        elif label == digit:
            words = self.tr("Images of {label} read right, the least sure first: {count}")
            return Selection(numbers[::-1], words.format(count=count, label=label))
        elif label == _ALL:
            words = self.tr("Images wrongly read as {digit}, the surest first: {count}")
            words = words.format(count=count, digit=digit)
        elif digit == _ALL:
            words = self.tr("Images of {label} read as another digit, the surest first: {count}")
            words = words.format(count=count, label=label)
        else:
            words = self.tr("Images of {label} read as {digit}, the surest first: {count}")
            words = words.format(count=count, label=label, digit=digit)
        return Selection(numbers, words)

    def table(self) -> Table:
        """A row for each label."""
        rows: list[Sequence[object]] = [("label", *(f"read_as_{digit}" for digit in range(CLASSES)))]
        rows += [(label, *row) for label, row in enumerate(self.evaluated.result.confusion)] if self._shown else []
        return lambda: rows

    @property
    def _corner(self) -> float:
        """Where the first cell begins, across and down."""
        return self._line + self._cell

    @property
    def _line(self) -> float:
        return 18 * text_scale()

    @property
    def _cell(self) -> float:
        side = (min(self.width(), self.height()) - self._line - 2) / (CLASSES + 1)
        return min(side, 1.5 * _CELL * text_scale())

    def paint(self, painter: QPainter, shown: Evaluated) -> None:
        theme, cell, corner, line = current_theme(), self._cell, self._corner, self._line
        confusion = np.array(shown.result.confusion)
        worst = max(1, int((confusion * (1 - np.eye(CLASSES, dtype=int))).max()))
        pixels = min(NOTE_PIXELS, round(0.38 * cell / text_scale()))
        paint_words(painter, QRectF(corner, 0, CLASSES * cell, line), self.tr("read as"), theme.quiet)
        painter.save()
        painter.translate(0, corner + CLASSES * cell)
        painter.rotate(-90)
        paint_words(painter, QRectF(0, 0, CLASSES * cell, line), self.tr("label"), theme.quiet)
        painter.restore()
        for digit in range(CLASSES):
            paint_words(painter, self._square(_ALL, digit), str(digit), theme.text, bold=True, pixels=pixels)
            paint_words(painter, self._square(digit, _ALL), str(digit), theme.text, bold=True, pixels=pixels)
        paint_words(painter, self._square(_ALL, _ALL), self.tr("all"), theme.quiet, pixels=pixels)
        for label, row in enumerate(confusion.tolist()):
            for digit, count in enumerate(row):
                square = self._square(label, digit).adjusted(0.5, 0.5, -0.5, -0.5)
                if label != digit and count:
                    share = 0.15 + 0.45 * count / worst
                    painter.fillRect(square, QColor(mix(theme.window, theme.accent, share)))
                elif label == digit:
                    painter.setPen(QColor(mix(theme.line, theme.text, 0.2)))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(square)
                words, colour = (str(count), theme.text) if count else ("·", theme.quiet)
                paint_words(painter, square, words, colour, bold=label == digit and count > 0, pixels=pixels)
        self.frame(painter, self._square(*self._place).adjusted(1, 1, -1, -1))

    def _square(self, row: int, column: int) -> QRectF:
        cell, corner = self._cell, self._corner
        return QRectF(corner + column * cell, corner + row * cell, cell, cell)
