"""The runs as rows and columns, for the list of runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import IntEnum
from operator import attrgetter
from typing import NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor

from digitpad.domain.run import RunInfo
from digitpad.ui.common.format import duration, moment, percent, sentence
from digitpad.ui.common.theme import current_theme

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

_NO_PARENT = QModelIndex()

_FIELDS = (
    *("id", "name", "recipe.id", "seed", "data", "device", "started", "train_seconds", "epochs_done", "recipe.epochs"),
    *("best_accuracy", "last_accuracy", "state"),
)


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


class _Cells(NamedTuple):
    """A column: its title and meaning, a run's text in it, and the number it is sorted by, else the text."""

    title: str
    meaning: str
    text: Callable[[RunInfo], str]
    number: Callable[[RunInfo], float] | None = None


class RunTable(QAbstractTableModel):
    """A row for each run. It sorts by itself: a proxy would ask for 2,000 runs some 40,000 times, one by one."""

    rename_requested = Signal(object, str)  # a RunInfo and what was typed, shown once `update_run` brings it
    checks_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[RunInfo] = []
        self._checked: set[str] = set()
        self._order = Column.STARTED, Qt.SortOrder.DescendingOrder
        self._states = {
            "running": self.tr("running"),
            "stopped": self.tr("stopped"),
            "finished": self.tr("finished"),
            "failed": self.tr("failed"),
        }
        name = self.tr("Name. A check mark lays the run's curves over those that are shown")
        seed, time = self.tr("The number that decided everything random"), self.tr("Time spent training")
        started = self.tr("Local date and time of the start")
        epochs = self.tr("Whole epochs trained, of those the recipe asks for")
        best = self.tr("Test images that the best checkpoint reads right")
        last = self.tr("Test images that the last checkpoint reads right")
        done, seconds = attrgetter("epochs_done"), attrgetter("train_seconds")
        self._columns = [
            _Cells(self.tr("Name"), name, attrgetter("name")),
            _Cells(self.tr("Recipe"), self.tr("The recipe that was trained"), attrgetter("recipe.id")),
            _Cells(self.tr("Seed"), seed, lambda run: str(run.seed), attrgetter("seed")),
            _Cells(self.tr("Data"), self.tr("What it was trained on"), lambda run: sentence(run.data)),
            _Cells(self.tr("Started"), started, lambda run: moment(run.started), _seconds_of_start),
            _Cells(self.tr("Duration"), time, lambda run: duration(run.train_seconds, 1), seconds),
            _Cells(self.tr("Epochs"), epochs, lambda run: f"{run.epochs_done} / {run.recipe.epochs}", done),
            _Cells(self.tr("Best"), best, lambda run: _share(run.best_accuracy), lambda run: _rank(run.best_accuracy)),
            _Cells(self.tr("Last"), last, lambda run: _share(run.last_accuracy), lambda run: _rank(run.last_accuracy)),
            _Cells(self.tr("State"), self.tr("Whether it runs, and how it ended"), self._state),
        ]

    def checked(self) -> list[RunInfo]:
        """The runs that are checked."""
        return [run for run in self.runs if run.id in self._checked]

    def rows(self) -> list[tuple[object, ...]]:
        """The runs as a table with titles, in their order here; shares are 0 to 1, times in UTC."""
        return [_FIELDS, *map(attrgetter(*_FIELDS), self.runs)]

    def row_of(self, run_id: str) -> int | None:
        """The row of a run, None where it is not in the table."""
        return next((row for row, run in enumerate(self.runs) if run.id == run_id), None)

    def show_runs(self, runs: Sequence[RunInfo]) -> None:
        """Show these runs: rows of others go, new ones come, and what has changed changes."""
        wanted = {run.id for run in runs}
        for row in reversed(range(len(self.runs))):
            if self.runs[row].id not in wanted:
                self.beginRemoveRows(_NO_PARENT, row, row)
                del self.runs[row]
                self.endRemoveRows()
        self._take({run.id: run for run in runs})
        if not self._checked <= wanted:
            self._checked &= wanted
            self.checks_changed.emit()

    def update_run(self, run: RunInfo) -> None:
        """Show what is known of a run from now on, in a row of its own where there is none yet."""
        self._take({run.id: run})

    def _take(self, news: dict[str, RunInfo]) -> None:
        for row, run in enumerate(self.runs):
            new = news.pop(run.id, run)
            if new != run:
                self.runs[row] = new
                # A name that is being typed would start anew with every epoch.
                first = Column.NAME if new.name != run.name else Column.RECIPE
                self.dataChanged.emit(self.index(row, first), self.index(row, Column.STATE))
        if news:
            self.beginInsertRows(_NO_PARENT, len(self.runs), len(self.runs) + len(news) - 1)
            self.runs.extend(news.values())
            self.endInsertRows()
        self.sort(*self._order)

    def toggle(self, row: int) -> None:
        """Check a run, or uncheck it."""
        self._checked ^= {self.runs[row].id}
        cell = self.index(row, Column.NAME)
        self.dataChanged.emit(cell, cell, [Role.CheckStateRole])
        self.checks_changed.emit()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._order = Column(column), order
        cells = self._columns[column]

        def key(run: RunInfo) -> tuple[float, str]:
            return (cells.number(run), "") if cells.number else (0.0, cells.text(run).casefold())

        runs = sorted(self.runs, key=key, reverse=order == Qt.SortOrder.DescendingOrder)
        if runs == self.runs:
            return
        self.layoutAboutToBeChanged.emit()
        rows = {run.id: row for row, run in enumerate(runs)}
        kept = self.persistentIndexList()
        moved = [self.index(rows[self.runs[index.row()].id], index.column()) for index in kept]
        self.runs = runs
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.column() == Column.NAME:
            flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self._columns):
            if role == Role.DisplayRole:
                return self._columns[section].title
            if role in (Role.ToolTipRole, Role.AccessibleDescriptionRole):
                return self._columns[section].meaning
            if role == Role.TextAlignmentRole:
                return self._alignment(section)
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        run, column = self.runs[index.row()], index.column()
        is_name = column == Column.NAME
        match role:
            case Role.DisplayRole:
                return self._columns[column].text(run)
            case Role.EditRole if is_name:
                return run.name
            case Role.CheckStateRole if is_name:
                return Qt.CheckState.Checked if run.id in self._checked else Qt.CheckState.Unchecked
            case Role.AccessibleTextRole if not is_name:
                return f"{self._columns[column].title}: {self._columns[column].text(run)}"
            case Role.ToolTipRole if column == Column.STATE and run.problem:
                return sentence(run.problem)
            case Role.ToolTipRole | Role.AccessibleTextRole:
                return self.summary(run)
            case Role.ForegroundRole if column == Column.STATE and run.state == "failed":
                return QColor(current_theme().amber)
            case Role.TextAlignmentRole:
                return self._alignment(column)
        return None

    def setData(self, index: Index, value: object, role: int = Role.EditRole) -> bool:
        if not index.isValid() or index.column() != Column.NAME:
            return False
        run, name = self.runs[index.row()], str(value).strip()
        if role == Role.CheckStateRole:
            if (Qt.CheckState(value) == Qt.CheckState.Checked) != (run.id in self._checked):
                self.toggle(index.row())
            return True
        if role == Role.EditRole and name and name != run.name:
            self.rename_requested.emit(run, name)
            return True
        return False

    def summary(self, run: RunInfo) -> str:
        """All that the row says of a run, for a tool tip and a screen reader; a problem last."""
        shown = (Column.RECIPE, Column.SEED, Column.DATA, Column.STARTED, Column.DURATION, Column.EPOCHS)
        parts = [run.name, self._state(run)]
        parts += [f"{self._columns[at].meaning}: {self._columns[at].text(run)}" for at in (Column.BEST, Column.LAST)]
        parts += [f"{self._columns[at].title}: {self._columns[at].text(run)}" for at in shown]
        return "\n".join([*parts, sentence(run.problem)] if run.problem else parts)

    def _state(self, run: RunInfo) -> str:
        if run.state == "stopped" and run.problem:
            return self.tr("cut off")
        return self._states.get(run.state, run.state)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        is_figure = self._columns[column].number and column != Column.STARTED
        side = Qt.AlignmentFlag.AlignRight if is_figure else Qt.AlignmentFlag.AlignLeft
        return Qt.AlignmentFlag.AlignVCenter | side


def run_labels(runs: Sequence[RunInfo]) -> list[str]:
    """Names that tell some runs apart: with the best accuracy, and where that is not enough, the start and the id."""
    names = [run.name if run.best_accuracy is None else f"{run.name} · {percent(run.best_accuracy, 2)}" for run in runs]
    for detail in (lambda run: moment(run.started), attrgetter("id")):
        count = Counter(names)
        names = [f"{name} · {detail(run)}" if count[name] > 1 else name for name, run in zip(names, runs, strict=True)]
    return names


def _seconds_of_start(run: RunInfo) -> float:
    return datetime.fromisoformat(run.started).timestamp()


def _rank(share: float | None) -> float:
    return -math.inf if share is None else share


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share, 2)
