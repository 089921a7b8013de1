import numpy as np
import pytest
import torch
from safetensors.torch import save

from digitpad.domain.errors import InputError
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.export import export_onnx
from digitpad.reading.load import load_checkpoint, open_reader
from digitpad.storage.starter import starter_digits
from tests.reading.foreign.networks import (
    FOREIGN,
    LeNet,
    bytes_in,
    inputs,
    keras_like,
    own_digits,
    torch_export,
)


def reads_as_itself(reader, network, way, foreign_networks):
    images, labels = foreign_networks
    own = (own_digits(network, images, way) == labels).mean()
    found = (reader.read_batch(images)[0].argmax(axis=1) == labels).mean()
    return own > 0.6 and abs(found - own) <= 0.003


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("ending", ["pt", "safetensors"])
def test_a_state_dict_from_a_tutorial_is_read_as_it_reads_itself(
    tmp_path, name, ending, trained_network, foreign_networks
):
    network, path = trained_network(name), tmp_path / f"mine.{ending}"
    if ending == "pt":
        torch.save(network.state_dict(), path)
    else:
        path.write_bytes(save(network.state_dict()))
    reader, way = open_reader(path), FOREIGN[name][1]
    assert reader.preparation.name == way
    percent = round(100 * reader.preparation.accuracy, 1)
    assert f"reads {percent} % of 500 starter digits" in str(reader.preparation.words)
    assert reads_as_itself(reader, network, way, foreign_networks)


@pytest.mark.parametrize("name", ["official", "lenet-1998", "pooled-at-last"])
@pytest.mark.parametrize("dynamic", [True, False])
def test_an_onnx_file_from_torch_is_read_as_it_reads_itself(tmp_path, name, dynamic, trained_network, foreign_networks):
    network, way = trained_network(name), FOREIGN[name][1]
    torch_export(network, tmp_path / "mine.onnx", dynamic)
    reader = open_reader(tmp_path / "mine.onnx")
    assert reader.preparation.name == way
    assert reads_as_itself(reader, network, way, (foreign_networks[0][:300], foreign_networks[1][:300]))


def test_an_onnx_file_like_those_of_keras_is_read_as_it_reads_itself(tmp_path, trained_network, foreign_networks):
    network, way = trained_network("lenet-relu"), "signed"
    keras_like(tmp_path / "mine.onnx", network)
    reader = open_reader(tmp_path / "mine.onnx")
    assert reader.preparation.name == way
    assert reads_as_itself(reader, network, way, foreign_networks)
    with torch.inference_mode():
        expected = torch.softmax(network(inputs(foreign_networks[0], way)), 1).numpy()
    np.testing.assert_allclose(reader.read_batch(foreign_networks[0])[0], expected, atol=1e-5)


@pytest.mark.parametrize("shape", [[1, 28, 28], [1, 784], ["N", 28, 28, 1], [1, 1, 28, 28]])
def test_an_onnx_file_that_takes_bytes_one_image_at_a_time_is_read(tmp_path, shape, trained_network, foreign_networks):
    network = trained_network("quickstart-bytes")
    bytes_in(tmp_path / "mine.onnx", network, shape)
    reader = open_reader(tmp_path / "mine.onnx")
    assert reader.preparation.name == "bytes"
    assert reads_as_itself(reader, network, "bytes", foreign_networks)


def test_a_foreign_network_becomes_a_checkpoint_and_reads_the_same(tmp_path, trained_network, foreign_networks):
    torch.save(trained_network("pooled-at-last").state_dict(), tmp_path / "mine.pt")
    found = open_reader(tmp_path / "mine.pt")
    save_checkpoint(tmp_path / "mine.safetensors", load_checkpoint(tmp_path / "mine.pt"))
    again = open_reader(tmp_path / "mine.safetensors")
    np.testing.assert_array_equal(again.read_batch(foreign_networks[0])[0], found.read_batch(foreign_networks[0])[0])


def test_a_foreign_onnx_file_is_exported_but_not_saved(tmp_path, trained_network):
    keras_like(tmp_path / "mine.onnx", trained_network("lenet-relu"))
    checkpoint = load_checkpoint(tmp_path / "mine.onnx")
    assert export_onnx(checkpoint, tmp_path / "out.onnx") <= 1e-5
    with pytest.raises(InputError, match="export it instead"):
        save_checkpoint(tmp_path / "out.safetensors", checkpoint)
    reader = open_reader(tmp_path / "mine.onnx")
    features = reader.features(starter_digits()[0][:2], ["net/c1", "logits"])
    assert features["net/c1"].shape == (2, 6, 24, 24)


def test_an_untrained_network_is_prepared_in_the_customary_way(tmp_path):
    torch.manual_seed(0)
    torch.save(LeNet(True).state_dict(), tmp_path / "mine.pt")
    preparation = open_reader(tmp_path / "mine.pt").preparation
    assert preparation.name == "standard"
    assert preparation.accuracy < 0.3
    assert str(preparation.words).startswith("found: mean and spread, reads ")


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"fc.weight": torch.zeros(10, 700), "fc.bias": torch.zeros(10)}, "no strides, padding and pooling"),
        ({"fc.weight": torch.zeros(9, 784)}, "9 outputs and not ten"),
        ({"a.weight": torch.zeros(20, 784), "b.weight": torch.zeros(10, 30)}, "b.weight, [10, 30], does not follow"),
        ({"c.weight": torch.zeros(8, 3, 3, 3), "f.weight": torch.zeros(10, 8)}, "c.weight, [8, 3, 3, 3], does not"),
        ({"attn.in_proj": torch.zeros(30, 10), "f.weight": torch.zeros(10, 784)}, "attn.in_proj, F32 [30, 10], fits"),
        ({"f.weight": torch.zeros(10, 784), "n.weight": torch.zeros(5), "n.bias": torch.zeros(5)}, "n.weight, F32 [5]"),
        ({}, "0 outputs"),
    ],
)
def test_what_cannot_be_recognised_is_a_sentence_with_the_tensors_that_do_not_fit(tmp_path, tensors, said):
    torch.save(tensors, tmp_path / "mine.pt")
    with pytest.raises(InputError) as refused:
        load_checkpoint(tmp_path / "mine.pt")
    assert said in str(refused.value)
    assert "does not know" in str(refused.value)
