"""What was read of images in a grid, in a few signs and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from digitpad.ui.common.format import percent

translate = QCoreApplication.translate


@dataclass(frozen=True, eq=False)
class ReadImages:
    """What was read of n images.

    Attributes:
        digits: int64 (n,).
        confidence: the probability of each, float64 (n,).
        second: what a second network read, int64 (n,), where there is one.
    """

    digits: NDArray[np.int64]
    confidence: NDArray[np.float64]
    second: NDArray[np.int64] | None = None

    def caption(self, number: int, label: int) -> tuple[str, bool]:
        """What stands below an image with that label, and whether what was read is wrong."""
        digit, share = int(self.digits[number]), percent(self.confidence[number], 0)
        if self.second is not None:
            other = int(self.second[number])
            return f"{label}: {digit} | {other}", not digit == other == label
        return (f"{label} {share}", False) if digit == label else (f"{label}→{digit} {share}", True)

    def words(self, number: int) -> str:
        """What was read of an image."""
        text = translate("ReadImages", "read as {digit} ({share})")
        if self.second is not None:
            text = translate("ReadImages", "read as {digit} ({share}), by the second network as {other}")
        other = None if self.second is None else int(self.second[number])
        return text.format(digit=int(self.digits[number]), share=percent(self.confidence[number]), other=other)
