"""Work in the thread of the tasks: in order, to its end, and with its failures told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QThread, QTranslator

from digitpad.domain.errors import DigitpadError
from digitpad.ui.session.tasks import Tasks


@pytest.fixture
def tasks(qapp):
    tasks = Tasks()
    yield tasks
    tasks.stop()


def test_results_come_back_in_order(qtbot, tasks):
    done = []
    for number in range(5):
        tasks.run(lambda number=number: number, done.append, pytest.fail)
    qtbot.waitUntil(lambda: len(done) == 5)

    assert done == list(range(5))


def test_a_failure_is_told_to_the_one_who_asked(qtbot, tasks):
    def work():
        raise DigitpadError("The disk is full.")

    said, done = [], []
    tasks.run(work, done.append, said.append)
    tasks.run(lambda: 1, done.append, pytest.fail)
    qtbot.waitUntil(lambda: bool(done))

    assert (said, done) == (["The disk is full."], [1])


def test_a_fault_is_told_too(qtbot, tasks):
    said = []
    with qtbot.captureExceptions() as exceptions:
        tasks.run(lambda: 1 / 0, pytest.fail, said.append)
        qtbot.waitUntil(lambda: bool(said))

    assert "fault of digitpad" in said[0]
    assert exceptions[0][0] is ZeroDivisionError


@pytest.mark.parametrize("attempt", range(20))
def test_what_was_asked_for_is_done_before_the_end(qapp, attempt):
    written = []
    tasks = Tasks()
    tasks.run(lambda: written.append(attempt), pytest.fail, pytest.fail)
    tasks.stop()

    assert written == [attempt]


def test_nothing_starts_after_the_stop(qapp, tasks):
    tasks.stop()
    tasks.run(pytest.fail, pytest.fail, pytest.fail)

    assert not tasks.findChild(QThread).isRunning()


def test_a_failure_is_told_in_the_language_of_the_window(qtbot, tasks):
    class Quoting(QTranslator):
        def translate(self, context, text, *_):
            return f"«{text}»" if context == "errors" else ""

    def work():
        raise DigitpadError("{file} has {count} bytes.", file="a.ink", count=1234)

    translator, said = Quoting(), []
    QCoreApplication.installTranslator(translator)
    try:
        tasks.run(work, pytest.fail, said.append)
        qtbot.waitUntil(lambda: bool(said))
    finally:
        QCoreApplication.removeTranslator(translator)

    assert said == ["«a.ink has 1,234 bytes.»"]
