"""Images that a recipe shows beside its curves: some that it learns from, some that it reads at the end."""

from __future__ import annotations

from dataclasses import replace

import torch

from digitpad.domain.reports import Samples
from digitpad.learning.data.images import Images
from digitpad.learning.training.loop import Training, batched_logits


def samples_before(training: Training) -> Samples | None:
    """The first training images with their labels; None where the recipe asks for none."""
    count = training.recipe.samples_before
    return _samples(training.data, count) if count else None


def samples_after(training: Training) -> Samples | None:
    """The first test images with the predictions of the network that reads; None where the recipe asks for none."""
    recipe, images = training.recipe, training.test
    count = max(recipe.samples_after, recipe.outputs_after)
    if not count:
        return None
    logits = batched_logits(training.snapshot(), images.pixels[:count], recipe.mean, recipe.std, torch.device("cpu"))
    outputs = min(recipe.outputs_after, len(logits))
    return replace(_samples(images, count), probabilities=logits.softmax(1).numpy(), outputs=outputs)


def _samples(images: Images, count: int) -> Samples:
    # Copies: a slice of the data set would keep all of it in memory.
    return Samples(images.pixels[:count, 0].cpu().numpy().copy(), images.labels[:count].cpu().numpy().copy())
