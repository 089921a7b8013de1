"""MNIST's files in small, made for a test."""

from __future__ import annotations

import gzip
import struct

import numpy as np

from digitpad.ink.raster.render import render
from tests.hand_drawn import drawings

NAMES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


def idx(array, magic=None):
    """The bytes of an IDX file."""
    array = np.asarray(array, dtype=np.uint8)
    magic = 2048 + array.ndim if magic is None else magic
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def write_part(folder, part, pixels, labels, gz=False):
    """One part of MNIST: images (n, 28, 28) and labels (n,)."""
    folder.mkdir(exist_ok=True)
    for name, array in zip(NAMES[part], (pixels, labels), strict=True):
        if gz:
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx(array), 1))
        else:
            (folder / name).write_bytes(idx(array))


def hand_drawn_mnist(folder, writers=3):
    """A folder that looks like MNIST's, with hand-drawn digits: ten by each writer, other ones to test on."""
    for part, seed in (("train", 1), ("test", 2)):
        made = drawings(writers, seed)
        write_part(folder, part, np.stack([render(d.ink) for d in made]), [d.label for d in made])
    return folder
