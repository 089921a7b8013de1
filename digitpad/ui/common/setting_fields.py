"""Fields made from what is declared of a setting: for a choice and for a list; and their labels."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from digitpad.domain.errors import InputError
from digitpad.domain.settings_fields import Setting
from digitpad.ui.common.format import sentence, setting_words


class ChoiceBox(QComboBox):
    """A field for one of some texts."""

    edited = Signal()  # by a person or by `show_value`

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        for value, word in (setting.choices or {}).items():
            self.addItem(setting_words(word), value)
        self.currentIndexChanged.connect(self.edited)

    def value(self) -> str:
        return str(self.currentData())

    def show_value(self, value: str) -> None:
        self.setCurrentIndex(self.findData(value))


class NumbersEdit(QLineEdit):
    """A field for some whole numbers, with commas or spaces between them."""

    edited = Signal()  # by a person or by `show_value`

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._setting = setting
        self._given: tuple[int, ...] = ()
        self._text = ""
        self.setMaxLength(600)
        self.setMinimumHeight(24)
        self.textChanged.connect(self.edited)

    def value(self) -> tuple[int, ...]:
        """The numbers; those that were given, while they are not touched and while the text cannot be used."""
        return self._given if self.text() == self._text or self.problem else self._read()

    def show_value(self, value: tuple[int, ...]) -> None:
        self._given, self._text = value, ", ".join(map(str, value))
        self.setText(self._text)

    @property
    def problem(self) -> str:
        """A sentence where the text cannot be used, else ''."""
        try:
            self._read()
        except InputError:
            wanted = sentence(self._setting.wanted) if self._setting.wanted else ""
            return self.tr("Enter {wanted}.").format(wanted=wanted)
        return ""

    def _read(self) -> tuple[int, ...]:
        words = self.text().replace(",", " ").split()
        numbers = tuple(int(word) if word.isascii() and word.isdigit() else word for word in words)
        return tuple(self._setting.checked(numbers))


class ProblemLabel(QLabel):
    """A sentence in amber under the field that it is about; takes no room while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.setProperty("note", True)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence, or nothing where it is empty."""
        self.setText(sentence)
        self.setVisible(bool(sentence))


def described(widget: QWidget, setting: Setting) -> QLabel:
    """Give a field its name and what it does, for those who see and those who hear; the label to put beside it."""
    name, tip = setting_words(setting.label), setting_words(setting.help)
    widget.setObjectName(setting.name)
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(tip)
    label = QLabel(name)
    for part in (widget, label):
        part.setToolTip(f"<p>{escape(tip)}</p>")  # plain text would be one long line
    label.setBuddy(widget)
    return label
