"""The three plots of a run: loss, accuracy and learning rate by step, moved together, with one cursor."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from digitpad.ui.common.format import numeral
from digitpad.ui.common.theme import Theme
from digitpad.ui.curves.data import RunCurves
from digitpad.ui.curves.legend import Look, other_look
from digitpad.ui.curves.panel import Line, Panel
from digitpad.ui.curves.scale import fitted, fitted_log, round_up

_LEAST_STEPS = 50
_DENSE, _SMOOTH, _OTHER = 1600, 240, 160
_LOWEST_LOSS = 1e-6
_RATE_DECADES = 4
_ZOOM = 1.5


class CurvePlots(QWidget):
    """The plots; made once pyqtgraph has been imported, or else importing it.

    Signals:
        cursor_moved: `cursor` is another.
        redraw_requested: the person zoomed or moved the plots, so that other points are to be drawn.
    """

    cursor_moved = Signal()
    redraw_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("curve_plots")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Training curves"))
        self.setToolTip(
            self.tr(
                "Turn the wheel to zoom, drag to move.\nLeft and right move the cursor, with Shift by steps.\n"
                "+ and - zoom, 0 shows all."
            )
        )
        self._loss = Panel(self.tr("Loss"), self.tr("cross entropy"))
        self._accuracy = Panel(self.tr("Accuracy"), self.tr("of images, in %"), is_percent=True, has_steps=False)
        self._rate = Panel(self.tr("Learning rate"), self.tr("by step"))
        self._panels = (self._loss, self._accuracy, self._rate)
        self._curves = RunCurves()
        self._follows = True
        self._end = float(_LEAST_STEPS)
        self._cursor: int | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 4, 4, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._loss, 0, 0, 2, 1)
        grid.addWidget(self._accuracy, 0, 1)
        grid.addWidget(self._rate, 1, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        for panel in self._panels:
            panel.span_changed.connect(self._on_span)
            panel.pointed_at.connect(self._on_pointed)
            panel.left.connect(self._on_left)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, and the application's font as it is now."""
        self._focus_pen = QPen(QColor(theme.accent), 2)
        for panel in self._panels:
            panel.set_theme(theme)
        self.update()

    @property
    def cursor_step(self) -> int | None:
        """The step that the cursor stands at; None where there is no cursor."""
        return self._cursor

    @property
    def span(self) -> tuple[float, float]:
        """The first and the last place on the axis of steps."""
        return self._loss.range[0]

    def draw(self, curves: RunCurves, others: dict[str, RunCurves], *, is_log: bool) -> None:
        """Draw a run, and others over it.

        Args:
            curves: the run.
            others: the smoothed loss and test accuracy of these are drawn in dashes, by their names.
            is_log: whether the axes of loss and learning rate are logarithmic.
        """
        self._curves = curves
        self._fit_steps(max(run.last_step for run in (curves, *others.values())), curves.planned_steps)
        looks = {name: other_look(number) for number, name in enumerate(others)}
        self._loss.set_log(is_log)
        self._rate.set_log(is_log)
        self._draw_loss(curves, others, looks, is_log=is_log)
        self._draw_accuracy(curves, others, looks)
        self._draw_rate(curves, is_log=is_log)

    @Slot()
    def show_whole_range(self) -> None:
        """Show all steps, and those to come."""
        self._follows = True
        self.redraw_requested.emit()

    def put_cursor(self, step: float | None) -> None:
        """Put the cursor at the step nearest to a place on the axis of steps, or away."""
        values = None if step is None else self._curves.at(step)
        found = None if values is None else values.step
        if found != self._cursor:
            self._cursor = found
            for panel in self._panels:
                panel.set_cursor(found)
            self.cursor_moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor, or zoom."""
        key, start, stop = event.key(), *self.span
        stride = 1.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else max((stop - start) / 100, 1.0)
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
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom(1 / _ZOOM)
        elif key == Qt.Key.Key_Minus:
            self._zoom(_ZOOM)
        elif key == Qt.Key.Key_0:
            self.show_whole_range()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the plots fit their new size."""
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

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a frame where the keyboard is listened to."""
        if self.hasFocus():
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(self._focus_pen)
                painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def _draw_loss(
        self, curves: RunCurves, others: dict[str, RunCurves], looks: dict[str, Look], *, is_log: bool
    ) -> None:
        lines = [
            Line(self.tr("each step"), Look("pale"), (curves.steps, curves.losses), _DENSE),
            *(Line(name, looks[name], (run.steps, run.smoothed), _OTHER) for name, run in others.items()),
            Line(self.tr("smoothed"), Look("accent", 2.0), (curves.steps, curves.smoothed), _SMOOTH),
            Line(self._interim_label(curves), Look("quiet", 1.0, "s"), curves.interim("loss")),
            Line(self.tr("test"), Look("text", 1.5, "o"), curves.by_epoch("test_loss")),
        ]
        self._loss.draw(lines, _LOWEST_LOSS)
        values = self._loss.values
        self._loss.set_range(*(fitted_log(10**values) if is_log else fitted(values, from_zero=self._follows)))

    def _draw_accuracy(self, curves: RunCurves, others: dict[str, RunCurves], looks: dict[str, Look]) -> None:
        lines = [
            *(Line(name, looks[name], run.by_epoch("test_accuracy")) for name, run in others.items()),
            Line(self.tr("training"), Look("accent", 1.5, "o"), curves.by_epoch("train_accuracy")),
            Line(self.tr("held out"), Look("quiet", 1.5, "s"), curves.by_epoch("validation_accuracy")),
            Line(self._interim_label(curves), Look("quiet", 1.0, "s"), curves.interim("accuracy")),
            Line(self.tr("test"), Look("text", 1.5, "o"), curves.by_epoch("test_accuracy")),
        ]
        self._accuracy.draw(lines)
        values = self._accuracy.values
        wrong = 1 - float(values.min()) if len(values) else 0.1
        room = min(round_up(max(wrong * 1.1, 0.001)), 1.0)
        self._accuracy.set_range(1 - room, 1.0)

    def _draw_rate(self, curves: RunCurves, *, is_log: bool) -> None:
        line = Line("", Look("accent", 1.5), (curves.steps, curves.learning_rates), _SMOOTH)
        top = float(np.nanmax(curves.learning_rates, initial=0.0))
        # A schedule that ends at 0 would take all decades there are.
        self._rate.draw([line], max(top * 10.0**-_RATE_DECADES, 1e-12))
        values = self._rate.values
        self._rate.set_range(*(fitted_log(10**values) if is_log else fitted(values, from_zero=True)))

    def _interim_label(self, curves: RunCurves) -> str:
        images = curves.interims[-1].images if curves.interims else 0
        return self.tr("test, first {count}").format(count=numeral(images))

    def _fit_steps(self, last: int, planned: int) -> None:
        """Show as many steps as there are, with room for more: the axis grows in leaps, up to what is planned."""
        wanted = round_up(max(1.05 * last, _LEAST_STEPS))
        end = float(max(min(wanted, planned), last, _LEAST_STEPS) if planned else max(last, _LEAST_STEPS))
        start, stop = -0.01 * end, 1.02 * end
        if end != self._end or self._follows:
            self._end = end
            for panel in self._panels:
                panel.set_limits(start, stop)
        if self._follows:
            self._show_span(start, stop)

    def _show_span(self, start: float, stop: float) -> None:
        for panel in self._panels:
            panel.set_span(start, stop)

    def _zoom(self, factor: float) -> None:
        """Show `factor` times as many steps around the cursor, or around the middle."""
        start, stop = self.span
        centre = (start + stop) / 2 if self._cursor is None else self._cursor
        low, high = -0.01 * self._end, 1.02 * self._end
        start, stop = max(centre + (start - centre) * factor, low), min(centre + (stop - centre) * factor, high)
        self._on_span(start, max(stop, start + 5))

    def _step_to(self, step: float) -> None:
        """Put the cursor somewhere, and move the plots where that is out of sight."""
        self.put_cursor(step)
        start, stop = self.span
        if self._cursor is not None and not start <= self._cursor <= stop:
            centre = self._cursor + (start - stop) / 2
            self._on_span(centre, centre + stop - start)

    @Slot(float, float)
    def _on_span(self, start: float, stop: float) -> None:
        self._follows = False
        self._show_span(start, stop)
        self.redraw_requested.emit()

    @Slot(float)
    def _on_pointed(self, step: float) -> None:
        self.put_cursor(step)

    @Slot()
    def _on_left(self) -> None:
        self.put_cursor(None)
