"""What speaks against a group of parts being a digit, and against two digits standing side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.rejection import threshold
from digitpad.ink.strokes import Floats
from digitpad.reading.numbers.groups import Group
from digitpad.reading.numbers.parts import Parts

DIGIT_FEATURES = ("digit", "doubt", "strangeness", "rejected", "small", "large", "gap", "wide", "late", "cut")
PAIR_FEATURES = ("overlap", "aside", "unlike", "joined")

WEIGHTS = np.array([0.2, 1.0, 1.0, 2.0, 1.0, 0.8, 0.8, 0.6, 0.4, 0.65])
PAIR_WEIGHTS = np.array([6.0, 2.0, 0.5, 1.2])
"""What each feature costs, found by a search on numbers in the hands of writers that the network learned from."""

SINGLE = 0.8
"""What a reading as one digit is given in advance."""

LEAST, MOST_COST = -0.5, 0.75
"""What a number's digits must come to: the energy score of each, above the lowest of a single digit, on the scale of
`Scale`; and the mean of what speaks against them and their neighbours."""

_RATES = 0.003, 0.05
_MOST_DOUBT, _MOST_STRANGE = 6.0, 6.0
_JOINED = 0.08


@dataclass(frozen=True)
class Scale:
    """A checkpoint's energy scores, brought to a scale on which every checkpoint's are alike.

    Attributes:
        zero: the score below which 0.3 % of real digits lie: 0 on this scale.
        one: that below which 5 % lie: 1 on this scale, which every score has of a checkpoint that knows neither.
    """

    zero: float
    one: float

    @staticmethod
    def of(thresholds: Sequence[list[float]]) -> Scale:
        """The scale of a checkpoint with thresholds as `CheckpointInfo` has them."""
        zero, one = (threshold(thresholds, rate) for rate in _RATES)
        return Scale(zero, max(one, zero + 1e-6))

    @property
    def is_known(self) -> bool:
        """Whether the checkpoint can tell a digit from what is none."""
        return bool(np.isfinite(self.zero))

    def __call__(self, scores: NDArray[np.floating[Any]]) -> Floats:
        """Energy scores on this scale."""
        if not self.is_known:
            return np.ones(scores.shape)
        scaled: Floats = (scores.astype(np.float64) - self.zero) / (self.one - self.zero)
        return scaled


def digit_features(
    groups: Sequence[Group], parts: Parts, height: float, probabilities: Floats, scaled: Floats
) -> Floats:
    """What speaks against each group being a digit, float64 (groups, features), 0 for nothing.

    Args:
        groups: the groups.
        parts: what they are groups of.
        height: of a digit.
        probabilities: (groups, 10).
        scaled: (groups,), energy scores by `Scale`.
    """
    rank = np.argsort(parts.order).tolist()
    pieces_of = parts.pieces_of.tolist()
    rows = []
    for group in groups:
        left, top, right, bottom = group.box
        size = math.log(max(bottom - top, 0.3 * (right - left), 1e-9) / height)
        ranks = sorted(rank[part] for part in group.parts)
        strokes = [pieces_of[part] for part in group.parts]
        rows.append(
            (
                max(0.0, -size - 0.2),
                max(0.0, size - 0.2),
                group.gap / height,
                max(0.0, (right - left) / height - 0.9),
                sum(later > earlier + 1 for earlier, later in pairwise(ranks)),
                sum(strokes.count(stroke) < pieces_of.count(stroke) for stroke in set(strokes)),
            )
        )
    features = np.empty((len(groups), len(DIGIT_FEATURES)))
    features[:, 0] = 1.0
    features[:, 1] = np.minimum(-np.log(np.maximum(probabilities.max(axis=1), 1e-9)), _MOST_DOUBT)
    features[:, 2] = np.clip(1 - scaled, 0.0, _MOST_STRANGE)
    features[:, 3] = scaled < 0
    features[:, 4:] = rows
    features[:, -1] *= np.where(probabilities.argmax(axis=1) == 1, 2.0, 1.0)  # any straight piece looks like a one
    return features


def pair_features(groups: Sequence[Group], distances: Floats, height: float) -> Floats:
    """What speaks against a second digit standing right of a first, float64 (groups, groups, features).

    Args:
        groups: the groups.
        distances: float64 (n, n), how near the ends of one part come to another.
        height: of a digit.
    """
    boxes = np.array([group.box for group in groups])
    first, second = boxes[:, None], boxes[None]
    heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1e-9)
    overlap = (first[..., 2] - second[..., 0]) / height
    backwards = (first[..., 0] - second[..., 0]) / height
    shared = np.minimum(first[..., 3], second[..., 3]) - np.maximum(first[..., 1], second[..., 1])
    outside = np.full((len(groups), len(distances)), np.inf)
    for row, group in enumerate(groups):
        outside[row, list(group.parts)] = 0.0
    nearest = (distances + outside[:, :, None]).min(axis=1)
    nearest = (nearest[:, None] + outside).min(axis=2)
    return np.stack(
        [
            np.maximum(0.0, overlap - 0.12) + np.maximum(0.0, backwards),
            np.maximum(0.0, 0.7 - shared / np.minimum(heights[:, None], heights)),
            np.maximum(0.0, np.abs(np.log(heights[:, None] / heights)) - 0.3),
            np.maximum(0.0, 1 - nearest / (_JOINED * height)),
        ],
        axis=-1,
    )
