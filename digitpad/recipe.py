"""Recipes: a network and how to train it, as data. Needs neither torch nor Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

from digitpad.errors import InputError

OPTIMISERS = ("adamw", "adam", "sgd")
SCHEDULES = ("one-cycle", "constant", "steps")


@dataclass(frozen=True)
class Augmentation:
    """How far a training image may be changed; the default changes nothing.

    Attributes:
        degrees: rotation, up to this many degrees either way.
        scale: size, up to a factor of e^scale either way.
        aspect: width against height, up to a factor of e^aspect either way.
        shear: slant, up to this many pixels across for each pixel down.
        shift: place, up to this many pixels each way.
        elastic: waves of up to this many pixels.
        stroke: line width; 1 mixes up to the full dilation or erosion by one pixel each side.
        plain: share of images left as they are, 0 to 1.
    """

    degrees: float = 0.0
    scale: float = 0.0
    aspect: float = 0.0
    shear: float = 0.0
    shift: float = 0.0
    elastic: float = 0.0
    stroke: float = 0.0
    plain: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """A network and how to train it.

    Attributes:
        id: name for scripts and files: lower-case letters, digits and hyphens.
        title: name for people.
        teaches: one sentence on what it teaches, '' where nobody said.
        network: id of the network in `digitpad.learning.networks.NETWORKS`.
        epochs: passes over the training images.
        batch: images a step.
        optimiser: one of `OPTIMISERS`.
        rate: learning rate; the highest one of a schedule.
        momentum: of SGD; the others use 0.9 and 0.999 as their moments' decays.
        decay: weight decay of AdamW.
        schedule: one of `SCHEDULES`; see `digitpad.learning.schedules`.
        milestones: with 'steps', the epochs, from 0, at whose start the rate is multiplied by `factor`.
        factor: see milestones.
        smoothing: label smoothing.
        average: decay of the exponential moving average of the weights, per step; 0 keeps the last weights.
        mean, std: normalisation of the input: pixels in 0…1 become (x - mean) / std.
        copies: how many variations of each pen drawing join MNIST's images; 0 trains on MNIST alone.
        hold_out: how many training images are held out, on which the best epoch is chosen; 0 trains on all and keeps
            the last epoch.
        test_batch: images a step while testing.
        test_every: steps between tests within an epoch; 0 tests at the end of each epoch only.
        test_images: how many of the first test images those tests use; 0 takes all.
        augmentation: how training images are varied.
    """

    id: str
    title: str
    network: str
    epochs: int
    teaches: str = ""
    batch: int = 128
    optimiser: str = "adamw"
    rate: float = 0.003
    momentum: float = 0.9
    decay: float = 0.01
    schedule: str = "one-cycle"
    milestones: tuple[int, ...] = ()
    factor: float = 0.1
    smoothing: float = 0.0
    average: float = 0.0
    mean: float = 0.1307
    std: float = 0.3081
    copies: int = 0
    hold_out: int = 0
    test_batch: int = 512
    test_every: int = 0
    test_images: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


LIMITS: dict[str, tuple[float, float]] = {
    "epochs": (1, 1000),
    "batch": (1, 10_000),
    "rate": (1e-7, 10),
    "momentum": (0, 0.999),
    "decay": (0, 1),
    "factor": (0, 1),
    "smoothing": (0, 0.9),
    "average": (0, 0.9999),
    "mean": (-10, 10),
    "std": (1e-3, 100),
    "copies": (0, 20),
    "hold_out": (0, 50_000),
    "test_batch": (1, 10_000),
    "test_every": (0, 100_000),
    "test_images": (0, 10_000),
}
"""Lowest and highest usable value of each number in a `Recipe`."""

AUGMENTATION_LIMITS: dict[str, tuple[float, float]] = {
    "degrees": (0, 180),
    "scale": (0, 1),
    "aspect": (0, 1),
    "shear": (0, 1),
    "shift": (0, 14),
    "elastic": (0, 6),
    "stroke": (0, 1),
    "plain": (0, 1),
}
"""Lowest and highest usable value of each number in an `Augmentation`."""

SEEDS = (0, 2**63 - 1)
"""Lowest and highest usable seed."""


def check_recipe(recipe: Recipe) -> Recipe:
    """The recipe itself, where every value can be used.

    Raises:
        InputError: a value is out of range or not a number; the sentence names it.
    """
    for part, limits in ((recipe, LIMITS), (recipe.augmentation, AUGMENTATION_LIMITS)):
        whole = {member.name for member in fields(part) if member.type == "int"}
        for name, (low, high) in limits.items():
            value = getattr(part, name)
            if isinstance(value, bool) or not isinstance(value, int if name in whole else (int, float)):
                raise InputError(f"The recipe's {name} is no {'whole ' if name in whole else ''}number; correct it.")
            if not (math.isfinite(value) and low <= value <= high):
                raise InputError(f"The recipe's {name} is {value}; it can be {low:g} to {high:g}. Correct it.")
    if recipe.optimiser not in OPTIMISERS:
        raise InputError(f"There is no optimiser {recipe.optimiser!r}; choose {', '.join(OPTIMISERS)}.")
    if recipe.schedule not in SCHEDULES:
        raise InputError(f"There is no schedule {recipe.schedule!r}; choose {', '.join(SCHEDULES)}.")
    if any(type(epoch) is not int or epoch < 0 for epoch in recipe.milestones):
        raise InputError("The recipe's milestones are epochs, counted from 0; correct them.")
    return recipe
