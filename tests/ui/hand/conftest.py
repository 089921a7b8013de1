"""A hand whose base is the smallest network that ships."""

from functools import cached_property

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton

from digitpad.reading.load import open_reader
from digitpad.storage.io import shipped
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.hand.controller import HandController
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.session.hand import HandSession
from digitpad.ui.session.live_reading import LiveReader
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.training_session import TrainingSession
from digitpad.ui.session.worker import Worker
from tests.hand_drawn import drawn
from tests.ui.networks import opened_network

BASE = shipped("checkpoints", "fast.safetensors")


@pytest.fixture
def network(qtbot):
    worker = Worker()
    yield opened_network(qtbot, worker, open_reader, BASE)
    worker.stop()


@pytest.fixture
def failures():
    return []


@pytest.fixture
def hand(network, failures):
    made = HandSession(network)
    made.failed.connect(failures.append)
    yield made
    made.stop()
    assert [str(failure) for failure in failures] == []


@pytest.fixture
def canvas(qtbot):
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    return made


class Asked:
    """A pad on which rounds are drawn, its bars, and the hand that is drawn."""

    def __init__(self, network, worker, canvas, qtbot):
        self.canvas, self.qtbot = canvas, qtbot
        self.parent, self.bars = QObject(), ProbabilityBars()
        self.actions = seven, keep, skip = QAction("This is 7"), QAction("Keep, next"), QAction("Skip")
        seven.setData(7)
        for action, keys in zip(self.actions, ("7", "Return", "S"), strict=True):
            action.setShortcut(keys)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        live, training = LiveReader(network, worker, self.parent), TrainingSession(None, self.parent)
        canvas.ink_changed.connect(live.read)
        self.controller = HandController(network, live, training, None, Settings(), self.parent)
        self.controller.follow(canvas, self.bars, [seven], (keep, skip))
        self.hand, self.round = self.controller.session, self.controller.round
        qtbot.addWidget(self.bars)

    @cached_property
    def page(self):
        """The page, once it is looked for."""
        made = self.controller.page()
        self.qtbot.addWidget(made)
        made.show()
        self.activate()
        return made

    def activate(self):
        """Let the pad have the keys."""
        self.canvas.activateWindow()
        self.qtbot.waitUntil(self.canvas.isActiveWindow)

    @property
    def words(self):
        """The label that says what to draw."""
        return self.page.findChild(QLabel, "asked_label")

    def click(self, name):
        self.qtbot.mouseClick(self.page.findChild(QPushButton, name), Qt.MouseButton.LeftButton)

    def draw(self, digit, key, *change):
        """Put a digit on the pad and press a key there."""
        self.canvas.set_ink(drawn(digit, *change))
        self.qtbot.keyClick(self.canvas, key)


@pytest.fixture
def asked(network, canvas, qtbot):
    worker = Worker()
    made = Asked(network, worker, canvas, qtbot)
    made.activate()
    yield made
    made.hand.stop()
    worker.stop()
