"""The list of runs: what was trained, how well it reads, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QItemSelection, QSize, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from digitpad.domain.run import RunInfo
from digitpad.ui.common.elided import ElidedLabel
from digitpad.ui.common.theme import LIGHT, Theme
from digitpad.ui.runs.table import SORT_ROLE, Column, RunTable
from digitpad.ui.runs.view import ROW, RunView


class _Question(QWidget):
    """'Delete this run?' in the buttons' place; Escape keeps it."""

    answered = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.text = ElidedLabel()
        self.delete_button = QPushButton(self.tr("Delete"))
        self.delete_button.setObjectName("confirm_delete_button")
        self.keep_button = QPushButton(self.tr("Keep"))
        self.keep_button.setObjectName("keep_button")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(self.delete_button)
        row.addWidget(self.keep_button)
        self.delete_button.clicked.connect(lambda: self.answered.emit(True))
        self.keep_button.clicked.connect(lambda: self.answered.emit(False))

    def event(self, event: QEvent) -> bool:
        """Claim Escape, which clears the pad elsewhere."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.answered.emit(False)
                return True
        return super().event(event)


class RunList(QWidget):
    """A table of runs with a row of buttons. It does no work on files: it only emits requests.

    Signals:
        selected(RunInfo | None): another run is selected, or none is.
        laid_over(list[RunInfo]): these runs are checked now: their curves lie over the shown one's.
        load_requested(RunInfo, str): read with the run's 'best' or 'last' checkpoint.
        resume_requested(RunInfo), export_requested(RunInfo): go on with it; save a checkpoint of it elsewhere.
        rename_requested(RunInfo, str): give it this name. `update_run` shows it once it has it.
        delete_requested(RunInfo): delete it; the person has been asked. `show_runs` shows that it is gone.
    """

    selected = Signal(object)
    laid_over = Signal(object)
    load_requested = Signal(object, str)
    resume_requested = Signal(object)
    export_requested = Signal(object)
    rename_requested = Signal(object, str)
    delete_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None, theme: Theme = LIGHT) -> None:
        super().__init__(parent)
        self.setObjectName("run_list")
        self._resumable: set[str] = set()
        self._selected: str | None = None
        self._asked: RunInfo | None = None
        self._table = RunTable()
        self._table.setParent(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._table)
        self._sorted.setSortRole(SORT_ROLE)
        self.view = RunView(self._sorted)
        self._empty = QLabel(self.tr("No run yet. Press Train."))
        self._empty.setObjectName("no_run")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.view)
        self._pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)

        self._buttons: dict[QAction, QPushButton] = {}
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.load_best = self._make_action(
            row, "load_best", self.tr("Load best"), self.tr("Read with this run's best checkpoint"), self._load_best
        )
        self.load_last = self._make_action(
            row, "load_last", self.tr("Load last"), self.tr("Read with this run's last checkpoint"), self._load_last
        )
        self.resume = self._make_action(
            row, "resume", self.tr("Resume"), self.tr("Go on training from its last saved state"), self._resume
        )
        self.export = self._make_action(
            row, "export", self.tr("Export…"), self.tr("Save a checkpoint of this run as a file"), self._export
        )
        self.rename = self._make_action(
            row, "rename", self.tr("Rename"), self.tr("Give this run another name (F2)"), self._edit_name
        )
        self.delete = self._make_action(
            row, "delete", self.tr("Delete"), self.tr("Delete this run and its checkpoints (Del)"), self._ask
        )
        row.addStretch()
        buttons = QWidget()
        buttons.setLayout(row)
        # Six in a row have less room at their sides than the others, so that a narrow window holds them.
        buttons.setStyleSheet("QPushButton { padding: 5px 8px; } QPushButton:focus { padding: 4px 7px; }")
        self._question = _Question()
        self._question.answered.connect(self._on_answered)
        self._foot = QStackedWidget()
        self._foot.addWidget(buttons)
        self._foot.addWidget(self._question)
        self._foot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._pages, 1)
        column.addWidget(self._foot)

        self._table.rename_requested.connect(self.rename_requested)
        self._table.checks_changed.connect(self._on_checks_changed)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.view.key_pressed.connect(self._on_key_pressed)
        self.set_theme(theme)
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, and the application's font as it is now."""
        self._table.set_theme(theme)
        self.view.set_theme(theme)
        palette = self._empty.palette()
        palette.setColor(self._empty.foregroundRole(), QColor(theme.quiet))
        self._empty.setPalette(palette)

    def minimumSizeHint(self) -> QSize:
        """Room for the buttons and two rows."""
        return QSize(self._foot.minimumSizeHint().width() + 16, self._foot.minimumSizeHint().height() + 24 + 3 * ROW)

    def show_runs(self, runs: Sequence[RunInfo], resumable: set[str]) -> None:
        """Show these runs and no others; selection, check marks and order stay.

        Args:
            runs: in any order.
            resumable: ids of those that there is a saved state of to go on from.
        """
        self._resumable = set(resumable)
        self._table.show_runs(runs)
        if self._asked is not None and self._table.row_of(self._asked.id) is None:
            self._close_question()
        self._refresh()

    def update_run(self, run: RunInfo) -> None:
        """Show what is known of one run from now on; a new one gets a row."""
        self._table.update_run(run)
        if self._asked is not None and self._asked.id == run.id and run.state == "running":
            self._close_question()
        self._refresh()

    def select_run(self, run_id: str) -> None:
        """Select a run, where it is shown."""
        row = self._table.row_of(run_id)
        if row is not None:
            self.view.setCurrentIndex(self._sorted.mapFromSource(self._table.index(row, Column.NAME)))

    def selected_run(self) -> RunInfo | None:
        """The run that is selected."""
        rows = self.view.selectionModel().selectedRows()
        return self._table.run(self._sorted.mapToSource(rows[0]).row()) if rows else None

    def _make_action(
        self, row: QHBoxLayout, name: str, title: str, explained: str, work: Callable[[], None]
    ) -> QAction:
        """An action for the context menu, with its button."""
        action = QAction(title, self)
        action.setToolTip(explained)
        action.triggered.connect(work)
        self.view.addAction(action)
        button = QPushButton(title)
        button.setObjectName(f"{name}_button")
        button.setToolTip(explained)
        button.setAccessibleDescription(explained)
        button.clicked.connect(action.trigger)
        row.addWidget(button)
        self._buttons[action] = button
        return action

    def _refresh(self) -> None:
        """Let buttons and words follow what is shown and selected."""
        run = self.selected_run()
        has_checkpoint = run is not None and (run.epochs_done > 0 or run.last_accuracy is not None)
        is_idle = run is not None and run.state != "running"
        for action, is_enabled in {
            self.load_best: has_checkpoint,
            self.load_last: has_checkpoint,
            self.export: has_checkpoint,
            self.resume: run is not None and run.state in ("stopped", "failed") and run.id in self._resumable,
            self.rename: run is not None,
            self.delete: is_idle,
        }.items():
            action.setEnabled(is_enabled)
            self._buttons[action].setEnabled(is_enabled)
        count = self._table.rowCount()
        self._pages.setCurrentWidget(self.view if count else self._empty)
        words = self._empty.text() if not count else self.tr("1 run") if count == 1 else self.tr("{count} runs")
        words = words.format(count=count)
        self.view.setAccessibleDescription(words if run is None else f"{words}. {self._table.summary(run)}")

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self, _now: QItemSelection, _before: QItemSelection) -> None:
        run = self.selected_run()
        run_id = None if run is None else run.id
        if run_id == self._selected:  # the rows only changed their order
            return
        self._selected = run_id
        self._close_question()
        self._refresh()
        self.selected.emit(run)

    @Slot()
    def _on_checks_changed(self) -> None:
        self.laid_over.emit(self._table.checked())

    @Slot(object)
    def _on_key_pressed(self, key: Qt.Key) -> None:
        index = self.view.currentIndex()
        if not index.isValid():
            return
        if key == Qt.Key.Key_Space:
            self._table.toggle(self._sorted.mapToSource(index).row())
        elif key == Qt.Key.Key_F2:
            self.rename.trigger()
        else:
            self.delete.trigger()

    def _load_best(self) -> None:
        self.load_requested.emit(self.selected_run(), "best")

    def _load_last(self) -> None:
        self.load_requested.emit(self.selected_run(), "last")

    def _resume(self) -> None:
        self.resume_requested.emit(self.selected_run())

    def _export(self) -> None:
        self.export_requested.emit(self.selected_run())

    def _edit_name(self) -> None:
        self.view.setFocus()
        self.view.edit(self.view.currentIndex().siblingAtColumn(Column.NAME))

    def _ask(self) -> None:
        self._asked = self.selected_run()
        if self._asked is None:
            return
        words = self.tr("Delete “{name}” and its checkpoints? This cannot be undone.").format(name=self._asked.name)
        self._question.text.setText(words)
        self._question.setAccessibleName(words)
        self._foot.setCurrentWidget(self._question)
        self._question.keep_button.setAccessibleDescription(words)
        self._question.keep_button.setFocus()

    @Slot(bool)
    def _on_answered(self, is_wanted: bool) -> None:
        run = self._asked
        self._close_question()
        self.view.setFocus()
        if is_wanted and run is not None:
            self.delete_requested.emit(run)

    def _close_question(self) -> None:
        self._asked = None
        self._foot.setCurrentIndex(0)
