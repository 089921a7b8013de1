"""One plot: a box of pyqtgraph's with its axes, and the lines in it.

Axes, thinning, logarithms and limits are pyqtgraph's, which has no types and is imported with the first plot. Its
ViewBox and AxisItem are laid out here: measured on two cores, three plots take 17 ms to build and 15 ms to the first
paint, with a PlotItem each 72 and 40 ms. At 100,000 steps a report and the redraw after it take 17 to 35 ms (as thinned
by own code: 14 to 19 ms; with PlotItem's defaults: 45 to 60 ms) and 16 MB.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtGui import QColor

from digitpad.ui.common.format import numeral
from digitpad.ui.common.theme import NOTE_PIXELS, Theme, current_theme, text_font
from digitpad.ui.curves.lines import EACH_STEP, Line, Look

Untyped = Any
"""A thing of pyqtgraph's."""

_TICK_ROOM = 18.0  # pixels of an axis of values for each of its ticks
_EDGE = 8.0  # pixels above the highest value and below the lowest: an axis shows no number that it would cut off


class Plot:
    """A box under its title, with an axis of values at its left and one of steps below it."""

    def __init__(self, title: str) -> None:
        import pyqtgraph

        self._pg: Untyped = pyqtgraph
        self.title = pyqtgraph.LabelItem(title, justify="left")
        self.title.item.document().setDocumentMargin(1)
        self.box = pyqtgraph.ViewBox(enableMenu=False, defaultPadding=0)
        self.box.setMouseEnabled(x=True, y=False)
        self.box.disableAutoRange()
        self.values = pyqtgraph.AxisItem("left", linkView=self.box, maxTickLength=0)
        self.values.setGrid(160)
        self.values.tickSpacing = _spacing
        self.values.setZValue(-1000)  # its grid lies under the lines
        self.steps = pyqtgraph.AxisItem("bottom", linkView=self.box, maxTickLength=-4)
        for axis in (self.values, self.steps):
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickTextOffset=4, hideOverlappingLabels=8)
            axis.tickStrings, axis.logTickValues = _numerals, _log_ticks
        self.cursor = pyqtgraph.InfiniteLine(angle=90)
        self.cursor.hide()
        self.box.addItem(self.cursor, ignoreBounds=True)
        self._items: list[Untyped] = []
        self._drawn: tuple[object, ...] = ()

    def place(self, layout: Untyped, row: int, at: int, rows: int, *, has_steps: bool) -> None:
        """Take these cells of a layout: two columns, a row for the title, some for the box, and one for the steps."""
        cells = {self.title: (row, at, 1, 2), self.box: (row + 1, at + 1, rows, 1), self.values: (row + 1, at, rows, 1)}
        cells |= {self.steps: (row + 1 + rows, at + 1, 1, 1)} if has_steps else {}
        for item, cell in cells.items():
            layout.addItem(item, *cell)

    def set_colours(self, theme: Theme) -> None:
        """Take the colours of a theme and the size of its type; lines take them when they are drawn next."""
        font = text_font(NOTE_PIXELS)
        self.cursor.setPen(QColor(theme.quiet))
        self.title.setText(self.title.text, color=theme.quiet, size=f"{font.pixelSize()}px")
        self.title.setFixedHeight(self.title.itemRect().height())
        self.values.setWidth(4 * font.pixelSize())
        for axis in (self.values, self.steps):
            axis.setPen(QColor(theme.line))
            axis.setTextPen(QColor(theme.quiet))
            axis.setStyle(tickFont=font)
            axis.label.setFont(font)

    def draw(self, lines: Sequence[Line], ratio: float, *, is_log: bool = False) -> tuple[float, float]:
        """Draw these lines instead of those before; `ratio` is device pixels for each pixel.

        Returns the lowest and highest value in the steps that are shown, positive where `is_log`; NaN without any.
        """
        theme = current_theme()
        looks = (theme, ratio, *(line.look for line in lines))
        if looks != self._drawn:
            for item in self._items:
                self.box.removeItem(item)
            self._drawn, self._items = looks, [self._item(line.look, theme, ratio) for line in lines]
        self.values.setLogMode(False, is_log)
        self.values.tickStrings = _powers if is_log else _numerals
        start, stop = self.box.viewRange()[0]
        low, high = math.inf, -math.inf
        for item, (_, _, x, y) in zip(self._items, lines, strict=True):
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
        self.box.setYRange(low, high, padding=min(_EDGE / max(self.box.height(), 1.0), 0.2))

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


def _numerals(values: list[float], scale: float, _spacing: float) -> list[str]:
    return [numeral(value * scale, digits=9) for value in values]


def _powers(values: list[float], _scale: float, _spacing: float) -> list[str]:
    return [numeral(10.0**value, digits=1) for value in values]


def _spacing(low: float, high: float, size: float) -> list[tuple[float, float]]:
    """The distance of ticks, 1, 2 or 5 times a power of ten, with room for a number at each, and where they start."""
    least = (high - low) * max(_TICK_ROOM / size, 0.1)
    power = 10.0 ** math.floor(math.log10(least))
    return [(next(power * digit for digit in (1, 2, 5, 10) if power * digit >= least), 0.0)]


def _log_ticks(low: float, high: float, _size: float, _ticks: object) -> list[tuple[None, list[float]]]:
    """Ticks in levels: as many are labelled as there is room for, first each decade's 1, then its 2 and 5."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    levels = [[decade + math.log10(digit) for decade in decades for digit in level] for level in ((1,), (2, 5), (3, 7))]
    return [(None, [place for place in level if low <= place <= high]) for level in levels]
