"""Images that ship with digitpad: the starter set, and what is replayed while a network is taught.

The starter set is the first 500 of each digit among MNIST's training images.
"""

from __future__ import annotations

import zipfile
import zlib

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import DigitpadError
from digitpad.storage.io import shipped

STARTER_COUNT = 5000
"""Number of images, 500 of each digit."""

REPLAY_COUNT = 1100
"""Number of images of synthesised digits and outliers."""


def starter_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images, uint8 (5000, 28, 28), 255 is ink, and labels, uint8 (5000,), of the starter set; takes 10 ms.

    The digits take turns, 0 to 9 and again, each in the order of MNIST's file, so that the first images are a fair
    sample. All are training images of MNIST: a network trained on them may be tested on MNIST's test images.
    `tests/make_starter.py` made the file. As NumPy's archive it has 830 KB; a PNG sheet has 837 KB, and lossless WebP
    (768 KB) and an archive packed by LZMA (703 KB) take seven times as long to read.

    Raises:
        DigitpadError: the file is missing or damaged.
    """
    return _read("starter/digits.npz", STARTER_COUNT)


def replay_images() -> tuple[NDArray[np.uint8], NDArray[np.int8]]:
    """What is replayed beside the starter set while a network is taught: images of synthesised digits and outliers.

    Uint8 (1100, 28, 28), 255 is ink, and labels, int8 (1100,): 500 digits that take turns, then 600 outliers, whose
    label is -1. `tests/make_replay.py` made the file; to synthesise them takes most of a second.

    Raises:
        DigitpadError: the file is missing or damaged.
    """
    images, labels = _read("replay/images.npz", REPLAY_COUNT)
    return images, labels.astype(np.int8)


def _read(name: str, count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    path = shipped("resources", name)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
        if images.shape != (count, 28, 28) or labels.shape != (count,):
            raise ValueError(images.shape, labels.shape)
    except (OSError, EOFError, ValueError, TypeError, LookupError, zipfile.BadZipFile, zlib.error) as error:
        text = "The starter set cannot be read, because {path} is missing or damaged. Install digitpad again."
        raise DigitpadError(text, path=path) from error
    return images, labels
