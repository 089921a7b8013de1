"""The view of all layers: the columns of maps, one of them large below, and what switching maps off does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QScrollArea

from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.common.exports import ExportButton, Table
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.theme import text_scale
from digitpad.ui.common.widgets import describe, named, note_label, tool_button
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.layers.detail import MapDetail
from digitpad.ui.views.layers.figure import LayersFigure, Place, ShownLayers, computed, explained, strongest
from digitpad.ui.views.layers.words import layer_title
from digitpad.ui.views.view import View, introduced

_LOWEST = 270  # height of the columns in pixels
_BARS_WIDTH = 184


class LayersView(View[ShownLayers | None]):
    """Every layer's feature maps for the drawing.

    A map is selected with a click or the arrow keys, and switched off or on again with the right button, Space or the
    button.
    """

    def __init__(self, live: LiveReader, worker: Worker) -> None:
        super().__init__(live, worker)
        self.setObjectName("layers_view")
        self._shown: ShownLayers | None = None
        self._selected: Place | None = None
        self._hovered: Place | None = None
        self._off: dict[str, tuple[int, ...]] = {}
        self._network: object = None  # whose maps are switched off
        self._figure, self._detail, self._bars = LayersFigure(), MapDetail(), ProbabilityBars()
        self._words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        named(self._words, "layers_words")
        self._make_controls()
        self._scroll = named(QScrollArea(), "layers_scroll", self.tr("Maps of all layers"))
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(self._figure)
        self._scroll.setMinimumHeight(_LOWEST)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # or the height would change
        self._scroll.viewport().installEventFilter(self)
        words = self.tr(
            "What each layer makes of your drawing, from left to right. Click a map to see where its pixels come "
            "from, and switch it off to see what changes."
        )
        export = ExportButton(lambda: "layers", self._figure.picture, self._table)
        self._bars.setFixedSize(_BARS_WIDTH, self._bars.minimumSizeHint().height())
        self._broken = note_label("", "layers_broken")
        bars = column(self._broken, self._bars, None, spacing=4)
        same = note_label(self.tr("Same colours for"))
        same.setBuddy(self._scale)
        column(
            introduced(words, export),
            row(same, self._scale, None, self._switch, self._all_on),
            (self._scroll, 1),
            self._words,
            row((column(self._detail, None), 1), bars),
            parent=self,
        )
        self._bars.hide()
        self._broken.hide()
        self._figure.hovered.connect(self._on_hovered)
        self._detail.hovered.connect(self._on_hovered)
        self._figure.selected.connect(self._select)
        self._figure.toggled.connect(self._toggle)

    def _make_controls(self) -> None:
        self._scale = named(QComboBox(), "layers_scale", self.tr("Which maps share a scale of colours"))
        self._scale.addItem(self.tr("each layer"), "layer")
        self._scale.addItem(self.tr("each map"), "map")
        self._scale.addItem(self.tr("all layers"), "all")
        self._scale.activated.connect(self.refresh)
        tip = self.tr("Set the selected map to 0, or let it be again (Space)")
        self._switch = tool_button(self.tr("Switch off"), "layers_switch", tip)
        self._switch.clicked.connect(self._toggle_selected)
        tip = self.tr("Let every map be again")
        self._all_on = tool_button(self.tr("All on"), "layers_all_on", tip)
        self._all_on.clicked.connect(self._switch_all_on)

    def work(self, reading: Reading) -> Callable[[], ShownLayers | None]:
        """What reads the drawing with what is switched off, and makes the columns' pictures."""
        prediction = reading.prediction
        network = reading.reader.info.path or reading.reader.info.run  # while it trains, it is the same at every step
        if network != self._network:
            self._network, self._off = network, {}
        if not prediction.network_input.any():
            return lambda: None
        return partial(
            computed,
            reading.reader,
            prediction.network_input,
            dict(self._off),
            self._scale.currentData(),
            (self._scroll.viewport().height(), text_scale()),
        )

    def show_result(self, _reading: Reading, result: ShownLayers | None) -> None:
        """Paint the columns; what was selected stays, if the network has it."""
        self._shown = result
        if result is not None and (self._selected is None or not _has(result, self._selected)):
            first = next(iter(result.layers))
            sums = result.read.maps[first].reshape(result.layers[first].shape[0], -1).max(axis=1)
            self._selected = strongest(result, first, int(sums.argmax()))
        if self._hovered is not None and (result is None or not _has(result, self._hovered)):
            self._hovered = None
        self._figure.show_result(result)
        self._describe()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.refresh()
        return super().eventFilter(watched, event)

    @property
    def _place(self) -> Place | None:
        return self._hovered or self._selected

    @Slot(object)
    def _on_hovered(self, place: Place | None) -> None:
        self._hovered = place
        self._describe()

    @Slot(object)
    def _select(self, place: Place) -> None:
        self._selected, self._hovered = place, None
        rect = self._figure.rect_of(place)
        self._scroll.ensureVisible(rect.center().x(), rect.center().y(), rect.width(), rect.height())
        self._describe()

    @Slot()
    def _toggle_selected(self) -> None:
        if self._selected is not None:
            self._toggle(self._selected)

    @Slot(object)
    def _toggle(self, place: Place) -> None:
        off = self._off.get(place.layer, ())
        kept = tuple(number for number in off if number != place.map)
        self._off[place.layer] = kept if place.map in off else tuple(sorted((*off, place.map)))
        self._selected = place
        self.refresh()

    @Slot()
    def _switch_all_on(self) -> None:
        self._off = {}
        self.refresh()

    def _describe(self) -> None:
        """Mark the map that is looked at, show it large, and say what its pixel is."""
        shown, place = self._shown, self._place
        count = sum(len(maps) for maps in shown.switched_off.values()) if shown else 0
        self._switch.setEnabled(shown is not None)
        self._all_on.setVisible(any(self._off.values()))
        self._bars.setVisible(count > 0)
        self._broken.setVisible(count > 0)
        self._figure.mark(place)
        self._detail.show_place(shown, place)
        if shown is None or place is None:
            self._words.clear()
            describe(self._figure, self.tr("Draw a digit on the pad."))
            return
        is_off = place.map in shown.switched_off.get(place.layer, ())
        self._switch.setText(self.tr("Switch on") if is_off else self.tr("Switch off"))
        words = self._words_of(shown, place)
        self._words.setText(words)
        said = [words]
        if count:
            whole = shown.read.whole
            digit = int(whole.argmax())
            text = (
                self.tr("1 map off; with all: {digit}, {share}")
                if count == 1
                else self.tr("{count} maps off; with all: {digit}, {share}")
            )
            self._broken.setText(text.format(count=count, digit=digit, share=percent(whole[digit])))
            self._bars.show_probabilities(shown.read.probabilities.tolist(), int(shown.read.probabilities.argmax()))
            said += [self._broken.text(), self._bars.accessibleDescription()]
        describe(self._figure, ". ".join(said))

    def _words_of(self, shown: ShownLayers, place: Place) -> str:
        """A pixel in words: which one, its value, and what that is made of."""
        layer, values = shown.layers[place.layer], shown.read.maps[place.layer][place.map]
        number = self.tr("map {number} of {count}").format(number=place.map + 1, count=layer.shape[0])
        title = f"{layer_title(layer)}, {number}"
        if place.map in shown.switched_off.get(place.layer, ()):
            return self.tr("{map}: switched off").format(map=title)
        if values.ndim:
            place_words = self.tr("row {row}, column {column}").format(row=place.row + 1, column=place.column + 1)
            title = f"{title}, {place_words}"
        value = float(values[place.row, place.column]) if values.ndim else float(values)
        found = explained(shown, place)
        if found is None:
            return f"{title}: {numeral(value, 2)}"
        text = self.tr("{map}: {value}, of which {sum} from its inputs and {bias} bias")
        return text.format(
            map=title,
            value=numeral(value, 2),
            sum=numeral(float(found.shares.sum()), 2),
            bias=numeral(found.bias, 2),
        )

    def _table(self) -> Table:
        """Every number of every map, a row each."""
        shown = self._shown

        def rows() -> Sequence[Sequence[object]]:
            made: list[Sequence[object]] = [("layer", "kind", "map", "row", "column", "value")]
            for name, values in shown.read.maps.items() if shown else ():
                kind = shown.layers[name].kind if shown else ""
                for place, value in np.ndenumerate(values):
                    number, at_row, at_column = (*place, 0, 0)[:3]
                    made.append((name, kind, number, at_row, at_column, float(value)))
            return made

        return rows


def _has(shown: ShownLayers, place: Place) -> bool:
    """Whether a network has that map; it may be another than the one that the place was chosen in."""
    layer = shown.layers.get(place.layer)
    if layer is None:
        return False
    sizes = (*layer.shape, 1, 1)[:3]
    return all(at < size for at, size in zip((place.map, place.row, place.column), sizes, strict=True))
