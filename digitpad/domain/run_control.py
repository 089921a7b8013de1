"""Wishes to a training run from another thread: pause, go on, stop, show."""

from __future__ import annotations

import threading


class RunControl:
    """Told by one thread, asked by the other between two steps."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = self._stopped = self._skips_test = False

    def pause(self) -> None:
        """Wait before the next step."""
        with self._changed:
            self._paused = not self._stopped

    def resume(self) -> None:
        """Go on after a pause."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self, *, skip_test: bool = False) -> None:
        """End after the step under way, paused or not; no pause after it counts.

        Args:
            skip_test: somebody waits: what was learned is saved and not tested.
        """
        with self._changed:
            self._skips_test = self._skips_test or skip_test
            self._stopped, self._paused = True, False
            self._changed.notify_all()

    @property
    def is_paused(self) -> bool:
        """Whether the run waits, or will before its next step."""
        return self._paused

    @property
    def is_stopped(self) -> bool:
        """Whether the run was told to stop."""
        return self._stopped

    @property
    def skips_test(self) -> bool:
        """Whether somebody waits for the end of the run."""
        return self._skips_test

    def should_continue(self) -> bool:
        """Wait out a pause; False once the run is to stop."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)
            return not self._stopped
