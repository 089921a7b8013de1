"""Each foreign network, trained on the starter set once."""

from functools import cache

import pytest
import torch

from digitpad.learning.data.datasets import read_starter
from tests.reading.foreign.networks import trained


@pytest.fixture(scope="session")
def foreign_networks():
    """Digits that no network here was trained on or prepared with."""
    held = read_starter("test")
    return held.pixels[:, 0].numpy(), held.labels.numpy()


@pytest.fixture(scope="session")
def trained_network():
    """Gives a trained network by its name."""
    torch.set_num_threads(1)
    held = read_starter("train")
    return cache(lambda name: trained(name, held.pixels[:, 0].numpy(), held.labels))


@pytest.fixture(autouse=True)
def enough_time(monkeypatch):
    """Lets every candidate have its turn on a busy machine too."""
    monkeypatch.setattr("digitpad.reading.load.OPENING_SECONDS", 60.0)
    monkeypatch.setattr("digitpad.reading.foreign.preparation.FIRST_SECONDS", 60.0)
