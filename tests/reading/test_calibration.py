import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitpad.domain.rejection import FALSE_REJECTION_RATES, threshold
from digitpad.reading.calibration import (
    TEMPERATURES,
    calibration_error,
    fit_temperature,
    probabilities,
    reliability,
    shown_digits,
    thresholds,
)


def answers_that_are_right_as_often_as_they_say(count, seed):
    """Logits, and labels drawn from their softmax."""
    random = np.random.default_rng(seed)
    logits = (random.standard_normal((count, 10)) * 3).astype(np.float32)
    drawn = random.random((count, 1)) < probabilities(logits, 1.0).cumsum(axis=1)
    return logits, drawn.argmax(axis=1)


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_the_temperature_undoes_a_factor_on_all_logits(factor):
    logits, labels = answers_that_are_right_as_often_as_they_say(20_000, 0)
    assert fit_temperature(logits * factor, labels) == pytest.approx(factor, rel=0.05)


def test_calibrated_answers_are_right_as_often_as_they_say():
    logits, labels = answers_that_are_right_as_often_as_they_say(20_000, 1)

    def error(temperature):
        shares = probabilities(logits * 4, temperature)
        right = shares.argmax(axis=1) == labels
        return calibration_error(reliability(shares.max(axis=1), right))

    assert error(fit_temperature(logits * 4, labels)) < 0.01 < 0.1 < error(1.0)


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(0, 2**32), st.sampled_from([1e-6, 1.0, 1e4]))
def test_any_answers_have_a_usable_temperature_that_changes_none(count, seed, size):
    random = np.random.default_rng(seed)
    logits = (random.standard_normal((count, 10)) * size).astype(np.float32)
    temperature = fit_temperature(logits, random.integers(0, 10, count))
    assert TEMPERATURES[0] <= temperature <= TEMPERATURES[1]
    shares = probabilities(logits, temperature)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert (shares[np.arange(count), logits.argmax(axis=1)] == shares.max(axis=1)).all()


def test_bins_tell_how_often_what_confidence_was_right():
    bins = reliability(np.array([0.95, 0.99, 0.5, 0.0, 1.0]), np.array([True, False, True, False, True]))
    assert [held.count for held in bins] == [1, *[0] * 6, 1, *[0] * 6, 3]
    assert bins[-1].confidence == pytest.approx(0.98)
    assert bins[-1].accuracy == pytest.approx(2 / 3)
    assert (bins[1].confidence, bins[1].accuracy) == (0, 0)


@settings(deadline=None)
@given(st.integers(1, 3000), st.integers(0, 2**32))
def test_each_threshold_loses_no_more_than_its_share(count, seed):
    held = np.random.default_rng(seed).standard_normal(count)
    rows = thresholds(held)
    assert [share for share, _ in rows] == list(FALSE_REJECTION_RATES)
    assert [value for _, value in rows] == sorted(value for _, value in rows)
    for share in FALSE_REJECTION_RATES:
        rejected = int((held < threshold(rows, share)).sum())
        assert rejected <= share * count


def test_what_is_rejected_is_shown_as_no_digit():
    known = [[0.001, -3.0], [0.01, 1.0], [0.05, 4.0]]
    rows, scores = np.eye(10)[[7, 7, 3]], np.array([0.9, 1.0, 5.0])
    assert shown_digits(rows, scores, known, 0.01).tolist() == [-1, 7, 3]
    assert shown_digits(rows, scores, known, None).tolist() == [7, 7, 3]
