"""t-SNE, beside scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.reading.inspect.tsne import affinities, divergence, first_places, tsne


def clusters(count=120, size=12):
    """Points about four corners, float32 (count, size), and which corner each is at."""
    generator = np.random.default_rng(0)
    labels = np.arange(count) % 4
    corners = 3 * generator.normal(size=(4, size))
    return (corners[labels] + generator.normal(size=(count, size))).astype(np.float32), labels


def test_affinities_are_those_of_scikit_learn():
    from sklearn.manifold._t_sne import _joint_probabilities
    from sklearn.metrics import pairwise_distances

    features, _ = clusters()
    squares = pairwise_distances(features, squared=True).astype(np.float32)
    theirs = _joint_probabilities(squares, 20, 0)
    ours = affinities(features, 20)
    off = ~np.eye(len(features), dtype=bool)
    np.testing.assert_allclose(ours[off], _square(theirs)[off], rtol=2e-3, atol=1e-9)
    assert ours.sum() == pytest.approx(1, abs=1e-4)
    assert not ours.diagonal().any()


def _square(condensed):
    from scipy.spatial.distance import squareform

    return squareform(condensed)


def test_it_ends_as_near_as_scikit_learn_does_after_more_steps():
    from sklearn.manifold import TSNE

    features, labels = clusters()
    joint = affinities(features)
    start = first_places(features - features.mean(axis=0))
    ours = tsne(joint, start)
    theirs = TSNE(init=start, max_iter=1000, method="exact", random_state=0, n_jobs=1).fit_transform(features)
    assert divergence(joint, ours) < divergence(joint, theirs.astype(np.float32)) + 0.02
    away = np.linalg.norm(ours[:, None] - ours[None], axis=2)
    np.fill_diagonal(away, np.inf)
    assert (labels[away.argmin(axis=1)] == labels).all()


def test_it_stops_where_it_is_told_to_with_what_is_there():
    features, _ = clusters(40)
    joint, start, seen = affinities(features), first_places(features), []
    places = tsne(joint, start, steps=30, on_step=lambda step, places: seen.append(places.copy()) or step < 7)
    assert len(seen) == 7
    np.testing.assert_array_equal(places, seen[-1])


@pytest.mark.parametrize("count", [2, 3, 7])
def test_a_few_images_and_such_as_are_all_the_same_have_places_too(count):
    for features in (np.zeros((count, 5), np.float32), np.eye(count, 5, dtype=np.float32)):
        places = tsne(affinities(features), first_places(features), steps=20)
        assert places.shape == (count, 2)
        assert np.isfinite(places).all()
