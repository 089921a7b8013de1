"""The list of runs: what was trained, how well it reads, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelection, QSize, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMessageBox, QSizePolicy, QWidget

from digitpad.domain.run import RunInfo
from digitpad.ui.common.dialogs import ask_before_deleting_run
from digitpad.ui.common.exports import ExportButton
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import FlowLayout, column
from digitpad.ui.common.theme import text_scale
from digitpad.ui.common.widgets import Placeholder, describe, push_button
from digitpad.ui.runs.table import Column, RunTable, run_labels
from digitpad.ui.runs.view import ROW, RunView


class RunList(QWidget):
    """A table of runs with a row of buttons. It does no work on files: it only emits requests, most with a RunInfo."""

    selected = Signal(object)  # None where no run is selected any more
    laid_over = Signal(object)  # the list of runs that are checked now: their curves lie over the shown one's
    load_requested = Signal(object, str)  # read with the run's 'best' or 'last' checkpoint
    resume_requested = Signal(object)
    export_requested = Signal(object)  # save a checkpoint of it elsewhere
    rename_requested = Signal(object, str)  # give it this name; `update_run` shows it once it has it
    delete_requested = Signal(object)  # the person has been asked; `show_runs` shows that it is gone

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_list")
        self._resumable: set[str] = set()
        self._selected: str | None = None
        self._question: QMessageBox | None = None
        self._asked = ""  # id of the run that it asks about
        self._table = RunTable()
        self._table.setParent(self)
        self.view = RunView(self._table)
        self._pages = Placeholder(self.tr("No run yet. Press Train."), self.view, "no_run")
        self._pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)

        self._buttons = QWidget()
        # So many have less room at their sides than others, so that a narrow window holds them in one row.
        self._buttons.setStyleSheet(
            "QPushButton, QToolButton { padding: 5px 8px; } QPushButton:focus, QToolButton:focus { padding: 4px 7px; }"
            "QToolButton { background: palette(base); border: 1px solid palette(midlight); }"
            "QToolButton:focus { border: 2px solid palette(accent); }"
        )
        self._row = FlowLayout(spacing=4)
        self._buttons.setLayout(self._row)
        tip = self.tr("Read with this run's best checkpoint")
        self.load_best = self._add("load_best", self.tr("Load best"), tip, self._request(self.load_requested, "best"))
        tip = self.tr("Read with this run's last checkpoint")
        self.load_last = self._add("load_last", self.tr("Load last"), tip, self._request(self.load_requested, "last"))
        tip = self.tr("Go on training from its last saved state")
        self.resume = self._add("resume", self.tr("Resume"), tip, self._request(self.resume_requested))
        tip = self.tr("Save a checkpoint of this run as a file")
        self.export = self._add("export", self.tr("Export…"), tip, self._request(self.export_requested))
        tip = self.tr("Give this run another name (F2)")
        self.rename = self._add("rename", self.tr("Rename"), tip, self._edit_name)
        tip = self.tr("Delete this run and its checkpoints (Del)")
        self.delete = self._add("delete", self.tr("Delete"), tip, self._ask)
        self.save = ExportButton(lambda: "runs", table=lambda: partial(list, self._table.rows()))
        self._row.addWidget(self.save)
        column((self._pages, 1), self._buttons, parent=self, margin=8)

        self._table.rename_requested.connect(self.rename_requested)
        self._table.checks_changed.connect(lambda: self.laid_over.emit(self._table.checked()))
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.view.key_pressed.connect(self._on_key_pressed)
        self._refresh()

    def minimumSizeHint(self) -> QSize:
        return self._row.minimumSize() + QSize(16, round((24 + 3 * ROW) * text_scale()))

    def show_runs(self, runs: Sequence[RunInfo], resumable: set[str]) -> None:
        """Show these runs and no others, and that those with some ids can be resumed; selection, marks, order stay."""
        self._resumable = set(resumable)
        self._table.show_runs(runs)
        self._refresh()

    def update_run(self, run: RunInfo) -> None:
        """Show what is known of one run from now on; a new one gets a row."""
        self._table.update_run(run)
        self._refresh()

    def select_run(self, run_id: str) -> None:
        """Select a run, where it is shown."""
        row = self._table.row_of(run_id)
        if row is not None:
            self.view.setCurrentIndex(self._table.index(row, Column.NAME))

    @property
    def shown(self) -> list[str]:
        """Ids of the runs whose curves are asked for: the selected run's, or '', and those of the checked ones."""
        run = self.selected_run()
        return ["" if run is None else run.id, *(checked.id for checked in self._table.checked())]

    def show_again(self, run_ids: Sequence[str]) -> None:
        """Select and check runs as `shown` gave them; those that are gone are left out."""
        for run_id in run_ids[1:]:
            row = self._table.row_of(run_id)
            if row is not None and self._table.runs[row] not in self._table.checked():
                self._table.toggle(row)
        if self.selected_run() is None:
            self.select_run(run_ids[0])

    def selected_run(self) -> RunInfo | None:
        """The run that is selected."""
        rows = self.view.selectionModel().selectedRows()
        return self._table.runs[rows[0].row()] if rows else None

    def _add(self, name: str, title: str, tip: str, do: Callable[[], None]) -> QAction:
        """An action for the context menu, with its button."""
        action = QAction(title, self, toolTip=tip)
        action.triggered.connect(do)
        self.view.addAction(action)
        button = push_button(title, f"{name}_button", action.trigger, tip)
        button.setAccessibleDescription(tip)
        action.enabledChanged.connect(button.setEnabled)
        self._row.addWidget(button)
        return action

    def _request(self, signal: SignalInstance, *details: str) -> Callable[[], None]:
        return lambda: signal.emit(self.selected_run(), *details)

    def _refresh(self) -> None:
        """Let buttons and words follow what is shown and selected."""
        run = self.selected_run()
        has_checkpoint = run is not None and (run.epochs_done > 0 or run.last_accuracy is not None)
        for action, is_enabled in {
            self.load_best: has_checkpoint,
            self.load_last: has_checkpoint,
            self.export: has_checkpoint,
            self.resume: run is not None and run.state in ("stopped", "failed") and run.id in self._resumable,
            self.rename: run is not None,
            self.delete: run is not None and run.state != "running",
        }.items():
            action.setEnabled(is_enabled)
        asked = self._table.row_of(self._asked)
        if self._question is not None and (asked is None or self._table.runs[asked].state == "running"):
            self._question.reject()  # it asks about a run that is gone, or goes on
        count = len(self._table.runs)
        self.save.setEnabled(count > 0)
        self._pages.show_content(count > 0)
        words = self.tr("{count} runs").format(count=numeral(count)) if count > 1 else self.tr("1 run")
        words = words if count else self._pages.label.text()
        describe(self.view, words if run is None else f"{words}. {self._table.summary(run)}")

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _now: QItemSelection, _before: QItemSelection) -> None:
        run = self.selected_run()
        run_id = None if run is None else run.id
        if run_id != self._selected:  # else rows only changed their order
            self._selected = run_id
            self._refresh()
            self.selected.emit(run)

    @Slot(object)
    def _on_key_pressed(self, key: Qt.Key) -> None:
        index = self.view.currentIndex()
        if index.isValid():
            if key == Qt.Key.Key_Space:
                self._table.toggle(index.row())
            else:
                (self.rename if key == Qt.Key.Key_F2 else self.delete).trigger()

    @Slot()
    def _edit_name(self) -> None:
        self.view.setFocus()
        self.view.edit(self.view.currentIndex().siblingAtColumn(Column.NAME))

    @Slot()
    def _ask(self) -> None:
        run = self.selected_run()
        if run is not None:
            label = run_labels(self._table.runs)[self._table.runs.index(run)]
            question = ask_before_deleting_run(self, label, partial(self.delete_requested.emit, run))
            question.finished.connect(self._on_answered)
            self._question, self._asked = question, run.id

    @Slot()
    def _on_answered(self) -> None:
        self._question = None
        self.view.setFocus()
