"""A data set as pictures: a page of its images, their mean by digit, and what augmentation does to one of them."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from digitpad.learning.augment import augmented
from digitpad.learning.data import Images
from digitpad.messages import CLASSES, Gallery
from digitpad.recipe import Augmentation


def gallery(images: Images, digit: int | None, start: int, count: int) -> Gallery:
    """A page of one part of a data set.

    Args:
        images: the part.
        digit: shows this digit, 0 to 9, alone; None shows all.
        start: how many of the images that match come before the page, from 0.
        count: how many images the page has; the last one has fewer, one after it none.
    """
    pixels, labels = images.pixels.numpy()[:, 0], images.labels.numpy()
    places = [np.flatnonzero(labels == each) for each in range(CLASSES)]
    matching = np.arange(len(labels)) if digit is None else places[digit]
    page = matching[start : start + count]
    means = [pixels[each].mean(axis=0) if each.size else np.zeros((28, 28)) for each in places]
    return Gallery(
        pixels=pixels[page],
        labels=labels[page],
        matches=len(matching),
        counts=tuple(len(each) for each in places),
        means=np.rint(np.stack(means)).astype(np.uint8),
    )


def augmented_examples(
    pixels: NDArray[np.uint8], augmentation: Augmentation, count: int, seed: int
) -> NDArray[np.uint8]:
    """What augmentation makes of one image.

    Args:
        pixels: uint8 (28, 28), 255 is ink.
        augmentation: how far each change may go.
        count: number of examples.
        seed: decides which ones; see `digitpad.recipe.SEEDS`.

    Returns:
        uint8 (count, 28, 28).
    """
    images = torch.from_numpy(pixels.astype(np.float32) / 255).expand(count, 1, 28, 28)
    changed = augmented(images, augmentation, torch.Generator().manual_seed(seed))
    return (changed[:, 0] * 255).round().to(torch.uint8).numpy()
