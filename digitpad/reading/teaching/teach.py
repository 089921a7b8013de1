"""Teaching a network a person's hand: the refit, its guard, and the checkpoint that comes of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from digitpad.domain.errors import InputError
from digitpad.domain.teaching import Comparison, TeachingReport, fits
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.raster.render import render
from digitpad.platform.cores import cores
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.head import Head, head_inputs
from digitpad.reading.teaching.outcome import Logits, Taught, guarded
from digitpad.reading.teaching.refit import Lesson, refit
from digitpad.reading.teaching.replay import Group, Replay, replay_for
from digitpad.synthesis.augmented import augmented_image
from digitpad.synthesis.paths import paths_of

_STRENGTHS = (3000.0, 1000.0, 300.0)
"""How much a drawing may count, in images of the replay: the first that costs nobody anything is taken."""

_VARIATIONS, _MOST_VARIATIONS, _PLAIN = 8, 800, 0.3
"""Variations of each drawing, of all together, and how much of its weight a drawing itself has beside its own."""

_FOLDS = 5
"""In so many parts the drawings are left out, one part after the other."""

_SEED = 73


def teach(reader: Reader, drawings: Sequence[Drawing], replay: Replay | None = None) -> Taught:
    """Teach a network a person's hand.

    Args:
        reader: the network.
        drawings: the person's labelled drawings; those without ink or label are left out.
        replay: other people's digits, see `replay_for`, which makes them where None.

    Raises:
        InputError: no drawing is labelled, or the network cannot be taught.
    """
    began = time.perf_counter()
    labelled = [drawing for drawing in drawings if drawing.label is not None and drawing.ink.strokes]
    if not labelled:
        raise InputError("No drawing is labelled, so there is nothing to learn from. Label some.")
    replay = replay or replay_for(reader)
    lesson = _lesson(reader, replay.head, labelled)
    attempts: list[_Attempt] = []
    for strength in _STRENGTHS:
        attempts.append(_Attempt(reader.checkpoint, replay, lesson, strength))
        if attempts[-1].is_harmless:
            break
    strongest, last = attempts[0], attempts[-1]
    report = last.report(began)
    if report.is_accepted or last is strongest:
        return Taught(last.after, report)
    return Taught(strongest.after, strongest.report(began))  # the person decides whether it is worth what it costs


def _lesson(reader: Reader, head: Head, drawings: Sequence[Drawing]) -> Lesson:
    """The drawings, and variations of each."""
    random = np.random.default_rng(_SEED)
    variations = min(_VARIATIONS, max(1, _MOST_VARIATIONS // len(drawings)))
    images = []
    for drawing in drawings:
        paths = paths_of(drawing.ink)
        images.append(render(fitted(drawing.ink)))
        images += [augmented_image(paths, random) for _ in range(variations)]
    numbers = np.repeat(np.arange(len(drawings)), variations + 1)
    labels = np.array([drawing.label for drawing in drawings], np.int64)
    weights = np.tile([_PLAIN, *[(1 - _PLAIN) / variations] * variations], len(drawings))
    return Lesson(Group(head_inputs(reader, head, np.array(images)), labels[numbers]), weights, numbers)


class _Attempt:
    """A head that was refitted with some strength, and what it costs others."""

    def __init__(self, before: Checkpoint, replay: Replay, lesson: Lesson, strength: float) -> None:
        self._before, self._replay, self._lesson, self._strength = before, replay, lesson, strength
        self._head = refit(replay, lesson, strength)
        replayed, *guards = map(self._logits, (replay.fitted, replay.digits, replay.styled, replay.outliers))
        drawings, after = int(lesson.drawing.max()) + 1, self._head.put_into(before)
        self.after, self._costs = guarded(before, after, drawings, replayed.digits, guards)

    def _logits(self, group: Group) -> Logits:
        return Logits(self._replay.head.logits(group.inputs), self._head.logits(group.inputs), group.labels)

    @property
    def is_harmless(self) -> bool:
        return all(fits(cost) for cost in self._costs)

    def report(self, began: float) -> TeachingReport:
        """What it came to, begun at a time of `time.perf_counter`."""
        own = self._left_out()
        return TeachingReport(int(self._lesson.drawing.max()) + 1, time.perf_counter() - began, own, *self._costs)

    def _left_out(self) -> Comparison:
        """How the person's drawings are read by heads that were taught with others of them alone."""
        replay, lesson = self._replay, self._lesson
        plain = np.unique(lesson.drawing, return_index=True)[1]
        own = Group(lesson.own.inputs[plain], lesson.own.labels[plain])
        before = replay.head.logits(own.inputs)
        logits = before.copy()
        # Drawings of a digit lie in as many folds as can be.
        order, folds = np.argsort(own.labels, kind="stable"), min(_FOLDS, len(own))

        def read(fold: int) -> None:
            out = order[fold::folds]
            head = refit(replay, lesson.without(out), self._strength)
            logits[out] = head.logits(own.inputs[out])

        if folds > 1:
            with ThreadPoolExecutor(cores()) as pool:
                list(pool.map(read, range(folds)))
        # One drawing alone is read as before.
        info = self.after.info if folds > 1 else self._before.info
        return Logits(before, logits, own.labels).compared(self._before.info, info)
