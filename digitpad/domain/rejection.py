"""How strict the reader is: which share of real digits may be lost so that what is no digit is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence

SHARES = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05)
"""Shares of real digits lost that a checkpoint knows a threshold for, from the least strict on."""

LOST = 0.003
"""The share that may be lost unless the person chooses another."""


def threshold(known: Sequence[list[float]], lost: float | None) -> float:
    """The lowest evidence that is accepted as a digit; see `digitpad.learning.training.losses.evidence`.

    Args:
        known: a checkpoint's thresholds: rows of share and evidence. A network without any never refuses.
        lost: share of real digits that may be lost; the largest known share up to it counts. Where there is none, and
            with None, nothing is refused.

    Returns:
        Any finite number, or minus infinity where nothing is refused.
    """
    fitting = [row for row in known if lost is not None and row[0] <= lost]
    return max(fitting)[1] if fitting else -math.inf
