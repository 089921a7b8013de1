"""The second road to the network input: pictures that were pasted, dropped or opened.

A picture is made bright ink on dark paper; the ink is found, cut out, brought near MNIST's stroke width, fitted into
the 20×20 box and centred as drawn ink is. It is looked for twice, in the whole picture at a coarse scale, then in the
cut-out at a finer one, so that a small digit on a large page comes out as sharp as one that fills it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitpad.ink.raster.greys import Greys, resized, stroke_width, thickened
from digitpad.ink.raster.picture_file import plain
from digitpad.ink.raster.picture_ink import Search, bright_ink, find_ink, is_written, sheets
from digitpad.ink.raster.render import BOX, SIDE, STROKE, centred
from digitpad.ink.strokes import WHOLE, Box

_COARSE, _FINE, _THICK = 512, 320, 160
"""Longest sides, in pixels: of the picture in which ink is looked for, of the cut-out, of ink that is thickened."""

_MARGIN = 0.2
"""Paper around the cut-out, as a share of its longest side, as in MNIST with 4 of 20 pixels."""

_PHOTO = [Search(0.12, thinnest, edges=False, fattest=0.18) for thinnest in (0.0, 0.004, 0.006, 0.008, 0.012)]
"""How ink is looked for where nothing written is found in the whole picture: on a sheet of paper on a desk, in shadow,
among squares."""

_RIM = (30.0, 90.0), (0.0, 0.5)
"""Where the ink ends: at half its strength if its longest side is 90 pixels or more. At 30 pixels and below, where the
rim's grey stands for a part of a pixel, every grey belongs to it."""

_INK = 0.35
"""Coverage above which a pixel is ink when strokes are measured: less than half, for lines thinner than a pixel."""

_THINNEST = 1.5
"""Strokes thinner than this in the network input, in pixels, are thickened; less than 1 % of MNIST's are."""

_Place = tuple[int, int, int, int]
"""Top, left, bottom and right in pixels."""


@dataclass(frozen=True, eq=False)
class Written:
    """The ink in a picture, cut out.

    Attributes:
        cover: the share of each pixel that ink covers, float32 (h, w), 0 to 1.
        box: where the ink lies in the picture.
        area: where `cover` lies in it.
    """

    cover: Greys
    box: Box
    area: Box


def picture_input(image: Image.Image) -> NDArray[np.uint8]:
    """The network input for a picture of a digit.

    Ink may be dark on light, light on dark, or anything on nothing; the light may be uneven and the paper noisy, ruled,
    or a sheet on a desk.

    Args:
        image: any mode, any size; EXIF orientation is honoured, transparency too.

    Returns:
        uint8 (28, 28), 0 is paper, 255 is ink; all 0 where no ink is found.
    """
    return find_digit(image)[0]


def find_digit(image: Image.Image, within: Box = WHOLE) -> tuple[NDArray[np.uint8], Box]:
    """The network input as `picture_input` gives it, for a part of a picture, and where in the whole the ink lies.

    The box is `within` where no ink is found.
    """
    found = find_written(image, within)
    if found is None:
        return np.zeros((SIDE, SIDE), dtype=np.uint8), within
    return digit_input(found.cover), found.box


def find_written(image: Image.Image, within: Box = WHOLE) -> Written | None:
    """The ink in a part of a picture; None where there is none."""
    if min(image.size) == 0:
        return None
    page = _page(image)
    height, width = page.shape
    left, top = int(within[0] * width), int(within[1] * height)
    right, bottom = max(round(within[2] * width), left + 1), max(round(within[3] * height), top + 1)
    found = _found(page[top:bottom, left:right])
    if found is None:
        return None

    def shares(place: _Place) -> Box:
        row, column, end_row, end_column = place
        return (left + column) / width, (top + row) / height, (left + end_column) / width, (top + end_row) / height

    return Written(found[0], shares(found[1]), shares(found[2]))


def digit_input(cover: Greys) -> NDArray[np.uint8]:
    """The network input for a digit that covers pixels, as `Written.cover` has it; what is not 0 is the digit."""
    return centred(_fitted(cover))


def _found(page: Greys) -> tuple[Greys, _Place, _Place] | None:
    """The ink on a page, cut out, where it lies, and where what was cut out does; None where there is none.

    It is looked for on the whole page first, then as in a photo, then on what may be sheets of paper. Where nothing
    looks written, what was found first is taken.
    """
    first = None
    for rows, columns in _parts(page):
        part = page[rows, columns]
        small = _at_most(part, _COARSE)
        for search in (Search(), *_PHOTO):
            for is_inverted in (False, True):
                coarse = find_ink(255 - small if is_inverted else small, search)
                if coarse is None:
                    continue
                found = (rows.start, columns.start), 255 - part if is_inverted else part, coarse, search
                if is_written(coarse, search, may_be_bold=not is_inverted):
                    return _cut_out(*found)
                first = first or found
    return None if first is None else _cut_out(*first)


def _parts(page: Greys) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of the page, then of what may be a sheet of paper on it."""
    height, width = page.shape
    yield slice(0, height), slice(0, width)
    for top, left, bottom, right in sheets(_at_most(page, _COARSE)):
        yield slice(int(top * height), round(bottom * height)), slice(int(left * width), round(right * width))


def _cut_out(place: tuple[int, int], page: Greys, coarse: Greys, search: Search) -> tuple[Greys, _Place, _Place] | None:
    """The ink that was found on a page at a coarse scale, at a finer one, and where; the page itself is at `place`."""
    scale = max(page.shape) / max(coarse.shape)
    box = _box(coarse, 0.0)
    margin = _MARGIN * max(box[2] - box[0], box[3] - box[1]) + 1
    top, left = (max(0, int((low - margin) * scale)) for low in box[:2])
    bottom, right = (int((high + margin) * scale) + 1 for high in box[2:])
    part = page[top:bottom, left:right]
    ink = find_ink(_at_most(part, _FINE), search.within(max(part.shape) / max(page.shape)))
    if ink is None:
        return None
    scale, (row, column) = max(part.shape) / max(ink.shape), place
    first, second, last, end = (round(side * scale) for side in _box(ink, _INK * float(ink.max())))
    area = row + top, column + left, row + top + part.shape[0], column + left + part.shape[1]
    return ink, (row + top + first, column + left + second, row + top + last, column + left + end), area


def _page(image: Image.Image) -> Greys:
    """The picture in grey levels 0 to 255, ink brighter than paper, the longest side below 2 × `ENOUGH`."""
    image = plain(image)
    if image.mode != "RGBA" or image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("L")
    tones = np.asarray(image.convert("L"), dtype=np.float32)
    if image.mode == "RGBA":
        alpha = np.asarray(image.getchannel("A"), dtype=np.float32)
        if _is_ink(alpha, tones):
            return alpha
        paper = np.float32(np.median(tones[alpha > 127]) if (alpha > 127).any() else 0)
        tones = (paper + (tones - paper) * alpha / 255).astype(np.float32)
    return tones if bright_ink(_at_most(tones, _COARSE)) else 255 - tones


def _is_ink(alpha: Greys, tones: Greys) -> bool:
    """Whether what is not transparent is the ink itself, and not a sheet of paper with ink on it."""
    if np.ptp(alpha) < 32:
        return False
    solid = alpha > alpha.max() / 2
    top, left, bottom, right = _box(solid.astype(np.float32), 0.0)
    return bool(np.ptp(tones[solid]) < 64 or solid[top:bottom, left:right].mean() < 0.6)


def _fitted(ink: Greys) -> NDArray[np.float64]:
    """Ink in a box with a longest side of `BOX` pixels, its strokes not thinner than MNIST's."""
    top, left, bottom, right = _box(ink, 0.0)
    rim = np.interp(max(bottom - top, right - left), *_RIM) * ink.max()
    top, left, bottom, right = _box(ink, float(rim))
    ink = ink[top:bottom, left:right]
    longest = max(ink.shape)
    width = stroke_width(ink > _INK)
    if width * BOX / longest < _THINNEST:
        cell = -(-longest // _THICK)
        rows, columns = -(-ink.shape[0] // cell), -(-ink.shape[1] // cell)
        padded = np.pad(ink, ((0, rows * cell - ink.shape[0]), (0, columns * cell - ink.shape[1])))
        mask = padded.reshape(rows, cell, columns, cell).max(axis=(1, 3)) > _INK
        longest, width = max(mask.shape), max(width / cell, 1.0)
        radius = max((STROKE * longest - BOX * width) / (2 * (BOX - STROKE)), 0.0)
        ink = thickened(np.pad(mask, int(radius) + 2), radius)
        top, left, bottom, right = _box(ink, 0.5)
        ink = ink[top:bottom, left:right]
    scale = BOX / max(ink.shape)
    rows, columns = (round(length * scale) for length in ink.shape)
    return resized(ink, rows, columns).astype(np.float64)


def _box(ink: Greys, above: float) -> _Place:
    """Top, left, bottom and right of what is above a value, as a slice takes them."""
    rows, columns = np.flatnonzero((ink > above).any(axis=1)), np.flatnonzero((ink > above).any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _at_most(page: Greys, longest: int) -> Greys:
    scale = longest / max(page.shape)
    return page if scale >= 1 else resized(page, round(page.shape[0] * scale), round(page.shape[1] * scale))
