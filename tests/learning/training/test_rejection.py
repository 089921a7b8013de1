"""Teaching a trained network to reject: what its answers stay, and how well it tells outliers from digits."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from digitpad.domain.rejection import FALSE_REJECTION_RATES, threshold
from digitpad.learning.data.datasets import read_starter
from digitpad.learning.data.images import Images, split_validation
from digitpad.learning.data.pen_dataset import outliers
from digitpad.learning.models.networks import members
from digitpad.learning.training.loop import Training, batched_logits
from digitpad.learning.training.losses import energy_score
from digitpad.learning.training.recipes import RECIPES
from digitpad.learning.training.rejection import calibrate
from digitpad.reading.calibration import thresholds

RECIPE = replace(RECIPES["fast"], validation_images=400)


def trained(recipe):
    data, validation = split_validation(read_starter("train"), recipe.validation_images)
    if recipe.outliers:
        pixels = outliers([], recipe.outliers, seed=5)
        data = Images(torch.cat([data.pixels, pixels.pixels]), torch.cat([data.labels, pixels.labels]))
    training = Training(recipe, data, read_starter("test"), validation, seed=0)
    for _ in training.reports():
        pass
    return training


def logits(network, pixels):
    return batched_logits(network, pixels, RECIPE.mean, RECIPE.std, torch.device("cpu"))


@pytest.fixture(scope="module")
def training():
    return trained(RECIPE)


@pytest.fixture(scope="module")
def taught(training):
    """A snapshot that can reject, and what is known of it."""
    network = training.snapshot()
    return network, calibrate(training, network, 0)


def test_probabilities_stay_the_same(training, taught):
    before, after = (logits(network, training.test.pixels) for network in (training.snapshot(), taught[0]))
    assert torch.allclose(before.softmax(1), after.softmax(1), atol=1e-5)
    assert not torch.allclose(before, after, atol=0.5)


def test_the_thresholds_are_those_of_the_network_s_scores(training, taught):
    network, values = taught
    scores = energy_score(logits(network, training.validation.pixels))
    assert np.allclose(values["thresholds"], thresholds(scores.numpy()), atol=1e-4)
    unseen = energy_score(logits(network, outliers([], 200, seed=4).pixels))
    assert float(unseen.median()) < 0 < float(scores.median())


def test_outliers_are_rejected_far_more_often_than_digits(training, taught):
    network, values = taught
    rows = values["thresholds"]
    assert [rate for rate, _ in rows] == list(FALSE_REJECTION_RATES)
    lowest = threshold(rows, 0.01)
    unseen = outliers([], 300, seed=4).pixels
    rejected = {
        name: float((energy_score(logits(network, pixels)) < lowest).float().mean())
        for name, pixels in {
            "validation": training.validation.pixels,
            "test": training.test.pixels,
            "outliers": unseen,
        }.items()
    }
    assert rejected["validation"] <= 0.01
    assert rejected["test"] < 0.04
    assert rejected["outliers"] > 0.35
    # Thresholds alone do far worse.
    scores = energy_score(training.logits(training.validation))
    alone = energy_score(logits(training.snapshot(), unseen)) < np.quantile(scores.numpy(), 0.01, method="lower")
    assert rejected["outliers"] > 2 * float(alone.float().mean())


def test_the_share_of_outliers_rejected_is_measured_on_others_than_it_was_taught_with(taught):
    network, values = taught
    rejected = energy_score(logits(network, outliers([], 500, seed=4).pixels)) < threshold(values["thresholds"], 0.003)
    assert values["outliers_rejected"] == pytest.approx(float(rejected.float().mean()), abs=0.12)


def test_the_temperature_makes_confidence_mean_something(training, taught):
    confidence, digits = (logits(taught[0], training.test.pixels) / taught[1]["temperature"]).softmax(1).max(1)
    assert float(confidence.mean()) == pytest.approx(float((digits == training.test.labels).float().mean()), abs=0.03)


def test_the_temperature_is_fitted_to_the_last_images_alone_where_these_are_of_unseen_writers(training):
    labels = training.validation.labels
    wrong = torch.cat([labels[:300], (labels[300:] + 1) % 10])
    other = Training(RECIPE, training.data, training.test, Images(training.validation.pixels, wrong))
    all_of_them, last = (calibrate(other, training.snapshot(), unseen) for unseen in (0, 100))
    assert last["temperature"] > 2 * all_of_them["temperature"]
    assert last["thresholds"] == all_of_them["thresholds"]


def test_a_network_that_was_trained_on_outliers_is_not_changed():
    training = trained(replace(RECIPE, outliers=300))
    network = training.snapshot()
    values = calibrate(training, network, 0)
    for key, tensor in training.snapshot().state_dict().items():
        assert torch.equal(network.state_dict()[key], tensor)
    assert values["thresholds"]
    assert 0 < values["outliers_rejected"] < 1


def test_every_member_of_an_ensemble_takes_its_part(training):
    few = Images(training.data.pixels[:50], training.data.labels[:50])
    ensemble = Training(replace(RECIPE, network="columns"), few, few, few)
    network, before = ensemble.snapshot(), ensemble.snapshot()
    values = calibrate(ensemble, network, 0)
    scores = energy_score(logits(network, few.pixels))
    assert np.allclose(values["thresholds"], thresholds(scores.numpy()), atol=1e-3)
    assert torch.allclose(*(logits(each, few.pixels).softmax(1) for each in (before, network)), atol=1e-5)
    for one, other in zip(members(before), members(network), strict=True):
        assert not torch.equal(one[-1].weight, other[-1].weight)


def test_without_validation_images_nothing_is_done(training):
    network = training.snapshot()
    assert calibrate(Training(RECIPE, training.data, training.test), network, 0) == {}
