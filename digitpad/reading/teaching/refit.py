"""The refit: a head learns a person's drawings, and stays what it was for everything else.

What is refitted is a sum of fixed features, added to the logits. Where the layer before the last is followed by a ReLU,
the features are new units in that layer, a template for each digit of the person and one for each of their drawings: a
unit compares what is drawn with the mean of that digit, or with that drawing, and is silent for most other people's
digits, so that those are read as before. What all drawings of a digit have in common is learnt from few of them; a form
that only some of them have is not in their mean. The comparison is by the discriminant of Fisher ('The use of multiple
measurements in taxonomic problems', 1936): what varies much between other people's digits counts little. Other heads
are refitted in the last layer itself.

The loss is that of training (`digitpad.learning.training.losses`) on the person's drawings and on the replay, and

- asks for a margin on the person's drawings. Those that are read right count too by that: that somebody's sevens have a
  bar says that a drawing between their ones and their sevens, without a bar, is a one.
- adds a quadratic penalty on what changes in the logits of the replay, above all where little decides: Li and Hoiem,
  'Learning without forgetting' (2016), where it is a cross entropy.
- adds a small quadratic penalty on the weights. The prior is the trained network, not 0: Kienzle and Chellapilla,
  'Personalized handwriting recognition via biased regularization' (ICML 2006).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.prediction import CLASSES
from digitpad.domain.rejection import NO_DIGIT
from digitpad.reading.teaching.head import Floats, Head
from digitpad.reading.teaching.lbfgs import Vector, minimise
from digitpad.reading.teaching.replay import Group, Replay

_ENTROPIC = 0.3
"""Weight of the entropic loss on outliers, as in training."""

_DECAY, _KEPT = 0.3, 10.0
"""Weights of the penalties on weights and on changed logits, for an image of the replay that counts 1."""

_MARGIN = 1.05
"""By how much a drawing's own logit is to lead, in units of the median lead in the replay."""

_CLOSE, _CLOSE_LEAD, _CLOSE_WIDTH = 100.0, 0.7, 0.18
"""How much more a changed logit counts where the lead is close, how close that is, and how soft; both in that unit."""

_SILENT, _HIGHEST_THRESHOLD = 0.98, 0.7
"""Share of the replay for which a unit is silent, and its threshold at most, as a share of what the drawings give."""

_STEPS = 60


@dataclass(frozen=True, eq=False)
class Lesson:
    """A person's drawings as a head sees them.

    Attributes:
        own: the drawings as they are, and their variations.
        weights: how much each counts within its drawing, float64 (n,); those of a drawing have the sum 1.
        drawing: which drawing each comes from, int64 (n,); each drawing's first is the drawing itself.
    """

    own: Group
    weights: NDArray[np.float64]
    drawing: NDArray[np.int64]

    def without(self, drawings: NDArray[np.int64]) -> Lesson:
        """The lesson without some of the drawings."""
        rest = ~np.isin(self.drawing, drawings)
        return Lesson(Group(self.own.inputs[rest], self.own.labels[rest]), self.weights[rest], self.drawing[rest])


def refit(replay: Replay, lesson: Lesson, strength: float) -> Head:
    """The head that a lesson makes of the replay's head.

    Args:
        replay: other people's digits and outliers.
        lesson: the person's drawings.
        strength: how much a drawing counts, in images of the replay.
    """
    head, inputs = replay.head, np.concatenate([replay.fitted.inputs, lesson.own.inputs])
    if replay.precision is None:
        # The last bias is that of an input which is 1; the unit is the usual length of a vector.
        scale = np.float32(1 / max(float(np.sqrt(np.square(replay.fitted.inputs).sum(axis=1).mean())), 1e-12))
        features = np.concatenate([inputs * scale, np.ones((len(inputs), 1), np.float32)], axis=1)
        added = _fitted(replay, lesson, features, strength)
        return head.changed(added[:, :-1] * scale, added[:, -1])
    weight, bias = _units(replay, replay.precision, lesson)
    features = np.maximum(inputs @ weight.T + bias, 0)
    return head.widened(weight, bias, _fitted(replay, lesson, features, strength))


def _units(replay: Replay, precision: Floats, lesson: Lesson) -> tuple[Floats, Floats]:
    """Weights and biases of a unit for each digit, and for each drawing: float32 (units, inputs) and (units,)."""
    own, firsts = lesson.own, np.unique(lesson.drawing, return_index=True)[1]
    # What is no digit has no common form; a digit's only drawing is its form.
    digits = [own.labels == digit for digit in np.unique(own.labels[own.labels != NO_DIGIT])]
    groups = np.unique(digits + [lesson.drawing == drawing for drawing in lesson.drawing[firsts]], axis=0)
    means = np.array([own.inputs[firsts[group[firsts]]].mean(axis=0) for group in groups])
    weight = (means - replay.mean) @ precision
    bias = -(weight @ replay.mean)
    given = own.inputs @ weight.T + bias
    tops = np.array([np.average(given[group, at], weights=lesson.weights[group]) for at, group in enumerate(groups)])
    thresholds = np.quantile(replay.fitted.inputs @ weight.T + bias, _SILENT, axis=0)
    thresholds = np.minimum(thresholds, _HIGHEST_THRESHOLD * tops)
    scales = 1 / np.maximum(tops - thresholds, 1e-9)
    return (weight * scales[:, None]).astype(np.float32), ((bias - thresholds) * scales).astype(np.float32)


def _fitted(replay: Replay, lesson: Lesson, features: Floats, strength: float) -> Floats:
    """What is best added to the logits for each feature, float32 (10, features)."""
    shape = CLASSES, features.shape[1]
    loss = _loss(replay, lesson, features, strength)
    return minimise(loss, np.zeros(shape[0] * shape[1]), _STEPS).reshape(shape).astype(np.float32)


def _loss(
    replay: Replay, lesson: Lesson, features: Floats, strength: float
) -> Callable[[Vector], tuple[float, Vector]]:
    """The loss and its gradient, of what is added to the logits for each feature, in one vector."""
    known, own = replay.fitted, lesson.own
    labels = np.concatenate([known.labels, own.labels])
    counts = np.concatenate([np.ones(len(known)), strength * lesson.weights]).astype(np.float32)
    before = np.concatenate([replay.head.logits(known.inputs), replay.head.logits(own.inputs)])
    # A replayed image for which no feature is there stays as it is.
    is_there = np.concatenate([(features[: len(known)] != 0).any(axis=1), np.ones(len(own), bool)])
    replayed = int(is_there[: len(known)].sum())
    highest, second = np.partition(before[: len(known)], (CLASSES - 2, CLASSES - 1), axis=1)[:, :-3:-1].T
    unit = np.median(highest - second)
    closeness = np.exp((_CLOSE_LEAD - (highest - second) / unit) / _CLOSE_WIDTH)
    kept = _KEPT * (1 + _CLOSE * np.where(known.labels == NO_DIGIT, 0, np.minimum(closeness, 1)))
    # What the network reads wrong need not stay so: of one that reads little, little would be learned else.
    kept *= (known.labels == NO_DIGIT) | (before[: len(known)].argmax(axis=1) == known.labels)
    kept = kept[is_there[: len(known)], None].astype(np.float32)

    features, labels, counts, before = (part[is_there] for part in (features, labels, counts, before))
    is_outlier = labels == NO_DIGIT
    targets = np.eye(CLASSES, dtype=np.float32)[np.where(is_outlier, 0, labels)]
    margins = -_MARGIN * unit * targets
    margins[:replayed] = margins[is_outlier] = 0
    targets[is_outlier] = 1 / CLASSES
    entropy_weights = np.where(is_outlier, np.float32(_ENTROPIC), 1) * counts
    signs = np.where(is_outlier, np.float32(1), -1)

    def loss(vector: Vector) -> tuple[float, Vector]:
        weight = vector.astype(np.float32).reshape(CLASSES, -1)
        moved = features @ weight.T
        logits = before + moved
        led = logits + margins
        scores, shares = _scores(led)
        energies, energy_shares = _scores(logits)
        energies *= signs
        changed = kept * moved[:replayed]
        value = (
            float(entropy_weights @ (scores - (targets * led).sum(axis=1)))
            + float(counts @ np.logaddexp(0, energies))
            + float((changed * moved[:replayed]).sum()) / 2
            + _DECAY / 2 * float(vector @ vector)
        )
        slopes = entropy_weights[:, None] * (shares - targets)
        slopes += (counts * signs * (1 + np.tanh(energies / 2)) / 2)[:, None] * energy_shares
        slopes[:replayed] += changed
        return value, (slopes.T @ features).ravel().astype(np.float64) + _DECAY * vector

    return loss


def _scores(logits: Floats) -> tuple[Floats, Floats]:
    """The log-sum-exp of logits, float32 (n,), and the softmax, float32 (n, 10)."""
    highest = logits.max(axis=1, keepdims=True)
    shares = np.exp(logits - highest)
    sums = shares.sum(axis=1, keepdims=True)
    return (highest + np.log(sums))[:, 0], shares / sums
