"""A stroke while it is being drawn."""

from __future__ import annotations

import numpy as np

from digitpad.ink.strokes import Floats, Stroke


class GrowingStroke:
    """Points that are added one by one, of which a snapshot costs the same however many there are."""

    def __init__(self, width: float) -> None:
        self.width = width
        self._rows = np.empty((256, 4))
        self._count = 0

    @property
    def points(self) -> Floats:
        """The points so far, as in `Stroke.points`; later ones do not change this array."""
        rows = self._rows[: self._count]
        rows.flags.writeable = False
        return rows

    def add(self, x: float, y: float, seconds: float, pressure: float) -> None:
        """Add a point, its columns as in `Stroke.points`."""
        if self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._count] = x, y, seconds, pressure
        self._count += 1

    def snapshot(self) -> Stroke:
        """The stroke as it is now; at least one point must have been added."""
        return Stroke(self.points, self.width)
