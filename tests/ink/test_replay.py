"""Ink in time."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.ink.replay import LONGEST_PAUSE, clock_of, drawn_until, moments
from digitpad.ink.strokes import Ink, Stroke

TIMED = Ink(
    (
        Stroke.of([(0, 0, 0.0), (100, 0, 1.0), (200, 0, 1.5)]),
        Stroke.of([(0, 100, 1.7), (0, 200, 2.7)]),
        Stroke.of([(50, 50, 60.0)]),
    )
)


def test_the_clock_keeps_times_and_shortens_long_pauses():
    first, second, third = clock_of(TIMED)
    assert first.tolist() == [0.0, 1.0, 1.5]
    assert second == pytest.approx([1.7, 2.7])
    assert third == pytest.approx([2.7 + LONGEST_PAUSE])


def test_strokes_without_times_get_those_of_an_even_hand():
    ink = Ink((Stroke.of([(0, 0), (100, 0), (400, 0)]), Stroke.of([(0, 0), (0, 400)])))
    first, second = clock_of(ink)
    assert first[1] / first[2] == pytest.approx(0.25)
    assert second[0] > first[2]
    assert second[1] - second[0] == pytest.approx(first[2])


def test_a_stroke_from_before_comes_after_the_one_that_it_follows():
    ink = Ink((Stroke.of([(0, 0, 5.0), (9, 0, 6.0)]), Stroke.of([(0, 9, 1.0), (9, 9, 2.0)])))
    assert np.concatenate(clock_of(ink)).tolist() == [0.0, 1.0, 1.0, 2.0]


def test_what_was_drawn_at_a_moment_ends_where_the_pen_was():
    clock = clock_of(TIMED)
    assert [len(drawn_until(TIMED, clock, seconds).strokes) for seconds in (0.0, 1.5, 1.6, 1.7, 3.2)] == [1, 1, 1, 2, 3]
    between = drawn_until(TIMED, clock, 1.25).strokes[0].points
    assert between[:, 0].tolist() == [0.0, 100.0, 150.0]
    assert drawn_until(TIMED, clock, 0.0).strokes[0].points[-1, 0] == 0
    whole = drawn_until(TIMED, clock, 99.0)
    assert all(one is other for one, other in zip(whole.strokes, TIMED.strokes, strict=True))
    assert drawn_until(Ink(), (), 1.0).is_empty


def test_moments_lead_from_the_first_point_to_the_last():
    clock = clock_of(TIMED)
    assert moments(clock, 1000)[[0, -1]] == pytest.approx([0.0, 3.2])
    assert len(moments(clock, 1000)) == 97
    assert len(moments(clock, 50)) == 50
    assert moments(clock_of(Ink((Stroke.of([(5, 5)]),))), 50).tolist() == [0.0]
