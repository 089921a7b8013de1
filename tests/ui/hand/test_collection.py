"""Drawings that may be labelled wrong are counted, and can be gone to."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from digitpad.ink.formats.collection import LEARNED, hand_folder, write_collected
from digitpad.ui.hand.collection import CollectionPanel
from digitpad.ui.hand.grid import CollectionGrid
from tests.hand_drawn import drawings


@pytest.fixture
def panel(hand, qtbot):
    made = CollectionPanel(hand)
    qtbot.addWidget(made)
    hand.changed.connect(made.show_drawings)
    made.resize(300, 300)
    made.show()
    return made


def test_drawings_that_may_be_labelled_wrong_are_gone_to_one_after_the_other(panel, hand, qtbot):
    mixed = drawings(4)
    mixed[24], mixed[37] = replace(mixed[24], label=1), replace(mixed[37], label=3)
    write_collected(hand_folder("Me") / LEARNED, mixed)
    hand.load()
    words, show = panel.findChild(QLabel, "doubt_label"), panel.findChild(QPushButton, "doubt_button")
    grid = panel.findChild(CollectionGrid)
    qtbot.waitUntil(lambda: words.text() == "2 drawings may be labelled wrong.")
    for number in (24, 37, 24):
        show.click()
        assert [grid.row(item) for item in grid.selectedItems()] == [number]
        assert grid.viewport().rect().contains(grid.visualItemRect(grid.item(number)).center())
    hand.relabel([24], 4)
    qtbot.waitUntil(lambda: words.text() == "One drawing may be labelled wrong.")
    hand.relabel([37], None)
    qtbot.waitUntil(lambda: not words.isVisible())
    assert not show.isVisible()
