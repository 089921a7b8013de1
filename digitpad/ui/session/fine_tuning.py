"""Fine-tuning as the window sees it: whether it goes on, how far it has come, and its curves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.reports import Preparing, Report, StepsReport
from digitpad.domain.run_control import RunControl
from digitpad.domain.teaching import EACH_TO_FINE_TUNE
from digitpad.services import TrainingService
from digitpad.ui.session.hand import HandSession
from digitpad.ui.session.run_curves import RunCurves
from digitpad.ui.session.training_session import TrainingSession

if TYPE_CHECKING:
    from digitpad.reading.teaching.outcome import Taught


class FineTuning(QObject):
    """Fine-tunes the network of a hand in the thread of training, and hands it what comes of it.

    Attributes:
        is_active: whether it goes on.
        curves: those of the last one: the test images are other people's, the validation images the person's own.
        last: its last report of drawings that are made or of steps, None before the first.

    Signals:
        changed: it began, ended, or has come further.
    """

    changed = Signal()

    def __init__(
        self,
        hand: HandSession,
        training: TrainingSession,
        training_service: TrainingService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._hand, self._training, self._training_service = hand, training, training_service
        self._control: RunControl | None = None
        self._name = hand.name
        self.curves = RunCurves()
        self.last: Preparing | StepsReport | None = None

    @property
    def is_active(self) -> bool:
        return self._control is not None

    @property
    def is_possible(self) -> bool:
        """Whether there are enough drawings."""
        return min(self._hand.counts(is_test=False)) >= EACH_TO_FINE_TUNE

    @Slot()
    def start(self) -> None:
        """Fine-tune the hand's network with its drawings; does nothing while that goes on."""
        if self.is_active:
            return
        if self._training.state.is_active:
            self._hand.failed.emit(InputError("A run is being trained. Stop it, or wait until it has ended."))
            return
        hand, worker = self._hand, self._training.worker
        self._training.is_fine_tuning = True
        self._control, self._name, self.curves, self.last = RunControl(), hand.name, RunCurves(), None
        drawings, last = (hand.collected.learned, hand.collected.tested), hand.last
        known = hand.base, *drawings, None if last is None else last.checkpoint
        job = partial(self._training_service.fine_tune, *known, self._control)
        worker.run(partial(job, worker.relay(self._on_progress)), self._on_done, self._on_failed)
        self.changed.emit()

    @Slot()
    def stop(self) -> None:
        """Stop it soon; nothing comes of it."""
        if self._control is not None:
            self._control.stop()

    def _on_progress(self, report: Preparing | Report) -> None:
        if isinstance(report, Preparing | StepsReport):
            self.last = report
        if not isinstance(report, Preparing):
            self.curves.add(report)
        self.changed.emit()

    def _on_done(self, taught: Taught) -> None:
        self._control, self._training.is_fine_tuning = None, False
        self._hand.take_taught(self._name, taught)
        self.changed.emit()

    def _on_failed(self, error: DigitpadError) -> None:
        was_stopped = self._control is not None and self._control.is_stopped
        self._control, self._training.is_fine_tuning = None, False
        if was_stopped:
            self._hand.remarked.emit(str(error))
        else:
            self._hand.failed.emit(error)
        self.changed.emit()
