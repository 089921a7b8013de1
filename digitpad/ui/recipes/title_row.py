"""A row that asks for a title, in place of a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from digitpad.ui.common.layouts import row
from digitpad.ui.common.widgets import ElidedLabel, named, push_button

Remark = Callable[[str], tuple[bool, str]]
"""Whether a title can be taken, and what comes of it, in words."""


class TitleRow(QWidget):
    """A title, a note on what comes of it, 'Back' and 'Save'."""

    title_entered = Signal(str)  # to save under
    left = Signal()  # nothing is to be saved

    def __init__(self, remark: Remark, longest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remark = remark
        label = QLabel(self.tr("Title of your recipe"))
        self._title = named(QLineEdit(maxLength=longest), "save_title", label.text())
        self._title.setMinimumWidth(288)
        self._title.textChanged.connect(self.follow)
        label.setBuddy(self._title)
        self._note = ElidedLabel("")  # an id may be long
        self._note.setProperty("note", True)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        save_tip, back_tip = self.tr("Keep the recipe under this title (Enter)"), self.tr("Save nothing (Esc)")
        self._save = push_button(self.tr("Save"), "save_recipe_button", self._on_save, save_tip)
        back = push_button(self.tr("Back"), "back_button", self.left, back_tip)
        row(label, (self._title, 1), self._note, back, self._save, parent=self)

    def ask(self, title: str) -> None:
        """Propose a title, and let the person type over it."""
        self._title.setText(title)
        self.follow()
        self._save.setDefault(True)
        self._title.setFocus()
        self._title.selectAll()

    @Slot()
    def _on_save(self) -> None:
        self.title_entered.emit(self._title.text())

    @Slot()
    def follow(self) -> None:
        """Say anew what comes of the title."""
        is_usable, note = self._remark(self._title.text())
        self._save.setEnabled(is_usable)
        self._note.setText(note)
        self._title.setAccessibleDescription(note)
