"""Images that every reader must read alike, and one thread of torch."""

import numpy as np
import pytest
import torch

from digitpad.ink.raster.render import render
from tests.hand_drawn import drawings

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def images():
    """Sixty drawn digits, a blank image, a full one and noise: uint8 (70, 28, 28)."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (8, 28, 28)).astype(np.uint8)
    blank, full = np.zeros((1, 28, 28), np.uint8), np.full((1, 28, 28), 255, np.uint8)
    return np.concatenate([[render(drawing.ink) for drawing in drawings(6)], blank, full, noise])
