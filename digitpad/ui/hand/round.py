"""A guided round: which digit is asked for on the pad, and where what is drawn is kept."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.prediction import CLASSES
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.session.hand import HandSession


class Round(QObject):
    """Asks for some drawings of each digit, and keeps what is drawn: to learn from, or to test with.

    Signals:
        changed: it began, ended, or asks for another digit.
    """

    changed = Signal()

    def __init__(self, hand: HandSession, canvas: Canvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hand, self._canvas = hand, canvas
        self.is_on = self.is_test = False
        self.goal = 0
        """How many drawings of each digit it asks for."""
        self._name = hand.name
        self._skipped: set[int] = set()
        self._kept = set[bytes]()  # the strokes of what was kept last
        hand.changed.connect(self._on_hand_changed)

    @property
    def digit(self) -> int | None:
        """The digit of which there are the fewest drawings, and less than `goal`; None where there is none."""
        counts = self._hand.counts(is_test=self.is_test)
        missing = [digit for digit in range(CLASSES) if counts[digit] < self.goal and digit not in self._skipped]
        return min(missing, key=counts.__getitem__, default=None) if self.is_on else None

    @property
    def words(self) -> str:
        """What to draw; '' where nothing is asked for."""
        return "" if self.digit is None else self.tr("Draw a {digit}").format(digit=self.digit)

    @property
    def done(self) -> int:
        """How many of the drawings that it asks for are there."""
        return sum(min(self.goal, count) for count in self._hand.counts(is_test=self.is_test))

    def begin(self, *, is_test: bool) -> None:
        """Ask for drawings, beginning with an empty pad."""
        self.is_on, self.is_test, self._name = True, is_test, self._hand.name
        self.goal = self._hand.goal(is_test=is_test)
        self._skipped.clear()
        self._kept.clear()
        self._go_on()

    @Slot()
    def end(self) -> None:
        """Ask no more; what was kept stays."""
        self.is_on = False
        self._ask()

    @Slot()
    def skip(self) -> None:
        """Ask for other digits than this one until the end of the round."""
        if self.digit is not None:
            self._skipped.add(self.digit)
            self._go_on()

    @Slot()
    def keep(self, label: int | None = None) -> None:
        """Keep what is on the pad as the digit that is asked for, or with another label, and go on."""
        ink, asked = self._canvas.ink, self.digit
        if asked is None or ink.is_empty or self._canvas.is_pen_down:
            return
        points = {stroke.points.tobytes() for stroke in ink.strokes}
        if label is None and points & self._kept:  # an undo brought it back, under the next digit
            words = self.tr("This is kept already. Clear the pad, and draw a {digit}.")
            self._hand.remarked.emit(words.format(digit=asked))
        elif self._hand.correct(ink, asked if label is None else label, is_test=self.is_test):
            self._kept = points
            self._go_on()

    @Slot()
    def focus_pad(self) -> None:
        """Give the pad the keys."""
        self._canvas.setFocus()

    def _go_on(self) -> None:
        self._canvas.clear_ink()
        self.focus_pad()
        self._on_hand_changed()

    def _ask(self) -> None:
        self._canvas.ask(self.words)
        self.changed.emit()

    @Slot()
    def _on_hand_changed(self) -> None:
        if not self.is_on:
            return
        if self._hand.name != self._name:
            self.end()
        elif self.digit is None:
            self.end()
            self._hand.remarked.emit(self.tr("The round is complete."))
        else:
            self._ask()
