"""The one road from ink to the 28×28 image that a network sees.

The network must see what MNIST's makers would have made of the drawing. LeCun et al., 'Gradient-based learning applied
to document recognition' (1998), section III.A: the digit is scaled, aspect ratio kept, into a 20×20 box, with grey
levels from antialiasing, and put into the 28×28 field by its centre of mass. Measured on MNIST's 60,000 training images:

- the longest side is 20 pixels in 99.98 % and 19 in the rest;
- the centre of mass lies at pixel index 14.0 (mean 14.007 and 13.996, spread 0.29) and within ±0.5 of it in 99.997 %:
  the digit was moved by whole pixels until its centre of mass lay nearest to index 14;
- the median stroke, area over half the perimeter, is 2.7 pixels wide.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.strokes import Floats, Ink, smooth

SIDE = 28
"""Side of the network input in pixels."""

BOX = 20
"""Longest side of the digit in it, in pixels."""

CENTRE = 14.0
"""Pixel index where MNIST puts the centre of mass."""

STROKE = 2.4
"""Width of a stroke in the network input, in pixels: pen digits drawn so have MNIST's median width of 2.7 by that measure,
which counts the grey rim too."""

_SPACING = 0.25
"""Distance of the discs that make up a line, in pixels: its edge waves by less than 0.006 pixels."""



def render(ink: Ink, stroke: float = STROKE) -> NDArray[np.uint8]:
    """The network input for some ink.

    The strokes' centre lines are scaled first and get their width afterwards, so that pen width, pressure, size and
    place of the drawing do not matter, but for rounding. Ink that spans less than half its pen's width is a dot and
    stays one.

    Args:
        ink: any ink; a picture brings its network input along.
        stroke: line width in the result, in pixels, above 0 and at most 6.

    Returns:
        uint8 (28, 28), 0 is paper, 255 is ink; all 0 for empty ink.
    """
    if ink.picture is not None:
        return ink.picture.network_input
    if not ink.strokes:
        return np.zeros((SIDE, SIDE), dtype=np.uint8)
    left, top, right, bottom = ink.bounds
    dot = max(s.width for s in ink.strokes) / 2
    scale = (BOX - stroke) / max(right - left, bottom - top, dot)
    origin = np.array([left, top]) - stroke / 2 / scale
    lines = [_discs((s.points[:, :2] - origin) * scale) for s in ink.strokes]
    return centred(_coverage(np.concatenate(lines), stroke / 2))


def centred(digit: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A digit moved by whole pixels to where MNIST has it.

    Args:
        digit: float (h, w), coverage 0 to 1; what is not 0 fits into 28×28.

    Returns:
        uint8 (28, 28) with the centre of mass at index 14 ± 0.5 each way, or as near as the digit's box allows
        without leaving the image; all 0 where there is no ink.
    """
    grey = np.rint(np.clip(digit, 0.0, 1.0) * 255)
    field = np.zeros((SIDE, SIDE), dtype=np.uint8)
    mass = grey.sum()
    if mass == 0:
        return field
    rows, columns = np.flatnonzero(grey.any(axis=1)), np.flatnonzero(grey.any(axis=0))
    grey = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    offsets = []
    for axis, length in enumerate(grey.shape):
        centre = float(grey.sum(axis=1 - axis) @ np.arange(length)) / float(mass)
        offsets.append(int(np.clip(np.floor(CENTRE - centre + 0.5), 0, SIDE - length)))
    row, column = offsets
    field[row : row + grey.shape[0], column : column + grey.shape[1]] = grey
    return field


def _discs(points: Floats) -> Floats:
    """Points at `_SPACING` along the smooth curve through a stroke; both in pixels, (n, 2) to (m, 2)."""
    curve = smooth(points, 2 * _SPACING)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    count = int(np.ceil(lengths[-1] / _SPACING)) + 1
    at = np.linspace(0.0, lengths[-1], count)
    return np.stack([np.interp(at, lengths, curve[:, 0]), np.interp(at, lengths, curve[:, 1])], axis=1)


def _coverage(centres: Floats, radius: float) -> Floats:
    """Share of each pixel of the 20×20 box that discs cover: 1 minus the distance outside the edge, antialiased.

    Pixel (i, j) has its middle at (i + 0.5, j + 0.5). Centres (n, 2) in pixels; returns float64 (20, 20).
    """
    reach = int(np.ceil(radius + 0.5))
    window = _window(reach)
    side = BOX + 2 * reach
    pixels = np.floor(centres).astype(np.intp)[:, None, :] + window
    distances = np.hypot(*np.moveaxis(pixels + 0.5 - centres[:, None, :], -1, 0))
    nearest = np.full(side * side, np.inf)
    flat = (pixels[..., 1] + reach) * side + pixels[..., 0] + reach
    np.minimum.at(nearest, np.clip(flat, 0, side * side - 1).ravel(), distances.ravel())
    box = nearest.reshape(side, side)[reach : reach + BOX, reach : reach + BOX]
    return np.clip(radius + 0.5 - box, 0.0, 1.0)


@lru_cache
def _window(reach: int) -> NDArray[np.intp]:
    steps = np.arange(-reach, reach + 1)
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
