"""What a training run reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from digitpad.domain.settings_fields import Amount, Amounts, Count, Setting, Share

if TYPE_CHECKING:  # --help does without NumPy
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)  # there are many of them
class StepsReport:
    """What some steps of training came to, some ten times a second.

    Attributes:
        first: number of the first of these steps, from 1, counted from the start of the run.
        losses: loss of each step.
        learning_rates: learning rate of each step.
        epoch: the epoch under way, from 1.
        epochs: how many there will be.
        steps: how many steps there will be in all.
        images_per_second: speed of these steps.
        train_seconds: seconds of training so far, without reading data, testing or pauses.
        remaining_seconds: how many more there will be, at the mean speed so far.
    """

    first: Count
    losses: Amounts
    learning_rates: Annotated[tuple[float, ...], Setting(0, 1e300, key="rates")]
    epoch: Count
    epochs: Count
    steps: Count
    images_per_second: Amount
    train_seconds: Amount
    remaining_seconds: Amount

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

    step: Count
    images: Count
    loss: Amount
    accuracy: Share


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
        validation_loss, validation_accuracy: the same over the validation set, the loss with the recipe's label
            smoothing; None where there is none.
        is_best: whether this epoch is the best so far: by its loss over the images held out, or simply the last one.
    """

    epoch: Count
    epochs: Count
    step: Count
    train_seconds: Amount
    train_loss: Amount
    train_accuracy: Share
    test_loss: Amount
    test_accuracy: Share
    validation_loss: Annotated[float | None, Setting(0, 1e300, key="held_out_loss")]
    validation_accuracy: Annotated[float | None, Setting(0, 1, key="held_out_accuracy")]
    is_best: bool


Report = StepsReport | InterimReport | EpochReport
"""What the training loop reports."""


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
        return None if self.probabilities is None else self.probabilities.argmax(1)


@dataclass(frozen=True)
class EarlierReports:
    """What a run that is resumed had reported until its state was saved.

    Attributes:
        reports: in their order.
    """

    reports: tuple[Report, ...]


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
