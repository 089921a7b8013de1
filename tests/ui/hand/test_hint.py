"""The hint on the pad that a drawing like the one there was kept as something else."""

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.collection import LEARNED, hand_folder, write_collected
from digitpad.ink.strokes import Ink
from digitpad.storage.io import DEFAULT_CHECKPOINT
from tests.hand_drawn import drawn


@pytest.fixture
def hint(asked):
    return asked.canvas.findChild(QLabel, "hint_label")


def keep(digit, label):
    """Write a collection of one digit, drawn with a slight turn, and what it was kept as."""
    write_collected(hand_folder("Me") / LEARNED, [Drawing(drawn(digit, 2), label, None, "d")])


def test_a_drawing_that_was_kept_with_another_label_is_remembered_without_the_page(asked, hint, qtbot):
    keep(4, 9)
    asked.canvas.set_ink(drawn(4))
    qtbot.waitUntil(lambda: hint.isVisible() and hint.text() == "You drew this before as 9.")
    picture = asked.canvas.findChild(QWidget, "hint_picture")
    assert picture.accessibleName() == "Your earlier drawing, kept as 9"
    shown = picture.grab().toImage()
    scale = (shown.width() - 2) // 28
    grey = [[shown.pixelColor(1 + scale * x, 1 + scale * y).lightness() for x in range(28)] for y in range(28)]
    kept = asked.hand.read.learned.images[0]
    assert np.corrcoef(np.ravel(grey), kept.ravel())[0, 1] == pytest.approx(-1, abs=0.01)
    assert asked.canvas.rect().contains(hint.parentWidget().geometry())
    asked.canvas.set_ink(Ink())
    assert not hint.isVisible()


def test_it_is_asked_for_again_where_the_collection_or_the_network_is_another(asked, hint, network, qtbot):
    keep(4, 9)
    asked.canvas.set_ink(drawn(4))
    qtbot.waitUntil(hint.isVisible)
    asked.hand.relabel([0], 4)
    qtbot.waitUntil(lambda: not hint.isVisible())
    asked.hand.relabel([0], 8)
    qtbot.waitUntil(lambda: hint.isVisible() and hint.text() == "You drew this before as 8.")
    with qtbot.waitSignal(asked.hand.hinted):
        network.open(DEFAULT_CHECKPOINT)
    asked.hand.load("Other")
    qtbot.waitUntil(lambda: not hint.isVisible())


def test_a_drawing_is_not_told_of_itself(asked, hint, qtbot):
    asked.canvas.set_ink(drawn(4))
    with qtbot.waitSignal(asked.hand.hinted):
        asked.hand.correct(asked.canvas.ink, 9)
        qtbot.waitUntil(lambda: len(asked.hand.read.learned.labels) == 1)
    assert not hint.isVisible()


@pytest.mark.parametrize("side", [200, 600])
def test_it_lies_over_the_pads_lower_edge_and_lets_the_pen_through(asked, hint, qtbot, side):
    keep(4, 9)
    asked.canvas.resize(side, side)
    asked.canvas.set_ink(drawn(4))
    qtbot.waitUntil(hint.isVisible)
    box = hint.parentWidget().geometry()
    assert asked.canvas.rect().contains(box)
    assert box.bottom() > 0.9 * side
    assert hint.height() >= hint.heightForWidth(hint.width())
    assert asked.canvas.childAt(box.center()) is None
