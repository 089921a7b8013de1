"""Which parts of what is written may be a digit together.

A part is a stroke, a piece of one, or a connected piece of a picture. Parts are numbered from left to right by the
middle of their boxes. Plain Python throughout: while a stroke grows, this is done for every event of the pen, and NumPy
is slower on so few numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.strokes import Floats

MOST_PARTS = 60
"""More parts than this are no number: a drawing of so many strokes is read as one."""

_LARGEST = 4
"""Parts of a digit at most: a five of body and bar, a four of three strokes, a seven with bar and foot."""

APART, _ABOVE = 0.4, 0.6
"""Free space within a digit, in heights: beside one another, and above one another."""

_TALL, _TALL_APART = 0.75, 0.15
"""Two parts of such a height, so far apart, are no digit: neither is a bar or a dot of the other."""

_TALLEST, _WIDEST, _WIDEST_WITH_BAR = 2.4, 1.4, 2.0
"""Extent of a digit of several parts, in heights; a five's or seven's bar may reach far to the right."""

_BAR = 0.5
"""A part that is lower than this, in heights, may be a bar."""

Numbers = tuple[int, ...]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Group:
    """Parts that may be a digit.

    Attributes:
        parts: their numbers, ascending.
        box: left, top, right and bottom.
        gap: the widest free space between the parts, across and down together, in units of the boxes.
    """

    parts: Numbers
    box: Bounds
    gap: float

    @staticmethod
    def of(parts: Numbers, boxes: Sequence[Bounds]) -> Group:
        """A group of some parts, by the boxes of all."""
        own = [boxes[part] for part in parts]
        box = min(b[0] for b in own), min(b[1] for b in own), max(b[2] for b in own), max(b[3] for b in own)
        return Group(parts, box, _gap(own, 0) + _gap(own, 1))


def typical_height(boxes: Floats) -> float:
    """The height of a digit among parts with boxes, float64 (n, 4), n ≥ 1: that of a part that is no bar or dot."""
    heights = (boxes[:, 3] - boxes[:, 1]).tolist()
    highest = max(heights)
    return max(float(median(height for height in heights if height >= 0.5 * highest)), 1e-9)


def groups(boxes: Floats, order: NDArray[np.intp], pieces_of: NDArray[np.intp], apart: float = APART) -> list[Group]:
    """Groups that may be a digit each, every part alone among them.

    Parts belong together that follow one another in the order of writing, or from left to right: a bar may be drawn
    after the digits that follow.

    Args:
        boxes: float64 (n, 4), the parts from left to right.
        order: (n,), the numbers of the parts in the order in which they were written.
        pieces_of: (n,), the stroke that each part is a piece of; a stroke is a group too.
        apart: the widest free space between two parts of a group beside one another, in heights of a digit.
    """
    count, height = len(boxes), typical_height(boxes)
    bounds: list[Bounds] = [tuple(box) for box in boxes.tolist()]
    strokes: dict[int, list[int]] = {}
    for number, stroke in enumerate(pieces_of.tolist()):
        strokes.setdefault(stroke, []).append(number)
    found: dict[Numbers, Group] = {(number,): Group.of((number,), bounds) for number in range(count)}
    found |= {tuple(parts): Group.of(tuple(parts), bounds) for parts in strokes.values()}
    for sequence in (list(range(count)), order.tolist()):
        for size in range(2, _LARGEST + 1):
            for start in range(count - size + 1):
                parts = tuple(sorted(sequence[start : start + size]))
                if parts not in found and _is_plausible([bounds[part] for part in parts], height, apart):
                    found[parts] = Group.of(parts, bounds)
    return list(found.values())


def _gap(own: Sequence[Bounds], axis: int) -> float:
    """The widest free space between boxes, across (axis 0) or down (axis 1); 0 where there is none."""
    widest, reach = 0.0, -np.inf
    for box in sorted(own, key=lambda box: box[axis]):
        if reach > -np.inf:
            widest = max(widest, box[axis] - reach)
        reach = max(reach, box[axis + 2])
    return widest


def _is_plausible(own: Sequence[Bounds], height: float, apart: float) -> bool:
    has_bar = any(box[3] - box[1] < _BAR * height for box in own)
    if max(b[2] for b in own) - min(b[0] for b in own) > (_WIDEST_WITH_BAR if has_bar else _WIDEST) * height:
        return False
    if max(b[3] for b in own) - min(b[1] for b in own) > _TALLEST * height:
        return False
    if _gap(own, 0) > apart * height or _gap(own, 1) > _ABOVE * height:
        return False
    tall = [box for box in own if box[3] - box[1] > _TALL * height]
    return _gap(tall, 0) <= _TALL_APART * height
