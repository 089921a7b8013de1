"""Ten curves of probability over anything that changes, with marks where the most probable digit becomes another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.digit_colours import digit_colour
from digitpad.ui.common.format import percent
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, mix, text_font, text_scale
from digitpad.ui.views.view import Figure

_LEFT, _TOP, _BOTTOM, _RIGHT = 44, 24, 36, 16  # round the plot, in pixels at the usual text size
_NAMED = 0.15  # probability above which a curve carries its digit


class ProbabilityCurves(Figure):
    """Curves with a line at the place that is looked at, which the pointer moves.

    Signals:
        moved: the number of the place under the pointer while its button is down.
    """

    moved = Signal(int)

    def __init__(self, axis: str, tick: Callable[[float], str]) -> None:
        """Curves over an axis with this title; `tick` says one of its values in words."""
        super().__init__()
        self._axis, self._tick = axis, tick
        self._places: NDArray[np.float64] = np.zeros(0)
        self._probabilities: NDArray[np.float64] = np.zeros((0, CLASSES))
        self._changes: Sequence[tuple[int, int | None]] = ()
        self._at = 0
        self._origin: int | None = None
        self.invitation = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_axis(self, axis: str, tick: Callable[[float], str]) -> None:
        """Name another axis, which is painted with the next curves."""
        self._axis, self._tick = axis, tick

    def show_curves(
        self,
        places: NDArray[np.float64],
        probabilities: NDArray[np.float64],
        changes: Sequence[tuple[int, int | None]],
        at: int,
        origin: int | None = None,
    ) -> None:
        """Paint other curves.

        Args:
            places: rising, (n,).
            probabilities: at each, (n, 10); none where n is 0: then the invitation is shown.
            changes: numbers of places, and the digit that is read from there on, None where it is rejected.
            at: the number of the place that is looked at.
            origin: the number of the place where everything is as it was drawn, which has a mark.
        """
        self._places, self._probabilities, self._changes = places, probabilities, changes
        self._at, self._origin = at, origin
        self.repaint()

    def move_to(self, at: int) -> None:
        """Look at another place."""
        if at != self._at:
            self._at = at
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    @property
    def _plot(self) -> QRectF:
        scale = text_scale()
        return QRectF(self.rect()).adjusted(_LEFT * scale, _TOP * scale, -_RIGHT * scale, -_BOTTOM * scale)

    def draw(self, painter: QPainter) -> None:
        """Paint the axes, the curves with their digits, the changes, and the line at the place that is looked at."""
        theme = current_theme()
        painter.setFont(text_font(NOTE_PIXELS))
        if not len(self._places):
            painter.setPen(QColor(theme.quiet))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.invitation)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot
        self._draw_axes(painter, plot)
        x = self._x(np.arange(len(self._places)), plot)
        y = plot.bottom() - self._probabilities * plot.height()
        for digit in range(CLASSES):
            width = 2.5 if self._probabilities[:, digit].max() >= _NAMED else 1
            painter.setPen(QPen(QColor(mix(digit_colour(digit, theme), theme.text, 0.15)), width))
            points = [QPointF(*point) for point in zip(x.tolist(), y[:, digit].tolist(), strict=True)]
            painter.drawPolyline(QPolygonF(points)) if len(points) > 1 else painter.drawPoint(points[0])
        self._draw_names(painter, x, y)
        self._draw_changes(painter, plot, x)
        if self._origin is not None:
            self._draw_origin(painter, plot, float(x[self._origin]))
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawLine(QPointF(x[self._at], plot.top()), QPointF(x[self._at], plot.bottom()))

    def _draw_axes(self, painter: QPainter, plot: QRectF) -> None:
        theme, line = current_theme(), 16 * text_scale()
        for share in (0.0, 0.5, 1.0):
            y = plot.bottom() - share * plot.height()
            painter.setPen(QColor(theme.line))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(theme.quiet))
            place = QRectF(0, y - line / 2, plot.left() - 6, line)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), percent(share, 0))
        below, middle = plot.bottom() + 2, int(Qt.AlignmentFlag.AlignCenter)
        ends = ((0, Qt.AlignmentFlag.AlignLeft), (len(self._places) - 1, Qt.AlignmentFlag.AlignRight))
        for at, side in ends if len(self._places) > 1 else ends[:1]:
            painter.drawText(QRectF(plot.left(), below, plot.width(), line), int(side), self._tick(self._places[at]))
        painter.drawText(QRectF(plot.left(), below + line - 2, plot.width(), line), middle, self._axis)

    def _draw_names(self, painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        """The digit of each curve that matters, on a ground of its own, where it is highest."""
        theme, size = current_theme(), 16 * text_scale()
        painter.setFont(text_font(NOTE_PIXELS, bold=True))
        for digit in np.flatnonzero(self._probabilities.max(axis=0) >= _NAMED).tolist():
            high = np.flatnonzero(self._probabilities[:, digit] >= self._probabilities[:, digit].max() - 0.01)
            at = int(high[len(high) // 2])
            place = QRectF(x[at] - size / 2, y[at, digit] - size / 2, size, size)
            painter.setPen(QPen(QColor(digit_colour(digit, theme)), 1.5))
            painter.setBrush(QColor(theme.window))
            painter.drawEllipse(place)
            painter.setPen(QColor(theme.text))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), str(digit))

    def _draw_changes(self, painter: QPainter, plot: QRectF, x: NDArray[np.float64]) -> None:
        """A dashed line where the answer becomes another, with that digit above, or a dash for none."""
        theme, size, taken = current_theme(), 16 * text_scale(), -np.inf
        for at, digit in self._changes:
            painter.setPen(QPen(QColor(theme.quiet), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x[at], plot.top()), QPointF(x[at], plot.bottom()))
            if x[at] >= taken:  # where changes follow each other at once, there is room for the first
                word = "–" if digit is None else str(digit)
                painter.setPen(QColor(theme.text))
                painter.drawText(QRectF(x[at] - 2, plot.top() - size - 2, size, size), word)
                taken = x[at] + size * 0.6

    def _draw_origin(self, painter: QPainter, plot: QRectF, x: float) -> None:
        """A small triangle below the axis, and a word beside it where there is room."""
        theme, size = current_theme(), 5 * text_scale()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.text))
        foot = plot.bottom() + 1
        painter.drawPolygon(
            QPolygonF([QPointF(x, foot), QPointF(x - size, foot + 1.5 * size), QPointF(x + size, foot + 1.5 * size)])
        )
        line, width = 16 * text_scale(), 80 * text_scale()
        if plot.left() + width < x < plot.right() - 2 * width:
            painter.setPen(QColor(theme.quiet))
            painter.setFont(text_font(NOTE_PIXELS))
            painter.drawText(QRectF(x + 2 * size, foot + 1, width, line), self.tr("as drawn"))

    def _x(self, numbers: NDArray[np.integer], plot: QRectF) -> NDArray[np.float64]:
        first, last = float(self._places[0]), float(self._places[-1])
        shares = (self._places[numbers] - first) / max(last - first, 1e-9)
        x: NDArray[np.float64] = plot.left() + shares * plot.width()
        return x

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._follow(event)

    def _follow(self, event: QMouseEvent) -> None:
        if len(self._places) and event.buttons() & Qt.MouseButton.LeftButton:
            x = self._x(np.arange(len(self._places)), self._plot)
            self.moved.emit(int(np.abs(x - event.position().x()).argmin()))
