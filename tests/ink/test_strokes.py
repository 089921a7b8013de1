from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digitpad.ink.geometry import smooth
from digitpad.ink.strokes import MOUSE_PRESSURE, PRESSURE, TIME, Ink, Stroke, pressure_width

# Twice the smallest numbers there are is not twice as large when they are multiplied: a corner may become none.
coordinates = st.floats(0, 1000).map(lambda x: x if x > 1e-100 else 0.0)
places = st.tuples(coordinates, coordinates)
lines = st.lists(places, min_size=1, max_size=30)
steps = st.floats(0.5, 50)


def distance_to_line(places, line):
    """Distance of each place to a polyline."""
    result = np.full(len(places), np.inf)
    for a, b in pairwise(line):
        way = b - a
        share = np.clip((places - a) @ way / max(way @ way, 1e-300), 0, 1)
        result = np.minimum(result, np.hypot(*(places - a - share[:, None] * way).T))
    return result


@given(lines)
def test_points_without_time_and_pressure_get_a_mouses(points):
    stroke = Stroke.of(points)
    np.testing.assert_array_equal(stroke.points[:, :2], points)
    assert (stroke.points[:, TIME] == 0).all()
    assert (stroke.points[:, PRESSURE] == MOUSE_PRESSURE).all()
    assert not stroke.points.flags.writeable


@pytest.mark.parametrize(
    ("points", "width"),
    [([], 40), ([(1,)], 40), ([(1, 2, 3, 4, 5)], 40), ([(np.nan, 0)], 40), ([(0, np.inf)], 40), ([(0, 0)], -1)],
)
def test_unusable_strokes_are_refused(points, width):
    with pytest.raises(ValueError, match="stroke"):
        Stroke.of(points, width)


def test_pressure_outside_its_range_is_clipped():
    assert Stroke.of([(0, 0, 0, -1), (0, 0, 0, 2)]).points[:, PRESSURE].tolist() == [0, 1]


@given(st.lists(lines, min_size=1, max_size=5))
def test_bounds_hold_every_point_and_touch_four(drawing):
    ink = Ink(tuple(Stroke.of(points) for points in drawing))
    every = np.concatenate([stroke.points[:, :2] for stroke in ink.strokes])
    assert ink.bounds == (*every.min(axis=0), *every.max(axis=0))


def test_empty_ink_has_bounds_of_nothing():
    assert Ink().bounds == (0, 0, 0, 0)


@given(lines, lines)
def test_adding_a_stroke_leaves_the_ink_it_was_added_to(first, second):
    ink = Ink((Stroke.of(first),))
    more = ink.plus([Stroke.of(second)])
    assert len(ink.strokes) == 1
    assert more.strokes[0] is ink.strokes[0]
    assert len(more.strokes) == 2


def test_the_line_is_as_wide_as_the_pen_at_a_mouses_pressure():
    np.testing.assert_allclose(pressure_width(40.0, np.array([0.0, MOUSE_PRESSURE, 1.0])), [16, 40, 64])


@given(lines, steps)
def test_the_curve_has_the_strokes_ends_and_stays_in_its_bounds(points, step):
    stroke = Stroke.of(points)
    curve = smooth(stroke.points, step)
    np.testing.assert_array_equal(curve[[0, -1]], stroke.points[[0, -1]])
    left, top, right, bottom = stroke.bounds
    slack = 1e-9
    assert ((curve[:, :2] >= (left - slack, top - slack)) & (curve[:, :2] <= (right + slack, bottom + slack))).all()


@given(lines, steps)
def test_the_curve_stays_within_a_quarter_of_the_longest_line_from_the_drawn_lines(points, step):
    assume(len(points) > 1)
    line = np.array(points)
    longest = np.hypot(*np.diff(line, axis=0).T).max()
    assert distance_to_line(smooth(line, step), line).max() <= longest / 4 + 1e-6


@given(lines, places, steps)
def test_a_growing_stroke_keeps_the_curve_it_has(points, following, step):
    assume(len(points) > 2)
    before = smooth(np.array(points), step)
    after = smooth(np.array([*points, following]), step)
    np.testing.assert_array_equal(after[: len(before) - 1], before[:-1])


@given(lines, steps)
def test_the_curve_of_a_drawing_twice_the_size_is_twice_the_size(points, step):
    line = np.array(points)
    np.testing.assert_allclose(smooth(2 * line, 2 * step), 2 * smooth(line, step), rtol=1e-9, atol=1e-9)


def test_sharp_corners_stay_and_gentle_ones_are_rounded():
    sharp = np.array([(0.0, 0.0), (100.0, 0.0), (100.0, 100.0)])
    gentle = np.array([(0.0, 0.0), (100.0, 0.0), (200.0, 50.0)])
    assert np.hypot(*(smooth(sharp, 5.0) - sharp[1]).T).min() < 1e-9
    assert np.hypot(*(smooth(gentle, 5.0) - gentle[1]).T).min() > 5


@given(lines, steps)
def test_time_goes_on_along_the_curve(points, step):
    rows = [(x, y, i / 125) for i, (x, y) in enumerate(points)]
    assert (np.diff(smooth(Stroke.of(rows).points, step)[:, TIME]) >= -1e-12).all()


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(5, 5)], True),
        ([(5, 5), (5, 5)], True),
        ([(0, 0), (0, 49)], True),
        ([(0, 0), (0, 51)], False),
        ([(0, 0), (40, 0), (40, 40), (0, 40), (0, 0)], True),
    ],
)
def test_a_speck_spans_less_than_one_and_a_quarter_widths_of_its_pen(points, expected):
    stroke = Stroke.of(points, 40.0)
    assert Ink((stroke,)).is_speck is expected
    assert Ink((stroke, stroke)).is_speck is expected
    assert Ink((Stroke.of([(0, 0)], 10.0), stroke)).is_speck is expected
    assert not Ink().is_speck


def test_replaced_strokes_leave_the_bounds_right():
    ink = Ink(tuple(Stroke.of([(x, 10 * x), (x + 5, 20)], 1.0 + x) for x in range(6)))
    left = ink.replacing({1: (), 4: (Stroke.of([(40, 41)]), Stroke.of([(50, 51), (-2, 3)]))})
    assert left.strokes[0] is ink.strokes[0]
    assert left.strokes[1:3] == ink.strokes[2:4]
    assert left.strokes[-1] is ink.strokes[5]
    assert len(left.strokes) == 6
    assert left.boxes.tolist() == Ink(left.strokes).boxes.tolist()
    assert left.widths.tolist() == [stroke.width for stroke in left.strokes]
