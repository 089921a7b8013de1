"""The map of the last hidden layer: test images near each other where the network finds them alike, and the drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QComboBox, QLabel, QProgressBar, QSizePolicy, QSlider, QWidget

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import Message
from digitpad.reading.inspect.embedding import Layout, Location, locate
from digitpad.storage.datasets import STARTER, available
from digitpad.ui.common.exports import ExportButton, Table
from digitpad.ui.common.format import duration, numeral
from digitpad.ui.common.layouts import FlowLayout, column, row
from digitpad.ui.common.pixels import coloured, ink_colours
from digitpad.ui.common.theme import current_theme, reduced_motion, text_font
from digitpad.ui.common.widgets import ElidedLabel, describe, labelled, named, note_label, push_button
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.run_states import RunStates
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.map.figure import MapFigure
from digitpad.ui.views.map.maps import Maps
from digitpad.ui.views.map.marks import Callout
from digitpad.ui.views.map.neighbours import NeighbourList
from digitpad.ui.views.map.words import image_lines, map_title, moment, neighbour_words, place_words, target_name
from digitpad.ui.views.map.work import Method, NetworkMap
from digitpad.ui.views.view import View, introduced


class MapView(View[Location | None]):
    """The map of the network that reads; while one trains, of its latest state, or of an earlier one at choice.

    What is shown is named.
    """

    def __init__(
        self, live: LiveReader, worker: Worker, background: Worker, network: ActiveNetwork, states: RunStates
    ) -> None:
        """`background` works out the maps, while `worker` places the drawing in them."""
        super().__init__(live, worker)
        self.setObjectName("map_view")
        self._background, self._maps = background, Maps(background, network, states)
        self._shown: tuple[NetworkMap, Method, Layout] | None = None
        self._location: Location | None = None
        self._marked: int | None = None
        self._make_parts()
        self._maps.changed.connect(self._on_maps_changed)
        self._maps.progressed.connect(self._on_progress)
        self._maps.failed.connect(self.failed)
        self._describe()

    def _make_parts(self) -> None:
        self._figure, self._list = MapFigure(), NeighbourList()
        self._figure.hovered.connect(self._mark)
        self._list.hovered.connect(self._mark)
        tip = self.tr("t-SNE keeps what is alike together; PCA is the plane in which the features vary most")
        self._method = named(QComboBox(), "map_method", self.tr("Arranged by"), tip)
        self._method.addItem(self.tr("t-SNE"), "tsne")
        self._method.addItem(self.tr("PCA"), "pca")
        self._method.activated.connect(self._on_chosen)
        tip = self.tr("Which images are shown")
        self._data = named(QComboBox(), "map_data", self.tr("Images"), tip)
        self._data.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._data.activated.connect(self._on_chosen)
        self._bar = named(QProgressBar(), "map_progress", self.tr("Progress"))
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(72)
        self._busy = named(ElidedLabel(), "map_busy")
        self._busy.setProperty("note", True)
        tip = self.tr("Do not work out t-SNE; show the plane of PCA")
        self._cancel = push_button(self.tr("Cancel"), "map_cancel", self._on_cancelled, tip)
        self._progress = QWidget()
        row(self._bar, (self._busy, 1), self._cancel, parent=self._progress)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        tip = self.tr("Go back through the run to see how the map came about")
        self._slider = named(QSlider(Qt.Orientation.Horizontal), "map_slider", self.tr("States of this run"), tip)
        self._slider.valueChanged.connect(self._maps.go_to)
        self._when = note_label("", "map_when")
        self._when.setWordWrap(False)
        self._time = QWidget()
        row(note_label(self.tr("Run")), (self._slider, 1), self._when, parent=self._time)
        self._title = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._title.setFont(text_font(bold=True))
        self._words = note_label("", "map_words")
        words = self.tr(
            "What the network finds alike lies together; a thick rim marks what it reads wrong. Draw, and see "
            "where your digit goes; then draw something between two digits."
        )
        export = ExportButton(lambda: "map", self._figure.picture, self.table)
        controls = QWidget()
        controls.setLayout(FlowLayout(labelled(self._method), labelled(self._data), self._progress))
        controls.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)  # a layout of its own expands
        column(
            introduced(words, export),
            controls,
            self._title,
            row((self._figure, 1), self._list),
            self._words,
            self._time,
            parent=self,
        )
        self._progress.hide()
        self._time.hide()

    # What happens.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._background.run(available, self._on_data, self.failed.emit)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._maps.rest()

    def _on_data(self, found: tuple[list[DataInfo], list[Message]]) -> None:
        chosen = self._data.currentData()
        self._data.clear()
        for data in found[0]:
            title = self.tr("Starter set") if data.id == STARTER else data.title
            self._data.addItem(self.tr("{data}, test images").format(data=title), data.id)
        self._data.setCurrentIndex(max(self._data.findData(chosen), 0))
        if found[1]:
            self.failed.emit(found[1][0])
        if self.isVisible():
            self._maps.watch(self._data.currentData())

    @Slot()
    def _on_chosen(self) -> None:
        self._maps.choose(self._method.currentData(), self._data.currentData())

    @Slot()
    def _on_cancelled(self) -> None:
        self._method.setCurrentIndex(self._method.findData("pca"))
        self._on_chosen()

    @Slot(float, object, object)
    def _on_progress(self, share: float, left: float | None, layout: Layout | None) -> None:
        self._bar.setValue(round(100 * share))
        words = self._doing
        if left is not None:
            words = self.tr("{what}: {seconds} left").format(what=words, seconds=duration(left, 1))
        self._busy.setText(words)
        self._progress.show()
        shown = self._shown
        # The first map moves from the plane of PCA to its places before one's eyes; a later one waits for the end.
        if layout is not None and shown is not None and not self._has_finished(shown) and not reduced_motion():
            self._show(shown[0], "tsne", layout, glides=False)

    @Slot()
    def _on_maps_changed(self) -> None:
        last = max(len(self._maps.targets) - 1, 0)
        with QSignalBlocker(self._slider):
            self._slider.setMaximum(last)
            self._slider.setValue(self._maps.at)
        self._time.setVisible(last > 0)
        if self._maps.doing is None:
            self._progress.hide()
        self._present()

    # What is shown.

    def _present(self) -> None:
        """Show the map that is wanted, or what is there of it; else what was shown stays, under its name."""
        reads, wanted, shown = self._maps.known, self._maps.method, self._shown
        best = next((read for read in reads if wanted in read.layouts), None)
        if best is not None:
            self._show(best, wanted, best.layouts[wanted])
        elif reads and (shown is None or shown[0].target not in self._maps.targets or shown[1] == "pca"):
            self._show(reads[0], "pca", reads[0].layouts["pca"])
        self._describe()

    def _show(self, read: NetworkMap, method: Method, layout: Layout, *, glides: bool = True) -> None:
        before = self._shown
        if before is not None and before[0].hidden is read.hidden and before[2] is layout:
            return
        self._shown, self._maps.laid_on = (read, method, layout), read
        if before is None or before[0].images is not read.images:
            self._marked = None
        self._figure.show_points(layout.points, read.images.labels, _wrong(read), glides=glides)
        self.refresh()
        self._describe()

    def work(self, reading: Reading) -> Callable[[], Location | None]:
        """What places the drawing in the map that is shown, with the network whose map it is."""
        image = reading.prediction.network_input
        hidden = self._shown[0].hidden if self._shown is not None else None
        if self._shown is None or hidden is None or not image.any():
            return lambda: None
        return partial(locate, hidden, self._shown[2], image)

    def show_result(self, _reading: Reading, result: Location | None) -> None:
        """Move the drawing, and show its neighbours."""
        self._location = result
        numbers = result.neighbours.tolist() if result is not None else []
        self._figure.show_drawing(result.point if result is not None else None, numbers)
        shown = self._shown
        words = [neighbour_words(shown[0], number) for number in numbers] if shown is not None else []
        self._list.show_images(numbers, [self._picture(number) for number in numbers], words)
        self._describe()

    @Slot(object)
    def _mark(self, number: int | None) -> None:
        self._marked = number
        if number is None or self._shown is None:
            self._figure.mark(None, None)
        else:
            lines = (self.tr("Image {number}").format(number=numeral(number + 1)), *image_lines(self._shown[0], number))
            self._figure.mark(number, Callout(self._picture(number), lines))
        self._describe()

    def _picture(self, number: int) -> QImage:
        assert self._shown is not None
        pixels = self._shown[0].images.pixels[number : number + 1]
        return coloured(pixels, ink_colours(current_theme())).scaled(QSize(56, 56))

    @staticmethod
    def _has_finished(shown: tuple[NetworkMap, Method, Layout]) -> bool:
        return shown[0].layouts.get("tsne") is shown[2]

    @property
    def _doing(self) -> str:
        doing = self._maps.doing
        if doing is None:
            return ""
        return self.tr("Reading the images…") if doing == "reading" else self.tr("t-SNE")

    def _describe(self) -> None:
        """Say what is shown, what is on its way, and where the drawing lies."""
        target, shown = self._maps.target, self._shown
        if shown is None:
            words = self._doing or self.tr("The map appears once a network reads.")
            self._figure.show_invitation(words)
            self._title.clear()
            self._words.clear()
            describe(self._figure, words)
            return
        read, method, layout = shown
        title = map_title(read, method)
        if target is not None and target != read.target:
            title = self.tr("{map}; working out {network}").format(map=title, network=target_name(target))
        elif not self._has_finished(shown) and method == "tsne":
            title = self.tr("{map}, still moving").format(map=title)
        self._title.setText(title)
        self._when.setText(moment(target, is_latest=self._maps.is_latest))
        self._words.setText(place_words(read, layout, self._location))
        said = [title, self._words.text()]
        if self._marked is not None:
            said.append(", ".join(image_lines(read, self._marked)))
        describe(self._figure, ". ".join(words.rstrip(".") for words in said if words))

    def table(self) -> Table:
        """A row for each image, and one for the drawing, which has no number."""
        rows: list[Sequence[object]] = [("image", "digit", "read_as", "confidence", "x", "y")]
        if self._shown is not None:
            read, _, layout = self._shown
            digits, shares = read.probabilities.argmax(axis=1).tolist(), read.probabilities.max(axis=1).tolist()
            labels, points = read.images.labels.tolist(), layout.points.tolist()
            for number, parts in enumerate(zip(labels, digits, shares, points, strict=True), 1):
                rows.append((number, *parts[:3], *parts[3]))
            if self._location is not None:
                rows.append((None, None, None, None, *self._location.point))
        return lambda: rows


def _wrong(read: NetworkMap) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    wrong: np.ndarray[tuple[int], np.dtype[np.bool_]] = read.probabilities.argmax(axis=1) != read.images.labels
    return wrong
