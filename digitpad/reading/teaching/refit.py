"""The refit: a head is pulled towards a person's drawings, and held where it was for everything else.

The loss is that of training (`digitpad.learning.training.losses`) on the person's drawings and on the replay, and adds
two things that hold the head back:

- a quadratic penalty on what changes in the weights. The prior is the trained network, not 0: Kienzle and Chellapilla,
  'Personalized handwriting recognition via biased regularization' (ICML 2006).
- a quadratic penalty on what changes in the logits of the replay: Li and Hoiem, 'Learning without forgetting' (2016),
  where it is a cross entropy.

The layer before the last changes only along directions that the person's drawings span: what is orthogonal to all of
them could not help them, and leaving it out makes the fit quick.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.prediction import CLASSES
from digitpad.reading.teaching.head import Floats, Head
from digitpad.reading.teaching.lbfgs import Vector, minimise
from digitpad.reading.teaching.replay import OUTLIER, Group

_ENTROPIC = 0.3
"""Weight of the entropic loss on outliers, as in training."""

_DECAY, _KEPT = 0.3, 1.0
"""Weights of the penalties on changed weights and on changed logits, for an image of the replay that counts 1."""

_STEPS, _DIRECTIONS, _SPANNING = 40, 32, 200


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


def refit(head: Head, replayed: Group, lesson: Lesson, strength: float) -> Head:
    """The head that a lesson makes of a head.

    Args:
        head: as it was trained.
        replayed: other people's digits and outliers.
        lesson: the person's drawings.
        strength: how much a drawing counts, in images of the replay.
    """
    problem = _Problem(head, replayed, lesson, strength)
    return problem.head_at(minimise(problem.loss, np.zeros(problem.size), _STEPS))


class _Problem:
    """The loss over what is added to a head's arrays, in one vector."""

    def __init__(self, head: Head, replayed: Group, lesson: Lesson, strength: float) -> None:
        self._head = head
        inputs = np.concatenate([replayed.inputs, lesson.own.inputs])
        labels = np.concatenate([replayed.labels, lesson.own.labels])
        counts = np.concatenate([np.ones(len(replayed)), strength * lesson.weights])
        is_outlier = labels == OUTLIER
        self._targets = np.eye(CLASSES)[np.where(is_outlier, 0, labels)]
        self._targets[is_outlier] = 1 / CLASSES
        self._entropy_weights = np.where(is_outlier, _ENTROPIC, 1.0) * counts
        self._energy_weights, self._signs = counts, np.where(is_outlier, 1.0, -1.0)
        self._hidden = head.hidden(inputs)
        self._has_first = head.first_weight is not None
        self._replayed = len(replayed)
        self._before = head.logits(replayed.inputs).astype(np.float64)
        width = self._hidden.shape[1]
        # In units of the usual length of a vector, so that the penalties do not depend on the network's scale.
        seen = np.maximum(self._hidden, 0) if self._has_first else self._hidden
        self._scale = _unit(seen[: self._replayed])
        self._along, self._basis = np.zeros((len(inputs), 0), np.float32), np.zeros((inputs.shape[1], 0), np.float32)
        if self._has_first:
            self._basis = _directions(lesson) * _unit(replayed.inputs)
            self._along = inputs @ self._basis
        self._shapes = [(width, self._along.shape[1]), (CLASSES, width), (CLASSES,)]
        self._ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])
        self.size = int(self._ends[-1])

    def _parts(self, vector: Vector) -> list[Floats]:
        parts = np.split(vector.astype(np.float32), self._ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True)]

    def head_at(self, vector: Vector) -> Head:
        first, last, bias = self._parts(vector)
        return self._head.changed(last * self._scale, bias, first @ self._basis.T)

    def loss(self, vector: Vector) -> tuple[float, Vector]:
        """The loss and its gradient at a vector, float64 (size,)."""
        first, last, bias = self._parts(vector)
        hidden = self._hidden
        if self._has_first:
            hidden = hidden + self._along @ first.T
            is_on = hidden > 0
            hidden = hidden * is_on
        weight = self._head.weight + last * self._scale
        logits = (hidden @ weight.T + (self._head.bias + bias)).astype(np.float64)
        highest = logits.max(axis=1, keepdims=True)
        shares = np.exp(logits - highest)
        sums = shares.sum(axis=1, keepdims=True)
        shares /= sums
        scores = (highest + np.log(sums))[:, 0]
        margins = self._signs * scores
        moved = logits[: self._replayed] - self._before
        loss = (
            float(self._entropy_weights @ (scores - (self._targets * logits).sum(axis=1)))
            + float(self._energy_weights @ np.logaddexp(0, margins))
            + _KEPT / 2 * float((moved * moved).sum())
            + _DECAY / 2 * float(vector @ vector)
        )
        energies = self._energy_weights * self._signs * (1 + np.tanh(margins / 2)) / 2
        slopes = self._entropy_weights[:, None] * (shares - self._targets) + energies[:, None] * shares
        slopes[: self._replayed] += _KEPT * moved
        back = slopes.astype(np.float32)
        gradients = [back.T @ hidden * self._scale, back.sum(axis=0)]
        if self._has_first:
            gradients.insert(0, ((back @ weight) * is_on).T @ self._along)
        flat = np.concatenate([gradient.ravel() for gradient in gradients]).astype(np.float64)
        return loss, flat + _DECAY * vector


def _unit(vectors: Floats) -> np.float32:
    """1 over the root mean square of the vectors' lengths."""
    return np.float32(1 / max(float(np.sqrt(np.square(vectors).sum(axis=1).mean())), 1e-12))


def _directions(lesson: Lesson) -> Floats:
    """Orthonormal directions that the drawings span, as columns: float32 (inputs, at most `_DIRECTIONS`)."""
    _, firsts = np.unique(lesson.drawing, return_index=True)
    some = firsts[:: -(-len(firsts) // _SPANNING)]
    basis = np.linalg.svd(lesson.own.inputs[some], full_matrices=False)[2]
    return np.ascontiguousarray(basis[:_DIRECTIONS].T)
