"""The eraser: takes away what lies under its path and leaves the rest where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.geometry import between, distinct, flatten, joined
from digitpad.ink.strokes import Floats, Ink, Stroke

_Numbers = TypeVar("_Numbers", Floats, NDArray[np.intp])

_SHORTEST = 1e-6
"""Pieces shorter than this, in canvas units, are what rounding leaves where the eraser's edge touches a point."""

_TOUCH = 1e-9
"""Shares of a step, of `FLAT_STEP` units at most, that are no cut: ends that were cut touch the eraser's edge again."""

_LONG, _STRAIGHT = 2000, 0.5
"""Points above which a stroke is flattened only where it is cut; and how far a point lies from the middle of its
lines' middles, in canvas units, where that may begin and end: the smooth curve there moves by less than half of it."""

_STILL = 1e-9
"""Ways shorter than this, in canvas units, lead nowhere: a share of one may be too large a number to be worked out."""


def erase(ink: Ink, path: Floats, radius: float) -> Ink:
    """Ink without what lies under an eraser that moved along a path.

    A round eraser takes every place where a nominally wide line would show under it: what is nearer to its path than
    `radius` plus half the pen's width. Strokes are cut where they cross that edge. A stroke that is cut is first
    replaced by its smooth curve, a long one round the cuts, so that what remains of it does not move.

    Args:
        ink: any ink; of a picture nothing is erased.
        path: float64 (n, 2), n ≥ 1: where the eraser's middle went, in canvas units, joined by straight lines.
        radius: the eraser's radius in canvas units, at least 0.

    Returns:
        The ink that is left, in which strokes that were not touched are the same objects; `ink` itself where none was.
    """
    if not ink.strokes:
        return ink
    low, high = path.min(axis=0), path.max(axis=0)
    reach = radius + ink.widths / 2
    meets = (ink.boxes[:, :2] <= high + reach[:, None]) & (ink.boxes[:, 2:] >= low - reach[:, None])
    near = np.flatnonzero(meets.all(axis=1))
    if not len(near):
        return ink
    lines = [ink.strokes[i].points for i in near]
    lines = [points if len(points) > 1 else np.concatenate([points, points]) for points in lines]
    points, number = joined(lines)
    touched = _near(points, path, float(reach[near].max()))
    crossed = distinct(number[touched])
    if not len(crossed):
        return ink
    near = near[crossed]
    first = np.searchsorted(number, [crossed, crossed + 1])
    points, number = _flattened([lines[i] for i in crossed], [touched[a:b] for a, b in first.T])
    starts, ends = _inside(points[:, :2], number, path, reach[near])
    deep = ends - starts > _TOUCH
    starts, ends = starts[deep], ends[deep]
    cut = number[starts.astype(np.intp)]
    left = {}
    for i in distinct(cut).tolist():
        first, last = np.searchsorted(number, (i, i + 1))
        kept_from, kept_to = [first, *ends[cut == i]], [*starts[cut == i], last - 1]
        pieces = (between(points, a, b) for a, b in zip(kept_from, kept_to, strict=True) if b > a)
        strokes = (Stroke(piece, ink.strokes[near[i]].width) for piece in pieces)
        left[int(near[i])] = [stroke for stroke in strokes if _extent(stroke) > _SHORTEST]
    return ink.replacing(left) if left else ink


def _extent(stroke: Stroke) -> float:
    left, top, right, bottom = stroke.bounds
    return max(right - left, bottom - top)


def _flattened(lines: Sequence[Floats], touched: Sequence[NDArray[np.bool_]]) -> tuple[Floats, NDArray[np.intp]]:
    """Lines as `flatten` gives them, but long ones flat only round the points that are touched."""
    spans = [_spans(points, near) for points, near in zip(lines, touched, strict=True)]
    cut = [points[first:end] for points, of_line in zip(lines, spans, strict=True) for first, end in of_line]
    curves, number = flatten(cut)
    flat = iter(np.split(curves, np.searchsorted(number, np.arange(1, len(cut)))))
    whole = []
    for points, of_line in zip(lines, spans, strict=True):
        ends = [0, *(end for _, end in of_line)]
        pieces = [
            piece for end, (first, _) in zip(ends, of_line, strict=False) for piece in (points[end:first], next(flat))
        ]
        whole.append(np.concatenate([*pieces, points[ends[-1] :]]))
    return joined(whole)


def _spans(points: Floats, touched: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The parts of a line to flatten, as slices take them: the whole, or round the points that are touched."""
    if len(points) <= _LONG:
        return [(0, len(points))]
    x, y = np.diff(points[:, :2].T, n=2)
    edges = np.flatnonzero(np.concatenate([[True], x * x + y * y < (4 * _STRAIGHT) ** 2, [True]]))
    opens, closes = np.flatnonzero(np.diff(touched, prepend=False, append=False)).reshape(-1, 2).T
    firsts = edges[np.maximum(np.searchsorted(edges, opens) - 1, 0)]
    lasts = edges[np.minimum(np.searchsorted(edges, closes), len(edges) - 1)]
    return [(int(first), int(last) + 1) for first, last in zip(*_merged(firsts, lasts), strict=True)]


def _near(points: Floats, path: Floats, reach: float) -> NDArray[np.bool_]:
    """Which points' lines to their neighbours, and curves along them, come near the path: quick, and a few too many."""
    misses = np.zeros(len(points), np.bool_)
    for axis in range(2):
        before = points[:, axis] < path[:, axis].min() - reach
        behind = points[:, axis] > path[:, axis].max() + reach
        for beyond in (np.pad(before, 1, mode="edge"), np.pad(behind, 1, mode="edge")):
            misses |= beyond[:-2] & beyond[1:-1] & beyond[2:]
    return ~misses


def _inside(line: Floats, number: NDArray[np.intp], path: Floats, reach: Floats) -> tuple[Floats, Floats]:
    """Where lines run nearer to a path than they reach: starts and ends of disjoint intervals, in order.

    A place on the lines is the number of the point before it plus the share of the way to the next, 0 to n - 1. The
    places that a piece of the eraser's path covers are a capsule, which is convex: two discs and the box between them,
    each of which a straight line crosses in one interval.

    Args:
        line: float64 (n, 2), the points of all lines.
        number: (n,), the number of the line that each is of, from 0.
        path: float64 (m, 2), m ≥ 1.
        reach: float64, how far each line reaches.
    """
    if len(path) == 1:
        path = np.concatenate([path, path])
    near = np.flatnonzero(_near(line, path, float(reach.max()))[:-1] & (np.diff(number) == 0))
    reach = reach[number[near], None]
    a = line[near, None]
    d = line[near + 1, None] - a
    b, along = path[None, :-1], np.diff(path, axis=0)[None]
    reaches = np.hypot(along[..., 0], along[..., 1])
    moves = (reaches > _STILL)[..., None]
    unit = along / np.where(moves, reaches[..., None], np.inf)
    parts = [_in_disc(a - b, d, reach), _in_disc(a - b - along, d, reach)]
    normal = np.stack([-unit[..., 1], unit[..., 0]], axis=-1)
    sides = _in_slab(((a - b) * normal).sum(-1), (d * normal).sum(-1), -reach, reach)
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


def _in_disc(start: Floats, way: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """Between which shares of the way a point from `start` is nearer than `radius` to 0; low above high: nowhere."""
    a = (way**2).sum(-1)
    b = (start * way).sum(-1)
    c = (start**2).sum(-1) - radius**2
    moves = a > _STILL**2
    a = np.where(moves, a, 1.0)
    root = b**2 - a * c
    half = np.sqrt(np.abs(root)) / a
    low, high = np.where(moves, -b / a - half, -np.inf), np.where(moves, -b / a + half, np.inf)
    outside = np.where(moves, root <= 0, c >= 0)
    return np.where(outside, np.inf, low), np.where(outside, -np.inf, high)


def _in_slab(start: Floats, way: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Between which shares of the way a number from `start` lies between two; low above high: nowhere."""
    moves = np.abs(way) > _STILL
    speed = np.where(moves, way, np.inf)
    one, other = (low - start) / speed, (high - start) / speed
    first = np.where(moves, np.minimum(one, other), -np.inf)
    last = np.where(moves, np.maximum(one, other), np.inf)
    outside = ~moves & ((start <= low) | (start >= high))
    return np.where(outside, np.inf, first), np.where(outside, -np.inf, last)


def _merged(starts: _Numbers, ends: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Intervals joined where they overlap or touch, in order."""
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    opens = np.concatenate([[True], starts[1:] > ends[:-1]])[: len(starts)]
    closes = np.concatenate([opens[1:], [True]])[: len(starts)]
    return starts[opens], ends[closes]
