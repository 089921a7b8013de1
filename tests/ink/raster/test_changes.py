"""Changed drawings, against shapes worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.ink.raster.changes import SPANS, changed, changed_ink
from digitpad.ink.raster.render import STROKE, render
from digitpad.ink.raster.steps import centre_of_mass
from digitpad.ink.strokes import Ink, Picture, Stroke
from tests.hand_drawn import drawings

SEVEN = drawings(1)[7].ink


def line(*points):
    return Ink((Stroke.of(points),))


UPRIGHT = line((500, 200), (500, 800))
IMAGE = np.zeros((28, 28), np.uint8)
IMAGE[4:25, 13:16] = 255
BAR = Ink(picture=Picture.of_image(IMAGE))


@pytest.mark.parametrize("kind", SPANS)
@pytest.mark.parametrize("ink", [SEVEN, BAR, line((500, 500))])
def test_no_change_leaves_the_network_input_and_the_least_one_nearly(ink, kind):
    assert (changed(ink, kind, SPANS[kind].none) == render(ink)).all()
    near = changed(ink, kind, SPANS[kind].none + 1e-6).astype(int)
    assert np.abs(near - render(ink)).max() <= 3


def test_upright_ink_that_is_turned_or_slanted_is_another_line():
    assert (changed(UPRIGHT, "turn", 90) == render(line((800, 500), (200, 500)))).all()
    half = 300 / np.sqrt(2)
    leaning = line((500 + half, 500 - half), (500 - half, 500 + half))  # clockwise, so that the top goes to the right
    assert (changed(UPRIGHT, "turn", 45) == render(leaning)).all()
    assert (changed(UPRIGHT, "slant", 45) == render(line((800, 200), (200, 800)))).all()


@pytest.mark.parametrize("ink", [SEVEN, BAR])
def test_what_is_shifted_is_the_same_elsewhere(ink):
    image = render(ink)
    assert (changed(ink, "shift_across", 3) == np.roll(image, 3, axis=1)).all()
    assert (changed(ink, "shift_down", -2) == np.roll(image, -2, axis=0)).all()
    assert changed(ink, "shift_across", 2.5)[:, 3:].mean() == pytest.approx(image[:, 3:].mean(), rel=0.01)


@pytest.mark.parametrize("ink", [UPRIGHT, BAR])
def test_half_the_size_is_half_as_long_about_the_same_middle(ink):
    before, after = render(ink), changed(ink, "scale", 0.5)
    assert centre_of_mass(after) == pytest.approx(centre_of_mass(before), abs=0.6)
    length = before[:, 14].sum() / 255
    width = 0 if ink is BAR else STROKE  # the round ends of ink keep their size
    assert after[:, 14].sum() / 255 == pytest.approx((length - width) / 2 + width, abs=0.5)


@pytest.mark.parametrize("width", [1.5, 3.5, 5.0])
def test_ink_is_as_wide_as_asked_for(width):
    assert changed(UPRIGHT, "width", width)[14].sum() / 255 == pytest.approx(width, abs=0.1)


@pytest.mark.parametrize(("width", "expected"), [(STROKE + 2, 5), (STROKE - 1, 2)])
def test_a_picture_gets_wider_or_thinner_by_as_much(width, expected):
    assert changed(BAR, "width", width)[14].sum() / 255 == pytest.approx(expected, abs=0.3)


def test_a_bar_in_a_picture_is_turned_to_lie():
    lying = changed(BAR, "turn", 90)
    assert np.abs(lying.astype(int) - IMAGE.T).max() <= 1
    leaning = changed(BAR, "turn", 45)
    rows, columns = np.nonzero(leaning > 200)
    assert np.corrcoef(rows, columns)[0, 1] < -0.9  # up and to the right


def test_a_slanted_picture_leans_to_the_right():
    leaning = changed(BAR, "slant", 30)
    top, bottom = (np.flatnonzero(leaning[row]).mean() for row in (6, 22))
    assert (top - bottom) / 16 == pytest.approx(np.tan(np.deg2rad(30)), abs=0.1)


@pytest.mark.parametrize("amount", [0.1, 0.5])
def test_noise_has_its_standard_deviation_and_is_the_same_each_time(amount):
    image = np.full((28, 28), 128, np.uint8)
    noisy = changed(Ink(picture=Picture.of_image(image)), "noise", amount)
    assert (noisy == changed(Ink(picture=Picture.of_image(image)), "noise", amount)).all()
    inside = (noisy > 0) & (noisy < 255)
    assert noisy[inside].std() / 255 == pytest.approx(amount if amount < 0.2 else 0.28, abs=0.03)
    assert noisy.mean() == pytest.approx(128, abs=8)


@pytest.mark.parametrize("kind", SPANS)
@pytest.mark.parametrize("ink", [SEVEN, BAR])
def test_on_the_pad_it_is_read_as_it_was_shown(ink, kind):
    span = SPANS[kind]
    amount = span.none + 0.6 * (span.high - span.none)
    shown = changed_ink(ink, kind, amount)
    assert (render(shown) == changed(ink, kind, amount)).all()
    assert bool(shown.strokes) == (ink is SEVEN and kind in ("turn", "slant"))
