"""What travels between the rooms: frozen dataclasses that need neither torch nor Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASSES = 10
"""Number of classes: the digits 0 to 9."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a network says of one state of the ink.

    Attributes:
        revision: number of the ink's state that was read.
        digit: the digit, 0 to 9, or None where nothing is drawn.
        probabilities: ten probabilities that sum to 1; all 0.1 where nothing is drawn.
        network_input: uint8 (28, 28), 255 is ink: what the network saw.
    """

    revision: int
    digit: int | None
    probabilities: tuple[float, ...]
    network_input: NDArray[np.uint8]

    @property
    def confidence(self) -> float:
        """The largest of the probabilities, 0.1 to 1."""
        return max(self.probabilities)


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint says of itself; see `digitpad.learning.checkpoints` for the file format.

    Attributes:
        name: short name for people, the file's name without its ending.
        network: id of the network, or 'custom'.
        layers: the layers that rebuild it, as JSON values; see `digitpad.learning.networks`.
        parameters: number of trained numbers in it.
        mean, std: normalisation of the input: pixels in 0…1 become (x - mean) / std.
        recipe: id of the recipe, '' where unknown.
        seed: the run's seed, None where unknown.
        data: what it was trained on, '' where unknown.
        epochs: passes over that data, None where unknown.
        test_accuracy: share of MNIST's test images read right, 0 to 1, None where unknown.
        date: ISO date of the run's end, '' where unknown.
        digitpad_version: version that wrote the file, '' where another program wrote it.
        path: the file it came from.
    """

    name: str
    network: str
    layers: list[Any] = field(default_factory=list)
    parameters: int = 0
    mean: float = 0.0
    std: float = 1.0
    recipe: str = ""
    seed: int | None = None
    data: str = ""
    epochs: int | None = None
    test_accuracy: float | None = None
    date: str = ""
    digitpad_version: str = ""
    path: Path | None = None


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
        id: name for scripts.
        title: name for people, with what it teaches.
        network: id of the network in `digitpad.learning.networks.NETWORKS`.
        epochs: passes over the training images, at least 1.
        batch: images a step, at least 1.
        rate: peak learning rate of AdamW on a one-cycle schedule.
        decay: weight decay.
        smoothing: label smoothing, 0 to 1.
        average: decay of the exponential moving average of the weights, per step; 0 keeps the last weights.
        mean, std: normalisation of the input: pixels in 0…1 become (x - mean) / std.
        copies: how many variations of each pen drawing join MNIST's images; 0 trains on MNIST alone.
        augmentation: how training images are varied.
    """

    id: str
    title: str
    network: str
    epochs: int
    batch: int = 128
    rate: float = 0.003
    decay: float = 0.01
    smoothing: float = 0.0
    average: float = 0.0
    mean: float = 0.1307
    std: float = 0.3081
    copies: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class EpochReport:
    """What one epoch of training came to.

    Attributes:
        epoch: its number, from 1.
        epochs: how many there will be.
        train_seconds: seconds of training so far, without reading data or testing.
        train_loss: mean loss over the epoch's batches.
        test_loss, test_accuracy: cross entropy and share read right over the test images.
    """

    epoch: int
    epochs: int
    train_seconds: float
    train_loss: float
    test_loss: float
    test_accuracy: float
