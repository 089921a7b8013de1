"""Labelled images as tensors in memory."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from digitpad.storage import mnist

OUTLIER = -1
"""Label of an image that holds no digit; see `digitpad.learning.training.losses`."""


@dataclass(frozen=True, eq=False)
class Images:
    """Labelled images.

    Attributes:
        pixels: uint8 (n, 1, 28, 28), 255 is ink.
        labels: int64 (n,), 0 to 9, or `OUTLIER`.
    """

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


def concatenated(*sets: Images) -> Images:
    """Several sets as one; one alone is not copied."""
    if len(sets) == 1:
        return sets[0]
    return Images(torch.cat([images.pixels for images in sets]), torch.cat([images.labels for images in sets]))


def fingerprint(*sets: Images) -> int:
    """A checksum of pixels and labels, below 2**32: the same for the same images in the same order."""
    checksum = 0
    for images in sets:
        for tensor in (images.pixels, images.labels):
            checksum = zlib.crc32(tensor.cpu().numpy().tobytes(), checksum)
    return checksum


def read_mnist(folder: Path, part: str) -> Images:
    """One part of MNIST from its official files; see `digitpad.storage.mnist.mnist_digits`."""
    images, labels = mnist.mnist_digits(folder, part)
    return Images(torch.from_numpy(images[:, None]), torch.from_numpy(labels.astype(np.int64)))


def split_validation(images: Images, count: int) -> tuple[Images, Images | None]:
    """Images to train on, and `count` for validation, a tenth at most: the same ones whatever the run's seed."""
    count = min(count, len(images) // 10)
    if not count:
        return images, None
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    # Those that are left stay in the files' order.
    indices, rest = order[:count].sort().values, order[count:].sort().values
    return Images(images.pixels[rest], images.labels[rest]), Images(images.pixels[indices], images.labels[indices])
