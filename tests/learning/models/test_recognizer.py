from copy import copy, deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.ink.formats.opening import from_picture
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Stroke
from digitpad.learning.models.checkpoints import Checkpoint
from digitpad.learning.models.networks import build
from digitpad.learning.models.recognizer import Recognizer, open_recognizer
from digitpad.reading.zoo import NETWORKS
from tests.hand_drawn import drawings, drawn


@pytest.fixture(scope="module")
def shipped():
    return open_recognizer()


@pytest.fixture(scope="module", params=NETWORKS)
def trained(request):
    """A network in evaluation mode whose batch normalisation does something."""
    torch.manual_seed(0)
    network = build(NETWORKS[request.param])
    with torch.no_grad():
        for _ in range(5):
            network(torch.rand(8, 1, 28, 28) * 2 - 0.3)
        for layer in network.modules():
            if isinstance(layer, (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)):
                layer.weight.uniform_(0.5, 2)
                layer.bias.uniform_(-1, 1)
    return Checkpoint(network.eval(), CheckpointInfo("a", request.param, mean=0.1307, std=0.3081))


def test_a_fused_network_answers_as_the_unfused(trained):
    before = deepcopy(trained.network.state_dict())
    recognizer = Recognizer(trained)
    for drawing in drawings(2):
        pixels = render(drawing.ink)
        with torch.no_grad():
            batched_logits = trained.network((torch.tensor(pixels)[None, None] / 255 - 0.1307) / 0.3081)
        expected = torch.softmax(batched_logits[0].double(), dim=0)
        assert recognizer.read(pixels)[0] == pytest.approx(expected.tolist(), abs=1e-4)
    assert all(torch.equal(before[key], tensor) for key, tensor in trained.network.state_dict().items())


def test_empty_ink_is_no_digit(shipped):
    for ink in (Ink(), from_picture(Image.new("L", (40, 40), 255))):
        prediction = shipped.predict(ink, 7)
        assert (prediction.revision, prediction.digit, prediction.probabilities) == (7, None, (0.1,) * 10)
        assert prediction.confidence == 0.1
        assert not prediction.network_input.any()


COORDINATES = st.floats(-1e4, 1e4)
STROKES = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=12).map(Stroke.of)


@settings(deadline=None)
@given(st.lists(STROKES, min_size=1, max_size=4))
def test_any_ink_gets_probabilities_that_sum_to_one(shipped, strokes):
    lenient = copy(shipped)
    lenient.false_rejection_rate = None
    prediction = lenient.predict(Ink(tuple(strokes)), 3)
    assert len(prediction.probabilities) == 10
    assert all(0 <= share <= 1 for share in prediction.probabilities)
    assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-9)
    assert prediction.digit == int(np.argmax(prediction.probabilities))
    assert prediction.revision == 3


@pytest.mark.parametrize("digit", range(10))
def test_the_shipped_checkpoint_reads_drawn_digits(shipped, digit):
    prediction = shipped.predict(drawn(digit))
    assert prediction.digit == digit
    assert prediction.confidence > 0.8


def test_a_read_only_network_input_is_read(shipped):
    pixels = render(drawn(5))
    pixels.flags.writeable = False
    assert int(np.argmax(shipped.read(pixels)[0])) == 5


def test_an_answer_that_is_no_number_is_a_sentence():
    network = build([["flatten"], ["linear", 10]])
    info = CheckpointInfo("broken", "custom", mean=0.0, std=1.0)
    with torch.no_grad():
        network[1].weight[4] = float("inf")
    with pytest.raises(InputError, match="broken"):
        Recognizer(Checkpoint(network, info)).predict(drawn(1))


def test_a_device_that_is_not_there_is_a_sentence():
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="cuda"):
            open_recognizer(device="cuda")


def test_every_device_answers_alike(shipped):
    for device in ("cuda", "mps"):
        if getattr(torch, device).is_available():
            outlier = open_recognizer(device=device)
            for digit in range(10):
                expected = shipped.predict(drawn(digit)).probabilities
                assert outlier.predict(drawn(digit)).probabilities == pytest.approx(expected, abs=1e-3)


def with_thresholds(shipped, lowest):
    recognizer = deepcopy(shipped)
    recognizer.info = replace(shipped.info, thresholds=[[0.001, lowest], [0.01, 1e5]])
    return recognizer


def test_what_has_too_little_evidence_is_refused_as_strictly_as_asked(shipped):
    recognizer = with_thresholds(shipped, -1e5)
    accepted = recognizer.predict(drawn(3))
    assert accepted.digit == 3
    recognizer.false_rejection_rate = 0.01
    fails = recognizer.predict(drawn(3))
    assert fails.digit is None
    assert fails.probabilities == accepted.probabilities
    recognizer.false_rejection_rate = None
    assert recognizer.predict(drawn(3)).digit == 3


def test_a_speck_is_refused_where_anything_is(shipped):
    speck, stick = (Ink((Stroke.of([(50, 50), (50, 50 + tall)], 40.0),)) for tall in (20, 400))
    recognizer = with_thresholds(shipped, -1e5)
    assert recognizer.predict(speck).digit is None
    assert recognizer.predict(stick).digit == 1
    recognizer.false_rejection_rate = None
    assert recognizer.predict(speck).digit is not None


def test_confidence_is_divided_by_the_temperature(trained):
    network_input = render(drawn(4))
    plain = np.array(Recognizer(trained).read(network_input)[0])
    warm = replace(trained, info=replace(trained.info, temperature=2.0))
    expected = np.sqrt(plain) / np.sqrt(plain).sum()
    assert Recognizer(warm).read(network_input)[0] == pytest.approx(expected.tolist(), abs=1e-6)
