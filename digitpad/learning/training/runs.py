"""A run: one training with a recipe, from data to checkpoints on disk, saved as it goes."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from digitpad import __version__
from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import NOTHING, DigitpadError, InputError, Message
from digitpad.domain.reports import EarlierReports, EpochReport, Report, StepsReport
from digitpad.domain.run import OnProgress, RunInfo, TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.learning.data.pen_dataset import needs_pen_digits
from digitpad.learning.models.checkpoints import as_checkpoint
from digitpad.learning.models.devices import explained
from digitpad.learning.models.networks import first_member_layers
from digitpad.learning.training.loop import TestSkippedError
from digitpad.learning.training.prepare import Prepared, prepare
from digitpad.learning.training.rejection import calibrate
from digitpad.learning.training.samples import samples_after, samples_before
from digitpad.learning.training.training_state import check_state, load_state, save_state
from digitpad.platform.cores import cores
from digitpad.reading.checkpoint_file import Checkpoint, save_checkpoint
from digitpad.reading.layers import Layers, network_of
from digitpad.reading.zoo import NETWORKS
from digitpad.storage.datasets import is_mnist
from digitpad.storage.run_store import RunFolder, create

_log = logging.getLogger(__name__)

_SHOW_SECONDS, _LONGEST_SHOW_SECONDS = 0.4, 10.0
"""Shortest and longest time between two previews of the network in training; a large one takes long to copy,"""

_SHOW_SHARE = 0.005
"""so that this share of the time goes to it. What is drawn meanwhile is read late, and few readings are to be."""

Show = Callable[[Checkpoint, int], None]


def run(
    config: TrainingConfig,
    runs: Path,
    *,
    control: RunControl | None = None,
    on_progress: OnProgress = lambda _: None,
    show: Show | None = None,
    threads: int | None = None,
) -> RunInfo:
    """Train a network, in a new folder among the runs; what is known of the run after it was finished or stopped.

    Args:
        config: what to train, on what, where.
        runs: folder that holds a folder for each run.
        control: pauses and stops the run.
        on_progress: called in this thread with a Preparing, where the recipe wants drawings; with the RunInfo as the
            training starts; with the EarlierReports where it was resumed; with every report; and with the Samples that
            the recipe shows.
        show: called in this thread with the network in training, of an ensemble the first member, and its step.
        threads: how many threads compute on the CPU; all cores where None.

    Raises:
        InputError: recipe, data or device cannot be used.
        DigitpadError: the run was stopped before its first step; or the training failed, and the last good checkpoint
            and the state are in the run's folder.
    """
    torch.set_num_threads(threads or cores())
    control = control or RunControl()
    stopped = DigitpadError("The run was stopped before its first step; nothing was trained.")
    prepared = prepare(config, control, on_progress, stopped)
    ink = str(config.ink.absolute()) if config.ink and needs_pen_digits(config.recipe) else ""
    device = prepared.training.device.type
    folder = create(config.recipe, config.seed, prepared.words, prepared.data.id, device, runs, ink)
    with folder.training():
        return _Saver(folder, prepared, on_progress, show).follow(control)


def resume(
    folder: RunFolder,
    *,
    epochs: int | None = None,
    device: str | None = None,
    ink: Path | None = None,
    control: RunControl | None = None,
    on_progress: OnProgress = lambda _: None,
    show: Show | None = None,
    threads: int | None = None,
) -> RunInfo:
    """Go on with a run that was stopped or cut off, from its last saved state; `run` says what is not said here.

    It ends after `epochs` in all, or the recipe's own number; with a one-cycle schedule, another number makes the
    learning rate jump. It computes on a device of the kind that it was trained on, unless another is named, and reads
    the drawings of the file that was named for it, unless another is, which is remembered.

    Raises:
        InputError: the run holds no usable state, or its data are not what they were.
        DigitpadError: the run is trained right now, was stopped before its next step, or the training failed.
    """
    torch.set_num_threads(threads or cores())
    control = control or RunControl()
    with folder.training():
        info = folder.read_info()
        # One that was cut off between its last epoch and its end has nothing left to train and is finished here.
        was_cut_off = info.state != "finished" and epochs in (None, info.recipe.epochs)
        if (epochs or info.recipe.epochs) <= info.epochs_done and not was_cut_off:
            text = "The run {name} has completed all its epochs ({epochs}). Ask for more to train it further."
            raise InputError(text, name=info.name, epochs=info.epochs_done)
        check_state(folder.resume)
        recipe = replace(info.recipe, epochs=epochs or info.recipe.epochs)
        drawn = ink or (Path(info.ink) if info.ink else None)
        config = TrainingConfig(recipe, info.seed, info.data_id, device or info.device, drawn)
        stopped = DigitpadError("The run was stopped before it went on; what it learned until then is kept.")
        prepared = prepare(config, control, on_progress, stopped)
        training = prepared.training
        load_state(folder.resume, training)
        earlier = folder.cut_after(training.progress.step)

        def caught_up(info: RunInfo) -> RunInfo:
            """With the epochs after which the process ended before it could write them down."""
            if training.progress.epoch > info.epochs_done:
                for report in earlier:
                    info = info.after_epoch(report) if isinstance(report, EpochReport) else info
            named = str(ink.absolute()) if ink and needs_pen_digits(recipe) else info.ink
            return replace(
                info, recipe=recipe, state="running", problem=NOTHING, device=training.device.type, ink=named
            )

        folder.update_info(caught_up)
        return _Saver(folder, prepared, on_progress, show).follow(control, EarlierReports(tuple(earlier)))


class PreviewTimer:
    """Says when the network in training is to be shown next: the longer showing it takes, the less often."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock, self._next = clock, 0.0

    def is_due(self) -> bool:
        """Whether it is time."""
        return self._clock() > self._next

    @contextlib.contextmanager
    def showing(self) -> Iterator[None]:
        """Measure how long showing takes, by a `with` statement."""
        began = self._clock()
        yield
        now = self._clock()
        self._next = now + min(max(_SHOW_SECONDS, (now - began) / _SHOW_SHARE), _LONGEST_SHOW_SECONDS)


class _Saver:
    """Follows a training, passes its reports on and saves what came of it."""

    def __init__(self, folder: RunFolder, prepared: Prepared, on_progress: OnProgress, show: Show | None) -> None:
        self._folder, self._on_progress, self._show = folder, on_progress, show
        self._training, self._unseen = prepared.training, prepared.unseen
        self._calibrated: dict[str, Any] = {}  # values for CheckpointInfo, found at the last epoch's end
        self._info = folder.read_info()
        self._on_mnist = is_mnist(prepared.data, "test")
        self._unsaved: list[Report] = []
        self._timer = PreviewTimer()

    def follow(self, control: RunControl, earlier: EarlierReports | None = None) -> RunInfo:
        """Train to the end or until it is stopped."""
        info, progress = self._info, self._training.progress
        _log.info("run %s: %s, seed %d, from step %d", info.id, info.recipe.id, info.seed, progress.step)
        _log.info("run %s: trained on %s, computed on %s", info.id, info.data, info.device)
        self._training.skips_test = lambda: control.skips_test
        self._on_progress(info)
        if earlier is not None:
            self._on_progress(earlier)
        try:
            if not progress.step and (samples := samples_before(self._training)):
                self._on_progress(samples)
            for report in self._training.reports():
                self._unsaved.append(report)
                if isinstance(report, EpochReport):
                    self._save(report.test_accuracy, report.is_best, is_epoch=True)
                self._on_progress(report)
                is_steps = isinstance(report, StepsReport)
                if self._show is not None and (not is_steps or self._timer.is_due()):
                    with self._timer.showing():
                        self._show(self._preview(), progress.step)
                # A test that belongs to the step just done comes next; a run stopped before it would never have it.
                if not (is_steps and self._training.test_is_due) and not control.should_continue():
                    break
            return self._end(control)
        except TestSkippedError:
            return self._end(control)
        except DigitpadError as error:
            raise self._failed(error) from error
        except (RuntimeError, MemoryError) as error:
            failure = explained(error, self._training.recipe)
            if failure is None:
                self._failed(Message("A fault of digitpad."))
                raise
            raise self._failed(failure) from error

    def _end(self, control: RunControl) -> RunInfo:
        training = self._training
        if training.progress.position:
            report = None
            with contextlib.suppress(TestSkippedError):
                report = None if control.skips_test else training.assess()
            # Within an epoch the best one so far stays the best, unless there is no validation set to tell it by.
            best = not self._folder.best.exists() or not (training.validation is not None or report is None)
            self._save(report.test_accuracy if report else None, best, calibrated=report is not None)
        finished = training.progress.epoch >= training.recipe.epochs
        if finished and not control.skips_test and (samples := samples_after(training)):
            self._on_progress(samples)
        self._update(partial(replace, state="finished" if finished else "stopped"))
        _log.info("run %s: %s after %d epochs", self._info.id, self._info.state, self._info.epochs_done)
        return self._info

    def _failed(self, problem: Message) -> DigitpadError:
        """Mark the run as failed, and say what there is to go on with."""
        _log.error("run %s failed: %s", self._info.id, problem)
        kept = self._folder.resume.exists()
        failure = DigitpadError(
            "{problem} What was learned until the last save is kept." if kept else "{problem} Nothing was saved yet.",
            problem=problem,
        )
        with contextlib.suppress(DigitpadError):  # a full disk, most likely, which is what the sentence says
            self._update(partial(replace, state="failed", problem=failure.alone()))
        return failure

    def _update(self, change: Callable[[RunInfo], RunInfo]) -> None:
        # Only what the training knows is changed: a run may be renamed while it goes on.
        self._info = self._folder.update_info(change)

    def _save(self, accuracy: float | None, best: bool, *, calibrated: bool = True, is_epoch: bool = False) -> None:
        training, folder = self._training, self._folder
        training.check_numbers()
        network = training.snapshot()
        self._calibrated = {}
        if calibrated:
            with contextlib.suppress(TestSkippedError):  # it is made up for when the run goes on
                self._calibrated = calibrate(training, network, self._unseen)
        checkpoint = self._checkpoint(accuracy, network, NETWORKS[training.recipe.network], self._calibrated)
        if best:
            save_checkpoint(folder.best, checkpoint)
        save_checkpoint(folder.last, checkpoint)
        if is_epoch and training.recipe.keep_epochs:
            save_checkpoint(folder.epoch(training.progress.epoch), checkpoint)
        folder.append(self._unsaved)
        self._unsaved = []
        # After the checkpoints and curves: a state never knows of more than they do.
        save_state(folder.resume, training)
        progress = training.progress
        self._update(lambda info: info.tested(progress.epoch, progress.train_seconds, accuracy, is_best=best))

    def _preview(self) -> Checkpoint:
        training, calibrated = self._training, self._calibrated
        whole = NETWORKS[training.recipe.network]
        layers = first_member_layers(whole)
        if layers != whole or not training.recipe.outliers:  # whose scores are others
            calibrated = {"temperature": calibrated.get("temperature", 1.0)}
        return self._checkpoint(self._info.last_accuracy, training.preview_snapshot(), layers, calibrated)

    def _checkpoint(
        self, accuracy: float | None, network: nn.Sequential, layers: Layers, calibrated: dict[str, Any]
    ) -> Checkpoint:
        recipe, info = self._training.recipe, self._info
        return as_checkpoint(
            network,
            CheckpointInfo(
                name=info.name,
                network=recipe.network,
                layers=list(layers),
                parameters=network_of(list(layers)).parameters,
                mean=recipe.mean,
                std=recipe.std,
                recipe=recipe.id,
                seed=info.seed,
                data=info.data,
                epochs=self._training.progress.epoch,
                test_accuracy=accuracy if self._on_mnist else None,
                own_accuracy=None if self._on_mnist else accuracy,
                date=datetime.now(UTC).date().isoformat(),
                digitpad_version=__version__,
                run=info.id,
                **calibrated,
            ),
        )
