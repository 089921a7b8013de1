from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digitpad.ink import eraser
from digitpad.ink.eraser import erase
from digitpad.ink.geometry import FLAT_STEP, smooth
from digitpad.ink.geometry import flatten as flatten_all
from digitpad.ink.strokes import PRESSURE, TIME, Ink, Stroke

places = st.tuples(st.floats(0, 1000), st.floats(0, 1000))
lines = st.lists(places, min_size=1, max_size=12)


def flatten(points):
    """The points of one stroke's curve."""
    return flatten_all([points])[0]


def distances(points, path):
    """Distance of each point to a path, worked out segment by segment."""
    result = np.full(len(points), np.inf)
    ends = pairwise(path) if len(path) > 1 else [(path[0], path[0])]
    for a, b in ends:
        way = b - a
        share = np.clip((points - a) @ way / max(way @ way, 1e-300), 0, 1)
        result = np.minimum(result, np.hypot(*(points - a - share[:, None] * way).T))
    return result


def samples(stroke):
    """Points on a stroke's lines, half a unit apart or nearer."""
    points = stroke.points[:, :2]
    if len(points) == 1:
        return points
    return np.concatenate([np.linspace(a, b, int(np.hypot(*(b - a)) * 2) + 2) for a, b in pairwise(points)])


def line(*points, width=40.0):
    return Stroke.of(points, width)


def test_a_line_is_split_exactly_at_the_erasers_edge():
    stroke = line((0, 500), (1000, 500))
    left = erase(Ink((stroke,)), np.array([[500.0, 500.0]]), 30.0)
    first, second = left.strokes
    assert first.points[-1, 0] == np.float64(450)
    assert second.points[0, 0] == np.float64(550)
    assert first.points[0, 0] == 0
    assert second.points[-1, 0] == 1000


def test_a_moving_eraser_cuts_out_a_capsule():
    left = erase(Ink((line((0, 500), (1000, 500)),)), np.array([[500.0, 300.0], [500.0, 700.0]]), 30.0)
    assert [(round(s.points[0, 0], 6), round(s.points[-1, 0], 6)) for s in left.strokes] == [(0, 450), (550, 1000)]


def test_time_and_pressure_of_a_cut_end_lie_between_its_neighbours():
    stroke = Stroke.of([(0, 0, 0.0, 0.2), (1000, 0, 1.0, 0.8)])
    first, second = erase(Ink((stroke,)), np.array([[500.0, 0.0]]), 30.0).strokes
    np.testing.assert_allclose(first.points[-1, [TIME, PRESSURE]], [0.45, 0.47])
    np.testing.assert_allclose(second.points[0, [TIME, PRESSURE]], [0.55, 0.53])


def test_a_dot_goes_whole_or_stays():
    ink = Ink((line((100, 100)), line((300, 100))))
    assert erase(ink, np.array([[140.0, 100.0]]), 30.0).strokes == ink.strokes[1:]
    assert erase(ink, np.array([[149.995, 100.0]]), 30.0).strokes == ink.strokes[1:]
    for x in (150.0, 150.005):
        assert erase(ink, np.array([[x, 100.0]]), 30.0) is ink


def test_no_crumb_is_left_where_a_stroke_begins_at_the_erasers_edge():
    stroke = line((450 - 1e-7, 500), (1000, 500))
    turned = line((500, 450 - 1e-7), (500, 1000))
    for whole, start in ((stroke, (550, 500)), (turned, (500, 550))):
        (left,) = erase(Ink((whole,)), np.array([[500.0, 500.0]]), 30.0).strokes
        np.testing.assert_allclose(left.points[0, :2], start)


def test_a_stroke_that_goes_round_the_eraser_stays():
    ink = Ink((line(*[(x, 0) for x in range(0, 1001, 50)], *[(1000, y) for y in range(50, 1001, 50)]),))
    assert erase(ink, np.array([[300.0, 700.0]]), 30.0) is ink


def test_untouched_strokes_stay_the_same_objects_and_untouched_ink_too():
    ink = Ink(tuple(line((x, 0), (x, 1000)) for x in range(0, 1000, 100)))
    left = erase(ink, np.array([[300.0, 500.0]]), 10.0)
    assert [s for s in left.strokes if s in ink.strokes] == [s for s in ink.strokes if s.points[0, 0] != 300]
    assert erase(ink, np.array([[350.0, 500.0]]), 10.0) is ink
    assert erase(Ink(), np.array([[350.0, 500.0]]), 10.0).is_empty


@settings(max_examples=40)
@given(lines, st.lists(places, min_size=1, max_size=4), st.floats(1, 100))
@example([(0, 0), (5e-324, 0)], [(3, 0), (3, 1e-160)], 10)
@example([(0, 0), (1000, 5e-324)], [(20, 20), (20 + 1e-10, 20)], 10)
@example([(0, 5e-324), (1e-162, 0), (500, 0)], [(0, 0), (1000, 1e-310)], 10)
@example([(0, 0), (1000, 0)], [(500, 0), (500, 5e-324)], 10)
def test_nothing_under_the_eraser_remains_and_nothing_else_goes(points, path, radius):
    stroke, path = line(*points), np.array(path)
    left = erase(Ink((stroke,)), path, radius)
    reach = radius + stroke.width / 2
    if left.strokes == (stroke,):
        curve = samples(Stroke.of(flatten(stroke.points)))
        assert distances(curve, path).min() > reach - 1e-6
        return
    for piece in left.strokes:
        assert distances(samples(piece), path).min() > reach - 1e-6
    before = samples(Stroke.of(flatten(stroke.points)))
    outside = before[distances(before, path) > reach + 0.01]
    if len(outside):
        after = np.concatenate([piece.points[:, :2] for piece in left.strokes])
        for place in outside[:: max(1, len(outside) // 50)]:
            assert np.hypot(*(after - place).T).min() <= FLAT_STEP


@settings(max_examples=40)
@given(lines)
def test_flattening_again_changes_nothing(points):
    flat = flatten(Stroke.of(points).points)
    np.testing.assert_array_equal(flatten(flat), flat)
    assert np.hypot(*np.diff(flat[:, :2], axis=0).T).max(initial=0.0) <= FLAT_STEP * 1.001


def test_what_remains_does_not_move():
    turn = np.linspace(0, 5, 30)
    stroke = line(*np.stack([500 + 300 * np.cos(turn), 500 + 300 * np.sin(turn)], axis=1))
    before = smooth(stroke.points, 0.5)[:, :2]
    for piece in erase(Ink((stroke,)), np.array([[800.0, 500.0], [700.0, 800.0]]), 30.0).strokes:
        curve = smooth(piece.points, 2.0)[:, :2]
        assert distances(curve, before).max() < 0.3


def scribble(count):
    """A stroke that winds over the pad with steps of some thirty units, and here and there goes to and fro."""
    turns = np.linspace(0, count / 50, count)
    places = 500 + np.linspace(20, 480, count)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    places[count // 2 : count // 2 + 5] += [[0, 0], [90, 0], [0, 0], [90, 0], [0, 0]]
    return line(*places, width=4.0)


@pytest.mark.parametrize("path", [[(900, 500), (905, 500)], [(520, 500)], [(690, 400), (760, 560)], [(43, 354)]])
def test_a_long_stroke_is_made_plain_round_the_cuts_alone(monkeypatch, path):
    ink, path = Ink((scribble(3000),)), np.array(path, float)
    left = erase(ink, path, 15.0).strokes
    raw = {point.tobytes() for point in ink.strokes[0].points}
    assert sum(point.tobytes() in raw for piece in left for point in piece.points) > 2000
    monkeypatch.setattr(eraser, "_LONG", 3000)
    whole = erase(ink, path, 15.0).strokes
    assert left != ink.strokes
    assert len(left) == len(whole)
    for piece, expected in zip(left, whole, strict=True):
        np.testing.assert_allclose(piece.points[[0, -1]], expected.points[[0, -1]], atol=0.01)
        curve, reference = smooth(piece.points, 4.0)[:, :2], smooth(expected.points, 4.0)[:, :2]
        assert max(apart(curve, reference), apart(reference, curve)) < 0.3


def apart(points, line):
    """Greatest distance of points, of which some are looked at, from a line."""
    start, way = line[:-1], np.diff(line, axis=0)
    off = points[:: max(1, len(points) // 100), None] - start
    share = np.clip((off * way).sum(-1) / np.maximum((way**2).sum(-1), 1e-300), 0, 1)
    return np.hypot(*np.moveaxis(off - share[..., None] * way, -1, 0)).min(axis=1).max()


@settings(max_examples=40)
@given(st.lists(lines, min_size=1, max_size=8))
def test_strokes_are_flattened_together_as_each_is_alone(strokes):
    alone = [flatten(Stroke.of(points).points) for points in strokes]
    points, number = flatten_all([Stroke.of(points).points for points in strokes])
    assert number.tolist() == sorted(number)
    for i, curve in enumerate(alone):
        np.testing.assert_allclose(points[number == i], curve, atol=1e-9)


def test_of_many_strokes_each_is_cut_as_it_is_alone():
    random = np.random.default_rng(3)
    strokes = [
        line(*random.uniform(300, 700, (count, 2)), width=width) for count in (1, 2, 5, 40) for width in (10, 80)
    ]
    path = random.uniform(300, 700, (3, 2))
    left = erase(Ink(tuple(strokes)), path, 25.0).strokes
    alone = [piece for stroke in strokes for piece in erase(Ink((stroke,)), path, 25.0).strokes]
    assert [piece.width for piece in left] == [piece.width for piece in alone]
    for piece, expected in zip(left, alone, strict=True):
        np.testing.assert_allclose(piece.points, expected.points, atol=1e-9)


def test_the_first_erasing_imports_nothing_that_the_pen_would_wait_for():
    code = (
        "import sys; import numpy as np; from digitpad.ink.eraser import erase;"
        "from digitpad.ink.strokes import Ink, Stroke;"
        "points = np.array([[0.0, 500, 0, 1], [1000, 500, 9, 1]]); before = set(sys.modules);"
        "assert len(erase(Ink((Stroke(points),)), np.array([[500.0, 300.0], [500.0, 700.0]]), 30.0).strokes) == 2;"
        "assert not sorted(set(sys.modules) - before)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
