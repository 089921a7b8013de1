"""The run's phase, its reports as state, and its curves: one run at a time, started, paused and ended."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.reports import EarlierReports, EpochReport, InterimReport, Preparing
from digitpad.domain.run import TrainingConfig
from digitpad.storage.run_store import RunFolder, runs_folder
from digitpad.ui.session.training_session import Phase, TrainingSession
from tests.ui.training_services import INFO, MNIST, RECIPE, STARTER, StepwiseTrainingService, steps

CONFIG = TrainingConfig(RECIPE)


@pytest.fixture
def service():
    return StepwiseTrainingService()


@pytest.fixture
def session(qapp, service):
    session = TrainingSession(service)
    yield session
    session.shut_down()


@pytest.fixture
def phases(session):
    """The phases that it went through."""
    seen = [session.state.phase]
    session.changed.connect(lambda: seen.append(session.state.phase) if session.state.phase is not seen[-1] else None)
    return seen


@pytest.fixture
def said(session):
    """What the session says, in order."""
    heard = []
    session.asked.connect(lambda: heard.append(("asked", None)))
    session.ended.connect(lambda: heard.append(("ended", session.state.phase)))
    for name in ("started", "run_changed", "progressed", "network_shown"):
        getattr(session, name).connect(lambda what, name=name: heard.append((name, what)))
    return heard


def reports(said):
    return [what for name, what in said if name == "progressed"]


def begin(qtbot, session, service, count=1):
    """Start a run and let it take some steps."""
    heard = []
    session.progressed.connect(heard.append)
    session.start(CONFIG)
    service.let.release(count)
    qtbot.waitUntil(lambda: len(heard) == count)
    session.progressed.disconnect(heard.append)


def pause(qtbot, session, service):
    """Let the run wait, and wait until it does."""
    session.toggle_pause()
    service.let.release(1)
    qtbot.waitUntil(lambda: service.is_waiting)


def end(qtbot, session, service, act=None):
    """Let the run go to its end, or do what ends it."""
    with qtbot.waitSignal(session.ended):
        (act or (lambda: service.let.release(20)))()
    service.let = threading.Semaphore(0)  # what was let through and not taken is not for the next run


def test_a_run_tells_its_start_its_reports_and_its_end_in_order(qtbot, session, service, said, phases):
    session.start(CONFIG)
    assert session.state.is_active
    end(qtbot, session, service)

    assert said[:3] == [("asked", None), ("run_changed", INFO), ("started", INFO)]
    assert reports(said) == [steps(number) for number in range(1, 11)]
    assert said[-1] == ("ended", Phase.FINISHED)
    assert phases == [Phase.IDLE, Phase.PREPARING, Phase.TRAINING, Phase.FINISHED]
    assert service.configs == [CONFIG]
    assert (session.state.is_active, session.state.run.state) == (False, "finished")


def test_a_report_is_state_and_curve_when_it_is_reported(qtbot, session, service):
    seen = []
    session.progressed.connect(lambda report: seen.append((session.state.steps, session.curves.last_step)))
    session.start(CONFIG)
    end(qtbot, session, service)

    assert seen == [(steps(number), number) for number in range(1, 11)]


def test_an_epoch_is_known_of_the_run_and_the_best_is_kept(qtbot, session, service, said):
    def epoch(number, accuracy, is_best):
        return EpochReport(number, 3, number * 5, 2.0 * number, 0.5, 0.8, 0.4, accuracy, None, None, is_best)

    interim = InterimReport(7, 900, 0.3, 0.98)
    service.reports = [epoch(1, 0.97, is_best=True), interim, epoch(2, 0.96, is_best=False)]
    begin(qtbot, session, service, 3)
    run = session.state.run

    assert (run.epochs_done, run.best_accuracy, run.last_accuracy, run.train_seconds) == (2, 0.97, 0.96, 4.0)
    assert [what.epochs_done for name, what in said if name == "run_changed"] == [0, 1, 2]
    assert session.state.epoch == service.reports[2]
    assert (len(session.curves.epochs), session.curves.interims) == (2, [interim])


def test_a_resumed_run_s_curves_begin_with_what_it_reported_before(qtbot, session, service):
    service.earlier = EarlierReports((steps(1), steps(2)))
    service.reports = [steps(3)]
    session.resume(INFO.id)
    with qtbot.waitSignal(session.progressed):
        service.let.release(1)

    assert session.curves.steps.tolist() == [1, 2, 3]
    assert session.curves.run == session.state.run == INFO
    assert service.configs == [INFO.id]


def test_another_run_has_curves_and_state_of_its_own(qtbot, session, service):
    begin(qtbot, session, service, 3)
    first = session.curves
    end(qtbot, session, service)
    service.drawings = 1
    session.start(CONFIG)
    assert (session.state.phase, session.state.run, session.state.steps) == (Phase.PREPARING, None, None)
    service.let.release(2)
    qtbot.waitUntil(lambda: session.state.steps == steps(1))

    assert (session.curves.last_step, first.last_step) == (1, 10)


def test_the_making_of_drawings_is_state_before_the_start_and_can_be_stopped(qtbot, session, service, said, phases):
    service.drawings = 3
    session.start(CONFIG)
    qtbot.waitUntil(lambda: session.state.preparing == Preparing(0, 3, 1.0))
    assert (session.state.phase, session.state.is_training) == (Phase.PREPARING, False)
    end(qtbot, session, service, session.stop)

    assert phases == [Phase.IDLE, Phase.PREPARING, Phase.STOPPING, Phase.FINISHED]
    assert (session.state.run, session.state.problem, session.learned) == (None, None, None)
    assert [name for name, _ in said] == ["asked", "ended"]


def test_where_no_data_are_named_the_first_there_are_are_trained_on(qtbot, session, service):
    service.sets = [MNIST, STARTER]
    session.start(replace(CONFIG, data=""))
    end(qtbot, session, service)

    assert [config.data for config in service.configs] == ["mnist"]


def test_it_trains_in_another_thread(qtbot, session, service):
    begin(qtbot, session, service)
    assert service.threads[0] != threading.get_ident()


def test_a_second_run_does_not_begin_beside_the_first(qtbot, session, service, said):
    begin(qtbot, session, service)
    session.start(CONFIG)
    session.resume("another")
    end(qtbot, session, service, session.stop)

    assert service.configs == [CONFIG]
    assert said.count(("asked", None)) == 1


def test_while_a_run_is_paused_nothing_is_reported_and_then_it_goes_on(qtbot, session, service, said, phases):
    begin(qtbot, session, service)
    pause(qtbot, session, service)
    service.let.release(20)
    count = len(reports(said))
    assert session.state.phase is Phase.PAUSED
    assert service.is_waiting
    end(qtbot, session, service, session.toggle_pause)

    assert len(reports(said)) == 10 > count
    assert phases[2:] == [Phase.TRAINING, Phase.PAUSED, Phase.TRAINING, Phase.FINISHED]


def test_a_pause_before_the_start_leads_back_to_the_preparation(qtbot, session, service, phases):
    service.drawings = 2
    session.start(CONFIG)
    pause(qtbot, session, service)
    session.toggle_pause()

    assert phases == [Phase.IDLE, Phase.PREPARING, Phase.PAUSED, Phase.PREPARING]
    assert not service.controls[0].is_paused


def test_a_run_that_begins_while_it_is_to_pause_is_paused(qtbot, session, service):
    session.start(CONFIG)
    session.toggle_pause()
    with qtbot.waitSignal(session.started):
        service.let.release(1)

    assert session.state.phase is Phase.PAUSED


def test_a_paused_run_can_be_stopped(qtbot, session, service):
    begin(qtbot, session, service)
    pause(qtbot, session, service)
    end(qtbot, session, service, session.stop)

    assert (session.state.phase, session.state.run.state) == (Phase.FINISHED, "stopped")


def test_what_comes_after_the_stop_is_said_and_all_of_it_before_the_end(qtbot, session, service, said):
    session.progressed.connect(lambda report: session.stop())
    session.start(CONFIG)
    service.let.release(1)
    with qtbot.waitSignal(session.ended):
        session.changed.connect(lambda: service.let.release(1))  # the step under way ends while the run is stopped

    names = [name for name, _ in said]
    assert names.count("progressed") == names.count("network_shown") >= 1
    assert names[-1] == "ended"
    assert session.curves.last_step == session.state.steps.last == names.count("progressed")


def test_a_run_that_was_stopped_stops_no_other(qtbot, session, service):
    begin(qtbot, session, service)
    end(qtbot, session, service, session.stop)
    session.start(CONFIG)
    end(qtbot, session, service)

    assert session.state.run.state == "finished"


def test_a_run_that_is_resumed_twice_has_each_step_once(qtbot, session, service):
    for number in (1, 2):
        service.earlier = EarlierReports(tuple(steps(step) for step in range(1, number)))
        service.reports = [steps(number), steps(number + 1)]
        with qtbot.waitSignal(session.progressed):
            session.resume(INFO.id)
            service.let.release(1)
        end(qtbot, session, service, session.stop)
        assert session.curves.steps.tolist() == list(range(1, number + 1))


def test_a_run_that_was_asked_to_stop_is_not_paused(qtbot, session, service, phases):
    begin(qtbot, session, service)
    with qtbot.waitSignal(session.ended):
        session.stop()
        session.toggle_pause()

    assert Phase.PAUSED not in phases


def test_the_network_in_training_is_shown_from_the_first_step_on(qtbot, session, service, said):
    session.start(CONFIG)
    end(qtbot, session, service)

    assert [what.step for name, what in said if name == "network_shown"] == list(range(1, 11))


@pytest.mark.parametrize("error", [InputError("There is no data."), DigitpadError("The disk is full.")])
def test_a_failure_is_state_and_another_run_can_begin(qtbot, session, service, error):
    service.ending, service.info = error, replace(INFO, epochs_done=2)
    session.start(CONFIG)
    end(qtbot, session, service)
    assert (session.state.phase, session.state.problem, session.learned) == (Phase.FAILED, error, None)

    service.ending = "finished"
    session.start(CONFIG)
    assert session.state.problem is None
    end(qtbot, session, service)
    assert session.state.phase is Phase.FINISHED


def test_a_failure_while_a_run_that_began_is_stopped_is_one(qtbot, session, service):
    begin(qtbot, session, service)
    service.stopping = DigitpadError("The disk is full.")
    end(qtbot, session, service, session.stop)

    assert (session.state.phase, session.state.problem) == (Phase.FAILED, service.stopping)


def test_a_fault_is_reported_and_raised(qtbot, session, service):
    service.ending = RuntimeError("out of luck")
    with qtbot.captureExceptions() as exceptions:
        session.start(CONFIG)
        service.let.release(20)
        qtbot.waitUntil(lambda: bool(exceptions) and not session.state.is_active)

    assert [str(exception[1]) for exception in exceptions] == ["out of luck"]
    assert "fault of digitpad" in str(session.state.problem)


@pytest.mark.parametrize(
    ("state", "epochs", "accuracy", "learned"),
    [
        ("finished", 3, 0.2, True),
        ("stopped", 1, 0.2, True),
        ("stopped", 0, 0.2, False),
        ("stopped", 0, None, False),
        ("stopped", 0, 0.95, True),
    ],
)
def test_what_a_run_learned_is_its_best_checkpoint_once_it_reads_well_or_an_epoch_is_over(
    qtbot, session, service, state, epochs, accuracy, learned
):
    service.ending = replace(INFO, state=state, epochs_done=epochs, best_accuracy=accuracy)
    session.start(CONFIG)
    assert session.learned is None
    end(qtbot, session, service)

    assert session.learned == (RunFolder(runs_folder() / INFO.id).best if learned else None)


def test_a_name_that_it_is_given_is_kept(qtbot, session, service):
    service.reports = [steps(1), EpochReport(1, 3, 2, 5.0, 0.3, 0.9, 0.2, 0.94, None, None, True)]
    begin(qtbot, session, service)
    session.take_name(replace(INFO, id="another", name="not this"))
    assert session.state.run.name == INFO.name
    session.take_name(replace(INFO, name="mine"))
    with qtbot.waitSignal(session.progressed):
        service.let.release(1)

    assert (session.state.run.name, session.state.run.epochs_done) == ("mine", 1)


@pytest.mark.parametrize("state", ["idle", "training", "paused"])
def test_shutting_down_ends_the_thread_and_whatever_goes_on(qtbot, session, service, state):
    if state != "idle":
        begin(qtbot, session, service)
    if state == "paused":
        pause(qtbot, session, service)
    session.shut_down()

    assert all(control.skips_test for control in service.controls)
    session.start(CONFIG)
    assert len(service.configs) == (state != "idle")


def test_requests_without_a_run_change_nothing(qtbot, session, said, phases):
    session.stop()
    session.toggle_pause()

    assert (said, phases) == ([], [Phase.IDLE])
