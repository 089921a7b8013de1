"""The table of runs on the screen: its keys, its colours, and the columns that there is room for."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from digitpad.ui.common.format import duration, moment
from digitpad.ui.common.theme import text_font, text_scale
from digitpad.ui.common.widgets import named
from digitpad.ui.runs.table import Column

ROW = 24
"""Height of a row in pixels, at the usual text size."""

_PADDING = 20
_SMALLEST_NAME, _SMALLEST_DATA = 120, 96
_LAST_TO_GO = (
    *(Column.STATE, Column.BEST, Column.SEED, Column.STARTED, Column.EPOCHS),
    *(Column.DATA, Column.DURATION, Column.LAST, Column.RECIPE),
)
"""Columns beside the name; where there is no room for all, the last of these go first."""

_SAMPLES = {
    Column.RECIPE: "five-by-five",
    Column.SEED: "00000",
    Column.STARTED: moment("2000-12-30T22:00:00+00:00"),
    Column.DURATION: duration(35999),
    Column.EPOCHS: "000 / 0000",
    Column.BEST: "100.00 %",
    Column.LAST: "100.00 %",
    Column.STATE: "finished",
}
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class RunView(QTableView):
    """A table that keeps the keys that mean something in it from the window, where Delete clears the pad."""

    key_pressed = Signal(object)  # Space, F2, Delete or Backspace

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__(sortingEnabled=True, showGrid=False, wordWrap=False)
        named(self, "runs", self.tr("Runs"))
        self.setModel(model)
        self.sortByColumn(Column.STARTED, Qt.SortOrder.DescendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setFont(text_font())
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setHighlightSections(False)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        self._fit_rows()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_ours(event):
            self.key_pressed.emit(Qt.Key(event.key()))
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_rows()
            self._fit_columns()

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(round(ROW * text_scale()))

    def _fit_columns(self) -> None:
        metrics = self.fontMetrics()
        room = self.viewport().width() - _SMALLEST_NAME
        for column in _LAST_TO_GO:
            title = str(self.model().headerData(column, Qt.Orientation.Horizontal))
            # The header keeps room for the arrow of the order beside its title.
            width = max(metrics.horizontalAdvance(_SAMPLES.get(column, "")), metrics.horizontalAdvance(title) + 16)
            width += _PADDING
            if column == Column.DATA:
                width = max(_SMALLEST_DATA, room // 4)
            self.setColumnHidden(column, width > room)
            self.setColumnWidth(column, width)
            room = room - width if width <= room else 0


def _is_ours(event: QKeyEvent) -> bool:
    is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return is_plain and event.key() in _KEYS
