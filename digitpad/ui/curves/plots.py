"""The three plots of a run: loss, accuracy and learning rate, moved together, with one cursor and one legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from digitpad.ui.common.layouts import column
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font, text_scale
from digitpad.ui.common.widgets import named
from digitpad.ui.curves.lines import Line, legend_text, lines_of
from digitpad.ui.curves.plot import Plot, Untyped
from digitpad.ui.session.run_curves import RunCurves, XAxis

_LEAST_STEPS, _CLOSEST_STEPS = 50, 5
_DECADES = 4
NARROW = 480  # width in pixels, at the usual text size, below which three plots have no room beside each other
_FLAT = 220  # height in pixels below which the plots lie beside each other, and axes of steps have no title
_ZOOM = 1.5


class CurvePlots(QFrame):
    """The plots under their legend, which is a label: pyqtgraph's own would hide lines, and wraps no names.

    Attributes:
        ratio: device pixels for each pixel of what is drawn; 0 takes the screen's.
        cursor_step: the step that the cursor stands at; None where there is no cursor.
        entries: the lines that the legend names.
        picture: what a picture of the plots shows: all of them but the frame of the focus.
    """

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
        self.cursor_step: int | None = None
        self.entries: list[Line] = []
        self.legend = QLabel(textFormat=Qt.TextFormat.RichText, wordWrap=True)
        self.legend.setFont(text_font(NOTE_PIXELS))
        self._area: Untyped = pyqtgraph.GraphicsLayoutWidget()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setMinimumSize(120, 60)
        self._area.setCacheMode(self._area.CacheModeFlag.CacheNone)  # a picture in SVG would hold the ground as pixels
        self._loss = Plot(self.tr("Loss (cross entropy)"))
        self._accuracy = Plot(self.tr("Accuracy (%)"))
        self._accuracy.values.setScale(100)
        self._rate = Plot(self.tr("Learning rate"))
        self._plots = (self._loss, self._accuracy, self._rate)
        self._is_flat: bool | None = None
        self._arrange()
        for plot in self._plots:
            plot.box.sigRangeChangedManually.connect(partial(self._on_moved, plot))
        self._area.scene().sigMouseMoved.connect(self._on_mouse_moved)
        self._curves = RunCurves()
        self._axis: XAxis = "step"
        self._follows = True
        self._end = 0.0
        self.picture = QWidget()
        column(self.legend, (self._area, 1), parent=self.picture, spacing=4)
        column(self.picture, parent=self, margin=2)
        self._set_colours()

    def _arrange(self) -> None:
        """Put the plots beside each other where there is width but little height, else the smaller two in a column."""
        scale = text_scale()
        is_flat = self.height() < _FLAT * scale and self.width() >= NARROW * scale
        if is_flat == self._is_flat:
            return
        self._is_flat = is_flat
        cells, layout = self._area.ci, self._area.ci.layout
        cells.clear()
        layout.setContentsMargins(0, 2, 12, 0)
        layout.setHorizontalSpacing(0)
        layout.setVerticalSpacing(2)
        self._loss.place(cells, 0, 0, 1 if is_flat else 3, has_steps=True)
        self._accuracy.place(cells, 0, 2, 1, has_steps=is_flat)
        self._rate.place(cells, *(0, 4) if is_flat else (2, 2), 1, has_steps=True)
        for at, share in ((1, 3), (3, 2), (5, 2 if is_flat else 0)):
            layout.setColumnStretchFactor(at, share)
            layout.setRowStretchFactor(at, int(at == 1 or (at == 3 and not is_flat)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._set_colours()

    def _set_colours(self) -> None:
        theme = current_theme()
        self._area.setBackground(QColor(theme.window))
        for plot in self._plots:
            plot.set_colours(theme)
        self.redraw_requested.emit()

    def draw(self, curves: RunCurves, overlays: dict[str, RunCurves], axis: XAxis, *, is_log: bool) -> None:
        """Draw a run, and over it others by their names, in dashes; loss and rate on logarithmic axes if `is_log`."""
        if axis != self._axis:
            self._axis, self._follows = axis, True
        self._curves = curves
        self._fit_steps((curves, *overlays.values()))
        self._place_cursor()
        lines = loss, accuracy, rate = lines_of(curves, overlays, axis)
        named_lines = [line for part in lines for line in part if line.name and len(line.x)]
        self.entries = sorted(named_lines, key=lambda line: bool(line.look.dashes))  # other runs last
        self.legend.setText(legend_text(self.entries, current_theme()))
        self.legend.setToolTip("\n".join(line.name for line in self.entries))
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
        key, (start, stop), last = event.key(), self._loss.box.viewRange()[0], self._curves.last_step
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
        self._arrange()
        self.redraw_requested.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.put_cursor(None)

    def _place(self) -> float:
        return float(self._curves.place(self.cursor_step or 0, self._axis))

    def _fit_steps(self, runs: Sequence[RunCurves]) -> None:
        """Show as many steps as there are, with room for more: the axis grows in leaps, up to what is planned."""
        lasts = [float(run.place(run.last_step, self._axis)) for run in runs]
        last = max(lasts)
        step = last / runs[lasts.index(last)].last_step if last else 1.0
        leap = 1.25 ** math.ceil(math.log(max(1.05 * last, _LEAST_STEPS * step), 1.25))
        end = max(min(leap, self._curves.planned(self._axis) or leap), last)
        stop = end * (1.06 if self._is_flat else 1.02)  # the last points are seen whole
        if end != self._end or self._follows:
            self._end = end
            for plot in self._plots:
                plot.box.setLimits(xMin=-0.01 * end, xMax=stop, minXRange=_CLOSEST_STEPS * step)
        if self._follows:
            self._show_span(-0.01 * end, stop)
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
            plot.steps.showLabel(not self._is_flat)

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
