"""What the network says of a drawing in each preparation."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Picture
from digitpad.reading.inspect.steps import read_steps
from digitpad.reading.load import open_reader
from tests.hand_drawn import drawings


@pytest.fixture(scope="module")
def reader():
    return open_reader()


def test_strokes_are_read_in_four_preparations_the_own_last(reader):
    ink = drawings(1)[0].ink
    read = read_steps(ink, render(ink), reader)
    assert read.images.shape == (4, 28, 28)
    assert (read.images[-1] == render(ink)).all()
    assert read.probabilities[-1] == pytest.approx(reader.read(render(ink))[0], abs=1e-6)
    assert read.normalised.min() == pytest.approx((0 - 0.1307) / 0.3081)
    assert read.normalised.max() == pytest.approx((1 - 0.1307) / 0.3081)


def test_a_picture_has_been_prepared_already(reader):
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = 255
    read = read_steps(Ink(picture=Picture(np.zeros((5, 5, 4), np.uint8), image)), image, reader)
    assert read.steps is None
    assert read.images.shape == (1, 28, 28)
    assert read.probabilities.argmax() == 1
