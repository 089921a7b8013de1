"""What a network read of a drawing while it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.raster.render import render
from digitpad.ink.replay import Clock, clock_of, drawn_until, moments
from digitpad.ink.strokes import Floats, Ink

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader

MOST_MOMENTS = 150


@dataclass(frozen=True, eq=False)
class ReadReplay:
    """Answers to what was there at each moment.

    Attributes:
        ink: the drawing.
        clock: when each of its points was drawn.
        moments: seconds since the first point, float64 (n,).
        probabilities: what the network says at each, float64 (n, 10).
    """

    ink: Ink
    clock: Clock
    moments: Floats
    probabilities: NDArray[np.float64]


def read_replay(ink: Ink, reader: Reader) -> ReadReplay:
    """Read what was there at each moment; takes about a millisecond and a half for each.

    Args:
        ink: one stroke at least.
        reader: the network.

    Raises:
        InputError: see `Reader.read_batch`.
    """
    clock = clock_of(ink)
    times = moments(clock, MOST_MOMENTS)
    images = np.stack([render(drawn_until(ink, clock, seconds)) for seconds in times.tolist()])
    return ReadReplay(ink, clock, times, reader.read_batch(images)[0])


def changes(probabilities: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Where the most probable digit becomes another: row and digit, the first row among them; (n, 10), n ≥ 1."""
    digits = probabilities.argmax(axis=1)
    rows = [0, *(np.flatnonzero(np.diff(digits)) + 1).tolist()]
    return [(row, int(digits[row])) for row in rows]
