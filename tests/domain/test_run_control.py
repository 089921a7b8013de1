"""Requests from another thread. Where a thread would hang, a wait ends at a limit and the test fails."""

import threading

import pytest

from digitpad.domain.run_control import RunControl

LIMIT = 20


@pytest.fixture
def asker():
    """Starts a thread that asks whether it may go on; its answers are collected once it has ended."""
    threads, controls = [], []

    def start(control):
        results, about_to_ask = [], threading.Event()

        def ask():
            about_to_ask.set()
            results.append(control.should_continue())

        thread = threading.Thread(target=ask)
        threads.append(thread)
        controls.append(control)
        thread.start()
        assert about_to_ask.wait(LIMIT)
        return thread, results

    yield start
    for control in controls:
        control.stop()
    for thread in threads:
        thread.join(LIMIT)


def test_a_run_goes_on_until_something_is_requested():
    control = RunControl()
    assert (control.is_paused, control.is_stopped) == (False, False)
    assert control.should_continue()
    assert control.should_continue()


@pytest.mark.parametrize(("method", "goes_on"), [("resume", True), ("stop", False)])
def test_a_pause_lasts_until_the_next_request(asker, method, goes_on):
    control = RunControl()
    control.pause()
    assert control.is_paused
    thread, results = asker(control)
    assert thread.is_alive()
    assert results == []
    getattr(control, method)()
    thread.join(LIMIT)
    assert results == [goes_on]
    assert (control.is_paused, control.is_stopped) == (False, not goes_on)


def test_a_stop_is_for_good():
    control = RunControl()
    control.stop()
    control.resume()
    assert not control.should_continue()
    assert control.is_stopped


def test_a_pause_after_a_stop_does_not_keep_the_run_from_ending(asker):
    control = RunControl()
    control.stop()
    control.pause()
    thread, results = asker(control)
    thread.join(LIMIT)
    assert results == [False]
