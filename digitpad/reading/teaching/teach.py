"""Teaching a network a person's hand: the refit, its guard, and the checkpoint that comes of it."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import InputError
from digitpad.domain.rejection import FALSE_REJECTION_RATE, threshold
from digitpad.domain.teaching import Comparison, Figures, TeachingReport, fits
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.raster.render import render
from digitpad.platform.cores import cores
from digitpad.reading.calibration import TEMPERATURES, energy_scores, fit_temperature, probabilities
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.head import Head, head_inputs
from digitpad.reading.teaching.refit import Lesson, refit
from digitpad.reading.teaching.replay import OUTLIER, Group, Replay, replay_for
from digitpad.synthesis.augmented import augmented_image
from digitpad.synthesis.paths import paths_of

_STRENGTHS = (2000.0, 600.0, 200.0)
"""How much a drawing may count, in images of the replay: the first that costs nobody anything is taken."""

_VARIATIONS, _MOST_VARIATIONS, _PLAIN = 8, 800, 0.3
"""Variations of each drawing, of all together, and how much of its weight a drawing itself has beside its own."""

_FOLDS = 5
"""In so many parts the drawings are left out, one part after the other."""

_RATIOS = 0.8, 1.25
"""How far the temperature may move: where hardly anything is read wrong, hardly anything tells."""

_SMALLEST_SHARE = 1e-12
_SEED = 73


@dataclass(frozen=True, eq=False)
class Taught:
    """A network that was taught.

    Attributes:
        checkpoint: it, with its history in its info; as yet it lies in no file.
        report: what it came to.
    """

    checkpoint: Checkpoint
    report: TeachingReport


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
        self.after = _taught(before, replay, self._head, int(lesson.drawing.max()) + 1)
        guards = replay.digits, replay.styled, replay.outliers
        self._costs = [self._compared(group, self._head.logits(group.inputs)) for group in guards]

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
        logits = replay.head.logits(own.inputs)
        # Drawings of a digit lie in as many folds as can be.
        order, folds = np.argsort(own.labels, kind="stable"), min(_FOLDS, len(own))

        def read(fold: int) -> None:
            out = order[fold::folds]
            head = refit(replay, lesson.without(out), self._strength)
            logits[out] = head.logits(own.inputs[out])

        if folds == 1:
            before = _figures(logits, own.labels, self._before)
            return Comparison(before, before)
        with ThreadPoolExecutor(cores()) as pool:
            list(pool.map(read, range(folds)))
        return self._compared(own, logits)

    def _compared(self, group: Group, logits: NDArray[np.float32]) -> Comparison:
        before = _figures(self._replay.head.logits(group.inputs), group.labels, self._before)
        return Comparison(before, _figures(logits, group.labels, self.after))


def _taught(before: Checkpoint, replay: Replay, head: Head, drawings: int) -> Checkpoint:
    """The checkpoint with another head; what its thresholds and its temperature were found on is not there any more.

    So they are moved by what the replay's would move by.
    """
    info = before.info
    groups = replay.fitted, replay.digits, replay.styled
    is_digit = np.concatenate([group.labels for group in groups]) != OUTLIER
    inputs = np.concatenate([group.inputs for group in groups])[is_digit]
    old, new = energy_scores(replay.head.logits(inputs)), energy_scores(head.logits(inputs))
    rates = [rate for rate, _ in info.thresholds]
    shifts = np.quantile(new, rates) - np.quantile(old, rates)
    rows = [[rate, score + float(shift)] for (rate, score), shift in zip(info.thresholds, shifts, strict=True)]
    # Those that were replayed are surer than any that will come.
    inputs, labels = (np.concatenate(parts) for parts in zip(*(_parts(group) for group in groups[1:]), strict=True))
    ratio = fit_temperature(head.logits(inputs), labels) / fit_temperature(replay.head.logits(inputs), labels)
    date = datetime.now().astimezone().isoformat(timespec="seconds")
    after = head.put_into(before)
    described = replace(
        after.info,
        temperature=float(np.clip(info.temperature * np.clip(ratio, *_RATIOS), *TEMPERATURES)),
        thresholds=rows,
        teachings=[
            *info.teachings,
            {"base": info.name, "drawings": drawings, "date": date, "fingerprint": fingerprint(before)},
        ],
        test_accuracy=None,
        outliers_rejected=None,
        path=None,
    )
    return Checkpoint(described, after.arrays)


def fingerprint(checkpoint: Checkpoint) -> int:
    """A checksum of a checkpoint's arrays, below 2**32, by which it is known again."""
    checksum = 0
    for name in sorted(checkpoint.arrays):
        checksum = zlib.crc32(np.ascontiguousarray(checkpoint.arrays[name]).tobytes(), checksum)
    return checksum


def _parts(group: Group) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    return group.inputs, group.labels


def _figures(logits: NDArray[np.float32], labels: NDArray[np.int64], checkpoint: Checkpoint) -> Figures:
    """How well digits are read, and outliers rejected, from their logits, float32 (n, 10)."""
    is_outlier, info = labels == OUTLIER, checkpoint.info
    is_rejected = energy_scores(logits) < threshold(info.thresholds, FALSE_REJECTION_RATE)
    shares = probabilities(logits, info.temperature)[np.arange(len(labels)), labels]
    is_right = np.where(is_outlier, is_rejected, logits.argmax(axis=1) == labels)
    losses = np.where(is_outlier, 0.0, -np.log(np.maximum(shares, _SMALLEST_SHARE)))
    return Figures(len(labels), float(is_right.mean()), float(losses.mean()))
