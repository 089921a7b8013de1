"""What another thread asks of a training run: pause, go on, stop."""

from __future__ import annotations

import threading


class RunControl:
    """Set by one thread, asked by the other between two steps.

    Attributes:
        is_paused: whether the run waits, or will before its next step.
        is_stopped: whether it was asked to stop.
        skips_test: whether its end is awaited, so that it does without the last test.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.is_paused = self.is_stopped = self.skips_test = False

    def pause(self) -> None:
        """Wait before the next step."""
        with self._changed:
            self.is_paused = not self.is_stopped

    def resume(self) -> None:
        """Go on after a pause."""
        with self._changed:
            self.is_paused = False
            self._changed.notify_all()

    def stop(self, *, skip_test: bool = False) -> None:
        """End after the step under way, paused or not; no pause after it counts.

        Args:
            skip_test: what was learned is saved and not tested, since the program is about to end.
        """
        with self._changed:
            self.skips_test = self.skips_test or skip_test
            self.is_stopped, self.is_paused = True, False
            self._changed.notify_all()

    def should_continue(self) -> bool:
        """Wait out a pause; False once the run is to stop."""
        with self._changed:
            self._changed.wait_for(lambda: not self.is_paused)
            return not self.is_stopped
