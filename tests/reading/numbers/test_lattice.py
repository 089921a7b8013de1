"""The best path is the one that trying out every path finds."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.reading.numbers.groups import Group, groups, typical_height
from digitpad.reading.numbers.lattice import best_path


def every_path(found, left, taken=()):
    """Every way to take all parts into groups, each the next to hold the leftmost part that is left."""
    if not left:
        yield taken
        return
    for number, group in enumerate(found):
        if min(left) in group.parts and set(group.parts) <= left:
            yield from every_path(found, left - set(group.parts), (*taken, number))


@given(st.integers(1, 6), st.integers(0, 10_000))
def test_the_best_path_is_the_cheapest_of_all(count, seed):
    random = np.random.default_rng(seed)
    subsets = [tuple(np.flatnonzero(row).tolist()) for row in random.random((4, count)) < 0.5]
    parts = dict.fromkeys([*((i,) for i in range(count)), *(subset for subset in subsets if subset)])
    found = [Group(own, (0.0, 0.0, 1.0, 1.0), 0.0) for own in parts]
    costs, pairs = random.random(len(found)), random.random((len(found), len(found)))
    cost, path = best_path(found, costs, pairs)

    def total(taken):
        return costs[list(taken)].sum() + sum(pairs[a, b] for a, b in itertools.pairwise(taken))

    assert sorted(part for number in path for part in found[number].parts) == list(range(count))
    assert cost == pytest.approx(min(map(total, every_path(found, set(range(count))))))


def test_a_bar_that_was_drawn_late_joins_its_digit():
    boxes = np.array([[0, 0, 60, 100], [10, 45, 50, 55], [80, 0, 140, 100], [160, 0, 220, 100]], dtype=float)
    order = np.array([0, 2, 3, 1])  # the bar of the first was drawn at the end
    found = {group.parts for group in groups(boxes, order, np.arange(4))}
    assert (0, 1) in found
    assert (1, 3) not in found
    assert typical_height(boxes) == 100


def test_far_or_tall_neighbours_are_no_digit():
    boxes = np.array([[0, 0, 60, 100], [80, 0, 140, 100], [200, 80, 240, 100]], dtype=float)
    assert {group.parts for group in groups(boxes, np.arange(3), np.arange(3))} == {(0,), (1,), (2,)}
