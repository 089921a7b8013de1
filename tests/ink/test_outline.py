from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digitpad.ink.geometry import smooth
from digitpad.ink.outline import outline
from digitpad.ink.strokes import Stroke, pressure_width

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


def distance(places, line):
    """Distance of each place to a polyline."""
    a, way = line[:-1], np.diff(line, axis=0)
    if not len(a):
        a, way = line, np.zeros_like(line)
    offset = places[:, None] - a
    share = np.clip((offset * way).sum(-1) / np.maximum((way**2).sum(-1), 1e-300), 0, 1)
    return np.hypot(*np.moveaxis(offset - share[..., None] * way, -1, 0)).min(axis=1)


@given(st.lists(places, min_size=1, max_size=8), st.floats(0, 1))
def test_a_line_of_one_pressure_covers_its_width_and_no_more(points, pressure):
    curve = smooth(Stroke.of([(*point[:3], pressure) for point in points]).points, 3.0)
    # odd places: on a seam between two polygons, rounding decides
    grid = np.stack(np.meshgrid(np.arange(-35.37, 340, 15), np.arange(-34.71, 340, 15)), axis=-1).reshape(-1, 2)
    inside = winding(grid, outline(curve, 40.0)) != 0
    radius = float(pressure_width(40.0, np.array([pressure]))[0]) / 2
    away = distance(grid, curve[:, :2])
    assert inside[away < 0.97 * radius].all()
    assert not inside[away > radius + 1e-3].any()


@given(st.lists(places, min_size=1, max_size=8))
@example([(0.5, 0.5, 0, 0), (1, 9.957016393045452e-14, 0, 0), (0.5, 0.5, 0, 0)])
def test_no_place_on_the_middle_line_is_left_out(points):
    curve = smooth(Stroke.of(points).points, 3.0)
    polygons = outline(curve, 40.0)
    covered = [winding(curve[:, :2] + beside, polygons) != 0 for beside in ((1e-3, 1e-3), (-1e-3, 4e-4))]
    assert np.logical_or(*covered).all()  # one of the two may lie on a seam between polygons


@pytest.mark.parametrize("end", [(100, 0), (0, 100), (-100, 0), (0, -100), (60, 80)])
def test_there_and_back_has_a_round_tip(end):
    there_and_back = Stroke.of([(0, 0), end, (0, 0)])
    tip = np.array([np.array(end) * 1.19, np.array(end) * 1.21])
    assert (winding(tip, outline(there_and_back.points, 40.0)) != 0).tolist() == [True, False]


def test_a_dot_is_a_disc():
    (disc,) = outline(Stroke.of([(50, 50)]).points, 40.0)
    np.testing.assert_allclose(np.hypot(*(disc - 50).T), 20)
