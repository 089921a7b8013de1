import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitpad.learning.evaluation.calibration import (
    TEMPERATURES,
    calibration_error,
    fit_temperature,
    probabilities,
    reliability,
)


def answers_that_are_right_as_often_as_they_say(count, seed):
    """Logits, and labels drawn from their softmax."""
    generator = torch.Generator().manual_seed(seed)
    batched_logits = torch.randn(count, 10, generator=generator) * 3
    return batched_logits, torch.multinomial(torch.softmax(batched_logits, 1), 1, generator=generator)[:, 0]


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_a_factor_on_all_logits(factor):
    batched_logits, labels = answers_that_are_right_as_often_as_they_say(20_000, 0)
    assert fit_temperature(batched_logits * factor, labels) == pytest.approx(factor, rel=0.05)


def test_calibrated_answers_are_right_as_often_as_they_say():
    batched_logits, labels = answers_that_are_right_as_often_as_they_say(20_000, 1)

    def error(temperature):
        shares = probabilities(batched_logits * 4, temperature).numpy()
        right = shares.argmax(axis=1) == labels.numpy()
        return calibration_error(reliability(shares.max(axis=1), right))

    assert error(fit_temperature(batched_logits * 4, labels)) < 0.01 < 0.1 < error(1.0)


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(0, 2**32), st.sampled_from([1e-6, 1.0, 1e4]))
def test_any_answers_have_a_usable_temperature_that_changes_none(count, seed, size):
    generator = torch.Generator().manual_seed(seed)
    batched_logits = torch.randn(count, 10, generator=generator) * size
    temperature = fit_temperature(batched_logits, torch.randint(0, 10, (count,), generator=generator))
    assert TEMPERATURES[0] <= temperature <= TEMPERATURES[1]
    shares = probabilities(batched_logits, temperature)
    assert torch.allclose(shares.sum(dim=1), torch.ones(count, dtype=torch.float64))
    assert (shares.gather(1, batched_logits.argmax(1, keepdim=True))[:, 0] == shares.max(dim=1).values).all()


def test_bins_tell_how_often_what_confidence_was_right():
    bins = reliability(np.array([0.95, 0.99, 0.5, 0.0, 1.0]), np.array([True, False, True, False, True]))
    assert [held.count for held in bins] == [1, *[0] * 6, 1, *[0] * 6, 3]
    assert bins[-1].confidence == pytest.approx(0.98)
    assert bins[-1].accuracy == pytest.approx(2 / 3)
    assert (bins[1].confidence, bins[1].accuracy) == (0, 0)
