"""What reads: opening, falling back, a network in training and what it learned, and the ways back."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import CancelledError, InputError
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.services import LiveNetwork
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.ui.session.active_network import ActiveNetwork, Source
from digitpad.ui.session.worker import Worker

MINE, OTHER, BROKEN, LEARNED = Path("mine.pt"), Path("other.pt"), Path("broken.pt"), Path("runs/1/best.safetensors")


class Network:
    """A network that is only known."""

    def __init__(self, path):
        self.info = CheckpointInfo(path.stem, "wide", path=path)
        self.preparation = None


class Opener:
    """Opens what is not broken, once it is let to; notes what it was asked for."""

    def __init__(self):
        self.asked, self.broken = [], {BROKEN}
        self.let = threading.Event()
        self.let.set()

    def __call__(self, path, _is_cancelled):
        assert self.let.wait(20)
        self.asked.append(path)
        if path in self.broken:
            raise InputError("{path} is broken.", path=path)
        return Network(path or DEFAULT_CHECKPOINT)


@pytest.fixture
def opener():
    return Opener()


@pytest.fixture
def network(qapp, opener):
    worker = Worker()
    yield ActiveNetwork(opener, worker)
    opener.let.set()
    worker.stop()


@pytest.fixture
def failures(network):
    said = []
    network.failed.connect(lambda error: said.append(str(error)))
    return said


@pytest.fixture
def settled(qtbot, network):
    """Waits until nothing is being opened; what reads then."""

    def wait():
        qtbot.waitUntil(lambda: not network.state.is_opening)
        return network.state.source, network.state.info and network.state.info.path

    return wait


def live(step=1):
    return LiveNetwork(Network(Path("live")), step)


SHIPPED = Source.SHIPPED, DEFAULT_CHECKPOINT


def test_before_a_checkpoint_is_open_nothing_reads_and_nothing_is_wrong(network, opener, settled):
    opener.let.clear()
    network.open_first(None)
    state = network.state
    assert (state.source, state.info, state.problem, state.is_opening) == (Source.NONE, None, None, True)
    opener.let.set()
    assert settled() == SHIPPED
    assert network.state.step == 0


def test_a_checkpoint_that_is_opened_reads_and_is_reported(qtbot, network, settled):
    opened = []
    network.opened.connect(lambda info: opened.append((info.path, network.state.info is info)))
    with qtbot.waitSignal(network.changed):
        network.open(MINE)
    assert settled() == (Source.LOADED, MINE)
    assert opened == [(MINE, True)]
    assert network.reader.info is network.state.checkpoint


def test_a_checkpoint_that_cannot_be_opened_leaves_the_one_in_use(network, settled, failures):
    network.open(MINE)
    network.open(BROKEN)
    assert settled() == (Source.LOADED, MINE)
    assert failures == ["broken.pt is broken."]
    assert network.state.problem is None


def test_where_nothing_reads_yet_the_one_that_ships_is_opened_instead(network, opener, settled, failures):
    network.open_first(BROKEN)
    assert settled() == SHIPPED
    assert (opener.asked, failures) == ([BROKEN, None], ["broken.pt is broken."])


def test_where_that_fails_too_nothing_reads_and_it_is_known_why_until_one_opens(network, opener, settled, failures):
    opener.broken |= {None}
    network.open_first(BROKEN)
    assert settled() == (Source.NONE, None)
    assert str(network.state.problem) == failures[-1] == "None is broken."
    network.open(BROKEN)
    assert settled() == (Source.NONE, None)
    assert opener.asked == [BROKEN, None, BROKEN], "what ships was tried once"
    network.open(MINE)
    assert settled() == (Source.LOADED, MINE)
    assert network.state.problem is None


def test_a_start_opens_nothing_where_a_person_was_quicker(network, opener, settled):
    network.open(MINE)
    network.open_first(OTHER)
    assert settled() == (Source.LOADED, MINE)
    network.open_first(OTHER)
    assert settled() == (Source.LOADED, MINE)
    assert opener.asked == [MINE]


def test_what_a_person_asks_for_meanwhile_stays_though_the_first_one_fails(network, opener, settled):
    opener.let.clear()
    network.open_first(BROKEN)
    network.open(MINE)
    opener.let.set()
    assert settled() == (Source.LOADED, MINE)
    assert opener.asked == [BROKEN, MINE]


def test_there_is_a_way_back_to_the_last_one_and_to_the_one_that_ships(network, settled):
    network.open(None)
    assert settled() == SHIPPED
    for path in (MINE, OTHER, MINE):
        network.open(path)
    settled()
    assert network.state.history == (MINE, OTHER, DEFAULT_CHECKPOINT)
    network.open(network.state.history[1])
    assert settled() == (Source.LOADED, OTHER)
    assert network.state.history == (OTHER, MINE, DEFAULT_CHECKPOINT)
    network.open(None)
    assert settled() == SHIPPED


def test_a_network_in_training_reads_while_there_is_one(network, settled):
    network.open(MINE)
    settled()
    network.begin_run()
    network.show_live(live(1))
    network.show_live(shown := live(20))
    state = network.state
    assert (state.source, state.info, state.step) == (Source.IN_TRAINING, shown.reader.info, 20)
    assert (network.reader, state.checkpoint.path) == (shown.reader, MINE)
    network.end_run(None)
    assert settled() == (Source.LOADED, MINE)
    assert network.state.step == 0


def test_a_file_that_does_not_open_leaves_what_a_run_learned_and_the_way_back(network, opener, settled):
    network.open(MINE)
    settled()
    network.begin_run()
    network.show_live(live(20))
    network.end_run(OTHER)
    assert settled() == (Source.JUST_TRAINED, OTHER)
    network.open(BROKEN)
    assert settled() == (Source.JUST_TRAINED, OTHER)
    network.set_follows_training(False)
    assert settled() == (Source.LOADED, MINE)
    network.set_follows_training(True)
    assert settled() == (Source.JUST_TRAINED, OTHER)


def test_before_a_checkpoint_is_open_no_network_in_training_reads(network):
    network.show_live(live())
    assert (network.state.source, network.reader) == (Source.NONE, None)


def test_what_a_run_learned_reads_after_it_and_its_last_step_until_that_is_open(network, opener, settled):
    network.open(MINE)
    settled()
    network.begin_run()
    network.show_live(live(20))
    opener.let.clear()
    network.end_run(LEARNED)
    assert (network.state.source, network.state.step) == (Source.IN_TRAINING, 20)
    opener.let.set()
    assert settled() == (Source.JUST_TRAINED, LEARNED)
    assert network.state.history == (LEARNED, MINE)
    assert network.has_learned
    network.open(MINE)
    settled()
    assert not network.has_learned


def test_what_was_open_reads_again_where_what_a_run_learned_cannot_be_opened(network, opener, settled, failures):
    network.open(MINE)
    settled()
    network.show_live(live(20))
    network.end_run(BROKEN)
    assert settled() == (Source.LOADED, MINE)
    assert failures == ["broken.pt is broken."]
    network.set_follows_training(False)
    assert settled() == (Source.LOADED, MINE)


def test_who_does_not_follow_the_training_reads_with_the_checkpoint(qtbot, network, settled):
    network.open(MINE)
    settled()
    network.set_follows_training(False)
    network.begin_run()
    with qtbot.assertNotEmitted(network.changed):
        network.show_live(live(1))
    assert settled() == (Source.LOADED, MINE)
    network.set_follows_training(True)
    assert network.state.source is Source.IN_TRAINING
    network.set_follows_training(False)
    network.end_run(LEARNED)
    assert settled() == (Source.LOADED, MINE)
    network.set_follows_training(True)
    assert settled() == (Source.JUST_TRAINED, LEARNED)


def test_after_a_run_the_switch_leads_to_what_was_open_before_it_and_back(network, opener, settled):
    network.open(OTHER)
    network.open(MINE)
    settled()
    network.end_run(LEARNED)
    for _ in range(2):
        assert settled() == (Source.JUST_TRAINED, LEARNED)
        network.set_follows_training(False)
        assert settled() == (Source.LOADED, MINE)
        network.set_follows_training(True)
    settled()
    opener.let.clear()
    for follows in (False, True, False):  # quicker than they can be opened
        network.set_follows_training(follows)
    opener.let.set()
    assert settled() == (Source.LOADED, MINE)


def test_a_checkpoint_that_a_person_opens_after_a_run_stays(network, settled):
    network.open(MINE)
    settled()
    network.end_run(LEARNED)
    settled()
    network.open(OTHER)
    for follows in (False, True):
        network.set_follows_training(follows)
        assert settled() == (Source.LOADED, OTHER)


def test_a_run_that_begins_before_what_the_last_one_learned_is_open_shows_its_own(network, opener, settled):
    network.open(MINE)
    settled()
    network.show_live(live(20))
    opener.let.clear()
    network.end_run(LEARNED)
    network.begin_run()
    assert network.state.source is Source.LOADED
    network.show_live(live(1))
    opener.let.set()
    settled()
    assert (network.state.source, network.state.step) == (Source.IN_TRAINING, 1)


def test_the_false_rejection_rate_is_known_and_signalled(qtbot, network):
    assert network.false_rejection_rate == FALSE_REJECTION_RATE
    with qtbot.waitSignal(network.changed):
        network.set_false_rejection_rate(None)
    assert network.false_rejection_rate is None


def test_what_is_opened_while_the_window_closes_is_cancelled(qapp):
    began, heard, worker = threading.Event(), threading.Event(), Worker()

    def opens_for_long(_path, is_cancelled):
        began.set()
        while not is_cancelled():
            time.sleep(0.001)
        heard.set()
        raise CancelledError("The opening was cancelled.")

    network = ActiveNetwork(opens_for_long, worker)
    network.open(None)
    assert began.wait(20)
    worker.stop()
    assert heard.is_set()
