"""The reading thread: one under way, one waiting, the latest wins, and no stale answer."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.domain.prediction import Prediction
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.ink.strokes import Ink, Stroke
from digitpad.ui.session.reading_thread import Reader

INK = Ink((Stroke.of([(1, 2), (3, 4)]),))


class SlowRecognizer:
    """Reads when it is let to, and notes what it was asked."""

    def __init__(self, name):
        self.info = CheckpointInfo(name, "wide")
        self.device = "cpu"
        self.asked = []
        self.let = threading.Semaphore(0)

    def predict(self, ink, revision=0):
        self.asked.append(revision)
        assert self.let.acquire(timeout=20)
        digit = None if ink.is_empty else 3
        return Prediction(revision, digit, (0.1,) * 10, np.zeros((28, 28), np.uint8))


class Opener:
    """Opens a slow recognizer, once it is let to; a path named 'broken' cannot be opened."""

    kind = SlowRecognizer

    def __init__(self):
        self.made = []
        self.let = threading.Event()
        self.let.set()

    def __call__(self, path):
        assert self.let.wait(20)
        if path is Path:
            raise ZeroDivisionError
        if path == "broken":
            raise InputError("broken is broken.")
        self.made.append(self.kind(path))
        return self.made[-1]


@pytest.fixture
def opener():
    return Opener()


@pytest.fixture
def reader(qtbot, opener):
    reader = Reader(opener)
    yield reader
    opener.let.set()
    for recognizer in opener.made:
        recognizer.let.release(100)
    reader.stop()


@pytest.fixture
def readings(reader):
    said = []
    reader.answered.connect(said.append)
    return said


def opened(qtbot, reader, path="first", opener=None):
    with qtbot.waitSignal(reader.opened):
        reader.open(path)
        if opener is not None:
            opener.let.set()


def test_ink_drawn_before_the_network_is_there_is_read_as_soon_as_it_is(qtbot, reader, opener, readings):
    opener.let.clear()
    reader.open("first")
    for revision in range(5):
        reader.read(revision, INK, True)
    with qtbot.waitSignal(reader.opened):
        opener.let.set()
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))

    assert opener.made[0].asked == [4]
    assert readings[0].prediction.revision == 4


def test_the_time_of_ink_that_waited_for_the_network_counts_from_its_drawing(qtbot, reader, opener, readings):
    opener.let.clear()
    before = time.perf_counter()
    reader.read(1, INK, True)
    drawn = time.perf_counter()
    opened(qtbot, reader, opener=opener)
    loaded = time.perf_counter()
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))

    assert loaded - drawn <= readings[0].seconds <= time.perf_counter() - before


def test_a_fault_in_opening_is_told(qtbot, reader, opener):
    with qtbot.captureExceptions() as exceptions, qtbot.waitSignal(reader.failed) as failed:
        reader.open(Path)
        qtbot.waitUntil(lambda: bool(exceptions))  # it is raised after it was told

    assert "fault of digitpad" in failed.args[0]


def test_one_is_under_way_and_one_waits_and_the_latest_wins(qtbot, reader, opener, readings):
    opened(qtbot, reader)
    for revision in range(10):
        reader.read(revision, INK, True)
    opener.made[0].let.release(2)
    qtbot.waitUntil(lambda: len(readings) == 2)

    assert opener.made[0].asked == [0, 9]
    assert [answer.prediction.revision for answer in readings] == [0, 9]


def test_an_answer_to_what_is_no_longer_drawn_is_dropped(qtbot, reader, opener, readings):
    opened(qtbot, reader)
    reader.read(1, INK, True)
    qtbot.waitUntil(lambda: opener.made[0].asked == [1])
    reader.read(2, Ink(), False)
    opener.made[0].let.release(2)
    qtbot.waitUntil(lambda: bool(readings))

    assert [answer.prediction.revision for answer in readings] == [2]
    assert readings[0].prediction.digit is None


def test_another_checkpoint_reads_anew_what_is_drawn(qtbot, reader, opener, readings):
    opened(qtbot, reader)
    reader.read(1, INK, True)
    qtbot.waitUntil(lambda: opener.made[0].asked == [1])
    reader.open("second")
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: len(opener.made) == 2)
    opener.made[1].let.release()
    qtbot.waitUntil(lambda: opener.made[1].asked == [1] and bool(readings))

    assert readings[-1].prediction.revision == 1


def test_a_checkpoint_that_cannot_be_opened_says_why_and_the_one_in_use_stays(qtbot, reader, opener, readings):
    opened(qtbot, reader)
    with qtbot.waitSignal(reader.failed) as failed:
        reader.open("broken")
    reader.read(1, INK, True)
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))

    assert failed.args == ["broken is broken."]
    assert opener.made[0].asked == [1]


def test_a_fault_in_a_reading_does_not_stop_the_next(qtbot, reader, opener, readings):
    opened(qtbot, reader)

    def faulty(ink, revision=0):
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


def test_a_network_that_cannot_read_says_so(qtbot, reader, opener):
    def unable(ink, revision=0):
        raise InputError("It answers with what is no number.")

    opened(qtbot, reader)
    opener.made[0].predict = unable
    with qtbot.waitSignal(reader.unread) as failed:
        reader.read(1, INK, True)

    assert failed.args == ["It answers with what is no number."]


class LiveNetwork(SlowRecognizer):
    """A network in training, which finds another digit and need not be let to."""

    def predict(self, ink, revision=0):
        self.asked.append(revision)
        return Prediction(revision, 5, (0.1,) * 10, np.zeros((28, 28), np.uint8))


def read(qtbot, reader, opener, readings):
    """Open a checkpoint and read a drawing with it."""
    opened(qtbot, reader)
    reader.read(1, INK, True)
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))


def test_a_network_in_training_reads_what_is_drawn_without_another_stroke(qtbot, reader, opener, readings):
    read(qtbot, reader, opener, readings)
    live = LiveNetwork("live")
    reader.show_live(live)
    qtbot.waitUntil(lambda: len(readings) == 2)

    assert [answer.prediction.revision for answer in readings] == [1, 1]
    assert [answer.prediction.digit for answer in readings] == [3, 5]
    assert readings[1].generation > readings[0].generation
    reader.read(2, INK, True)
    qtbot.waitUntil(lambda: len(readings) == 3)
    assert live.asked == [1, 2]


def test_of_several_networks_in_training_the_latest_reads(qtbot, reader, opener, readings):
    read(qtbot, reader, opener, readings)
    lives = [LiveNetwork(f"live {number}") for number in range(20)]
    for live in lives:
        reader.show_live(live)
    qtbot.waitUntil(lambda: bool(lives[-1].asked))
    reader.read(2, INK, True)
    qtbot.waitUntil(lambda: readings[-1].prediction.revision == 2)

    assert lives[-1].asked[-1] == 2
    assert all(2 not in live.asked for live in lives[:-1])


def test_the_opened_checkpoint_reads_again_once_no_network_in_training_is_shown(qtbot, reader, opener, readings):
    read(qtbot, reader, opener, readings)
    reader.show_live(LiveNetwork("live"))
    qtbot.waitUntil(lambda: len(readings) == 2)
    opener.made[0].let.release()
    reader.show_live(None)
    qtbot.waitUntil(lambda: len(readings) == 3)

    assert [answer.prediction.digit for answer in readings] == [3, 5, 3]


def test_a_checkpoint_that_is_opened_takes_the_place_of_a_network_in_training(qtbot, reader, opener, readings):
    read(qtbot, reader, opener, readings)
    live = LiveNetwork("live")
    reader.show_live(live)
    qtbot.waitUntil(lambda: len(readings) == 2)
    opened(qtbot, reader, "second")
    opener.made[1].let.release()
    qtbot.waitUntil(lambda: len(readings) == 3)

    assert opener.made[1].asked == [1]
    assert live.asked == [1]


def test_a_checkpoint_that_cannot_be_opened_leaves_the_network_in_training(qtbot, reader, opener, readings):
    read(qtbot, reader, opener, readings)
    live = LiveNetwork("live")
    reader.show_live(live)
    with qtbot.waitSignal(reader.failed):
        reader.open("broken")
    reader.read(2, INK, True)
    qtbot.waitUntil(lambda: readings[-1].prediction.revision == 2)

    assert live.asked[-1] == 2


def test_an_answer_of_the_network_before_is_dropped(qtbot, reader, opener, readings):
    opened(qtbot, reader)
    reader.read(1, INK, True)
    qtbot.waitUntil(lambda: opener.made[0].asked == [1])
    reader.show_live(LiveNetwork("live"))
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))

    assert [answer.prediction.digit for answer in readings] == [5]


def test_before_a_checkpoint_was_opened_no_network_in_training_reads(qtbot, reader, opener, readings):
    live = LiveNetwork("live")
    reader.show_live(live)
    opened(qtbot, reader)
    reader.read(1, INK, True)
    opener.made[0].let.release()
    qtbot.waitUntil(lambda: bool(readings))

    assert (live.asked, opener.made[0].asked) == ([], [1])


class StrictNetwork(SlowRecognizer):
    """Refuses everything unless it may refuse nothing; need not be let to."""

    false_rejection_rate = "not set"

    def predict(self, ink, revision=0):
        self.asked.append(self.false_rejection_rate)
        digit = 5 if self.false_rejection_rate is None else None
        return Prediction(revision, digit, (0.1,) * 10, np.zeros((28, 28), np.uint8))


@pytest.fixture
def strict(qtbot, opener, reader, readings):
    """A reader with an opened network that refuses, and a drawing that it has refused."""
    opener.kind = StrictNetwork
    opened(qtbot, reader)
    reader.read(1, INK, True)
    qtbot.waitUntil(lambda: bool(readings))
    assert readings[0].prediction.digit is None
    assert opener.made[0].false_rejection_rate == FALSE_REJECTION_RATE
    return reader


def test_another_false_rejection_rate_reads_anew_what_is_drawn(qtbot, strict, readings):
    strict.set_false_rejection_rate(None)
    qtbot.waitUntil(lambda: len(readings) == 2)

    assert [answer.prediction.digit for answer in readings] == [None, 5]
    assert [answer.prediction.revision for answer in readings] == [1, 1]
    assert readings[1].generation > readings[0].generation
    strict.set_false_rejection_rate(0.01)
    qtbot.waitUntil(lambda: len(readings) == 3)
    assert readings[2].prediction.digit is None


def test_the_false_rejection_rate_holds_for_networks_in_training_and_for_those_opened_later(
    qtbot, strict, opener, readings
):
    live = StrictNetwork("live")
    strict.show_live(live)
    qtbot.waitUntil(lambda: len(readings) == 2)
    strict.set_false_rejection_rate(0.02)
    qtbot.waitUntil(lambda: len(readings) == 3)
    strict.show_live(StrictNetwork("later"))
    qtbot.waitUntil(lambda: len(readings) == 4)
    strict.show_live(None)
    qtbot.waitUntil(lambda: len(readings) == 5)
    opened(qtbot, strict, "second")
    qtbot.waitUntil(lambda: len(readings) == 6)

    assert live.asked == [FALSE_REJECTION_RATE, 0.02]
    assert opener.made[0].asked == [FALSE_REJECTION_RATE, 0.02]
    assert opener.made[1].asked == [0.02]


def test_the_false_rejection_rate_can_be_set_before_there_is_a_network(qtbot, reader, opener, readings):
    opener.kind = StrictNetwork
    reader.set_false_rejection_rate(None)
    reader.read(1, INK, True)
    opened(qtbot, reader)
    qtbot.waitUntil(lambda: bool(readings))

    assert readings[0].prediction.digit == 5


def test_nothing_starts_after_the_stop(qtbot, reader, opener):
    reader.stop()
    reader.open("first")

    assert opener.made == []
