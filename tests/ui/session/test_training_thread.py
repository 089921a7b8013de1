"""The training thread: one run at a time, paused, stopped and ended from the window."""

from __future__ import annotations

import threading

import pytest

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.reports import Preparing
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.ui.session.training_thread import Trainer
from tests.ui.training_services import INFO, RECIPE, StepwiseTrainingService, steps

WISH = TrainingConfig(RECIPE)


@pytest.fixture
def training_service():
    return StepwiseTrainingService()


@pytest.fixture
def trainer(qapp, training_service):
    trainer = Trainer(training_service)
    yield trainer
    trainer.shut_down()


@pytest.fixture
def said(trainer):
    """What the trainer says, in order."""
    heard = []
    trainer.asked.connect(lambda: heard.append(("asked", None)))
    for name in ("preparing", "started", "progressed", "network_shown", "paused", "ended", "failed"):
        getattr(trainer, name).connect(lambda what, name=name: heard.append((name, what)))
    return heard


def reports(said):
    return [what for name, what in said if name == "progressed"]


def begin(qtbot, trainer, training_service, count=1):
    """Start a run and let it take some steps."""
    heard = []
    trainer.progressed.connect(heard.append)
    trainer.start(WISH)
    training_service.let.release(count)
    qtbot.waitUntil(lambda: len(heard) == count)
    trainer.progressed.disconnect(heard.append)


def is_waiting(control):
    """Whether the thread of the run waits in a pause."""
    return bool(control._changed._waiters)


def test_a_run_tells_its_start_its_reports_and_its_end_in_order(qtbot, trainer, training_service, said):
    with qtbot.waitSignal(trainer.ended):
        trainer.start(WISH)
        assert trainer.is_training
        training_service.let.release(10)

    assert said[:2] == [("asked", None), ("started", INFO)]
    assert reports(said) == [steps(number) for number in range(1, 11)]
    assert said[-1][0] == "ended"
    assert said[-1][1].state == "finished"
    assert training_service.configs == [WISH]
    assert not trainer.is_training


def test_the_making_of_drawings_is_told_before_the_start_and_can_be_stopped(qtbot, trainer, training_service, said):
    training_service.drawings = 3
    training_service.let.release(3)
    with qtbot.waitSignal(trainer.started):
        trainer.start(WISH)
    assert [(name, what) for name, what in said if name != "asked"] == [
        *(("preparing", Preparing(number, 3, 1.0)) for number in range(3)),
        ("started", INFO),
    ]
    with qtbot.waitSignal(trainer.ended):
        trainer.stop()
    trainer.start(WISH)
    qtbot.waitUntil(lambda: said[-1] == ("preparing", Preparing(0, 3, 1.0)))
    with qtbot.waitSignal(trainer.failed) as failed:
        trainer.stop()
    assert failed.args == ["The run was stopped before its first step."]


def test_it_trains_in_another_thread(qtbot, trainer, training_service):
    begin(qtbot, trainer, training_service)
    assert training_service.threads[0] != threading.get_ident()


def test_a_second_run_does_not_begin_beside_the_first(qtbot, trainer, training_service, said):
    begin(qtbot, trainer, training_service)
    trainer.start(WISH)
    trainer.resume("another")
    with qtbot.waitSignal(trainer.ended):
        trainer.stop()

    assert training_service.configs == [WISH]
    assert said.count(("asked", None)) == 1


def test_while_a_run_is_paused_nothing_is_told(qtbot, trainer, training_service, said):
    begin(qtbot, trainer, training_service)
    trainer.toggle_pause()
    training_service.let.release(1)
    qtbot.waitUntil(lambda: is_waiting(training_service.controls[0]))
    training_service.let.release(20)
    qtbot.waitUntil(lambda: reports(said) == [steps(1), steps(2)] or reports(said) == [steps(1)])
    count = len(reports(said))

    assert trainer.is_paused
    assert is_waiting(training_service.controls[0])
    with qtbot.waitSignal(trainer.ended):
        trainer.toggle_pause()
    assert [what for what in said if what[0] == "paused"] == [("paused", True), ("paused", False)]
    assert len(reports(said)) == 10 > count


def test_a_paused_run_can_be_stopped(qtbot, trainer, training_service, said):
    begin(qtbot, trainer, training_service)
    trainer.toggle_pause()
    training_service.let.release(1)
    qtbot.waitUntil(lambda: is_waiting(training_service.controls[0]))
    with qtbot.waitSignal(trainer.ended):
        trainer.stop()
        assert trainer.is_stopping

    assert said[-1][1].state == "stopped"
    assert not trainer.is_paused


def test_a_run_that_was_told_to_stop_is_not_paused(qtbot, trainer, training_service, said):
    begin(qtbot, trainer, training_service)
    with qtbot.waitSignal(trainer.ended):
        trainer.stop()
        trainer.toggle_pause()

    assert not [what for what in said if what[0] == "paused"]


def test_the_network_in_training_is_shown_from_the_first_step_on(qtbot, trainer, training_service, said):
    with qtbot.waitSignal(trainer.ended):
        trainer.start(WISH)
        training_service.let.release(10)

    assert [what.step for name, what in said if name == "network_shown"] == list(range(1, 11))


@pytest.mark.parametrize("error", [InputError("There is no data."), DigitpadError("The disk is full.")])
def test_a_failure_is_told_and_another_run_can_begin(qtbot, trainer, training_service, said, error):
    training_service.ending = error
    with qtbot.waitSignal(trainer.failed) as failed:
        trainer.start(WISH)
        training_service.let.release(10)
    assert failed.args == [str(error)]
    assert not trainer.is_training

    training_service.ending = "finished"
    with qtbot.waitSignal(trainer.ended):
        trainer.start(WISH)
        training_service.let.release(10)
    assert isinstance(said[-1][1], RunInfo)


def test_a_fault_is_told_and_reaches_the_terminal(qtbot, trainer, training_service, said):
    training_service.ending = RuntimeError("out of luck")
    with qtbot.captureExceptions() as exceptions:
        trainer.start(WISH)
        training_service.let.release(10)
        qtbot.waitUntil(lambda: bool(exceptions) and not trainer.is_training)

    assert [str(exception[1]) for exception in exceptions] == ["out of luck"]
    assert said[-1][0] == "failed"
    assert "fault of digitpad" in said[-1][1]


@pytest.mark.parametrize("state", ["idle", "training", "paused"])
def test_shutting_down_ends_the_thread_and_whatever_goes_on(qtbot, trainer, training_service, state):
    if state != "idle":
        begin(qtbot, trainer, training_service)
    if state == "paused":
        trainer.toggle_pause()
        training_service.let.release(1)
        qtbot.waitUntil(lambda: is_waiting(training_service.controls[0]))
    trainer.shut_down()

    assert not trainer._thread.isRunning()
    assert all(control.skips_test for control in training_service.controls)


def test_wishes_without_a_run_change_nothing(qtbot, trainer, said):
    trainer.stop()
    trainer.toggle_pause()

    assert said == []
    assert [trainer.is_training, trainer.is_paused, trainer.is_stopping] == [False] * 3
