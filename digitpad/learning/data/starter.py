"""The starter set as tensors, in two parts."""

from __future__ import annotations

import numpy as np
import torch

from digitpad.learning.data.images import Images
from digitpad.storage.starter import STARTER_COUNT, starter_digits

STARTER_TRAIN, STARTER_TEST = 4000, STARTER_COUNT - 4000
"""Number of training and test images."""


def read_starter(part: str) -> Images:
    """One part of the starter set: always the same images, as many of each digit; see `starter_digits`.

    Args:
        part: 'train' (4,000 images) or 'test' (1,000).

    Raises:
        DigitpadError: the file is missing or damaged.
    """
    pixels, labels = starter_digits()
    wanted = slice(STARTER_TRAIN) if part == "train" else slice(STARTER_TRAIN, None)
    return Images(torch.from_numpy(pixels[wanted, None]), torch.from_numpy(labels[wanted].astype(np.int64)))
