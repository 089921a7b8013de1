"""Making confidence mean something: of drawings answered with 90 %, nine in ten should be right.

Guo, Pleiss, Sun and Weinberger, 'On calibration of modern neural networks' (2017): one number, the temperature by which
all logits are divided, mends most of what is wrong with a network's confidence and changes no answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

BINS = 15
"""Bins of equal width in which confidence is compared with accuracy."""

TEMPERATURES = (0.05, 20.0)
"""Lowest and highest usable temperature."""


@dataclass(frozen=True)
class Bin:
    """The answers whose confidence lies in one bin.

    Attributes:
        count: how many there are.
        confidence: their mean confidence, 0 to 1; 0 where there are none.
        accuracy: the share of them that is right, 0 to 1; 0 where there are none.
    """

    count: int
    confidence: float
    accuracy: float


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature with the lowest cross entropy on digits that took no part in the training.

    Args:
        logits: float (n, 10) logits, n ≥ 1.
        labels: int64 (n,), 0 to 9.

    Returns:
        A number within `TEMPERATURES`.
    """
    logits, (low, high) = logits.double(), TEMPERATURES
    for _ in range(3):  # over the logarithm, the entropy has one valley: look ever closer about its lowest point
        tried = np.geomspace(low, high, 40)
        entropies = [float(functional.cross_entropy(logits / temperature, labels)) for temperature in tried]
        lowest = int(np.argmin(entropies))
        low, high = float(tried[max(lowest - 1, 0)]), float(tried[min(lowest + 1, len(tried) - 1)])
    return float(np.clip(tried[lowest], *TEMPERATURES))


def probabilities(logits: Tensor, temperature: float) -> Tensor:
    """Calibrated softmax of logits, float64 (n, 10)."""
    return torch.softmax(logits.double() / temperature, dim=1)


def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Bin]:
    """What a reliability diagram shows: `BINS` bins of equal width from 0 to 1.

    Args:
        confidence: float64 (n,), 0 to 1, the largest probability of each answer.
        right: bool (n,), whether the answer was right.
    """
    where = np.digitize(confidence, np.linspace(0, 1, BINS + 1)[1:-1], right=True)
    counts = np.bincount(where, minlength=BINS)
    sums = [np.bincount(where, weights=values, minlength=BINS) for values in (confidence, right)]
    confidences, accuracies = (total / np.maximum(counts, 1) for total in sums)
    return [Bin(int(counts[i]), float(confidences[i]), float(accuracies[i])) for i in range(BINS)]


def calibration_error(bins: list[Bin]) -> float:
    """Expected calibration error: the mean distance of confidence from accuracy over bins, weighted by their size.

    Naeini, Cooper and Hauskrecht, 'Obtaining well calibrated probabilities using Bayesian binning' (2015).

    Returns:
        0 to 1; 0 where there are no answers.
    """
    total = sum(held.count for held in bins)
    return sum(held.count * abs(held.confidence - held.accuracy) for held in bins) / max(total, 1)
