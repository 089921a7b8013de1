"""Occlusion: against captum, and on a network whose answer is worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import Occlusion

from digitpad.ink.raster.render import render
from digitpad.learning.inspect.gradients import PixelNetwork
from digitpad.reading.inspect.attribution import PATCH, STRIDE, occlusion
from digitpad.reading.load import open_reader
from digitpad.reading.reader import Reader
from tests.hand_drawn import drawings
from tests.reading.networks import checkpoint_for, random_network


def test_occlusion_is_captums():
    reader, image = open_reader(), render(drawings(1)[5].ink)
    for digit in (5, 3):
        found = occlusion(reader, image, digit)
        theirs = Occlusion(PixelNetwork(reader.checkpoint)).attribute(
            torch.tensor(image)[None, None].float() / 255, (1, PATCH, PATCH), (1, STRIDE, STRIDE), target=digit
        )
        np.testing.assert_allclose(found.values, theirs[0, 0].numpy(), atol=1e-4)


def test_of_a_network_that_adds_pixels_a_square_takes_away_what_it_covers():
    layers = [["flatten"], ["linear", 10]]
    network = random_network(layers)
    with torch.no_grad():
        network[1].weight.fill_(0.5)
    reader = Reader(checkpoint_for(network, layers))
    image = np.zeros((28, 28), np.uint8)
    image[10, 14] = 255
    found = occlusion(reader, image, 8)
    assert found.difference == pytest.approx(0.5, abs=1e-5)
    expected = np.zeros((28, 28))  # squares from rows 8 and 10, and columns 12 and 14, cover the pixel
    expected[10:12, 14:16] = 0.5
    expected[8:10, 14:16] = expected[12:14, 14:16] = expected[10:12, 12:14] = expected[10:12, 16:18] = 0.25
    for rows in (slice(8, 10), slice(12, 14)):
        for columns in (slice(12, 14), slice(16, 18)):
            expected[rows, columns] = 0.125
    assert found.values == pytest.approx(expected, abs=1e-5)


def test_a_blank_page_has_nothing_to_cover():
    found = occlusion(open_reader(), np.zeros((28, 28), np.uint8), 1)
    assert not found.values.any()
    assert found.difference == 0
