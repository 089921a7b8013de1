"""A hand whose base is the smallest network that ships."""

import pytest

from digitpad.reading.load import open_reader
from digitpad.storage.io import shipped
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.session.hand import HandSession
from digitpad.ui.session.worker import Worker
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
