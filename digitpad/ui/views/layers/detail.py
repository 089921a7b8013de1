"""One map, large: the pixel under the pointer, where in the drawing it comes from, and the product that gives it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from digitpad.ink.raster.render import SIDE
from digitpad.reading.inspect.maps import receptive_field
from digitpad.ui.common.format import numeral
from digitpad.ui.common.pixels import coloured, levels, signed_colours
from digitpad.ui.common.theme import LIGHT, NOTE_PIXELS, current_theme, text_font, text_scale
from digitpad.ui.common.widgets import named
from digitpad.ui.views.layers.arrangement import filters_of
from digitpad.ui.views.layers.figure import Place, ShownLayers, explained
from digitpad.ui.views.view import Figure

_SIDE, _LINE, _GAP, _SMALL = 132, 16, 16, 36
_PRODUCTS, _LINES = 3, 8
"""How many inputs of a convolution, or of a linear layer, are shown: those that add or take away most."""


class MapDetail(Figure):
    """A map, the drawing with the part that the pixel depends on, and the strongest inputs times their kernels.

    Signals:
        hovered: a Place on the large map under the pointer, None where it has left it.
    """

    hovered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "layers_detail", self.tr("The selected map"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._shown: ShownLayers | None = None
        self._place: Place | None = None

    def show_place(self, shown: ShownLayers | None, place: Place | None) -> None:
        """Show a pixel of a map."""
        self._shown, self._place = shown, place
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(460, round((_SIDE + _LINE + 4) * text_scale()))

    def minimumSizeHint(self) -> QSize:
        return QSize(300, self.sizeHint().height())

    @property
    def _side(self) -> float:
        return min(_SIDE * text_scale(), (self.width() - 170) / 2)

    def draw(self, painter: QPainter) -> None:
        """Paint the map, the drawing, and the products."""
        shown, place = self._shown, self._place
        if shown is None or place is None or place.layer not in shown.layers:
            return
        layer, side, line = shown.layers[place.layer], self._side, _LINE * text_scale()
        values = shown.read.maps[place.layer]
        limit = float(shown.limits[place.layer][place.map])
        grid = values[place.map] if values.ndim == 3 else values[place.map : place.map + 1, None]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        title = self.tr("Map {number} of {count}").format(number=place.map + 1, count=layer.shape[0])
        filters = filters_of(layer) if values.ndim == 1 else None
        if filters is not None:  # of a flat layer, what it looks for says more than its one number
            self._image(painter, 0, self.tr("Its weights"), filters[place.map], float(np.abs(filters).max()))
        else:
            self._image(painter, 0, title, grid, limit)
            rows, columns = grid.shape
            frame = QRectF(place.column * side / columns, line + place.row * side / rows, side / columns, side / rows)
            painter.setPen(QPen(QColor(current_theme().accent), 2))
            painter.drawRect(frame)
        x = side + _GAP
        self._image(painter, x, self.tr("Drawing"), shown.read.image[0], float(np.abs(shown.read.image).max()))
        field = receptive_field(shown.layers, place.layer, place.row, place.column)
        left, top, right, bottom = (edge * side / SIDE for edge in field or (0, 0, SIDE, SIDE))
        painter.setPen(QPen(QColor(LIGHT.accent), 2))
        painter.drawRect(QRectF(x + left, line + top, right - left, bottom - top))
        self._draw_products(painter, shown, place, x + side + _GAP)

    def _draw_products(self, painter: QPainter, shown: ShownLayers, place: Place, x: float) -> None:
        found, scale = explained(shown, place), text_scale()
        if found is None:
            return
        size, line = _SMALL * scale, _LINE * scale
        strongest = np.argsort(-np.abs(found.shares)).tolist()
        self._text(painter, x, 0, self.tr("Strongest inputs × weights"))
        if found.kernel.ndim == 1:
            for at, source in enumerate(strongest[:_LINES], 1):
                parts = (found.patch[source], found.kernel[source], found.shares[source])
                product = "{} × {} = {}".format(*(numeral(float(part), 2) for part in parts))
                self._text(painter, x, at * line, f"{source + 1}: {product}")
            return
        for at, source in enumerate(strongest[:_PRODUCTS]):
            y = line + at * (size + 8 * scale)
            for offset, values in ((0.0, found.patch[source]), (size + 16 * scale, found.kernel[source])):
                self._grid(painter, QRectF(x + offset, y, size, size), values, float(np.abs(values).max()))
            self._text(painter, x + size + 4 * scale, y + size / 2 - line / 2, "×")
            share = f"= {numeral(float(found.shares[source]), 2)}"
            self._text(painter, x + 2 * size + 22 * scale, y + size / 2 - line / 2, share)

    def _image(self, painter: QPainter, x: float, title: str, values: NDArray[np.float32], limit: float) -> None:
        self._text(painter, x, 0, title)
        self._grid(painter, QRectF(x, _LINE * text_scale(), self._side, self._side), values, limit)

    def _grid(self, painter: QPainter, place: QRectF, values: NDArray[np.float32], limit: float) -> None:
        theme = current_theme()
        painter.drawImage(place, coloured(levels(values, limit)[None], signed_colours(theme)))
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)

    def _text(self, painter: QPainter, x: float, y: float, words: str) -> None:
        painter.setFont(text_font(NOTE_PIXELS))
        painter.setPen(QColor(current_theme().quiet))
        painter.drawText(QRectF(x, y, 200 * text_scale(), _LINE * text_scale()), words)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        if place is not None:
            self.hovered.emit(place)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _at(self, position: QPointF) -> Place | None:
        shown, place = self._shown, self._place
        if shown is None or place is None or place.layer not in shown.layers:
            return None
        _, rows, columns = (*shown.layers[place.layer].shape, 1, 1)[:3]
        row = int((position.y() - _LINE * text_scale()) / self._side * rows)
        column = int(position.x() / self._side * columns)
        inside = 0 <= row < rows and 0 <= column < columns and position.y() >= _LINE * text_scale()
        return Place(place.layer, place.map, row, column) if inside else None
