"""A hand whose base is the smallest network that ships."""

import pytest

from digitpad.reading.load import open_reader
from digitpad.storage.io import shipped
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.hand import HandSession
from digitpad.ui.session.worker import Worker

BASE = shipped("checkpoints", "fast.safetensors")


@pytest.fixture
def network(qtbot):
    worker = Worker()
    made = ActiveNetwork(open_reader, worker)
    with qtbot.waitSignal(made.opened):
        made.open(BASE)
    yield made
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
