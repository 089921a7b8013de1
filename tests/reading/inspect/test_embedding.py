"""The map of the last hidden layer as plain functions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from digitpad.domain.errors import InputError
from digitpad.domain.prediction import CLASSES
from digitpad.reading.inspect import embedding
from digitpad.reading.inspect.embedding import (
    Layout,
    hidden_names,
    locate,
    map_images,
    pca_layout,
    principal_components,
    read_hidden,
    rotation,
    tsne_layout,
)
from digitpad.reading.load import open_reader
from digitpad.reading.reader import Reader
from digitpad.reading.zoo import NETWORKS
from tests.reading.networks import checkpoint_for, random_network

LINEAR = [["flatten"], ["linear", 16], ["relu"], ["dropout", 0.5], ["linear", 10]]


def bars(count: int) -> np.ndarray:
    """Ten kinds of images, which no random network takes for one another: a bar at one of ten places, and noise."""
    pixels = np.random.default_rng(0).integers(0, 40, (count, 28, 28)).astype(np.uint8)
    for place in range(count):
        label = place % CLASSES
        pixels[place, 2 * label : 2 * label + 4, 4:24] = 200
    return pixels


def reader(layers=LINEAR, change=lambda network: None) -> Reader:
    """Reads with a network of random weights, some of which are changed."""
    network = random_network(layers)
    with torch.no_grad():
        change(network)
    return Reader(checkpoint_for(network, layers, mean=0.1, std=0.3))


@pytest.fixture(scope="module")
def hidden():
    return read_hidden(reader(), bars(50))


@pytest.fixture(scope="module")
def plane(hidden):
    return pca_layout(hidden, *principal_components(hidden.features))


@pytest.mark.parametrize("name", NETWORKS)
def test_features_are_what_goes_into_the_last_linear_layer_of_every_network(name):
    network = random_network(NETWORKS[name])
    members = list(network[0].columns) if name == "columns" else [network]
    found = read_hidden(Reader(checkpoint_for(network, NETWORKS[name], mean=0.1, std=0.3)), bars(3))
    values = torch.from_numpy(found.features * found.scale + found.middle * found.scale)
    with torch.no_grad():
        logits = torch.zeros(3, 10)
        for member in members:
            own, values = values[:, : member[-1].in_features], values[:, member[-1].in_features :]
            logits += member[-1](own) / len(members)
    assert not values.numel()
    shares = torch.softmax(logits, dim=1).numpy()
    np.testing.assert_allclose(found.probabilities, shares, atol=1e-4)


def test_a_foreign_network_has_a_map_too(tmp_path):
    from digitpad.reading.graph import build_graph

    path = tmp_path / "foreign.onnx"
    path.write_bytes(build_graph(reader().checkpoint, ["logits"], is_prepared=True).SerializeToString())
    foreign = open_reader(path)
    assert len(hidden_names(foreign.checkpoint)) == 1
    assert read_hidden(foreign, bars(2)).features.shape == (2, 16)


def test_a_network_without_a_hidden_layer_shows_its_logits():
    found = read_hidden(reader([["flatten"], ["linear", 10]]), bars(4))
    assert found.is_output
    assert found.features.shape == (4, 10)


def test_principal_components_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    generator = np.random.default_rng(0)
    for shape in ((40, 12), (12, 40)):
        features = generator.normal(size=shape).astype(np.float32) * np.linspace(3, 1, shape[1], dtype=np.float32)
        features -= features.mean(axis=0)
        scores, directions = principal_components(features)
        theirs = PCA(5, svd_solver="full").fit(features)
        np.testing.assert_allclose(np.abs(theirs.components_ @ directions[:, :5]), np.eye(5), atol=1e-3)
        np.testing.assert_allclose(np.abs(scores[:, :5]), np.abs(theirs.transform(features)), atol=1e-2)


def test_the_plane_holds_all_images_and_a_drawing_at_its_own_place(hidden, plane):
    assert plane.points.shape == (50, 2)
    assert np.abs(plane.points).max() == pytest.approx(1, abs=1e-5)
    assert 0 < plane.variance <= 1
    for number in (0, 13):
        found = locate(hidden, plane, bars(50)[number])
        assert found.point == pytest.approx(plane.points[number].tolist(), abs=1e-4)
        assert found.neighbours[0] == number
        assert (found.neighbours % CLASSES == number % CLASSES).sum() == 5  # all there are of its kind
        assert (np.diff(found.distances) >= 0).all()


def test_by_t_sne_a_drawing_lies_between_the_images_nearest_in_feature_space(hidden):
    places = np.arange(100, dtype=np.float32).reshape(50, 2)
    layout = tsne_layout(places)
    assert locate(hidden, layout, bars(50)[7]).point == pytest.approx(layout.points[7].tolist(), abs=1e-3)
    other = np.roll(bars(50)[7], 1, axis=1)
    found = locate(hidden, layout, other)
    around = layout.points[found.neighbours[:5]]
    assert (around.min(axis=0) <= found.point).all()
    assert (found.point <= around.max(axis=0)).all()


def test_a_plane_is_turned_to_lie_on_the_one_before(hidden, plane):
    turned = Layout(plane.points, plane.places @ np.array([[0, -1], [1, 0]], np.float32))
    again = pca_layout(hidden, *principal_components(hidden.features), turned)
    np.testing.assert_allclose(again.places, turned.places, atol=1e-4)
    own = locate(hidden, again, bars(50)[3]).point
    assert own == pytest.approx(again.points[3].tolist(), abs=1e-4)
    assert (rotation(plane.places, None) == np.eye(2)).all()


def test_reading_stops_where_it_is_told_to():
    asked = []
    assert read_hidden(reader(), bars(250), lambda share: asked.append(share) or len(asked) < 2) is None
    assert asked == [0, pytest.approx(0.4)]


def test_a_network_that_computes_no_numbers_is_refused():
    broken = reader(change=lambda network: network[1].weight.fill_(float("nan")))
    with pytest.raises(InputError, match="not finite"):
        read_hidden(broken, bars(2))


def test_a_network_that_tells_nothing_apart_makes_one_dot():
    dead = reader(change=lambda network: (network[1].weight.zero_(), network[1].bias.zero_()))
    found = read_hidden(dead, bars(20))
    layout = pca_layout(found, *principal_components(found.features))
    assert not layout.points.any()
    assert locate(found, layout, bars(1)[0]).point == (0, 0)


def test_its_images_are_the_first_test_images(monkeypatch):
    monkeypatch.setattr(embedding, "IMAGES", 30)
    images = map_images("starter")
    assert images.pixels.shape == (30, 28, 28)
    assert images.labels.tolist() == [*range(10)] * 3
