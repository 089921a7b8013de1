"""The network in training as it was at steps of its run, kept so that views can look back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from digitpad.services import LiveNetwork

if TYPE_CHECKING:
    from digitpad.reading.checkpoint_file import Checkpoint

KEPT = 24
"""Networks that are kept at most: a `wide` one takes 2.4 MB, one of `fast` a tenth of that."""


@dataclass(frozen=True, eq=False)
class RunState:
    """A network in training as it was after some steps."""

    checkpoint: Checkpoint
    step: int


class RunStates(QObject):
    """The states of the run that goes on, or went on last, spread evenly over it; the latest is always there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._states: list[RunState] = []
        self._apart = 0  # steps between two that are kept

    @property
    def states(self) -> tuple[RunState, ...]:
        """From first to last."""
        return tuple(self._states)

    @Slot()
    def begin(self) -> None:
        """A run begins: forget the one before."""
        self._states, self._apart = [], 0

    @Slot(object)
    def add(self, live: LiveNetwork) -> None:
        """Keep the network in training as it is now."""
        states = self._states
        # The latest stays only where it is far enough from the one before it.
        if len(states) > 1 and states[-1].step - states[-2].step < self._apart:
            states.pop()
        if states and states[-1].step == live.step:
            states.pop()
        states.append(RunState(live.reader.checkpoint, live.step))
        if len(states) > KEPT:
            self._apart = 2 * max(self._apart, (states[-1].step - states[0].step) // KEPT)
            kept = states[:1]
            for state in states[1:-1]:
                if state.step - kept[-1].step >= self._apart:
                    kept.append(state)
            self._states = [*kept, states[-1]]
