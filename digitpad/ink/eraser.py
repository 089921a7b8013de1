"""The eraser: takes away what lies under its path and leaves the rest where it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.strokes import Floats, Ink, Stroke, smooth

FLAT_STEP = 4.0
"""Greatest distance between the points of a flattened stroke, in canvas units. A curve through points this near each
other stays within a tenth of it of the lines that join them."""

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
    near = _near(ink, path, radius)
    if not near.any():
        return ink
    left: list[Stroke] = []
    for stroke, close in zip(ink.strokes, near, strict=True):
        left += _cut(stroke, path, radius + stroke.width / 2) if close else [stroke]
    if len(left) == len(ink.strokes) and all(a is b for a, b in zip(left, ink.strokes, strict=True)):
        return ink
    return Ink(tuple(left))


def flatten(points: Floats) -> Floats:
    """The smooth curve of a stroke as points at most `FLAT_STEP` apart; (n, c) to (m, c).

    Points that lie so near already are returned as they are: flattening again must not add points without end.
    """
    if _lengths(points).max(initial=0.0) <= FLAT_STEP * 1.001:
        return points
    curve = smooth(points, FLAT_STEP)
    parts = np.maximum(np.ceil(_lengths(curve) / FLAT_STEP), 1.0)
    at = np.concatenate([[0.0], np.cumsum(parts)])
    return np.stack([np.interp(np.arange(at[-1] + 1), at, column) for column in curve.T], axis=1)


def _near(ink: Ink, path: Floats, radius: float) -> NDArray[np.bool_]:
    """Which strokes' bounds come near enough to the path's to be touched."""
    bounds = np.array([stroke.bounds for stroke in ink.strokes])
    reach = radius + np.array([stroke.width for stroke in ink.strokes])[:, None] / 2
    low, high = path.min(axis=0), path.max(axis=0)
    return np.asarray(((bounds[:, :2] - reach <= high) & (bounds[:, 2:] + reach >= low)).all(axis=1))


def _cut(stroke: Stroke, path: Floats, reach: float) -> list[Stroke]:
    """What is left of a stroke when everything nearer than `reach` to the path goes; itself where nothing does."""
    # the curve runs within a quarter of the longest line of the lines between its points
    if not _passes(stroke.points, path, reach + _lengths(stroke.points).max(initial=0.0) / 4):
        return [stroke]
    points = flatten(stroke.points)
    if len(points) == 1:
        points = np.repeat(points, 2, axis=0)
    starts, ends = _inside(points[:, :2], path, reach)
    if not len(starts):
        return [stroke]
    kept_from = np.concatenate([[0.0], ends])
    kept_to = np.concatenate([starts, [len(points) - 1.0]])
    pieces = (_between(points, a, b) for a, b in zip(kept_from, kept_to, strict=True) if b > a)
    return [Stroke.of(piece, stroke.width) for piece in pieces if _lengths(piece).sum() > _SHORTEST]


def _passes(points: Floats, path: Floats, reach: float) -> bool:
    """Whether some line between two points comes near the path's bounds: quick, and true a little too often."""
    low, high = path.min(axis=0) - reach, path.max(axis=0) + reach
    line = points[:, :2]
    start, end = (line[:-1], line[1:]) if len(line) > 1 else (line, line)
    return bool(((np.minimum(start, end) <= high) & (np.maximum(start, end) >= low)).all(axis=1).any())


def _inside(line: Floats, path: Floats, reach: float) -> tuple[Floats, Floats]:
    """Where a line runs nearer than `reach` to a path: starts and ends of disjoint intervals, in order.

    A place on the line is the number of the point before it plus the share of the way to the next, 0 to n - 1. The
    places that a piece of the eraser's path covers are a capsule, which is convex: two discs and the box between them,
    each of which a straight line crosses in one interval.
    """
    if len(path) == 1:
        path = np.repeat(path, 2, axis=0)
    a, d = line[:-1, None], np.diff(line, axis=0)[:, None]
    b, along = path[None, :-1], np.diff(path, axis=0)[None]
    length = np.hypot(along[..., 0], along[..., 1])
    moves = (length > _STILL)[..., None]
    unit = np.where(moves, along, 0.0) / np.where(moves, length[..., None], 1.0)
    parts = [_in_disc(a - b, d, reach), _in_disc(a - b - along, d, reach)]
    normal = np.stack([-unit[..., 1], unit[..., 0]], axis=-1)
    sides = _in_slab(((a - b) * normal).sum(-1), (d * normal).sum(-1), np.full_like(length, -reach), reach)
    ends = _in_slab(((a - b) * unit).sum(-1), (d * unit).sum(-1), np.zeros_like(length), length)
    parts.append((np.maximum(sides[0], ends[0]), np.minimum(sides[1], ends[1])))
    first, last = np.full(a.shape[:1] + b.shape[1:2], np.inf), np.full(a.shape[:1] + b.shape[1:2], -np.inf)
    for low, high in parts:
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
        crosses = low <= high
        first = np.where(crosses, np.minimum(first, low), first)
        last = np.where(crosses, np.maximum(last, high), last)
    segment, piece = np.nonzero(first <= last)
    return _merged(segment + first[segment, piece], segment + last[segment, piece])


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


def _between(points: Floats, start: float, end: float) -> Floats:
    """The part of a line between two places on it."""
    inner = np.arange(np.floor(start) + 1, np.ceil(end))
    places = np.concatenate([[start], inner, [end]])
    index = np.arange(len(points))
    return np.stack([np.interp(places, index, column) for column in points.T], axis=1)


def _lengths(points: Floats) -> Floats:
    steps = np.diff(points[:, :2], axis=0)
    return np.hypot(steps[:, 0], steps[:, 1])
