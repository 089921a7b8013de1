"""How a foreign network's input was prepared, found by reading labelled digits in every customary way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.reading.checkpoint_file import Preparation

Logits = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""What a network makes of prepared images: float32 (n, 28, 28) to logits or log-probabilities (n, 10)."""

Digits = tuple[NDArray[np.uint8], NDArray[np.integer[Any]]]
"""Images, uint8 (n, 28, 28), 255 is ink, in mixed order, and their labels, integers (n,)."""

_WAYS = {"unit": (0.0, 1.0), "signed": (0.5, 0.5), "standard": (0.1307, 0.3081), "bytes": (0.0, 1 / 255)}

PREPARATIONS = [Preparation(name, mean, std) for name, (mean, std) in _WAYS.items()]
PREPARATIONS += [
    Preparation("unit-inverted", 1.0, -1.0),
    Preparation("signed-inverted", 0.5, -0.5),
    Preparation("standard-inverted", 0.1307, -0.3081),
    Preparation("bytes-inverted", 1.0, -1 / 255),
]
"""The customary ways: 0…1, -1…1, MNIST's mean and spread, 0…255, and each with black on white."""

DIGITS = 500
"""How many digits are read to measure the accuracy of the best way."""

_FIRST, _SECOND = 16, 100
"""How many digits every candidate reads in the first round, and those that are left in the second."""

_GUESSING = 2.0
"""Cross entropy above which a network does little better than guessing, whose is 2.3."""

_KEPT, _HOPELESS = 4, 0.8
"""How many networks get a second round, and by how much cross entropy a way may be worse than the best of the first."""

_SHARPNESS = 2.0 ** np.arange(5)
"""Factors for logits whose mean distance from the largest is 1: of those, the one with the lowest entropy counts."""

FIRST_SECONDS = 3.0
"""Time for the first round, after which only those count that had their turn; the likeliest have it first."""


def find_preparation(
    candidates: Sequence[tuple[float, Callable[[], Logits]]],
    digits: Digits,
    customary: Preparation,
    ways: Sequence[Preparation] = PREPARATIONS,
) -> tuple[int, Preparation]:
    """Which candidate reads best, and in which way.

    Each reads a few digits in each way, the best few read more, and the best of them give its accuracy. What counts is
    the cross entropy, which differs more than the few mistakes do, of logits that are scaled alike, since more contrast
    alone would make a network surer. It is bounded for each digit, so that an illegible one does not decide, and grows
    a little with what is unlikely.

    A network that has no time left raises TimeoutError; what has been found until then decides.

    Args:
        candidates: how unlikely each is, and what builds it, the likeliest first; one at least.
        digits: labelled digits, some hundreds at best.
        customary: the way that is taken where none reads better than guessing.
        ways: those to try, the customary one among them.

    Raises:
        TimeoutError: not even the first network has read a few digits in each way.
    """
    images, labels = digits[0][:DIGITS], digits[1][:DIGITS]
    networks: dict[int, Logits] = {}

    def judged(index: int, way: Preparation, count: int) -> tuple[float, int, Preparation]:
        entropy, accuracy = _read(networks[index], images, labels, way, count)
        score = entropy * (1 + 0.1 * (candidates[index][0] + _unlikeliness(way)))
        return score, index, replace(way, accuracy=accuracy, digits=min(count, len(images)))

    networks[0] = candidates[0][1]()
    found = [judged(0, way, _FIRST) for way in ways]
    fallback = next(entry for entry in found if entry[2].name == customary.name)
    end = time.monotonic() + FIRST_SECONDS
    with suppress(TimeoutError):
        for index, (_, build) in enumerate(candidates[1:], 1):
            if time.monotonic() > end:
                break
            networks[index] = build()
            found += [judged(index, way, _FIRST) for way in ways]
        # The first round ranks networks; of the ways it drops only the hopeless ones.
        networks_left = list(dict.fromkeys(index for _, index, _ in sorted(found, key=_first_two)))[:_KEPT]
        limit = min(found, key=_first_two)[0] + _HOPELESS
        found = [judged(index, way, _SECOND) for score, index, way in found if index in networks_left and score < limit]
        if min(found, key=_first_two)[0] > _GUESSING:
            fallback = judged(0, customary, _SECOND)
        else:
            found = [judged(index, way, DIGITS) for _, index, way in sorted(found, key=_first_two)[:_KEPT]]
    best = min(found, key=_first_two)
    if best[0] > _GUESSING:  # an untrained network, or one of an unknown kind
        best = fallback
    return best[1], best[2]


def _first_two(entry: tuple[float, int, Preparation]) -> tuple[float, int]:
    """The order of what has been judged: ways themselves have none."""
    return entry[:2]


def _unlikeliness(way: Preparation) -> float:
    """How unusual a way is; a young network with ReLU, whose biases are small, reads 0…255 about as well as 0…1."""
    return 5.0 * way.name.startswith("bytes") + 1.0 * way.name.endswith("inverted")


def _read(
    network: Logits, images: NDArray[np.uint8], labels: NDArray[np.integer[Any]], way: Preparation, count: int
) -> tuple[float, float]:
    """Cross entropy of scaled logits, at most 5 for a digit, and share read right, of the first digits."""
    images, labels = images[:count], labels[:count]
    prepared = ((images.astype(np.float32) / 255 - way.mean) / way.std).astype(np.float32)
    logits = network(prepared).astype(np.float64)
    with np.errstate(invalid="ignore"):  # logits may be infinite or not a number
        shifted = np.nan_to_num(logits - logits.max(axis=1, keepdims=True), nan=0.0, neginf=-1e9)
    cooled = shifted / max(-shifted.mean(), 1e-6) * _SHARPNESS[:, None, None]
    entropies = np.log(np.exp(cooled).sum(axis=2)) - cooled[:, np.arange(len(labels)), labels]
    accuracy = float((logits.argmax(axis=1) == labels).mean())
    return float(np.minimum(entropies, 5.0).mean(axis=1).min()), accuracy
