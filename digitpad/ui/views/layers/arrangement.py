"""Where the maps of each layer stand: a column a layer, a wider gap before each convolution or linear layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.raster.render import SIDE
from digitpad.ui.common.pixels import RIM

if TYPE_CHECKING:
    from digitpad.reading.inspect.layers import Layer

HEAD = 56
"""Height of the lines above a column, in pixels, at the usual text size."""

_SMALLEST_MAP = 24
_UNIT = 10  # side of a square that stands for one feature of a flat layer
_GAP = 2  # between maps
_LAYER, _MODULE, _MEMBER = 10, 32, 72  # gaps before a layer, a module, and a network of an ensemble
_NARROWEST, _NARROWEST_MODULE = 84, 132  # of a column, for its title


@dataclass(frozen=True, eq=False)
class Column:
    """The maps of a layer, the filters of one, or the image.

    Attributes:
        layer: the layer; None for the image.
        is_filters: whether these are its filters, and not its maps.
        x, y: top left of the maps, in pixels.
        width: of the column with its title.
        shape: height and width of a map, 1 and 1 of a flat layer.
        zoom: pixels for each of a map's.
        rows: maps in a column; the next one stands beside it.
        count: how many there are.
    """

    layer: Layer | None
    is_filters: bool
    x: int
    y: int
    width: int
    shape: tuple[int, int]
    zoom: int
    rows: int
    count: int

    @property
    def name(self) -> str:
        """The layer's, '' for the image."""
        return self.layer.name if self.layer else ""

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height of a map on the screen."""
        return self.shape[1] * self.zoom, self.shape[0] * self.zoom

    def corner(self, number: int) -> tuple[int, int]:
        """Top left of a map."""
        wide, high = self.cell
        return self.x + number // self.rows * (wide + _GAP), self.y + number % self.rows * (high + _GAP)

    def at(self, x: float, y: float) -> tuple[int, int, int] | None:
        """Number of the map at a place, and row and column of the pixel in it."""
        wide, high = self.cell
        across, in_x = divmod(int(x) - self.x, wide + _GAP)
        down, in_y = divmod(int(y) - self.y, high + _GAP)
        number = across * self.rows + down
        inside = 0 <= down < self.rows and in_x < wide and in_y < high and 0 <= number < self.count
        return (number, in_y // self.zoom, in_x // self.zoom) if inside and across >= 0 else None

    def composed(self, maps: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """All maps beside each other as they stand on the screen, with hairlines between them.

        Args:
            maps: levels, uint8 (count, height, width).

        Returns:
            uint8, a pixel for each of the screen's.
        """
        across = -(-self.count // self.rows)
        wide, high = self.cell
        large = maps.repeat(self.zoom, axis=1).repeat(self.zoom, axis=2)
        padded = np.zeros((across * self.rows, high + _GAP, wide + _GAP), np.uint8)
        padded[: self.count, : high + 1, : wide + 1] = RIM
        padded[: self.count, :high, :wide] = large
        grid = padded.reshape(across, self.rows, high + _GAP, wide + _GAP).transpose(1, 2, 0, 3)
        return np.ascontiguousarray(grid.reshape(self.rows * (high + _GAP), across * (wide + _GAP)))


@dataclass(frozen=True, eq=False)
class Arrangement:
    """All columns, from left to right, and how large they are together."""

    columns: tuple[Column, ...]
    width: int
    height: int

    def find(self, name: str) -> Column:
        """The column with the maps of a layer."""
        return next(column for column in self.columns if column.name == name and not column.is_filters)

    def at(self, x: float, y: float) -> tuple[Column, int, int, int] | None:
        """The column, map, row and column of a pixel at a place."""
        for column in self.columns:
            if column.x <= x < column.x + column.width and (found := column.at(x, y)):
                return column, *found
        return None


def arrange(layers: Sequence[Layer], height: int, scale: float) -> Arrangement:
    """Arrange layers.

    Args:
        layers: a network's, in its order.
        height: of the room for all, in pixels.
        scale: of text and maps; 1 is usual.
    """
    columns: list[Column] = []
    head = round(HEAD * scale)
    x, lowest, member = 0, 0, 0

    def add(layer: Layer | None, shape: tuple[int, int], count: int, *, is_filters: bool = False) -> None:
        nonlocal x, lowest
        target = (_UNIT if shape == (1, 1) else _SMALLEST_MAP) * scale
        zoom = max(1, -(-int(target) // max(shape)))
        if layer is None:
            zoom = max(zoom, round(56 * scale) // SIDE)
        rows = max(1, min(count, (height - head + _GAP) // (shape[0] * zoom + _GAP)))
        across = -(-count // rows)
        narrowest = _NARROWEST_MODULE if layer and layer.begins_module and not is_filters else _NARROWEST
        wide = max(across * (shape[1] * zoom + _GAP) - _GAP, round(narrowest * scale))
        columns.append(Column(layer, is_filters, x, head, wide, shape, zoom, rows, count))
        x += wide
        lowest = max(lowest, head + rows * (shape[0] * zoom + _GAP))

    add(None, (SIDE, SIDE), 1)
    for layer in layers:
        is_next = layer.member != member
        gap, member = _MEMBER if is_next else _MODULE if layer.begins_module else _LAYER, layer.member
        x += round(gap * scale)
        filters = filters_of(layer)
        if filters is not None:
            add(layer, filters.shape[1:], len(filters), is_filters=True)
            x += round(_LAYER * scale)
        add(layer, layer.shape[1:] if len(layer.shape) == 3 else (1, 1), layer.shape[0])
    return Arrangement(tuple(columns), x, max(lowest, height))


def filters_of(layer: Layer) -> NDArray[np.float32] | None:
    """The weights of a layer that sees the image, as pictures, float32 (count, height, width); None for the others."""
    weight = layer.weight
    if layer.source is not None or weight is None:
        return None
    if weight.ndim == 4:
        return weight[:, 0] if weight.shape[1] == 1 else None
    return weight.reshape(-1, SIDE, SIDE) if weight.shape[1] == SIDE * SIDE else None
