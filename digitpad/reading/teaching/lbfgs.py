"""L-BFGS: minimises a smooth function of many numbers from its gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_MEMORY = 10
_SUFFICIENT, _SMALLEST_STEP = 1e-4, 1e-6


def minimise(
    function: Callable[[Vector], tuple[float, Vector]], start: Vector, steps: int, tolerance: float = 1e-6
) -> Vector:
    """Where a function is lowest, near a start.

    Liu and Nocedal, 'On the limited memory BFGS method for large scale optimization' (1989), with a backtracking line
    search.

    Args:
        function: gives its value and its gradient at a vector.
        start: float64 (n,).
        steps: at most so many.
        tolerance: ends where a step lowers the value by less than this share of it.
    """
    at = start
    value, gradient = function(at)
    pairs: list[tuple[Vector, Vector, float]] = []
    for _ in range(steps):
        direction = -_preconditioned(gradient, pairs)
        slope, size = float(gradient @ direction), 1.0
        if slope >= 0:  # at the bottom, as far as rounding lets it be seen
            break
        while True:
            moved = at + size * direction
            new_value, new_gradient = function(moved)
            if new_value <= value + _SUFFICIENT * size * slope or size < _SMALLEST_STEP:
                break
            size /= 2
        if not new_value < value:
            break
        step, change = moved - at, new_gradient - gradient
        if (curvature := float(step @ change)) > 0:
            pairs = [*pairs[1 - _MEMORY :], (step, change, curvature)]
        is_flat = value - new_value < tolerance * abs(value)
        at, value, gradient = moved, new_value, new_gradient
        if is_flat:
            break
    return at


def _preconditioned(gradient: Vector, pairs: list[tuple[Vector, Vector, float]]) -> Vector:
    """The gradient times an estimate of the inverse Hessian, by the two-loop recursion."""
    if not pairs:
        return gradient / max(1.0, float(np.linalg.norm(gradient)))
    result = gradient.copy()
    shares = []
    for step, change, curvature in reversed(pairs):
        shares.append(float(step @ result) / curvature)
        result -= shares[-1] * change
    _, change, curvature = pairs[-1]
    result *= curvature / float(change @ change)
    for (step, change, curvature), share in zip(pairs, reversed(shares), strict=True):
        result += step * (share - float(change @ result) / curvature)
    return result
