"""The three plots of a run: loss, accuracy and learning rate, moved together, with one cursor.

Axes, thinning, logarithms and limits are pyqtgraph's, which has no types and is imported with the first plots. Its
ViewBox and AxisItem are laid out here: with a PlotItem each, the plots take four times as long to build (72 ms).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.ui.common.format import numeral
from digitpad.ui.common.theme import NOTE_PIXELS, Theme, text_font
from digitpad.ui.curves.data import Points, RunCurves, XAxis
from digitpad.ui.curves.legend import Legend, Look, other_look

Untyped = Any
"""A thing of pyqtgraph's, which has no types."""

_AXIS_WIDTH, _AXIS_HEIGHT = 64, 34
_LEAST_STEPS, _CLOSEST_STEPS = 50, 5
_DECADES = 4
_ZOOM = 1.5


@dataclass(frozen=True)
class Line:
    """A line to draw: what the legend calls it, its look, and all of it; '' leaves it out of the legend."""

    label: str
    look: Look
    points: Points


class Plot:
    """One plot: a box with an axis of values at its left, and below it one of steps where it has one."""

    def __init__(self, area: Untyped, row: int, column: int, rows: int = 1, *, has_steps: bool = True) -> None:
        import pyqtgraph

        self._pg: Any = pyqtgraph
        self.box = area.addViewBox(row, column + 1, rows, 1, enableMenu=False, defaultPadding=0)
        self.box.setMouseEnabled(x=True, y=False)
        self.box.disableAutoRange()
        self.values = pyqtgraph.AxisItem("left", linkView=self.box, maxTickLength=0)
        area.addItem(self.values, row, column, rows, 1)
        self.values.setWidth(_AXIS_WIDTH)
        self.values.setGrid(160)
        self.values.setZValue(-1000)  # its grid lies under the lines
        self.axes = [self.values]
        if has_steps:
            self.steps = pyqtgraph.AxisItem("bottom", linkView=self.box, maxTickLength=-4)
            self.steps.setHeight(_AXIS_HEIGHT)
            area.addItem(self.steps, row + rows, column + 1)
            self.axes.append(self.steps)
        for axis in self.axes:
            axis.enableAutoSIPrefix(False)
            axis.tickStrings, axis.logTickValues = _numerals, _log_ticks
            axis.setStyle(tickTextOffset=4, hideOverlappingLabels=8)
        self.cursor = pyqtgraph.InfiniteLine(angle=90)
        self.cursor.hide()
        self.box.addItem(self.cursor, ignoreBounds=True)
        self._items: list[Any] = []
        self._looks: tuple[Look | float, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme; lines take them when they are drawn next."""
        self._theme, self._looks = theme, ()
        self.cursor.setPen(QColor(theme.quiet))
        for axis in self.axes:
            axis.setPen(QColor(theme.line))
            axis.setTextPen(QColor(theme.quiet))
            axis.setStyle(tickFont=text_font(NOTE_PIXELS))
            axis.label.setFont(text_font(NOTE_PIXELS))

    def draw(self, lines: Sequence[Line], ratio: float, *, is_log: bool = False) -> tuple[float, float] | None:
        """Draw these lines, the topmost last, instead of those before; `ratio` is device pixels for each pixel.

        Returns:
            The lowest and highest value within the steps that are shown, positive where `is_log`; None without any.
        """
        if (*(line.look for line in lines), ratio) != self._looks:
            for item in self._items:
                self.box.removeItem(item)
            self._looks = (*(line.look for line in lines), ratio)
            self._items = [self._item(line.look, ratio) for line in lines]
        start, stop = self.box.viewRange()[0]
        seen = []
        self.values.setLogMode(False, is_log)
        self.values.tickStrings = _powers if is_log else _numerals
        for item, line in zip(self._items, lines, strict=True):
            x, y = line.points
            known = np.isfinite(y) & ((y > 0) | (not is_log))
            if not known.all():
                x, y = x[known], y[known]
            item.setLogMode(False, is_log)
            item.setData(x, y)
            seen.append(y[np.searchsorted(x, start) : np.searchsorted(x, stop, side="right")])
        values = np.concatenate(seen) if seen else np.empty(0)
        return (float(values.min()), float(values.max())) if len(values) else None

    def set_range(self, low: float, high: float, *, is_log: bool = False) -> None:
        """Show these values; on a logarithmic axis a decade at least, so that there are ticks to read by."""
        if is_log:
            low, high = math.log10(low), math.log10(high)
            low, high = min(low, (low + high - 1) / 2), max(high, (low + high + 1) / 2)
        self.box.setYRange(low, high, padding=0.04)

    def _item(self, look: Look, ratio: float) -> Untyped:
        item = self._pg.PlotDataItem(
            pen=look.pen(self._theme, ratio),
            symbol=look.symbol or None,
            symbolSize=7,
            symbolPen=None,
            symbolBrush=look.colour_in(self._theme),
            antialias=look.width > 1,
            autoDownsample=not look.symbol,
            autoDownsampleFactor=0.6 if look.width == 1 else 0.3,
            downsampleMethod="peak" if look.width == 1 else "subsample",  # wide lines are smooth
            clipToView=not look.symbol,
            skipFiniteCheck=True,
            useCache=False,  # symbols kept as pictures are torn in a picture of another scale
        )
        self.box.addItem(item, ignoreBounds=True)
        return item


class CurvePlots(QWidget):
    """The plots under their legend; made once pyqtgraph has been imported, or else importing it.

    Signals:
        cursor_moved: `cursor_step` is another.
        redraw_requested: the person zoomed or moved the plots, so that other points are to be drawn.
    """

    cursor_moved = Signal()
    redraw_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        import pyqtgraph

        self.setObjectName("curve_plots")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Training curves"))
        self.setToolTip(
            self.tr(
                "Turn the wheel to zoom, drag to move.\nLeft and right move the cursor, with Shift by steps.\n"
                "+ and - zoom, 0 shows all."
            )
        )
        self.legend = Legend()
        self._area: Any = pyqtgraph.GraphicsLayoutWidget()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setMinimumSize(120, 60)
        layout = self._area.ci.layout
        layout.setContentsMargins(0, 2, 12, 0)
        layout.setHorizontalSpacing(0)
        layout.setVerticalSpacing(6)
        self._loss = Plot(self._area, 0, 0, 2)
        self._accuracy = Plot(self._area, 0, 2, has_steps=False)
        self._rate = Plot(self._area, 1, 2)
        self._plots = (self._loss, self._accuracy, self._rate)
        for column, stretch in ((1, 3), (3, 2)):
            layout.setColumnStretchFactor(column, stretch)
        self._loss.values.setLabel(self.tr("Loss (cross entropy)"))
        self._accuracy.values.setLabel(self.tr("Accuracy (%)"))
        self._accuracy.values.setScale(100)
        self._rate.values.setLabel(self.tr("Learning rate"))
        for plot in self._plots:
            plot.box.sigRangeChangedManually.connect(partial(self._on_moved, plot))
        self._area.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self._curves = RunCurves()
        self._axis: XAxis = "step"
        self._follows = True
        self._end = 0.0
        self._cursor: int | None = None
        self.picture = QWidget()
        """What a picture of the plots shows: all of it but the frame of the focus."""
        inner = QVBoxLayout(self.picture)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        inner.addWidget(self.legend)
        inner.addWidget(self._area, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(4, 4, 4, 4)
        outer.addWidget(self.picture)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, and the application's font as it is now."""
        self._focus_pen = QPen(QColor(theme.accent), 2)
        self.legend.set_theme(theme)
        self._area.setBackground(QColor(theme.window))
        for plot in self._plots:
            plot.set_theme(theme)
        self.redraw_requested.emit()

    @property
    def cursor_step(self) -> int | None:
        """The step that the cursor stands at; None where there is no cursor."""
        return self._cursor

    @property
    def span(self) -> tuple[float, float]:
        """The first and the last place that are shown, on the axis chosen."""
        start, stop = self._loss.box.viewRange()[0]
        return start, stop

    @property
    def value_ranges(self) -> tuple[tuple[float, float], ...]:
        """Lowest and highest loss, accuracy and learning rate that are shown; logarithms on a logarithmic axis."""
        return tuple((low, high) for low, high in (plot.box.viewRange()[1] for plot in self._plots))

    @property
    def areas(self) -> tuple[tuple[QWidget, QPointF], ...]:
        """The widget that takes the mouse and the middle of the plot in it, for loss, accuracy and learning rate."""
        return tuple(
            (self._area.viewport(), QPointF(self._area.mapFromScene(plot.box.sceneBoundingRect().center())))
            for plot in self._plots
        )

    def draw(
        self, curves: RunCurves, others: dict[str, RunCurves], axis: XAxis, *, is_log: bool, ratio: float = 1.0
    ) -> None:
        """Draw a run, and others over it.

        Args:
            curves: the run.
            others: the smoothed loss and test accuracy of these are drawn in dashes, by their names.
            axis: what they are drawn over.
            is_log: whether the axes of loss and learning rate are logarithmic.
            ratio: device pixels for each pixel.
        """
        self._curves = curves
        if axis != self._axis:
            self._axis, self._follows = axis, True
        self._fit_steps((curves, *others.values()))
        self._place_cursor()
        quiet, test, accent = Look("quiet", 1.0, "s"), Look("text", 1.5, "o"), Look("accent", 1.5, "o")
        steps = curves.place(curves.steps, axis)
        images = numeral(curves.interims[-1].images if curves.interims else 0)
        interim = self.tr("test, first {count}").format(count=images)
        loss = [
            Line(self.tr("each step"), Look("pale"), (steps, curves.losses)),
            Line(self.tr("smoothed"), Look("accent", 2.0), (steps, curves.smoothed)),
            Line(interim, quiet, self._placed(curves, curves.interim("loss"))),
            Line(self.tr("test"), test, self._placed(curves, curves.by_epoch("test_loss"))),
        ]
        accuracy = [
            Line(self.tr("training"), accent, self._placed(curves, curves.by_epoch("train_accuracy"))),
            Line(self.tr("validation"), quiet, self._placed(curves, curves.by_epoch("validation_accuracy"))),
            Line("", quiet, self._placed(curves, curves.interim("accuracy"))),
            Line("", test, self._placed(curves, curves.by_epoch("test_accuracy"))),
        ]
        named = [line for line in (*loss, *accuracy) if line.label and len(line.points[0])]
        for number, (name, run) in enumerate(others.items()):
            smoothed = Line(name, other_look(number), self._placed(run, (run.steps, run.smoothed)))
            tested = Line("", other_look(number, "o"), self._placed(run, run.by_epoch("test_accuracy")))
            loss.insert(1 + number, smoothed)
            accuracy.insert(number, tested)
            named.append(smoothed)
        self.legend.show_entries((line.label, line.look) for line in named)
        self._show_loss(loss, ratio, is_log=is_log)
        low, _ = self._accuracy.draw(accuracy, ratio) or (0.9, 1.0)
        self._accuracy.set_range(1 - min(max(1.1 * (1 - low), 0.001), 1.0), 1.0)
        rate = Line("", Look("accent", 1.5), (steps, curves.learning_rates))
        low, high = self._rate.draw([rate], ratio, is_log=is_log) or (0.001, 1.0)
        # A schedule that ends near 0 would take all decades there are.
        self._rate.set_range(max(low, high * 10.0**-_DECADES) if is_log else 0.0, high or 1.0, is_log=is_log)

    @Slot()
    def show_whole_range(self) -> None:
        """Show all steps, and those to come."""
        self._follows = True
        self.redraw_requested.emit()

    def put_cursor(self, step: float | None) -> None:
        """Put the cursor at the step nearest to this one, or away."""
        values = None if step is None else self._curves.at(step)
        found = None if values is None else values.step
        if found != self._cursor:
            self._cursor = found
            self._place_cursor()
            self.cursor_moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, or zoom."""
        key, (start, stop) = event.key(), self.span
        ends = [self._curves.step_at(place, self._axis) for place in (start, stop)]
        is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        stride = 1.0 if is_fine else max((ends[1] - ends[0]) / 100, 1.0)
        here = self._curves.last_step if self._cursor is None else self._cursor
        if key == Qt.Key.Key_Left:
            self._step_to(here - stride if self._cursor is not None else here)
        elif key == Qt.Key.Key_Right:
            self._step_to(here + stride)
        elif key == Qt.Key.Key_Home:
            self._step_to(0)
        elif key == Qt.Key.Key_End:
            self._step_to(self._curves.last_step)
        elif key == Qt.Key.Key_Escape and self._cursor is not None:
            self.put_cursor(None)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            centre = (start + stop) / 2 if self._cursor is None else self._place(self._cursor)
            factor = _ZOOM if key == Qt.Key.Key_Minus else 1 / _ZOOM
            self._move_to(centre + (start - centre) * factor, centre + (stop - centre) * factor)
        elif key == Qt.Key.Key_0:
            self.show_whole_range()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Thin the lines anew."""
        super().resizeEvent(event)
        self.redraw_requested.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the focus no more."""
        super().focusOutEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Put the cursor away."""
        super().leaveEvent(event)
        self.put_cursor(None)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a frame where the keyboard is listened to."""
        if self.hasFocus():
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(self._focus_pen)
                painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def _place(self, step: float) -> float:
        return float(self._curves.place(step, self._axis))

    def _placed(self, run: RunCurves, points: Points) -> Points:
        return run.place(points[0], self._axis), points[1]

    def _show_loss(self, lines: list[Line], ratio: float, *, is_log: bool) -> None:
        low, high = self._loss.draw(lines, ratio, is_log=is_log) or (0.1, 1.0)
        if not is_log and (self._follows or low == high):
            low, high = min(low, 0.0), high or 1.0
        self._loss.set_range(low, high, is_log=is_log)

    def _fit_steps(self, runs: Sequence[RunCurves]) -> None:
        """Show as many steps as there are, with room for more: the axis grows in leaps, up to what is planned."""
        longest = max(runs, key=lambda run: float(run.place(run.last_step, self._axis)))
        last = float(longest.place(longest.last_step, self._axis))
        step = last / longest.last_step if last else 1.0
        planned, wanted = self._curves.planned(self._axis), max(1.05 * last, _LEAST_STEPS * step)
        leap = 1.25 ** math.ceil(math.log(wanted, 1.25))
        end = max(min(leap, planned or last), last, _LEAST_STEPS * step)
        if end != self._end or self._follows:
            self._end = end
            for plot in self._plots:
                plot.box.setLimits(xMin=-0.01 * end, xMax=1.02 * end, minXRange=_CLOSEST_STEPS * step)
        if self._follows:
            self._show_span(-0.01 * end, 1.02 * end)
        self._name_axis()

    def _name_axis(self) -> None:
        is_long = self._axis == "time" and self._end > 180
        name = {
            "step": self.tr("Step"),
            "epoch": self.tr("Epoch"),
            "images": self.tr("Training images"),
            "time": self.tr("Minutes of training") if is_long else self.tr("Seconds of training"),
        }[self._axis]
        for plot in (self._loss, self._rate):
            plot.steps.setScale(1 / 60 if is_long else 1.0)
            if plot.steps.labelText != name:
                plot.steps.setLabel(name)

    def _place_cursor(self) -> None:
        for plot in self._plots:
            plot.cursor.setVisible(self._cursor is not None)
            if self._cursor is not None:
                plot.cursor.setValue(self._place(self._cursor))

    def _show_span(self, start: float, stop: float) -> None:
        for plot in self._plots:
            plot.box.setXRange(start, stop, padding=0)

    def _move_to(self, start: float, stop: float) -> None:
        self._follows = False
        self._show_span(start, stop)
        self.redraw_requested.emit()

    def _step_to(self, step: float) -> None:
        """Put the cursor somewhere, and move the plots where that is out of sight."""
        self.put_cursor(step)
        start, stop = self.span
        if self._cursor is not None and not start <= self._place(self._cursor) <= stop:
            centre = self._place(self._cursor) + (start - stop) / 2
            self._move_to(centre, centre + stop - start)

    def _on_moved(self, plot: Plot, _axes: object) -> None:
        """The person zoomed or moved this plot with the mouse."""
        start, stop = plot.box.viewRange()[0]
        self._move_to(start, stop)

    @Slot(object)
    def _on_mouse_moved(self, place: QPointF) -> None:
        for plot in self._plots:
            if plot.box.sceneBoundingRect().contains(place):
                self.put_cursor(self._curves.step_at(plot.box.mapSceneToView(place).x(), self._axis))
                return
        self.put_cursor(None)


def _numerals(values: list[float], scale: float, _spacing: float) -> list[str]:
    return [numeral(value * scale, digits=9) for value in values]


def _log_ticks(low: float, high: float, _size: float, _ticks: object) -> list[tuple[None, list[float]]]:
    """Ticks in levels: as many are labelled as there is room for, first each decade's 1, then its 2 and 5."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    levels = [[decade + math.log10(digit) for decade in decades for digit in level] for level in ((1,), (2, 5), (3, 7))]
    return [(None, [place for place in level if low <= place <= high]) for level in levels]


def _powers(values: list[float], _scale: float, _spacing: float) -> list[str]:
    return [numeral(10.0**value, digits=1) for value in values]
