"""A small network, its file, and what loading must say of a bad one."""

import json

import pytest
import torch
from safetensors.torch import save

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError, Message
from digitpad.domain.settings_fields import to_values
from digitpad.learning.models.checkpoints import as_network
from digitpad.learning.models.networks import build
from digitpad.reading.checkpoint_file import FORMAT
from digitpad.reading.load import load_checkpoint

SMALL = [["conv-bn", 4, 5, 2, 2], ["relu"], ["flatten"], ["linear", 10]]
SMALL_INFO = CheckpointInfo(
    name="small",
    network="custom",
    layers=SMALL,
    parameters=7978,
    mean=0.25,
    std=0.5,
    recipe="own ‘recipe’ №7",
    seed=17,
    data=Message("{title}, {count} training images", title="MNIST", count=60_000),
    epochs=3,
    test_accuracy=0.9876,
    date="2025-01-31",
    digitpad_version="0.1.0",
)


def network(layers=SMALL, seed=0):
    """A network with statistics that are not those it was born with."""
    torch.manual_seed(seed)
    made = build(layers)
    made(torch.rand(8, 1, 28, 28))
    return made.eval()


def input_error(path):
    with pytest.raises(InputError) as fails:
        load_checkpoint(path)
    sentence = str(fails.value)
    assert path.name in sentence
    assert len(sentence) < 1000
    return sentence


def metadata(**changes):
    said = {"format": FORMAT} | {k: v for k, v in to_values(SMALL_INFO).items() if k not in ("name", "path")}
    return json.dumps(said | changes)


def write(path, tensors=None, described=None):
    """A safetensors file like digitpad's own, with what a test changes about it."""
    tensors = network().state_dict() if tensors is None else tensors
    path.write_bytes(save(tensors, {"digitpad": metadata() if described is None else described}))
    return path


def same(one, other):
    one, other = one.state_dict(), other.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def loaded_or_error(path):
    try:
        loaded = load_checkpoint(path)
    except InputError:
        return
    assert as_network(loaded)(torch.zeros(1, 1, 28, 28)).shape == (1, 10)
