"""What was read of a drawing while it was made."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.ink.raster.render import render
from digitpad.reading.inspect.replay import changes, read_replay
from digitpad.reading.load import open_reader
from tests.hand_drawn import drawings


def test_the_last_answer_is_that_to_the_whole_drawing():
    reader, ink = open_reader(), drawings(1)[4].ink
    read = read_replay(ink, reader)
    assert read.probabilities[-1] == pytest.approx(reader.read(render(ink))[0], abs=1e-6)
    assert len(read.moments) == len(read.probabilities)
    assert abs(read.probabilities[0] - read.probabilities[-1]).max() > 0.5  # of a four, its first point is none


def test_almost_nothing_is_accepted_as_no_digit():
    read = read_replay(drawings(1)[4].ink, open_reader(), FALSE_REJECTION_RATE)
    assert (read.accepted[0], read.accepted[-1]) == (False, True)


def test_changes_are_where_the_answer_becomes_another_digit_or_none():
    rows, accepted = np.eye(10)[[1, 1, 7, 7, 7, 1, 4]], np.ones(7, bool)
    assert changes(rows, accepted) == [(0, 1), (2, 7), (5, 1), (6, 4)]
    assert changes(rows[:1], accepted[:1]) == [(0, 1)]
    accepted[[0, 4, 5]] = False
    assert changes(rows, accepted) == [(0, None), (1, 1), (2, 7), (4, None), (6, 4)]
