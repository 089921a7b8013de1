"""What a network says of the ink."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLASSES = 10
"""Number of classes: the digits 0 to 9."""


EMPTY, REJECTED, TOO_SMALL = "empty", "rejected", "too small"
"""Why there is no digit."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a network says of one state of the ink.

    Attributes:
        revision: number of the ink's state that was read.
        digit: the digit, 0 to 9, or None where nothing is drawn, or what is drawn is rejected.
        probabilities: ten probabilities that sum to 1; all 0.1 where nothing is drawn.
        network_input: uint8 (28, 28), 255 is ink: what the network saw.
        reason: why there is no digit: `EMPTY`, `REJECTED` or `TOO_SMALL`; None where there is one.
    """

    revision: int
    digit: int | None
    probabilities: tuple[float, ...]
    network_input: NDArray[np.uint8]
    reason: str | None = None

    @property
    def text(self) -> str:
        """What is read as a whole: the digit, or nothing."""
        return "" if self.digit is None else str(self.digit)

    @property
    def confidence(self) -> float:
        """The largest of the probabilities, 0.1 to 1."""
        return max(self.probabilities)
