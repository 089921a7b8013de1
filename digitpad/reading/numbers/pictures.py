"""The connected pieces of a picture's ink, and pieces of those, as parts of a number."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.raster.greys import Greys, Mask, grown, labelled
from digitpad.ink.raster.picture import digit_input
from digitpad.ink.strokes import Floats, Picture
from digitpad.reading.numbers.groups import MOST_PARTS, Numbers, typical_height

_INK = 0.35
"""Coverage above which a pixel joins those round it to a connected piece; fainter ones belong to the piece beside."""

_LOW, _APART, _MOST_CUTS = 0.7, 0.12, 5
"""A piece is cut where its ink, column by column, is lower than this share of what rises at both sides; that far apart,
in heights of a digit; and so many times at most."""

_FINE = 40.0
"""Height of a digit in pixels above which the edges' noise is smoothed away; below, a gap is a column or two wide."""


@dataclass(frozen=True, eq=False)
class PictureParts:
    """Connected pieces of ink, or pieces of them, as `digitpad.reading.numbers.parts.Parts`."""

    cover: Greys
    masks: tuple[Mask, ...]
    boxes: Floats
    pieces_of: NDArray[np.intp]

    @staticmethod
    def of(picture: Picture, *, cuts: bool) -> PictureParts | None:
        """The connected pieces of a picture's ink, or what is left of them after cuts; None where there are too many.

        Args:
            picture: a picture with `cover`.
            cuts: whether pieces in which digits may touch are cut.
        """
        cover = picture.cover
        if cover is None:
            return None
        labels = labelled(cover > _INK)
        numbers = np.flatnonzero(np.bincount(labels.ravel()))[1:]
        if not 0 < len(numbers) <= MOST_PARTS:
            return None
        masks = [grown(labels == number, 1) & ((labels == number) | (labels == 0)) for number in numbers]
        pieces = [[mask] for mask in masks]
        if cuts:
            height = typical_height(np.array([_box(mask) for mask in masks]))
            pieces = [_cut(mask, cover, height) for mask in masks]
        lines = [mask for own in pieces for mask in own]
        if len(lines) > MOST_PARTS:
            return None
        boxes = np.array([_box(mask) for mask in lines])
        from_left = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
        pieces_of = np.repeat(np.arange(len(pieces)), [len(own) for own in pieces])
        return PictureParts(
            cover, tuple(lines[i] for i in from_left), _on_pad(boxes, picture)[from_left], pieces_of[from_left]
        )

    @property
    def order(self) -> NDArray[np.intp]:
        """From left to right: in which order a picture was written is not known."""
        return np.arange(len(self.masks))

    @property
    def distances(self) -> Floats:
        """Infinite: pieces do not touch, or come from a cut."""
        return np.full((len(self.masks), len(self.masks)), np.inf)

    def image(self, group: Numbers) -> NDArray[np.uint8]:
        """What the network sees of a group, uint8 (28, 28)."""
        mask = np.logical_or.reduce([self.masks[part] for part in group])
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        inside = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        return digit_input(np.where(mask[inside], self.cover[inside], np.float32(0)))

    def key(self, group: Numbers) -> tuple[object, ...]:
        """What a reading of the group is remembered by: of pictures, none is asked for again."""
        return self, group

    def strokes(self, group: Numbers) -> tuple[int, ...]:
        """A picture has no strokes."""
        del group
        return ()


def _cut(mask: Mask, cover: Greys, height: float) -> list[Mask]:
    """What a piece falls into at the lowest columns between higher ones; itself alone where there are none."""
    left, _, right, _ = (round(side) for side in _box(mask))
    ink = np.where(mask, cover, 0.0)[:, left:right].sum(axis=0)
    if height > _FINE:
        ink[1:-1] = (ink[:-2] + 2 * ink[1:-1] + ink[2:]) / 4
    apart = max(2, round(_APART * height))
    rises = np.minimum(np.maximum.accumulate(ink), np.maximum.accumulate(ink[::-1])[::-1])
    places: list[int] = []
    for column in np.argsort(ink, kind="stable").tolist():
        if ink[column] > _LOW * rises[column] or len(places) == _MOST_CUTS:
            continue
        if apart <= column < len(ink) - apart and all(abs(column - place) >= apart for place in places):
            places.append(column)
    pieces = _sliced(mask, [left + place for place in sorted(places)])
    return [piece for piece in pieces if (cover[piece] > _INK).any()]


def _sliced(mask: Mask, columns: Sequence[int]) -> list[Mask]:
    """A mask cut in front of some columns."""
    ends = [0, *columns, mask.shape[1]]
    pieces = []
    for start, end in itertools.pairwise(ends):
        piece = np.zeros_like(mask)
        piece[:, start:end] = mask[:, start:end]
        pieces.append(piece)
    return pieces


def _box(mask: Mask) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a mask in pixels."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _on_pad(boxes: Floats, picture: Picture) -> Floats:
    """Boxes in pixels of a picture's `cover` in canvas units."""
    assert picture.cover is not None
    height, width = picture.cover.shape
    left, top, across, down = picture.place
    first, start, last, end = picture.area
    scale = np.array([(last - first) * across / width, (end - start) * down / height] * 2)
    placed: Floats = boxes * scale + np.array([left + first * across, top + start * down] * 2)
    return placed
