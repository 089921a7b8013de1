"""Make the starter set from MNIST's files: `python -m tests.make_starter FOLDER [OUT]`.

FOLDER holds MNIST's IDX files, gzipped or not; OUT is `resources/starter/digits.npz` where it is not given.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from digitpad.learning.data.images import read_mnist

EACH = 500
"""How many of each digit are taken."""

DIGITS = Path(__file__).parents[1] / "resources" / "starter" / "digits.npz"


def make_starter(folder: Path, out: Path = DIGITS, each: int = EACH) -> None:
    """Write the first training images of each digit, in turn from 0 to 9, and their labels, both uint8."""
    mnist = read_mnist(folder, "train")
    images, labels = mnist.pixels[:, 0].numpy(), mnist.labels.numpy().astype(np.uint8)
    first = np.stack([np.flatnonzero(labels == digit)[:each] for digit in range(10)], axis=1).ravel()
    np.savez_compressed(out, images=images[first], labels=labels[first])


if __name__ == "__main__":
    make_starter(*map(Path, sys.argv[1:]))
