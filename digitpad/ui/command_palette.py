"""Finds any action of the menus by its name, and does it."""

from __future__ import annotations

import re
from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHeaderView,
    QLineEdit,
    QMainWindow,
    QTableWidget,
    QTableWidgetItem,
)

from digitpad.ui.common.layouts import column
from digitpad.ui.common.theme import text_scale
from digitpad.ui.common.widgets import announce, named, note_label
from digitpad.ui.menus import ListedAction, menu_actions

_SIZE = 560, 400
_MOVES = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


def rank(query: str, name: str, context: str = "") -> int | None:
    """How well an action fits what was typed: 0 best, None not at all.

    Best is a name that begins so, then one whose words begin so, one that holds it, one that holds all its words
    together with its context, and at last one that holds its letters in this order.
    """
    query, name = query.casefold().strip(), name.casefold()
    words, parts, letters = query.split(), re.findall(r"\w+", name), iter(name)
    fits = (
        name.startswith(query),
        all(any(part.startswith(word) for part in parts) for word in words),
        query in name,
        all(word in f"{name} {context.casefold()}" for word in words),
        all(letter in letters for letter in "".join(words)),
    )
    return fits.index(True) if any(fits) else None


class CommandPalette(QDialog):
    """A line to type into, and below it the actions that fit; Enter does the one that is marked, Esc closes."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        named(self, "command_palette", self.tr("Find an action"))
        self.setWindowTitle(self.tr("Find an action"))
        self._listed = menu_actions(window.menuBar())
        self._shown: list[ListedAction] = []
        self._edit = named(QLineEdit(placeholderText=self.tr("Name of an action")), "palette_edit", self.windowTitle())
        self._table = named(QTableWidget(0, 3), "palette_list", self.tr("Actions"))
        self._nothing = note_label(self.tr("No action is called that."))
        table = self._table
        for header in (table.horizontalHeader(), table.verticalHeader()):
            header.hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.verticalHeader().setDefaultSectionSize(round(28 * text_scale()))
        table.setShowGrid(False)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        column(self._edit, self._nothing, (table, 1), parent=self, margin=16)
        self._edit.installEventFilter(self)
        self._edit.textChanged.connect(self._list)
        self._edit.returnPressed.connect(self._trigger)
        table.itemClicked.connect(self._trigger)
        table.currentCellChanged.connect(self._describe)
        width, height = (round(side * text_scale()) for side in _SIZE)
        self.resize(min(width, window.width() - 32), min(height, window.height() - 64))
        self._list("")

    @Slot(str)
    def _list(self, query: str) -> None:
        ranked = [(rank(query, one.name, " ".join((*one.menus, one.action.statusTip()))), one) for one in self._listed]
        fitting = [(place, one) for place, one in ranked if place is not None]
        self._shown = [one for _, one in sorted(fitting, key=lambda pair: pair[0])]
        self._table.clearContents()
        self._table.setRowCount(len(self._shown))
        for row, one in enumerate(self._shown):
            action = one.action
            items = [QTableWidgetItem(text) for text in (one.name, one.menus[-1], " ".join(one.keys[:1]))]
            items[0].setIcon(action.icon())
            if action.isCheckable():
                items[0].setCheckState(Qt.CheckState.Checked if action.isChecked() else Qt.CheckState.Unchecked)
            for place, item in enumerate(items):
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
                    if action.isEnabled()
                    else Qt.ItemFlag.NoItemFlags
                )
                item.setToolTip(action.toolTip())
                self._table.setItem(row, place, item)
        self._nothing.setVisible(not self._shown)
        first = next((row for row, one in enumerate(self._shown) if one.action.isEnabled()), -1)
        self._table.setCurrentCell(first, 0)
        self._describe()

    @Slot()
    def _describe(self) -> None:
        """Let those who hear the window know what is marked."""
        row = self._table.currentRow()
        marked = self._shown[row] if 0 <= row < len(self._shown) else None
        parts = [marked.name, marked.menus[-1], *marked.keys[:1]] if marked else [self._nothing.text()]
        self._edit.setAccessibleDescription(", ".join(part for part in parts if part))
        announce(self._edit, self._edit.accessibleDescription())

    @Slot()
    def _trigger(self) -> None:
        row = self._table.currentRow()
        if 0 <= row < len(self._shown) and self._shown[row].action.isEnabled():
            self.accept()
            self._shown[row].action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move the mark while the line keeps the focus."""
        if event.type() != QEvent.Type.KeyPress or cast(QKeyEvent, event).key() not in _MOVES:
            return False
        QApplication.sendEvent(self._table, event)
        return True
