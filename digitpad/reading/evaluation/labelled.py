"""Labelled digits and numbers to evaluate a network on: ink files and folders with MNIST's files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import InputError
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.opening import read_drawings
from digitpad.ink.raster.render import SIDE, render
from digitpad.ink.strokes import Ink
from digitpad.storage.mnist import mnist_digits


@dataclass(frozen=True, eq=False)
class Number:
    """A drawing labelled with several digits, as the window would show it."""

    text: str
    ink: Ink


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labelled digits and numbers with what their file knows of each.

    Attributes:
        images: uint8 (n, 28, 28), 255 is ink.
        labels: int64 (n,), 0 to 9, or -1 for a number.
        indices: the place of each in its file, from 0; unlabelled drawings between them are counted.
        writers: who wrote each, None where the file does not say.
        names: the id of each in its file, None where it has none.
        numbers: the drawings labelled with several digits, by their place in `images`.
        left_out: how many drawings labelled with several digits are not among them.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    indices: tuple[int, ...]
    writers: tuple[str | None, ...]
    names: tuple[str | None, ...]
    numbers: Mapping[int, Number] = field(default_factory=dict)
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def digits(self) -> Labelled:
        """The same without numbers."""
        if not self.numbers:
            return self
        digits = self._selected([place for place in range(len(self)) if place not in self.numbers])
        return replace(digits, left_out=len(self.numbers))

    def first(self, count: int) -> Labelled:
        """The first of them, at most so many, without numbers."""
        return self.digits._selected(list(range(min(count, len(self.digits)))))

    def _selected(self, kept: list[int]) -> Labelled:
        return Labelled(
            self.images[kept],
            self.labels[kept],
            tuple(self.indices[place] for place in kept),
            tuple(self.writers[place] for place in kept),
            tuple(self.names[place] for place in kept),
        )


def read_labelled(path: Path, on_drawing: Callable[[], object] = lambda: None) -> Labelled:
    """Labelled digits as network inputs: an ink file's labelled drawings, or the test part of MNIST in a folder.

    Args:
        path: the file or folder.
        on_drawing: called before each drawing is rendered; what it raises ends the reading, and is raised.

    Raises:
        InputError: the file or folder cannot be read, or holds nothing that is labelled.
    """
    if path.is_dir():
        return labelled_images(*mnist_digits(path, "test"))
    found = labelled(read_drawings(path), on_drawing)
    if not len(found):
        text = '{file} holds no labelled drawing; in InkML, label each with <annotation type="truth">.'
        raise InputError(text, file=path.name)
    return found


def labelled_images(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Labelled:
    """Images of a data set, see `digitpad.storage.datasets.read_digits`, of which no more than the label is known."""
    unknown = (None,) * len(labels)
    return Labelled(images, labels.astype(np.int64), tuple(range(len(labels))), unknown, unknown)


def labelled(drawings: Sequence[Drawing], on_drawing: Callable[[], object] = lambda: None) -> Labelled:
    """Those drawings of a file that have a label, as the window would render them; see `read_labelled`."""
    selected = [(index, drawing) for index, drawing in enumerate(drawings) if drawing.text is not None]
    inks, rendered = [fitted(drawing.ink) for _, drawing in selected], []
    for ink in inks:
        on_drawing()
        rendered.append(render(ink))
    images = np.array(rendered, dtype=np.uint8)
    return Labelled(
        images.reshape(-1, SIDE, SIDE),
        np.array([-1 if drawing.label is None else drawing.label for _, drawing in selected], dtype=np.int64),
        indices=tuple(index for index, _ in selected),
        writers=tuple(drawing.writer for _, drawing in selected),
        # A drawing without an id is named by its place, which the index tells.
        names=tuple(None if drawing.name == str(index) else drawing.name for index, drawing in selected),
        numbers={
            place: Number(drawing.number, inks[place])
            for place, (_, drawing) in enumerate(selected)
            if drawing.number is not None
        },
    )
