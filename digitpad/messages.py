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
