"""The view of samples: the first test images with what the network that reads makes of them, also while it learns."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QToolButton, QWidget

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import CancelledError, Message
from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.dialogs import file_filters
from digitpad.ui.common.exports import ExportButton, Table
from digitpad.ui.common.format import numeral, percent, sentence
from digitpad.ui.common.layouts import FlowLayout, column, row
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.widgets import named, note_label
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.data.read_images import ReadImages
from digitpad.ui.session.active_network import ActiveNetwork, Source
from digitpad.ui.session.training_session import TrainingSession
from digitpad.ui.session.worker import Latest, Worker
from digitpad.ui.views.evaluation.choices import FileChoice
from digitpad.ui.views.evaluation.work import images_table, read_first
from digitpad.ui.views.samples.recipe_samples import RecipeSamples
from digitpad.ui.views.view import introduced

if TYPE_CHECKING:
    from digitpad.reading.evaluation.evaluate import Evaluated
    from digitpad.reading.reader import Reader

_COUNT = 1000
"""Images that are read: of MNIST the first tenth, which takes 0.1 to 0.3 s."""

_LOWEST = 200
"""Height of the images in pixels at least."""

_SHARE = 2.0
"""How long a reading waits after the one before, in times of what that took: training needs the processor too."""


@dataclass(frozen=True, eq=False)
class _Job:
    """What is read, with what, and the steps that this has been trained for: None where it is not in training."""

    data: str | Path
    reader: Reader
    step: int | None
    cancelled: threading.Event = field(default_factory=threading.Event)


class SamplesView(QWidget):
    """Images with label and what is read of each, by digit, right or wrong.

    Signals:
        image_picked: an image that is to be put on the pad, uint8 (28, 28), 255 is ink.
    """

    image_picked = Signal(object)

    def __init__(self, network: ActiveNetwork, session: TrainingSession, worker: Worker) -> None:
        """The worker reads; whoever made it stops it."""
        super().__init__()
        named(self, "samples_view", self.tr("Samples"))
        self._network, self._worker = network, worker
        self._task: Latest[tuple[_Job, Evaluated, float]] = Latest(worker, self._on_read, self._on_failed)
        self._job: _Job | None = None  # the last that was asked for
        self._read: tuple[_Job, Evaluated] | None = None
        self._shown: tuple[object, ...] = ()  # what is selected to be shown, and the numbers of the images
        self._numbers = np.zeros(0, np.intp)
        self._free_at = 0.0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._refresh)
        self._make_parts()
        network.changed.connect(self._refresh)
        self._recipe.image_picked.connect(self.image_picked)
        session.started.connect(self._recipe.begin)
        session.samples_shown.connect(self._recipe.show_samples)
        if session.state.run is not None:
            self._recipe.begin(session.state.run)
            for samples in session.samples:
                self._recipe.show_samples(samples)

    def _make_parts(self) -> None:
        files = file_filters("drawings", "all")
        self._data = FileChoice("samples_data", self.tr("Data"), self.tr("Open an ink file…"), files)
        self._data.chosen.connect(self._refresh)
        self._digit = named(QComboBox(), "samples_digit", self.tr("Digit"))
        self._digit.addItem(self.tr("all"), None)
        for digit in range(CLASSES):
            self._digit.addItem(str(digit), digit)
        self._which = named(QComboBox(), "samples_which", self.tr("Right or wrong"))
        for words, value in ((self.tr("all"), None), (self.tr("right"), True), (self.tr("wrong"), False)):
            self._which.addItem(words, value)
        parts: list[QWidget] = []
        for words, box in (
            (self.tr("Data"), self._data),
            (self.tr("Digit"), self._digit),
            (self.tr("Show"), self._which),
        ):
            label, pair = QLabel(words), QWidget()
            label.setBuddy(box)
            row(label, box, parent=pair)
            parts.append(pair)
        for box in (self._digit, self._which):
            box.activated.connect(self._show_read)
        self._words = named(QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText), "samples_words")
        self._notice, self._recipe = named(Notice(), "samples_notice"), RecipeSamples()
        self._problem = ""  # what is wrong with the data that was looked for, which no reading mends
        self._grid = DigitGrid(picks_at_click=True)
        self._grid.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._grid.setMinimumHeight(_LOWEST)
        self._grid.picked.connect(self.image_picked)
        note, pick = note_label(), QToolButton()
        self._grid.described.connect(note.setText)
        pick.setDefaultAction(self._grid.pick)
        words = self.tr(
            "Test images, with the label and what the network makes of them. Click one, or press Enter on it, to "
            "put it on the pad; train a network, and watch the same images being learned."
        )
        export = ExportButton(lambda: "samples", self._grid.picture, self._table)
        column(
            introduced(words, export),
            FlowLayout(*parts, spacing=12),
            self._notice,
            self._words,
            (self._grid, 1),
            row((note, 1), pick),
            self._recipe,
            parent=self,
        )
        self._grid.clear(self.tr("Reading the images…"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._worker.run(_found, self._on_found, self._notice.say)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.stop()
        self._task.drop()
        if self._job is not None:
            self._job.cancelled.set()
            self._job = None

    @Slot()
    def _refresh(self) -> None:
        """Read the images with the network that reads now, if somebody looks."""
        reader, state, data = self._network.reader, self._network.state, self._data.value
        if not self.isVisible() or reader is None or data is None:
            return
        if self._job is not None and (self._job.reader, self._job.data) == (reader, data):
            return
        left = round(1000 * (self._free_at - time.perf_counter()))
        if left > 0:
            self._soon.start(left)
            return
        step = state.step if state.source is Source.IN_TRAINING else None
        self._job = _Job(cast("str | Path", data), reader, step)
        # What is read of other data is not shown any more; an earlier step of the same run is.
        self._task.run(hash(data), partial(_read, self._job, self._network.false_rejection_rate))

    def _on_found(self, found: tuple[Sequence[DataInfo], Sequence[Message]]) -> None:
        self._data.show_entries([(info.title, info.id) for info in found[0]])
        self._problem = sentence(found[1][0]) if found[1] else ""
        if self._problem:
            self._notice.say(self._problem)
        self._refresh()

    def _on_read(self, result: tuple[_Job, Evaluated, float]) -> None:
        job, read, seconds = result
        self._free_at = time.perf_counter() + _SHARE * seconds
        self._read = job, read
        if self._notice.text != self._problem:
            self._notice.close_message()
        self._show_read()
        self._refresh()

    def _on_failed(self, error: Message) -> None:
        if not isinstance(error, CancelledError):
            self._notice.say(error)

    @Slot()
    def _show_read(self) -> None:
        """Show what is selected of the images; where that has not changed, one is still at the same place."""
        if self._read is None:
            return
        job, read = self._read
        digit, is_right = self._digit.currentData(), self._which.currentData()
        chosen = np.ones(len(read.data), bool)
        if digit is not None:
            chosen &= read.data.labels == digit
        count, right = int(chosen.sum()), int(read.is_right[chosen].sum())
        if is_right is not None:
            chosen &= read.is_right == is_right
        numbers, shown = np.flatnonzero(chosen), (job.data, digit, is_right)
        is_same = shown == self._shown and np.array_equal(numbers, self._numbers)
        self._grid.show_images(
            read.data.images[numbers],
            read.data.labels[numbers],
            ReadImages(read.digits[numbers], read.confidence[numbers]),
            anew=not is_same,
            keeps_place=shown == self._shown,
        )
        self._shown, self._numbers = shown, numbers
        words = self.tr("{name}: {right} of {count} read right, {share}")
        if job.step is not None:
            words = self.tr("{name}, in training, step {step}: {right} of {count} read right, {share}")
        self._words.setText(
            words.format(
                name=read.info.name,
                step=numeral(job.step or 0),
                right=numeral(right),
                count=numeral(count),
                share=percent(right / max(count, 1)),
            )
        )

    def _table(self) -> Table:
        """The images that are shown, a row each."""
        read, numbers = self._read, self._numbers.tolist()
        return lambda: images_table(read[1], numbers) if read else []


def _read(job: _Job, false_rejection_rate: float | None) -> tuple[_Job, Evaluated, float]:
    began = time.perf_counter()
    read = read_first(_COUNT, job.data, job.reader, false_rejection_rate, job.cancelled.is_set)
    return job, read, time.perf_counter() - began


def _found() -> tuple[Sequence[DataInfo], Sequence[Message]]:
    from digitpad.storage.datasets import available

    return available()
