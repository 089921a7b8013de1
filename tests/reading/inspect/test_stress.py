"""Where the answer flips, with a network that reads where ink lies, as it can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from digitpad.ink.raster.changes import SPANS
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Stroke
from digitpad.reading.inspect.stress import amounts_of, read_stress, smallest_flips
from digitpad.reading.reader import Reader
from tests.reading.networks import checkpoint_for, random_network

UPRIGHT = Ink((Stroke.of([(500, 200), (500, 800)]),))
FLIP = 18 - 14.2
"""Pixels to the right that bring the line's middle to the border: it is half its width, 1.2, from the left of its box,
which is at column 13."""


@pytest.fixture(scope="module")
def reader():
    """Says 1 where there is more ink in the columns up to 17 than behind, else 7."""
    layers = [["flatten"], ["linear", 10]]
    network = random_network(layers)
    columns = torch.full((28, 28), -1.0)
    columns[:, :18] = 1.0
    with torch.no_grad():
        network[1].weight.zero_()
        network[1].bias.fill_(-1000.0)
        network[1].bias[1] = network[1].bias[7] = 0.0
        network[1].weight[1] = columns.reshape(-1)
    return Reader(checkpoint_for(network, layers))


@pytest.mark.parametrize("kind", SPANS)
def test_amounts_rise_from_end_to_end_and_hold_none_at_all(kind):
    span, amounts = SPANS[kind], amounts_of(kind, [SPANS[kind].high - 0.123])
    assert (np.diff(amounts) > 0).all()
    assert (amounts[0], amounts[-1]) == (span.low, span.high)
    assert {span.none, span.high - 0.123} <= set(amounts.tolist())
    assert len(amounts) == 42
    assert [span.share(end) for end in (span.high, span.none)] == [1, 0]


def test_a_line_that_is_shifted_flips_where_half_of_it_is_across(reader):
    read = read_stress(UPRIGHT, reader, "shift_across", [3.55])
    assert read.amounts[read.unchanged] == 0
    assert read.images.shape == (42, 28, 28)
    digits = read.probabilities.argmax(axis=1)
    assert (digits == np.where(read.amounts < FLIP, 1, 7)).all()
    assert [read.amounts[at] for at in read.flips] == [pytest.approx(4.0)]
    assert read.amounts[read.at(3.52)] == 3.55


def test_the_smallest_flip_is_narrowed_down(reader):
    told = []
    flips = smallest_flips(UPRIGHT, reader, lambda share: told.append(share) or True)
    assert told == [number / 7 for number in range(7)]
    shift = next(flip for flip in flips if flip.kind == "shift_across")
    assert FLIP - 0.01 < shift.amount < FLIP + 0.01
    assert (shift.digit, shift.share) == (7, pytest.approx(shift.amount / 8))
    assert "shift_down" not in [flip.kind for flip in flips]
    assert "width" not in [flip.kind for flip in flips]
    assert [flip.share for flip in flips] == sorted(flip.share for flip in flips)


def test_a_change_that_makes_it_rejected_flips_the_answer_to_none(reader):
    light = 0.9 * reader.read_batch(render(UPRIGHT)[None])[1][0]  # less ink in the left columns is no digit
    info = replace(reader.info, thresholds=[[0.01, float(light)]])
    rejecting = SimpleNamespace(info=info, read_batch=reader.read_batch)
    flips = smallest_flips(UPRIGHT, rejecting, lambda _: True, 0.01)
    shift = next(flip for flip in flips if flip.kind == "shift_across")
    assert shift.digit is None
    assert 0 < abs(shift.amount) < FLIP
    read = read_stress(UPRIGHT, rejecting, "shift_across", [shift.amount], 0.01)
    assert shift.amount in read.amounts[read.flips]


def test_the_search_can_be_broken_off(reader):
    told = []
    assert smallest_flips(UPRIGHT, reader, lambda share: told.append(share) or share < 0.2) is None
    assert len(told) == 3
