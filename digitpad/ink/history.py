"""Undo and redo of ink without a limit."""

from __future__ import annotations

from digitpad.ink.strokes import Ink


class History:
    """The states that the ink went through, and which of them stands now.

    Ink never changes and shares its strokes with the states before it, so keeping every state is cheap.
    """

    def __init__(self, ink: Ink | None = None) -> None:
        self._past: list[Ink] = []
        self._future: list[Ink] = []
        self._ink = ink or Ink()

    @property
    def ink(self) -> Ink:
        """The state that stands now."""
        return self._ink

    @property
    def can_undo(self) -> bool:
        """Whether there is a state to go back to."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone state to bring back."""
        return bool(self._future)

    def do(self, ink: Ink) -> None:
        """Make some ink the state that stands now; what was undone before is forgotten."""
        self._past.append(self._ink)
        self._future.clear()
        self._ink = ink

    def exchange(self, ink: Ink) -> None:
        """Put some ink in the place of the state that stands now, as if it had been made instead."""
        self._future.clear()
        self._ink = ink

    def undo(self) -> Ink:
        """Go back one state, if there is one, and return what stands then."""
        if self._past:
            self._future.append(self._ink)
            self._ink = self._past.pop()
        return self._ink

    def redo(self) -> Ink:
        """Bring back the state undone last, if there is one, and return what stands then."""
        if self._future:
            self._past.append(self._ink)
            self._ink = self._future.pop()
        return self._ink
