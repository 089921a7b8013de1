"""Training runs: what is wanted, and what is known of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from digitpad.domain.errors import NOTHING, Message
from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import EarlierReports, EpochReport, Preparing, Report, Samples
from digitpad.domain.settings_fields import Amount, Count, Seed, Setting, Text

LONGEST_NAME = 80
"""Characters of a run's name."""


def _is_time(text: str) -> bool:
    """Whether a text is an ISO time with its zone, which every system can turn into local time."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return False
    return time.tzinfo is not None and 1980 <= time.year < 3000


def _one_of(*choices: str) -> Setting:
    return Setting(choices=dict.fromkeys(choices, ""))


@dataclass(frozen=True)
class TrainingConfig:
    """What a person wants trained.

    Attributes:
        recipe: what to train and how.
        seed: decides everything random.
        data: 'mnist', 'starter' or a folder's path; see `DataInfo.id`.
        device: 'auto', 'cpu', 'cuda' or 'mps'.
        ink: file of labelled drawings, for recipes that train on them; None takes the one in the data folder.
    """

    recipe: Recipe
    seed: Seed = 0
    data: str = "mnist"
    device: str = "auto"
    ink: Path | None = None


@dataclass(frozen=True)
class RunInfo:
    """What is known of a run; `digitpad.storage.run_store` keeps it on disk.

    Attributes:
        id: name of the run's folder: its start's UTC time and the recipe's id.
        name: name that a person gave it; at first the recipe's id, with a number where a run has that name.
        recipe: what was trained and how.
        seed: decided everything random.
        data: what it was trained on.
        data_id: see `DataInfo.id`.
        device: 'cpu', 'cuda' or 'mps'.
        started: ISO time of the start, UTC.
        ink: path of the file of drawings that was named for it, '' where none was.
        state: 'running', 'stopped', 'finished' or 'failed'; a run found 'running' at a start was cut off.
        problem: why it failed or was cut off, without a text where it did not and was not.
        epochs_done: whole epochs trained.
        train_seconds: seconds of training so far, without reading data, testing or pauses.
        best_accuracy, last_accuracy: share of the test images that the best and the last checkpoint read right; None
            before the first test.
    """

    id: str
    name: Text
    recipe: Recipe
    seed: Seed
    data: Annotated[Message, Setting(longest=20_000)]
    data_id: Text
    device: Annotated[str, _one_of("cpu", "cuda", "mps")]
    started: Annotated[str, Setting(is_right=_is_time, wanted=Message("an ISO time with its zone"))]
    ink: Text = ""
    state: Annotated[str, _one_of("running", "stopped", "finished", "failed")] = "running"
    problem: Annotated[Message, Setting(longest=20_000)] = NOTHING
    epochs_done: Count = 0
    train_seconds: Amount = 0.0
    best_accuracy: Annotated[float | None, Setting(0, 1)] = None
    last_accuracy: Annotated[float | None, Setting(0, 1)] = None

    def tested(self, epochs_done: int, train_seconds: float, accuracy: float | None, *, is_best: bool) -> RunInfo:
        """What is known of the run after a test, or at an end without one, where the accuracy is None."""
        return replace(
            self,
            epochs_done=epochs_done,
            train_seconds=train_seconds,
            last_accuracy=accuracy,
            best_accuracy=accuracy if is_best else self.best_accuracy,
        )

    def after_epoch(self, report: EpochReport) -> RunInfo:
        """What is known of the run after an epoch."""
        return self.tested(report.epoch, report.train_seconds, report.test_accuracy, is_best=report.is_best)


Progress = RunInfo | Report | EarlierReports | Samples | Preparing
"""What a run reports."""

OnProgress = Callable[[Progress], None]
