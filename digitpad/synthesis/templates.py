"""Templates: drawings written down as text, and drawn each time with other proportions.

A template is a drawing's points in the order in which a pen goes through them, in a box of about side 1, x to the right
and y down: 'x,y' for each, with blanks between them, and ';' between strokes. A number may be a range, 'low:high', from
which each drawing takes its own. Between points that turn by less than 75 degrees, rendering draws a curve.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.random import Generator

from digitpad.ink.strokes import Floats
from digitpad.synthesis.paths import Paths

_SPREAD = 0.018
"""Standard deviation of each coordinate, beside its range."""


def from_template(template: str, random: Generator) -> Paths:
    """A drawing by a template."""
    return [random.uniform(low, high) + random.normal(0, _SPREAD, low.shape) for low, high in _ranges(template)]


@cache
def _ranges(template: str) -> tuple[tuple[Floats, Floats], ...]:
    """The lowest and highest coordinates of each stroke's points: two arrays (n, 2)."""
    strokes = []
    for stroke in template.split(";"):
        numbers = [[_range(number) for number in point.split(",")] for point in stroke.split()]
        limits = np.array(numbers, dtype=np.float64)
        strokes.append((limits[..., 0], limits[..., 1]))
    return tuple(strokes)


def _range(number: str) -> tuple[float, float]:
    low, _, high = number.partition(":")
    return float(low), float(high or low)
