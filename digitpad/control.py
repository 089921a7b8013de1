"""Wishes to a training run from another thread: pause, go on, stop, show."""

from __future__ import annotations

import threading


class Control:
    """Told by one thread, asked by the other between two steps.

    Attributes:
        watched: whether somebody wants to see the network while it is in training.
    """

    def __init__(self) -> None:
        self.watched = False
        self._going = threading.Event()
        self._going.set()
        self._stopped = False

    def pause(self) -> None:
        """Wait before the next step."""
        self._going.clear()

    def go_on(self) -> None:
        """Go on after a pause."""
        self._going.set()

    def stop(self) -> None:
        """End after the step under way, paused or not."""
        self._stopped = True
        self._going.set()

    @property
    def is_paused(self) -> bool:
        """Whether the run waits, or will before its next step."""
        return not self._going.is_set()

    @property
    def is_stopped(self) -> bool:
        """Whether the run was told to stop."""
        return self._stopped

    def may_go_on(self) -> bool:
        """Wait out a pause; False once the run is to stop."""
        self._going.wait()
        return not self._stopped
