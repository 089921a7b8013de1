"""The drawings of a collection, each with what two networks say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QListWidget, QListWidgetItem, QMenu

from digitpad.domain.prediction import CLASSES
from digitpad.domain.rejection import NO_DIGIT
from digitpad.ui.common.pixels import coloured, ink_colours
from digitpad.ui.common.theme import current_theme, text_scale
from digitpad.ui.common.widgets import named
from digitpad.ui.session.hand_work import ReadHand

if TYPE_CHECKING:
    from digitpad.ink.drawings import Drawing

_SIDE = 56


class CollectionGrid(QListWidget):
    """Drawings with their labels; those that are read as something else say so, and suspicious ones stand out.

    Signals:
        relabelled: numbers of drawings, and the label that they are to have; None where they are to be deleted.
        picked: a Drawing that is to be put on the pad.
    """

    relabelled = Signal(object, object)
    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "collection_grid", self.tr("Collected drawings"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSpacing(4)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self._menu().popup(self.viewport().mapToGlobal(at)))
        self.itemActivated.connect(lambda item: self.picked.emit(self._drawings[self.row(item)]))
        self._drawings: Sequence[Drawing] = ()
        self._read = ReadHand()
        self._pixmaps: dict[int, QPixmap] = {}

    def show_drawings(self, drawings: Sequence[Drawing], read: ReadHand) -> None:
        """Show drawings, and what is read of them as far as it is known."""
        if read.images is not self._read.images:
            self._pixmaps = {}
        self._drawings, self._read = drawings, read
        is_read = len(read.now) == len(drawings)
        while self.count() > len(drawings):
            self.takeItem(self.count() - 1)
        side = round(_SIDE * text_scale())
        self.setIconSize(QSize(side, side))
        self.setGridSize(QSize(round(1.9 * side), side + 2 * self.fontMetrics().height()))
        self.setMinimumHeight(self.gridSize().height() + 8)
        for number, drawing in enumerate(drawings):
            item = self.item(number) or QListWidgetItem(self)
            item.setIcon(QIcon(self._pixmap(number, side)) if is_read else QIcon())
            words, tip = self._words(drawing, number if is_read else None)
            item.setText(words)
            item.setToolTip(tip)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, tip)
            is_suspicious = is_read and read.suspicious[number]
            item.setForeground(QColor(current_theme().amber) if is_suspicious else self.palette().text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key() - Qt.Key.Key_0.value
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._relabel(None)
        elif 0 <= key < CLASSES:
            self._relabel(key)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_pixmaps"):
            self._pixmaps = {}
            self.show_drawings(self._drawings, self._read)

    def _pixmap(self, number: int, side: int) -> QPixmap:
        if number not in self._pixmaps:
            image = coloured(self._read.images[number], ink_colours(current_theme()))
            self._pixmaps[number] = QPixmap.fromImage(image).scaled(side, side)
        return self._pixmaps[number]

    def _words(self, drawing: Drawing, number: int | None) -> tuple[str, str]:
        """What stands below a drawing, and its tool tip."""
        label = self._name(drawing.label)
        if number is None:
            return label, label
        before, now = self._read.before[number], self._read.now[number]
        tip = self.tr("{label}: before read as {before}, now as {now}")
        tip = tip.format(label=label, before=self._name(before), now=self._name(now))
        if self._read.suspicious[number]:
            tip += "\n" + self.tr("No network reads it so. Is the label right?")
        if (before, now) == (drawing.label, drawing.label):
            return label, tip
        return self.tr("{label}: {before} → {now}").format(
            label=label, before=self._sign(before), now=self._sign(now)
        ), tip

    def _name(self, label: int | None) -> str:
        return self.tr("no digit") if label in (NO_DIGIT, None) else str(label)

    def _sign(self, digit: int) -> str:
        return "–" if digit == NO_DIGIT else str(digit)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setEnabled(bool(self.selectedItems()))
        label = menu.addMenu(self.tr("It is"))
        for digit in (*range(CLASSES), NO_DIGIT):
            self._entry(label, self._name(digit), digit)
        self._entry(menu, self.tr("Delete"), None)
        return menu

    def _entry(self, menu: QMenu, words: str, label: int | None) -> QAction:
        action = menu.addAction(words)
        action.triggered.connect(lambda: self._relabel(label))
        return action

    def _relabel(self, label: int | None) -> None:
        numbers = sorted(self.row(item) for item in self.selectedItems())
        if numbers:
            self.relabelled.emit(numbers, label)
