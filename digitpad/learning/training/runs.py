"""A run: one training with a recipe, from data to checkpoints on disk, saved as it goes."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import torch
from torch import nn

from digitpad import __version__
from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import DigitpadError, InputError, Message
from digitpad.domain.reports import EarlierReports, EpochReport, Preparing, Report, Samples, StepsReport
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.learning.data.datasets import is_mnist
from digitpad.learning.data.pen_dataset import needs_pen_digits
from digitpad.learning.models.checkpoints import Checkpoint, save_checkpoint
from digitpad.learning.models.devices import explained
from digitpad.learning.models.networks import first_member_layers, parameter_count
from digitpad.learning.training.losses import energy_score
from digitpad.learning.training.prepare import Prepared, prepare
from digitpad.learning.training.samples import samples_after, samples_before
from digitpad.learning.training.training_state import check_state, load_state, save_state
from digitpad.platform.cores import cores
from digitpad.reading.calibration import fit_temperature, thresholds
from digitpad.reading.layers import Layers
from digitpad.reading.zoo import NETWORKS
from digitpad.storage.run_store import RunFolder, create

_log = logging.getLogger(__name__)

_SHOW_SECONDS, _LONGEST_SHOW_SECONDS = 0.4, 10.0
"""How often the network in training is handed out: a large one, which takes long to copy, less
often,"""

_SHOW_SHARE = 0.005
"""so that this share of the time goes to it. What is drawn meanwhile is read late, and few readings are to be."""

OnProgress = Callable[[RunInfo | Report | EarlierReports | Samples | Preparing], None]
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
    """Train a network, in a new folder among the runs.

    Args:
        config: what to train, on what, where.
        runs: folder that holds a folder for each run.
        control: pauses and stops the run.
        on_progress: called in this thread with a Preparing, where the recipe wants drawings, with the
            RunInfo as the training starts, with the EarlierReports where it was resumed, with every report, and with
            the images that the recipe shows before the first step and at the end.
        show: called in this thread with the network in training and its step; of a network with columns, with the
            first one.
        threads: how many threads compute on the CPU; all cores where None.

    Returns:
        What is known of the run after it was finished or stopped.

    Raises:
        InputError: recipe, data or device cannot be used.
        DigitpadError: the run was stopped before its first step; or the training failed, and the last good checkpoint
            and the state are in the run's folder.
    """
    torch.set_num_threads(threads or cores())
    stopped = DigitpadError("The run was stopped before its first step; nothing was trained.")
    prepared = prepare(config, control or RunControl(), on_progress, stopped)
    ink = str(config.ink.absolute()) if config.ink and needs_pen_digits(config.recipe) else ""
    device = prepared.training.device.type
    folder = create(config.recipe, config.seed, prepared.words, prepared.data.id, device, runs, ink)
    with folder.training():
        return _Saver(folder, prepared, on_progress, show).follow(control or RunControl())


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
    """Go on with a run that was stopped or cut off, where its state was last saved; arguments as for `run`.

    Args:
        folder: the run's.
        epochs: train to the end of this many in all; the recipe's own number where None. With a one-cycle schedule
            the rate then goes on from another place than where it was left.
        device: where to compute; where None, on the kind of device it was trained on.
        ink: see `TrainingConfig.ink`; where None, the file that was named for the run. One that is named is remembered.
        control: see `run`.
        on_progress: see `run`.
        show: see `run`.
        threads: see `run`.

    Raises:
        InputError: the run holds no usable state, or its data are not what they were.
        DigitpadError: the run is trained right now, was stopped before its next step, or the training failed.
    """
    torch.set_num_threads(threads or cores())
    with folder.training():
        info = folder.read_info()
        # One that ended between its last epoch and its last word has nothing left to train and is finished here.
        was_cut_off = info.state != "finished" and epochs in (None, info.recipe.epochs)
        if (epochs or info.recipe.epochs) <= info.epochs_done and not was_cut_off:
            text = "The run {name} is through with its {epochs} epochs. Ask for more to go on with it."
            raise InputError(text, name=info.name, epochs=info.epochs_done)
        check_state(folder.resume)
        recipe = replace(info.recipe, epochs=epochs or info.recipe.epochs)
        drawn = ink or (Path(info.ink) if info.ink else None)
        config = TrainingConfig(recipe, info.seed, info.data_id, device or info.device, drawn)
        stopped = DigitpadError("The run was stopped before it went on; what it learned until then is kept.")
        prepared = prepare(config, control or RunControl(), on_progress, stopped)
        training = prepared.training
        load_state(folder.resume, training)
        earlier = folder.cut_after(training.progress.step)

        def caught_up(info: RunInfo) -> RunInfo:
            """With the epochs that the process did not live to write down after it had saved the state."""
            if training.progress.epoch > info.epochs_done:
                for report in earlier:
                    info = info.after_epoch(report) if isinstance(report, EpochReport) else info
            named = str(ink.absolute()) if ink and needs_pen_digits(recipe) else info.ink
            return replace(info, recipe=recipe, state="running", problem="", device=training.device.type, ink=named)

        folder.update_info(caught_up)
        saver = _Saver(folder, prepared, on_progress, show)
        return saver.follow(control or RunControl(), EarlierReports(tuple(earlier)))


class _Saver:
    """Follows a training, passes its reports on and saves what came of it."""

    def __init__(self, folder: RunFolder, prepared: Prepared, on_progress: OnProgress, show: Show | None) -> None:
        self._folder, self._on_progress, self._show = folder, on_progress, show
        self._training, self._strangers = prepared.training, prepared.unseen_writers
        self._temperature, self._thresholds = 1.0, list[list[float]]()
        self._info = folder.read_info()
        self._on_mnist = is_mnist(prepared.data, "test")
        self._unsaved: list[Report] = []
        self._show_next = 0.0

    def follow(self, control: RunControl, earlier: EarlierReports | None = None) -> RunInfo:
        """Train to the end or until told to stop."""
        info, progress = self._info, self._training.progress
        _log.info("run %s: %s, seed %d, from step %d", info.id, info.recipe.id, info.seed, progress.step)
        _log.info("run %s: trained on %s, computed on %s", info.id, info.data, info.device)
        self._on_progress(info)
        if earlier is not None:
            self._on_progress(earlier)
        try:
            if not progress.step:
                self._report_samples(samples_before(self._training))
            for report in self._training.reports():
                self._unsaved.append(report)
                if isinstance(report, EpochReport):
                    self._save(report.test_accuracy, report.is_best)
                self._on_progress(report)
                self._hand_out(report)
                # A test that belongs to the step just done comes next; a run stopped before it would never have it.
                is_halfway = isinstance(report, StepsReport) and self._training.test_is_due
                if not is_halfway and not control.should_continue():
                    break
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
            report = None if control.skips_test else training.assess()
            # Within an epoch the best one so far stays the best, where there is something to tell it by.
            best = not self._folder.best.exists() or not (training.chooses_best or report is None)
            self._save(report.test_accuracy if report else None, best)
        finished = training.progress.epoch >= training.recipe.epochs
        if finished and not control.skips_test:
            self._report_samples(samples_after(training))
        self._update(partial(replace, state="finished" if finished else "stopped"))
        _log.info("run %s: %s after %d epochs", self._info.id, self._info.state, self._info.epochs_done)
        return self._info

    def _report_samples(self, samples: Samples | None) -> None:
        if samples is not None:
            self._on_progress(samples)

    def _failed(self, problem: Message) -> DigitpadError:
        """Mark the run as failed, and say what there is to go on with."""
        _log.error("run %s failed: %s", self._info.id, problem)
        kept = self._folder.resume.exists()
        failure = DigitpadError(
            "{problem} What was learned until the last save is kept." if kept else "{problem} Nothing was saved yet.",
            problem=problem,
        )
        with contextlib.suppress(DigitpadError):  # a full disk, most likely, which is what the sentence says
            self._update(partial(replace, state="failed", problem=str(failure)))
        return failure

    def _update(self, change: Callable[[RunInfo], RunInfo]) -> None:
        # Only what the training knows is changed: a run may be renamed while it goes on.
        self._info = self._folder.update_info(change)

    def _save(self, accuracy: float | None, best: bool) -> None:
        training, folder = self._training, self._folder
        training.check_numbers()
        self._calibrate()
        checkpoint = self._checkpoint(accuracy, training.snapshot(), NETWORKS[training.recipe.network])
        if best:
            save_checkpoint(folder.best, checkpoint)
        save_checkpoint(folder.last, checkpoint)
        folder.append(self._unsaved)
        self._unsaved = []
        # After the checkpoints and curves: a state never knows of more than they do.
        save_state(folder.resume, training)
        progress = training.progress
        self._update(lambda info: info.tested(progress.epoch, progress.train_seconds, accuracy, is_best=best))

    def _calibrate(self) -> None:
        """Fit the temperature on strangers, where there are any, and find the thresholds on all digits held out."""
        training = self._training
        if training.validation is None:
            return
        logits, labels = training.logits(training.validation), training.validation.labels
        own = slice(len(labels) - (self._strangers or len(labels)), None)
        self._temperature = fit_temperature(logits[own].numpy(), labels[own].numpy())
        self._thresholds = thresholds(energy_score(logits).numpy()) if training.recipe.outliers else []

    def _hand_out(self, report: Report) -> None:
        now = time.perf_counter()
        if self._show is not None and (not isinstance(report, StepsReport) or now > self._show_next):
            whole = NETWORKS[self._training.recipe.network]
            layers = first_member_layers(whole)
            preview_snapshot = self._checkpoint(self._info.last_accuracy, self._training.preview_snapshot(), layers)
            if layers != whole:  # how strongly all columns see a digit says nothing of the first one alone
                preview_snapshot = replace(preview_snapshot, info=replace(preview_snapshot.info, thresholds=[]))
            self._show(preview_snapshot, self._training.progress.step)
            shown = time.perf_counter()
            self._show_next = shown + min(max(_SHOW_SECONDS, (shown - now) / _SHOW_SHARE), _LONGEST_SHOW_SECONDS)

    def _checkpoint(self, accuracy: float | None, network: nn.Sequential, layers: Layers) -> Checkpoint:
        recipe, info = self._training.recipe, self._info
        return Checkpoint(
            network,
            CheckpointInfo(
                name=info.name,
                network=recipe.network,
                layers=list(layers),
                parameters=parameter_count(network),
                mean=recipe.mean,
                std=recipe.std,
                recipe=recipe.id,
                seed=info.seed,
                data=info.data,
                epochs=self._training.progress.epoch,
                test_accuracy=accuracy if self._on_mnist else None,
                date=datetime.now(UTC).date().isoformat(),
                digitpad_version=__version__,
                temperature=self._temperature,
                thresholds=self._thresholds,
                run=info.id,
            ),
        )
