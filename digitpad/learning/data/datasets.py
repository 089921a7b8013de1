"""Data sets as tensors, to train on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from digitpad.domain.data_info import DataInfo
from digitpad.learning.data.images import Images
from digitpad.storage.datasets import STARTER, describe, read_digits
from digitpad.storage.mnist import files_stamp


def cached_data(choice: str | DataInfo, part: str) -> Images:
    """One part of a data set as tensors, kept for whoever asks next; see `digitpad.storage.datasets.read_digits`."""
    info = describe(choice) if isinstance(choice, str) else choice
    return _tensors(info, part, files_stamp(info.folder, part) if info.folder else ())


def read_starter(part: str) -> Images:
    """One part of the starter set, 'train' or 'test': as many of each digit, in turn; errors as `cached_data`."""
    return _as_tensors(*read_digits(STARTER, part))


@lru_cache(maxsize=2)
def _tensors(info: DataInfo, part: str, _stamp: object) -> Images:
    return _as_tensors(*read_digits(info, part))


def _as_tensors(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Images:
    return Images(torch.from_numpy(images[:, None]), torch.from_numpy(labels.astype(np.int64)))
