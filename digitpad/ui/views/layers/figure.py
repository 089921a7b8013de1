"""The columns of maps: painted from images that were made in a thread; hovered, selected and switched off here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen

from digitpad.reading.inspect.maps import Pixel, ReadLayers, Scale, limits, pixel, read_layers
from digitpad.ui.common.pixels import levels, signed_colours
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font, text_scale
from digitpad.ui.common.widgets import named
from digitpad.ui.views.layers.arrangement import Arrangement, Column, arrange, filters_of
from digitpad.ui.views.layers.words import layer_lines
from digitpad.ui.views.view import PointedFigure

if TYPE_CHECKING:
    from digitpad.reading.graph import SwitchedOff
    from digitpad.reading.inspect.layers import Layer
    from digitpad.reading.reader import Reader

_FAINTEST = 0.04  # share of the strongest edge below which none is drawn
_DRAWN = 64  # edges at most


@dataclass(frozen=True, eq=False)
class ShownLayers:
    """What the view shows of a drawing.

    Attributes:
        layers: of the network, by their names in order.
        read: what they make of the drawing.
        limits: the value of the strongest colour, for each map by its layer's name.
        arrangement: where the maps stand.
        pictures: the columns' pixels as levels of colour, uint8 (height, width), in their order.
        switched_off: maps that are 0.
    """

    layers: Mapping[str, Layer]
    read: ReadLayers
    limits: Mapping[str, NDArray[np.float32]]
    arrangement: Arrangement
    pictures: tuple[NDArray[np.uint8], ...]
    switched_off: SwitchedOff


@dataclass(frozen=True)
class Place:
    """A pixel of a map: the layer's name, the map's number, and row and column in it, 0 in a flat layer."""

    layer: str
    map: int
    row: int = 0
    column: int = 0


@lru_cache(maxsize=2)
def network_layers(reader: Reader) -> tuple[Layer, ...]:
    """See `layers_of`; for a thread."""
    from digitpad.reading.inspect.layers import layers_of  # in the thread: it imports onnx, which a start does without

    return layers_of(reader.checkpoint)


@lru_cache(maxsize=4)
def _filters(layer: Layer) -> NDArray[np.uint8]:
    filters = filters_of(layer)
    assert filters is not None
    return levels(filters, float(np.abs(filters).max()))


def computed(
    reader: Reader,
    network_input: NDArray[np.uint8],
    switched_off: SwitchedOff,
    scale: Scale,
    room: tuple[int, float],
) -> ShownLayers:
    """Read an image and make the columns' pictures; called in a thread.

    Args:
        reader: the network.
        network_input: uint8 (28, 28), 255 is ink.
        switched_off: maps that become 0; those of layers that the network does not have are left out.
        scale: which maps share a scale of colours.
        room: height in pixels, and the scale of text.
    """
    layers = network_layers(reader)
    by_name = {layer.name: layer for layer in layers}
    off = {name: maps for name, maps in switched_off.items() if name in by_name}
    off = {name: [number for number in maps if number < by_name[name].shape[0]] for name, maps in off.items()}
    read = read_layers(reader, layers, network_input, off)
    most = limits(layers, read.maps, scale)
    arrangement = arrange(layers, *room)
    pictures = []
    for column in arrangement.columns:
        if column.layer is None:
            shades = levels(read.image, float(np.abs(read.image).max()))
        elif column.is_filters:
            shades = _filters(column.layer)
        else:
            values = read.maps[column.name].reshape(column.count, *column.shape)
            shades = levels(values, most[column.name][:, None, None])
        pictures.append(column.composed(shades))
    return ShownLayers(by_name, read, most, arrangement, tuple(pictures), off)


class LayersFigure(PointedFigure[Place]):
    """All maps; the one under the pointer or selected by the keyboard has a frame, and its edges are drawn.

    Signals:
        selected: a Place that was clicked, or gone to with the arrow keys.
        toggled: a Place whose map is to be switched off, or on again.
    """

    selected = Signal(object)
    toggled = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "layers_figure", self.tr("Feature maps"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.shown: ShownLayers | None = None
        self._place: Place | None = None
        self._images: dict[int, QImage] = {}  # of the columns that have been seen

    def show_result(self, shown: ShownLayers | None) -> None:
        """Paint other maps."""
        self.shown = shown
        self._images = {}
        size = QSize(shown.arrangement.width, shown.arrangement.height) if shown else QSize(200, 64)
        if size != self.minimumSize():
            self.setFixedSize(size)
        self.repaint()

    def mark(self, place: Place | None) -> None:
        """Put the frame round a map, and draw the edges to the maps that its pixel comes from."""
        if place != self._place:
            self._place = place
            self.update()

    def rect_of(self, place: Place) -> QRect:
        """Where a map stands."""
        assert self.shown is not None
        column = self.shown.arrangement.find(place.layer)
        return QRect(*column.corner(place.map), *column.cell)

    def draw(self, painter: QPainter) -> None:
        self._draw(painter, self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._draw(painter, event.rect())

    def _draw(self, painter: QPainter, area: QRect) -> None:
        shown = self.shown
        if shown is None:
            painter.setPen(QColor(current_theme().quiet))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.tr("Draw a digit on the pad."))
            return
        for at, column in enumerate(shown.arrangement.columns):
            if column.x <= area.right() and column.x + column.width >= area.left():
                painter.drawImage(column.x, column.y, self._image(shown, at))
                self._draw_head(painter, column)
                for number in shown.switched_off.get(column.name, ()) if not column.is_filters else ():
                    self._draw_cross(painter, QRectF(*column.corner(number), *column.cell))
        if self._place is not None and self._place.layer in shown.layers:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_edges(painter, shown, self._place)
            painter.setPen(QPen(QColor(current_theme().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect_of(self._place).adjusted(-1, -1, 0, 0))

    def _image(self, shown: ShownLayers, at: int) -> QImage:
        """The picture of a column in the theme's colours."""
        if at not in self._images:
            picture = shown.pictures[at]
            height, width = picture.shape
            indexed = QImage(picture.data, width, height, width, QImage.Format.Format_Indexed8)
            indexed.setColorTable(signed_colours(current_theme()).tolist())
            self._images[at] = indexed.convertToFormat(QImage.Format.Format_RGB32)
        return self._images[at]

    def _draw_head(self, painter: QPainter, column: Column) -> None:
        theme, scale = current_theme(), text_scale()
        title, *lines = layer_lines(column.layer, is_filters=column.is_filters)
        line = 16 * scale
        painter.setFont(text_font(bold=True))
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(column.x, 0, column.width, line), title)
        painter.setFont(text_font(NOTE_PIXELS))
        painter.setPen(QColor(theme.quiet))
        for number, words in enumerate(lines, 1):
            painter.drawText(QRectF(column.x, number * line, column.width, line), words)

    def _draw_cross(self, painter: QPainter, cell: QRectF) -> None:
        painter.setPen(QPen(QColor(current_theme().amber), 1.5))
        painter.drawRect(cell.adjusted(0, 0, -1, -1))
        painter.drawLine(cell.topLeft(), cell.bottomRight())
        painter.drawLine(cell.bottomLeft(), cell.topRight())

    def _draw_edges(self, painter: QPainter, shown: ShownLayers, place: Place) -> None:
        """Lines from the maps before to a map: their width says how much each adds to the pixel."""
        layer = shown.layers[place.layer]
        before, own = shown.arrangement.find(layer.source or ""), shown.arrangement.find(layer.name)
        end = _middle(own, place.map) - QPointF(own.cell[0] / 2, 0)
        found = explained(shown, place)
        if found is None:
            number = place.map if before.count == own.count else 0
            shares = {number: 1.0} if before.count in (1, own.count) else {}
        else:
            each = found.shares.reshape(before.count, -1).sum(axis=1)
            strongest = float(np.abs(each).max()) or 1.0
            largest = np.argsort(-np.abs(each))[:_DRAWN].tolist()
            shares = {number: float(each[number]) / strongest for number in largest}
        colours = signed_colours(current_theme())
        for number, share in shares.items():
            if abs(share) >= _FAINTEST:
                colour = QColor.fromRgb(int(colours[254 if share > 0 else 2]))
                colour.setAlphaF(0.25 + 0.6 * abs(share))
                painter.setPen(QPen(colour, 0.5 + 1.25 * abs(share)))
                painter.drawLine(_middle(before, number) + QPointF(before.cell[0] / 2, 0), end)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit(place)
        elif place is not None and event.button() == Qt.MouseButton.RightButton:
            self.toggled.emit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go to other maps and layers, with Shift to other pixels; Space switches a map off or on."""
        shown, place = self.shown, self._place
        step = _STEPS.get(Qt.Key(event.key()))
        if shown is None or place is None or (step is None and event.key() != Qt.Key.Key_Space):
            super().keyPressEvent(event)
        elif step is None:
            self.toggled.emit(place)
        else:
            self.selected.emit(_moved(shown, place, step, event.modifiers() == Qt.KeyboardModifier.ShiftModifier))

    def place_at(self, position: QPointF) -> Place | None:
        found = self.shown.arrangement.at(position.x(), position.y()) if self.shown else None
        return Place(found[0].name, *found[1:]) if found and found[0].layer and not found[0].is_filters else None


_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


def _moved(shown: ShownLayers, place: Place, step: tuple[int, int], moves_pixel: bool) -> Place:
    """The next layer, map or pixel in a direction, or the same where there is none."""
    names, (across, down) = list(shown.layers), step
    if moves_pixel:
        _, rows, columns = (*shown.layers[place.layer].shape, 1, 1)[:3]
        row, column = place.row + down, place.column + across
        return Place(place.layer, place.map, min(max(row, 0), rows - 1), min(max(column, 0), columns - 1))
    at = min(max(names.index(place.layer) + across, 0), len(names) - 1)
    number = min(max(place.map + down, 0), shown.layers[names[at]].shape[0] - 1)
    return strongest(shown, names[at], number)


def strongest(shown: ShownLayers, name: str, number: int) -> Place:
    """The pixel of a map with the largest value: what excites it most."""
    values = shown.read.maps[name][number]
    row, column = np.unravel_index(int(values.argmax()), (*values.shape, 1, 1)[:2]) if values.ndim else (0, 0)
    return Place(name, number, int(row), int(column))


def explained(shown: ShownLayers, place: Place) -> Pixel | None:
    """How a pixel comes about; None in a map that is switched off, and where no weights make it."""
    layer = shown.layers[place.layer]
    if place.map in shown.switched_off.get(place.layer, ()):
        return None
    inputs = shown.read.maps[layer.source] if layer.source else shown.read.image
    return pixel(layer, inputs, place.map, place.row, place.column)


def _middle(column: Column, number: int) -> QPointF:
    x, y = column.corner(number)
    return QPointF(x + column.cell[0] / 2, y + column.cell[1] / 2)
