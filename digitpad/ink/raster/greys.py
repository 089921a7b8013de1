"""Operations on grey levels and masks, all linear in the number of pixels.

scipy.ndimage has an opening, a dilation, a distance transform and labels too, but its import takes 0.15 to 0.24 s, as
much again as NumPy's, where a picture is to be read on the command line in 0.6 s in all. It would save 40 lines here.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Greys = NDArray[np.float32]
Mask = NDArray[np.bool_]
_Number = TypeVar("_Number", np.float32, np.intp)

GRID = 128
"""Longest side of the coarse grid on which connected parts are worked out."""


def resized(picture: Greys, height: int, width: int, method: Image.Resampling = Image.Resampling.BOX) -> Greys:
    """A picture at another size; by default each pixel is the mean of the area it covers."""
    image = Image.fromarray(picture).resize((max(width, 1), max(height, 1)), method)
    return np.asarray(image, dtype=np.float32)


def opened(picture: Greys, side: int) -> Greys:
    """A grey opening, which takes away what is bright and narrower than a square of `side` pixels."""
    if side < 2:
        return picture
    grey = -extended(picture, side - 1)
    for _ in range(2):
        grey = highest(grey, side).T
    grey = -grey
    for _ in range(2):
        grey = highest(grey, side).T
    return grey


def highest(picture: NDArray[_Number], window: int) -> NDArray[_Number]:
    """The maximum of each `window` rows that follow one another."""
    size = 1
    while size < window:
        step = min(size, window - size)
        picture = np.maximum(picture[:-step], picture[step:])
        size += step
    return picture


def stretched(small: Greys, like: Greys) -> Greys:
    """A small picture at the size of another."""
    return resized(small, like.shape[0], like.shape[1], Image.Resampling.BILINEAR)


def shrunk(picture: Greys, longest: int) -> Greys:
    """A picture whose longest side has so many pixels at most."""
    scale = min(1.0, longest / max(picture.shape))
    return resized(picture, round(picture.shape[0] * scale), round(picture.shape[1] * scale))


def extended(picture: Greys, margin: int) -> Greys:
    """A picture with margins in which the light goes on rising or falling as it does inside."""
    if min(picture.shape) == 1:
        return np.pad(picture, margin, mode="edge")
    wider = np.pad(picture, margin, mode="reflect", reflect_type="odd")
    return np.clip(wider, picture.min(), picture.max()).astype(np.float32)


def otsu(values: Greys) -> float:
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


def grown(mask: Mask, reach: int) -> Mask:
    """A mask that covers a square round each of its pixels too, `reach` pixels each way."""
    for _ in range(2):
        sums = np.cumsum(np.pad(mask, ((reach + 1, reach), (0, 0))), axis=0, dtype=np.int32)
        mask = (sums[2 * reach + 1 :] > sums[: -2 * reach - 1]).T
    return mask


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


def connected_parts(mask: Mask) -> tuple[NDArray[np.intp], int]:
    """Numbers of the connected parts of a mask on a coarse grid, 0 where nothing is, and the side of its cells."""
    cell = -(-max(mask.shape) // GRID)
    return labelled(np.asarray(cut_into_cells(mask, cell).any(axis=(1, 3)))), cell


def cut_into_cells(mask: Mask, cell: int) -> Mask:
    """A mask cut into square cells: (h, w) to (rows, cell, columns, cell), with what is missing False."""
    height, width = mask.shape
    rows, columns = -(-height // cell), -(-width // cell)
    padded = np.pad(mask, ((0, rows * cell - height), (0, columns * cell - width)))
    return padded.reshape(rows, cell, columns, cell)


def enlarged(cells: Mask, cell: int, shape: tuple[int, ...]) -> Mask:
    """A mask of cells as one of pixels."""
    return np.repeat(np.repeat(cells, cell, axis=0), cell, axis=1)[: shape[0], : shape[1]]


def labelled(cells: Mask) -> NDArray[np.intp]:
    """Connected parts of a grid, diagonal neighbours included, each with a number of its own; 0 elsewhere.

    Each cell takes the highest number round it, and all cells of its number with it, until nothing changes: some five
    times, whatever the shape.
    """
    labels = np.where(cells, np.arange(1, cells.size + 1).reshape(cells.shape), 0)
    parent = np.arange(cells.size + 1)
    while True:
        around = np.where(cells, highest(highest(np.pad(labels, 1), 3).T, 3).T, 0)
        if np.array_equal(around, labels):
            return labels
        np.maximum.at(parent, labels, around)
        while not np.array_equal(parent, further := parent[parent]):
            parent = further
        labels = parent[labels]
