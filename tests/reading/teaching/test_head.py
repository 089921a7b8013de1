import numpy as np
import pytest
from numpy.testing import assert_allclose

from digitpad.domain.errors import InputError
from digitpad.reading.export import export_onnx
from digitpad.reading.layers import network_of
from digitpad.reading.load import load_checkpoint
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.head import head_inputs, head_of
from digitpad.reading.zoo import NETWORKS
from digitpad.storage.starter import starter_digits
from tests.reading.networks import checkpoint_for, random_network

HIDDEN = {"wide": 128, "keras": 64, "classic": 1024}
"""Networks whose layer before the last can be widened, and how wide it is."""


@pytest.mark.parametrize("name", ["small", "wide", "columns", "mlp", "keras"])
def test_a_head_is_what_a_network_does_last(name):
    reader = Reader(checkpoint_for(random_network(NETWORKS[name]), NETWORKS[name]))
    images = starter_digits()[0][:70]
    head = head_of(reader.checkpoint)
    assert (head.first_weight is not None) == (name in HIDDEN)
    inputs = head_inputs(reader, head, images)
    assert_allclose(head.logits(inputs), reader.features(images, ["logits"])["logits"], atol=2e-4)

    random = np.random.default_rng(0)

    def normal(scale, *shape):
        return random.normal(0, scale, shape).astype(np.float32)

    changed = head.changed(normal(0.1, *head.weight.shape), normal(1, 10))
    if head.first_weight is not None:
        changed = changed.widened(normal(0.1, 3, inputs.shape[1]), normal(1, 3), normal(1, 10, 3))
    taught = changed.put_into(reader.checkpoint)
    assert np.abs(changed.logits(inputs) - head.logits(inputs)).max() > 0.5
    assert_allclose(Reader(taught).features(images, ["logits"])["logits"], changed.logits(inputs), atol=2e-4)
    if head.first_weight is not None:
        assert taught.info.parameters == network_of(taught.info.layers).parameters
    # It can be taught again.
    assert_allclose(head_of(taught).logits(inputs), changed.logits(inputs), atol=2e-4)


def test_an_onnx_network_cannot_be_taught(tmp_path):
    layers = [["flatten"], ["linear", 10]]
    export_onnx(checkpoint_for(random_network(layers), layers), tmp_path / "foreign.onnx")
    with pytest.raises(InputError, match="foreign is an ONNX network, which cannot be taught"):
        head_of(load_checkpoint(tmp_path / "foreign.onnx"))


def test_a_network_without_a_linear_layer_at_its_end_cannot_be_taught():
    layers = [["flatten"], ["linear", 10], ["relu"]]
    with pytest.raises(InputError, match="does not end in a linear layer"):
        head_of(checkpoint_for(random_network(layers), layers))
