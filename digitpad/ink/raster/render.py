"""The one road from ink to the 28×28 image that a network sees.

The network must see what MNIST's makers would have made of the drawing. LeCun et al., 'Gradient-based learning applied
to document recognition' (1998), section III.A: the digit is scaled, aspect ratio kept, into a 20×20 box, with grey
levels from antialiasing, and put into the 28×28 field by its centre of mass. Measured on MNIST's 60,000 training
images:

- the longest side is 20 pixels in 99.98 % and 19 in the rest;
- the centre of mass lies at pixel index 14.0 (mean 14.007 and 13.996, spread 0.29) and within ±0.5 of it in 99.997 %:
  the digit was moved by whole pixels until its centre of mass lay nearest to index 14;
- the median stroke, area over half the perimeter, is 2.7 pixels wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.geometry import interpolated, smooth_all, ways
from digitpad.ink.geometry import steps as steps_of
from digitpad.ink.strokes import Floats, Ink, Stroke

SIDE = 28
"""Side of the network input in pixels."""

BOX = 20
"""Longest side of the digit in it, in pixels."""

CENTRE = 14.0
"""Pixel index where MNIST puts the centre of mass."""

STROKE = 2.4
"""Width of a stroke in the network input, in pixels: pen digits drawn so have MNIST's median width of 2.7 by that
measure, which counts the grey rim too."""

_SPACING = 0.25
"""Distance of the discs that make up a line, in pixels: its edge waves by less than 0.007 pixels."""

_DOT = 1e-9
"""Ink that spans less than this, in canvas units, is a dot whatever its pen: its scale may be too large a number."""

_PART, _ROUND = 1000, 25_000
"""Discs drawn at once, on all pixels near them, and on their own alone: NumPy keeps Python's lock meanwhile, and the
window must not wait for a thousand strokes."""


def render(ink: Ink, stroke: float = STROKE) -> NDArray[np.uint8]:
    """The network input for some ink.

    The strokes' centre lines are scaled first and get their width afterwards, so that pen width, pressure, size and
    place of the drawing do not matter, but for rounding. Ink that spans less than half its pen's width, or
    next to nothing, is a dot and stays one.

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
    return centred(antialiased(ink, stroke))


def fit(ink: Ink, stroke: float = STROKE) -> tuple[float, float, float]:
    """How ink is scaled into the 20×20 box: its left, its top, and pixels a canvas unit.

    A point at (x, y) comes to lie at ((x - left) · scale + stroke / 2, (y - top) · scale + stroke / 2) in the box.
    """
    left, top, right, bottom = ink.bounds
    dot = max(s.width for s in ink.strokes) / 2
    return left, top, (BOX - stroke) / max(right - left, bottom - top, dot, _DOT)


def antialiased(ink: Ink, stroke: float = STROKE) -> Floats:
    """Ink of one stroke at least in the 20×20 box: how much of each pixel it covers, float64 (20, 20), 0 to 1."""
    # While a stroke grows, those before it stay as they are, and most often so does the scale.
    place = (*fit(ink, stroke), stroke)
    near = np.minimum(_finished(ink.strokes[:-1], *place), nearest(ink.strokes[-1:], *place))
    return covered(near, stroke)


def covered(squares: Floats, width: float) -> Floats:
    """How much of each pixel a line covers, 0 to 1, by `nearest` and its width in pixels."""
    cover: Floats = np.clip(width / 2 + 0.5 - np.sqrt(squares), 0.0, 1.0)
    return cover


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


def _discs(lines: Sequence[Floats]) -> Floats:
    """Points at `_SPACING` along the smooth curves through some strokes; all in pixels, (n, 2) each to (m, 2)."""
    curve, number = smooth_all(lines, 2 * _SPACING)
    steps = steps_of(curve)
    crosses = np.diff(number) > 0
    steps[crosses] = 1.0  # any length that keeps the end of one stroke apart from the start of the next
    way = ways(steps)
    first = np.flatnonzero(np.concatenate([[True], crosses]))
    last = np.flatnonzero(np.concatenate([crosses, [True]]))
    gaps = np.ceil((way[last] - way[first]) / _SPACING).astype(np.intp)
    counts = gaps + 1
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    each = np.repeat((way[last] - way[first]) / np.maximum(gaps, 1), counts)
    at = np.repeat(way[first], counts) + place * each
    return interpolated(curve, way, at)


@lru_cache(maxsize=2)
def _finished(strokes: tuple[Stroke, ...], left: float, top: float, scale: float, width: float) -> Floats:
    """`nearest`, remembered for the strokes that were there before the last."""
    return nearest(strokes, left, top, scale, width)


def nearest(
    strokes: Sequence[Stroke], left: float, top: float, scale: float, width: float, extent: int = BOX
) -> Floats:
    """Squared distance of each pixel of a square to the nearest disc of some strokes, infinite where none is near.

    Pixel (i, j) has its middle at (i + 0.5, j + 0.5).

    Args:
        strokes: the strokes; what lies outside the square when scaled is left out.
        left: canvas units become pixels by (x - left) · scale + width / 2.
        top: the same for y.
        scale: pixels a canvas unit.
        width: line width in pixels.
        extent: the side of the square in pixels.

    Returns:
        float64 (extent, extent).
    """
    if not strokes:
        return np.full((extent, extent), np.inf)
    centres = _discs([(stroke.points[:, :2] - (left, top)) * scale + width / 2 for stroke in strokes])
    return nearest_disc(centres, int(np.ceil(width / 2 + 0.5)), extent)


def nearest_disc(centres: Floats, reach: int, extent: int) -> Floats:
    """Squared distance of each pixel of a square to the nearest of some discs, infinite where none is near.

    Args:
        centres: x and y of each in pixels, float64 (n, 2); what lies outside the square is left out.
        reach: how many pixels from its own, each way, a disc is near.
        extent: the side of the square in pixels.

    Returns:
        float64 (extent, extent), y first.
    """
    centres = centres[((centres >= 0) & (centres < extent)).all(axis=1)]
    side = extent + 2 * reach
    near = np.zeros((side, side))  # the rim, which is cut off, needs no disc
    box = near[reach : reach + extent, reach : reach + extent]
    box[:] = np.inf
    is_open = np.ones((extent, extent), bool)
    for start in range(0, len(centres), _ROUND):
        part = centres[start : start + _ROUND]
        if start:
            is_open = _open_pixels(near, reach)
            column, row = np.floor(part).astype(np.intp).T
            others = is_open[row, column]
            _draw_discs(near, part[~others], 0, reach)
            part = part[others]
        for first in range(0, len(part), _PART):
            _draw_discs(near, part[first : first + _PART], reach, reach)
    return box.copy()


def _draw_discs(near: Floats, centres: Floats, reach: int, rim: int) -> None:
    """Bring the squared distances of pixels up to `reach` from discs up to date; `near` has a rim."""
    window = np.arange(-reach, reach + 1)
    pixels = np.floor(centres).astype(np.intp)[:, :, None] + window
    squares = (pixels + 0.5 - centres[:, :, None]) ** 2
    distances = squares[:, 1, :, None] + squares[:, 0, None, :]
    flat = (pixels[:, 1, :, None] + rim) * len(near) + (pixels[:, 0, None, :] + rim)
    np.minimum.at(near.reshape(-1), flat.ravel(), distances.ravel())


def _open_pixels(near: Floats, reach: int) -> NDArray[np.bool_]:
    """Whether a disc in each pixel could be the nearest to another pixel, which is nearer to it than to those so far.

    Where a long scribble has filled everything, its other discs matter to their own pixels alone.
    """
    extent = len(near) - 2 * reach
    is_open = np.zeros((extent, extent), bool)
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            if down or across:
                least = max(abs(down) - 0.5, 0.0) ** 2 + max(abs(across) - 0.5, 0.0) ** 2
                is_open |= near[reach + down :, reach + across :][:extent, :extent] > least
    return is_open
