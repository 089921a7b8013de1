"""The column of answers: a refusal is not the same as no answer, and what does not fit steps back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from digitpad.domain.prediction import Prediction
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.answer.panel import ReadingPane
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.live_reading import Reading
from digitpad.ui.session.worker import Worker

INPUT = np.full((28, 28), 200, np.uint8)
FALSE_REJECTION_RATES = (0.02, 0.01, 0.02, 0.05, 0.01, 0.02, 0.01, 0.81, 0.03, 0.02)


@pytest.fixture
def pane(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def side(pane):
    """The column in a pane: by itself, it would not get lower than its parts."""
    worker = Worker()
    widget = ReadingPane(ActiveNetwork(lambda path: None, worker, pane), QWidget(), pane)
    pane.show()
    yield widget
    worker.stop()


def said(side):
    return side.findChild(ProbabilityBars).accessibleDescription()


def test_a_refusal_is_distinguished_from_an_answer_and_from_none(side):
    side.show_answer(Reading(1, Prediction(1, None, FALSE_REJECTION_RATES, INPUT), 0.004, 0.001, 10))
    assert said(side) == "Not a digit; nearest: 7: 81.0 %, 3: 5.0 %, 8: 3.0 %"
    side.show_answer(Reading(2, Prediction(2, 7, FALSE_REJECTION_RATES, INPUT), 0.004, 0.001, 10))
    assert said(side) == "7: 81.0 %, 3: 5.0 %, 8: 3.0 %"
    side.show_answer(Reading(3, Prediction(3, None, (0.1,) * 10, INPUT * 0), 0.004, 0.001, 10))
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
