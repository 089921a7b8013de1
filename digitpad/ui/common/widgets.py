"""Widgets with their names and words in one call, and words for those who hear the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, SignalInstance
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QStackedWidget, QToolButton, QWidget, QWidgetAction

from digitpad.ui.common.layouts import row

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
    button = tool_button("×", name, words, spoken=words)
    button.clicked.connect(clicked)
    return button


def tool_button(text: str, name: str, tip: str, spoken: str = "") -> QToolButton:
    """A flat button by its object name; `spoken` says to those who hear it what its text stands for."""
    button = named(QToolButton(), name, spoken or text, tip)
    button.setText(text)
    button.setAccessibleDescription(tip)
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


def heard_label(field: QWidget) -> QLabel:
    """A label without text, for a field that needs none to be seen; screen readers hear a box's label, not its name."""
    label = named(QLabel(), f"{field.objectName()}_label", field.accessibleName())
    label.setBuddy(field)
    return label


def labelled(field: QWidget) -> QWidget:
    """A field with its accessible name before it, as one widget."""
    label, part = note_label(field.accessibleName()), QWidget()
    label.setWordWrap(False)
    label.setBuddy(field)
    row(label, field, parent=part)
    return part


class ElidedLabel(QLabel):
    """One line of plain text that asks for the room of a few letters; what does not fit is shortened in the middle."""

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        height = metrics.boundingRect(0, 0, 1 << 16, 0, 0, "0").height()  # QLabel takes a pixel less where it is empty
        return QSize(metrics.averageCharWidth() * 8, max(height, super().minimumSizeHint().height()))

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


class Placeholder(QStackedWidget):
    """A widget in whose place a quiet sentence stands while there is nothing to show in it."""

    def __init__(self, words: str, content: QWidget | None = None, name: str = "") -> None:
        super().__init__()
        self.label = named(QLabel(words, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True), name)
        self.label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.addWidget(self.label)
        if content is not None:
            self.addWidget(content)

    def show_content(self, is_there: bool) -> None:
        """Show the widget, or else the sentence."""
        self.setCurrentIndex(int(is_there))


def describe(widget: QWidget, words: str) -> None:
    """Give a widget its accessible description, of which screen readers hear once where it has not changed."""
    if words != widget.accessibleDescription():
        widget.setAccessibleDescription(words)


def announce(widget: QWidget, words: str) -> None:
    """Let a screen reader, where one is at work, say something about a widget now."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
