"""The collection on the page of the hand: the drawings to learn from, or those to test with."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabBar, QWidget

from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.widgets import Placeholder, named, note_label, push_button
from digitpad.ui.hand.grid import CollectionGrid
from digitpad.ui.session.hand import HandSession


class CollectionPanel(QWidget):
    """Shows one of the two parts of a `HandSession`'s drawings, and what two networks read of them.

    Signals:
        shown: `show_drawings` was called, or the other part is shown.
        picked: a Drawing that is to be put on the pad.
    """

    shown = Signal()
    picked = Signal(object)

    def __init__(self, hand: HandSession) -> None:
        super().__init__()
        self._hand = hand
        self._parts = named(QTabBar(), "collection_parts", self.tr("Drawings to learn from or to test with"))
        self._parts.setExpanding(False)
        for _ in range(2):
            self._parts.addTab("")
        self._legend = note_label(self.tr("Beside each drawing: what it is, and what networks read; ? is no digit."))
        self._grid = CollectionGrid()
        self._place = Placeholder("", self._grid)
        self._doubt = note_label(name="doubt_label")
        self._next = push_button(
            self.tr("Show"), "doubt_button", self._grid.select_suspicious, self.tr("Go to the next of them")
        )
        column(self._parts, self._legend, row((self._doubt, 1), self._next), (self._place, 1), parent=self)
        self._parts.currentChanged.connect(self.show_drawings)
        self._grid.relabelled.connect(lambda *said: hand.relabel(*said, is_test=self.shows_test))
        self._grid.picked.connect(self.picked)

    @property
    def shows_test(self) -> bool:
        """Whether the drawings to test with are shown."""
        return self._parts.currentIndex() == 1

    @property
    def networks(self) -> tuple[str, str]:
        """What the network before teaching and the one that was taught are called."""
        return self._hand.base_name, self.tr("taught")

    @Slot()
    def show_drawings(self) -> None:
        """Show the session's drawings as they are now."""
        hand = self._hand
        for part, title in enumerate((self.tr("To learn from ({count})"), self.tr("To test with ({count})"))):
            self._parts.setTabText(part, title.format(count=numeral(len(hand.drawings(is_test=part == 1)))))
        words = self.tr("Nothing collected yet. Draw three of each, or click the right bar where an answer is wrong.")
        if self.shows_test:
            words = self.tr("No test drawings yet. Test me asks for three of each, which are never learned from.")
        self._place.label.setText(words)
        drawings, read = hand.drawings(is_test=self.shows_test), hand.read
        self._grid.show_drawings(drawings, read.tested if self.shows_test else read.learned, self.networks)
        self._place.show_content(bool(drawings))
        self._legend.setVisible(bool(drawings))
        doubtful = len(self._grid.suspicious)
        words = self.tr("{count} drawings may be labelled wrong.")
        if doubtful == 1:
            words = self.tr("One drawing may be labelled wrong.")
        self._doubt.setText(words.format(count=numeral(doubtful)))
        self._doubt.setVisible(bool(doubtful))
        self._next.setVisible(bool(doubtful))
        self.shown.emit()
