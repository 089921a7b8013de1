"""Garbage collection when nobody draws."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

from digitpad.platform.memory import give_back

_PAUSE = 1000  # milliseconds without a change of the ink after which a collection disturbs nobody
_ENOUGH = 2000  # new objects that make a collection worth its time


class IdleCollector(QObject):
    """Keeps Python's cycle collector from running in the middle of a stroke.

    Left to itself it runs whenever enough objects have been made, in whichever thread makes them, and may look at
    hundreds of thousands: 40 to 60 ms in which the line does not follow the pen. So it is switched off from here on,
    and runs in the window's thread when the ink has not changed for a second. What it freed goes back to the system.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._collect)

    @Slot()
    def start(self) -> None:
        """Collect in pauses from now on, when all that is large has been imported."""
        self._timer.start()

    @Slot()
    def put_off(self) -> None:
        """Wait for the next pause: someone draws."""
        if self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Leave the collector as it was found."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def _collect(self) -> None:
        if sum(gc.get_count()) >= _ENOUGH:
            gc.collect()
            give_back()
