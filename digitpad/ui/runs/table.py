"""The runs as rows and columns, for the list of runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from digitpad.domain.run import RunInfo
from digitpad.ui.common.format import duration, moment, percent
from digitpad.ui.common.theme import LIGHT, Theme

Index = QModelIndex | QPersistentModelIndex

SORT_ROLE = Qt.ItemDataRole.UserRole
"""What a cell is sorted by: a number or a text."""

NOTHING = "–"
_NO_PARENT = QModelIndex()


class Column(IntEnum):
    """What the columns show."""

    NAME = 0
    RECIPE = 1
    SEED = 2
    DATA = 3
    STARTED = 4
    DURATION = 5
    EPOCHS = 6
    BEST = 7
    LAST = 8
    STATE = 9


FIGURES = (Column.SEED, Column.DURATION, Column.EPOCHS, Column.BEST, Column.LAST)
"""Columns of numbers, aligned at the right."""


class RunTable(QAbstractTableModel):
    """A row for each run, in no order of its own. A row changes without touching the others.

    Signals:
        rename_requested(RunInfo, str): a person typed another name. It is shown once `update` brings it.
        checks_changed(): other runs than before are checked.
    """

    rename_requested = Signal(object, str)
    checks_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[RunInfo] = []
        self._checked: set[str] = set()
        self._theme = LIGHT
        self._titles = self._column_titles()  # Qt asks for them a thousand times while a window opens

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme

    def run(self, row: int) -> RunInfo:
        """The run of a row."""
        return self._runs[row]

    def checked(self) -> list[RunInfo]:
        """The runs that are checked."""
        return [run for run in self._runs if run.id in self._checked]

    def row_of(self, run_id: str) -> int | None:
        """The row of a run, None where it is not in the table."""
        return next((row for row, run in enumerate(self._runs) if run.id == run_id), None)

    def show_runs(self, runs: Sequence[RunInfo]) -> None:
        """Show these runs: rows of others go, new ones come, and what has changed changes."""
        wanted = {run.id for run in runs}
        for row in reversed(range(len(self._runs))):
            if self._runs[row].id not in wanted:
                self.beginRemoveRows(_NO_PARENT, row, row)
                del self._runs[row]
                self.endRemoveRows()
        known = {run.id for run in self._runs}
        for run in runs:
            if run.id in known:
                self.update_run(run)
        self._add([run for run in runs if run.id not in known])
        if not self._checked <= wanted:
            self._checked &= wanted
            self.checks_changed.emit()

    def update_run(self, run: RunInfo) -> None:
        """Show what is known of a run from now on, in a row of its own where there is none yet."""
        row = self.row_of(run.id)
        if row is None:
            self._add([run])
        elif self._runs[row] != run:
            is_renamed = self._runs[row].name != run.name
            self._runs[row] = run
            # A name that is being typed would start anew with every epoch.
            first = Column.NAME if is_renamed else Column.RECIPE
            self.dataChanged.emit(self.index(row, first), self.index(row, Column.STATE))

    def _add(self, runs: Sequence[RunInfo]) -> None:
        if runs:
            self.beginInsertRows(_NO_PARENT, len(self._runs), len(self._runs) + len(runs) - 1)
            self._runs.extend(runs)
            self.endInsertRows()

    def toggle(self, row: int) -> None:
        """Check a run, or uncheck it."""
        self._checked ^= {self._runs[row].id}
        cell = self.index(row, Column.NAME)
        self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.CheckStateRole])
        self.checks_changed.emit()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """How many runs there are."""
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A name can be edited and checked, every cell selected."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        if index.column() == Column.NAME:
            flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Titles of the columns, and what they mean."""
        if orientation != Qt.Orientation.Horizontal or section not in tuple(Column):
            return None
        title, meaning = self._titles[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return title
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return meaning
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows, says, and is sorted by."""
        if not index.isValid():
            return None
        run, column = self._runs[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(run, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == SORT_ROLE:
            return self._sorted_by(run, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _problem(run) if column == Column.STATE and run.problem else self.summary(run)
        if role == Qt.ItemDataRole.ForegroundRole and column == Column.STATE and run.state == "failed":
            return QColor(self._theme.amber)
        if column == Column.NAME:
            if role == Qt.ItemDataRole.EditRole:
                return run.name
            if role == Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if run.id in self._checked else Qt.CheckState.Unchecked
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return self.summary(run)
        elif role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._titles[column][0]}: {self._text(run, column)}"
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Wish for another name, or check a run."""
        if not index.isValid() or index.column() != Column.NAME:
            return False
        run = self._runs[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            if (Qt.CheckState(value) == Qt.CheckState.Checked) != (run.id in self._checked):
                self.toggle(index.row())
            return True
        name = str(value).strip()
        if role == Qt.ItemDataRole.EditRole and name and name != run.name:
            self.rename_requested.emit(run, name)
            return True
        return False

    def state_words(self, run: RunInfo) -> str:
        """The state of a run in words."""
        words = {
            "running": self.tr("running"),
            "stopped": self.tr("cut off") if run.problem else self.tr("stopped"),
            "finished": self.tr("finished"),
            "failed": self.tr("failed"),
        }
        return words.get(run.state, run.state)

    def summary(self, run: RunInfo) -> str:
        """All that the row says of a run, for a tool tip and a screen reader; a problem last."""
        titles = self._titles
        shown = (Column.RECIPE, Column.SEED, Column.DATA, Column.STARTED, Column.DURATION, Column.EPOCHS)
        parts = [run.name, self.state_words(run)]
        parts += [f"{titles[column][1]}: {self._text(run, column)}" for column in (Column.BEST, Column.LAST)]
        parts += [f"{titles[column][0]}: {self._text(run, column)}" for column in shown]
        return "\n".join([*parts, _problem(run)] if run.problem else parts)

    def _column_titles(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Name"), self.tr("Name. A check mark lays the run's curves over those that are shown")),
            (self.tr("Recipe"), self.tr("The recipe that was trained")),
            (self.tr("Seed"), self.tr("The number that decided everything random")),
            (self.tr("Data"), self.tr("What it was trained on")),
            (self.tr("Started"), self.tr("Local date and time of the start")),
            (self.tr("Duration"), self.tr("Time spent training")),
            (self.tr("Epochs"), self.tr("Whole epochs trained, of those the recipe asks for")),
            (self.tr("Best"), self.tr("Test images that the best checkpoint reads right")),
            (self.tr("Last"), self.tr("Test images that the last checkpoint reads right")),
            (self.tr("State"), self.tr("Whether it runs, and how it ended")),
        ]

    def _text(self, run: RunInfo, column: int) -> str:
        if column == Column.DURATION:
            return duration(run.train_seconds, 1)
        if column == Column.STATE:
            return self.state_words(run)
        if column in (Column.BEST, Column.LAST):
            share = run.best_accuracy if column == Column.BEST else run.last_accuracy
            return NOTHING if share is None else percent(share, 2)
        return {
            Column.NAME: run.name,
            Column.RECIPE: run.recipe.id,
            Column.SEED: str(run.seed),
            Column.DATA: run.data,
            Column.STARTED: moment(run.started),
            Column.EPOCHS: f"{run.epochs_done} / {run.recipe.epochs}",
        }[Column(column)]

    def _sorted_by(self, run: RunInfo, column: int) -> object:
        if column == Column.STARTED:
            return datetime.fromisoformat(run.started).timestamp()
        if column == Column.DURATION:
            return run.train_seconds
        if column == Column.EPOCHS:
            return run.epochs_done
        if column == Column.SEED:
            return float(run.seed)  # Qt's numbers end before a seed's do
        if column in (Column.BEST, Column.LAST):
            share = run.best_accuracy if column == Column.BEST else run.last_accuracy
            return -math.inf if share is None else share
        return self._text(run, column).casefold()


def _problem(run: RunInfo) -> str:
    """Why a run ended; files hold it in English, of which what has no values can be translated."""
    return QCoreApplication.translate("errors", run.problem)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in FIGURES else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
