"""Shows how a run goes in the curves and in the list of runs, while it goes on."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from digitpad.domain.reports import EpochReport, Report
from digitpad.domain.run import RunInfo
from digitpad.ui.curves.data import RunCurves
from digitpad.ui.curves.view import CurvesView
from digitpad.ui.runs.controller import RunController
from digitpad.ui.runs.list import RunList


class RunFollower(QObject):
    """Knows the run that goes on. A resumed run's curves are read from its file while its first reports come in."""

    def __init__(
        self, curves: CurvesView, runs: RunList, controller: RunController, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._curves, self._runs, self._controller = curves, runs, controller
        self._run: RunInfo | None = None
        self._since: list[Report] | None = None  # reports of a resumed run, until its curves were read
        controller.run_selected.connect(self._on_run_selected)
        controller.renamed.connect(self._on_renamed)

    @property
    def has_run(self) -> bool:
        """Whether a run goes on that has begun."""
        return self._run is not None

    @Slot(object)
    def begin(self, info: RunInfo) -> None:
        """A run begins, or goes on where it was stopped."""
        self._run = info
        self._runs.update_run(info)
        self._runs.select_run(info.id)
        self._curves.show_run(info.name, RunCurves(info))
        self._since = None
        if info.train_seconds:
            self._since = []
            self._controller.read_curves(info)

    @Slot(object)
    def take(self, report: Report) -> None:
        """Show a report of the run."""
        self._curves.add(report)
        if self._since is not None:
            self._since.append(report)
        if isinstance(report, EpochReport) and self._run is not None:
            best = report.test_accuracy if report.is_best else self._run.best_accuracy
            self._run = replace(
                self._run,
                epochs_done=report.epoch,
                train_seconds=report.train_seconds,
                last_accuracy=report.test_accuracy,
                best_accuracy=best,
            )
            self._runs.update_run(self._run)

    def end(self) -> None:
        """No run goes on any more; the curves show whichever is selected."""
        self._run = None

    @Slot(object, object)
    def _on_run_selected(self, info: RunInfo, curves: RunCurves) -> None:
        if self._run is None:
            self._curves.show_run(info.name, curves)
        elif self._run.id == info.id and self._since is not None:
            for report in self._since:
                curves.add(report)
            self._since = None
            self._curves.show_run(info.name, curves)

    @Slot(object)
    def _on_renamed(self, info: RunInfo) -> None:
        if self._run is not None and self._run.id == info.id:
            self._run = replace(self._run, name=info.name)
