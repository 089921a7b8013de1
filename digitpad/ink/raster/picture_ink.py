"""Finding the ink in a picture: even out the light, tell ink from paper, drop specks, measure and grow strokes.

All pictures here are float32 (h, w), grey levels 0 to 255 or coverage 0 to 1.

scipy.ndimage has an opening, a dilation, a distance transform and labels too, but its import takes 0.15 to 0.24 s, as
much again as NumPy's, where a picture is to be read on the command line in 0.6 s in all. It would save 40 lines here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

Greys = NDArray[np.float32]
Mask = NDArray[np.bool_]
_Number = TypeVar("_Number", np.float32, np.intp)

_SHEET, _SHEETS = 0.08, 3
"""Least share of the picture that a sheet of paper covers, and how many are looked at."""

_SMALLEST, _SOLID, _LONGEST, _LONGEST_CUT = 0.06, 0.1, 7.0, 4.2
"""What is written spans more than the first as a share of the picture; a pen half as wide again as its lines would
cover less than the second of them; and its lines are no longer than the third as a multiple of what they span, than the
last where the picture cuts them off, as it does ruling."""

_THIN_CUT = 0.04
"""Lines thinner than this share of what they span, and cut off by the picture's edge, are ruling or a shadow's rim."""

_GAP = 0.04
"""Gaps in a sheet, as shares of what it spans, that leave it one: what is written on it."""

_FAINTEST = 14.0
"""Contrast of ink and paper, in grey levels, below which there is no ink."""

_MEDIAN_GRID, _SPECK_GRID = 32, 128
"""Longest sides of the coarse grids on which the paper's median and connected parts are worked out."""


def resized(picture: Greys, height: int, width: int, method: Image.Resampling = Image.Resampling.BOX) -> Greys:
    """A picture at another size; by default each pixel is the mean of the area it covers."""
    image = Image.fromarray(picture).resize((max(width, 1), max(height, 1)), method)
    return np.asarray(image, dtype=np.float32)


def bright_ink(picture: Greys) -> bool:
    """Whether the ink is brighter than the paper.

    Ink covers the smaller part of almost any window as large as half the picture, so it is what differs most from the
    window's median.
    """
    small = _shrunk(picture, _MEDIAN_GRID)
    window = max(small.shape) // 2 | 1
    windows = sliding_window_view(_extended(small, window // 2), (window, window))
    paper = np.median(windows, axis=(2, 3)).astype(np.float32)
    difference = picture - _stretched(paper, picture)
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
    paper = _opened(picture, 2 * round(longest * search.window / 2) + 1)
    light = np.maximum(255 - paper, 32) / np.float32(255)
    ink = ((picture - paper) / light).astype(np.float32)  # dim light dims the paper and its contrast to ink alike
    ink = _opened(ink, max(1, round(longest * search.thinnest)))
    low, mid = (float(q) for q in np.quantile(ink, (0.05, 0.3)))
    noise = (mid - low) / 1.12  # the standard deviation, if the paper's noise is normal and less than half is ink
    ink -= mid + 0.52 * noise
    strong = _strong(ink, noise)
    if not search.edges and strong.any():
        labels, cell = _parts(strong)
        rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
        ink[_grown(_enlarged(np.isin(labels, rim[rim > 0]), cell, strong.shape), cell)] = 0
        strong = _strong(ink, noise)
    if not strong.any():
        return None
    level = float(np.quantile(ink[strong], 0.75))
    if level < max(_FAINTEST, 6 * noise):
        return None
    bare = ink[~_grown(strong, max(1, longest // 20))]
    unevenness = float(np.quantile(bare, 0.99)) if bare.size else 0.0
    weak = ink > min(max(0.02 * level, 1.5 * unevenness), float(ink[strong].min()))
    kept = _without_specks(strong, weak, search.edges)
    return np.where(kept, np.clip(ink / level, 0, 1), 0).astype(np.float32) if kept.any() else None


def is_written(ink: Greys, search: Search) -> bool:
    """Whether ink that was found looks like the lines of one pen, and not like a sheet, a desk, a shadow or ruling."""
    mask = ink > 0.35
    if not mask.any():
        return False
    width, area = stroke_width(mask), int(mask.sum())
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    extent = max(np.ptp(rows), np.ptp(columns)) + 1
    whole = 1 - _opened(1 - mask.astype(np.float32), round(_GAP * extent))
    solid = float(_opened(whole, round(1.5 * width) + 1).sum())
    touches = mask[[0, -1]].any() or mask[:, [0, -1]].any()
    if touches and (not search.edges or width < _THIN_CUT * extent):
        return False
    longest = (_LONGEST_CUT if touches else _LONGEST) * extent
    is_line = width < search.fattest * extent and solid < _SOLID * area and area < width * longest
    return bool(is_line and extent > _SMALLEST * max(ink.shape))


def sheets(picture: Greys) -> list[tuple[float, float, float, float]]:
    """Where large shapes of one tone lie on another, as a sheet of paper does on a desk; the largest first.

    Returns:
        Top, left, bottom and right, as shares of the picture's height and width.
    """
    small = _shrunk(picture, _SPECK_GRID)
    if np.ptp(small) < _FAINTEST:
        return []
    split = _otsu(small)
    areas = {}
    for threshold in (split, _otsu(small[small > split]), _otsu(small[small <= split])):
        for mask in (small > threshold, small <= threshold):
            labels = _labelled(mask)
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
    return ink > (_otsu(candidates) if candidates.size else np.inf)


def stroke_width(ink: Mask) -> float:
    """Mean width of the strokes in pixels: area over half the perimeter."""
    shape = np.pad(ink, 1).astype(np.float32)
    across, down = np.diff(shape, axis=1), np.diff(shape, axis=0)
    edge = np.hypot(across[:-1] + across[1:], down[:, :-1] + down[:, 1:]) / 2
    return 2 * float(shape.sum()) / max(float(edge.sum()), 1.0)


def thickened(ink: Mask, radius: float) -> Greys:
    """Coverage of ink that is drawn over with a round pen of some radius, in pixels; the edge is antialiased."""
    height, width = ink.shape
    at = np.arange(height, dtype=np.float32)[:, None]
    far = np.float32(2 * (height + width))
    above = np.maximum.accumulate(np.where(ink, at, -far), axis=0)
    below = np.minimum.accumulate(np.where(ink, at, far)[::-1], axis=0)[::-1]
    vertical = np.minimum(at - above, below - at) ** 2
    steps = np.arange(width, dtype=np.float32)
    apart = (steps[:, None] - steps) ** 2
    squares: Greys = np.stack([(row + apart).min(axis=1) for row in vertical])
    covered: Greys = np.clip(radius + 0.5 - np.sqrt(squares), 0, 1)
    return covered


def _opened(picture: Greys, side: int) -> Greys:
    """A grey opening, which takes away what is bright and narrower than a square of `side` pixels."""
    if side < 2:
        return picture
    opened = -_extended(picture, side - 1)
    for _ in range(2):
        opened = _highest(opened, side).T
    opened = -opened
    for _ in range(2):
        opened = _highest(opened, side).T
    return opened


def _highest(picture: NDArray[_Number], window: int) -> NDArray[_Number]:
    """The maximum of each `window` rows that follow one another."""
    size = 1
    while size < window:
        step = min(size, window - size)
        picture = np.maximum(picture[:-step], picture[step:])
        size += step
    return picture


def _stretched(small: Greys, like: Greys) -> Greys:
    return resized(small, like.shape[0], like.shape[1], Image.Resampling.BILINEAR)


def _shrunk(picture: Greys, longest: int) -> Greys:
    scale = min(1.0, longest / max(picture.shape))
    return resized(picture, round(picture.shape[0] * scale), round(picture.shape[1] * scale))


def _extended(picture: Greys, margin: int) -> Greys:
    """A picture with margins in which the light goes on rising or falling as it does inside."""
    if min(picture.shape) == 1:
        return np.pad(picture, margin, mode="edge")
    extended = np.pad(picture, margin, mode="reflect", reflect_type="odd")
    return np.clip(extended, picture.min(), picture.max()).astype(np.float32)


def _otsu(values: Greys) -> float:
    """The threshold that parts values above 0 into two classes of least spread.

    Otsu, 'A threshold selection method from gray-level histograms' (1979).
    """
    counts, edges = np.histogram(values, bins=128, range=(0.0, float(values.max())))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    sums = np.cumsum(counts * middles)
    above = counts.sum() - below
    gap = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return float(edges[1 + int(np.argmax(below * above * gap**2))])


def _grown(mask: Mask, reach: int) -> Mask:
    for _ in range(2):
        sums = np.cumsum(np.pad(mask, ((reach + 1, reach), (0, 0))), axis=0, dtype=np.int32)
        mask = (sums[2 * reach + 1 :] > sums[: -2 * reach - 1]).T
    return mask


def _without_specks(strong: Mask, weak: Mask, edges: bool) -> Mask:
    """The connected parts of `weak` that hold something strong and are neither specks nor lines along the edge.

    Where ink may not touch the edges, parts that lie far from the heaviest are left out too.
    """
    labels, cell = _parts(weak)
    rows, columns = labels.shape
    count = int(labels.max()) + 1
    masses = np.bincount(labels.ravel(), weights=_cells(strong, cell).sum(axis=(1, 3)).ravel(), minlength=count)
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
    return weak & _enlarged(kept[labels], cell, weak.shape)


def _parts(mask: Mask) -> tuple[NDArray[np.intp], int]:
    """Numbers of the connected parts of a mask on a coarse grid, 0 where nothing is, and the side of its cells."""
    cell = -(-max(mask.shape) // _SPECK_GRID)
    return _labelled(np.asarray(_cells(mask, cell).any(axis=(1, 3)))), cell


def _cells(mask: Mask, cell: int) -> Mask:
    """A mask cut into square cells: (h, w) to (rows, cell, columns, cell), with what is missing False."""
    height, width = mask.shape
    rows, columns = -(-height // cell), -(-width // cell)
    padded = np.pad(mask, ((0, rows * cell - height), (0, columns * cell - width)))
    return padded.reshape(rows, cell, columns, cell)


def _enlarged(cells: Mask, cell: int, shape: tuple[int, ...]) -> Mask:
    """A mask of cells as one of pixels."""
    return np.repeat(np.repeat(cells, cell, axis=0), cell, axis=1)[: shape[0], : shape[1]]


def _labelled(cells: Mask) -> NDArray[np.intp]:
    """Connected parts of a grid, diagonal neighbours included, each with a number of its own; 0 elsewhere.

    Each cell takes the highest number round it, and all cells of its number with it, until nothing changes: some five
    times, whatever the shape.
    """
    labels = np.where(cells, np.arange(1, cells.size + 1).reshape(cells.shape), 0)
    parent = np.arange(cells.size + 1)
    while True:
        highest = np.where(cells, _highest(_highest(np.pad(labels, 1), 3).T, 3).T, 0)
        if np.array_equal(highest, labels):
            return labels
        np.maximum.at(parent, labels, highest)
        while not np.array_equal(parent, further := parent[parent]):
            parent = further
        labels = parent[labels]
