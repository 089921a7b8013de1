"""The column of answers: a refusal is not the same as no answer, and what does not fit steps back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import Message
from digitpad.domain.prediction import Prediction
from digitpad.ink.strokes import Ink
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.answer.panel import ReadingPane
from digitpad.ui.common.widgets import ElidedLabel
from digitpad.ui.session.active_network import ActiveNetwork, NetworkState, Source
from digitpad.ui.session.live_reading import Reading
from digitpad.ui.session.worker import Worker

INPUT = np.full((28, 28), 200, np.uint8)
FALSE_REJECTION_RATES = (0.02, 0.01, 0.02, 0.05, 0.01, 0.02, 0.01, 0.81, 0.03, 0.02)


DATA = "MNIST, 60,000 training images; 5,995 pen digits of 24 writers, 2 variations each; 10,000 made-up digits"
INFO = CheckpointInfo(
    "pen", "wide", parameters=601_546, recipe="pen", seed=0, data=Message(DATA), epochs=26, test_accuracy=0.9966
)
COST = (0.004, 0.001, Ink(), None)
STATE = NetworkState(Source.SHIPPED, INFO, 0, INFO, None, None, False, True, ())


@pytest.fixture
def pane(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def side(pane):
    """The column in a pane: by itself, it would not get lower than its parts."""
    worker = Worker()
    widget = ReadingPane(ActiveNetwork(lambda *_: None, worker, pane), QWidget(), pane)
    pane.show()
    yield widget
    worker.stop()


def said(side):
    return side.findChild(ProbabilityBars).accessibleDescription()


def test_a_refusal_is_distinguished_from_an_answer_and_from_none(side):
    side.show_answer(Reading(1, Prediction(1, None, FALSE_REJECTION_RATES, INPUT), *COST))
    assert said(side) == "Not a digit; nearest: 7: 81.0 %, 3: 5.0 %, 8: 3.0 %"
    side.show_answer(Reading(2, Prediction(2, 7, FALSE_REJECTION_RATES, INPUT), *COST))
    assert said(side) == "7: 81.0 %, 3: 5.0 %, 8: 3.0 %"
    side.show_answer(Reading(3, Prediction(3, None, (0.1,) * 10, INPUT * 0, "empty"), *COST))
    assert said(side) == "No answer yet"
    side.show_answer(Reading(4, Prediction(4, None, FALSE_REJECTION_RATES, INPUT, "too small"), *COST))
    assert said(side) == "No answer yet"


def test_the_rejection_slider_steps_back_before_the_network_does_and_both_before_the_answer(side):
    shown = []
    for height in range(480, 1000, 3):
        side.resize(320, height)
        shown.append((side.rejection.isVisible(), side.checkpoint.isVisible()))
    stages = list(dict.fromkeys(shown))

    assert stages == [(False, False), (True, False), (False, True), (True, True)]
    for size in ((320, 500), (320, 900), (900, 500), (1800, 900)):
        side.resize(*size)
        parts = [part.geometry() for part in (side.findChild(ProbabilityBars), side.rejection)]
        assert not parts[0].intersects(parts[1])


def test_the_card_says_what_a_network_was_tested_on(side):
    info = replace(INFO, test_accuracy=None)
    for said, words in (
        (INFO, "Test: 99.66 % on MNIST"),
        (replace(info, own_accuracy=0.915), "Test: 91.50 % on its own data"),
        (info, "Test: not stated"),
    ):
        side.checkpoint.show_state(replace(STATE, checkpoint=said))
        assert side.checkpoint.accessibleDescription().startswith(f"{words}, ")


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("size", [(900, 480), (1000, 560), (1366, 620), (1366, 700), (2000, 1200)])
def test_what_the_checkpoint_says_is_seen_in_whole_lines(side, wear, scale, size):
    wear("light", scale)
    side.checkpoint.show_state(STATE)
    side.window().resize(*size)
    side.resize(*size)
    QApplication.processEvents()  # lays out
    labels = [label for label in side.checkpoint.findChildren(QLabel) if label.isVisible()]
    assert labels
    for label in labels:
        assert label.height() >= label.heightForWidth(label.width()), label.text()
        assert label.visibleRegion().boundingRect() == label.rect(), label.text()
        if not label.wordWrap() and not isinstance(label, ElidedLabel):
            assert label.width() >= label.sizeHint().width(), label.text()
    for button in side.checkpoint.findChildren(QPushButton):
        assert button.width() >= button.sizeHint().width()
        assert button.visibleRegion().boundingRect() == button.rect()
