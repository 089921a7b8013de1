"""The images that a recipe shows: some that it learns from, some that the network reads at the end."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.domain.reports import Samples
from digitpad.domain.run import RunInfo
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.widgets import named, note_label
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.data.read_images import ReadImages

_BARS_WIDTH = 216
_ROWS = 2


class RecipeSamples(QWidget):
    """The images of the run that goes on or has ended; hidden where its recipe shows none.

    Signals:
        image_picked: an image that is to be put on the pad, uint8 (28, 28), 255 is ink.
    """

    image_picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "recipe_samples", self.tr("Images that the recipe shows"))
        self._sections: list[_Section] = []
        self._more_comes = False
        self._note = note_label(self.tr("This recipe shows test images here at the end of a run."), "samples_note")
        self._column = column(spacing=16)
        column(self._column, self._note, parent=self)
        self._describe()

    @Slot(object)
    def begin(self, info: RunInfo) -> None:
        """Show nothing of the run before, and say whether images of this one will come."""
        for section in self._sections:
            self._column.removeWidget(section)
            section.deleteLater()
        self._sections = []
        self._more_comes = bool(info.recipe.samples_after or info.recipe.outputs_after)
        self._describe()

    @Slot(object)
    def show_samples(self, samples: Samples) -> None:
        """Show images, below those that are there already."""
        section = _Section(samples)
        section.grid.picked.connect(self.image_picked)
        self._sections.append(section)
        self._column.addWidget(section)
        self._more_comes &= samples.probabilities is None
        self._describe()

    def _describe(self) -> None:
        self._note.setVisible(self._more_comes)
        said = [section.accessibleDescription() for section in self._sections]
        said += [self._note.text()] * self._more_comes
        self.setAccessibleDescription(" ".join(said))
        self.setVisible(bool(said))


class _Section(QWidget):
    """Images under a line that says which they are, and beside them the ten outputs for the first of them."""

    def __init__(self, samples: Samples) -> None:
        super().__init__()
        heading, self.grid = QLabel(self._heading(samples), wordWrap=True), DigitGrid(picks_at_click=True)
        read, said = None, self.tr("Labels {labels}.")
        if samples.probabilities is not None:
            digits = samples.probabilities.argmax(axis=1).astype(np.int64)
            read = ReadImages(digits, samples.probabilities.max(axis=1).astype(np.float64))
            said = self.tr("Read as {read}; labels {labels}.")
        self.grid.show_images(samples.pixels, samples.labels, read)
        self.grid.setFixedHeight(_ROWS * self.grid.row_height)
        all_read = ", ".join(map(str, read.digits.tolist())) if read else ""
        labels = ", ".join(map(str, samples.labels.tolist()))
        spoken = [f"{heading.text()}.", said.format(read=all_read, labels=labels)]
        side, outputs = row((self.grid, 1), spacing=16), column()
        for number in range(samples.outputs):
            assert samples.probabilities is not None
            probabilities, bars = samples.probabilities[number], ProbabilityBars()
            title = note_label(self.tr("The ten outputs for test image {number}").format(number=number + 1))
            bars.setAccessibleName(title.text())
            bars.setFixedSize(_BARS_WIDTH, bars.minimumSizeHint().height())
            bars.show_probabilities(probabilities.tolist(), int(probabilities.argmax()))
            outputs.addWidget(title)
            outputs.addWidget(bars)
            spoken.append(f"{bars.accessibleName()}: {bars.accessibleDescription()}.")
        outputs.addStretch(1)
        if samples.outputs:
            side.addLayout(outputs)
        column(heading, side, parent=self)
        self.setAccessibleDescription(" ".join(spoken))

    def _heading(self, samples: Samples) -> str:
        if samples.predictions is None:
            return self.tr("First training images with their labels")
        right = int((samples.predictions == samples.labels).sum())
        words = self.tr("First test images at the end: {right} of {count} read right")
        return words.format(right=right, count=len(samples.labels))
