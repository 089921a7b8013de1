"""A sentence beside the thing it is about, until it is read or things are well again."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from digitpad.domain.errors import Message
from digitpad.ui.common.format import sentence
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.widgets import announce, close_button, named

_BREAKS = re.compile(r"(?<=[/\\._-])(?=[^\W\d])|(?<=[^\W_]{24})(?=[^\W_])")


def breakable(text: str) -> str:
    """The text with places where a line may end inside long names, not figures (zero-width spaces)."""
    return _BREAKS.sub("\u200b", text)


class Notice(QFrame):
    """One sentence in amber with a button that closes it; takes no room while there is nothing to say."""

    opened = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = ""
        self._text = named(QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText), "notice_text")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        close = close_button(self.tr("Close this message"), self.close_message)
        row(self._text, column(close, None), parent=self, spacing=4).setContentsMargins(16, 4, 4, 4)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is closed."""
        return self._sentence

    @Slot(str)
    @Slot(object)
    def say(self, words: str | Message) -> None:
        """Show a sentence, or an error's, and let a screen reader say it."""
        self._sentence = sentence(words) if isinstance(words, Message) else words
        self._text.setText(breakable(self._sentence))
        self._text.setToolTip(self._sentence)
        self._text.setAccessibleName(self._sentence)
        self.setAccessibleName(self._sentence)
        self.show()
        self.opened.emit()
        announce(self, self._sentence)

    @Slot()
    def close_message(self) -> None:
        """Say nothing any more."""
        if self._sentence:
            self._sentence = ""
            self.hide()
            self.closed.emit()
