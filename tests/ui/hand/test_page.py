import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from digitpad.ui.hand.grid import CollectionGrid
from digitpad.ui.hand.page import HandPage
from digitpad.ui.hand.round import Round
from digitpad.ui.session.fine_tuning import FineTuning
from digitpad.ui.session.live_reading import LiveReader
from digitpad.ui.session.training_session import TrainingSession
from digitpad.ui.session.worker import Worker
from tests.hand_drawn import drawn


@pytest.fixture
def live(network):
    worker = Worker()
    yield LiveReader(network, worker)
    worker.stop()


@pytest.fixture
def page(hand, live, canvas, qtbot):
    made = HandPage(hand, live, FineTuning(hand, TrainingSession(None), None), Round(hand, canvas))
    qtbot.addWidget(made)
    made.resize(700, 600)
    made.show()
    return made


def button(page, name):
    return page.findChild(QPushButton, name)


def read(qtbot, live, revision, ink):
    with qtbot.waitSignal(live.answered):
        live.read(revision, ink, False)


def test_the_collection_shows_what_is_read_and_takes_labels_from_the_keys(page, hand, qtbot):
    grid = page.findChild(CollectionGrid)
    hand.add(drawn(7), 7)
    hand.add(drawn(4), 1)
    qtbot.waitUntil(lambda: grid.count() == 2 and grid.item(1).text() == "1: 4 → 4")
    assert grid.item(0).text() == "7"
    assert "Is the label right?" in grid.item(1).toolTip()
    grid.item(1).setSelected(True)
    qtbot.keyClick(grid, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: grid.item(1).text() == "4")
    grid.item(0).setSelected(True)
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not hand.collected.learned)


def test_a_drawing_that_was_kept_with_another_label_is_remembered(page, hand, live, qtbot):
    hand.add(drawn(4), 9)
    qtbot.waitUntil(lambda: len(hand.read.labels) == 1)
    read(qtbot, live, 1, drawn(4))
    hint = page.findChild(QLabel, "hint_label")
    qtbot.waitUntil(lambda: hint.text() == "You drew this before as 9.")
    picture = page.findChild(QWidget, "hint_picture")
    assert picture.isVisible()
    assert picture.accessibleName() == "Your earlier drawing, kept as 9"
    shown = picture.grab().toImage()
    scale = (shown.width() - 2) // 28
    grey = [[shown.pixelColor(1 + scale * x, 1 + scale * y).lightness() for x in range(28)] for y in range(28)]
    assert np.corrcoef(np.ravel(grey), hand.read.images[0].ravel())[0, 1] == pytest.approx(-1, abs=0.01)
    hand.relabel([0], 4)
    qtbot.waitUntil(lambda: hand.read.labels.tolist() == [4])
    read(qtbot, live, 2, drawn(4, 2))
    qtbot.waitUntil(lambda: not hint.isVisible())
