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


def changes(probabilities: NDArray[np.float64], accepted: NDArray[np.bool_] | None = None) -> list[tuple[int, int]]:
    """Where the most probable digit becomes another: row and digit, the first row among them; (n, 10), n ≥ 1.

    Where rows are accepted as digits or not, bool (n,), they begin and end to be so at such a place too.
    """
    digits = probabilities.argmax(axis=1)
    answers = digits if accepted is None else np.where(accepted, digits, -1)
    rows = [0, *(np.flatnonzero(np.diff(answers)) + 1).tolist()]
    return [(row, int(digits[row])) for row in rows]
