"""The list of runs and the folders on disk behind it; all work on files is done in a thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.errors import DigitpadError
from digitpad.domain.run import RunInfo
from digitpad.storage.run_store import (
    RunFolder,
    delete_run,
    export_checkpoint,
    find_run,
    list_runs,
    rename_run,
    runs_folder,
)
from digitpad.ui.common.dialogs import file_filters
from digitpad.ui.common.exports import Export
from digitpad.ui.runs.list import RunList
from digitpad.ui.runs.table import run_labels
from digitpad.ui.session.run_curves import RunCurves
from digitpad.ui.session.training_session import TrainingSession
from digitpad.ui.session.worker import Worker

T = TypeVar("T")


class RunController(QObject):
    """Does what the list of runs asks for."""

    load_requested = Signal(object)  # the Path of a run's checkpoint that is to be read with
    resume_requested = Signal(str)  # the id of a run that is to go on
    run_selected = Signal(str, object)  # the name of a run, and its RunCurves, to be shown
    renamed = Signal(object)  # the RunInfo of a run that has another name
    laid_over = Signal(object)  # the curves to lay over the shown ones, RunCurves by name
    export_requested = Signal(object)  # an Export of a checkpoint
    failed = Signal(object)  # a DigitpadError

    def __init__(self, runs: RunList, session: TrainingSession, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._list, self._session, self._worker = runs, session, worker
        self._awaited: Sequence[str] = []
        runs.load_requested.connect(self._on_load)
        runs.resume_requested.connect(lambda run: self.resume_requested.emit(run.id))
        runs.export_requested.connect(self._on_export)
        runs.rename_requested.connect(self._on_rename)
        runs.delete_requested.connect(self._on_delete)
        runs.laid_over.connect(self._on_laid_over)
        runs.selected.connect(self._on_selected)

    @property
    def shown(self) -> list[str]:
        """Ids of the runs whose curves are shown, see `RunList.shown`."""
        return list(self._awaited) or self._list.shown

    def show_again(self, run_ids: Sequence[str]) -> None:
        """Show the curves of runs that were shown before, when the runs are first listed."""
        self._awaited = run_ids

    @Slot()
    def refresh(self) -> None:
        """List the runs anew."""
        self._worker.run(_listed, self._on_listed, self.failed.emit)

    def _on_listed(self, listed: tuple[list[RunInfo], set[str]]) -> None:
        self._list.show_runs(*listed)
        run_ids, self._awaited = self._awaited, []
        if run_ids:
            self._list.show_again(run_ids)

    @Slot(object, str)
    def _on_load(self, run: RunInfo, which: str) -> None:
        folder = RunFolder(runs_folder() / run.id)
        self.load_requested.emit(folder.best if which == "best" else folder.last)

    @Slot(object)
    def _on_export(self, run: RunInfo) -> None:
        def prepare(path: Path) -> Callable[[], None]:
            return lambda: export_checkpoint(find_run(runs_folder(), run.id), "best", path)

        title, name = self.tr("Export the best checkpoint"), f"{run.name}.safetensors"
        self.export_requested.emit(Export(title, name, file_filters(".safetensors"), prepare))

    @Slot(object, str)
    def _on_rename(self, run: RunInfo, name: str) -> None:
        self._do(lambda: rename_run(find_run(runs_folder(), run.id), name), self._on_renamed)

    @Slot(object)
    def _on_delete(self, run: RunInfo) -> None:
        self._do(lambda: delete_run(runs_folder(), run.id), lambda _: self.refresh())

    @Slot(object)
    def _on_selected(self, run: RunInfo | None) -> None:
        """Show a run's curves, but for one that goes on, whose curves stay: those of the session's run are known."""
        state = self._session.state
        if run is None or state.is_training:
            return
        if state.run is not None and state.run.id == run.id:
            self.run_selected.emit(state.run.name, self._session.curves)
        else:
            self._worker.run(partial(_curves, [run]), partial(self._on_curves, run), self.failed.emit)

    def _on_curves(self, run: RunInfo, curves: list[RunCurves]) -> None:
        selected = self._list.selected_run()
        if not self._session.state.is_training and selected is not None and selected.id == run.id:
            self.run_selected.emit(run.name, curves[0])

    @Slot(object)
    def _on_laid_over(self, runs: Sequence[RunInfo]) -> None:
        names, read = run_labels(runs), partial(_curves, list(runs))
        self._worker.run(
            read, lambda curves: self.laid_over.emit(dict(zip(names, curves, strict=True))), self.failed.emit
        )

    def _do(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        def failed(error: DigitpadError) -> None:
            self.failed.emit(error)
            self.refresh()

        self._worker.run(work, done, failed)

    def _on_renamed(self, run: RunInfo) -> None:
        self.renamed.emit(run)
        self.refresh()


def _listed() -> tuple[list[RunInfo], set[str]]:
    """The runs, and the ids of those that can go on."""
    folder = runs_folder()
    runs = list_runs(folder)
    ended = [run.id for run in runs if run.state in ("stopped", "failed")]
    return runs, {run_id for run_id in ended if RunFolder(folder / run_id).resume.is_file()}


def _curves(runs: Sequence[RunInfo]) -> list[RunCurves]:
    found = []
    for run in runs:
        curves = RunCurves(run)
        for report in find_run(runs_folder(), run.id).reports():
            curves.add(report)
        found.append(curves)
    return found
