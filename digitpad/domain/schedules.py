"""The learning rate over a run, as a plain function of the step. Needs neither torch nor Qt."""

from __future__ import annotations

import math

from digitpad.domain.recipe import Recipe

_WARM_UP = 0.2
"""Share of a one-cycle run in which the rate rises."""

_START, _END = 1 / 25, 1 / 250_000
"""What a one-cycle run starts and ends at, as shares of the highest rate."""

_MOMENTUM = (0.95, 0.85)
"""AdamW's first decay where a one-cycle run starts and ends, and at the highest rate."""


def learning_rate_at(recipe: Recipe, step: int, steps: int) -> float:
    """The learning rate of a step.

    'one-cycle' is Smith and Topin, 'Super-Convergence' (2017): up along a cosine for a fifth of the run, then down to
    next to nothing; 'constant' stays; 'steps' multiplies the rate by `factor` at the start of each milestone.

    Args:
        recipe: names schedule and highest rate.
        step: number of the step, from 0.
        steps: how many steps the run has.

    Returns:
        The rate, above 0, at most `recipe.learning_rate`; with a factor of 0, 0.
    """
    if recipe.schedule == "one-cycle":
        rising, share = _cycle(step, steps)
        low, high = (_START, 1.0) if rising else (1.0, _END)
        return recipe.learning_rate * _cosine(low, high, share)
    if recipe.schedule == "steps":
        epoch = step * recipe.epochs // steps
        return recipe.learning_rate * recipe.factor ** sum(milestone <= epoch for milestone in recipe.milestones)
    return recipe.learning_rate


def momentum_at(recipe: Recipe, step: int, steps: int) -> float:
    """The momentum of a step: SGD's, or the first decay of Adam and AdamW, 0 to 1.

    A one-cycle run lowers it while the rate is high, as Smith, 'A disciplined approach to neural network
    hyper-parameters' (2018), advises.

    Args:
        recipe: names schedule and optimiser.
        step: number of the step, from 0.
        steps: how many steps the run has.
    """
    if recipe.schedule == "one-cycle":
        rising, share = _cycle(step, steps)
        ends, middle = _MOMENTUM
        return _cosine(ends, middle, share) if rising else _cosine(middle, ends, share)
    return recipe.momentum if recipe.optimiser == "sgd" else 0.9


def _cycle(step: int, steps: int) -> tuple[bool, float]:
    """Whether the rate still rises, and the share of the rise or fall that is over."""
    top = max(1.0, _WARM_UP * steps - 1)
    if step < top:
        return True, step / top
    return False, min(1.0, (step - top) / max(1.0, steps - 1 - top))


def _cosine(low: float, high: float, share: float) -> float:
    return high + (low - high) * (1 + math.cos(math.pi * share)) / 2
