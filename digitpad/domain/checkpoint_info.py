"""What a checkpoint says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint says of itself; see `digitpad.reading.checkpoint_file` for the file format.

    Attributes:
        name: short name for people, the file's name without its ending.
        network: id of the network, or 'custom'.
        layers: the layers that rebuild it, as JSON values; see `digitpad.reading.layers`.
        parameters: number of trained numbers in it.
        mean, std: normalisation of the input: pixels in 0…1 become (x - mean) / std.
        recipe: id of the recipe, '' where unknown.
        seed: the run's seed, None where unknown.
        data: what it was trained on, '' where unknown.
        epochs: passes over that data, None where unknown.
        test_accuracy: share of MNIST's test images read right, 0 to 1, None where unknown.
        date: ISO date of the run's end, '' where unknown.
        digitpad_version: version that wrote the file, '' where another program wrote it.
        temperature: what the logits are divided by before the softmax, so that confidence means something.
        thresholds: rows of a false rejection rate and the energy score below which an image is rejected at that rate;
            empty for a network that was not shown what is no digit. See `digitpad.domain.rejection`.
        run: id of the run that it comes from, '' where unknown.
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
    temperature: float = 1.0
    thresholds: list[list[float]] = field(default_factory=list)
    run: str = ""
    path: Path | None = None
