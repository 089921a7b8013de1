"""Finding the ink in a picture: even out the light, tell ink from paper, drop specks, desk, sheet and ruling.

All pictures here are float32 (h, w), grey levels 0 to 255 or coverage 0 to 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from digitpad.ink.raster.greys import (
    GRID,
    Greys,
    Mask,
    connected_parts,
    cut_into_cells,
    enlarged,
    extended,
    grown,
    labelled,
    opened,
    otsu,
    shrunk,
    stretched,
    stroke_width,
)

_SHEET, _SHEETS = 0.08, 3
"""Least share of the picture that a sheet of paper covers, and how many are looked at."""

_SMALLEST, _SOLID, _LONGEST, _LONGEST_CUT = 0.06, 0.1, 7.0, 4.2
"""What is written spans more than the first as a share of the picture; a pen half as wide again as its lines would
cover less than the second of them; and its lines are no longer than the third as a multiple of what they span, than the
last where the picture cuts them off, as it does ruling."""

_THIN_CUT = 0.04
"""Lines thinner than this share of what they span, and cut off by the picture's edge, are ruling or a shadow's rim."""

_BOLDEST, _MOST_BOLD = 2.2, 12
"""How much wider than the mean the lines of one digit may be beside those of others, and how many there are at most."""

_GAP = 0.04
"""Gaps in a sheet, as shares of what it spans, that leave it one: what is written on it."""

_FAINTEST = 14.0
"""Contrast of ink and paper, in grey levels, below which there is no ink."""

_MEDIAN_GRID = 32
"""Longest side of the coarse grid on which the paper's median is worked out."""


def bright_ink(picture: Greys) -> bool:
    """Whether the ink is brighter than the paper.

    Ink covers the smaller part of almost any window as large as half the picture, so it is what differs most from the
    window's median.
    """
    small = shrunk(picture, _MEDIAN_GRID)
    window = max(small.shape) // 2 | 1
    windows = sliding_window_view(extended(small, window // 2), (window, window))
    paper = np.median(windows, axis=(2, 3)).astype(np.float32)
    difference = picture - stretched(paper, picture)
    return float((difference**3).sum(dtype=np.float64)) > 0


@dataclass(frozen=True)
class Search:
    """How ink is looked for.

    Attributes:
        window: a bright square of this share of the longest side is light on the paper, anything narrower is ink.
        thinnest: lines narrower than this share of the longest side are no ink, as those of squared paper.
        edges: whether ink may touch the picture's edge, where a desk lies beside a sheet of paper.
        fattest: greatest width of a pen's lines, as a share of what they span.
    """

    window: float = 0.4
    thinnest: float = 0.0
    edges: bool = True
    fattest: float = 1.0

    def within(self, share: float) -> Search:
        """The same in a part of the picture, whose longest side has some share of the whole one's."""
        return Search(min(self.window / share, 0.4), self.thinnest / share, self.edges, self.fattest)


def find_ink(picture: Greys, search: Search) -> Greys | None:
    """The share of each pixel that ink covers, 0 to 1, with paper, light, noise and specks at 0; None for no ink.

    Args:
        picture: grey levels 0 to 255, the ink brighter than the paper.
        search: how it is looked for.
    """
    longest = max(picture.shape)
    paper = opened(picture, 2 * round(longest * search.window / 2) + 1)
    light = np.maximum(255 - paper, 32) / np.float32(255)
    ink = ((picture - paper) / light).astype(np.float32)  # dim light dims the paper and its contrast to ink alike
    ink = opened(ink, max(1, round(longest * search.thinnest)))
    low, mid = (float(q) for q in np.quantile(ink, (0.05, 0.3)))
    noise = (mid - low) / 1.12  # the standard deviation, if the paper's noise is normal and less than half is ink
    ink -= mid + 0.52 * noise
    strong = _strong(ink, noise)
    if not strong.any():
        return None
    level = float(np.quantile(ink[strong], 0.75))
    if level < max(_FAINTEST, 6 * noise):
        return None
    bare = ink[~grown(strong, max(1, longest // 20))]
    unevenness = float(np.quantile(bare, 0.99)) if bare.size else 0.0
    weak = ink > min(max(0.02 * level, 1.5 * unevenness), float(ink[strong].min()))
    kept = _without_specks(strong, weak, search.edges)
    return np.where(kept, np.clip(ink / level, 0, 1), 0).astype(np.float32) if kept.any() else None


def is_written(ink: Greys, search: Search, *, may_be_bold: bool = True) -> bool:
    """Whether ink that was found looks like the lines of one pen, and not like a sheet, a desk, a shadow or ruling.

    Args:
        ink: what was found.
        search: how it was looked for.
        may_be_bold: whether digits may be from several pens, some bold. The paper between and around a bold digit's
            lines, which comes in parts, would pass for that.
    """
    mask = ink > 0.35
    if not mask.any():
        return False
    width, area = stroke_width(mask), int(mask.sum())
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    extent = max(np.ptp(rows), np.ptp(columns)) + 1
    whole = 1 - opened(1 - mask.astype(np.float32), round(_GAP * extent))
    solid = float(opened(whole, math.ceil(1.5 * width) + 1).sum())
    if may_be_bold and search.edges and solid >= _SOLID * area:  # in a photo, a bold digit itself would come in parts
        solid = _solid_in_parts(mask, width, solid)
    touches = mask[[0, -1]].any() or mask[:, [0, -1]].any()
    if touches and (not search.edges or width < _THIN_CUT * extent):
        return False
    longest = (_LONGEST_CUT if touches else _LONGEST) * extent
    is_line = width < search.fattest * extent and solid < _SOLID * area and area < width * longest
    return bool(is_line and extent > _SMALLEST * max(ink.shape))


def _solid_in_parts(mask: Mask, width: float, solid: float) -> float:
    """How much is left of the parts of a mask that are wider than lines, each measured by its own lines.

    Of digits from several pens, the bold one would look solid beside the others' thin lines. `solid` is returned where
    there are no such parts.
    """
    labels, cell = connected_parts(mask)
    numbers = np.flatnonzero(np.bincount(labels.ravel()))[1:]
    if not 1 < len(numbers) <= _MOST_BOLD:
        return solid
    parts = [mask & enlarged(labels == number, cell, mask.shape) for number in numbers]
    widths = [stroke_width(part) for part in parts]
    if max(widths) > _BOLDEST * width:
        return solid
    return sum(
        float(opened(part.astype(np.float32), math.ceil(1.5 * own) + 1).sum())
        for part, own in zip(parts, widths, strict=True)
    )


def sheets(picture: Greys) -> list[tuple[float, float, float, float]]:
    """Where large shapes of one tone lie on another, as a sheet of paper does on a desk; the largest first.

    Returns:
        Top, left, bottom and right, as shares of the picture's height and width.
    """
    small = shrunk(picture, GRID)
    if np.ptp(small) < _FAINTEST:
        return []
    split = otsu(small)
    areas = {}
    for threshold in (split, otsu(small[small > split]), otsu(small[small <= split])):
        for mask in (small > threshold, small <= threshold):
            labels = labelled(mask)
            sizes = np.bincount(labels.ravel())
            sizes[0] = 0
            for number in np.flatnonzero(sizes > _SHEET * small.size).tolist():
                rows, columns = (np.flatnonzero((labels == number).any(axis=axis)) for axis in (1, 0))
                covered = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
                if sizes[number] > 0.6 * covered and covered < 0.95 * small.size:
                    areas[int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1] = sizes[number]
    height, width = small.shape
    boxes = sorted(areas, key=lambda box: -areas[box])[:_SHEETS]
    return [(top / height, left / width, bottom / height, right / width) for top, left, bottom, right in boxes]


def _strong(ink: Greys, noise: float) -> Mask:
    """What is ink beyond doubt."""
    candidates = ink[ink > max(3 * noise, 4.0)]
    return ink > (otsu(candidates) if candidates.size else np.inf)


def _without_specks(strong: Mask, weak: Mask, edges: bool) -> Mask:
    """The connected parts of `weak` that hold something strong and are neither specks nor lines along the edge.

    Where ink may not touch the edges, parts that lie far from the heaviest are left out too.
    """
    labels, cell = connected_parts(weak)
    rows, columns = labels.shape
    count = int(labels.max()) + 1
    masses = np.bincount(labels.ravel(), weights=cut_into_cells(strong, cell).sum(axis=(1, 3)).ravel(), minlength=count)
    row, column = np.nonzero(labels)
    low, high = np.full((count, 2), max(rows, columns)), np.full((count, 2), -1)
    at = np.stack([row, column], axis=1)
    np.minimum.at(low, labels[row, column], at)
    np.maximum.at(high, labels[row, column], at)
    extent = (high - low).max(axis=1) + 1
    kept = masses > 0
    kept[0] = False
    last = np.array([rows - 1, columns - 1])
    sides = (low == 0).sum(axis=1) + (high == last).sum(axis=1)
    thin = ((low == 0) & (high < 0.06 * last)).any(axis=1) | ((high == last) & (low > 0.94 * last)).any(axis=1)
    if extent[kept & (sides == 0)].max(initial=0) >= max(rows, columns) / 10:
        kept &= ~(thin | (sides >= 2))
    if kept.any():
        main = int(np.argmax(np.where(kept, masses, 0)))
        kept &= (masses >= 0.04 * masses[main]) | (extent >= 0.2 * extent[main])
        top, bottom = low[main], high[main]
        for _ in range(0 if edges else 3):  # from one to the next
            near = kept & (np.maximum(low - bottom, top - high).max(axis=1) <= 0.5 * extent[main])
            top, bottom = low[near].min(axis=0), high[near].max(axis=0)
        kept = kept if edges else near
    return weak & enlarged(kept[labels], cell, weak.shape)
