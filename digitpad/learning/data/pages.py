"""A data set as pictures: a page of its images, their mean by digit, and what augmentation does to one of them."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray

from digitpad.domain.data_info import ImagePage
from digitpad.domain.prediction import CLASSES
from digitpad.domain.recipe import Augmentation
from digitpad.learning.data.augment import augmented
from digitpad.learning.data.images import Images

_digits: WeakKeyDictionary[Images, tuple[list[NDArray[np.intp]], NDArray[np.uint8]]] = WeakKeyDictionary()
"""The indices of each digit's images, and uint8 (10, 28, 28), their means; cached for as long as the images live."""


def image_page(images: Images, digit: int | None, start: int, count: int) -> ImagePage:
    """Up to `count` images from number `start` on, of one digit, 0 to 9, or of all where `digit` is None."""
    pixels, labels = images.pixels.numpy()[:, 0], images.labels.numpy()
    if images not in _digits:
        by_digit = [np.flatnonzero(labels == each) for each in range(CLASSES)]
        means = [pixels[each].mean(axis=0) if each.size else np.zeros((28, 28)) for each in by_digit]
        _digits[images] = by_digit, np.rint(np.stack(means)).astype(np.uint8)
    by_digit, mean_images = _digits[images]
    matching = np.arange(len(labels)) if digit is None else by_digit[digit]
    page = matching[start : start + count]
    return ImagePage(pixels[page], labels[page], len(matching), tuple(map(len, by_digit)), mean_images)


def augmented_examples(
    pixels: NDArray[np.uint8], augmentation: Augmentation, count: int, seed: int
) -> NDArray[np.uint8]:
    """Augmented variants of one image: uint8 (28, 28), 255 is ink, to uint8 (count, 28, 28)."""
    images = torch.from_numpy(pixels.astype(np.float32) / 255).expand(count, 1, 28, 28)
    changed = augmented(images, augmentation, torch.Generator().manual_seed(seed))
    return (changed[:, 0] * 255).round().to(torch.uint8).numpy()
