"""What the reports of a run add up to: its curves as arrays and as CSV. No Qt in here."""

from __future__ import annotations

import copy
import csv
import io
import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.reports import EpochReport, InterimReport, Report, StepsReport
from digitpad.domain.run import RunInfo

Array = NDArray[np.float64]
Points = tuple[Array, Array]
"""Steps and the values there, two arrays of one length."""

XAxis = Literal["step", "epoch", "images", "time"]
"""What curves are drawn over: steps, epochs, training images seen, or seconds of training."""

EpochValue = Literal[
    "train_loss", "train_accuracy", "test_loss", "test_accuracy", "validation_loss", "validation_accuracy"
]

_SHORTEST_MEMORY, _LONGEST_MEMORY = 5.0, 200.0
_REMEMBERED = 0.05
"""How many steps the smoothed loss remembers, from the first step on, at most, and as a share of the steps so far."""

_MEMBERS = (
    "step",
    "loss",
    "smoothed_loss",
    "learning_rate",
    "epoch",
    "train_loss",
    "train_accuracy",
    "test_loss",
    "test_accuracy",
    "validation_loss",
    "validation_accuracy",
    "interim_images",
    "interim_loss",
    "interim_accuracy",
)


@dataclass(frozen=True)
class Values:
    """What is known of one step.

    Attributes:
        step: its number, from 1.
        loss: training loss; no number where the training went wrong.
        smoothed: the same, smoothed; NaN before the first loss that is a number.
        learning_rate: learning rate.
        epoch: the last epoch that was over by then, None before the first.
        interim: the last test within an epoch by then, None where there was none.
    """

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
        self._table = np.empty((5, 1024))  # rows: step, loss, smoothed, learning rate, seconds of training
        self._count = 0
        self._mean, self._weight = 0.0, 0.0  # the exponential mean before its bias is taken away, and that bias
        self._epochs: list[EpochReport] = []
        self._interims: list[InterimReport] = []
        self.planned_steps = 0
        """How many steps the run will have, as far as its reports have said; 0 at first."""
        self._planned_epochs, self._planned_seconds = 0, 0.0

    def add(self, report: Report) -> None:
        """Take in what the run said next."""
        if isinstance(report, StepsReport):
            self._add_steps(report)
        elif isinstance(report, InterimReport):
            del self._interims[bisect_left(self._interims, report.step, key=_step) :]
            self._interims.append(report)
        else:
            del self._epochs[bisect_left(self._epochs, report.step, key=_step) :]
            self._epochs.append(report)

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return bool(self._count or self._epochs or self._interims)

    @property
    def steps(self) -> Array:
        """Numbers of the steps, float64 (n,), ascending, from 1; a view that must not be written to."""
        return self._table[0, : self._count]

    @property
    def losses(self) -> Array:
        """Training loss of each step, float64 (n,)."""
        return self._table[1, : self._count]

    @property
    def smoothed(self) -> Array:
        """The smoothed training loss at each step, float64 (n,); NaN before the first loss that is a number."""
        return self._table[2, : self._count]

    @property
    def learning_rates(self) -> Array:
        """Learning rate of each step, float64 (n,)."""
        return self._table[3, : self._count]

    @property
    def epochs(self) -> tuple[EpochReport, ...]:
        """The reports of the epochs, in order."""
        return tuple(self._epochs)

    @property
    def interims(self) -> tuple[InterimReport, ...]:
        """The reports of the tests within epochs, in order."""
        return tuple(self._interims)

    @property
    def last_step(self) -> int:
        """The last step that a report spoke of; 0 before the first."""
        ends = [report.step for report in self._epochs[-1:]] + [report.step for report in self._interims[-1:]]
        return max([int(self.steps[-1]) if self._count else 0, *ends])

    def by_epoch(self, value: EpochValue) -> Points:
        """A value of each epoch that has it, at the step where the epoch ended; accuracies are shares, 0 to 1."""
        pairs = [(report.step, getattr(report, value)) for report in self._epochs]
        return _points([(step, y) for step, y in pairs if y is not None])

    def interim(self, value: Literal["loss", "accuracy"]) -> Points:
        """A value of each test within an epoch; accuracies are shares, 0 to 1."""
        return _points([(report.step, getattr(report, value)) for report in self._interims])

    def place(self, step: float | Array, axis: XAxis) -> Array:
        """Where a step, or each of some, lies on an axis; the last batch of an epoch counts as a whole one."""
        if axis != "time":
            return np.asarray(step * self._units(axis), np.float64)
        steps, seconds = self._times()
        return np.asarray(np.interp(step, steps, seconds), np.float64)

    def step_at(self, place: float, axis: XAxis) -> float:
        """The step that lies at a place on an axis."""
        if axis != "time":
            return place / self._units(axis)
        steps, seconds = self._times()
        return float(np.interp(place, seconds, steps))

    def planned(self, axis: XAxis) -> float:
        """Where the run will end on an axis, as far as its reports have said; 0 at first."""
        return self._planned_seconds if axis == "time" else self.planned_steps * self._units(axis)

    def at(self, step: float) -> Values | None:
        """What is known of the step nearest to a place on the axis; None before the first report of steps."""
        if not self._count:
            return None
        right = min(int(np.searchsorted(self.steps, step)), self._count - 1)
        left = max(right - 1, 0)
        place = left if step - self.steps[left] < self.steps[right] - step else right
        number, loss, smoothed, learning_rate = (float(x) for x in self._table[:4, place])
        over = bisect_right(self._epochs, number, key=_step)
        tested = bisect_right(self._interims, number, key=_step)
        return Values(
            step=int(number),
            loss=loss,
            smoothed=smoothed,
            learning_rate=learning_rate,
            epoch=self._epochs[over - 1] if over else None,
            interim=self._interims[tested - 1] if tested else None,
        )

    def snapshot(self) -> RunCurves:
        """The curves as they are now, for work in another thread."""
        return copy.deepcopy(self)

    def to_csv(self) -> str:
        """All of it as CSV: a line for each step, with an epoch's or an interim test's values in the line of its step.

        Shares are 0 to 1; cells are empty where there is no value. Numbers are written so that reading them gives the
        same ones again. This takes 0.25 s for 30,000 steps, so the window asks a `snapshot` for it in another thread.
        """
        epochs = {report.step: report for report in self._epochs}
        interims = {report.step: report for report in self._interims}
        numbers = {int(step): values for step, *values in self._table[:4, : self._count].T.tolist()}
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(_MEMBERS)
        for step in sorted({*numbers, *epochs, *interims}):
            epoch, interim = epochs.get(step), interims.get(step)
            of_epoch = [getattr(epoch, name, None) for name in _MEMBERS[4:11]]
            of_interim = [getattr(interim, name, None) for name in ("images", "loss", "accuracy")]
            table.writerow([step, *numbers.get(step, [None] * 3), *of_epoch, *of_interim])
        return text.getvalue()

    def _units(self, axis: XAxis) -> float:
        """How far a step is on an axis other than time's."""
        if axis == "epoch":
            last = self._epochs[-1] if self._epochs else None
            if self.planned_steps:
                return self._planned_epochs / self.planned_steps
            return last.epoch / last.step if last and last.step else 1.0
        return float(self.run.recipe.batch) if axis == "images" and self.run else 1.0

    def _times(self) -> Points:
        """Steps, from 0, and the seconds of training after each."""
        if self._count:
            return np.append(0.0, self.steps), np.append(0.0, self._table[4, : self._count])
        return _points([(0, 0.0), *((report.step, report.train_seconds) for report in self._epochs)])

    def _add_steps(self, report: StepsReport) -> None:
        self._go_back(report.first)
        self.planned_steps, self._planned_epochs = max(report.steps, 0), report.epochs
        self._planned_seconds = report.train_seconds + report.remaining_seconds
        end = self._count + len(report.losses)
        if end > self._table.shape[1]:
            room = np.empty((5, 2 * end))
            room[:, : self._count] = self._table[:, : self._count]
            self._table = room
        smoothed = []
        for step, loss in enumerate(report.losses, report.first):
            share = 1 / min(_SHORTEST_MEMORY + _REMEMBERED * step, _LONGEST_MEMORY)
            if math.isfinite(loss):
                self._mean += share * (loss - self._mean)
                self._weight += share * (1 - self._weight)
            smoothed.append(self._mean / self._weight if self._weight else math.nan)
        new = self._table[:, self._count : end]
        new[0] = np.arange(report.first, report.first + len(report.losses))
        new[1], new[2], new[3] = report.losses, smoothed, report.learning_rates
        before = self._table[4, self._count - 1] if self._count else 0.0
        new[4] = np.linspace(before, max(report.train_seconds, before), len(report.losses) + 1)[1:]
        self._count = end

    def _go_back(self, first: int) -> None:
        """Forget the steps from `first` on, and the tests after them."""
        keep = int(np.searchsorted(self.steps, first))
        if keep == self._count:
            return
        del self._epochs[bisect_left(self._epochs, first, key=_step) :]
        del self._interims[bisect_left(self._interims, first, key=_step) :]
        self._count = keep
        # A mean that starts anew from the smoothed value goes on as the old one would, once its bias is small.
        known = keep > 0 and math.isfinite(self.smoothed[-1])
        self._mean, self._weight = (float(self.smoothed[-1]), 1.0) if known else (0.0, 0.0)


def _step(report: EpochReport | InterimReport) -> int:
    return report.step


def _points(pairs: list[tuple[int, float]]) -> Points:
    table = np.array(pairs, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]
