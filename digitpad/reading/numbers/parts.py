"""What a number is made of: strokes, pieces of strokes, or pieces of a picture."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.geometry import along, part
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Floats, Ink, Stroke
from digitpad.reading.numbers.groups import Numbers

_STEPS = 96
"""Points of a stroke among which it is cut."""

_SAMPLES = 32
"""Points of a stroke among which the nearest to another's end is looked for."""

_OVERLAP, _LEAST, _LONG, _MOST_CUTS = 0.12, 0.35, 0.5, 4
"""In heights of a digit: how far what comes before a cut may reach over what comes after it, the least that either of
them spans, and a line between two digits in which there are two places to cut; and how often a stroke is cut."""


class Parts(Protocol):
    """What is to be taken together into digits."""

    @property
    def boxes(self) -> Floats:
        """Left, top, right and bottom of each part in canvas units, float64 (n, 4), from left to right by middles."""

    @property
    def order(self) -> NDArray[np.intp]:
        """The numbers of the parts in the order in which they were written, (n,)."""

    @property
    def pieces_of(self) -> NDArray[np.intp]:
        """The stroke or connected piece that each is a part of, (n,)."""

    @property
    def distances(self) -> Floats:
        """How near the ends of one part come to another, float64 (n, n); infinite between pieces of one stroke."""

    def image(self, group: Numbers) -> NDArray[np.uint8]:
        """What the network sees of a group, uint8 (28, 28)."""

    def key(self, group: Numbers) -> tuple[object, ...]:
        """What a reading of the group is remembered by."""

    def strokes(self, group: Numbers) -> tuple[int, ...]:
        """The numbers of the strokes that a group holds, of some perhaps a piece."""


@dataclass(frozen=True, eq=False)
class StrokeParts:
    """Strokes, or pieces of them, as `Parts`."""

    lines: tuple[Stroke, ...]
    boxes: Floats
    order: NDArray[np.intp]
    pieces_of: NDArray[np.intp]

    @staticmethod
    def of(pieces: Sequence[Sequence[Stroke]]) -> StrokeParts:
        """Parts from the pieces of each stroke, in the order in which they were written."""
        lines = [line for own in pieces for line in own]
        pieces_of = np.repeat(np.arange(len(pieces)), [len(own) for own in pieces])
        boxes = Ink(tuple(lines)).boxes
        from_left = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
        return StrokeParts(
            tuple(lines[i] for i in from_left), boxes[from_left], np.argsort(from_left), pieces_of[from_left]
        )

    @cached_property
    def distances(self) -> Floats:
        """How near the ends of one part come to the other, float64 (n, n), infinite between pieces of one stroke."""
        samples = np.stack(
            [line.points[np.linspace(0, len(line.points) - 1, _SAMPLES).astype(np.intp), :2] for line in self.lines]
        )
        ends = samples[:, [0, -1]]
        apart = np.hypot(*np.moveaxis(ends[:, None, :, None] - samples[None, :, None, :], -1, 0)).min(axis=(2, 3))
        near: Floats = np.minimum(apart, apart.T)
        near[self.pieces_of[:, None] == self.pieces_of] = np.inf
        return near

    def image(self, group: Numbers) -> NDArray[np.uint8]:
        """What the network sees of a group, uint8 (28, 28)."""
        return render(Ink(self.key(group)))

    def key(self, group: Numbers) -> tuple[Stroke, ...]:
        """The strokes of a group in the order in which they were written."""
        return tuple(self.lines[i] for i in self.order.tolist() if i in group)

    def strokes(self, group: Numbers) -> tuple[int, ...]:
        """The numbers of the strokes that a group holds, of some perhaps a piece."""
        return tuple(sorted(set(self.pieces_of[list(group)].tolist())))


def cut(stroke: Stroke, height: float) -> list[Stroke]:
    """The pieces of a stroke that may be digits written without lifting the pen; itself alone where there is no cut.

    It is cut where what comes before lies left of what comes after: in the middle of the line that joins them, or
    twice in a long one.

    Args:
        stroke: any stroke.
        height: of a digit, in canvas units.
    """
    points = along(stroke.points, _STEPS)
    if len(points) < _STEPS or np.ptp(points[:, 0]) < _LEAST * height:
        return [stroke]
    x, y = points[:, 0], points[:, 1]
    reached, following = np.maximum.accumulate(x), np.minimum.accumulate(x[::-1])[::-1]
    spans = [
        np.maximum(np.maximum.accumulate(side[0]) - np.minimum.accumulate(side[0]), _rise(side[1]))[::step]
        for side, step in (((x, y), 1), ((x[::-1], y[::-1]), -1))
    ]
    free = (reached - following < _OVERLAP * height) & (np.minimum(*spans) > _LEAST * height)
    places = []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(np.int8))).reshape(-1, 2)
    for start, end in edges.tolist():
        is_long = abs(x[end - 1] - x[start]) > _LONG * height
        places += [(2 * start + end) / 3, (start + 2 * end) / 3] if is_long else [(start + end - 1) / 2]
    shares = [0.0, *(place / (_STEPS - 1) for place in places[:_MOST_CUTS]), 1.0]
    return [
        Stroke.of(part(stroke.points, start, end), stroke.width)
        for start, end in itertools.pairwise(shares)
        if end > start
    ]


def _rise(values: Floats) -> Floats:
    rise: Floats = np.maximum.accumulate(values) - np.minimum.accumulate(values)
    return rise
