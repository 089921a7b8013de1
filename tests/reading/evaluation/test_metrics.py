"""Metrics against scikit-learn and SciPy, on seeded answers and on cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import calibration, metrics

from digitpad.reading.calibration import BINS, reliability
from digitpad.reading.evaluation.metrics import (
    REJECTION_POINTS,
    Comparison,
    compare,
    confusion_matrix,
    precisions,
    recalls,
    rejection_axes,
    rejection_curve,
    sign_test,
    surest_first,
    taken_for,
    wilson_interval,
)


@pytest.fixture(params=range(4))
def answers(request):
    """Labels and probabilities of a network that is right more often than not; the last lacks two digits."""
    rng = np.random.default_rng(request.param)
    labels = rng.integers(0, 10 if request.param < 3 else 8, 700)
    logits = rng.normal(size=(700, 10)) + 2 * np.eye(10)[labels]
    if request.param == 3:
        logits[:, 8:] = -50
    shares = np.exp(logits)
    return labels, shares / shares.sum(axis=1, keepdims=True)


def test_confusion_precision_and_recall_are_scikit_learn_s(answers):
    labels, probabilities = answers
    digits = probabilities.argmax(axis=1)
    confusion = confusion_matrix(labels, digits)
    assert np.array_equal(confusion, metrics.confusion_matrix(labels, digits, labels=range(10)))
    precision, recall, _, _ = metrics.precision_recall_fscore_support(
        labels, digits, labels=range(10), zero_division=np.nan
    )
    for found, expected in ((precisions(confusion), precision), (recalls(confusion), recall)):
        assert [np.nan if share is None else share for share in found] == pytest.approx(expected, nan_ok=True)


def test_reliability_is_scikit_learn_s(answers):
    labels, probabilities = answers
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    held = [each for each in reliability(confidence, is_right) if each.count]
    accuracies, confidences = calibration.calibration_curve(is_right, confidence, n_bins=BINS)
    assert [each.accuracy for each in held] == pytest.approx(accuracies)
    assert [each.confidence for each in held] == pytest.approx(confidences)


def test_a_rejection_curve_has_the_points_of_scikit_learn_s_roc_curve(answers):
    labels, probabilities = answers
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    false_kept, right_kept, thresholds = metrics.roc_curve(is_right, confidence, drop_intermediate=False)
    places = {threshold: at for at, threshold in enumerate(thresholds)}
    curve = rejection_curve(confidence, is_right)
    assert len(curve) <= REJECTION_POINTS
    for point in curve:
        at = places[point.threshold]
        right, wrong = right_kept[at] * is_right.sum(), false_kept[at] * (~is_right).sum()
        assert point.rejected == pytest.approx(1 - (right + wrong) / len(labels))
        assert point.accuracy == pytest.approx(right / (right + wrong))


def test_a_rejection_curve_by_hand():
    curve = rejection_curve(np.array([3.0, 1.0, 2.0, 4.0]), np.array([True, False, True, True]))
    assert [(point.rejected, point.accuracy, point.threshold) for point in curve] == [
        (0.0, 0.75, 1.0),
        (0.25, 1.0, 2.0),
        (0.5, 1.0, 3.0),
        (0.75, 1.0, 4.0),
    ]
    assert rejection_axes(curve) == (0.2, 0.5)
    sure = rejection_curve(np.ones(3), np.ones(3, bool))
    assert rejection_axes(sure) == (0.001, 0.999)


def test_of_equally_certain_answers_the_first_are_rejected_first():
    assert [point.accuracy for point in rejection_curve(np.zeros(2), np.array([True, False]))] == [0.5, 0.0]


def test_what_a_digit_was_taken_for_comes_by_number():
    confusion = confusion_matrix(np.array([7, 7, 7, 7, 1]), np.array([1, 2, 2, 7, 1]))
    assert taken_for(confusion)[7] == [(2, 2), (1, 1)]
    assert taken_for(confusion)[1] == []


def test_the_surest_comes_first():
    assert surest_first(np.array([0.5, 0.9, 0.7]), np.array([True, False, True])).tolist() == [2, 0]


def test_two_networks_differ_where_just_one_is_right_or_both_are_wrong_in_their_own_ways():
    labels = np.array([0, 1, 2, 3, 4, 5])
    assert compare(labels, np.array([0, 1, 2, 0, 1, 1]), np.array([0, 1, 0, 3, 2, 1])) == Comparison(2, 1, 1, 2, 3, 1.0)


@pytest.mark.parametrize(("heads", "tails"), [(0, 0), (1, 0), (5, 5), (3, 12), (12, 3), (400, 480), (5000, 4700)])
def test_the_sign_test_is_scipy_s(heads, tails):
    expected = stats.binomtest(heads, heads + tails).pvalue if heads + tails else 1.0
    assert sign_test(heads, tails) == pytest.approx(expected)


@pytest.mark.parametrize(("right", "count"), [(0, 4), (9, 10), (10, 10), (3400, 3417)])
def test_wilson_s_interval_is_scipy_s(right, count):
    expected = stats.binomtest(right, count).proportion_ci(method="wilson")
    assert wilson_interval(right / count, count) == pytest.approx((expected.low, expected.high), abs=1e-4)
