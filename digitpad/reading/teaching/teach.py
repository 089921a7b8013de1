"""Teaching a network a person's hand: the refit, its guard, and the checkpoint that comes of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from digitpad.domain.errors import InputError
from digitpad.domain.teaching import TeachingReport, fits
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.raster.render import render
from digitpad.platform.cores import cores
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.head import Head, head_inputs, head_of
from digitpad.reading.teaching.outcome import Logits, Taught, are_new, guarded, with_doubtful
from digitpad.reading.teaching.refit import Lesson, refit
from digitpad.reading.teaching.replay import Group, Replay, guard_images, replay_for
from digitpad.synthesis.augmented import augmented_image
from digitpad.synthesis.paths import paths_of

_STRENGTHS = (3000.0, 1000.0, 300.0)
"""How much a drawing may count, in images of the replay: the first that costs nobody anything is taken."""

_VARIATIONS, _MOST_VARIATIONS, _PLAIN = 8, 800, 0.3
"""Variations of each drawing, of all together, and how much of its weight a drawing itself has beside its own."""

_FOLDS = 5
"""In so many parts the drawings are left out, one part after the other."""

_SEED = 73


def teach(
    reader: Reader,
    drawings: Sequence[Drawing],
    replay: Replay | None = None,
    *,
    tested: Sequence[Drawing] = (),
    last: Reader | None = None,
) -> Taught:
    """Teach a network a person's hand.

    Args:
        reader: the network.
        drawings: the person's labelled drawings; those without ink or label are left out.
        replay: other people's digits, see `replay_for`, which makes them where None.
        tested: other drawings, which are not learned from.
        last: what came of the last teaching, where that is what reads: it is compared with.

    Raises:
        InputError: no drawing is labelled, or the network cannot be taught.
    """
    began = time.perf_counter()
    labelled, tests = (
        [drawing for drawing in some if drawing.label is not None and drawing.ink.strokes]
        for some in (drawings, tested)
    )
    if not labelled:
        raise InputError("No drawing is labelled, so there is nothing to learn from. Label some.")
    replay = replay or replay_for(reader)
    lesson = _lesson(reader, replay.head, labelled)
    before = None if last is None else _Last(last, reader, replay, labelled, tests)
    attempts: list[_Attempt] = []
    for strength in _STRENGTHS:
        attempts.append(_Attempt(reader.checkpoint, replay, labelled, lesson, strength, before))
        if attempts[-1].is_harmless:
            break
    strongest, weakest = attempts[0], attempts[-1]
    taught = weakest.taught(began)
    if taught.report.is_accepted or weakest is strongest:
        return taught
    return strongest.taught(began)  # the person decides whether it is worth what it costs


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


class _Last:
    """What came of the last teaching, and what it makes of what a new one is judged by.

    Attributes:
        info: what is known of it.
        guards: its logits of other people's digits, synthesised ones and outliers.
        are_new: with which of the person's drawings it was not taught, bool (n,).
        unlearned: those, and behind them the drawings to test with, as the head sees them that is refitted.
        logits: its own of these.
    """

    def __init__(
        self, last: Reader, reader: Reader, replay: Replay, drawings: Sequence[Drawing], tests: Sequence[Drawing]
    ) -> None:
        head = head_of(last.checkpoint)
        # Nothing but its head is another where it was refitted from the same network.
        is_refitted = all(
            name.rpartition(".")[0] in head.names or np.array_equal(array, reader.checkpoint.arrays.get(name, ()))
            for name, array in last.checkpoint.arrays.items()
        )
        guards = replay.digits, replay.styled, replay.outliers
        if is_refitted:
            self.guards = [head.logits(group.inputs) for group in guards]
        else:
            self.guards = [head.logits(head_inputs(last, head, images)) for images, _ in guard_images()]
        self.info, self.are_new = last.info, are_new(drawings, last.info)
        if len(drawings) == 1:  # there is none to learn from where it is left out
            self.are_new[:] = False
        judged = [*(each for each, is_new in zip(drawings, self.are_new, strict=True) if is_new), *tests]
        images = np.array([render(fitted(each.ink)) for each in judged], np.uint8)
        self.unlearned: Group | None = None
        if judged:
            inputs = head_inputs(reader, replay.head, images)
            self.unlearned = Group(inputs, np.array([each.label for each in judged], np.int64))
            self.logits = head.logits(inputs if is_refitted else head_inputs(last, head, images))


class _Attempt:
    """A head that was refitted with some strength, and what it costs others."""

    def __init__(
        self,
        before: Checkpoint,
        replay: Replay,
        drawings: Sequence[Drawing],
        lesson: Lesson,
        strength: float,
        last: _Last | None,
    ) -> None:
        self._before, self._replay, self._lesson, self._strength = before, replay, lesson, strength
        self._drawings, self._last = drawings, last
        self._head = refit(replay, lesson, strength)
        replayed, *guards = map(self._logits, (replay.fitted, replay.digits, replay.styled, replay.outliers))
        if last is not None:
            guards = [replace(part, last=logits) for part, logits in zip(guards, last.guards, strict=True)]
        after, info = self._head.put_into(before), None if last is None else last.info
        self.after, self._costs = guarded(before, after, drawings, replayed.digits, guards, info)

    def _logits(self, group: Group) -> Logits:
        return Logits(self._replay.head.logits(group.inputs), self._head.logits(group.inputs), group.labels)

    @property
    def is_harmless(self) -> bool:
        return all(fits(cost) for cost in self._costs)

    def taught(self, began: float) -> Taught:
        """What it came to, begun at a time of `time.perf_counter`."""
        own, count = self._left_out(), len(self._drawings)
        # One drawing alone is read as before.
        before, after = self._before.info, self.after.info if count > 1 else self._before.info
        costs, seconds = self._costs, time.perf_counter() - began
        compared = None
        if (last := self._last) is not None and last.unlearned is not None:
            unlearned = replace(self._logits(last.unlearned), last=last.logits)
            unlearned.after[: last.are_new.sum()] = own.after[last.are_new]
            compared = unlearned.compared(before, self.after.info, last.info)
        are_doubtful = own.are_doubtful(before, after)
        doubtful = [each for each, is_so in zip(self._drawings, are_doubtful, strict=True) if is_so]
        compared_own = own.compared(before, after)
        report = TeachingReport(count, seconds, compared_own, *costs, doubtful=len(doubtful), unlearned=compared)
        return Taught(with_doubtful(self.after, doubtful), report)

    def _left_out(self) -> Logits:
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
        return Logits(before, logits, own.labels)
