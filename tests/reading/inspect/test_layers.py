"""Every layer of any network: its maps, its weights, and how a pixel comes about."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from digitpad.reading.inspect.layers import layers_of
from digitpad.reading.inspect.maps import limits, pixel, read_layers, receptive_field
from digitpad.reading.layers import network_of
from digitpad.reading.load import open_reader
from digitpad.reading.reader import Reader
from digitpad.reading.zoo import NETWORKS
from tests.reading.foreign.networks import torch_export
from tests.reading.networks import checkpoint_for, random_network

MEAN, STD = 0.1307, 0.3081


@pytest.fixture(scope="module")
def image():
    random = np.random.default_rng(1)
    return random.integers(0, 256, (28, 28)).astype(np.uint8)


def made(name, seed=0):
    """A network with random weights, as torch has it and as a reader."""
    network = random_network(NETWORKS[name], seed)
    return network, Reader(checkpoint_for(network, NETWORKS[name], mean=MEAN, std=STD))


def hooked(network, image):
    """What every module of a torch network gives, by its name."""
    given = {}
    for name, module in network.named_modules():
        module.register_forward_hook(lambda _, __, output, name=name: given.__setitem__(name, output[0].numpy()))
    with torch.inference_mode():
        network((torch.tensor(image)[None, None].float() / 255 - MEAN) / STD)
    return given


@pytest.mark.parametrize("name", ["wide", "small", "mlp", "classic", "columns"])
def test_maps_are_those_of_torch_in_its_order(name, image):
    network, reader = made(name)
    layers = layers_of(reader.checkpoint)
    read = read_layers(reader, layers, image, {})
    given = hooked(network, image)
    assert [layer.name for layer in layers] == [name for name in given if name in read.maps]
    assert sum(layer.parameters for layer in layers) == network_of(reader.info.layers).parameters
    for layer in layers:
        assert read.maps[layer.name].shape == layer.shape
        scale = np.abs(given[layer.name]).max()
        np.testing.assert_allclose(read.maps[layer.name], given[layer.name], atol=1e-5 * max(scale, 1))
    assert read.probabilities == pytest.approx(reader.read(image)[0], abs=1e-5)


@pytest.mark.parametrize("name", ["wide", "small", "mlp", "columns"])
def test_kernel_times_patch_is_the_pixel(name, image):
    _, reader = made(name)
    layers = layers_of(reader.checkpoint)
    read = read_layers(reader, layers, image, {})
    random = np.random.default_rng(0)
    explained = 0
    for layer in layers:
        inputs = read.maps[layer.source] if layer.source else read.image
        place = [int(random.integers(side)) for side in layer.shape]
        found = pixel(layer, inputs, *place)
        assert (found is not None) == (layer.kind in ("conv", "linear"))
        if found is not None:
            explained += 1
            scale = float(np.abs(read.maps[layer.name]).max())
            assert found.value == pytest.approx(float(read.maps[layer.name][tuple(place)]), abs=1e-4 * max(scale, 1))
    assert explained >= 3


def test_activations_and_pooling_share_the_scale_of_their_convolution(image):
    _, reader = made("small")
    layers = layers_of(reader.checkpoint)
    maps = read_layers(reader, layers, image, {}).maps
    assert [layer.kind for layer in layers[:4]] == ["conv", "maxpool", "relu", "conv"]
    conv, pool, relu, after = (layer.name for layer in layers[:4])
    by_map = limits(layers, maps, "map")
    assert by_map[conv] == pytest.approx(np.abs(maps[conv]).max(axis=(1, 2)))
    assert (by_map[relu] == by_map[conv]).all()
    by_layer = limits(layers, maps, "layer")
    assert (by_layer[pool] == np.abs(maps[conv]).max()).all()
    assert by_layer[after][0] == pytest.approx(np.abs(maps[after]).max())
    everything = limits(layers, maps, "all")
    assert {float(each[0]) for each in everything.values()} == {
        max(float(np.abs(each).max()) for each in maps.values())
    }


def test_the_receptive_field_grows_as_worked_out_by_hand():
    _, reader = made("small")  # 5×5 with stride 2, pooling by 2, then 3×3 with padding 1
    layers = {layer.name: layer for layer in layers_of(reader.checkpoint)}
    conv, pool, _, after = list(layers)[:4]
    assert receptive_field(layers, conv, 0, 0) == (0, 0, 5, 5)
    assert receptive_field(layers, conv, 2, 3) == (6, 4, 11, 9)
    assert receptive_field(layers, pool, 1, 2) == (8, 4, 15, 11)  # maps' columns 4 and 5, rows 2 and 3
    assert receptive_field(layers, after, 1, 1) == (0, 0, 15, 15)
    assert receptive_field(layers, after, 0, 0) == (0, 0, 11, 11)  # the padding is outside
    assert receptive_field(layers, list(layers)[-1], 0, 0) is None


@pytest.mark.parametrize("name", ["wide", "mlp", "columns"])
def test_a_map_that_is_switched_off_is_zero_and_changes_what_comes_after(name, image):
    _, reader = made(name)
    layers = layers_of(reader.checkpoint)
    first = layers[0].name
    whole = read_layers(reader, layers, image, {})
    channel = int(whole.maps[first].reshape(len(whole.maps[first]), -1).max(axis=1).argmax())
    broken = read_layers(reader, layers, image, {first: (channel,)})
    assert not broken.maps[first][channel].any()
    kept = np.arange(len(broken.maps[first])) != channel
    assert (broken.maps[first][kept] == whole.maps[first][kept]).all()
    assert not np.allclose(broken.maps[layers[1].name], whole.maps[layers[1].name])
    assert broken.whole == pytest.approx(whole.probabilities, abs=1e-6)
    assert not np.allclose(broken.probabilities, whole.probabilities, atol=1e-7)


def test_all_maps_of_a_layer_switched_off_leave_the_biases(image):
    network, reader = made("classic")
    layers = layers_of(reader.checkpoint)
    last = [layer for layer in layers if layer.kind == "relu"][-1]
    broken = read_layers(reader, layers, image, {last.name: range(last.shape[0])})
    logits = network[-1].bias.detach()
    assert broken.probabilities == pytest.approx(torch.softmax(logits, 0).numpy(), abs=1e-5)


def test_a_foreign_file_has_layers_too(tmp_path, image):
    network = random_network(NETWORKS["classic"], 3)
    path = tmp_path / "foreign.onnx"
    torch_export(network, path)
    reader = open_reader(path)
    layers = layers_of(reader.checkpoint)
    kinds = [layer.kind for layer in layers]
    assert kinds[:6] == ["conv", "relu", "maxpool", "conv", "relu", "maxpool"]
    assert kinds.count("linear") >= 1
    read = read_layers(reader, layers, image, {})
    for layer in layers:
        if layer.kind in ("conv", "linear"):
            inputs = read.maps[layer.source] if layer.source else read.image
            place = [side // 2 for side in layer.shape]
            found = pixel(layer, inputs, *place)
            assert found.value == pytest.approx(float(read.maps[layer.name][tuple(place)]), abs=1e-3)
    broken = read_layers(reader, layers, image, {layers[0].name: (0, 1)})
    assert not broken.maps[layers[0].name][:2].any()
    assert not np.allclose(broken.probabilities, read.probabilities, atol=1e-9)
