"""The learning rate over a run, against torch's own scheduler and the tutorials' words."""

import itertools
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitpad.domain.recipe import Recipe
from digitpad.domain.schedules import learning_rate_at, momentum_at
from digitpad.domain.settings_fields import declared

RECIPE = Recipe(id="a", title="A", network="mlp", epochs=4, learning_rate=0.02)


def torch_s_own(steps, learning_rate, optimiser):
    """Rates and momenta of each step as OneCycleLR sets them."""
    weight = [torch.zeros(1, requires_grad=True)]
    made = torch.optim.SGD(weight, 1.0, momentum=0.9) if optimiser == "sgd" else torch.optim.AdamW(weight, 1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(made, learning_rate, total_steps=steps, pct_start=0.2)
    for step in range(steps):
        group = made.param_groups[0]
        yield group["lr"], group["momentum"] if optimiser == "sgd" else group["betas"][0]
        made.step()
        if step < steps - 1:
            schedule.step()


# Below ten steps torch's rise is shorter than one step, and it divides by zero for some of them.
@settings(max_examples=30)
@given(st.integers(10, 400), st.floats(1e-5, 1), st.sampled_from(list(declared(Recipe)["optimiser"].choices)))
def test_one_cycle_is_that_of_torch(steps, learning_rate, optimiser):
    recipe = replace(RECIPE, learning_rate=learning_rate, optimiser=optimiser)
    for step, (its_rate, its_momentum) in enumerate(torch_s_own(steps, learning_rate, optimiser)):
        # Their cosines are summed in another order; at the end little is left of the rate to compare.
        assert learning_rate_at(recipe, step, steps) == pytest.approx(its_rate, rel=1e-9, abs=learning_rate * 1e-12)
        assert momentum_at(recipe, step, steps) == pytest.approx(its_momentum, rel=1e-12)


@given(st.integers(1, 100_000), st.data())
def test_one_cycle_stays_in_bounds_and_rises_and_falls_once(steps, data):
    few = sorted(data.draw(st.lists(st.integers(0, steps - 1), min_size=1, max_size=30)))
    learning_rates = [learning_rate_at(RECIPE, step, steps) for step in few]
    assert all(0 < learning_rate <= RECIPE.learning_rate for learning_rate in learning_rates)
    assert all(0.85 <= momentum_at(RECIPE, step, steps) <= 0.95 for step in few)
    top = learning_rates.index(max(learning_rates))
    assert learning_rates[: top + 1] == sorted(learning_rates[: top + 1])
    assert learning_rates[top:] == sorted(learning_rates[top:], reverse=True)
    if steps > 2:
        assert learning_rate_at(RECIPE, 0, steps) == pytest.approx(RECIPE.learning_rate / 25)
        assert learning_rate_at(RECIPE, steps - 1, steps) == pytest.approx(RECIPE.learning_rate / 250_000)


@given(st.integers(1, 100), st.data())
def test_constant_stays(steps, data):
    step = data.draw(st.integers(0, steps - 1))
    recipe = replace(RECIPE, schedule="constant", momentum=0.4)
    assert learning_rate_at(recipe, step, steps) == 0.02
    assert momentum_at(replace(recipe, optimiser="sgd"), step, steps) == 0.4
    assert momentum_at(replace(recipe, optimiser="adam"), step, steps) == 0.9


@given(st.integers(1, 30), st.integers(1, 50), st.sets(st.integers(0, 30), max_size=5), st.floats(0, 1))
def test_steps_multiply_the_rate_at_the_start_of_each_milestone(epochs, by_epoch, milestones, factor):
    recipe = replace(RECIPE, epochs=epochs, schedule="steps", milestones=tuple(sorted(milestones)), factor=factor)
    expected = 0.02
    for epoch in range(epochs):
        if epoch in milestones:
            expected *= factor
        for step in (epoch * by_epoch, (epoch + 1) * by_epoch - 1):
            assert learning_rate_at(recipe, step, epochs * by_epoch) == pytest.approx(expected, rel=1e-12, abs=1e-30)


@given(
    st.builds(
        Recipe,
        id=st.just("a"),
        title=st.just("A"),
        network=st.just("mlp"),
        epochs=st.integers(1, 9),
        schedule=st.sampled_from(list(declared(Recipe)["schedule"].choices)),
        optimiser=st.sampled_from(list(declared(Recipe)["optimiser"].choices)),
    )
)
def test_every_length_from_one_step_on_has_a_rate(recipe):
    for steps in range(recipe.epochs, 30 * recipe.epochs, recipe.epochs):
        for step in itertools.chain(range(min(steps, 5)), [steps - 1]):
            assert 0 < learning_rate_at(recipe, step, steps) <= recipe.learning_rate
            assert 0 <= momentum_at(recipe, step, steps) < 1
