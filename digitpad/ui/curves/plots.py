"""The three plots of a run: loss, accuracy and learning rate, moved together, with one cursor.

Axes, thinning, logarithms and limits are pyqtgraph's, which has no types and is imported with the first plots. Its
ViewBox and AxisItem are laid out here: measured on two cores, that takes 17 ms to build and 15 ms to the first paint,
with a PlotItem each 72 and 40 ms. At 100,000 steps a report and the redraw after it take 17 to 35 ms (as thinned by own
code: 14 to 19 ms; with PlotItem's defaults: 45 to 60 ms) and 16 MB. Its LegendItem hides lines and wraps no names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import column
from digitpad.ui.common.theme import NOTE_PIXELS, Theme, current_theme, text_font
from digitpad.ui.common.widgets import named
from digitpad.ui.curves.legend import EACH_STEP, PART, RATE, SMOOTHED, TEST, TRAINING, Look, legend_text, other_look
from digitpad.ui.session.run_curves import Points, RunCurves, XAxis

Untyped = Any
"""A thing of pyqtgraph's."""

Line = tuple[str, Look, Points]
"""A line to draw: what the legend calls it, '' where it does not; how it looks; all of it."""

_LEAST_STEPS, _CLOSEST_STEPS = 50, 5
_DECADES = 4
_ZOOM = 1.5


class Plot:
    """One plot: a box with an axis of values at its left, and one of steps below it where it has one."""

    def __init__(self, area: Untyped, title: str, row: int, at: int, rows: int = 1, *, has_steps: bool = True) -> None:
        import pyqtgraph

        self._pg: Untyped = pyqtgraph
        self.box = area.addViewBox(row, at + 1, rows, 1, enableMenu=False, defaultPadding=0)
        self.box.setMouseEnabled(x=True, y=False)
        self.box.disableAutoRange()
        self.values = pyqtgraph.AxisItem("left", linkView=self.box, maxTickLength=0)
        self.values.setLabel(title)
        self.values.setWidth(64)
        self.values.setGrid(160)
        self.values.setZValue(-1000)  # its grid lies under the lines
        area.addItem(self.values, row, at, rows, 1)
        self.steps = pyqtgraph.AxisItem("bottom", linkView=self.box, maxTickLength=-4)
        if has_steps:
            self.steps.setHeight(34)
            area.addItem(self.steps, row + rows, at + 1)
        for axis in (self.values, self.steps):
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickTextOffset=4, hideOverlappingLabels=8)
            axis.tickStrings, axis.logTickValues = _numerals, _log_ticks
        self.cursor = pyqtgraph.InfiniteLine(angle=90)
        self.cursor.hide()
        self.box.addItem(self.cursor, ignoreBounds=True)
        self._items: list[Untyped] = []
        self._drawn: tuple[object, ...] = ()

    def set_colours(self, theme: Theme) -> None:
        """Take the colours of a theme; lines take them when they are drawn next."""
        self.cursor.setPen(QColor(theme.quiet))
        for axis in (self.values, self.steps):
            axis.setPen(QColor(theme.line))
            axis.setTextPen(QColor(theme.quiet))
            axis.setStyle(tickFont=text_font(NOTE_PIXELS))
            axis.label.setFont(text_font(NOTE_PIXELS))

    def draw(self, lines: Sequence[Line], ratio: float, *, is_log: bool = False) -> tuple[float, float]:
        """Draw these lines, the topmost last, instead of those before; `ratio` is device pixels for each pixel.

        Returns the lowest and highest value in the steps that are shown, positive where `is_log`; NaN without any.
        """
        theme = current_theme()
        looks = (theme, ratio, *(look for _, look, _ in lines))
        if looks != self._drawn:
            for item in self._items:
                self.box.removeItem(item)
            self._drawn, self._items = looks, [self._item(look, theme, ratio) for _, look, _ in lines]
        self.values.setLogMode(False, is_log)
        self.values.tickStrings = _powers if is_log else _numerals
        start, stop = self.box.viewRange()[0]
        low, high = math.inf, -math.inf
        for item, (_, _, (x, y)) in zip(self._items, lines, strict=True):
            known = np.isfinite(y) & ((y > 0) | (not is_log))
            x, y = x[known], y[known]
            item.setLogMode(False, is_log)
            item.setData(x, y)
            seen = y[np.searchsorted(x, start) : np.searchsorted(x, stop, side="right")]
            low, high = min(low, seen.min(initial=math.inf)), max(high, seen.max(initial=-math.inf))
        return (low, high) if low <= high else (math.nan, math.nan)

    def set_range(self, low: float, high: float, *, is_log: bool = False) -> None:
        """Show these values; on a logarithmic axis a decade at least, so that there are ticks to read by."""
        if is_log:
            low, high = math.log10(low), math.log10(high)
            low, high = min(low, (low + high - 1) / 2), max(high, (low + high + 1) / 2)
        self.box.setYRange(low, high, padding=0.04)

    def _item(self, look: Look, theme: Theme, ratio: float) -> Untyped:
        is_noisy = look == EACH_STEP
        item = self._pg.PlotDataItem(
            pen=look.pen(theme, ratio),
            symbol=look.symbol,
            symbolSize=7,
            symbolPen=None,
            symbolBrush=look.colour_in(theme),
            antialias=not is_noisy,
            autoDownsample=look.symbol is None,
            autoDownsampleFactor=0.6,  # samples for each pixel
            downsampleMethod="peak" if is_noisy else "subsample",
            clipToView=look.symbol is None,
            skipFiniteCheck=True,
            useCache=False,  # symbols kept as pictures are torn in a picture of another scale
        )
        self.box.addItem(item, ignoreBounds=True)
        return item


class CurvePlots(QFrame):
    """The plots under their legend; made once pyqtgraph has been imported, or else importing it."""

    cursor_moved = Signal()
    redraw_requested = Signal()  # other points are to be drawn: the person zoomed or moved the plots

    def __init__(self) -> None:
        super().__init__()
        import pyqtgraph

        keys = self.tr(
            "Turn the wheel to zoom, drag to move.\nLeft and right move the cursor, with Shift by steps.\n"
            "+ and - zoom, 0 shows all."
        )
        named(self, "curve_plots", self.tr("Training curves"), keys)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ratio = 0.0
        """Device pixels for each pixel of what is drawn; 0 takes the screen's."""
        self.entries: list[tuple[str, Look]] = []
        """What the legend names."""
        self.legend = QLabel(textFormat=Qt.TextFormat.RichText, wordWrap=True)
        self.legend.setFont(text_font(NOTE_PIXELS))
        self._area: Untyped = pyqtgraph.GraphicsLayoutWidget()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setMinimumSize(120, 60)
        layout = self._area.ci.layout
        layout.setContentsMargins(0, 2, 12, 0)
        layout.setHorizontalSpacing(0)
        layout.setVerticalSpacing(6)
        self._loss = Plot(self._area, self.tr("Loss (cross entropy)"), 0, 0, 2)
        self._accuracy = Plot(self._area, self.tr("Accuracy (%)"), 0, 2, has_steps=False)
        self._accuracy.values.setScale(100)
        self._rate = Plot(self._area, self.tr("Learning rate"), 1, 2)
        layout.setColumnStretchFactor(1, 3)
        layout.setColumnStretchFactor(3, 2)
        self._plots = (self._loss, self._accuracy, self._rate)
        for plot in self._plots:
            plot.box.sigRangeChangedManually.connect(partial(self._on_moved, plot))
        self._area.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self._curves = RunCurves()
        self._axis: XAxis = "step"
        self._follows = True
        self._end = 0.0
        self.cursor_step: int | None = None
        """The step that the cursor stands at; None where there is no cursor."""
        self.picture = QWidget()
        """What a picture of the plots shows: all of it but the frame of the focus."""
        column(self.legend, (self._area, 1), parent=self.picture, spacing=4)
        column(self.picture, parent=self, margin=2)
        self._set_colours()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._set_colours()

    def _set_colours(self) -> None:
        theme = current_theme()
        self._area.setBackground(QColor(theme.window))
        for plot in self._plots:
            plot.set_colours(theme)
        self.redraw_requested.emit()

    @property
    def ranges(self) -> tuple[tuple[tuple[float, float], tuple[float, float]], ...]:
        """Of loss, accuracy and learning rate: first and last place, lowest and highest value (or its logarithm)."""
        return tuple((tuple(x), tuple(y)) for x, y in (plot.box.viewRange() for plot in self._plots))

    @property
    def areas(self) -> tuple[tuple[QWidget, QPointF], ...]:
        """Of loss, accuracy and learning rate: the widget that takes the mouse, and the middle of the plot in it."""
        centres = (self._area.mapFromScene(plot.box.sceneBoundingRect().center()) for plot in self._plots)
        return tuple((self._area.viewport(), QPointF(centre)) for centre in centres)

    def draw(self, curves: RunCurves, overlays: dict[str, RunCurves], axis: XAxis, *, is_log: bool) -> None:
        """Draw a run and over it, in dashes, other runs' smoothed loss and test accuracy, by their names.

        Where `is_log`, the axes of loss and learning rate are logarithmic.
        """
        if axis != self._axis:
            self._axis, self._follows = axis, True
        self._curves = curves
        self._fit_steps((curves, *overlays.values()))
        self._place_cursor()
        images = curves.interims[-1].images if curves.interims else 0
        interim = self.tr("test, first {count}").format(count=numeral(images))
        steps = curves.place(curves.steps, axis)
        loss: list[Line] = [
            (self.tr("each step"), EACH_STEP, (steps, curves.losses)),
            (self.tr("smoothed"), SMOOTHED, (steps, curves.smoothed)),
            (interim, PART, self._placed(curves, curves.interim("loss"))),
            (self.tr("test"), TEST, self._placed(curves, curves.by_epoch("test_loss"))),
        ]
        accuracy: list[Line] = [
            (self.tr("training"), TRAINING, self._placed(curves, curves.by_epoch("train_accuracy"))),
            (self.tr("validation"), PART, self._placed(curves, curves.by_epoch("validation_accuracy"))),
            ("", PART, self._placed(curves, curves.interim("accuracy"))),
            ("", TEST, self._placed(curves, curves.by_epoch("test_accuracy"))),
        ]
        self.entries = [(name, look) for name, look, (x, _) in (*loss, *accuracy) if name and len(x)]
        for number, (name, run) in enumerate(overlays.items()):
            look = other_look(number)
            loss.insert(1 + number, (name, look, self._placed(run, (run.steps, run.smoothed))))
            tested = self._placed(run, run.by_epoch("test_accuracy"))
            accuracy.insert(number, (name, replace(look, symbol="o"), tested))
            self.entries.append((name, look))
        self.legend.setText(legend_text(self.entries, current_theme()))
        self.legend.setToolTip("\n".join(name for name, _ in self.entries))
        rate: list[Line] = [("", RATE, (steps, curves.learning_rates))]
        self._draw_values(loss, accuracy, rate, is_log=is_log)

    @Slot()
    def show_whole_range(self) -> None:
        self._follows = True
        self.redraw_requested.emit()

    def put_cursor(self, step: float | None) -> None:
        """Put the cursor at the step nearest to this one, or away."""
        values = None if step is None else self._curves.at(step)
        found = None if values is None else values.step
        if found != self.cursor_step:
            self.cursor_step = found
            self._place_cursor()
            self.cursor_moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, (start, stop), last = event.key(), self.ranges[0][0], self._curves.last_step
        here = last if self.cursor_step is None else self.cursor_step
        seen = self._curves.step_at(stop, self._axis) - self._curves.step_at(start, self._axis)
        is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        stride = 1.0 if is_fine else max(seen / 100, 1.0)
        back = here if self.cursor_step is None else here - stride
        targets = {Qt.Key.Key_Left: back, Qt.Key.Key_Right: here + stride, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        if key in targets:
            self.put_cursor(targets[Qt.Key(key)])
            place, half = self._place(), (stop - start) / 2
            if not start <= place <= stop:
                self._move_to(place - half, place + half)
        elif key == Qt.Key.Key_Escape and self.cursor_step is not None:
            self.put_cursor(None)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            centre = (start + stop) / 2 if self.cursor_step is None else self._place()
            factor = _ZOOM if key == Qt.Key.Key_Minus else 1 / _ZOOM
            self._move_to(centre + (start - centre) * factor, centre + (stop - centre) * factor)
        elif key == Qt.Key.Key_0:
            self.show_whole_range()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.redraw_requested.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.put_cursor(None)

    def _place(self) -> float:
        return float(self._curves.place(self.cursor_step or 0, self._axis))

    def _placed(self, run: RunCurves, points: Points) -> Points:
        return run.place(points[0], self._axis), points[1]

    def _draw_values(self, loss: list[Line], accuracy: list[Line], rate: list[Line], *, is_log: bool) -> None:
        ratio = self.ratio or self.devicePixelRatioF()
        low, high = self._loss.draw(loss, ratio, is_log=is_log)
        if math.isnan(low):
            low, high = 0.1, 1.0
        if not is_log and (self._follows or low == high):
            low, high = min(low, 0.0), high or 1.0
        self._loss.set_range(low, high, is_log=is_log)
        low, _ = self._accuracy.draw(accuracy, ratio)
        self._accuracy.set_range(0.89 if math.isnan(low) else max(0.0, 1 - max(1.1 * (1 - low), 0.001)), 1.0)
        low, high = self._rate.draw(rate, ratio, is_log=is_log)
        high = high if high > 0 else 1.0
        # A schedule that ends near 0 would take all decades there are.
        self._rate.set_range(np.fmax(low, high * 10.0**-_DECADES) if is_log else 0.0, high, is_log=is_log)

    def _fit_steps(self, runs: Sequence[RunCurves]) -> None:
        """Show as many steps as there are, with room for more: the axis grows in leaps, up to what is planned."""
        lasts = [float(run.place(run.last_step, self._axis)) for run in runs]
        last = max(lasts)
        step = last / runs[lasts.index(last)].last_step if last else 1.0
        leap = 1.25 ** math.ceil(math.log(max(1.05 * last, _LEAST_STEPS * step), 1.25))
        end = max(min(leap, self._curves.planned(self._axis) or last), last, _LEAST_STEPS * step)
        if end != self._end or self._follows:
            self._end = end
            for plot in self._plots:
                plot.box.setLimits(xMin=-0.01 * end, xMax=1.02 * end, minXRange=_CLOSEST_STEPS * step)
        if self._follows:
            self._show_span(-0.01 * end, 1.02 * end)
        in_minutes = self._axis == "time" and end > 180
        names = {
            "step": self.tr("Step"),
            "epoch": self.tr("Epoch"),
            "images": self.tr("Training images"),
            "time": self.tr("Minutes of training") if in_minutes else self.tr("Seconds of training"),
        }
        for plot in self._plots:
            plot.steps.setScale(1 / 60 if in_minutes else 1.0)
            if plot.steps.labelText != names[self._axis]:
                plot.steps.setLabel(names[self._axis])

    def _place_cursor(self) -> None:
        for plot in self._plots:
            plot.cursor.setVisible(self.cursor_step is not None)
            plot.cursor.setValue(self._place())

    def _show_span(self, start: float, stop: float) -> None:
        for plot in self._plots:
            plot.box.setXRange(start, stop, padding=0)

    def _move_to(self, start: float, stop: float) -> None:
        self._follows = False
        self._show_span(start, stop)
        self.redraw_requested.emit()

    def _on_moved(self, plot: Plot, _axes: object) -> None:
        """The person zoomed or moved this plot with the mouse."""
        start, stop = plot.box.viewRange()[0]
        self._move_to(start, stop)

    @Slot(object)
    def _on_mouse_moved(self, point: QPointF) -> None:
        plot = next((plot for plot in self._plots if plot.box.sceneBoundingRect().contains(point)), None)
        place = None if plot is None else plot.box.mapSceneToView(point).x()
        self.put_cursor(None if place is None else self._curves.step_at(place, self._axis))


def _numerals(values: list[float], scale: float, _spacing: float) -> list[str]:
    return [numeral(value * scale, digits=9) for value in values]


def _powers(values: list[float], _scale: float, _spacing: float) -> list[str]:
    return [numeral(10.0**value, digits=1) for value in values]


def _log_ticks(low: float, high: float, _size: float, _ticks: object) -> list[tuple[None, list[float]]]:
    """Ticks in levels: as many are labelled as there is room for, first each decade's 1, then its 2 and 5."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    levels = [[decade + math.log10(digit) for decade in decades for digit in level] for level in ((1,), (2, 5), (3, 7))]
    return [(None, [place for place in level if low <= place <= high]) for level in levels]
