"""Data sets as the window shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class DataInfo:
    """A data set of labelled images, for the window.

    Attributes:
        id: 'mnist', 'starter', or the path of a folder that a person chose.
        title: words for people, such as 'MNIST'.
        folder: where its files lie, None for the starter set.
        train, test: number of training and test images.
    """

    id: str
    title: str
    folder: Path | None
    train: int
    test: int


@dataclass(frozen=True, eq=False)
class ImagePage:
    """A page of a data set, for the browser.

    Attributes:
        pixels: uint8 (n, 28, 28), 255 is ink.
        labels: int64 (n,), 0 to 9.
        matches: how many images the page was taken from.
        counts: how many images of each digit the part has.
        means: uint8 (10, 28, 28), the mean image of each digit in the part.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    matches: int
    counts: tuple[int, ...]
    means: NDArray[np.uint8]
