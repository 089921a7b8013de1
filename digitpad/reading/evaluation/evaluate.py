"""How well a checkpoint reads labelled digits."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from digitpad.domain.errors import InputError
from digitpad.domain.prediction import CLASSES
from digitpad.domain.rejection import FALSE_REJECTION_RATE, threshold
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.opening import read_drawings
from digitpad.ink.raster.render import SIDE, render
from digitpad.learning.data.images import Images, read_mnist
from digitpad.learning.models.checkpoints import Checkpoint
from digitpad.learning.training.loop import batched_logits
from digitpad.learning.training.losses import energy_score
from digitpad.reading.calibration import Bin, calibration_error, probabilities, reliability


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labelled digits with what their file knows of each.

    Attributes:
        images: the n network inputs and their labels.
        indices: the place of each in its file, from 0; unlabelled drawings between them are counted.
        writers: who wrote each, None where the file does not say.
        names: the id of each in its file, None where it has none.
    """

    images: Images
    indices: tuple[int, ...]
    writers: tuple[str | None, ...]
    names: tuple[str | None, ...]

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class ReadDrawing:
    """What was read of one digit.

    Attributes:
        index: its place in the file, from 0.
        label: the digit it is, 0 to 9.
        digit: the most probable digit.
        confidence: the probability of that, 0.1 to 1.
        writer: who wrote it, None where unknown.
        name: its id in the file, None where it has none.
    """

    index: int
    label: int
    digit: int
    confidence: float
    writer: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class WriterAccuracy:
    """How well one writer's n digits were read: the share read right, 0 to 1."""

    writer: str
    n: int
    accuracy: float


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation came to. All but `rejected` and `refusals` counts the most probable digit, refused or not.

    Attributes:
        n: labelled digits.
        accuracy: share read right, 0 to 1.
        confusion: ten rows by label, ten columns by what was read: counts.
        errors: what was read wrong, in the order of the data.
        rejected: digits that the app would call none.
        ece: expected calibration error over 15 bins, 0 to 1.
        digits: share read right of each digit, 0 to 1, None where the data has none of it.
        writers: each writer whom the data names, in its order.
        writers_mean: mean of the writers' accuracies, each writer counted once; None where the data names no writer.
        writers_sd: their standard deviation, as of a sample (n - 1); None with fewer than two writers.
        reliability: confidence and accuracy in bins of equal width from 0 to 1.
        refusals: what was refused, in the order of the data.
    """

    n: int
    accuracy: float
    confusion: list[list[int]]
    errors: list[ReadDrawing]
    rejected: int
    ece: float
    digits: list[float | None]
    writers: list[WriterAccuracy]
    writers_mean: float | None
    writers_sd: float | None
    reliability: list[Bin]
    refusals: list[ReadDrawing]


def read_labelled(path: Path) -> Labelled:
    """Labelled digits as network inputs: an ink file's labelled drawings, or the test part of MNIST in a folder.

    Raises:
        InputError: the file or folder cannot be read, or holds nothing that is labelled.
    """
    if path.is_dir():
        return _anonymous(read_mnist(path, "test"))
    found = labelled(read_drawings(path))
    if not len(found):
        text = '{file} holds no labelled drawing; in InkML, label each with <annotation type="truth">.'
        raise InputError(text, file=path.name)
    return found


def labelled(drawings: Sequence[Drawing]) -> Labelled:
    """Those drawings of a file that have a label, as the window would render them."""
    selected = [(index, drawing) for index, drawing in enumerate(drawings) if drawing.label is not None]
    pixels = np.array([render(fitted(drawing.ink)) for _, drawing in selected], dtype=np.uint8).reshape(
        -1, 1, SIDE, SIDE
    )
    labels = torch.tensor([drawing.label for _, drawing in selected], dtype=torch.int64)
    return Labelled(
        Images(torch.from_numpy(pixels), labels),
        indices=tuple(index for index, _ in selected),
        writers=tuple(drawing.writer for _, drawing in selected),
        # A drawing without an id is named by its place, which the index tells.
        names=tuple(None if drawing.name == str(index) else drawing.name for index, drawing in selected),
    )


def evaluate(
    checkpoint: Checkpoint,
    data: Labelled | Images,
    device: torch.device | None = None,
    false_rejection_rate: float | None = FALSE_REJECTION_RATE,
) -> Evaluation:
    """Read every digit and compare with its label, whether or not it is refused. Empty drawings count as refused.

    Args:
        checkpoint: the network to judge.
        data: labelled network inputs, one at least.
        device: where to compute; the CPU where None.
        false_rejection_rate: share of real digits that may be lost, see `digitpad.domain.rejection`.

    Raises:
        InputError: the network's answers are not numbers.
    """
    data = data if isinstance(data, Labelled) else _anonymous(data)
    device = device or torch.device("cpu")
    # A copy, since the checkpoint's own stays on the CPU; with channels last, the CPU takes a quarter less time.
    network = deepcopy(checkpoint.network).to(device).to(memory_format=torch.channels_last)
    pixels, labels = data.images.pixels, data.images.labels.numpy()
    logits = batched_logits(network, pixels, checkpoint.info.mean, checkpoint.info.std, device)
    if not torch.isfinite(logits).all():
        raise InputError("{name} answers with what is no number; choose another checkpoint.", name=checkpoint.info.name)
    shares = probabilities(logits.numpy(), checkpoint.info.temperature)
    read, confidence = shares.argmax(axis=1), shares.max(axis=1)
    is_right = labels == read
    is_empty = (pixels == 0).flatten(1).all(dim=1)
    is_rejected = is_empty | (energy_score(logits) < threshold(checkpoint.info.thresholds, false_rejection_rate))
    confusion = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    np.add.at(confusion, (labels, read), 1)
    bins = reliability(confidence, is_right)

    def selected(which: NDArray[np.bool_]) -> list[ReadDrawing]:
        return [
            ReadDrawing(
                data.indices[i], int(labels[i]), int(read[i]), float(confidence[i]), data.writers[i], data.names[i]
            )
            for i in np.flatnonzero(which)
        ]

    writers = _by_writer(data.writers, is_right)
    accuracies = [writer.accuracy for writer in writers]
    return Evaluation(
        n=len(labels),
        accuracy=float(np.mean(is_right)),
        confusion=confusion.tolist(),
        errors=selected(~is_right),
        rejected=int(is_rejected.sum()),
        ece=calibration_error(bins),
        digits=[float(row[digit] / row.sum()) if row.any() else None for digit, row in enumerate(confusion)],
        writers=writers,
        writers_mean=statistics.fmean(accuracies) if accuracies else None,
        writers_sd=statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        reliability=bins,
        refusals=selected(is_rejected.numpy()),
    )


def _anonymous(images: Images) -> Labelled:
    """Images of which nothing else is known."""
    unknown = (None,) * len(images)
    return Labelled(images, tuple(range(len(images))), unknown, unknown)


def _by_writer(writers: Sequence[str | None], is_right: NDArray[np.bool_]) -> list[WriterAccuracy]:
    """The accuracy of every writer who is named, in the order of their first digits."""
    by_writer: dict[str, list[bool]] = {}
    for writer, right in zip(writers, is_right.tolist(), strict=True):
        if writer is not None:
            by_writer.setdefault(writer, []).append(right)
    return [WriterAccuracy(writer, len(known), statistics.fmean(known)) for writer, known in by_writer.items()]
