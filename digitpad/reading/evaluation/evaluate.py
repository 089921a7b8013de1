"""How well labelled digits were read."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.prediction import Prediction
from digitpad.domain.rejection import threshold
from digitpad.ink.strokes import Ink
from digitpad.reading.calibration import Bin, calibration_error, reliability
from digitpad.reading.evaluation.labelled import Labelled
from digitpad.reading.evaluation.metrics import Rejection, confusion_matrix, precisions, recalls, rejection_curve

Read = Callable[[NDArray[np.uint8]], tuple[NDArray[np.float64], NDArray[np.float32]]]
"""Reads images, as `digitpad.reading.reader.Reader.read_batch` does."""

_PART = 100
"""Images after which progress is reported."""


@dataclass(frozen=True)
class ReadDrawing:
    """What was read of one digit or number.

    Attributes:
        index: its place in the file, from 0.
        label: the digit it is, 0 to 9, or the digits of the number.
        digit: the most probable digit, or what is read of a number, '' where it is rejected.
        confidence: the probability of that, 0.1 to 1.
        writer: who wrote it, None where unknown.
        name: its id in the file, None where it has none.
    """

    index: int
    label: int | str
    digit: int | str
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
    """What an evaluation came to. All but `rejected` and `refusals` counts the most probable digit, rejected or not.

    Attributes:
        n: labelled digits and numbers.
        accuracy: share read right, 0 to 1; of numbers, those of which every digit is.
        confusion: ten rows by label, ten columns by what was read: counts, without numbers.
        errors: what was read wrong, in the order of the data.
        rejected: digits that the app would call none.
        ece: expected calibration error over 15 bins, 0 to 1.
        digits: share read right of each digit, its recall, 0 to 1; None where the data has none of it.
        precisions: share that is this digit, of what was read as each; None where nothing was.
        writers: each writer whom the data names, in its order.
        writers_mean: mean of the writers' accuracies, each writer counted once; None where the data names no writer.
        writers_sd: their standard deviation, as of a sample (n - 1); None with fewer than two writers.
        reliability: confidence and accuracy in bins of equal width from 0 to 1.
        refusals: what was rejected, in the order of the data.
        rejection: accuracy of the rest, where the digits with the lowest energy scores are rejected.
        rejection_by_confidence: the same where those with the lowest confidence are.
    """

    n: int
    accuracy: float
    confusion: list[list[int]]
    errors: list[ReadDrawing]
    rejected: int
    ece: float
    digits: list[float | None]
    precisions: list[float | None]
    writers: list[WriterAccuracy]
    writers_mean: float | None
    writers_sd: float | None
    reliability: list[Bin]
    refusals: list[ReadDrawing]
    rejection: list[Rejection]
    rejection_by_confidence: list[Rejection]


@dataclass(frozen=True, eq=False)
class Evaluated:
    """What a network read of labelled digits, n of them, and what that came to.

    Attributes:
        info: what is known of the network.
        data: the digits.
        probabilities: float64 (n, 10), calibrated.
        scores: float32 (n,), energy scores.
        lowest: the lowest energy score that was accepted.
        result: the figures.
    """

    info: CheckpointInfo
    data: Labelled
    probabilities: NDArray[np.float64]
    scores: NDArray[np.float32]
    lowest: float
    result: Evaluation

    @property
    def digits(self) -> NDArray[np.int64]:
        """The most probable digit of each, int64 (n,)."""
        return np.asarray(self.probabilities.argmax(axis=1), np.int64)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of that, float64 (n,)."""
        return np.asarray(self.probabilities.max(axis=1))

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each was read right, bool (n,), rejected or not."""
        return np.asarray(self.digits == self.data.labels)


def evaluate_network(
    info: CheckpointInfo,
    read: Read,
    data: Labelled,
    false_rejection_rate: float | None,
    threads: int = 1,
    on_progress: Callable[[int], object] | None = None,
    read_number: Callable[[Ink], Prediction] | None = None,
) -> Evaluated:
    """Read labelled digits with a network and compare what was read with the labels.

    Args:
        info: what is known of the network.
        read: reads with it.
        data: the digits, one at least.
        false_rejection_rate: share of real digits that may be rejected, None to reject nothing.
        threads: see `read_many`.
        on_progress: see `read_many`.
        read_number: reads drawings labelled with several digits; without it, they are left out.
    """
    numbers = {}
    if read_number is None:
        data = data.digits
    else:
        numbers = {place: read_number(number.ink) for place, number in data.numbers.items()}
    probabilities, scores = read_many(read, data.images, threads, on_progress)
    lowest = threshold(info.thresholds, false_rejection_rate)
    result = evaluate(data, probabilities, scores, lowest, numbers)
    return Evaluated(info, data, probabilities, scores, lowest, result)


def read_many(
    read: Read, images: NDArray[np.uint8], threads: int = 1, on_progress: Callable[[int], object] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Read many images in several threads: two that read an image each are quicker than two that share one.

    Args:
        read: `Reader.read_batch`, or what gives the same, which this returns of all.
        images: uint8 (n, 28, 28), n ≥ 1.
        threads: how many read.
        on_progress: called with the number of images that have been read since the last call; what it raises ends the
            reading, and is raised.
    """
    results = []
    with ThreadPoolExecutor(threads) as pool:
        for result in pool.map(read, (images[start : start + _PART] for start in range(0, len(images), _PART))):
            results.append(result)
            if on_progress is not None:
                on_progress(len(result[1]))
    return np.concatenate([result[0] for result in results]), np.concatenate([result[1] for result in results])


def evaluate(
    data: Labelled,
    probabilities: NDArray[np.float64],
    scores: NDArray[np.float32],
    lowest: float = -math.inf,
    numbers: Mapping[int, Prediction] = MappingProxyType({}),
) -> Evaluation:
    """Compare what was read of every digit and number with its label.

    A digit counts whether or not it is rejected; blank images are rejected.

    Args:
        data: the digits, one at least.
        probabilities: float64 (n, 10), calibrated.
        scores: float32 (n,), energy scores.
        lowest: the lowest energy score to accept, see `digitpad.domain.rejection.threshold`.
        numbers: what was read of each of `data.numbers`.
    """
    labels = data.labels
    read, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    is_right = labels == read
    is_rejected = ~data.images.any(axis=(1, 2)) | (scores < lowest)
    for place, prediction in numbers.items():
        is_right[place], confidence[place] = prediction.text == data.numbers[place].text, prediction.confidence
        is_rejected[place] = not prediction.text
    confusion = confusion_matrix(labels[labels >= 0], read[labels >= 0])
    bins = reliability(confidence, is_right)

    def selected(which: NDArray[np.bool_]) -> list[ReadDrawing]:
        found = []
        for i in np.flatnonzero(which).tolist():
            said: tuple[int | str, int | str] = (
                (data.numbers[i].text, numbers[i].text) if i in numbers else (int(labels[i]), int(read[i]))
            )
            found.append(ReadDrawing(data.indices[i], *said, float(confidence[i]), data.writers[i], data.names[i]))
        return found

    writers = _by_writer(data.writers, is_right)
    accuracies = [writer.accuracy for writer in writers]
    return Evaluation(
        n=len(labels),
        accuracy=float(np.mean(is_right)),
        confusion=confusion.tolist(),
        errors=selected(~is_right),
        rejected=int(is_rejected.sum()),
        ece=calibration_error(bins),
        digits=recalls(confusion),
        precisions=precisions(confusion),
        writers=writers,
        writers_mean=statistics.fmean(accuracies) if accuracies else None,
        writers_sd=statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        reliability=bins,
        refusals=selected(is_rejected),
        rejection=rejection_curve(scores, is_right),
        rejection_by_confidence=rejection_curve(confidence, is_right),
    )


def _by_writer(writers: Sequence[str | None], is_right: NDArray[np.bool_]) -> list[WriterAccuracy]:
    """The accuracy of each named writer, in the order of their first digits."""
    by_writer: dict[str, list[bool]] = {}
    for writer, right in zip(writers, is_right.tolist(), strict=True):
        if writer is not None:
            by_writer.setdefault(writer, []).append(right)
    return [WriterAccuracy(writer, len(known), statistics.fmean(known)) for writer, known in by_writer.items()]
