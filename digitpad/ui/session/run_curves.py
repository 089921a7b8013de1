"""What the reports of a run add up to: its curves as arrays and as a table. No Qt in here."""

from __future__ import annotations

import copy
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.reports import EpochReport, InterimReport, Report, StepsReport
from digitpad.domain.run import RunInfo

Array = NDArray[np.float64]
Points = tuple[Array, Array]
"""Steps and the values there, two arrays of one length."""

XAxis = Literal["step", "epoch", "images", "time"]
"""What curves are drawn over: steps, epochs, training images seen, or seconds of training."""

_SHORTEST_MEMORY, _LONGEST_MEMORY, _REMEMBERED = 5.0, 200.0, 0.05
"""How many steps the smoothed loss remembers, from the first step on, at most, and as a share of the steps so far."""

_LOSSES = [f"{part}_{value}" for part in ("train", "test", "validation") for value in ("loss", "accuracy")]
_STEP_COLUMNS = ["step", "loss", "smoothed_loss", "learning_rate"]
_EPOCH_COLUMNS = ["epoch", *_LOSSES]
_INTERIM_COLUMNS = ["images", "loss", "accuracy"]


class Values(NamedTuple):
    """What is known of one step: its losses are NaN where there is none; `epoch` and `interim` are the last by then."""

    step: int
    loss: float
    smoothed: float
    learning_rate: float
    epoch: EpochReport | None
    interim: InterimReport | None


class RunCurves:
    """The curves of one run, which grow with its reports.

    The smoothed loss is an exponential mean, freed of the bias that its start at 0 would give the first steps (Kingma
    and Ba, Adam, section 3, https://arxiv.org/abs/1412.6980). It remembers 5 steps and a twentieth of those so far, 200
    at most: it follows the steep fall at the start, and later lies quiet. Steps whose loss is no number are left out.

    A report that goes back, as after a resumed epoch, replaces what it goes over. Adding one costs the same however
    long the run is, apart from the room for arrays, which doubles when it is used up.
    """

    def __init__(self, run: RunInfo | None = None) -> None:
        self.run = run
        """The run they belong to, where it is known."""
        self.planned_steps = 0
        """How many steps the run will have, as far as its reports have said; 0 at first."""
        self._planned_epochs, self._planned_seconds = 0, 0.0
        self._table = np.empty((5, 1024))  # rows: step, loss, smoothed, learning rate, seconds of training
        self._count = 0
        self._mean, self._weight = 0.0, 0.0  # the exponential mean before its bias is taken away, and that bias
        self.epochs: list[EpochReport] = []
        self.interims: list[InterimReport] = []

    def add(self, report: Report) -> None:
        """Take in what the run said next."""
        if isinstance(report, StepsReport):
            self._add_steps(report)
        elif isinstance(report, InterimReport):
            self.interims[bisect_left(self.interims, report.step, key=_step) :] = [report]
        else:
            self.epochs[bisect_left(self.epochs, report.step, key=_step) :] = [report]

    def __bool__(self) -> bool:
        return bool(self._count or self.epochs or self.interims)

    @property
    def steps(self) -> Array:
        """Numbers of the steps, float64 (n,), ascending, from 1; a view that must not be written to."""
        return self._table[0, : self._count]

    @property
    def losses(self) -> Array:
        return self._table[1, : self._count]

    @property
    def smoothed(self) -> Array:
        """The smoothed training loss at each step, float64 (n,); NaN before the first loss that is a number."""
        return self._table[2, : self._count]

    @property
    def learning_rates(self) -> Array:
        return self._table[3, : self._count]

    @property
    def last_step(self) -> int:
        """The last step that a report spoke of; 0 before the first."""
        tests = [*map(_step, self.epochs[-1:]), *map(_step, self.interims[-1:])]
        return max(int(self.steps[-1]) if self._count else 0, *tests, 0)

    def by_epoch(self, value: str) -> Points:
        """A value of the `EpochReport`s that have it, at the steps where they ended; accuracies are shares, 0 to 1."""
        return _points(self.epochs, value)

    def interim(self, value: str) -> Points:
        """A value of the `InterimReport`s; accuracies are shares, 0 to 1."""
        return _points(self.interims, value)

    def place(self, step: float | Array, axis: XAxis) -> Array:
        """Where a step, or each of some, lies on an axis; the last batch of an epoch counts as a whole one."""
        known = self._times() if axis == "time" else None
        return np.asarray(np.interp(step, *known) if known else step * self._units(axis), np.float64)

    def step_at(self, place: float, axis: XAxis) -> float:
        """The step that lies at a place on an axis."""
        known = self._times() if axis == "time" else None
        return float(np.interp(place, known[1], known[0])) if known else place / self._units(axis)

    def planned(self, axis: XAxis) -> float:
        """Where the run will end on an axis, as far as its reports have said; 0 at first."""
        return self._planned_seconds if axis == "time" else self.planned_steps * self._units(axis)

    def at(self, step: float) -> Values | None:
        """What is known of the step nearest to this one; None before the first report of steps."""
        if not self._count:
            return None
        row = int(np.abs(self.steps - step).argmin())
        number, loss, smoothed, learning_rate = self._table[:4, row].tolist()
        epochs = self.epochs[: bisect_right(self.epochs, number, key=_step)]
        interims = self.interims[: bisect_right(self.interims, number, key=_step)]
        last_epoch, last_interim = epochs[-1] if epochs else None, interims[-1] if interims else None
        return Values(int(number), loss, smoothed, learning_rate, last_epoch, last_interim)

    def snapshot(self) -> RunCurves:
        return copy.deepcopy(self)

    def rows(self) -> Iterator[list[object]]:
        """All of it as a table, titles first: a row for each step, with an epoch's or an interim test's values in it.

        Shares are 0 to 1; None stands where there is no value. This takes 0.2 s for 30,000 steps, so the window asks a
        `snapshot` for it in another thread.
        """
        epochs = {report.step: report for report in self.epochs}
        interims = {report.step: report for report in self.interims}
        numbers = {int(step): values for step, *values in self._table[:4, : self._count].T.tolist()}
        yield [*_STEP_COLUMNS, *_EPOCH_COLUMNS, *(f"interim_{name}" for name in _INTERIM_COLUMNS)]
        for step in sorted({*numbers, *epochs, *interims}):
            of_epoch = [getattr(epochs.get(step), name, None) for name in _EPOCH_COLUMNS]
            of_interim = [getattr(interims.get(step), name, None) for name in _INTERIM_COLUMNS]
            yield [step, *numbers.get(step, [None] * 3), *of_epoch, *of_interim]

    def _units(self, axis: XAxis) -> float:
        """How far a step is on an axis other than time's."""
        if axis == "epoch" and self.planned_steps:
            return self._planned_epochs / self.planned_steps
        if axis == "epoch" and self.epochs:
            return self.epochs[-1].epoch / self.epochs[-1].step
        return float(self.run.recipe.batch) if axis == "images" and self.run else 1.0

    def _times(self) -> Points:
        """Steps, from 0, and the seconds of training after each."""
        steps, seconds = _points(self.epochs, "train_seconds")
        if self._count:
            steps, seconds = self.steps, self._table[4, : self._count]
        return np.append(0.0, steps), np.append(0.0, seconds)

    def _add_steps(self, report: StepsReport) -> None:
        self._go_back(report.first)
        self.planned_steps, self._planned_epochs = max(report.steps, 0), report.epochs
        self._planned_seconds = report.train_seconds + report.remaining_seconds
        end = self._count + len(report.losses)
        if end > self._table.shape[1]:
            self._table = np.concatenate([self._table, np.empty((5, 2 * end - self._table.shape[1]))], axis=1)
        smoothed = []
        for step, loss in enumerate(report.losses, report.first):
            share = 1 / min(_SHORTEST_MEMORY + _REMEMBERED * step, _LONGEST_MEMORY)
            if math.isfinite(loss):
                self._mean += share * (loss - self._mean)
                self._weight += share * (1 - self._weight)
            smoothed.append(self._mean / self._weight if self._weight else math.nan)
        before = self._table[4, self._count - 1] if self._count else 0.0
        seconds = np.linspace(before, max(report.train_seconds, before), len(smoothed) + 1)[1:]
        numbers = np.arange(report.first, report.first + len(smoothed))
        self._table[:, self._count : end] = numbers, report.losses, smoothed, report.learning_rates, seconds
        self._count = end

    def _go_back(self, first: int) -> None:
        """Forget the steps from `first` on, and the tests after them."""
        keep = int(np.searchsorted(self.steps, first))
        if keep == self._count:
            return
        del self.epochs[bisect_left(self.epochs, first, key=_step) :]
        del self.interims[bisect_left(self.interims, first, key=_step) :]
        self._count = keep
        # A mean that starts anew from the smoothed value goes on as the old one would, once its bias is small.
        known = keep > 0 and math.isfinite(self.smoothed[-1])
        self._mean, self._weight = (float(self.smoothed[-1]), 1.0) if known else (0.0, 0.0)


def _step(report: EpochReport | InterimReport) -> int:
    return report.step


def _points(reports: list[EpochReport] | list[InterimReport], value: str) -> Points:
    pairs = [(report.step, getattr(report, value)) for report in reports if getattr(report, value) is not None]
    table = np.array(pairs, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
