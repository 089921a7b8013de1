"""Reading in a thread: one under way, one waiting, the latest wins, and no stale answer."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.domain.prediction import Prediction
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.ink.strokes import Ink, Stroke
from digitpad.services import LiveNetwork
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.live_reading import LiveReader
from digitpad.ui.session.worker import Worker

INK = Ink((Stroke.of([(1, 2), (3, 4)]),))


class SlowNetwork:
    """Reads when it is let to, and notes what it was asked."""

    def __init__(self, name):
        self.info = CheckpointInfo(name, "wide")
        self.device = "cpu"
        self.asked = []
        self.let = threading.Semaphore(0)

    def predict(self, ink, revision=0, false_rejection_rate=FALSE_REJECTION_RATE):
        self.asked.append(revision)
        assert self.let.acquire(timeout=20)
        time.sleep(0.01)  # too slow for the window's thread
        digit = None if ink.is_empty else 3
        return Prediction(revision, digit, (0.1,) * 10, np.zeros((28, 28), np.uint8))


class Opener:
    """Opens a slow network, once it is let to; a path named 'broken' cannot be opened."""

    kind = SlowNetwork

    def __init__(self):
        self.made = []
        self.let = threading.Event()
        self.let.set()

    def __call__(self, path, _is_cancelled):
        assert self.let.wait(20)
        if path == "broken":
            raise InputError("broken is broken.")
        self.made.append(self.kind(path))
        return self.made[-1]


@pytest.fixture
def opener():
    return Opener()


@pytest.fixture
def worker(qapp, opener):
    worker = Worker()
    yield worker
    opener.let.set()
    for made in opener.made:
        made.let.release(100)
    worker.stop()


@pytest.fixture
def network(worker, opener):
    return ActiveNetwork(opener, worker)


@pytest.fixture
def reader(worker, network):
    reader = LiveReader(network, worker)
    reader.read_numbers(False)  # these networks know nothing but `predict`
    return reader


@pytest.fixture
def readings(reader):
    said = []
    reader.answered.connect(said.append)
    return said


def opened(qtbot, network, path="first", opener=None):
    with qtbot.waitSignal(network.opened):
        network.open(path)
        if opener is not None:
            opener.let.set()


def test_ink_drawn_before_the_network_is_there_is_read_as_soon_as_it_is(qtbot, network, reader, opener, readings):
    opener.let.clear()
    network.open("first")
    for revision in range(5):
        reader.read(revision, INK, True)
    with qtbot.waitSignal(network.opened):
        opener.let.set()
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))

    assert opener.made[0].asked == [4]
    assert readings[0].prediction.revision == 4


def test_the_time_of_ink_that_waited_for_the_network_counts_from_its_drawing(qtbot, network, reader, opener, readings):
    opener.let.clear()
    before = time.perf_counter()
    reader.read(1, INK, True)
    drawn = time.perf_counter()
    opened(qtbot, network, opener=opener)
    loaded = time.perf_counter()
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))

    assert loaded - drawn <= readings[0].seconds <= time.perf_counter() - before


def test_one_is_under_way_and_one_waits_and_the_latest_wins(qtbot, network, reader, opener, readings):
    opened(qtbot, network)
    for revision in range(10):
        reader.read(revision, INK, True)
    opener.made[0].let.release(2)
    qtbot.waitUntil(lambda: len(readings) == 2)

    assert opener.made[0].asked == [0, 9]
    assert [answer.prediction.revision for answer in readings] == [0, 9]


def test_an_answer_to_what_is_no_longer_drawn_is_dropped(qtbot, network, reader, opener, readings):
    opened(qtbot, network)
    reader.read(1, INK, True)
    qtbot.waitUntil(lambda: opener.made[0].asked == [1])
    reader.read(2, Ink(), False)
    opener.made[0].let.release(2)
    qtbot.waitUntil(lambda: bool(readings))

    assert [answer.prediction.revision for answer in readings] == [2]
    assert readings[0].prediction.digit is None


def test_another_checkpoint_reads_anew_what_is_drawn(qtbot, network, reader, opener, readings):
    opened(qtbot, network)
    reader.read(1, INK, True)
    qtbot.waitUntil(lambda: opener.made[0].asked == [1])
    network.open("second")
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: len(opener.made) == 2)
    opener.made[1].let.release()
    qtbot.waitUntil(lambda: opener.made[1].asked == [1] and bool(readings))

    assert readings[-1].prediction.revision == 1


def test_a_fault_in_a_reading_does_not_stop_the_next(qtbot, network, reader, opener, readings):
    opened(qtbot, network)

    def faulty(ink, revision=0, false_rejection_rate=None):
        raise ZeroDivisionError

    working, opener.made[0].predict = opener.made[0].predict, faulty
    with qtbot.captureExceptions() as exceptions:
        reader.read(1, INK, True)
        qtbot.waitUntil(lambda: bool(exceptions))
    opener.made[0].predict = working
    opener.made[0].let.release()
    reader.read(2, INK, True)
    qtbot.waitUntil(lambda: bool(readings))

    assert readings[0].prediction.revision == 2


def test_a_network_that_cannot_read_says_so(qtbot, network, reader, opener):
    def unable(ink, revision=0, false_rejection_rate=None):
        raise InputError("It computes what is not a number.")

    opened(qtbot, network)
    opener.made[0].predict = unable
    with qtbot.waitSignal(reader.unread) as failed:
        reader.read(1, INK, True)

    assert [str(error) for error in failed.args] == ["It computes what is not a number."]


def live_network(reader):
    return LiveNetwork(reader, 1)


class Learner(SlowNetwork):
    """A network in training, which finds another digit and need not be let to."""

    def predict(self, ink, revision=0, false_rejection_rate=FALSE_REJECTION_RATE):
        self.asked.append(revision)
        return Prediction(revision, 5, (0.1,) * 10, np.zeros((28, 28), np.uint8))


def read(qtbot, network, reader, opener, readings):
    """Open a checkpoint and read a drawing with it."""
    opened(qtbot, network)
    reader.read(1, INK, True)
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))


def test_a_network_in_training_reads_what_is_drawn_without_another_stroke(qtbot, network, reader, opener, readings):
    read(qtbot, network, reader, opener, readings)
    live = Learner("live")
    network.show_live(live_network(live))
    qtbot.waitUntil(lambda: len(readings) == 2)

    assert [answer.prediction.revision for answer in readings] == [1, 1]
    assert [answer.prediction.digit for answer in readings] == [3, 5]
    assert readings[1].generation > readings[0].generation
    reader.read(2, INK, True)
    qtbot.waitUntil(lambda: len(readings) == 3)
    assert live.asked == [1, 2]


def test_of_several_networks_in_training_the_latest_reads(qtbot, network, reader, opener, readings):
    read(qtbot, network, reader, opener, readings)
    lives = [Learner(f"live {number}") for number in range(20)]
    for live in lives:
        network.show_live(live_network(live))
    qtbot.waitUntil(lambda: bool(lives[-1].asked))
    reader.read(2, INK, True)
    qtbot.waitUntil(lambda: readings[-1].prediction.revision == 2)

    assert lives[-1].asked[-1] == 2
    assert all(2 not in live.asked for live in lives[:-1])


def test_an_answer_of_the_network_before_is_dropped(qtbot, network, reader, opener, readings):
    opened(qtbot, network)
    reader.read(1, INK, True)
    qtbot.waitUntil(lambda: opener.made[0].asked == [1])
    network.show_live(live_network(Learner("live")))
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))

    assert [answer.prediction.digit for answer in readings] == [5]


class StrictNetwork(SlowNetwork):
    """Refuses everything unless it may refuse nothing; need not be let to."""

    def predict(self, ink, revision=0, false_rejection_rate=FALSE_REJECTION_RATE):
        self.asked.append(false_rejection_rate)
        digit = 5 if false_rejection_rate is None else None
        return Prediction(revision, digit, (0.1,) * 10, np.zeros((28, 28), np.uint8))


@pytest.fixture
def strict(qtbot, network, opener, reader, readings):
    """A reader with an opened network that refuses, and a drawing that it has refused."""
    opener.kind = StrictNetwork
    opened(qtbot, network)
    reader.read(1, INK, True)
    qtbot.waitUntil(lambda: bool(readings))
    assert readings[0].prediction.digit is None
    assert opener.made[0].asked == [FALSE_REJECTION_RATE]
    return reader


def test_another_false_rejection_rate_reads_anew_what_is_drawn(qtbot, network, strict, readings):
    network.set_false_rejection_rate(None)
    qtbot.waitUntil(lambda: len(readings) == 2)

    assert [answer.prediction.digit for answer in readings] == [None, 5]
    assert [answer.prediction.revision for answer in readings] == [1, 1]
    assert readings[1].generation > readings[0].generation
    network.set_false_rejection_rate(0.01)
    qtbot.waitUntil(lambda: len(readings) == 3)
    assert readings[2].prediction.digit is None


def test_the_false_rejection_rate_holds_for_networks_in_training_and_for_those_opened_later(
    qtbot, network, strict, opener, readings
):
    live = StrictNetwork("live")
    network.show_live(live_network(live))
    qtbot.waitUntil(lambda: len(readings) == 2)
    network.set_false_rejection_rate(0.02)
    qtbot.waitUntil(lambda: len(readings) == 3)
    network.show_live(live_network(StrictNetwork("later")))
    qtbot.waitUntil(lambda: len(readings) == 4)
    network.end_run(None)
    qtbot.waitUntil(lambda: len(readings) == 5)
    opened(qtbot, network, "second")
    qtbot.waitUntil(lambda: len(readings) == 6)

    assert live.asked == [FALSE_REJECTION_RATE, 0.02]
    assert opener.made[0].asked == [FALSE_REJECTION_RATE, 0.02]
    assert opener.made[1].asked == [0.02]


def test_the_false_rejection_rate_can_be_set_before_there_is_a_network(qtbot, network, reader, opener, readings):
    opener.kind = StrictNetwork
    network.set_false_rejection_rate(None)
    reader.read(1, INK, True)
    opened(qtbot, network)
    qtbot.waitUntil(lambda: bool(readings))

    assert readings[0].prediction.digit == 5


# At once, or in the thread.


class Clock:
    """Stands in for the module `time`: goes on only as far as a reading takes."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("digitpad.ui.session.live_reading.time", clock)
    return clock


@pytest.fixture
def instant(opener, clock):
    """Makes networks that read at once, take some seconds on the clock, and note in which thread they read."""

    class Instant(SlowNetwork):
        def __init__(self, name):
            super().__init__(name)
            self.info = CheckpointInfo(name, "wide", layers=[{"linear": name.split()[0]}] if name[0] != "?" else [])
            self.seconds = 0.0
            self.in_window = []

        def predict(self, ink, revision=0, false_rejection_rate=FALSE_REJECTION_RATE):
            self.in_window.append(threading.current_thread() is threading.main_thread())
            if revision < 0:
                raise InputError("It computes what is not a number.")
            clock.now += self.seconds
            return Prediction(revision, 3, (0.1,) * 10, np.zeros((28, 28), np.uint8))

    opener.kind = Instant
    return opener.made


def read_all(qtbot, reader, readings, revisions, ink=INK):
    """Read some ink again and again, each time once the time before was answered."""
    for revision in revisions:
        reader.read(revision, ink, True)
        qtbot.waitUntil(lambda wanted=revision: bool(readings) and readings[-1].prediction.revision == wanted)


def with_points(count):
    return Ink((Stroke.of([(number, 2) for number in range(count - 1)]), Stroke.of([(3, 4)])))


def test_a_quick_network_reads_in_the_windows_thread_once_it_has_shown_to_be_quick(
    qtbot, network, reader, instant, readings
):
    opened(qtbot, network)
    read_all(qtbot, reader, readings, range(3))
    assert instant[0].in_window == [False, True, True]
    assert [reading.generation for reading in readings] == [0, 0, 0]


def test_a_slow_network_reads_in_the_thread_until_half_of_its_last_readings_were_quick(
    qtbot, network, reader, instant, readings
):
    opened(qtbot, network)
    instant[0].seconds = 0.005
    read_all(qtbot, reader, readings, range(7))
    instant[0].seconds = 0.003
    read_all(qtbot, reader, readings, range(7, 12))
    assert instant[0].in_window == [False] * 11 + [True]


def test_another_network_has_to_show_anew_that_it_is_quick_unless_its_layers_are_the_same(
    qtbot, network, reader, instant, readings
):
    opened(qtbot, network, "a")
    read_all(qtbot, reader, readings, range(2))
    for name, in_window in {"a again": True, "b": False, "?": False, "? again": False}.items():
        before = len(readings)
        opened(qtbot, network, name)
        qtbot.waitUntil(lambda before=before: len(readings) > before)
        assert instant[-1].in_window == [in_window]


def test_much_more_ink_than_before_is_read_in_the_thread(qtbot, network, reader, instant, readings):
    opened(qtbot, network)
    read_all(qtbot, reader, readings, range(2), with_points(500))
    read_all(qtbot, reader, readings, [2], with_points(1200))
    read_all(qtbot, reader, readings, [3], with_points(2601))
    read_all(qtbot, reader, readings, [4], INK)
    assert instant[0].in_window == [False, True, True, False, True]


def test_several_changes_of_the_ink_in_one_turn_of_the_event_loop_are_read_once(
    qtbot, network, reader, instant, readings
):
    opened(qtbot, network)
    read_all(qtbot, reader, readings, range(3))
    for revision in range(3, 9):
        reader.read(revision, INK, True)
    qtbot.waitUntil(lambda: readings[-1].prediction.revision == 8)
    assert len(readings) == 4


def test_what_was_to_be_read_at_once_is_not_where_much_more_is_drawn_meanwhile(
    qtbot, network, reader, instant, readings
):
    opened(qtbot, network)
    read_all(qtbot, reader, readings, range(2))
    reader.read(2, INK, True)
    reader.read(3, with_points(1000), True)
    qtbot.waitUntil(lambda: readings[-1].prediction.revision == 3)
    assert instant[0].in_window == [False, True, False]


def test_an_answer_from_the_thread_is_dropped_where_the_next_ink_is_read_at_once(
    qtbot, network, reader, worker, instant, readings
):
    opened(qtbot, network)
    read_all(qtbot, reader, readings, range(2))
    reader.read(2, with_points(1000), True)
    reader.read(3, INK, False)
    done = []
    worker.run(lambda: None, done.append, done.append)
    qtbot.waitUntil(lambda: bool(done) and readings[-1].prediction.revision == 3)
    assert [reading.prediction.revision for reading in readings] == [0, 1, 3]


def test_a_quick_network_that_cannot_read_says_so(qtbot, network, reader, instant, readings):
    opened(qtbot, network)
    read_all(qtbot, reader, readings, range(2))
    with qtbot.waitSignal(reader.unread) as failed:
        reader.read(-1, INK, True)
    assert [str(error) for error in failed.args] == ["It computes what is not a number."]
    assert instant[0].in_window[-1]
