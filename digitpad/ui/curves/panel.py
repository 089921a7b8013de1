"""One plot: a legend above, and below it axes with round ticks, the lines, and a cursor.

pyqtgraph has no types, and is imported when the first plot is built. Its ViewBox and AxisItem are used bare: a PlotItem
takes three times as long to make, for menus that are not wanted here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.theme import NOTE_PIXELS, Theme, text_font
from digitpad.ui.curves.data import Points, thinned, visible
from digitpad.ui.curves.legend import Legend, Look
from digitpad.ui.curves.scale import log_ticks, ticks

AXIS_WIDTH = 48
_AXIS_HEIGHT = 18
_TICK_ROOM = 28
_HALF_FIGURE = 8
_STEP_TICK_ROOM = 80
_SYMBOL_SIZE = 6


@dataclass(frozen=True)
class Line:
    """A line to draw.

    Attributes:
        label: what the legend calls it; '' leaves it out.
        look: how it is drawn.
        points: all of it.
        most: at how many points it is drawn at most.
    """

    label: str
    look: Look
    points: Points
    most: int = 1000


class Panel(QWidget):
    """One plot.

    Signals:
        span_changed(float, float): the person zoomed or moved it; the first and last place on the axis of steps.
        pointed_at(float): the mouse is over this place on the axis of steps.
        left: the mouse is over it no more.
    """

    span_changed = Signal(float, float)
    pointed_at = Signal(float)
    left = Signal()

    def __init__(self, title: str, unit: str = "", *, is_percent: bool = False, has_steps: bool = True) -> None:
        """Make an empty plot.

        Args:
            title: name of what it shows.
            unit: its unit.
            is_percent: whether values are shares, 0 to 1, shown in per cent.
            has_steps: whether its axis of steps has figures, or another plot below has them.
        """
        super().__init__()
        import pyqtgraph

        self._pg: Any = pyqtgraph
        self._is_percent = is_percent
        self._is_log = False
        self._lines: list[tuple[Any, Any]] = []
        self._drawn: tuple[Look, ...] = ()
        self._values: NDArray[np.float64] = np.empty(0)
        self.legend = Legend(title, unit)
        self._view = pyqtgraph.GraphicsLayoutWidget()
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setMinimumHeight(32)
        self._view.ci.layout.setContentsMargins(0, 2, 16, 0)
        self._view.ci.layout.setSpacing(0)
        self._box = self._view.addViewBox(0, 1, enableMenu=False, defaultPadding=0)
        self._box.setMouseEnabled(x=True, y=False)
        self._box.disableAutoRange()
        self._values_axis = self._pg.AxisItem("left", linkView=self._box, maxTickLength=0)
        self._values_axis.setGrid(255)
        self._view.addItem(self._values_axis, 0, 0)
        self._values_axis.setWidth(AXIS_WIDTH)
        self._steps_axis = self._pg.AxisItem("bottom", linkView=self._box, maxTickLength=0)
        self._view.addItem(self._steps_axis, 1, 1)
        for axis in (self._values_axis, self._steps_axis):
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickAlpha=255, hideOverlappingLabels=24, tickTextOffset=4)
            axis.setZValue(-1000)  # its grid lies under the lines
        self._steps_axis.setHeight(_AXIS_HEIGHT if has_steps else 1)
        self._steps_axis.setStyle(showValues=has_steps)
        self._steps_axis.tickStrings = partial(_step_words, self.tr("step {number}"))
        self._steps_axis.tickValues = _step_ticks
        self._cursor = pyqtgraph.InfiniteLine(angle=90)
        self._cursor.hide()
        self._box.addItem(self._cursor, ignoreBounds=True)
        self._box.sigXRangeChanged.connect(self._on_span)
        self._moving = False
        self._view.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.legend)
        column.addWidget(self._view, 1)
        self._set_ticks()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, and the application's font as it is now."""
        self._theme = theme
        self.legend.set_theme(theme)
        self._view.setBackground(QColor(theme.window))
        for axis in (self._values_axis, self._steps_axis):
            axis.setPen(QColor(theme.line))
            axis.setTickPen(QColor(theme.line))
            axis.setTextPen(QColor(theme.quiet))
            axis.setStyle(tickFont=text_font(NOTE_PIXELS))
        self._cursor.setPen(QColor(theme.quiet))
        self._dress()

    def set_log(self, is_log: bool) -> None:
        """Show values on a logarithmic axis; takes effect with the next `draw`."""
        if is_log != self._is_log:
            self._is_log = is_log
            self._set_ticks()

    def set_span(self, start: float, stop: float) -> None:
        """Show these steps."""
        self._moving = True
        self._box.setXRange(start, stop, padding=0)
        self._moving = False

    def set_limits(self, start: float, stop: float) -> None:
        """Let nobody zoom or move beyond these steps, or to fewer than five."""
        self._moving = True
        self._box.setLimits(xMin=start, xMax=stop, minXRange=5)
        self._moving = False

    def set_cursor(self, step: float | None) -> None:
        """Put the cursor at a step, or away."""
        self._cursor.setVisible(step is not None)
        if step is not None:
            self._cursor.setValue(step)

    def draw(self, lines: list[Line], floor: float = 0.0) -> None:
        """Draw these lines instead of those before.

        Args:
            lines: in the order of their painting, the topmost last.
            floor: on a logarithmic axis, what is below is drawn there. It must be positive then.
        """
        if tuple(line.look for line in lines) != self._drawn:
            self._make(lines)
        start, stop = self._box.viewRange()[0]
        margin = stop - start  # so that there is something to see while the plot is moved, until it is drawn again
        inside = []
        for (curve, dots), line in zip(self._lines, lines, strict=True):
            x, y = thinned(visible(line.points, start - margin, stop + margin), line.most)
            if self._is_log:
                y = np.log10(np.maximum(y, floor))
            if not (np.array_equal(x, curve.xData) and np.array_equal(y, curve.yData)):
                curve.setData(x, y)
                if dots is not None:
                    dots.setData(x, y)
            inside.append(y[slice(*np.searchsorted(x, (start, stop)))])
        self._values = np.concatenate(inside) if inside else np.empty(0)
        named = [(line.label, line.look) for line in lines if line.label and len(line.points[0])]
        self.legend.show_entries(sorted(named, key=lambda entry: bool(entry[1].dashes)))  # other runs last

    @property
    def values(self) -> NDArray[np.float64]:
        """What is drawn within the steps that are shown; decimal logarithms where the axis is logarithmic."""
        return self._values

    @property
    def range(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """First and last step that are shown; lowest and highest value, decimal logarithms on a logarithmic axis."""
        steps, values = self._box.viewRange()
        return (steps[0], steps[1]), (values[0], values[1])

    def set_range(self, low: float, high: float) -> None:
        """Show these values, with room for half a figure at both ends; decimal logarithms on a logarithmic axis."""
        room = (high - low) * _HALF_FIGURE / max(self._box.height() - 2 * _HALF_FIGURE, 2 * _HALF_FIGURE)
        self._box.setYRange(low - room, high + room, padding=0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See where the mouse is."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove:
            place = self._view.mapToScene(event.position().toPoint())
            if self._box.sceneBoundingRect().contains(place):
                self.pointed_at.emit(self._box.mapSceneToView(place).x())
            else:
                self.left.emit()
        elif event.type() == QEvent.Type.Leave:
            self.left.emit()
        return super().eventFilter(watched, event)

    def _set_ticks(self) -> None:
        axis = self._values_axis
        axis.tickValues = _log_tick_values if self._is_log else _tick_values
        axis.tickStrings = partial(_value_words, self._is_percent, self._is_log)
        axis.picture = None
        axis.update()

    def _make(self, lines: list[Line]) -> None:
        """Make the items that draw the lines, which stay as long as the lines look the same."""
        for items in self._lines:
            for item in items:
                if item is not None:
                    self._box.removeItem(item)
        self._drawn = tuple(line.look for line in lines)
        self._lines = []
        for look in self._drawn:
            # What is drawn holds finite values only, so pyqtgraph need not look for others.
            curve = self._pg.PlotCurveItem(connect="all", skipFiniteCheck=True, antialias=look.width > 1)
            self._box.addItem(curve, ignoreBounds=True)
            dots = None
            if look.symbol:
                dots = self._pg.ScatterPlotItem(size=_SYMBOL_SIZE, symbol=look.symbol, antialias=True)
                self._box.addItem(dots, ignoreBounds=True)
            self._lines.append((curve, dots))
        self._dress()

    def _dress(self) -> None:
        for (curve, dots), look in zip(self._lines, self._drawn, strict=True):
            curve.setPen(look.pen(self._theme))
            if dots is not None:
                dots.setPen(None)
                dots.setBrush(look.colour_in(self._theme))

    @Slot(object, object)
    def _on_span(self, _box: object, span: tuple[float, float]) -> None:
        if not self._moving:
            self.span_changed.emit(*span)


def _tick_values(low: float, high: float, length: float) -> list[tuple[float, list[float]]]:
    return [ticks(low, high, max(int(length / _TICK_ROOM), 1))] if high > low else []


def _log_tick_values(low: float, high: float, length: float) -> list[tuple[float, list[float]]]:
    return [(1.0, log_ticks(low, high, max(int(length / _TICK_ROOM), 2)))] if high > low else []


def _step_ticks(low: float, high: float, length: float) -> list[tuple[float, list[float]]]:
    return [ticks(low, high, max(int(length / _STEP_TICK_ROOM), 1), whole=True)] if high > low else []


def _step_words(template: str, values: list[float], _scale: float, _spacing: float) -> list[str]:
    """The steps, with the name of the axis at the first."""
    words = [numeral(value, 0) for value in values]
    return [template.format(number=words[0]), *words[1:]] if words else []


def _value_words(is_percent: bool, is_log: bool, values: list[float], _scale: float, _spacing: float) -> list[str]:
    if is_log:
        values = [10**value for value in values]
    return [percent(value, None) if is_percent else numeral(value, digits=4) for value in values]
