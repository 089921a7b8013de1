from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.ink.outline import outline
from digitpad.ink.strokes import PRESSURE, Stroke, pressure_width, smooth

places = st.tuples(st.floats(0, 300), st.floats(0, 300), st.just(0.0), st.floats(0, 1))


def winding(places, polygons):
    """How often polygons wind round each place."""
    total = np.zeros(len(places), dtype=int)
    for polygon in polygons:
        ends = np.roll(polygon, -1, axis=0)
        for (x0, y0), (x1, y1) in zip(polygon, ends, strict=True):
            side = (x1 - x0) * (places[:, 1] - y0) - (y1 - y0) * (places[:, 0] - x0)
            total += (y0 <= places[:, 1]) & (y1 > places[:, 1]) & (side > 0)
            total -= (y0 > places[:, 1]) & (y1 <= places[:, 1]) & (side < 0)
    return total


def depth(places, curve, width):
    """How far inside the line each place lies: the most that any disc along the curve reaches over it."""
    parts = np.linspace(curve[:-1], curve[1:], 20).reshape(-1, 4) if len(curve) > 1 else curve
    reach = pressure_width(width, parts[:, PRESSURE]) / 2
    return (reach - np.hypot(*np.moveaxis(places[:, None] - parts[:, :2], -1, 0))).max(axis=1)


@given(st.lists(places, min_size=1, max_size=8), st.floats(0, 1))
def test_a_line_of_one_pressure_covers_its_width_and_no_more(points, pressure):
    curve = smooth(Stroke.of([(*point[:3], pressure) for point in points]).points, 3.0)
    grid = np.stack(np.meshgrid(np.arange(-35, 340, 15.0), np.arange(-35, 340, 15.0)), axis=-1).reshape(-1, 2)
    inside = winding(grid, outline(curve, 40.0)) != 0
    reach = depth(grid, curve, 40.0)
    assert inside[reach > 1.0].all()
    assert not inside[reach < -0.1].any()


@given(st.lists(places, min_size=1, max_size=8))
def test_no_place_on_the_middle_line_is_left_out(points):
    curve = smooth(Stroke.of(points).points, 3.0)
    middle = curve[:, :2] + 1e-3
    assert (winding(middle, outline(curve, 40.0)) != 0).all()


@pytest.mark.parametrize("end", [(100, 0), (0, 100), (-100, 0), (0, -100), (60, 80)])
def test_there_and_back_has_a_round_tip(end):
    there_and_back = Stroke.of([(0, 0), end, (0, 0)])
    tip = np.array([np.array(end) * 1.19, np.array(end) * 1.21])
    assert (winding(tip, outline(there_and_back.points, 40.0)) != 0).tolist() == [True, False]


def test_a_dot_is_a_disc():
    (disc,) = outline(Stroke.of([(50, 50)]).points, 40.0)
    np.testing.assert_allclose(np.hypot(*(disc - 50).T), 20)
