from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from digitpad.ink.history import History
from digitpad.ink.strokes import Ink, Stroke


class Walk(RuleBasedStateMachine):
    """Any walk through a history, beside a plain list of states and the place in it."""

    def __init__(self):
        super().__init__()
        self.history = History()
        self.states = [self.history.ink]
        self.at = 0

    @rule(x=st.floats(0, 1000))
    def do(self, x):
        ink = self.history.ink.plus([Stroke.of([(x, x)])])
        self.history.do(ink)
        self.states = [*self.states[: self.at + 1], ink]
        self.at += 1

    @rule()
    def undo(self):
        self.at = max(self.at - 1, 0)
        assert self.history.undo() is self.states[self.at]

    @rule()
    def redo(self):
        self.at = min(self.at + 1, len(self.states) - 1)
        assert self.history.redo() is self.states[self.at]

    @invariant()
    def stands_where_the_list_says(self):
        assert self.history.ink is self.states[self.at]
        assert self.history.can_undo == (self.at > 0)
        assert self.history.can_redo == (self.at < len(self.states) - 1)


TestWalk = Walk.TestCase


def test_undo_has_no_limit():
    history = History()
    first = history.ink
    states = [Ink((Stroke.of([(i, i)]),)) for i in range(5000)]
    for ink in states:
        history.do(ink)
    for _ in states:
        history.undo()
    assert history.ink is first
    for _ in states:
        history.redo()
    assert history.ink is states[-1]
