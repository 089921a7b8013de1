"""When nobody draws."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QTimer, Slot

_PAUSE = 250  # milliseconds without a change of the ink


class PenIdle(QObject):
    """Lets a thread wait until nobody draws, so that what can wait does not take the interpreter from the pen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._idle = threading.Event()
        self._idle.set()
        self._is_hurried = self._is_ended = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._idle.set)

    @Slot()
    def disturb(self) -> None:
        """Somebody draws."""
        if not self._is_hurried:
            self._idle.clear()
            self._timer.start()

    def end(self) -> None:
        """Let nobody wait or go on from now on: the window waits for their end."""
        self._is_ended = True
        self.hurry()

    def hurry(self) -> None:
        """Let nobody wait from now on: what they do is wanted."""
        self._is_hurried = True
        self._idle.set()

    def wait(self) -> bool:
        """Return when nobody draws, and whether to go on; called in another thread."""
        self._idle.wait()
        return not self._is_ended
