"""A data set as pictures: a page of its images, their mean by digit, and what augmentation does to one of them."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray

from digitpad.domain.data_info import ImagePage
from digitpad.domain.prediction import CLASSES
from digitpad.domain.recipe import Augmentation
from digitpad.learning.data.augment import augmented
from digitpad.learning.data.images import Images


class _Digits(NamedTuple):
    """Where the images of each digit stand in a part, and uint8 (10, 28, 28), the mean of them."""

    places: list[NDArray[np.intp]]
    means: NDArray[np.uint8]


_digits: WeakKeyDictionary[Images, _Digits] = WeakKeyDictionary()
"""Kept for the next page, for as long as somebody keeps the images."""


def gallery(images: Images, digit: int | None, start: int, count: int) -> ImagePage:
    """A page of one part of a data set.

    Args:
        images: the part.
        digit: shows this digit, 0 to 9, alone; None shows all.
        start: how many of the images that match come before the page, from 0.
        count: how many images the page has; the last one has fewer, one after it none.
    """
    pixels, labels = images.pixels.numpy()[:, 0], images.labels.numpy()
    if images not in _digits:
        _digits[images] = _by_digit(pixels, labels)
    places, means = _digits[images]
    matching = np.arange(len(labels)) if digit is None else places[digit]
    page = matching[start : start + count]
    return ImagePage(
        pixels=pixels[page],
        labels=labels[page],
        matches=len(matching),
        counts=tuple(len(each) for each in places),
        means=means,
    )


def _by_digit(pixels: NDArray[np.uint8], labels: NDArray[np.int64]) -> _Digits:
    places = [np.flatnonzero(labels == each) for each in range(CLASSES)]
    means = [pixels[each].mean(axis=0) if each.size else np.zeros((28, 28)) for each in places]
    return _Digits(places, np.rint(np.stack(means)).astype(np.uint8))


def augmented_examples(
    pixels: NDArray[np.uint8], augmentation: Augmentation, count: int, seed: int
) -> NDArray[np.uint8]:
    """What augmentation makes of one image.

    Args:
        pixels: uint8 (28, 28), 255 is ink.
        augmentation: how far each change may go.
        count: number of examples.
        seed: decides which ones; see `digitpad.domain.settings_fields.Seed`.

    Returns:
        uint8 (count, 28, 28).
    """
    images = torch.from_numpy(pixels.astype(np.float32) / 255).expand(count, 1, 28, 28)
    changed = augmented(images, augmentation, torch.Generator().manual_seed(seed))
    return (changed[:, 0] * 255).round().to(torch.uint8).numpy()
