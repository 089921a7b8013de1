"""What labelled digits and the digits read come to: plain functions of arrays.

In all of them n is the number of images, and labels and digits are int64 (n,), 0 to 9.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.prediction import CLASSES

REJECTION_POINTS = 101
"""Points of a rejection curve; they lie closer together where few digits are rejected."""

_MOST_REJECTED = 0.2
"""The highest share rejected that a plot shows."""


@dataclass(frozen=True)
class Rejection:
    """What is left of the answers where the least certain ones are rejected.

    Attributes:
        rejected: share of the digits that is rejected, 0 to below 1.
        accuracy: share of the others that is read right, 0 to 1.
        threshold: the lowest certainty that is kept.
    """

    rejected: float
    accuracy: float
    threshold: float


@dataclass(frozen=True)
class Comparison:
    """How the answers of two networks to the same digits differ.

    Attributes:
        both, first, second, neither: how many digits both read right, only the first, only the second, and neither.
        differ: how many they read as different digits.
        p_value: how probable it is, 0 to 1, that chance alone sets `first` and `second` at least that far apart: the
            exact sign test of Q. McNemar, 'Note on the sampling error of the difference between correlated
            proportions' (1947).
    """

    both: int
    first: int
    second: int
    neither: int
    differ: int
    p_value: float


def confusion_matrix(labels: NDArray[np.int64], digits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts, int64 (10, 10): rows by label, columns by the digit read."""
    return np.bincount(labels * CLASSES + digits, minlength=CLASSES**2).reshape(CLASSES, CLASSES).astype(np.int64)


def precisions(confusion: NDArray[np.int64]) -> list[float | None]:
    """Of what was read as each digit, the share that is this digit, 0 to 1; None where nothing was."""
    return _shares(confusion.diagonal(), confusion.sum(axis=0))


def recalls(confusion: NDArray[np.int64]) -> list[float | None]:
    """Of each digit's images, the share that was read as this digit, 0 to 1; None where there are none."""
    return _shares(confusion.diagonal(), confusion.sum(axis=1))


def taken_for(confusion: NDArray[np.int64]) -> list[list[tuple[int, int]]]:
    """For each digit, what its images were wrongly read as and how often, the most frequent first."""
    return [
        sorted(
            ((other, count) for other, count in enumerate(row) if count and other != label), key=lambda pair: -pair[1]
        )
        for label, row in enumerate(confusion.tolist())
    ]


def wilson_interval(share: float, count: int) -> tuple[float, float]:
    """The 95 % score interval of a share, 0 to 1, of so many; E. B. Wilson, 'Probable inference' (1927)."""
    z, right = 1.96, share * count
    middle = (right + z * z / 2) / (count + z * z)
    half = z / (count + z * z) * math.sqrt(right * (count - right) / count + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def surest_first(confidence: NDArray[np.float64], which: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The numbers of the images that `which`, bool (n,), selects, the one with the highest confidence first."""
    selected = np.flatnonzero(which)
    return selected[np.argsort(-confidence[selected], kind="stable")]


def rejection_curve(certainty: NDArray[np.floating[Any]], is_right: NDArray[np.bool_]) -> list[Rejection]:
    """Accuracy of what is left where more and more of the least certain answers are rejected.

    Nadeem, Zucker and Hanczar, 'Accuracy-rejection curves (ARCs) for comparing classification methods with a reject
    option' (2009). Of answers that are equally certain, those that come first are rejected first.

    Args:
        certainty: float (n,), n ≥ 1, of whatever range: energy scores, or confidence.
        is_right: bool (n,), whether each was read right.

    Returns:
        At most `REJECTION_POINTS` points, the first with nothing rejected.
    """
    order, count = np.argsort(certainty, kind="stable"), len(certainty)
    right_from = np.cumsum(is_right[order][::-1])[::-1]
    places = np.unique(np.floor(count * np.linspace(0, 1, REJECTION_POINTS) ** 2).astype(np.int64))
    return [
        Rejection(at / count, float(right_from[at] / (count - at)), float(certainty[order[at]]))
        for at in places.tolist()
        if at < count
    ]


def rejection_axes(*curves: list[Rejection]) -> tuple[float, float]:
    """How far the axes of a plot of rejection curves go: the highest share rejected and the lowest accuracy.

    Beyond that share, all curves stay at 100 %, or more is rejected than anybody would.
    """
    ends = [next((point.rejected for point in curve if point.accuracy == 1), 1.0) for curve in curves]
    most = min(nice_share(1.2 * max(ends)), _MOST_REJECTED)
    errors = [1 - point.accuracy for curve in curves for point in curve if point.rejected <= most]
    return most, 1 - nice_share(1.05 * max(errors))


def compare(labels: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]) -> Comparison:
    """Compare the digits that two networks read."""
    by_first, by_second = first == labels, second == labels
    only_first, only_second = int((by_first & ~by_second).sum()), int((by_second & ~by_first).sum())
    return Comparison(
        int((by_first & by_second).sum()),
        only_first,
        only_second,
        int((~by_first & ~by_second).sum()),
        int((first != second).sum()),
        sign_test(only_first, only_second),
    )


def sign_test(heads: int, tails: int) -> float:
    """How probable it is, 0 to 1, that a fair coin falls at least that unevenly, either way."""
    count = heads + tails
    logarithms = [
        math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) - count * math.log(2)
        for k in range(min(heads, tails) + 1)
    ]
    return min(1.0, 2 * math.fsum(map(math.exp, logarithms)))


def nice_share(share: float) -> float:
    """The next of 0.1, 0.2, 0.5, 1, 2, 5, … 100 %, for the end of an axis."""
    return next((step for step in (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if share <= step), 1.0)


def _shares(parts: NDArray[np.int64], wholes: NDArray[np.int64]) -> list[float | None]:
    return [part / whole if whole else None for part, whole in zip(parts.tolist(), wholes.tolist(), strict=True)]
