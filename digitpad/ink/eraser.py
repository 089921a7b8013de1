"""The eraser: takes away what lies under its path and leaves the rest where it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.geometry import between, flatten, length, steps
from digitpad.ink.strokes import Floats, Ink, Stroke

_SHORTEST = 1e-6
"""Pieces shorter than this, in canvas units, are what rounding leaves where the eraser's edge touches a point."""

_STILL = 1e-9
"""Ways shorter than this, in canvas units, lead nowhere: a share of one may be too large a number to be worked out."""


def erase(ink: Ink, path: Floats, radius: float) -> Ink:
    """Ink without what lies under an eraser that moved along a path.

    A round eraser takes every place where a nominally wide line would show under it: what is nearer to its path than
    `radius` plus half the pen's width. Strokes are cut where they cross that edge. A stroke that is cut is first
    replaced by its smooth curve, so that what remains of it does not move.

    Args:
        ink: any ink; of a picture nothing is erased.
        path: float64 (n, 2), n ≥ 1: where the eraser's middle went, in canvas units, joined by straight lines.
        radius: the eraser's radius in canvas units, at least 0.

    Returns:
        The ink that is left, in which strokes that were not touched are the same objects; `ink` itself where none was.
    """
    if not ink.strokes:
        return ink
    reach = radius + ink.widths / 2
    low, high = path.min(axis=0) - reach[:, None], path.max(axis=0) + reach[:, None]
    near = np.flatnonzero(((ink.boxes[:, :2] <= high) & (ink.boxes[:, 2:] >= low)).all(axis=1)).tolist()
    cut = {i: pieces for i in near if (pieces := _cut(ink.strokes[i], path, float(reach[i]))) is not None}
    return Ink(tuple(left for i, stroke in enumerate(ink.strokes) for left in cut.get(i, (stroke,)))) if cut else ink


def _cut(stroke: Stroke, path: Floats, reach: float) -> list[Stroke] | None:
    """What is left of a stroke when everything nearer than `reach` to the path goes; None where nothing does."""
    # the curve runs within a quarter of the longest line of the lines between its points
    if not len(_near(stroke.points, path, reach + steps(stroke.points).max(initial=0.0) / 4)):
        return None
    points = flatten(stroke.points)
    if len(points) == 1:
        points = np.repeat(points, 2, axis=0)
    starts, ends = _inside(points[:, :2], path, reach)
    if not len(starts):
        return None
    kept_from = np.concatenate([[0.0], ends])
    kept_to = np.concatenate([starts, [len(points) - 1.0]])
    pieces = (between(points, a, b) for a, b in zip(kept_from, kept_to, strict=True) if b > a)
    return [Stroke.of(piece, stroke.width) for piece in pieces if length(piece) > _SHORTEST]


def _near(points: Floats, path: Floats, reach: float) -> NDArray[np.intp]:
    """Numbers of the points from which the line to the next comes near the path's bounds: quick, and a few too many."""
    low, high = path.min(axis=0) - reach, path.max(axis=0) + reach
    line = points[:, :2]
    start, end = (line[:-1], line[1:]) if len(line) > 1 else (line, line)
    return np.flatnonzero(((np.minimum(start, end) <= high) & (np.maximum(start, end) >= low)).all(axis=1))


def _inside(line: Floats, path: Floats, reach: float) -> tuple[Floats, Floats]:
    """Where a line runs nearer than `reach` to a path: starts and ends of disjoint intervals, in order.

    A place on the line is the number of the point before it plus the share of the way to the next, 0 to n - 1. The
    places that a piece of the eraser's path covers are a capsule, which is convex: two discs and the box between them,
    each of which a straight line crosses in one interval.
    """
    if len(path) == 1:
        path = np.repeat(path, 2, axis=0)
    near = _near(line, path, reach)
    a = line[near, None]
    d = line[near + 1, None] - a
    b, along = path[None, :-1], np.diff(path, axis=0)[None]
    reaches = np.hypot(along[..., 0], along[..., 1])
    moves = (reaches > _STILL)[..., None]
    unit = np.where(moves, along, 0.0) / np.where(moves, reaches[..., None], 1.0)
    parts = [_in_disc(a - b, d, reach), _in_disc(a - b - along, d, reach)]
    normal = np.stack([-unit[..., 1], unit[..., 0]], axis=-1)
    sides = _in_slab(((a - b) * normal).sum(-1), (d * normal).sum(-1), np.full_like(reaches, -reach), reach)
    ends = _in_slab(((a - b) * unit).sum(-1), (d * unit).sum(-1), np.zeros_like(reaches), reaches)
    parts.append((np.maximum(sides[0], ends[0]), np.minimum(sides[1], ends[1])))
    first, last = np.full(a.shape[:1] + b.shape[1:2], np.inf), np.full(a.shape[:1] + b.shape[1:2], -np.inf)
    for low, high in parts:
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
        crosses = low <= high
        first = np.where(crosses, np.minimum(first, low), first)
        last = np.where(crosses, np.maximum(last, high), last)
    segment, piece = np.nonzero(first <= last)
    return _merged(near[segment] + first[segment, piece], near[segment] + last[segment, piece])


def _in_disc(start: Floats, way: Floats, radius: float) -> tuple[Floats, Floats]:
    """Between which shares of the way a point from `start` is nearer than `radius` to 0; low above high: nowhere."""
    a = (way**2).sum(-1)
    b = (start * way).sum(-1)
    c = (start**2).sum(-1) - radius**2
    moves = a > _STILL**2
    a = np.where(moves, a, 1.0)
    root = b**2 - a * c
    half = np.sqrt(np.maximum(root, 0.0)) / a
    low, high = np.where(moves, -b / a - half, -np.inf), np.where(moves, -b / a + half, np.inf)
    outside = np.where(moves, root <= 0, c >= 0)
    return np.where(outside, np.inf, low), np.where(outside, -np.inf, high)


def _in_slab(start: Floats, way: Floats, low: Floats, high: Floats | float) -> tuple[Floats, Floats]:
    """Between which shares of the way a number from `start` lies between two; low above high: nowhere."""
    moves = np.abs(way) > _STILL
    speed = np.where(moves, way, 1.0)
    one, other = (low - start) / speed, (high - start) / speed
    first = np.where(moves, np.minimum(one, other), -np.inf)
    last = np.where(moves, np.maximum(one, other), np.inf)
    outside = ~moves & ((start <= low) | (start >= high))
    return np.where(outside, np.inf, first), np.where(outside, -np.inf, last)


def _merged(starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """Intervals joined where they overlap or touch, in order."""
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    opens = np.concatenate([[True], starts[1:] > ends[:-1]])[: len(starts)]
    closes = np.concatenate([opens[1:], [True]])[: len(starts)]
    return starts[opens], ends[closes]
