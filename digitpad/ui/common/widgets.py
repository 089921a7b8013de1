"""Widgets with their names and words in one call, and words for those who hear the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, SignalInstance
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton, QWidget, QWidgetAction

W = TypeVar("W", bound=QWidget)

_LEGEND_ENTRY = '<span style="color: {}">{}</span>&nbsp;{}'


def named(widget: W, name: str, spoken: str = "", tip: str = "") -> W:
    """A widget with its object name, and where they are given its accessible name and tool tip."""
    widget.setObjectName(name)
    if spoken:
        widget.setAccessibleName(spoken)
    if tip:
        widget.setToolTip(tip)
    return widget


def push_button(text: str, name: str, clicked: Callable[..., object] | SignalInstance, tip: str = "") -> QPushButton:
    """A button, by its object name, with what its click calls."""
    button = named(QPushButton(text), name, tip=tip)
    button.clicked.connect(clicked)
    return button


def close_button(words: str, clicked: Callable[..., object] | SignalInstance, name: str = "") -> QToolButton:
    """A small cross, with the words that say what it closes."""
    button = named(QToolButton(), name, words, words)
    button.setText("×")
    button.clicked.connect(clicked)
    return button


def note_label(text: str = "", name: str = "") -> QLabel:
    """A small quiet line of plain text, which goes on below where it has no room."""
    label = named(QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText), name)
    label.setProperty("note", True)
    return label


def legend(entries: Iterable[tuple[str, str, str]]) -> str:
    """Rich text of a legend: each entry's colour, '#RRGGBB', its sign, and plain words, which stay in one row."""
    rows = (
        (colour, sign, escape(words).replace(" ", "&nbsp;").replace("-", "&#8209;")) for colour, sign, words in entries
    )
    return " &nbsp; ".join(_LEGEND_ENTRY.format(*parts) for parts in rows)


class ElidedLabel(QLabel):
    """One line of plain text that asks for the room of a few letters; what does not fit is shortened in the middle."""

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 8, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        """Set the whole text."""
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        inside = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, inside.width())
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


def add_menu_title(menu: QMenu, words: str) -> None:
    """Add a quiet line that says what the entries below it are; styles leave the text of `QMenu.addSection` away."""
    label = note_label(words)
    label.setWordWrap(False)
    label.setContentsMargins(8, 8, 24, 4)
    title = QWidgetAction(menu)
    title.setDefaultWidget(label)
    title.setEnabled(False)
    menu.addAction(title)


def announce(widget: QWidget, words: str) -> None:
    """Let a screen reader, where one is at work, say something about a widget now."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
