"""Rejection: the energy score below which an image counts as no digit, at a chosen false rejection rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

NO_DIGIT = -1
"""What stands for no digit, among digits 0 to 9."""

FALSE_REJECTION_RATES = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05)
"""Shares of real digits rejected that a checkpoint knows a threshold for, the lowest first."""

FALSE_REJECTION_RATE = 0.003
"""The rate unless the person chooses another."""


def threshold(known: Sequence[list[float]], false_rejection_rate: float | None) -> float:
    """The lowest energy score that is accepted as a digit, minus infinity where nothing is rejected.

    Args:
        known: a checkpoint's thresholds: rows of false rejection rate and score. A network without any never rejects.
        false_rejection_rate: share of real digits that may be rejected; the largest known rate up to it counts. Where
            there is none, and with None, nothing is rejected.
    """
    fitting = [row for row in known if false_rejection_rate is not None and row[0] <= false_rejection_rate]
    return max(fitting)[1] if fitting else -math.inf
