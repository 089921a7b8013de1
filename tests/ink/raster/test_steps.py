"""The steps that a drawing takes, and other ways that it could take."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.ink.raster.render import BOX, SIDE, centred, render
from digitpad.ink.raster.steps import boxed, boxed_and_centred, centre_of_mass, steps, whole_pad
from digitpad.ink.strokes import Ink, Stroke
from tests.hand_drawn import drawings

LINE = Ink((Stroke.of([(100, 100), (100, 500)], 100.0),))  # ten times as high as its pen is wide, and ends round


def test_the_steps_end_in_what_the_network_gets():
    for drawing in drawings(1):
        way = steps(drawing.ink)
        assert (way.centred == render(drawing.ink)).all()
        assert (way.centred == centred(way.antialiased)).all()
        assert way.box == drawing.ink.bounds
        for points in way.scaled:
            assert points.min() > 0
            assert points.max() < BOX


def test_the_whole_pad_is_shrunk_with_pen_and_place():
    image = whole_pad(LINE)
    rows, columns = np.nonzero(image)
    assert (columns.min(), columns.max()) == (1, 4)  # 50 to 150 of 1000 units are 1.4 to 4.2 of 28 pixels
    assert (rows.min(), rows.max()) == (1, 15)  # 50 to 550 are 1.4 to 15.4
    assert image.max() == 255


def test_a_line_thinner_than_a_pixel_covers_none():
    thin = Ink((Stroke.of([(100, 100), (100, 500)], 10.0),))
    assert 0 < whole_pad(thin).max() < 0.3 * 255


@pytest.mark.parametrize("prepare", [boxed, boxed_and_centred])
def test_the_box_is_filled_by_ink_with_its_width(prepare):
    rows, columns = np.nonzero(prepare(LINE))
    assert rows.max() - rows.min() + 1 == BOX
    assert columns.max() - columns.min() + 1 == pytest.approx(4, abs=1)  # a fifth as wide as high


def test_the_box_has_its_own_middle_in_the_middle_and_mass_moves_it():
    seven = next(drawing.ink for drawing in drawings(1) if str(drawing.label) == "7")
    rows, columns = np.nonzero(boxed(seven))
    assert (rows.min() + rows.max() + 1) / 2 == pytest.approx(SIDE / 2, abs=0.5)
    assert (columns.min() + columns.max() + 1) / 2 == pytest.approx(SIDE / 2, abs=0.5)
    x, y = centre_of_mass(boxed(seven))
    assert abs(y - 14.5) > 1  # the bar of a seven is heavy
    x, y = centre_of_mass(boxed_and_centred(seven))
    assert (x, y) == pytest.approx((14.5, 14.5), abs=0.51)


def test_the_centre_of_mass_is_counted_from_the_corner():
    image = np.zeros((28, 28), np.uint8)
    image[3, 10] = image[3, 11] = 200
    assert centre_of_mass(image) == (11.0, 3.5)


def test_ink_beyond_the_pad_is_left_out():
    beyond = Ink((Stroke.of([(-500, 500), (1500, 500)]),))
    image = whole_pad(beyond)
    assert (image[14] > 0).all()
    assert image[:12].max() == 0
