"""How a run of digitpad train goes: lines on stdout, a bar on a terminal, logs for TensorBoard."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.cli.output import print_error, print_json
from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.reports import EarlierReports, EpochReport, Preparing, Samples, StepsReport
from digitpad.domain.run import Progress, RunInfo
from digitpad.storage.run_store import export_checkpoint, find_run, runs_folder

if TYPE_CHECKING:
    from tqdm import tqdm

    from digitpad.learning.training.tensorboard import Logs

_PRINTED = ("epoch", "train_seconds", "train_loss", "test_loss", "test_accuracy")


class TrainProgress(contextlib.ExitStack):
    """Shows a run's progress, and copies each best checkpoint to where the person wants it.

    Attributes:
        bar: the bar on stderr.
    """

    def __init__(self, out: Path, as_json: bool, logs: Path | None) -> None:
        """Copy the best checkpoints to `out`, print JSON where asked, and write logs for TensorBoard in a folder.

        Raises InputError where TensorBoard is not installed, DigitpadError where its folder cannot be written to.
        """
        from tqdm import tqdm

        super().__init__()
        self._out, self._as_json = out, as_json
        self._run, self._is_out_refused = "", False
        self.bar: tqdm[None] = tqdm(unit="step", leave=False, disable=None, dynamic_ncols=True)
        self.callback(self.bar.close)
        self._logs: Logs | None = None
        if logs is not None:
            from digitpad.learning.training.tensorboard import Logs

            self._logs = Logs(logs)
            self.callback(self._logs.close)

    def on_progress(self, now: Progress) -> None:
        """Show what a run reports."""
        match now:
            case RunInfo():
                self._run = now.id
                self.bar.set_description(refresh=False)
                self.bar.unit, self.bar.total = "step", None
                self.bar.reset()
            case Preparing():
                self.bar.unit, self.bar.total = "drawing", now.total
                self.bar.set_description("varying drawings", refresh=False)
                self.bar.update(now.done - self.bar.n)
            case Samples():
                self._show_samples(now)
            case StepsReport():
                self.bar.total = now.steps
                self.bar.set_postfix_str(f"loss {now.losses[-1]:.4f}, {now.images_per_second:,.0f} images/s")
                self.bar.update(now.last - self.bar.n)
            case EpochReport():
                self._show_epoch(now)
        if self._logs is not None and not isinstance(now, (RunInfo, EarlierReports, Preparing, Samples)):
            self._logs.add(now)

    def _show_samples(self, now: Samples) -> None:
        labels = " ".join(map(str, now.labels))
        if now.predictions is None or now.probabilities is None:
            self._print(f"first training images: labels {labels}")
            return
        lines = [f"first test images: read as {' '.join(map(str, now.predictions))}, labels {labels}"]
        for number, outputs in enumerate(now.probabilities[: now.outputs], 1):
            ten = "  ".join(f"{digit}: {share:.1%}" for digit, share in enumerate(outputs))
            lines.append(f"outputs for test image {number}:  {ten}")
        self._print("\n".join(lines))

    def _show_epoch(self, now: EpochReport) -> None:
        if now.is_best:
            self._export()
        if self._as_json:
            values = asdict(now)
            with self._without_bar():
                print_json(event="epoch", **{name: values[name] for name in _PRINTED})
            return
        held_out = "" if now.validation_accuracy is None else f"  held out {now.validation_accuracy:.2%}"
        self._print(
            f"epoch {now.epoch:>3}/{now.epochs}  {now.train_seconds:8.1f} s  training loss {now.train_loss:.4f}  "
            f"test loss {now.test_loss:.4f}  test accuracy {now.test_accuracy:.2%}{held_out}"
        )

    def _export(self) -> None:
        try:
            export_checkpoint(find_run(runs_folder(), self._run), "best", self._out)
        except InputError:
            pass  # a run that is resumed from a folder elsewhere
        except DigitpadError as error:
            if not self._is_out_refused:
                with self._without_bar():
                    print_error(f"{error} The training goes on, and the file is written at its end.")
            self._is_out_refused = True

    def _print(self, lines: str) -> None:
        if not self._as_json:
            with self._without_bar():
                print(lines, flush=True)

    @contextlib.contextmanager
    def _without_bar(self) -> Iterator[None]:
        self.bar.clear()
        yield
        self.bar.refresh()
