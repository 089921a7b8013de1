"""A sentence beside the thing it is about, until it is read or things are well again."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from digitpad.ui.theme import LIGHT, Theme


class Notice(QFrame):
    """One sentence in amber with a button that closes it; takes no room while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        close = QToolButton()
        close.setText("×")
        close.setToolTip(self.tr("Close this message"))
        close.setAccessibleName(self.tr("Close this message"))
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.addWidget(self._text)
        row.addWidget(close, alignment=Qt.AlignmentFlag.AlignTop)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        palette = self._text.palette()
        palette.setColor(self._text.foregroundRole(), QColor(theme.amber))
        self._text.setPalette(palette)
        self.update()

    @property
    def text(self) -> str:
        """What it says; empty while it is closed."""
        return "" if self.isHidden() else self._text.text()

    @Slot(str)
    def say(self, sentence: str) -> None:
        """Show a sentence."""
        self._text.setText(sentence)
        self.setAccessibleName(sentence)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the surface, and a bar in amber at its left edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.surface))
        painter.drawRoundedRect(self.rect(), 6, 6)
        painter.setBrush(QColor(self._theme.amber))
        painter.drawRoundedRect(0, 8, 3, self.height() - 16, 1.5, 1.5)
        painter.end()
