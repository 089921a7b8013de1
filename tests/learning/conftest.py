"""One thread of torch: for work so small, two wait for each other longer than they save."""

import pytest
import torch

from digitpad.learning.models.checkpoints import as_checkpoint
from digitpad.reading.checkpoint_file import save_checkpoint
from tests.learning.small_checkpoint import SMALL_INFO, network

torch.set_num_threads(1)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "small.safetensors"
    save_checkpoint(path, as_checkpoint(network(), SMALL_INFO))
    return path
