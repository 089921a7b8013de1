"""Fine-tuning while it goes on: how far it has come, its curves, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from digitpad.domain.reports import Preparing, StepsReport
from digitpad.ui.common.format import duration, numeral
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.widgets import named, note_label, push_button
from digitpad.ui.curves.view import CurvesView
from digitpad.ui.session.fine_tuning import FineTuning


class TuningPanel(QWidget):
    """Shows a `FineTuning`."""

    def __init__(self, tuning: FineTuning) -> None:
        super().__init__()
        self._tuning = tuning
        self._words = note_label(name="tuning_label")
        self._stop = push_button(self.tr("Stop"), "stop_tuning_button", tuning.stop, self.tr("Read on as before"))
        self._curves = named(CurvesView(), "tuning_plot", self.tr("Curves of fine-tuning"))
        whose = self.tr("Test: other people's digits. Validation: drawings of yours that are not learned from.")
        column(row((self._words, 1), self._stop), note_label(whose), (self._curves, 1), parent=self)
        self.setFocusProxy(self._stop)
        tuning.changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        tuning, last = self._tuning, self._tuning.last
        self._stop.setEnabled(tuning.is_active)
        if self._curves.curves is not tuning.curves:
            self._curves.show_run(self.tr("Fine-tuning"), tuning.curves)
        match last:
            case Preparing():
                words = self.tr("Varying drawings: {done} of {total} · {left} left")
                done, total = numeral(last.done), numeral(last.total)
                self._words.setText(words.format(done=done, total=total, left=duration(last.remaining_seconds)))
            case StepsReport():
                self._curves.build()  # what it needs is imported by now, in the thread
                self._curves.refresh()
                words = self.tr("Epoch {epoch} of {epochs} · {left} left")
                if len(tuning.curves.epochs) == last.epochs:
                    words = self.tr("Comparing with before…")
                left = duration(last.remaining_seconds)
                self._words.setText(words.format(epoch=last.epoch, epochs=last.epochs, left=left))
            case None:
                self._words.setText(self.tr("Loading PyTorch…"))
