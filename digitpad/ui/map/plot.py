"""The dots of a map, in a box of pyqtgraph's, which zooms and moves them; `digitpad.ui.map.view` says what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QSizePolicy

from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.digit_colours import digit_colour
from digitpad.ui.common.theme import Theme, mix, text_font

Untyped = Any
"""A thing of pyqtgraph's, which has no types."""

Points = NDArray[np.float32]
Place = tuple[float, float]

_ALL = QRectF(-1.08, -1.08, 2.16, 2.16)
_REACH = 8.0  # pixels within which a dot is under the cursor
_CLOSEST = 0.1  # width of what is shown at least; all of the map is 2 wide


class MapPlot:
    """Dots within -1…1 in their digits' colours, each digit's name amid its dots, and two marks.

    Attributes:
        area: the widget.
    """

    def __init__(self) -> None:
        import pyqtgraph

        self.area: Untyped = pyqtgraph.GraphicsView()
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setCacheMode(self.area.CacheModeFlag.CacheNone)
        self.area.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)  # its hint is all of its scene
        self._box = pyqtgraph.ViewBox(enableMenu=False, lockAspect=True)
        self._box.disableAutoRange()
        self.area.setCentralItem(self._box)
        self._digits = [pyqtgraph.ScatterPlotItem(size=5) for _ in range(CLASSES)]
        self._names = [pyqtgraph.TextItem(str(digit), anchor=(0.5, 0.5)) for digit in range(CLASSES)]
        self._ring = pyqtgraph.ScatterPlotItem(size=12, brush=None)
        self._cross = pyqtgraph.ScatterPlotItem(size=10, brush=None, symbol="crosshair")
        for item in (*self._digits, *self._names, self._ring, self._cross):
            self._box.addItem(item, ignoreBounds=True)
        self._points: Points = np.zeros((0, 2), np.float32)
        self.show_whole()

    def set_colours(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        ground = QColor(theme.surface)
        self.area.setBackground(ground)
        ground.setAlpha(170)  # text stands out from the palest dots by 4.5 : 1
        for digit, (dots, name) in enumerate(zip(self._digits, self._names, strict=True)):
            colour = digit_colour(digit, theme)
            dots.setBrush(QColor(colour))
            # A rim keeps the palest dots visible on white, and the darkest on black.
            dots.setPen(_pen(mix(colour, theme.text, 0.45), 0.8))
            name.fill = QBrush(ground)
            name.setColor(QColor(theme.text))
            name.setFont(text_font(bold=True))
        for mark, pens in (
            (self._ring, [_pen(theme.surface, 4), _pen(theme.text, 1.5)]),
            (self._cross, [_pen(theme.surface, 5), _pen(theme.accent, 2)]),
        ):
            mark.setData([0, 0], [0, 0], pen=pens)

    def show(self, points: Points, labels: NDArray[np.int64]) -> None:
        """Show dots, (n, 2), of digits, (n,)."""
        self._points = points
        for digit, (dots, name) in enumerate(zip(self._digits, self._names, strict=True)):
            own = points[labels == digit]
            dots.setData(own[:, 0], own[:, 1])
            name.setVisible(len(own) > 0)
            if len(own):
                name.setPos(*np.sort(own, axis=0)[len(own) // 2].tolist())  # np.median imports numpy.ma, 40 ms

    def mark(self, selected: int | None, drawing: Place | None) -> None:
        """Put a ring round a dot and a ring with a cross where the person's drawing is; None for nowhere."""
        for mark, place in (
            (self._ring, None if selected is None else self._points[selected].tolist()),
            (self._cross, drawing),
        ):
            mark.setVisible(place is not None)
            if place is not None:
                mark.setPos(*place)

    def dot_at(self, position: QPointF) -> int | None:
        """The dot under a place of the scene."""
        if not len(self._points):
            return None
        place, (width, height) = self._box.mapSceneToView(position), self._box.viewPixelSize()
        away = (self._points - (place.x(), place.y())) / (width, height)
        distances = np.hypot(away[:, 0], away[:, 1])
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= _REACH else None

    def show_whole(self) -> None:
        """Show all of the map, as large as there is room for."""
        self._box.setLimits(minXRange=_CLOSEST, minYRange=_CLOSEST)
        self._box.setRange(_ALL, padding=0)

    def zoom(self, factor: float) -> None:
        """Show so many times as much."""
        self._box.scaleBy((factor, factor))

    def set_export(self, is_on: bool) -> None:
        """Paint dots one by one, for a picture of another scale, or from a picture of each, ten times as fast."""
        for item in (*self._digits, self._ring, self._cross):
            item.setExportMode(is_on, {})


def _pen(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCosmetic(True)
    return pen
