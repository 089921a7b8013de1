"""Attribution by gradients: against captum, and against what must hold by the method's definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import InputXGradient, IntegratedGradients, LayerAttribution, LayerGradCam

from digitpad.domain.errors import InputError
from digitpad.ink.raster.render import render
from digitpad.learning.inspect.gradients import PixelNetwork, attribute, grad_cam, integrated_gradients
from digitpad.reading.load import load_checkpoint, open_reader
from digitpad.reading.zoo import NETWORKS
from digitpad.storage.io import DEFAULT_CHECKPOINT
from tests.hand_drawn import drawings
from tests.reading.foreign.networks import torch_export
from tests.reading.networks import checkpoint_for, random_network

DIGITS = [render(drawing.ink) for drawing in drawings(1)]


@pytest.fixture(scope="module")
def shipped():
    return load_checkpoint(DEFAULT_CHECKPOINT)


def made(name):
    layers = NETWORKS[name]
    return checkpoint_for(random_network(layers, 1), layers, mean=0.1307, std=0.3081)


def tensor(image):
    return torch.tensor(image)[None, None].float() / 255


def close(ours, theirs):
    return np.testing.assert_allclose(ours, theirs, atol=1e-5 * max(float(np.abs(theirs).max()), 1e-3))


@pytest.mark.parametrize("name", ["wide", "classic", "mlp", "columns"])
def test_every_method_gives_what_captum_gives(name):
    checkpoint = made(name)
    network, image, blank = PixelNetwork(checkpoint), tensor(DIGITS[4]), torch.zeros(1, 1, 28, 28)
    for digit in (4, 9):
        ours = attribute(checkpoint, DIGITS[4], digit, "integrated_gradients", steps=40)
        close(ours.values, IntegratedGradients(network).attribute(image, blank, digit, n_steps=40)[0, 0].numpy())
        ours = attribute(checkpoint, DIGITS[4], digit, "gradient_times_input")
        theirs = InputXGradient(network).attribute(image.clone().requires_grad_(), digit)
        close(ours.values, theirs[0, 0].detach().numpy())


@pytest.mark.parametrize("digit", [4, 9])
@pytest.mark.parametrize("name", ["wide", "classic", "columns"])
def test_grad_cam_of_every_layer_is_captums(name, digit):
    network, image, asked = PixelNetwork(made(name)), tensor(DIGITS[4]), 0
    shapes = {}
    for layer, module in network.network.named_modules():
        module.register_forward_hook(lambda _, __, output, layer=layer: shapes.__setitem__(layer, output.ndim))
    network(image)
    for layer, module in network.network.named_modules():
        if layer and shapes.get(layer) == 4:
            theirs = LayerGradCam(network, module).attribute(image.requires_grad_(), digit, relu_attributions=True)
            theirs = LayerAttribution.interpolate(theirs, (28, 28), "bilinear").detach()[0, 0].numpy()
            ours = grad_cam(network, image.detach(), digit, layer).numpy()
            assert (ours >= 0).all()
            close(ours, theirs)
            asked += 1
    assert asked >= 6


@pytest.mark.parametrize(("digit", "steps"), [(0, 64), (7, 256)])
def test_integrated_gradients_sum_to_the_logit_difference(shipped, digit, steps):
    image = DIGITS[digit]
    found = attribute(shipped, image, digit, "integrated_gradients", steps=steps)
    logits = open_reader().features(np.stack([image, np.zeros_like(image)]), ["logits"])["logits"][:, digit]
    assert found.difference == pytest.approx(float(logits[0] - logits[1]), abs=1e-3)
    assert float(found.values.sum()) == pytest.approx(found.difference, rel=0.01)
    assert found.gap < 0.01
    assert not found.values[image == 0].any()


def test_of_a_linear_network_the_methods_agree_with_the_weights():
    layers = [["flatten"], ["linear", 10]]
    network = random_network(layers)
    weights = network[1].weight[3].detach().numpy().reshape(28, 28)
    checkpoint = checkpoint_for(network, layers, mean=0.1, std=0.5)
    for method in ("integrated_gradients", "gradient_times_input"):
        close(attribute(checkpoint, DIGITS[3], 3, method).values, weights / 0.5 * DIGITS[3] / 255)


def test_integrated_gradients_can_be_broken_off(shipped):
    asked = []

    def go_on():
        asked.append(1)
        return len(asked) < 3

    network = PixelNetwork(shipped)
    assert integrated_gradients(network, tensor(DIGITS[2]), 2, 64, go_on) is None
    assert len(asked) == 3


def test_a_foreign_onnx_network_has_no_gradients(tmp_path):
    torch_export(random_network(NETWORKS["classic"]), tmp_path / "foreign.onnx")
    checkpoint = load_checkpoint(tmp_path / "foreign.onnx")
    with pytest.raises(InputError, match="ONNX network"):
        attribute(checkpoint, DIGITS[0], 0, "gradient_times_input")
