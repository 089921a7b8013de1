"""Where two networks differ: how many digits both read right, only one of them, and neither."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter

from digitpad.reading.evaluation.evaluate import Evaluated
from digitpad.reading.evaluation.metrics import compare, surest_first
from digitpad.ui.common.exports import Table
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.theme import TEXT_PIXELS, current_theme, mix, text_font, text_scale
from digitpad.ui.views.evaluation.figure import EvaluationFigure, Place, Selection, paint_words

_CELL = 96

_SMALLEST = 0.001
"""The smallest probability that is said as it is."""


class DifferencesFigure(EvaluationFigure):
    """Two by two cells, with what chance says of their difference below."""

    def __init__(self) -> None:
        super().__init__("differences_figure", self.tr("Where the two networks differ"))

    def first_place(self) -> Place:
        return 0, 1

    def limits(self) -> tuple[range, range]:
        return range(2), range(2)

    def sizeHint(self) -> QSize:
        return QSize(round(340 * text_scale()), round(340 * text_scale()))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(240 * text_scale()), round(300 * text_scale()))

    def show_evaluated(self, shown: tuple[Evaluated, ...]) -> None:
        """Show two evaluations; nothing where there are not two."""
        super().show_evaluated(shown if len(shown) == 2 else ())

    def place_at(self, point: QPointF) -> Place | None:
        inside = (place for place in ((0, 0), (0, 1), (1, 0), (1, 1)) if self._square(*place).contains(point))
        return next(inside, None)

    def selection(self) -> Selection:
        """The images that both networks read right or wrong, or one of them alone; the surest mistakes first."""
        first, second = self._shown
        by_first, by_second = self._place[0] == 0, self._place[1] == 0
        which = (first.is_right == by_first) & (second.is_right == by_second)
        wrong = [np.where(each.is_right, 0, each.confidence) for each in (first, second)]
        words = self._words[self._place].format(first=first.info.name, second=second.info.name)
        numbers = surest_first(np.maximum(*wrong), which)
        return Selection(numbers, f"{words}: {numeral(len(numbers))}")

    def table(self) -> Table:
        """A row for each image that the two read as different digits."""
        rows: list[Sequence[object]] = [("index", "label", "first", "second", "first_confidence", "second_confidence")]
        if self._shown:
            first, second = self._shown
            for at in np.flatnonzero(first.digits != second.digits).tolist():
                index, label = first.data.indices[at], int(first.data.labels[at])
                digits = int(first.digits[at]), int(second.digits[at])
                rows.append((index, label, *digits, float(first.confidence[at]), float(second.confidence[at])))
        return lambda: rows

    @property
    def _words(self) -> dict[Place, str]:
        return {
            (0, 0): self.tr("both right"),
            (0, 1): self.tr("only {first} right"),
            (1, 0): self.tr("only {second} right"),
            (1, 1): self.tr("both wrong"),
        }

    def paint(self, painter: QPainter, shown: Evaluated) -> None:
        theme, second, scale = current_theme(), self._shown[1], text_scale()
        found = compare(shown.data.labels, shown.digits, second.digits)
        counts = {(0, 0): found.both, (0, 1): found.first, (1, 0): found.second, (1, 1): found.neither}
        for place, count in counts.items():
            square, is_one = self._square(*place), place in ((0, 1), (1, 0))
            painter.fillRect(square, QColor(mix(theme.window, theme.accent, 0.25) if is_one else theme.surface))
            painter.setPen(QColor(theme.line))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(square)
            upper = QRectF(square.left(), square.top(), square.width(), 0.55 * square.height())
            paint_words(painter, upper, numeral(count), theme.text, bold=True, pixels=22)
            words = self._words[place].format(first=shown.info.name, second=second.info.name)
            lower = QRectF(square.left() + 4, square.center().y(), square.width() - 8, 0.45 * square.height())
            painter.setFont(text_font(TEXT_PIXELS))
            painter.setPen(QColor(theme.text))
            painter.drawText(lower, int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap), words)
        self.frame(painter, self._square(*self._place).adjusted(2, 2, -2, -2))
        below = QRectF(0, self._square(1, 0).bottom() + 12, self.width(), 6 * 16 * scale)
        painter.setFont(text_font(TEXT_PIXELS))
        painter.setPen(QColor(theme.text))
        painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap), self._verdict(second))

    def _verdict(self, second: Evaluated) -> str:
        shown = self.evaluated
        found = compare(shown.data.labels, shown.digits, second.digits)
        differ = self.tr("They read {count} images as different digits.").format(count=numeral(found.differ))
        if found.first == found.second:
            return f"{differ} " + self.tr("Neither is right more often.")
        better = shown if found.first > found.second else second
        words = self.tr(
            "{name} is right more often; chance alone sets two networks that far apart in {share} of cases."
        )
        share = percent(found.p_value) if found.p_value >= _SMALLEST else self.tr("less than 0.1 %")
        return f"{differ} " + words.format(name=better.info.name, share=share)

    def _square(self, row: int, column: int) -> QRectF:
        side = (self.width() - 12) / 2
        wide, high = min(side, 2 * _CELL * text_scale()), min(side, _CELL * text_scale())
        return QRectF(1 + column * (wide + 8), 1 + row * (high + 8), wide, high)
