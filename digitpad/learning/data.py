"""MNIST from its IDX files, as tensors in memory."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from digitpad.errors import InputError
from digitpad.messages import CLASSES

_IMAGES, _LABELS = 2051, 2049
_LIMIT = 1 << 30
"""Bytes of data above which a file is refused, unread: MNIST's largest has 47 million."""

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


@dataclass(frozen=True, eq=False)
class Images:
    """Labelled images.

    Attributes:
        pixels: uint8 (n, 1, 28, 28), 255 is ink.
        labels: int64 (n,), 0 to 9.
    """

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


def read_mnist(folder: Path, part: str) -> Images:
    """One part of MNIST from its official files, gzipped or not.

    Args:
        folder: holds the four IDX files; http://yann.lecun.com/exdb/mnist describes them.
        part: 'train' or 'test'.

    Raises:
        InputError: a file is missing, damaged, or not what its name says; the sentence names it.
    """
    names = _FILES[part]
    images, labels = _read_idx(folder, names[0], _IMAGES, 3), _read_idx(folder, names[1], _LABELS, 1)
    if len(images) != len(labels):
        raise InputError(f"{folder} holds {len(images)} images and {len(labels)} labels; fetch both files anew.")
    if not len(images):
        raise InputError(f"{folder} holds {names[0]} without a single image; fetch it anew.")
    if images.shape[1:] != (28, 28):
        raise InputError(f"{names[0]} holds images of {images.shape[1]}×{images.shape[2]} pixels; MNIST's are 28×28.")
    if labels.max() >= CLASSES:
        raise InputError(f"{names[1]} holds the label {labels.max()}; MNIST's go from 0 to 9.")
    return Images(torch.from_numpy(images[:, None]), torch.from_numpy(labels.astype(np.int64)))


def _read_idx(folder: Path, name: str, magic: int, dimensions: int) -> NDArray[np.uint8]:
    for path in (folder / name, folder / f"{name}.gz", folder / name.replace("-idx", ".idx")):
        if path.is_file():
            break
    else:
        raise InputError(f"{folder} does not hold {name} or {name}.gz; choose the folder with MNIST's four files.")
    start = 4 + 4 * dimensions
    try:
        # gzip.open() would warn of a file that it leaves open where reading fails.
        with path.open("rb") as plain, gzip.GzipFile(fileobj=plain) if path.suffix == ".gz" else plain as file:
            header = file.read(start)
            if len(header) < start or int.from_bytes(header[:4], "big") != magic:
                raise InputError(f"{path} is not the IDX file its name says (wrong magic number); fetch it anew.")
            shape = struct.unpack(f">{dimensions}I", header[4:])
            size = math.prod(shape)
            if size > _LIMIT:
                raise InputError(f"{path} says that it holds {size:,} bytes; {_LIMIT:,} can be read. Fetch it anew.")
            raw = file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is cut off or damaged"
        raise InputError(f"{path} cannot be read ({reason}); fetch it anew.") from error
    if len(raw) != size:
        held = f"{len(raw):,}" if len(raw) < size else "more"
        raise InputError(f"{path} should hold {size:,} bytes of data and holds {held}; fetch it anew.")
    return np.frombuffer(raw, dtype=np.uint8).reshape(shape).copy()
