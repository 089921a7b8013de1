"""A row that asks for a title, in place of a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from digitpad.ui.common.elided import ElidedLabel
from digitpad.ui.common.layouts import row

Remark = Callable[[str], tuple[bool, str]]
"""Whether a title can be taken, and what comes of it, in words."""


class TitleRow(QWidget):
    """A title, a note on what comes of it, 'Back' and 'Save'.

    Signals:
        title_chosen: save under this title.
        left: save nothing.
    """

    title_chosen = Signal(str)
    left = Signal()

    def __init__(self, remark: Remark, longest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remark = remark
        self._title, self._note = QLineEdit(), ElidedLabel("")  # an id may be long
        self._title.setObjectName("save_title")
        self._title.setMaxLength(longest)
        self._title.setMinimumWidth(288)
        self._title.setAccessibleName(self.tr("Title of your recipe"))
        self._note.setProperty("note", True)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._save, back = QPushButton(self.tr("Save")), QPushButton(self.tr("Back"))
        self._save.setObjectName("save_button")
        self._save.setToolTip(self.tr("Keep the recipe under this title (Enter)"))
        back.setObjectName("back_button")
        back.setToolTip(self.tr("Save nothing (Esc)"))
        label = QLabel(self.tr("Title of your recipe"))
        label.setBuddy(self._title)
        row(label, (self._title, 1), self._note, back, self._save, parent=self)
        self._title.textChanged.connect(self.follow)
        self._save.clicked.connect(lambda: self.title_chosen.emit(self._title.text()))
        back.clicked.connect(self.left)

    def ask(self, title: str) -> None:
        """Propose a title, and let the person type over it."""
        self._title.setText(title)
        self.follow()
        self._save.setDefault(True)
        self._title.setFocus()
        self._title.selectAll()

    @Slot()
    def follow(self) -> None:
        """Say anew what comes of the title."""
        is_usable, note = self._remark(self._title.text())
        self._save.setEnabled(is_usable)
        self._note.setText(note)
        self._title.setAccessibleDescription(note)
