"""States of the network in training: spread over the run, the latest always there."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import pytest

from digitpad.services import LiveNetwork
from digitpad.ui.session.run_states import KEPT, RunStates


@pytest.fixture
def states(qapp):
    return RunStates()


def add(states, *steps):
    for step in steps:
        states.add(LiveNetwork(SimpleNamespace(checkpoint=f"at {step}"), step))


def steps(states):
    return [state.step for state in states.states]


def test_first_and_latest_are_always_there_and_those_between_evenly_spread(states):
    for step in range(1, 1001, 3):
        add(states, step)
        kept = steps(states)
        assert (kept[0], kept[-1]) == (1, step)
        assert len(kept) <= KEPT + 1
    assert len(kept) >= KEPT // 3
    gaps = [after - before for before, after in pairwise(kept[:-1])]
    assert max(gaps) <= 2 * min(gaps)
    assert states.states[-1].checkpoint == "at 1000"


def test_the_network_of_a_step_that_comes_again_takes_its_place(states):
    add(states, 1, 5, 5)
    assert steps(states) == [1, 5]


def test_another_run_begins_afresh(states):
    add(states, *range(1, 200))
    states.begin()
    add(states, 1, 2)
    assert steps(states) == [1, 2]
