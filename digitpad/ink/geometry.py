"""Lines of points: their lengths, the smooth curve through them, and points elsewhere on them.

Points are rows of x, y and any further columns, which are carried along.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.strokes import Floats

FLAT_STEP = 4.0
"""Greatest distance between the points of a flattened stroke, in canvas units. A curve through points this near each
other stays within a tenth of it of the lines that join them."""

_CROSSING = 1e-4
"""How far a curve's stroke number is from a whole one where it crosses; the nearest that is has 0.5 / 24²."""

_CORNER_COSINE = np.cos(np.deg2rad(75))
"""A turn of more than 75 degrees at a point is a corner that was meant, and is not rounded off."""


def steps(points: Floats) -> Floats:
    """Distances from each point to the next; (n, c) to (n - 1,)."""
    apart = np.diff(points[:, :2], axis=0)
    return np.hypot(apart[:, 0], apart[:, 1])


def length(points: Floats) -> float:
    """Length along a line."""
    return float(steps(points).sum())


def ways(lengths: Floats) -> Floats:
    """How far each point lies along a line with steps of some lengths, from 0."""
    return np.concatenate([[0.0], np.cumsum(lengths)])


def interpolated(points: Floats, ways: Floats, at: Floats) -> Floats:
    """Points at some ways along a line, whose own points lie at `ways`, which rise; (n, c) and (k,) to (k, c)."""
    return np.stack([np.interp(at, ways, column) for column in points.T], axis=1)


def along(points: Floats, count: int) -> Floats:
    """The line with `count` points at equal distances along it; a line without length stays as it is."""
    way = ways(steps(points))
    return interpolated(points, way, np.linspace(0, way[-1], count)) if way[-1] > 0 else points


def part(points: Floats, start: float, end: float) -> Floats:
    """The piece of a line between two shares of its length, 0 ≤ start < end ≤ 1; a line without length stays."""
    way = ways(steps(points))
    if way[-1] <= 0:
        return points
    low, high = start * way[-1], end * way[-1]
    return interpolated(points, way, np.concatenate([[low], way[(way > low) & (way < high)], [high]]))


def between(points: Floats, start: float, end: float) -> Floats:
    """The piece of a line between two places, 0 ≤ start < end ≤ n - 1: numbers of points, with shares of a step."""
    places = np.array([start, end])
    before = np.floor(places).astype(np.intp)
    after = np.ceil(places).astype(np.intp)
    ends = points[before] + (places - before)[:, None] * (points[after] - points[before])
    return np.concatenate([ends[:1], points[before[0] + 1 : after[1]], ends[1:]])


def smooth(points: Floats, step: float) -> Floats:
    """The smooth curve through a stroke, as a polyline.

    Each inner point becomes a quadratic Bézier from the middle of the line before it to the middle of the line after
    it, with the point as control; corners sharper than 75 degrees stay. Piece i depends on points i-1, i, i+1 alone,
    so a growing stroke never changes what is already drawn, but for the line to its last point.

    Args:
        points: float64 (n, c).
        step: greatest distance between neighbours on the curve, in units of x and y, roughly kept.

    Returns:
        float64 (m, c), from the first point to the last.
    """
    if len(points) < 3:
        return points
    before, here, after = points[:-2], points[1:-1], points[2:]
    start, end = (before + here) / 2, (here + after) / 2
    arriving, leaving = (here - before)[:, :2], (after - here)[:, :2]
    lengths = np.hypot(*arriving.T), np.hypot(*leaving.T)
    cosine = (arriving * leaving).sum(axis=1)
    corner = cosine < _CORNER_COSINE * lengths[0] * lengths[1]
    counts = np.clip(np.ceil((lengths[0] + lengths[1]) / (2 * step)), 1, 24).astype(np.intp)
    counts += counts % 2  # an even number puts a sample on the control point's parameter, where a corner stands
    first = np.cumsum(counts) - counts
    piece = np.repeat(np.arange(len(here)), counts)
    t = (np.arange(len(piece)) - first[piece] + 1) / counts[piece]
    at_corner = corner[piece]
    curved = np.empty((len(piece) + 3, points.shape[1]))
    curved[0], curved[1], curved[-1] = points[0], start[0], points[-1]
    inner = curved[2:-1]
    rounded, before_it, behind = ~at_corner, at_corner & (t <= 0.5), at_corner & (t > 0.5)
    i, u = piece[rounded], t[rounded, None]
    inner[rounded] = (1 - u) ** 2 * start[i] + 2 * u * (1 - u) * here[i] + u**2 * end[i]
    i, u = piece[before_it], t[before_it, None]
    inner[before_it] = start[i] + (here - start)[i] * 2 * u
    i, u = piece[behind], t[behind, None]
    inner[behind] = here[i] + (end - here)[i] * (2 * u - 1)
    return curved


def smooth_all(lines: Sequence[Floats], step: float) -> tuple[Floats, NDArray[np.intp]]:
    """The smooth curves through several strokes, one after the other, and for each point the number of its stroke.

    One pass for all strokes, since Python's own time for each would hold up the window. The strokes are joined to one
    and told apart by one more column, their number: where it is between two numbers, the curve crosses from one stroke
    to the next. With its ends doubled, a stroke's curve is the same as alone.

    Args:
        lines: float64 (n, c) each, n ≥ 1; at least one line.
        step: as in `smooth`.
    """
    curve = smooth(np.column_stack(joined([np.concatenate([line[:1], line, line[-1:]]) for line in lines])), step)
    curve = curve[1:-1]  # the ends of the first and the last stroke would be there twice
    number = np.rint(curve[:, -1])
    inside = np.abs(curve[:, -1] - number) < _CROSSING
    return curve[inside, :-1], number[inside].astype(np.intp)


def distinct(numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """The different ones among numbers from 0 on, ascending.

    np.unique imports numpy.ma when it is first called, which takes 40 ms: the pen would wait for it.
    """
    return np.flatnonzero(np.bincount(numbers))


def flatten(lines: Sequence[Floats]) -> tuple[Floats, NDArray[np.intp]]:
    """The smooth curves of strokes as points at most `FLAT_STEP` apart, and for each point the number of its stroke.

    Strokes whose points lie so near already stay as they are: flattening again must not add points without end.

    Args:
        lines: float64 (n, c) each, n ≥ 1; at least one line.
    """
    points, number = joined(lines)
    far = distinct(number[1:][steps_within(points, number) > FLAT_STEP * 1.001])
    if not len(far):
        return points, number
    curve, of = smooth_all([lines[i] for i in far], FLAT_STEP)
    parts = ways(np.maximum(np.ceil(steps_within(curve, of) / FLAT_STEP), 1.0))
    at = np.arange(parts[-1] + 1)
    near = ~np.isin(number, far)
    points = np.concatenate([points[near], interpolated(curve, parts, at)])
    number = np.concatenate([number[near], far[of[np.searchsorted(parts, at, side="right") - 1]]])
    order = np.argsort(number, kind="stable")
    return points[order], number[order]


def joined(lines: Sequence[Floats]) -> tuple[Floats, NDArray[np.intp]]:
    """The points of several lines, one after the other, and for each the number of its line, from 0; not to be changed.

    A single line is not copied.
    """
    points = np.concatenate(lines) if len(lines) != 1 else lines[0]
    return points, np.repeat(np.arange(len(lines)), [len(line) for line in lines])


def steps_within(points: Floats, number: NDArray[np.intp]) -> Floats:
    """Distances from each point to the next of several lines, 0 from the last point of one to the first of another.

    Args:
        points: float64 (n, c).
        number: (n,), the number of the line that each point is of.
    """
    return np.where(np.diff(number) == 0, steps(points), 0.0)
