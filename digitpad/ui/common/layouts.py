"""Rows and columns, as most of the window is made of them."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QLayoutItem, QVBoxLayout, QWidget

L = TypeVar("L", bound=QBoxLayout)
Part = QWidget | QLayout | tuple[QWidget | QLayout, int] | int | None
"""A widget or layout, with its stretch where it has one; pixels of room, or None for room that stretches."""


def row(*parts: Part, parent: QWidget | None = None, spacing: int = 8, margin: int = 0) -> QHBoxLayout:
    """Parts beside each other; spacing and margin in pixels."""
    return _filled(QHBoxLayout(), parts, parent, spacing, margin)


def column(*parts: Part, parent: QWidget | None = None, spacing: int = 8, margin: int = 0) -> QVBoxLayout:
    """Parts below each other; spacing and margin in pixels."""
    return _filled(QVBoxLayout(), parts, parent, spacing, margin)


def _filled(layout: L, parts: tuple[Part, ...], parent: QWidget | None, spacing: int, margin: int) -> L:
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    if parent is not None:
        parent.setLayout(layout)
    for part in parts:
        item, stretch = part if isinstance(part, tuple) else (part, 0)
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item, stretch)
        else:
            layout.addLayout(item, stretch)
    return layout


class FlowLayout(QLayout):
    """Widgets beside each other that go on in the next line where there is no more room, as words do."""

    def __init__(self, *parts: QWidget, spacing: int = 8) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)
        for part in parts:
            self.addWidget(part)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), moves=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, moves=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, moves: bool) -> int:
        """Place the items in lines, in the middle of each, if they are to be moved; give the height of all lines."""
        lines: list[list[tuple[int, QSize, QLayoutItem]]] = [[]]
        x = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(rect.width(), 1 << 16))
            if lines[-1] and x + size.width() > rect.width():
                lines.append([])
                x = 0
            lines[-1].append((x, size, item))
            x += size.width() + self.spacing()
        y = rect.y()
        for line in lines:
            height = max((size.height() for _, size, _ in line), default=0)
            for x, size, item in line if moves else ():
                item.setGeometry(QRect(QPoint(rect.x() + x, y + (height - size.height()) // 2), size))
            y += height + self.spacing()
        return y - self.spacing() - rect.y()
