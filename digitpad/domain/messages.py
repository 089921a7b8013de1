"""What travels between the rooms: frozen dataclasses that need neither torch nor Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.recipe import Recipe

CLASSES = 10
"""Number of classes: the digits 0 to 9."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a network says of one state of the ink.

    Attributes:
        revision: number of the ink's state that was read.
        digit: the digit, 0 to 9, or None where nothing is drawn, or what is drawn is refused as no digit.
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
    """What a checkpoint says of itself; see `digitpad.learning.models.checkpoints` for the file format.

    Attributes:
        name: short name for people, the file's name without its ending.
        network: id of the network, or 'custom'.
        layers: the layers that rebuild it, as JSON values; see `digitpad.learning.models.networks`.
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
        thresholds: rows of a share of real digits lost and the evidence below which an image is refused at that cost;
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


@dataclass(frozen=True)
class DataInfo:
    """A data set of labelled images, for the window.

    Attributes:
        id: 'mnist', 'starter', or the path of a folder that a person chose.
        title: words for people, such as 'MNIST'.
        folder: where its files lie, None for the starter set.
        train, test: number of training and test images.
    """

    id: str
    title: str
    folder: Path | None
    train: int
    test: int


@dataclass(frozen=True)
class StepsReport:
    """What some steps of training came to, some ten times a second.

    Attributes:
        first: number of the first of these steps, from 1, counted from the start of the run.
        losses: loss of each step.
        rates: learning rate of each step.
        epoch: the epoch under way, from 1.
        epochs: how many there will be.
        steps: how many steps there will be in all.
        images_per_second: speed of these steps.
        train_seconds: seconds of training so far, without reading data, testing or pauses.
        remaining_seconds: how many more there will be, at the mean speed so far.
    """

    first: int
    losses: tuple[float, ...]
    rates: tuple[float, ...]
    epoch: int
    epochs: int
    steps: int
    images_per_second: float
    train_seconds: float
    remaining_seconds: float

    @property
    def last(self) -> int:
        """Number of the last of these steps."""
        return self.first + len(self.losses) - 1


@dataclass(frozen=True)
class InterimReport:
    """A test within an epoch, for recipes that ask for it.

    Attributes:
        step: steps taken so far.
        images: how many of the first test images were used.
        loss, accuracy: cross entropy and share of them read right.
    """

    step: int
    images: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class EpochReport:
    """What one epoch of training came to.

    Attributes:
        epoch: its number, from 1.
        epochs: how many there will be.
        step: steps taken so far.
        train_seconds: seconds of training so far, without reading data, testing or pauses.
        train_loss: mean loss over the epoch's batches, as they were trained on.
        train_accuracy: share of the epoch's training images read right, as they were trained on.
        test_loss, test_accuracy: cross entropy and share read right over the test images.
        held_out_loss, held_out_accuracy: the same over the training images held out, the loss with the recipe's label
            smoothing; None where there are none.
        is_best: whether this epoch is the best so far: by its loss over the images held out, or simply the last one.
    """

    epoch: int
    epochs: int
    step: int
    train_seconds: float
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    held_out_loss: float | None
    held_out_accuracy: float | None
    is_best: bool


Report = StepsReport | InterimReport | EpochReport
"""What a run in progress says of itself."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Images that a recipe shows: of its training images before the first step, or of the test images at the end.

    Attributes:
        pixels: uint8 (n, 28, 28), 255 is ink.
        labels: int64 (n,), 0 to 9.
        probabilities: float32 (n, 10), what the network makes of them at the end; None before the first step.
        outputs: for how many of the first of them all ten probabilities are to be shown.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float32] | None = None
    outputs: int = 0

    @property
    def predictions(self) -> NDArray[np.int64] | None:
        """What the network reads, int64 (n,), 0 to 9; None before the first step."""
        return None if self.probabilities is None else self.probabilities.argmax(1).astype(np.int64)


@dataclass(frozen=True)
class Preparing:
    """Before the first step: how far the making of drawings has come that a recipe trains and is judged on.

    Attributes:
        done: how many are made.
        total: how many there will be.
        remaining_seconds: how long the rest takes, at the pace so far; pauses do not count.
    """

    done: int
    total: int
    remaining_seconds: float


@dataclass(frozen=True)
class RunWish:
    """What a person wants trained.

    Attributes:
        recipe: what to train and how.
        seed: decides everything random.
        data: 'mnist', 'starter' or a folder's path; see `DataInfo.id`.
        device: 'auto', 'cpu', 'cuda' or 'mps'.
        ink: file of labelled drawings, for recipes that train on them; None takes the one in the data folder.
    """

    recipe: Recipe
    seed: int = 0
    data: str = "mnist"
    device: str = "auto"
    ink: Path | None = None


@dataclass(frozen=True)
class RunInfo:
    """What is known of a run; `digitpad.storage.run_store` keeps it on disk.

    Attributes:
        id: name of the run's folder: its start's UTC time and the recipe's id.
        name: name that a person gave it; at first the recipe's id.
        recipe: what was trained and how.
        seed: decided everything random.
        data: words on what it was trained on.
        data_id: see `DataInfo.id`.
        device: 'cpu', 'cuda' or 'mps'.
        started: ISO time of the start, UTC.
        ink: path of the file of drawings that was named for it, '' where none was.
        state: 'running', 'stopped', 'finished' or 'failed'; a run found 'running' at a start was cut off.
        problem: the sentence that says why it failed, '' where it did not.
        epochs_done: whole epochs trained.
        train_seconds: seconds of training so far, without reading data, testing or pauses.
        best_accuracy, last_accuracy: share of the test images that the best and the last checkpoint read right; None
            before the first test.
    """

    id: str
    name: str
    recipe: Recipe
    seed: int
    data: str
    data_id: str
    device: str
    started: str
    ink: str = ""
    state: str = "running"
    problem: str = ""
    epochs_done: int = 0
    train_seconds: float = 0.0
    best_accuracy: float | None = None
    last_accuracy: float | None = None


@dataclass(frozen=True, eq=False)
class Gallery:
    """A page of a data set, for the browser.

    Attributes:
        pixels: uint8 (n, 28, 28), 255 is ink.
        labels: int64 (n,), 0 to 9.
        matches: how many images the page was taken from.
        counts: how many images of each digit the part has.
        means: uint8 (10, 28, 28), the mean image of each digit in the part.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    matches: int
    counts: tuple[int, ...]
    means: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Embedding:
    """The map of a network's last hidden layer.

    Attributes:
        step: steps that the network had been trained for.
        points: float32 (n, 2), the test images' places, within -1…1.
        labels: int64 (n,), what the test images show.
        drawing: the place of the person's drawing, or None where there is none.
    """

    step: int
    points: NDArray[np.float32]
    labels: NDArray[np.int64]
    drawing: tuple[float, float] | None
