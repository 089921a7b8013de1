"""Training in a thread of its own: one run at a time, started, paused, stopped and resumed from the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal, Slot

from digitpad.domain.errors import DigitpadError
from digitpad.domain.reports import Preparing, Report, Samples
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.services import LiveNetwork, OnNetwork, OnProgress, TrainingService
from digitpad.ui.common.format import sentence

_STACK_BYTES = 8 << 20
"""The thread's stack: torch needs more than the 512 KB that macOS gives."""

_Train = Callable[[RunControl, OnProgress, OnNetwork], RunInfo]


class _Worker(QObject):
    """Lives in the training thread."""

    reported = Signal(object)
    network_shown = Signal(object)
    ended = Signal(object)
    failed = Signal(str)

    @Slot(object, object)
    def train(self, train: _Train, control: RunControl) -> None:
        """Train to the end of a run."""
        try:
            info = train(control, self.reported.emit, self.network_shown.emit)
        except DigitpadError as error:
            self.failed.emit(sentence(error))
        except Exception:
            self.failed.emit(self.tr("The training ended by a fault of digitpad: see Help ▸ Show log folder."))
            raise
        else:
            self.ended.emit(info)


class Trainer(QObject):
    """The window's end of the training thread.

    Signals:
        asked: a run was asked for; its data are being read.
        preparing: a Preparing, how far the making of drawings has come.
        started: the RunInfo of the run that trains from now on.
        progressed: a report, see `digitpad.domain.reports.Report`.
        samples_shown: Samples, images that the recipe shows before the first step or at the end.
        network_shown: a LiveNetwork, the network in training as it is now.
        paused: whether the run waits from now on.
        ended: the RunInfo of a run that was finished or stopped.
        failed: a sentence: the run could not begin or go on.
    """

    asked = Signal()
    preparing = Signal(object)
    started = Signal(object)
    progressed = Signal(object)
    samples_shown = Signal(object)
    network_shown = Signal(object)
    paused = Signal(bool)
    ended = Signal(object)
    failed = Signal(str)

    _train_requested = Signal(object, object)

    def __init__(self, training_service: TrainingService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._training_service = training_service
        self._thread = QThread(self)
        self._thread.setObjectName("training")
        self._thread.setStackSize(_STACK_BYTES)
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._train_requested.connect(self._worker.train)
        self._worker.reported.connect(self._on_report)
        self._worker.network_shown.connect(self._on_network_shown)
        self._worker.ended.connect(self._on_ended)
        self._worker.failed.connect(self._on_failed)
        self._control: RunControl | None = None

    @property
    def is_training(self) -> bool:
        """Whether a run was asked for and has not ended."""
        return self._control is not None

    @property
    def is_paused(self) -> bool:
        """Whether the run waits."""
        return self._control is not None and self._control.is_paused

    @property
    def is_stopping(self) -> bool:
        """Whether the run was told to stop and has not ended."""
        return self._control is not None and self._control.is_stopped

    def start(self, config: TrainingConfig) -> None:
        """Start a run; does nothing while another goes on."""
        self._begin(lambda control, on_progress, show: self._training_service.run(config, control, on_progress, show))

    def resume(self, run_id: str) -> None:
        """Go on with a run; does nothing while another goes on."""
        self._begin(
            lambda control, on_progress, show: self._training_service.resume(run_id, control, on_progress, show)
        )

    @Slot()
    def toggle_pause(self) -> None:
        """Pause the run, or go on with it."""
        if self._control is None or self._control.is_stopped:
            return
        if self._control.is_paused:
            self._control.resume()
        else:
            self._control.pause()
        self.paused.emit(self._control.is_paused)

    @Slot()
    def stop(self) -> None:
        """Stop the run; what was learned is saved, and `ended` says when."""
        if self._control is not None:
            self._control.stop()

    def shut_down(self) -> None:
        """End the thread for good; a run that goes on is saved first."""
        if self._control is not None:
            self._control.stop(skip_test=True)
        self._thread.quit()
        self._thread.wait()

    def _begin(self, train: _Train) -> None:
        if self._control is not None:
            return
        if not self._thread.isRunning():
            self._thread.start()
        self._control = RunControl()
        self.asked.emit()
        self._train_requested.emit(train, self._control)

    @Slot(object)
    def _on_report(self, report: RunInfo | Report | Samples | Preparing) -> None:
        if isinstance(report, RunInfo):
            self.started.emit(report)
        elif isinstance(report, Preparing):
            self.preparing.emit(report)
        elif isinstance(report, Samples):
            self.samples_shown.emit(report)
        else:
            self.progressed.emit(report)

    @Slot(object)
    def _on_network_shown(self, live: LiveNetwork) -> None:
        if self._control is not None:
            self.network_shown.emit(live)

    @Slot(object)
    def _on_ended(self, info: RunInfo) -> None:
        self._control = None
        self.ended.emit(info)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._control = None
        self.failed.emit(sentence)
