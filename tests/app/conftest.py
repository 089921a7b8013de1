"""The whole window, as a person has it: started by its real entry point, driven by real events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QThread

from digitpad import app
from tests.app.pad import Pad
from tests.app.training import Training


def running_threads(window):
    return [thread for thread in window.findChildren(QThread) if thread.isRunning()]


@pytest.fixture
def start(qtbot, qapp):
    """Start digitpad with command-line words; closed at the end, its threads gone."""
    pads = []

    def started(*words):
        window = app.create(list(words))
        pads.append(Pad(qtbot, window))
        window.show()
        qtbot.waitExposed(window)
        return pads[-1]

    yield started
    for pad in pads:
        pad.window.close()
        assert not pad.window.isVisible()
        assert not running_threads(pad.window)
        pad.window.deleteLater()


@pytest.fixture
def pad(start):
    """The window as it opens."""
    return start()


@pytest.fixture
def begin(start, monkeypatch):
    """Start digitpad where the starter set is all the data there is; a run that still goes on is stopped at the end."""
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)
    begun = []

    def started(*words, training_service=None):
        if training_service is not None:
            monkeypatch.setattr(app, "TrainingService", lambda: training_service)
        begun.append(Training(start(*words)))
        return begun[-1]

    yield started
    for training in begun:
        training.end()


@pytest.fixture
def training(begin):
    """The training panel of the window as it opens."""
    return begin()
