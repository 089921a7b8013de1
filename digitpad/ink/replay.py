"""Ink in time: when each point was drawn, and what was there at a moment."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from digitpad.ink.geometry import interpolated, steps, ways
from digitpad.ink.strokes import TIME, Floats, Ink, Stroke

Clock = tuple[Floats, ...]
"""When each point of each stroke was drawn, float64 (n,) each: seconds since the first, rising."""

LONGEST_PAUSE = 0.5
"""Seconds between two strokes at most: what a person waited longer is left out."""

_PAUSE = 0.2  # seconds between two strokes without times
_SPEED = 1200.0  # canvas units a second, for a stroke without times: a quick hand's


def clock_of(ink: Ink) -> Clock:
    """When each point was drawn.

    Strokes that carry no times, as those of many files, get those of a hand that moves evenly; strokes that were drawn
    before the one they follow, as after an undo, come after it.
    """
    clock: list[Floats] = []
    end, before = 0.0, 0.0
    for number, stroke in enumerate(ink.strokes):
        times = np.maximum.accumulate(stroke.points[:, TIME])
        has_times = len(times) == 1 or times[-1] > times[0]
        pause = float(np.clip(times[0] - before, 0.0, LONGEST_PAUSE)) if has_times else _PAUSE
        before = float(times[-1])
        if not has_times:
            times = ways(steps(stroke.points)) / _SPEED
        clock.append(times - times[0] + end + (pause if number else 0.0))
        end = float(clock[-1][-1])
    return tuple(clock)


def moments(clock: Clock, most: int) -> Floats:
    """Moments at equal distances from the first point to the last, about 30 a second: float64 (n,), 1 ≤ n ≤ `most`."""
    end = float(clock[-1][-1]) if clock else 0.0
    return np.linspace(0.0, end, int(np.clip(round(end * 30) + 1, 1, most)))


def drawn_until(ink: Ink, clock: Clock, seconds: float) -> Ink:
    """What was drawn at a moment: whole strokes, and the last one as far as the pen was, one point at least."""
    count = bisect_right([float(times[0]) for times in clock], seconds)
    if not count:
        return Ink()
    stroke, times = ink.strokes[count - 1], clock[count - 1]
    if seconds >= times[-1]:
        return Ink(ink.strokes[:count])
    last = int(np.searchsorted(times, seconds, side="right"))
    pen = interpolated(stroke.points, times, np.array([seconds]))
    return Ink((*ink.strokes[: count - 1], Stroke(np.concatenate([stroke.points[:last], pen]), stroke.width)))
