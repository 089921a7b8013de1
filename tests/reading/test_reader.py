import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from PIL import Image

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.ink.formats.opening import from_picture
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Stroke
from digitpad.learning.models.checkpoints import as_checkpoint, as_network, reader_on
from digitpad.platform.cores import cores
from digitpad.reading.evaluation.evaluate import read_many
from digitpad.reading.layers import network_of
from digitpad.reading.load import load_checkpoint, open_reader
from digitpad.reading.reader import Reader
from digitpad.reading.zoo import NETWORKS, NORMALISATIONS
from digitpad.storage.io import shipped
from digitpad.storage.mnist import mnist_digits
from tests.digit_styles import outliers_by_style
from tests.hand_drawn import drawn
from tests.reading.networks import checkpoint_for, random_network, torch_logits

SHIPPED = sorted(shipped("checkpoints").glob("*.safetensors"))


@pytest.fixture(scope="module")
def reader():
    return open_reader()


# The same as torch.


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_checkpoint_is_read_as_torch_reads_it(path, images):
    known = load_checkpoint(path)
    logits = torch_logits(as_network(known), images, known.info.mean, known.info.std)
    probabilities, scores = open_reader(path).read_batch(images)
    assert_allclose(
        probabilities, torch.softmax(logits.double() / known.info.temperature, 1).numpy(), atol=1e-5, rtol=0
    )
    assert_allclose(scores, torch.logsumexp(logits, 1).numpy(), atol=1e-4, rtol=0)


def assert_alike(checkpoint, images):
    """Probabilities, digits and rejections at every threshold are torch's; untrained networks waver between digits."""
    expected, expected_scores = reader_on(checkpoint, torch.device("cpu"))(images)
    probabilities, scores = read_many(Reader(checkpoint).read_batch, images, cores())
    assert_allclose(probabilities, expected, atol=1e-5, rtol=0)
    wavers = np.ptp(np.sort(expected, axis=1)[:, -2:], axis=1) < 1e-6
    assert (wavers | (probabilities.argmax(1) == expected.argmax(1))).all()
    assert_allclose(scores, expected_scores, atol=1e-4, rtol=1e-5)
    for _, lowest in checkpoint.info.thresholds:
        assert ((scores < lowest) == (expected_scores < lowest)).all()


WHOLE = pytest.mark.skipif("DIGITPAD_TEST_WHOLE" not in os.environ, reason="takes minutes; set DIGITPAD_TEST_WHOLE")
PARTS = [slice(0, 500), pytest.param(slice(500, None), marks=WHOLE)]
"""The first of MNIST's test images, and all others."""


@pytest.mark.parametrize("part", PARTS, ids=["some", "all"])
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_checkpoint_reads_mnist_as_torch_does(path, part, mnist):
    assert_alike(load_checkpoint(path), mnist_digits(mnist, "test")[0][part])


@pytest.mark.parametrize("part", PARTS, ids=["some", "all"])
@pytest.mark.parametrize("known", NETWORKS)
def test_every_known_network_reads_mnist_as_torch_does(known, part, mnist):
    mean, std = NORMALISATIONS[known]
    info = CheckpointInfo(known, known, list(NETWORKS[known]), mean=mean, std=std, temperature=1.7)
    assert_alike(as_checkpoint(random_network(NETWORKS[known]), info), mnist_digits(mnist, "test")[0][part])


def test_a_reason_is_given_where_there_is_no_digit(reader):
    speck = Ink((Stroke.of([(50, 50), (50, 70)], 40.0),))
    heart = outliers_by_style()["symbol-heart"][0].ink
    found = [reader.predict(ink) for ink in (Ink(), speck, heart, drawn(3))]
    assert [(each.digit, each.text, each.reason) for each in found] == [
        *((None, "", reason) for reason in ("empty", "too small", "rejected")),
        (3, "3", None),
    ]


@pytest.mark.parametrize("known", NETWORKS)
def test_every_known_network_with_random_weights_is_read_as_torch_reads_it(known, images):
    network, (mean, std) = random_network(NETWORKS[known]), NORMALISATIONS[known]
    checkpoint = checkpoint_for(network, NETWORKS[known], mean=mean, std=std, temperature=1.7)
    logits = torch_logits(network, images, mean, std)
    probabilities, scores = Reader(checkpoint).read_batch(images)
    assert_allclose(probabilities, torch.softmax(logits.double() / 1.7, 1).numpy(), atol=1e-5, rtol=0)
    assert_allclose(scores, torch.logsumexp(logits, 1).numpy(), atol=1e-4, rtol=0)


CONVOLUTIONS = st.lists(
    st.tuples(st.sampled_from(["conv", "conv-bn"]), st.integers(1, 5), st.sampled_from([1, 3, 5]), st.integers(1, 2))
    .map(lambda layer: [*layer, layer[2] // 2])
    .flatmap(lambda layer: st.sampled_from([[layer], [layer, ["relu"]], [layer, ["maxpool", 2]]])),
    max_size=3,
).map(lambda parts: [layer for part in parts for layer in part])
FLAT = st.lists(
    st.sampled_from([["batchnorm"], ["relu"], ["dropout", 0.4], ["linear", 7], ["flatten"]]),
    max_size=4,
)
MEMBER = st.tuples(CONVOLUTIONS, FLAT).map(lambda parts: [*parts[0], ["flatten"], *parts[1], ["linear", 10]])


def fits(layers):
    try:
        network_of(layers)
    except InputError:  # nothing is left of the image
        return False
    return True


@settings(max_examples=30)
@given(st.lists(MEMBER.filter(fits), min_size=1, max_size=3), st.floats(-0.5, 0.5), st.floats(0.2, 2))
def test_any_network_is_read_as_torch_reads_it(members, mean, std):
    layers = members[0] if len(members) == 1 else [["columns", *members]]
    network = random_network(layers)
    images = np.stack([render(drawn(digit)) for digit in range(10)])
    logits = torch_logits(network, images, mean, std)
    found = Reader(checkpoint_for(network, layers, mean=mean, std=std)).features(images, ["logits"])["logits"]
    assert_allclose(found, logits.numpy(), atol=1e-4, rtol=1e-4)


def test_layers_give_what_torch_s_layers_give(images):
    layers = NETWORKS["wide"]
    network = random_network(layers)
    reader, values, expected = Reader(checkpoint_for(network, layers)), torch.tensor(images).float()[:, None] / 255, {}
    with torch.inference_mode():
        for name, module in network.named_children():
            expected[name] = values = module(values)
    features = reader.features(images, reader.feature_names)
    assert set(features) - {"hidden", "logits"} <= set(expected)
    for name in set(features) - {"hidden", "logits"}:
        assert_allclose(features[name], expected[name].numpy(), atol=1e-5, rtol=1e-5)
    last = max(map(int, expected))
    assert_allclose(features["logits"], expected[str(last)].numpy(), atol=1e-5, rtol=1e-5)
    assert_allclose(features["hidden"], expected[str(last - 1)].numpy(), atol=1e-5, rtol=1e-5)


def test_an_ensemble_gives_each_network_s_layers(images):
    layers = NETWORKS["columns"]
    network = random_network(layers)
    features = Reader(checkpoint_for(network, layers)).features(images, ["0.columns.2.2", "0.columns.1.23"])
    with torch.inference_mode():
        values = torch.tensor(images).float()[:, None] / 255
        first, second = network[0].columns[2][:3](values), network[0].columns[1](values)
    assert_allclose(features["0.columns.2.2"], first.numpy(), atol=1e-5, rtol=1e-5)
    assert_allclose(features["0.columns.1.23"], second.numpy(), atol=1e-5, rtol=1e-5)


def test_a_layer_that_is_not_there_is_a_sentence(reader):
    with pytest.raises(InputError, match="no layer called 99"):
        reader.features(np.zeros((1, 28, 28), np.uint8), ["99"])


# What a reading is.


def test_many_images_are_read_as_one_by_one(reader, images):
    probabilities, scores = reader.read_batch(images)
    for index in (0, 33, 61, 69):
        one, score = reader.read(images[index])
        assert_allclose(one, probabilities[index].tolist(), atol=1e-6, rtol=0)
        assert_allclose(score, float(scores[index]), atol=1e-5, rtol=0)
    assert_allclose(probabilities.sum(axis=1), np.ones(len(images)), atol=1e-12, rtol=0)
    none, no_scores = reader.read_batch(images[:0])
    assert (none.shape, no_scores.shape) == ((0, 10), (0,))


@pytest.mark.parametrize("digit", range(10))
def test_the_shipped_checkpoint_reads_drawn_digits(reader, digit):
    prediction = reader.predict(drawn(digit), 7)
    assert (prediction.revision, prediction.digit) == (7, digit)
    assert prediction.confidence > 0.8


def test_what_has_too_low_a_score_is_refused_as_strictly_as_asked(reader):
    taught = load_checkpoint(SHIPPED[-1])
    lenient = Reader(replace(taught, info=replace(taught.info, thresholds=[[0.001, -1e5], [0.01, 1e5]])))
    assert lenient.predict(drawn(3)).digit == 3
    assert lenient.predict(drawn(3), false_rejection_rate=0.01).digit is None
    assert lenient.predict(drawn(3), false_rejection_rate=None).digit == 3


def test_an_answer_that_is_no_number_is_a_sentence():
    network = random_network([["flatten"], ["linear", 10]])
    with torch.no_grad():
        network[1].weight[4] = float("inf")
    with pytest.raises(InputError, match="random computes probabilities that are not numbers"):
        Reader(checkpoint_for(network, [["flatten"], ["linear", 10]])).predict(drawn(1))


def test_nothing_drawn_is_no_digit(reader):
    for ink in (Ink(), from_picture(Image.new("L", (40, 40), 255))):
        prediction = reader.predict(ink, 7)
        assert (prediction.revision, prediction.digit, prediction.probabilities) == (7, None, (0.1,) * 10)
        assert not prediction.network_input.any()


def test_a_speck_is_refused_where_anything_is(reader):
    speck = Ink((Stroke.of([(50, 50), (50, 70)], 40.0),))
    assert reader.predict(speck).reason == "too small"
    assert reader.predict(speck, false_rejection_rate=None).digit is not None


COORDINATES = st.floats(-1e4, 1e4)
STROKES = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=12).map(Stroke.of)


@given(st.lists(STROKES, min_size=1, max_size=4))
def test_any_ink_gets_probabilities_that_sum_to_one(reader, strokes):
    prediction = reader.predict(Ink(tuple(strokes)), 3)
    assert len(prediction.probabilities) == 10
    assert all(0 <= share <= 1 for share in prediction.probabilities)
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-9)
    assert prediction.digit == (int(np.argmax(prediction.probabilities)) if prediction.reason is None else None)


def test_a_read_only_network_input_is_read(reader):
    network_input = render(drawn(5))
    network_input.flags.writeable = False
    assert int(np.argmax(reader.read(network_input)[0])) == 5


def test_reading_leaves_nothing_in_the_persons_folders_and_asks_no_server(tmp_path):
    """ONNX Runtime does both unless it is told not to, or finds in the environment that it runs in CI."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "SYSTEMROOT")}
    homes = {f"XDG_{kind}_HOME": str(tmp_path) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    program = "from digitpad.reading.load import open_reader; open_reader()"
    subprocess.run([sys.executable, "-c", program], env={**kept, **homes, "HOME": str(tmp_path)}, check=True)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
