"""Work away from the window's thread: in order, to its end, its failures reported; and of many requests the latest."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QCoreApplication

from digitpad.domain.errors import DigitpadError
from digitpad.ui.session.worker import Latest, Worker


@pytest.fixture
def worker(qapp):
    worker = Worker()
    yield worker
    worker.stop()


def raised(error):
    def work():
        raise error

    return work


def test_results_come_back_in_order_and_in_the_window_s_thread(qtbot, worker):
    threads, done = [], []
    for number in range(5):
        worker.run(
            lambda number=number: (number, threading.get_ident()),
            lambda result: (done.append(result), threads.append(threading.get_ident())),
            pytest.fail,
        )
    qtbot.waitUntil(lambda: len(done) == 5)

    assert [number for number, _ in done] == list(range(5))
    assert set(threads) == {threading.get_ident()} != {thread for _, thread in done}


def test_a_failure_is_passed_to_the_one_who_asked(qtbot, worker):
    error, said, done = DigitpadError("The disk is full."), [], []
    worker.run(raised(error), done.append, said.append)
    worker.run(lambda: 1, done.append, pytest.fail)
    qtbot.waitUntil(lambda: bool(done))

    assert (said, done) == ([error], [1])


def test_a_fault_is_reported_too_raised_and_ends_nothing(qtbot, worker):
    said, done = [], []
    with qtbot.captureExceptions() as exceptions:
        worker.run(lambda: 1 / 0, pytest.fail, said.append)
        worker.run(lambda: 1, done.append, pytest.fail)
        qtbot.waitUntil(lambda: bool(done))

    assert "fault of digitpad" in str(said[0])
    assert exceptions[0][0] is ZeroDivisionError


def test_what_a_job_relays_comes_in_order_before_its_result_and_in_the_window_s_thread(qtbot, worker):
    said = []
    report = worker.relay(lambda *what: said.append((*what, threading.get_ident())))

    def work():
        report(1, "one")
        report(2, "two")
        return "three"

    worker.run(work, said.append, pytest.fail)
    qtbot.waitUntil(lambda: len(said) == 3)

    here = threading.get_ident()
    assert said == [(1, "one", here), (2, "two", here), "three"]


@pytest.mark.parametrize("attempt", range(20))
def test_what_was_asked_for_is_done_before_the_end(qapp, attempt):
    written = []
    worker = Worker()
    worker.run(lambda: written.append(attempt), pytest.fail, pytest.fail)
    worker.stop()

    assert written == [attempt]


def test_after_the_stop_nothing_starts_and_nobody_is_called(qtbot, worker):
    said = []
    report = worker.relay(said.append)
    worker.run(lambda: report("late"), said.append, said.append)
    worker.stop()
    worker.run(pytest.fail, pytest.fail, pytest.fail)
    QCoreApplication.sendPostedEvents()  # what was posted by then is delivered

    assert said == []


@pytest.fixture
def gate():
    """Holds back the first job until it is set."""
    gate = threading.Event()
    yield gate
    gate.set()


def test_one_is_under_way_and_one_waits_and_the_latest_wins(qtbot, worker, gate):
    ran, done = [], []
    latest = Latest(worker, done.append, pytest.fail)
    for number in range(10):
        latest.run(1, lambda number=number: (gate.wait(20), ran.append(number), number)[2])
    gate.set()
    qtbot.waitUntil(lambda: done == [0, 9])

    assert ran == [0, 9]


def test_what_comes_of_another_subject_is_dropped(qtbot, worker, gate):
    done = []
    latest = Latest(worker, done.append, pytest.fail)
    latest.run(1, lambda: (gate.wait(20), "old")[1])
    latest.run(2, lambda: "new")
    gate.set()
    qtbot.waitUntil(lambda: bool(done))

    assert done == ["new"]


def test_a_failure_of_another_subject_is_dropped_and_the_next_is_tried(qtbot, worker, gate):
    done, said = [], []
    latest = Latest(worker, done.append, said.append)
    latest.run(1, lambda: (gate.wait(20), raised(DigitpadError("old"))())[1])
    latest.run(2, raised(DigitpadError("new")))
    gate.set()
    qtbot.waitUntil(lambda: bool(said))

    assert [str(error) for error in said] == ["new"]
    latest.run(2, lambda: "well again")
    qtbot.waitUntil(lambda: done == ["well again"])


def test_what_was_dropped_comes_no_more(qtbot, worker, gate):
    done = []
    latest = Latest(worker, done.append, pytest.fail)
    latest.run(1, lambda: (gate.wait(20), "under way")[1])
    latest.run(1, lambda: "waiting")
    latest.drop()
    gate.set()
    worker.run(lambda: "after", done.append, pytest.fail)
    qtbot.waitUntil(lambda: bool(done))

    assert done == ["after"]
