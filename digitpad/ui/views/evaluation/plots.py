"""The reliability diagram and the rejection curve of an evaluation."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from digitpad.reading.calibration import BINS, Bin, bin_numbers
from digitpad.reading.evaluation.evaluate import Evaluated
from digitpad.reading.evaluation.metrics import Rejection, rejection_axes, wilson_interval
from digitpad.ui.common.exports import Table
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.theme import current_theme, mix, text_scale
from digitpad.ui.views.evaluation.figure import (
    Axis,
    EvaluationFigure,
    Place,
    Selection,
    paint_axes,
    paint_words,
    plot_area,
)


class PlotFigure(EvaluationFigure):
    """A figure with two axes."""

    def sizeHint(self) -> QSize:
        return QSize(round(360 * text_scale()), round(340 * text_scale()))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(240 * text_scale()), round(220 * text_scale()))

    @property
    def plot(self) -> QRectF:
        """Where the points are."""
        return plot_area(QRectF(self.rect()))


class ReliabilityFigure(PlotFigure):
    """A point for each bin of confidence that holds answers; it stands for the images in the bin."""

    def __init__(self) -> None:
        super().__init__("reliability_figure", self.tr("Reliability diagram"))

    def first_place(self) -> Place:
        return 0, 0

    def limits(self) -> tuple[range, range]:
        return range(1), range(len(self._held))

    @property
    def _held(self) -> list[tuple[int, Bin]]:
        """The bins that hold answers, with their numbers."""
        return [pair for pair in enumerate(self.evaluated.result.reliability) if pair[1].count]

    def place_at(self, point: QPointF) -> Place | None:
        x = [self._at(held.confidence, 0).x() for _, held in self._held]
        return 0, int(np.abs(np.array(x) - point.x()).argmin())

    def selection(self) -> Selection:
        """The images of a bin of confidence, mistakes first."""
        shown = self.evaluated
        number, held = self._held[self._place[1]]
        inside = bin_numbers(shown.confidence) == number
        wrong, right = (np.flatnonzero(inside & which) for which in (~shown.is_right, shown.is_right))
        words = self.tr("Answers of {low} to {high} % confidence, mistakes first: {count}, of which {right} are right")
        words = words.format(
            count=numeral(held.count),
            low=numeral(100 * number / BINS, 0),
            high=numeral(100 * (number + 1) / BINS, 0),
            right=percent(held.accuracy),
        )
        return Selection(np.concatenate([wrong, right]), words)

    def table(self) -> Table:
        """A row for each bin, with shares from 0 to 1."""
        rows: list[Sequence[object]] = [("from", "to", "answers", "mean_confidence", "read_right")]
        bins = self.evaluated.result.reliability if self._shown else []
        rows += [
            (at / BINS, (at + 1) / BINS, held.count, held.confidence, held.accuracy) for at, held in enumerate(bins)
        ]
        return lambda: rows

    def paint(self, painter: QPainter, shown: Evaluated) -> None:
        theme, plot = current_theme(), self.plot
        ticks = tuple(percent(share, 0) for share in (0, 0.25, 0.5, 0.75, 1))
        paint_axes(painter, plot, Axis(self.tr("confidence"), 0, 1, ticks), Axis(self.tr("read right"), 0, 1, ticks))
        painter.setPen(QPen(QColor(theme.quiet), 1, Qt.PenStyle.DashLine))
        painter.drawLine(plot.bottomLeft(), plot.topRight())
        for at, (_, held) in enumerate(self._held):
            low, high = wilson_interval(held.accuracy, held.count)
            middle = self._at(held.confidence, held.accuracy)
            radius = 2 + 8 * math.sqrt(held.count / shown.result.n)
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawLine(self._at(held.confidence, low), self._at(held.confidence, high))
            painter.setBrush(QColor(theme.accent))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(middle, radius, radius)
            if at == self._place[1]:
                reach = radius + 4
                self.frame(painter, QRectF(middle.x() - reach, middle.y() - reach, 2 * reach, 2 * reach))

    def _at(self, confidence: float, accuracy: float) -> QPointF:
        plot = self.plot
        return QPointF(plot.left() + confidence * plot.width(), plot.bottom() - accuracy * plot.height())


class RejectionFigure(PlotFigure):
    """The accuracy of the rest over the share rejected; a place stands for the images rejected there."""

    def __init__(self) -> None:
        super().__init__("rejection_figure", self.tr("Rejection curve"))

    def first_place(self) -> Place:
        """Where digitpad rejects now."""
        if not self._shown:
            return 0, 0
        rejected = float((self.evaluated.scores < self.evaluated.lowest).mean())
        return 0, int(np.abs([point.rejected - rejected for point in self._curve]).argmin())

    def limits(self) -> tuple[range, range]:
        most, _ = self._limits
        return range(1), range(sum(point.rejected <= most for point in self._curve))

    @property
    def _curve(self) -> list[Rejection]:
        return self.evaluated.result.rejection

    @property
    def _limits(self) -> tuple[float, float]:
        return rejection_axes(self._curve, self.evaluated.result.rejection_by_confidence)

    def place_at(self, point: QPointF) -> Place | None:
        plot, (most, _) = self.plot, self._limits
        share = most * (point.x() - plot.left()) / plot.width()
        return 0, int(np.abs([each.rejected - share for each in self._curve]).argmin())

    def selection(self) -> Selection:
        """The images that are rejected at a point of the curve, the lowest score first."""
        shown, point = self.evaluated, self._curve[self._place[1]]
        order = np.argsort(shown.scores, kind="stable")[: round(point.rejected * len(shown.scores))]
        words = self.tr(
            "Rejected, with energy scores below {score}: {count} of {all} ({share}); {accuracy} of the rest are right"
        )
        return Selection(
            order,
            words.format(
                count=numeral(len(order)),
                all=numeral(len(shown.scores)),
                share=percent(point.rejected, 2),
                accuracy=percent(point.accuracy, 2),
                score=numeral(point.threshold, 2),
            ),
        )

    def table(self) -> Table:
        """A row for each share rejected; shares are from 0 to 1."""
        rows: list[Sequence[object]] = [("rejected", "right_by_score", "score", "right_by_confidence", "confidence")]
        if self._shown:
            pairs = zip(self._curve, self.evaluated.result.rejection_by_confidence, strict=True)
            rows += [(a.rejected, a.accuracy, a.threshold, b.accuracy, b.threshold) for a, b in pairs]
        return lambda: rows

    def paint(self, painter: QPainter, shown: Evaluated) -> None:
        theme, plot, (most, least) = current_theme(), self.plot, self._limits
        shares = (0, 0.25, 0.5, 0.75, 1)
        across = Axis(self.tr("rejected"), 0, most, tuple(percent(most * share, None) for share in shares))
        up = Axis(
            self.tr("read right of the rest"),
            least,
            1,
            tuple(percent(least + share * (1 - least), None) for share in shares),
        )
        paint_axes(painter, plot, across, up)
        lines = (
            (shown.result.rejection_by_confidence, mix(theme.window, theme.text, 0.7), Qt.PenStyle.DashLine),
            (shown.result.rejection, theme.accent, Qt.PenStyle.SolidLine),
        )

        def at(point: Rejection) -> QPointF:
            x, y = across.share(point.rejected), up.share(point.accuracy)
            return QPointF(plot.left() + x * plot.width(), plot.bottom() - y * plot.height())

        painter.save()
        painter.setClipRect(plot.adjusted(-8, -8, 8, 8))
        for curve, colour, style in lines:
            painter.setPen(QPen(QColor(colour), 2, style))
            painter.drawPolyline([at(point) for point in curve if point.rejected <= most])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        painter.drawEllipse(at(self._curve[self.first_place()[1]]), 5, 5)
        x = at(self._curve[self._place[1]]).x()
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.quiet), 2))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.restore()
        place = QRectF(plot.left(), plot.bottom() - 58 * text_scale(), plot.width() - 8, 16 * text_scale())
        right = Qt.AlignmentFlag.AlignRight
        paint_words(painter, place, self.tr("— by energy score, as digitpad does"), theme.accent_text, right)
        place.translate(0, 18 * text_scale())
        paint_words(painter, place, self.tr("– – by confidence"), theme.text, right)
        place.translate(0, 18 * text_scale())
        paint_words(painter, place, self.tr("● where it rejects now"), theme.accent_text, right)
