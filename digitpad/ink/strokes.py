"""Ink as strokes of points.

Coordinates are canvas units: the pad is a square of `PAD_SIDE` units, x to the right, y down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

PAD_SIDE = 1000.0
"""Side of the pad in canvas units."""

DOT = 1e-9
"""Ink that spans less than this, as a share of its farthest coordinate (of 1 unit, if that is larger), is a dot: scaled
up, it would be nothing but rounding."""

DEFAULT_WIDTH = 40.0
"""Pen width in canvas units for ink that states none."""

PEN_WIDTHS = (10, 120)
"""Narrowest and widest pen that the pad offers, in canvas units; digits drawn with either can still be made out."""

MOUSE_PRESSURE = 0.5
"""Pressure of a pointer that measures none; a pen at this pressure draws at its nominal width."""

X, Y, TIME, PRESSURE = range(4)
"""Columns of `Stroke.points`."""

_ENLARGED = 10
"""Pixels of a picture for each of the 28 of a network input, so that these stay squares."""

_SPECK = 1.25
"""What ink must span, in widths of its pen, to be more than a blob: its line is then 2.25 times as long as wide."""


@dataclass(frozen=True, eq=False)
class Stroke:
    """One pen-down to pen-up path.

    Attributes:
        points: float64 (n, 4), n ≥ 1, read-only: x and y in canvas units, time in seconds since the drawing's first
            point, pressure 0 to 1.
        width: pen width in canvas units at `MOUSE_PRESSURE`, above 0.
    """

    points: Floats
    width: float = DEFAULT_WIDTH

    @staticmethod
    def of(points: ArrayLike, width: float = DEFAULT_WIDTH) -> Stroke:
        """A stroke from rows of (x, y), (x, y, time) or (x, y, time, pressure).

        Raises:
            ValueError: no points, other columns, a coordinate that is not finite, or a width that is not above 0.
        """
        given = np.atleast_2d(np.asarray(points, dtype=np.float64))
        if given.size == 0 or given.ndim != 2 or not 2 <= given.shape[1] <= 4:
            raise ValueError("a stroke needs at least one point of two to four numbers")
        if not np.isfinite(given).all() or not (np.isfinite(width) and width > 0):
            raise ValueError("a stroke's coordinates and its width must be finite, and the width above 0")
        full = np.zeros((len(given), 4))
        full[:, PRESSURE] = MOUSE_PRESSURE
        full[:, : given.shape[1]] = given
        np.clip(full[:, PRESSURE], 0.0, 1.0, out=full[:, PRESSURE])
        full.flags.writeable = False
        return Stroke(full, float(width))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the centre line, in canvas units."""
        x, y = self.points[:, 0], self.points[:, 1]  # both at once would take eight times as long
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a part of a picture, as shares of its width and height."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a digit that was pasted, dropped or opened.

    Attributes:
        pixels: uint8 (h, w, 4), RGBA, to show on the pad.
        network_input: uint8 (28, 28), 255 is ink: what the network sees of it.
        crop: the part of it in which ink is looked for, where a person has set one.
        box: where the ink lies; the crop or the whole where none was found.
        cover: the share of each pixel that ink covers, float32 (h, w), 0 to 1, in a part of the picture.
        area: where that part lies.
    """

    pixels: NDArray[np.uint8]
    network_input: NDArray[np.uint8]
    crop: Box | None = None
    box: Box = WHOLE
    cover: NDArray[np.float32] | None = None
    area: Box = WHOLE

    @staticmethod
    def of_image(image: NDArray[np.uint8]) -> Picture:
        """A picture that the network sees as it is: uint8 (28, 28), 255 is ink."""
        shown = np.full((*image.shape, 4), 255, np.uint8)
        shown[..., :3] -= image[..., None]
        return Picture(shown.repeat(_ENLARGED, 0).repeat(_ENLARGED, 1), image)

    def part(self, box: tuple[float, float, float, float], network_input: NDArray[np.uint8]) -> Picture:
        """What lies in a box, in canvas units, with what the network sees of that, uint8 (28, 28)."""
        left, top, width, _ = self.place
        scale = self.pixels.shape[1] / width
        columns, rows = (
            slice(int(low * scale), math.ceil(high * scale))
            for low, high in ((box[0] - left, box[2] - left), (box[1] - top, box[3] - top))
        )
        return Picture(self.pixels[rows, columns], network_input)

    @property
    def place(self) -> tuple[float, float, float, float]:
        """Left, top, width and height in canvas units: as large as the pad holds it, in the middle."""
        height, width = self.pixels.shape[:2]
        scale = PAD_SIDE / max(height, width)
        return (PAD_SIDE - width * scale) / 2, (PAD_SIDE - height * scale) / 2, width * scale, height * scale


@dataclass(frozen=True, eq=False)
class Ink:
    """What is on the pad: strokes in the order they were made, or a picture. Never changes; every edit makes a new one.

    Drawing over a picture starts anew, so that what the network reads is either the one or the other.
    """

    strokes: tuple[Stroke, ...] = ()
    picture: Picture | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn and no picture is there."""
        return not self.strokes and self.picture is None

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the centre lines, in canvas units; all 0 where no stroke is."""
        if not self.strokes:
            return 0.0, 0.0, 0.0, 0.0
        low, high = self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @cached_property
    def boxes(self) -> Floats:
        """The bounds of each stroke, float64 (n, 4)."""
        return np.fromiter(chain.from_iterable(stroke.bounds for stroke in self.strokes), np.float64).reshape(-1, 4)

    @cached_property
    def widths(self) -> Floats:
        """The pen width of each stroke, float64 (n,)."""
        return np.fromiter((stroke.width for stroke in self.strokes), np.float64)

    @property
    def is_speck(self) -> bool:
        """Whether it spans so little, for the width of its pen, that nobody sees more than a dot or a blob in it."""
        if not self.strokes:
            return False
        left, top, right, bottom = self.bounds
        return max(right - left, bottom - top) < _SPECK * max(stroke.width for stroke in self.strokes)

    def replacing(self, replaced: Mapping[int, Sequence[Stroke]]) -> Ink:
        """This ink with other strokes in the place of some, which are given by their numbers."""
        counts = np.ones(len(self.strokes), np.intp)
        counts[list(replaced)] = [len(strokes) for strokes in replaced.values()]
        strokes = list(self.strokes)
        boxes, starts = np.repeat(self.boxes, counts, axis=0), np.cumsum(counts) - counts
        for number in sorted(replaced, reverse=True):
            strokes[number : number + 1] = replaced[number]
            for place, stroke in enumerate(replaced[number], starts[number]):
                boxes[place] = stroke.bounds
        ink = Ink(tuple(strokes), self.picture)
        ink.__dict__["boxes"] = boxes  # working them out anew takes as long as erasing in a crowd of strokes
        return ink

    def plus(self, strokes: Iterable[Stroke]) -> Ink:
        """This ink with more strokes on top; a picture gives way to them."""
        return Ink((*self.strokes, *strokes))


def pressure_width(width: float, pressure: Floats) -> Floats:
    """Line widths at given pressures: 0.4 of the nominal width at none, 1 at `MOUSE_PRESSURE`, 1.6 at full."""
    return width * (0.4 + 1.2 * pressure)
