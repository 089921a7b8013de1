"""The square that the pad keeps while the window changes its shape."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget

_RIM = 2
"""Pixels round the square: the focus takes them all, the hairline one."""

_Reason = Qt.FocusReason
_BY_KEYBOARD = frozenset({_Reason.TabFocusReason, _Reason.BacktabFocusReason, _Reason.ShortcutFocusReason})
_RETURNS = frozenset({_Reason.ActiveWindowFocusReason, _Reason.PopupFocusReason, _Reason.MenuBarFocusReason})


class SquareFrame(QWidget):
    """Holds one widget as the largest square that fits, in the middle.

    A hairline goes round it; while it has the focus that the keyboard gave it, a rim in the accent colour.
    """

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = inside
        self._by_keyboard = False
        inside.setParent(self)
        inside.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:
        """No smaller than what a finger can draw on."""
        return QSize(240, 240)

    def sizeHint(self) -> QSize:
        return QSize(640, 640)

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = min(self.width(), self.height()) - 2 * _RIM
        self._inside.setGeometry((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            reason = cast(QFocusEvent, event).reason()
            if reason not in _RETURNS:
                self._by_keyboard = reason in _BY_KEYBOARD
            self.update()
        elif event.type() == QEvent.Type.FocusOut:
            self.update()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rim; the square covers what lies under it."""
        focused = self._by_keyboard and self._inside.hasFocus()
        role, width = (QPalette.ColorRole.Accent, _RIM) if focused else (QPalette.ColorRole.Mid, 1)
        painter = QPainter(self)
        painter.fillRect(self._inside.geometry().adjusted(-width, -width, width, width), self.palette().color(role))
        painter.end()
