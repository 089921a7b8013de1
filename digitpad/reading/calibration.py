"""Calibration: of drawings read with a confidence of 90 %, nine in ten should be right.

Guo, Pleiss, Sun and Weinberger, 'On calibration of modern neural networks' (2017): one number, the temperature by which
all logits are divided, mends most of what is wrong with a network's confidence and changes no digit that is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES, NO_DIGIT, threshold
from digitpad.domain.settings_fields import declared

BINS = 15
"""Bins of equal width in which confidence is compared with accuracy."""

TEMPERATURES = declared(CheckpointInfo)["temperature"].limits
"""Lowest and highest usable temperature."""


@dataclass(frozen=True)
class Bin:
    """The predictions whose confidence lies in one bin.

    Attributes:
        count: how many there are.
        confidence: their mean confidence, 0 to 1; 0 where there are none.
        accuracy: the share of them that is right, 0 to 1; 0 where there are none.
    """

    count: int
    confidence: float
    accuracy: float


def fit_temperature(logits: NDArray[np.floating[Any]], labels: NDArray[np.int64]) -> float:
    """The temperature, within `TEMPERATURES`, with the lowest cross entropy on digits that were not trained on.

    The logits are float (n, 10), n ≥ 1, the labels int64 (n,), 0 to 9.
    """
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    own, (low, high) = shifted[np.arange(len(labels)), labels], TEMPERATURES
    for _ in range(3):  # over the logarithm, the entropy has one valley: look ever closer about its lowest point
        tried = np.geomspace(low, high, 40)
        entropies = [np.mean(np.log(np.exp(shifted / value).sum(axis=1)) - own / value) for value in tried]
        lowest = int(np.argmin(entropies))
        low, high = float(tried[max(lowest - 1, 0)]), float(tried[min(lowest + 1, len(tried) - 1)])
    return float(np.clip(tried[lowest], *TEMPERATURES))


def probabilities(logits: NDArray[np.floating[Any]], temperature: float) -> NDArray[np.float64]:
    """Calibrated softmax of logits, float64 (n, 10)."""
    shares = np.exp((logits.astype(np.float64) - logits.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def energy_scores(logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Log-sum-exp of logits, float (n, 10) to float64 (n,): low where no digit is seen."""
    highest = logits.max(axis=1).astype(np.float64)
    return np.asarray(highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1)))


def thresholds(scores: NDArray[np.floating[Any]]) -> list[list[float]]:
    """The lowest energy score to accept, for each of `FALSE_REJECTION_RATES`: rows of rate and score.

    Args:
        scores: float (n,), n ≥ 1: energy scores of digits that the network never saw.
    """
    lowest = np.quantile(scores.astype(np.float64), FALSE_REJECTION_RATES, method="lower")
    return [[rate, float(value)] for rate, value in zip(FALSE_REJECTION_RATES, lowest, strict=True)]


def bin_numbers(confidence: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which of the `BINS` bins each confidence, 0 to 1, belongs to, from 0; a bin holds its upper edge."""
    return np.digitize(confidence, np.linspace(0, 1, BINS + 1)[1:-1], right=True)


def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Bin]:
    """What a reliability diagram shows: `BINS` bins of equal width from 0 to 1.

    `confidence` is float64 (n,), the largest probability of each prediction, `right`, bool (n,), whether it was right.
    """
    where = bin_numbers(confidence)
    counts = np.bincount(where, minlength=BINS)
    sums = [np.bincount(where, weights=values, minlength=BINS) for values in (confidence, right)]
    confidences, accuracies = (total / np.maximum(counts, 1) for total in sums)
    return [Bin(int(counts[i]), float(confidences[i]), float(accuracies[i])) for i in range(BINS)]


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error, 0 to 1: mean distance of confidence from accuracy, the bins weighted by their size.

    Naeini, Cooper and Hauskrecht, 'Obtaining well calibrated probabilities using Bayesian binning' (2015).
    """
    total = sum(held.count for held in bins)
    return sum(held.count * abs(held.confidence - held.accuracy) for held in bins) / max(total, 1)


def shown_digits(
    values: NDArray[np.floating[Any]],
    scores: NDArray[np.floating[Any]],
    known: Sequence[list[float]],
    false_rejection_rate: float | None = FALSE_REJECTION_RATE,
) -> NDArray[np.int64]:
    """What is shown of images: the most probable digit, `NO_DIGIT` where the image is rejected; int64 (n,).

    Args:
        values: logits or probabilities, float (n, 10).
        scores: energy scores, float (n,).
        known: a checkpoint's thresholds, see `digitpad.domain.rejection.threshold`.
        false_rejection_rate: see there.
    """
    return np.where(scores < threshold(known, false_rejection_rate), NO_DIGIT, values.argmax(axis=1))
