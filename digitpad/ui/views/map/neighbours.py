"""The images nearest to the drawing, as pictures in a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem

from digitpad.ui.common.theme import text_scale
from digitpad.ui.common.widgets import named

_PICTURE, _NARROWEST, _WIDEST = 44, 96, 148
"""Sides of a picture and of the list in pixels, at the usual text size."""


class NeighbourList(QListWidget):
    """Pictures with a line each, the nearest first.

    Signals:
        hovered: the number of the image under the pointer, or at the keyboard's place; None where there is none.
    """

    hovered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        tip = self.tr("The images that the network finds most like your drawing; each marks its point in the map")
        named(self, "map_neighbours", self.tr("Nearest images"), tip)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(True)
        self._numbers: Sequence[int] = ()
        self.itemEntered.connect(self._on_item)
        self.currentItemChanged.connect(self._on_item)
        self._fit()

    def show_images(self, numbers: Sequence[int], pictures: Sequence[QImage], words: Sequence[str]) -> None:
        """Show other images; their numbers are what `hovered` gives."""
        if list(numbers) == list(self._numbers) and all(self.item(at).text() == text for at, text in enumerate(words)):
            return
        while self.count() > len(numbers):
            self.takeItem(self.count() - 1)
        while self.count() < len(numbers):
            self.addItem(QListWidgetItem())
        self._numbers = numbers
        for at, (picture, text) in enumerate(zip(pictures, words, strict=True)):
            item = self.item(at)
            item.setText(text)
            item.setIcon(QIcon(QPixmap.fromImage(picture)))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hovered.emit(None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._numbers = ()  # the pictures have the theme's colours: the same ones are shown anew
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        side = round(_PICTURE * text_scale())
        self.setIconSize(QSize(side, side))
        self.setMinimumWidth(round(_NARROWEST * text_scale()))
        self.setMaximumWidth(round(_WIDEST * text_scale()))

    @Slot(QListWidgetItem)
    def _on_item(self, item: QListWidgetItem | None) -> None:
        row = -1 if item is None else self.row(item)
        self.hovered.emit(self._numbers[row] if 0 <= row < len(self._numbers) else None)
