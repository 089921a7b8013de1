"""The steps of `digitpad.ink.raster.render`, one by one, and other ways from ink to 28×28 pixels to compare it with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.raster.render import BOX, SIDE, STROKE, antialiased, centred, covered, fit, nearest
from digitpad.ink.strokes import PAD_SIDE, Floats, Ink

_SMALLEST = 1e-9  # what ink spans at least, in canvas units, where something is divided by it


@dataclass(frozen=True, eq=False)
class Steps:
    """What becomes of strokes on their way to the network.

    Attributes:
        box: left, top, right and bottom of the strokes' centre lines, in canvas units.
        scale: pixels a canvas unit.
        scaled: the points of each stroke in the 20×20 box, in pixels, float64 (n, 2) each.
        antialiased: how much of each pixel of the box is covered, float64 (20, 20), 0 to 1.
        centred: the network input, uint8 (28, 28), 255 is ink.
    """

    box: tuple[float, float, float, float]
    scale: float
    scaled: tuple[Floats, ...]
    antialiased: Floats
    centred: NDArray[np.uint8]


def steps(ink: Ink) -> Steps:
    """The steps that `render` takes for ink of one stroke at least."""
    left, top, scale = fit(ink)
    scaled = tuple((stroke.points[:, :2] - (left, top)) * scale + STROKE / 2 for stroke in ink.strokes)
    cover = antialiased(ink)
    return Steps(ink.bounds, scale, scaled, cover, centred(cover))


def whole_pad(ink: Ink) -> NDArray[np.uint8]:
    """Strokes as wide as they were drawn, with the whole pad shrunk to 28×28: what most drawing programs would send.

    Returns:
        uint8 (28, 28), 255 is ink.
    """
    return _grey(_drawn(ink, 0.0, 0.0, SIDE / PAD_SIDE, SIDE))


def boxed(ink: Ink) -> NDArray[np.uint8]:
    """Strokes as wide as they were drawn, in a 20×20 box whose middle is the middle of the image.

    Returns:
        uint8 (28, 28), 255 is ink.
    """
    digit = _boxed(ink)
    image = np.zeros((SIDE, SIDE), np.uint8)
    margin = (SIDE - BOX) // 2
    image[margin:-margin, margin:-margin] = _grey(digit)
    return image


def boxed_and_centred(ink: Ink) -> NDArray[np.uint8]:
    """Strokes as wide as they were drawn, in a 20×20 box, moved to their centre of mass: what MNIST's makers did.

    Returns:
        uint8 (28, 28), 255 is ink.
    """
    return centred(_boxed(ink))


def centre_of_mass(image: NDArray[np.uint8]) -> tuple[float, float]:
    """Where ink balances, x and y in pixels from the image's top left corner; of an image (h, w) with some ink."""
    grey = image.astype(np.float64)
    x, y = (grey.sum(axis=axis) @ (np.arange(grey.shape[1 - axis]) + 0.5) / grey.sum() for axis in (0, 1))
    return float(x), float(y)


def _boxed(ink: Ink) -> Floats:
    """Ink with its width fitted into the 20×20 box and put in the box's middle."""
    left, top, right, bottom = ink.bounds
    width = max(stroke.width for stroke in ink.strokes)
    span = max(right - left, bottom - top, _SMALLEST) + width
    return _drawn(ink, (left + right - span) / 2, (top + bottom - span) / 2, BOX / span, BOX)


def _drawn(ink: Ink, left: float, top: float, scale: float, extent: int) -> Floats:
    """Coverage of a square's pixels, float64 (extent, extent), by strokes as wide as they were drawn.

    A canvas unit is `scale` pixels, and the square's corner is at `left`, `top`. Pressure is left out.
    """
    cover = np.zeros((extent, extent))
    for width in sorted({stroke.width for stroke in ink.strokes}):
        pixels = width * scale
        strokes = [stroke for stroke in ink.strokes if stroke.width == width]
        near = nearest(strokes, left + width / 2, top + width / 2, scale, pixels, extent)
        np.maximum(cover, covered(near, pixels) * min(pixels, 1.0), out=cover)  # a thin line covers no whole pixel
    return cover


def _grey(cover: Floats) -> NDArray[np.uint8]:
    return np.rint(cover * 255).astype(np.uint8)
