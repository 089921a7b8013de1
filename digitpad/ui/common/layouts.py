"""Rows and columns, as most of the window is made of them."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

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
