"""What several networks read of the same drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.prediction import Prediction
from digitpad.ink.strokes import Ink

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader


@dataclass(frozen=True)
class Group:
    """Networks that give the same answer: the digit, None for 'not a digit', and the networks' numbers."""

    digit: int | None
    networks: tuple[int, ...]


def read_by_each(
    ink: Ink, network_input: NDArray[np.uint8], readers: Sequence[Reader], false_rejection_rate: float | None
) -> tuple[Prediction, ...]:
    """What each network says, as `Reader.predict` does, with the drawing rendered once.

    Args:
        ink: what is drawn, not empty.
        network_input: what `render` makes of it, uint8 (28, 28).
        readers: the networks.
        false_rejection_rate: share of real digits that may be rejected, None to reject nothing.

    Raises:
        InputError: a network cannot be read with.
    """
    return tuple(
        reader.judged(ink, network_input, *reader.read(network_input), 0, false_rejection_rate) for reader in readers
    )


def groups(predictions: Sequence[Prediction]) -> tuple[Group, ...]:
    """Who agrees with whom: the largest group first, of equal ones that with the earlier network."""
    digits = [prediction.digit for prediction in predictions]
    found = {digit: tuple(at for at, other in enumerate(digits) if other == digit) for digit in digits}
    return tuple(Group(*pair) for pair in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[1])))
