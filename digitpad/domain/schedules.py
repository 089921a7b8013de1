"""The learning rate over a run, as a plain function of the step. Needs neither torch nor Qt."""

from __future__ import annotations

import math

from digitpad.domain.recipe import Recipe

_WARM_UP = 0.2
"""Share of a one-cycle run in which the rate rises."""

_RATES = (1 / 25, 1.0, 1 / 250_000)
"""The rate of a one-cycle run as shares of the highest: at the start, at the top, at the end."""

_MOMENTA = (0.95, 0.85, 0.95)
"""SGD's momentum, and the first decay of Adam and AdamW, at the same times."""


def learning_rate_at(recipe: Recipe, step: int, steps: int) -> float:
    """The learning rate of a step of some, counted from 0: above 0, at most `recipe.learning_rate`.

    'one-cycle' is Smith and Topin, 'Super-Convergence' (2017): up along a cosine for a fifth of the run, then down to
    next to nothing; 'constant' stays; 'steps' multiplies the rate by `factor`, which may be 0, at the start of each
    milestone.
    """
    if recipe.schedule == "one-cycle":
        return recipe.learning_rate * _one_cycle(step, steps, *_RATES)
    if recipe.schedule == "steps":
        epoch = step * recipe.epochs // steps
        return recipe.learning_rate * recipe.factor ** sum(milestone <= epoch for milestone in recipe.milestones)
    return recipe.learning_rate


def momentum_at(recipe: Recipe, step: int, steps: int) -> float:
    """The momentum of a step: SGD's, or the first decay of Adam and AdamW, 0 to 1; arguments as `learning_rate_at`.

    A one-cycle run lowers it while the rate is high, as Smith, 'A disciplined approach to neural network
    hyper-parameters' (2018), advises.
    """
    if recipe.schedule == "one-cycle":
        return _one_cycle(step, steps, *_MOMENTA)
    return recipe.momentum if recipe.optimiser == "sgd" else 0.9


def _one_cycle(step: int, steps: int, start: float, middle: float, end: float) -> float:
    """From start to middle and on to end, each along a cosine."""
    top = max(1.0, _WARM_UP * steps - 1)
    if step < top:
        before, after, share = start, middle, step / top
    else:
        before, after, share = middle, end, min(1.0, (step - top) / max(1.0, steps - 1 - top))
    return after + (before - after) * (1 + math.cos(math.pi * share)) / 2
