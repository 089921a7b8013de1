"""What a network read of a drawing while it was made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.rejection import threshold
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
        accepted: whether what was there is accepted as a digit, bool (n,).
    """

    ink: Ink
    clock: Clock
    moments: Floats
    probabilities: NDArray[np.float64]
    accepted: NDArray[np.bool_]


def read_replay(ink: Ink, reader: Reader, false_rejection_rate: float | None = None) -> ReadReplay:
    """Read what was there at each moment; takes about a millisecond and a half for each.

    Args:
        ink: one stroke at least.
        reader: the network.
        false_rejection_rate: share of real digits that may be rejected, None to reject nothing.

    Raises:
        InputError: see `Reader.read_batch`.
    """
    clock = clock_of(ink)
    times = moments(clock, MOST_MOMENTS)
    drawn = [drawn_until(ink, clock, seconds) for seconds in times.tolist()]
    probabilities, scores = reader.read_batch(np.stack([render(each) for each in drawn]))
    lowest = threshold(reader.info.thresholds, false_rejection_rate)
    accepted = scores >= lowest
    if math.isfinite(lowest):
        accepted &= [not each.is_speck for each in drawn]
    return ReadReplay(ink, clock, times, probabilities, accepted)


def answers(probabilities: NDArray[np.float64], accepted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The most probable digit of each row, -1 where it is rejected, (n,); from (n, 10) and (n,)."""
    return np.where(accepted, probabilities.argmax(axis=1), -1)


def changes(probabilities: NDArray[np.float64], accepted: NDArray[np.bool_]) -> list[tuple[int, int | None]]:
    """Where the answer becomes another: row and digit, None where rejected, the first row among them; n ≥ 1 rows."""
    each = answers(probabilities, accepted)
    rows = [0, *(np.flatnonzero(np.diff(each)) + 1).tolist()]
    return [(row, int(each[row]) if accepted[row] else None) for row in rows]
