"""Finding the ink in a picture: even out the light, tell ink from paper, drop specks, measure and grow strokes.

All pictures here are float32 (h, w), grey levels 0 to 255 or coverage 0 to 1.

scipy.ndimage has an opening, a dilation, a distance transform and labels too, but its import takes 0.15 to 0.24 s, as
much again as NumPy's, where a picture is to be read on the command line in 0.6 s in all. It would save 40 lines here.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

Greys = NDArray[np.float32]
Mask = NDArray[np.bool_]
_Number = TypeVar("_Number", np.float32, np.intp)

_WINDOW = 0.4
"""A bright square of this share of the longest side is light on the paper, anything narrower is ink: the fattest
strokes of MNIST span a third of the digit."""

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


def find_ink(picture: Greys) -> Greys | None:
    """The share of each pixel that ink covers, 0 to 1, with paper, light, noise and specks at 0; None for no ink.

    Args:
        picture: grey levels 0 to 255, the ink brighter than the paper.
    """
    paper = _paper(picture)
    light = np.maximum(255 - paper, 32) / np.float32(255)
    ink = ((picture - paper) / light).astype(np.float32)  # dim light dims the paper and its contrast to ink alike
    low, mid = (float(q) for q in np.quantile(ink, (0.05, 0.3)))
    noise = (mid - low) / 1.12  # the standard deviation, if the paper's noise is normal and less than half is ink
    ink -= mid + 0.52 * noise
    candidates = ink[ink > max(3 * noise, 4.0)]
    if candidates.size == 0:
        return None
    threshold = _otsu(candidates)
    level = float(np.quantile(ink[ink > threshold], 0.75))
    if level < max(_FAINTEST, 6 * noise):
        return None
    strong = ink > threshold
    bare = ink[~_grown(strong, max(1, max(ink.shape) // 20))]
    unevenness = float(np.quantile(bare, 0.99)) if bare.size else 0.0
    weak = ink > min(max(0.02 * level, 1.5 * unevenness), threshold)
    kept = _without_specks(strong, weak)
    return np.where(kept, np.clip(ink / level, 0, 1), 0).astype(np.float32) if kept.any() else None


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


def _paper(picture: Greys) -> Greys:
    """The light on the paper: a grey opening, which takes away what is bright and narrower than a window."""
    reach = round(max(picture.shape) * _WINDOW / 2)
    light = -_extended(picture, 2 * reach)
    for _ in range(2):
        light = _highest(light, 2 * reach + 1).T
    light = -light
    for _ in range(2):
        light = _highest(light, 2 * reach + 1).T
    return light


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


def _without_specks(strong: Mask, weak: Mask) -> Mask:
    """The connected parts of `weak` that hold something strong and are neither specks nor lines along the edge."""
    cell = -(-max(weak.shape) // _SPECK_GRID)
    height, width = weak.shape
    rows, columns = -(-height // cell), -(-width // cell)
    padding = ((0, rows * cell - height), (0, columns * cell - width))
    cells: Mask = np.asarray(np.pad(weak, padding).reshape(rows, cell, columns, cell).any(axis=(1, 3)))
    mass = np.pad(strong, padding).reshape(rows, cell, columns, cell).sum(axis=(1, 3))
    labels = _labelled(cells)
    count = int(labels.max()) + 1
    masses = np.bincount(labels.ravel(), weights=mass.ravel(), minlength=count)
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
    return weak & np.repeat(np.repeat(kept[labels], cell, axis=0), cell, axis=1)[:height, :width]


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
