"""The drawings of a collection, each beside what it is and what two networks say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from digitpad.domain.prediction import CLASSES
from digitpad.domain.rejection import NO_DIGIT
from digitpad.ui.common.pixels import coloured, ink_colours
from digitpad.ui.common.theme import current_theme, text_scale
from digitpad.ui.common.widgets import named
from digitpad.ui.session.hand_work import ReadPart

if TYPE_CHECKING:
    from digitpad.ink.drawings import Drawing

_SIDE = 56
_WORDS = 1.5  # width of the words, in sides of a drawing
_GAP = 8
_LINES = Qt.ItemDataRole.UserRole


class _Captions(QStyledItemDelegate):
    """Paints a drawing with the lines of its words beside it, each in a colour of its own."""

    def __init__(self, grid: QListWidget) -> None:
        super().__init__(grid)
        self._grid = grid

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._grid.gridSize()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette, metrics, side = option.palette, option.fontMetrics, self._grid.iconSize().width()
        is_selected = QStyle.StateFlag.State_Selected in option.state
        if is_selected:
            painter.fillRect(option.rect, palette.highlight())
        if QStyle.StateFlag.State_HasFocus in option.state:
            painter.setPen(palette.text().color())
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        area = option.rect.adjusted(_GAP // 2, 0, -_GAP // 2, 0)
        middle, lines = area.center().y(), index.data(_LINES)
        index.data(Qt.ItemDataRole.DecorationRole).paint(painter, QRect(area.left(), middle - side // 2, side, side))
        area.setLeft(area.left() + side + _GAP)
        line_top = middle - len(lines) * metrics.lineSpacing() // 2
        for words, colour in lines:
            painter.setPen(palette.highlightedText().color() if is_selected else QColor(colour))
            elided = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, area.width())
            painter.drawText(area.left(), line_top + metrics.ascent(), elided)
            line_top += metrics.lineSpacing()


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
        self.setItemDelegate(_Captions(self))
        self.setSpacing(4)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self._menu().popup(self.viewport().mapToGlobal(at)))
        self.itemActivated.connect(lambda item: self.picked.emit(self._drawings[self.row(item)]))
        self._drawings: Sequence[Drawing] = ()
        self._read = ReadPart()
        self._networks: Sequence[str] = ()
        self._pixmaps: dict[int, QPixmap] = {}

    def show_drawings(self, drawings: Sequence[Drawing], read: ReadPart, networks: Sequence[str]) -> None:
        """Show drawings, and what is read of them as far as it is known.

        Args:
            drawings: the drawings.
            read: what is read of them, or of others as long as that is not known.
            networks: what the network before teaching and the one that was taught are called.
        """
        if read.images is not self._read.images:
            self._pixmaps = {}
        self._drawings, self._read, self._networks = drawings, read, networks
        is_read = len(read.before) == len(drawings)
        while self.count() > len(drawings):
            self.takeItem(self.count() - 1)
        side = round(_SIDE * text_scale())
        height = max(side, 3 * self.fontMetrics().lineSpacing()) + _GAP
        self.setIconSize(QSize(side, side))
        self.setGridSize(QSize(side + _GAP + round(_WORDS * side) + _GAP, height))
        self.setMinimumHeight(height + self.fontMetrics().lineSpacing() + _GAP)
        for number, drawing in enumerate(drawings):
            item = self.item(number) or QListWidgetItem(self)
            item.setIcon(QIcon(self._pixmap(number, side)) if is_read else QIcon())
            lines, tip = self._words(drawing, number if is_read else None)
            item.setText("\n".join(words for words, _ in lines))
            item.setData(_LINES, lines)
            item.setToolTip(tip)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, tip)

    @property
    def suspicious(self) -> list[int]:
        """Numbers of the drawings that may be labelled wrong, as far as they are known."""
        is_read = len(self._read.before) == len(self._drawings)
        return [number for number, is_so in enumerate(self._read.suspicious) if is_so and is_read]

    def select_suspicious(self) -> None:
        """Select the next drawing that may be labelled wrong, after the last the first, and scroll to it."""
        if numbers := self.suspicious:
            number = next((each for each in numbers if each > self.currentRow()), numbers[0])
            self.setCurrentRow(number)
            self.scrollToItem(self.item(number))
            self.setFocus()

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
            self.show_drawings(self._drawings, self._read, self._networks)

    def _pixmap(self, number: int, side: int) -> QPixmap:
        if number not in self._pixmaps:
            image = coloured(self._read.images[number], ink_colours(current_theme()))
            self._pixmaps[number] = QPixmap.fromImage(image).scaled(side, side)
        return self._pixmaps[number]

    def _words(self, drawing: Drawing, number: int | None) -> tuple[list[tuple[str, str]], str]:
        """What stands beside a drawing, line by line with its colour, and its tool tip."""
        theme, label = current_theme(), self._name(drawing.label)
        tip = self.tr("Kept as {label}").format(label=label)
        if number is None:
            return [(label, theme.text)], tip
        lines = [(label, theme.text)]
        if self._read.suspicious[number]:
            lines = [(self.tr("{label}, check").format(label=label), theme.amber)]
        for network, digits in zip(self._networks, (self._read.before, self._read.after), strict=True):
            if digits:
                digit, is_right = digits[number], digits[number] == drawing.label
                sign = "?" if digit == NO_DIGIT else str(digit)
                lines.append((f"{network}: {sign}", theme.quiet if is_right else theme.amber))
                said = self.tr("{network} reads it as {digit}")
                tip += "\n" + said.format(network=network, digit=self._name(digit))
        if self._read.suspicious[number]:
            tip += "\n" + self.tr("Without having learned it, no network reads it so. Is the label right?")
        return lines, tip

    def _name(self, label: int | None) -> str:
        return self.tr("no digit") if label in (NO_DIGIT, None) else str(label)

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
