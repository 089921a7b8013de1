"""Wishes from another thread. Where a thread would hang, a wait ends at a limit and the test fails."""

import threading

import pytest

from digitpad.domain.run_control import Control

LIMIT = 20


@pytest.fixture
def asker():
    """Starts a thread that asks whether it may go on; its answers are collected once it has ended."""
    threads, controls = [], []

    def start(control):
        answers, about_to_ask = [], threading.Event()

        def ask():
            about_to_ask.set()
            answers.append(control.may_go_on())

        thread = threading.Thread(target=ask)
        threads.append(thread)
        controls.append(control)
        thread.start()
        assert about_to_ask.wait(LIMIT)
        return thread, answers

    yield start
    for control in controls:
        control.stop()
    for thread in threads:
        thread.join(LIMIT)


def test_a_run_goes_on_until_it_is_told_otherwise():
    control = Control()
    assert (control.is_paused, control.is_stopped, control.watched) == (False, False, False)
    assert control.may_go_on()
    assert control.may_go_on()


@pytest.mark.parametrize(("wish", "goes_on"), [("go_on", True), ("stop", False)])
def test_a_pause_lasts_until_the_next_wish(asker, wish, goes_on):
    control = Control()
    control.pause()
    assert control.is_paused
    thread, answers = asker(control)
    assert thread.is_alive()
    assert answers == []
    getattr(control, wish)()
    thread.join(LIMIT)
    assert answers == [goes_on]
    assert (control.is_paused, control.is_stopped) == (False, not goes_on)


def test_a_stop_is_for_good():
    control = Control()
    control.stop()
    control.go_on()
    assert not control.may_go_on()
    assert control.is_stopped


def test_a_pause_after_a_stop_does_not_keep_the_run_from_ending(asker):
    control = Control()
    control.stop()
    control.pause()
    thread, answers = asker(control)
    thread.join(LIMIT)
    assert answers == [False]
