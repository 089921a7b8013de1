"""What a pointer does to the ink on a pad: drawing, erasing, undo and redo."""

from __future__ import annotations

import numpy as np

from digitpad.ink.eraser import erase
from digitpad.ink.growing import GrowingStroke
from digitpad.ink.history import History
from digitpad.ink.strokes import MOUSE_PRESSURE, TIME, Floats, Ink

ERASER_RADIUS = 30.0
"""Radius of the eraser in canvas units."""


class InkEditor:
    """The ink on a pad with the stroke that is growing, and its history. Places are in canvas units.

    `begin_stroke` or `begin_erasing` is followed by any number of steps, then by `finish` or `cancel`.
    """

    def __init__(self, ink: Ink | None = None) -> None:
        self._history = History(ink)
        self._eraser_at: tuple[float, float] | None = None
        self._start: float | None = None  # clock time of the drawing's first point
        self.growing: GrowingStroke | None = None
        self.ink = self._history.ink
        """What is on the pad now."""

    @property
    def finished(self) -> Ink:
        """The ink without what the pointer is doing."""
        return self._history.ink

    @property
    def is_erasing(self) -> bool:
        """Whether the pointer erases now."""
        return self._eraser_at is not None

    @property
    def is_pen_down(self) -> bool:
        """Whether the pointer draws or erases now."""
        return self.growing is not None or self.is_erasing

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo; what the pointer is doing counts."""
        return self.is_pen_down or self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to redo; not while the pointer draws or erases."""
        return not self.is_pen_down and self._history.can_redo

    def replace(self, ink: Ink) -> None:
        """Put other ink in the place of what is finished, as a step of the history."""
        self._start = None
        self._history.do(ink)
        self.ink = ink

    def exchange(self, ink: Ink) -> None:
        """Put other ink in the place of what is finished, in the same step of the history."""
        self._start = None
        self._history.exchange(ink)
        self.ink = ink

    def undo(self) -> None:
        """Take back the last step, while the pointer is up."""
        self.ink = self._history.undo()

    def redo(self) -> None:
        """Make the step again that was taken back last, while the pointer is up."""
        self.ink = self._history.redo()

    def begin_stroke(self, width: float, seconds: float) -> None:
        """Begin a stroke of some width at some time on the pointer's clock."""
        strokes = self.finished.strokes
        if not strokes or self._start is None:
            self._start = seconds - (float(strokes[-1].points[-1, TIME]) if strokes else 0.0)
        self.growing = GrowingStroke(width)

    def draw_to(self, place: tuple[float, float], seconds: float, pressure: float | None) -> bool:
        """Let the stroke grow to a place; False where it is there already. Without a pressure, it keeps its last."""
        assert self.growing is not None
        assert self._start is not None
        points, seconds = self.growing.points, seconds - self._start
        if len(points):
            last_x, last_y, last_time, last_pressure = points[-1].tolist()
            if place == (last_x, last_y):
                return False
            seconds = max(seconds, last_time)
            pressure = last_pressure if pressure is None else pressure
        elif pressure is not None:
            pressure = min(pressure, MOUSE_PRESSURE)  # many a stylus reports a spike when it touches down
        self.growing.add(*place, seconds, MOUSE_PRESSURE if pressure is None else min(max(pressure, 0.0), 1.0))
        self.ink = self.finished.plus([self.growing.snapshot()])
        return True

    def begin_erasing(self, place: tuple[float, float]) -> None:
        """Put the eraser down; it erases with the first step."""
        self._eraser_at = place

    def erase_to(self, place: tuple[float, float]) -> Floats | None:
        """Move the eraser; returns its way, float64 (2, 2), or None where it met nothing."""
        assert self._eraser_at is not None
        path = np.array([self._eraser_at, place])
        self._eraser_at = place
        before, self.ink = self.ink, erase(self.ink, path, ERASER_RADIUS)
        return None if self.ink is before else path

    def finish(self, nearest: float) -> bool:
        """Make what the pointer did one step of the history; False where it is none.

        It is none where nothing was erased, or where the stroke lies on a dot drawn just before, as the second press of
        a double click does: where both together span no more than `nearest`.
        """
        before, done = self.finished, self.ink
        if self.growing is not None and before.strokes:
            left, top, right, bottom = Ink(done.strokes[-2:]).bounds
            if max(right - left, bottom - top) <= nearest:
                self.ink = before
        self.growing = self._eraser_at = None
        if self.ink is before:
            return False
        self._history.do(done)
        return True

    def cancel(self) -> None:
        """Go back to the ink before the press."""
        self.growing = self._eraser_at = None
        self.ink = self.finished
