from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from digitpad.ink.geometry import smooth
from digitpad.ink.raster.picture import picture_input
from digitpad.ink.raster.render import BOX, CENTRE, SIDE, STROKE, centred, nearest_disc, render
from digitpad.ink.strokes import PRESSURE, TIME, Ink, Picture, Stroke
from digitpad.storage.mnist import mnist_digits
from tests.hand_drawn import drawings, drawn

MNIST_WIDTH = 2.22
"""Median of `line_width` over MNIST's test images."""


def wobbly(digit, turn, slant, wide, seed):
    """A hand-drawn digit whose points stand at odd places, so that nothing in it is symmetric or a round number."""
    noise = np.random.default_rng(seed)
    ink = drawn(digit, turn, slant, wide)
    return Ink(tuple(Stroke.of(s.points[:, :2] + noise.normal(0, 0.5, (len(s.points), 2)), 20.0) for s in ink.strokes))


digits = st.builds(
    wobbly, st.integers(0, 9), st.floats(-20, 20), st.floats(-0.3, 0.3), st.floats(0.7, 1.2), st.integers(0, 2**32 - 1)
)
places = st.tuples(st.floats(-1000, 1000, width=16), st.floats(-1000, 1000, width=16))
scribbles = st.lists(st.lists(places, min_size=1, max_size=30), min_size=1, max_size=6).map(
    lambda lines: Ink(tuple(Stroke.of(line) for line in lines))
)
"""Anything: taps, repeated points, zigzags, straight lines, strokes over each other."""


def changed(ink, scale=1.0, shift=(0.0, 0.0), width=1.0):
    """Ink scaled, then shifted, its pen's width multiplied."""
    strokes = []
    for stroke in ink.strokes:
        points = stroke.points.copy()
        points[:, :2] = points[:, :2] * scale + shift
        strokes.append(replace(stroke, points=points, width=stroke.width * width))
    return Ink(tuple(strokes))


def box(image):
    """Top, bottom, left and right of what is not paper, the last ones included."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return rows[0], rows[-1], columns[0], columns[-1]


def cut_out(image):
    """What is not paper, in its box."""
    top, bottom, left, right = box(image)
    return image[top : bottom + 1, left : right + 1]


def longest_side(image):
    return max(cut_out(image).shape)


def centre(image):
    """Centre of mass as pixel indices, (row, column)."""
    grey, index = image.astype(float), np.arange(SIDE)
    return np.array([grey.sum(axis=1) @ index, grey.sum(axis=0) @ index]) / grey.sum()


def line_width(image):
    """Twice the area over the length of the edge, which the grey rim lengthens not and the ends only little."""
    grey = np.pad(image / 255, 1)
    return 2 * grey.sum() / np.hypot(np.diff(grey, axis=0)[:, :-1], np.diff(grey, axis=1)[:-1]).sum()


def assert_same(one, other, levels=1, tie=0.01):
    """Two images are equal but for some grey levels.

    An image whose centre of mass lies as far from one pixel as from the next, but for `tie`, may have gone either way:
    moves by whole pixels have such a tie, and whatever moves the centre a little decides it.
    """
    ties = np.abs(np.abs(centre(one) - CENTRE) - 0.5) < tie
    shifts = [
        (row, column) for row in (0, -1, 1) for column in (0, -1, 1) if ties[0] >= abs(row) and ties[1] >= abs(column)
    ]
    best = min(int(np.abs(np.roll(other, shift, (0, 1)).astype(int) - one).max()) for shift in shifts)
    assert best <= levels


def reference(ink):
    """The same by definition: each pixel by its distance from each stroke's curve, sampled ten times as finely."""
    left, top, right, bottom = ink.bounds
    scale = (BOX - STROKE) / max(right - left, bottom - top, ink.strokes[0].width / 2)
    middles = np.stack(np.meshgrid(np.arange(BOX), np.arange(BOX)), axis=-1).reshape(-1, 2) + 0.5
    nearest = np.full(BOX * BOX, np.inf)
    for stroke in ink.strokes:
        curve = smooth((stroke.points[:, :2] - (left, top)) * scale + STROKE / 2, 0.05)
        for a, b in zip(curve, np.concatenate([curve[1:], curve[-1:]]), strict=True):
            way = b - a
            share = np.clip((middles - a) @ way / max(way @ way, 1e-300), 0, 1)
            nearest = np.minimum(nearest, np.hypot(*(middles - a - share[:, None] * way).T))
    return centred(np.clip((STROKE + 1) / 2 - nearest, 0, 1).reshape(BOX, BOX))


# What any ink becomes.


@given(scribbles)
@example(Ink((Stroke.of([(0, 0)] * 3),)))
@example(Ink((Stroke.of([(0, 0), (0, 1000)]), Stroke.of([(1000, 500)]))))
@example(Ink((Stroke.of([(0, 0), (1e-310, 5e-324)], 5e-324),)))
def test_any_ink_becomes_an_image_that_is_centred_as_in_mnist(ink):
    image = render(ink)
    assert image.dtype == np.uint8
    assert image.shape == (SIDE, SIDE)
    assert longest_side(image) <= BOX
    top, bottom, left, right = box(image)
    at_edge = np.array([top == 0 or bottom == SIDE - 1, left == 0 or right == SIDE - 1])
    assert (at_edge | (np.abs(centre(image) - CENTRE) <= 0.5 + 1e-9)).all()


def test_empty_ink_is_paper():
    image = render(Ink())
    assert image.dtype == np.uint8
    assert image.shape == (SIDE, SIDE)
    assert not image.any()


def test_a_picture_brings_its_own_image():
    network_input = np.arange(SIDE * SIDE, dtype=np.uint8).reshape(SIDE, SIDE)
    picture = Picture(np.zeros((1, 1, 4), np.uint8), network_input)
    np.testing.assert_array_equal(render(Ink(picture=picture)), network_input)


@given(digits, st.floats(0.5, 6))
def test_a_digits_longest_side_is_20_pixels_whatever_its_line_width(ink, stroke):
    assert longest_side(render(ink, stroke)) == BOX


@given(places, places)
def test_a_straight_lines_longest_side_is_20_pixels(start, end):
    ink = Ink((Stroke.of([start, end], 1.0),))
    assume(np.ptp([start, end], axis=0).max() >= 0.5)
    assert longest_side(render(ink)) == BOX


@given(places, st.floats(0, 1e300, exclude_min=True), st.integers(1, 5))
def test_a_tap_is_a_dot_in_the_middle(place, width, times):
    image = render(Ink((Stroke.of([place] * times, width),)))
    assert longest_side(image) <= np.ceil(STROKE) + 1
    np.testing.assert_allclose(centre(image), CENTRE, atol=0.5)
    np.testing.assert_array_equal(image, render(Ink((Stroke.of([(0, 0)]),))))


@given(st.floats(0, 2 * np.pi), st.floats(0, 0.49))
def test_what_is_smaller_than_half_the_pen_stays_small(angle, length):
    image = render(Ink((Stroke.of([(0, 0), (20 * length * np.cos(angle), 20 * length * np.sin(angle))], 40.0),)))
    assert longest_side(image) < BOX


def test_nothing_joins_one_stroke_to_the_next():
    sides = Ink(
        (Stroke.of([(0, 0), (0, 500), (0, 1000)]), Stroke.of([(1000, 1000), (1000, 0)]), Stroke.of([(500, 500)]))
    )
    image = render(sides)
    inside = cut_out(image)
    assert inside.shape == (BOX, BOX)
    assert not inside[:7, 4:-4].any()
    assert not inside[-7:, 4:-4].any()
    assert not inside[:, 4:7].any()
    assert not inside[:, -7:-4].any()
    assert inside[8:12, 8:12].any()


# Against the definition.


# Discs stand a quarter of a pixel apart. Along a line they make its edge wave by 0.007 pixels, 2 levels; the tip of a
# corner may lie 0.125 pixels, 32 levels, beyond the disc next to it. That moves the centre of mass a little too, so
# either pixel next to it will do; where the centre belongs is stated above.


@given(digits)
def test_a_digit_is_its_curve_with_a_width(ink):
    exact, image = reference(ink), render(ink)
    assert_same(exact, image, levels=32, tie=1)
    assert image.sum() == pytest.approx(exact.sum(), rel=0.01)


@given(scribbles)
@example(Ink((Stroke.of([(0, 197), (1, 0), (0, 0)]),)))  # its centre of mass lies between two pixels
@settings(max_examples=50)
def test_a_scribble_is_its_curve_with_a_width(ink):
    assert_same(reference(ink), render(ink), levels=34, tie=1)  # and the chords of half a pixel cut tight bends


def test_a_thousand_strokes_and_ten_thousand_points_are_what_they_are_one_by_one():
    noise = np.random.default_rng(0)
    lines = [np.cumsum(noise.normal(0, 8, (10, 2)), axis=0) + noise.uniform(0, 1000, 2) for _ in range(1000)]
    frame = Stroke.of([(-200, -200), (1200, -200), (1200, 1200), (-200, 1200)], 1.0)
    strokes = [Stroke.of(line) for line in lines]
    each = np.max([cut_out(render(Ink((frame, stroke)))) for stroke in strokes], axis=0)
    together = cut_out(render(Ink((frame, *strokes))))
    assert np.abs(each.astype(int) - together).max() <= 1


@given(places, places, st.integers(3, 5000))
def test_a_straight_line_may_have_any_number_of_points(start, end, count):
    assume(np.ptp([start, end], axis=0).max() >= 20)
    few, many = (Ink((Stroke.of(np.linspace(start, end, n)),)) for n in (2, count))
    assert_same(render(few), render(many), levels=2)


# What makes no difference.


@given(scribbles)
def test_rendering_again_gives_the_same(ink):
    np.testing.assert_array_equal(render(ink), render(ink))


@given(scribbles, st.integers(-30, 30))
def test_a_power_of_two_in_size_and_pen_changes_no_bit(ink, power):
    np.testing.assert_array_equal(render(changed(ink, 2.0**power, width=2.0**power)), render(ink))


@given(digits, st.floats(0.01, 10))
def test_pen_width_changes_no_bit(ink, width):
    np.testing.assert_array_equal(render(changed(ink, width=width)), render(ink))


@given(scribbles, st.integers(0, 2**32 - 1))
def test_pressure_and_time_change_no_bit(ink, seed):
    noise = np.random.default_rng(seed)
    strokes = []
    for stroke in ink.strokes:
        points = stroke.points.copy()
        points[:, PRESSURE], points[:, TIME] = noise.uniform(0, 1, (2, len(points)))
        strokes.append(Stroke.of(points))
    np.testing.assert_array_equal(render(Ink(tuple(strokes))), render(ink))


# From here on sizes and places are rounded differently, so a grey level next to a half may go the other way.


@given(digits, st.floats(-6, 6), st.floats(-1, 1), st.floats(-1, 1))
def test_size_and_place_change_nothing(ink, magnitude, right, down):
    scale = 10.0**magnitude
    shift = 1000 * scale * np.array([right, down])  # anywhere on a pad of that scale and around it
    assert_same(render(ink), render(changed(ink, scale, shift, width=scale)))


@given(digits, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_far_place_changes_nothing(ink, right, down):
    assert_same(render(ink), render(changed(ink, shift=(right, down))))


@given(digits, st.randoms(use_true_random=False))
def test_the_order_of_strokes_changes_nothing(ink, random):
    strokes = [*ink.strokes, *changed(ink, 0.3, (11.7, 30.3)).strokes]
    shuffled = random.sample(strokes, len(strokes))
    assert_same(render(Ink(tuple(strokes))), render(Ink(tuple(shuffled))))


@given(digits)
def test_the_direction_of_strokes_changes_nothing(ink):
    # The discs stand the same way from either end; where chords meet the curve may differ.
    backwards = Ink(tuple(Stroke.of(stroke.points[::-1], stroke.width) for stroke in ink.strokes))
    assert_same(render(ink), render(backwards), levels=2)


# Centring alone.


@given(arrays(np.float64, st.tuples(st.integers(1, SIDE), st.integers(1, SIDE)), elements=st.floats(-1, 2)))
def test_centring_moves_and_rounds_and_does_nothing_else(digit):
    grey = np.rint(np.clip(digit, 0, 1) * 255).astype(np.uint8)
    image = centred(digit)
    assert image.shape == (SIDE, SIDE)
    if not grey.any():
        assert not image.any()
        return
    rows, columns = np.flatnonzero(grey.any(axis=1)), np.flatnonzero(grey.any(axis=0))
    np.testing.assert_array_equal(cut_out(image), grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


# Like MNIST.


def round_trip(image, seed):
    """An image enlarged, put anywhere on a dark or bright page, brought back, and moved to match best."""
    random = np.random.default_rng(seed)
    side = round(SIDE * random.uniform(6, 12))
    large = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))
    page = np.zeros((400, 500), np.uint8)
    row, column = random.integers(0, page.shape[0] - side + 1), random.integers(0, page.shape[1] - side + 1)
    page[row : row + side, column : column + side] = large
    back = picture_input(Image.fromarray(page if random.random() < 0.5 else 255 - page))
    shifts = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]  # whole pixels: see `assert_same`
    return max(float(np.corrcoef(np.roll(back, shift, (0, 1)).ravel(), image.ravel())[0, 1]) for shift in shifts)


@pytest.fixture(scope="module")
def mnist_images(mnist):
    return mnist_digits(mnist, "test")[0]


def test_drawn_digits_come_back_from_a_picture():
    likeness = [round_trip(render(drawing.ink), seed) for seed, drawing in enumerate(drawings(2))]
    assert np.median(likeness) >= 0.98
    assert min(likeness) >= 0.93


def test_mnists_digits_come_back_from_a_picture(mnist_images):
    # The worst are faint or broken lines, which a picture's road makes as thick as others.
    likeness = [round_trip(image, seed) for seed, image in enumerate(mnist_images[:60])]
    assert np.median(likeness) >= 0.98
    assert np.percentile(likeness, 5) >= 0.9
    assert min(likeness) >= 0.8


def test_lines_are_as_wide_as_mnists():
    widths = [line_width(render(drawing.ink)) for drawing in drawings(20)]
    assert np.median(widths) == pytest.approx(MNIST_WIDTH, abs=0.2)


def test_the_figures_of_mnist_are_right(mnist_images):
    images = mnist_images[:2000]
    assert np.median([line_width(image) for image in images]) == pytest.approx(MNIST_WIDTH, abs=0.02)
    assert np.mean([longest_side(image) == BOX for image in images]) > 0.99
    off = np.array([centre(image) for image in images]) - CENTRE
    assert np.abs(off).max() <= 0.52
    np.testing.assert_allclose(off.mean(axis=0), 0, atol=0.03)


@given(points=st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), min_size=2, max_size=12))
def test_a_stroke_that_grows_after_others_is_rendered_as_if_all_were_new(points):
    first = [(100.0, 100.0), (900.0, 500.0), (200.0, 800.0)]
    grown = Ink((Stroke.of(first),))
    for count in range(1, len(points) + 1):
        one_more = grown.plus([Stroke.of(points[:count])])
        anew = Ink((Stroke.of(first), Stroke.of(points[:count])))
        assert np.array_equal(render(one_more), render(anew))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 2000), st.integers(0, 30_000), st.sampled_from([1, 2, 4]))
def test_however_many_discs_there_are_no_bit_of_a_distance_is_another(seed, first, later, reach):
    random = np.random.default_rng(seed)
    centres = random.uniform(-1, BOX + 1, (first + later, 2))
    centres = centres[[*random.integers(0, first, 30_000), *range(first + later)]]  # a few again and again, then others
    inside = centres[((centres >= 0) & (centres < BOX)).all(axis=1)]
    column, row = np.floor(inside).astype(int).T
    expected = np.full((BOX + 2 * reach, BOX + 2 * reach), np.inf)
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            squares = (row + down + 0.5 - inside[:, 1]) ** 2 + (column + across + 0.5 - inside[:, 0]) ** 2
            np.minimum.at(expected, (row + down + reach, column + across + reach), squares)
    np.testing.assert_array_equal(nearest_disc(centres, reach, BOX), expected[reach:-reach, reach:-reach])
