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
    """The first test images with what the network that reads makes of them; None where the recipe asks for none."""
    recipe = training.recipe
    count = max(recipe.samples_after, recipe.outputs_after)
    if not count:
        return None
    shown = _samples(training.test, count)
    logits = batched_logits(
        training.snapshot(), training.test.pixels[:count], recipe.mean, recipe.std, torch.device("cpu")
    )
    return replace(shown, probabilities=logits.softmax(1).numpy(), outputs=min(recipe.outputs_after, len(shown.labels)))


def _samples(images: Images, count: int) -> Samples:
    pixels, labels = images.pixels[:count, 0], images.labels[:count]
    # Copies: a slice of the data set would keep all of it in memory.
    return Samples(pixels.cpu().numpy().copy(), labels.cpu().numpy().copy())
