"""t-SNE: places in the plane, near each other where features are.

L. van der Maaten and G. Hinton, 'Visualizing data using t-SNE', JMLR 9 (2008), with every pair of images in every step.
On a thousand images, 400 steps take 1.3 s of one core and end at the divergence that scikit-learn reaches after 1,000
(0.46 against 0.47 for the features of `fast`), in a tenth of the memory, without its import, and each step can be shown
or be the last one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]

PERPLEXITY = 30.0
"""How many neighbours an image has, more or less."""

STEPS, EXAGGERATION = 400, 12.0
"""Steps of a first map, and by how much its attraction is exaggerated in the first of them."""

MOVED_STEPS, MOVED_EXAGGERATION = 150, 2.0
"""The same of a map that moves on from one of another network."""

_EXAGGERATED = 0.25  # share of the steps in which attraction is exaggerated
_LEARNING_RATES = 0.2, 50.0  # for each image, and the least
_BLOCK = 100  # rows at once: what they need stays in the cache, which makes a step a quarter faster
_LEAST = 1e-12  # probability that counts: denormal numbers would make each step three times as long
_SEARCHES = 50  # halvings that find a bandwidth; some 20 will do


def affinities(features: NDArray[np.floating], perplexity: float = PERPLEXITY) -> NDArray[np.float32]:
    """How alike each two of some images are: the joint probabilities of t-SNE's paper, which sum to 1.

    Args:
        features: (n, d), finite, n ≥ 2.
        perplexity: how many neighbours each has; less where there are too few images.

    Returns:
        float32 (n, n), symmetric, 0 on the diagonal.
    """
    count = len(features)
    wanted = np.log(min(perplexity, (count - 1) / 3) if count > 4 else 1.0)
    values = features.astype(np.float64)
    squares = np.einsum("nd,nd->n", values, values)
    away = np.maximum(squares[:, None] + squares - 2 * values @ values.T, 0)
    away /= away.mean() or 1.0
    itself = np.eye(count, dtype=bool)
    away -= np.where(itself, np.inf, away).min(axis=1, keepdims=True)  # so that no exponential vanishes for all
    away[itself] = 0
    precision, low, high = np.ones(count), np.zeros(count), np.full(count, np.inf)
    for _ in range(_SEARCHES):
        shares = np.exp(-away * precision[:, None])
        shares[itself] = 0
        sums = shares.sum(axis=1)
        excess = np.log(sums) + precision * (away * shares).sum(axis=1) / sums - wanted
        if np.abs(excess).max() < 1e-4:
            break
        low, high = np.where(excess > 0, precision, low), np.where(excess > 0, high, precision)
        precision = np.where(np.isinf(high), 2 * precision, (low + np.minimum(high, 1e300)) / 2)
    shares /= sums[:, None]
    joint = shares + shares.T
    joint /= joint.sum()
    joint[joint < _LEAST] = 0
    found: NDArray[np.float32] = joint.astype(np.float32)
    return found


def first_places(scores: NDArray[np.floating]) -> Points:
    """The small cloud from which a first map starts: the first two principal components, float32 (n, 2).

    D. Kobak and P. Berens, 'The art of using t-SNE for single-cell transcriptomics', Nature Communications 10 (2019).
    """
    start = np.zeros((len(scores), 2), np.float32)
    kept = scores[:, :2]
    start[:, : kept.shape[1]] = 1e-4 * kept / (float(kept[:, 0].std()) or 1.0)
    return start


def tsne(
    joint: NDArray[np.float32],
    start: Points,
    steps: int = STEPS,
    exaggeration: float = EXAGGERATION,
    on_step: Callable[[int, Points], bool] = lambda *_: True,
) -> Points:
    """Move places until they are as near to each other as the images are alike.

    Args:
        joint: see `affinities`.
        start: float32 (n, 2).
        steps: how often they are moved.
        exaggeration: of the attraction, in the first quarter of the steps.
        on_step: called after each with its number, from 1, and the places, which are not to be kept; whether to go on.

    Returns:
        float32 (n, 2), some -50…50: the places after the last step, or after the one where it was not to go on.
    """
    places = start - start.mean(axis=0)
    speed, gains = np.zeros_like(places), np.ones_like(places)
    attraction, repulsion = np.empty_like(places), np.empty_like(places)
    learning_rate = max(_LEARNING_RATES[0] * len(places), _LEARNING_RATES[1])
    for step in range(1, steps + 1):
        is_early = step <= _EXAGGERATED * steps
        total = 0.0
        for first in range(0, len(places), _BLOCK):
            rows = slice(first, first + _BLOCK)
            across, up = (places[rows, axis, None] - places[:, axis] for axis in (0, 1))
            near = across * across
            near += up * up
            near += 1
            np.reciprocal(near, out=near)
            total += float(near.sum())
            for force, weights in ((attraction, joint[rows] * near), (repulsion, near * near)):
                force[rows, 0] = np.einsum("ij,ij->i", weights, across)
                force[rows, 1] = np.einsum("ij,ij->i", weights, up)
        gradient = (exaggeration if is_early else 1.0) * attraction - repulsion / max(total - len(places), 1e-12)
        gains = np.maximum(np.where(speed * gradient < 0, gains + 0.2, gains * 0.8), 0.01)
        speed = (0.5 if is_early else 0.8) * speed - 4 * learning_rate * gains * gradient
        places = places + speed
        if not on_step(step, places):
            break
    found: Points = places.astype(np.float32)
    return found


def divergence(joint: NDArray[np.float32], places: Points) -> float:
    """How far places are from showing what is alike: the Kullback-Leibler divergence that t-SNE makes small."""
    x, y = places.T
    near = 1 / (1 + (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
    np.fill_diagonal(near, 0)
    shares, is_there = near / near.sum(), joint > 0
    return float((joint[is_there] * np.log(joint[is_there] / shares[is_there])).sum())
