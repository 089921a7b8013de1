"""Round numbers for the axes of plots: where they end, and where their ticks stand. No Qt in here."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def round_up(value: float) -> float:
    """The next round number that is not below a positive one: 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    # A hair's breadth of tolerance: 0.3 / 0.1 is a little more than 3.
    return next((power * m for m in _ROUND if value <= power * m * (1 + 1e-9)), 10 * power)


def round_down(value: float) -> float:
    """The next round number that is not above a positive one."""
    power = 10.0 ** math.floor(math.log10(value))
    return next((power * m for m in reversed(_ROUND) if value >= power * m * (1 - 1e-9)), power)


def ticks(low: float, high: float, most: int, *, whole: bool = False) -> tuple[float, list[float]]:
    """At most `most` + 1 ticks from `low` to `high`, a step of 1, 2 or 5 times a power of ten apart; and that step.

    Args:
        low: one end of the axis.
        high: the other, above it.
        most: how many steps there is room for, at least 1.
        whole: whether there is nothing between whole numbers.
    """
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * m for m in (1, 2, 5, 10, 20) if power * m >= least * (1 - 1e-9))
    if whole:
        step = max(step, 1.0)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return step, [number * step for number in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Ticks on an axis whose ends are powers of ten: 1, 2 and 5 of each decade as far as there is room for, else 1.

    Args:
        low: decimal logarithm of one end.
        high: the same of the other, above it.
        most: how many ticks there is room for.

    Returns:
        The decimal logarithms of the ticks' values. Where the axis spans so little that fewer than two of them lie in
        it, ticks that are evenly apart in their values.
    """
    decades = range(math.floor(low), math.ceil(high) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        places = [decade + math.log10(digit) for decade in decades for digit in digits]
        places = [place for place in places if low - 1e-9 <= place <= high + 1e-9]
        if len(places) <= most:
            break
    if len(places) > most:
        return places[:: math.ceil(len(places) / most)]
    if len(places) < 2:
        return [math.log10(value) for value in ticks(10**low, 10**high, max(most, 1))[1] if value > 0]
    return places


def fitted(values: NDArray[np.float64], *, from_zero: bool) -> tuple[float, float]:
    """Ends of a linear axis for some values, which may be none: from 0 to a round number, or as they are."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if from_zero and low >= 0:
        return 0.0, round_up(high) if high > 0 else 1.0
    return (low, high) if high > low else (low - 0.1 * abs(low), high + 0.1 * abs(high) or 1.0)


def fitted_log(values: NDArray[np.float64]) -> tuple[float, float]:
    """Decimal logarithms of the ends of a logarithmic axis for some positive values, which may be none."""
    if not len(values):
        return -2.0, 0.0
    low, high = math.log10(round_down(float(values.min()))), math.log10(round_up(float(values.max())))
    return (low, high) if high - low > 0.1 else (low - 0.1, high + 0.1)
