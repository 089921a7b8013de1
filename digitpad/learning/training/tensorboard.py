"""Logs of a run for TensorBoard, an extra that digitpad does without."""

from __future__ import annotations

from pathlib import Path

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.reports import EpochReport, InterimReport, Report, StepsReport


class Logs:
    """Writes a run's reports as TensorBoard's event files."""

    def __init__(self, folder: Path) -> None:
        """Begin logs in a folder, which is made where it does not exist.

        Raises:
            InputError: TensorBoard is not installed.
            DigitpadError: the folder cannot be written to.
        """
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise InputError(
                "TensorBoard is not installed. Install it with: pip install tensorboard; or leave --tensorboard out."
            ) from error
        try:
            self._writer = SummaryWriter(str(folder))
        except OSError as error:
            text = "{folder} cannot be written to ({reason}); choose another --tensorboard."
            raise DigitpadError(text, folder=folder, reason=error.strerror) from error

    def add(self, report: Report) -> None:
        """Log one report."""
        add = self._writer.add_scalar
        match report:
            case StepsReport():
                rates = zip(report.losses, report.learning_rates, strict=True)
                for step, (loss, learning_rate) in enumerate(rates, report.first):
                    add("loss/step", loss, step)
                    add("rate", learning_rate, step)
            case InterimReport():
                add("accuracy/interim", report.accuracy, report.step)
            case EpochReport():
                add("loss/training", report.train_loss, report.step)
                add("loss/test", report.test_loss, report.step)
                add("accuracy/training", report.train_accuracy, report.step)
                add("accuracy/test", report.test_accuracy, report.step)
                if report.validation_accuracy is not None:
                    add("accuracy/held out", report.validation_accuracy, report.step)

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
