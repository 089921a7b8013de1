"""The run that goes on, or went on last: its phase, how far it has come, and its curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.reports import EarlierReports, EpochReport, Preparing, Report, Samples, StepsReport
from digitpad.domain.run import OnProgress, RunInfo, TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.services import OnNetwork, TrainingService
from digitpad.storage.run_store import RunFolder, runs_folder
from digitpad.ui.session.run_curves import RunCurves
from digitpad.ui.session.worker import Worker

_Train = Callable[[RunControl, OnProgress, OnNetwork], RunInfo]


_READS = 0.9
"""Share of the test images that a network reads right which is worth reading with, though no epoch is over."""


class Phase(Enum):
    """What a run does."""

    IDLE = auto()
    PREPARING = auto()
    TRAINING = auto()
    PAUSED = auto()
    STOPPING = auto()
    FINISHED = auto()
    FAILED = auto()


@dataclass(frozen=True)
class TrainingState:
    """How far a run has come.

    Attributes:
        phase: what it does. A run that was stopped is FINISHED too.
        run: what is known of it; None until it has begun, and where it ended before that.
        preparing: how far the making of drawings has come, None where the recipe wants none.
        steps, epoch: its last reports of these kinds.
        problem: why it FAILED.
    """

    phase: Phase = Phase.IDLE
    run: RunInfo | None = None
    preparing: Preparing | None = None
    steps: StepsReport | None = None
    epoch: EpochReport | None = None
    problem: DigitpadError | None = None

    @property
    def is_active(self) -> bool:
        """Whether a run goes on: was asked for and has not ended."""
        return self.phase in (Phase.PREPARING, Phase.TRAINING, Phase.PAUSED, Phase.STOPPING)

    @property
    def is_training(self) -> bool:
        """Whether a run goes on that has begun."""
        return self.is_active and self.run is not None


class TrainingSession(QObject):
    """Trains in a thread of its own, one run at a time; reports become state here and nowhere else.

    Attributes:
        worker: the thread; what else computes with torch for long runs there, before or after a run.
        is_fine_tuning: whether that is fine-tuning, see `digitpad.ui.session.fine_tuning`.
        curves: those of `state.run`, whole also where it was resumed.
        samples: the images that it has shown so far.

    Signals:
        changed: `state` is another.
        asked: a run was asked for; its data are being read.
        refused: a DigitpadError: a run was asked for during fine-tuning.
        started: the RunInfo of the run that trains from now on.
        run_changed: the RunInfo of that run, whenever more is known of it.
        progressed: a report, see `digitpad.domain.reports.Report`; it is in the curves.
        samples_shown: Samples, images that the recipe shows before the first step or at the end.
        network_shown: a LiveNetwork, the network in training as it is now.
        ended: the run is FINISHED or FAILED.
    """

    changed = Signal()
    asked = Signal()
    refused = Signal(object)
    started = Signal(object)
    run_changed = Signal(object)
    progressed = Signal(object)
    samples_shown = Signal(object)
    network_shown = Signal(object)
    ended = Signal()

    def __init__(self, training_service: TrainingService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._training_service = training_service
        self.worker = Worker("training", self)
        self.is_fine_tuning = False
        self._control = RunControl()
        self._state = TrainingState()
        self.curves, self.samples = RunCurves(), list[Samples]()

    @property
    def state(self) -> TrainingState:
        """How far the run has come."""
        return self._state

    @property
    def learned(self) -> Path | None:
        """The best checkpoint of the run that has ended; None where it failed, or has hardly learned anything.

        A run that was stopped within its first epoch may have: the recipe `fast` has but one.
        """
        run = self._state.run
        if self._state.phase is not Phase.FINISHED or run is None:
            return None
        if not run.epochs_done and (run.best_accuracy or 0.0) < _READS:
            return None
        return RunFolder(runs_folder() / run.id).best

    def start(self, config: TrainingConfig) -> None:
        """Start a run, on the first data there are where the config names none; does nothing while another goes on."""
        self._begin(partial(_run, self._training_service, config))

    @Slot(str)
    def resume(self, run_id: str) -> None:
        """Go on with a run; does nothing while another goes on."""
        self._begin(partial(self._training_service.resume, run_id))

    @Slot()
    def toggle_pause(self) -> None:
        """Pause the run, or go on with it."""
        if self._state.phase is Phase.PAUSED:
            self._control.resume()
            self._change(phase=Phase.TRAINING if self._state.run else Phase.PREPARING)
        elif self._state.phase in (Phase.PREPARING, Phase.TRAINING):
            self._control.pause()
            self._change(phase=Phase.PAUSED)

    @Slot()
    def stop(self) -> None:
        """Stop the run; what was learned is tested and saved, and `ended` says when. A second stop skips the test."""
        if self._state.is_active:
            self._control.stop(skip_test=self._state.phase is Phase.STOPPING)
            self._change(phase=Phase.STOPPING)

    @Slot(object)
    def take_name(self, info: RunInfo) -> None:
        """Take over the name that a run was given, where it is this one."""
        run = self._state.run
        if run is not None and run.id == info.id:
            self._change(run=replace(run, name=info.name))

    def shut_down(self) -> None:
        """End the thread for good; a run that goes on is saved first."""
        self._control.stop(skip_test=True)
        self.worker.stop()

    def _begin(self, train: _Train) -> None:
        if self._state.is_active:
            return
        if self.is_fine_tuning:
            self.refused.emit(InputError("A network is being fine-tuned. Stop that, or wait until it has ended."))
            return
        self._control, self._state = RunControl(), TrainingState(Phase.PREPARING)
        self.asked.emit()
        self.changed.emit()
        report = self.worker.relay(self._on_report)
        show = self.worker.relay(self.network_shown.emit)
        self.worker.run(partial(train, self._control, report, show), self._on_ended, self._on_failed)

    def _change(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self.changed.emit()

    def _on_report(self, report: RunInfo | Report | EarlierReports | Samples | Preparing) -> None:
        state = self._state
        match report:
            case Preparing():
                self._change(preparing=report)
            case RunInfo():
                self.curves, self.samples = RunCurves(report), []
                self._change(run=report, phase=Phase.TRAINING if state.phase is Phase.PREPARING else state.phase)
                self.run_changed.emit(report)
                self.started.emit(report)
            case EarlierReports():
                for earlier in report.reports:
                    self.curves.add(earlier)
            case Samples():
                self.samples.append(report)
                self.samples_shown.emit(report)
            case _:
                self._take(report)

    def _take(self, report: Report) -> None:
        self.curves.add(report)
        if isinstance(report, StepsReport):
            self._change(steps=report)
        elif isinstance(report, EpochReport) and self._state.run is not None:
            run = self._state.run.after_epoch(report)
            self._change(epoch=report, run=run)
            self.run_changed.emit(run)
        self.progressed.emit(report)

    def _on_ended(self, info: RunInfo) -> None:
        self._change(phase=Phase.FINISHED, run=info)
        self.ended.emit()

    def _on_failed(self, error: DigitpadError) -> None:
        if self._state.phase is Phase.STOPPING and self._state.run is None:
            self._change(phase=Phase.FINISHED)  # as it was asked to
        else:
            self._change(phase=Phase.FAILED, problem=error)
        self.ended.emit()


def _run(
    service: TrainingService, config: TrainingConfig, control: RunControl, on_progress: OnProgress, show: OnNetwork
) -> RunInfo:
    data = config.data or service.data()[0][0].id
    return service.run(replace(config, data=data), control, on_progress, show)
