"""What the curves and the list show of a run while it goes on, and what a run that is resumed had before."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Signal

from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import EpochReport, StepsReport
from digitpad.domain.run import RunInfo
from digitpad.ui.curves.data import RunCurves
from digitpad.ui.curves.view import CurvesView
from digitpad.ui.runs.follower import RunFollower
from digitpad.ui.runs.list import RunList

RUN = RunInfo(
    "1", "one", Recipe("fast", "Fast", "net", epochs=5), 7, "MNIST", "mnist", "cpu", "2026-03-01T12:00:00+00:00"
)
OTHER = replace(RUN, id="2", name="two")


class Keeper(QObject):
    """Stands for the one that reads curves from disk: the test says what was read, and when."""

    run_selected = Signal(object, object)
    renamed = Signal(object)

    def __init__(self):
        super().__init__()
        self.asked = []

    def read_curves(self, run):
        self.asked.append(run.id)


@pytest.fixture
def parts(qtbot):
    curves, runs, controller = CurvesView(), RunList(), Keeper()
    qtbot.addWidget(curves)
    qtbot.addWidget(runs)
    runs.show_runs([OTHER], set())
    return RunFollower(curves, runs, controller, curves), curves, runs, controller


def steps(first, *losses):
    learning_rates = (0.1,) * len(losses)
    return StepsReport(first, losses, learning_rates, 1, 1, 1, 1.0, 1.0, 1.0)


def epoch(number, accuracy, is_best=True):
    return EpochReport(number, 5, number * 10, 2.0 * number, 0.5, 0.8, 0.4, accuracy, None, None, is_best)


def curves_of(*reports):
    made = RunCurves()
    for report in reports:
        made.add(report)
    return made


def losses(curves):
    return curves.curves.losses.tolist()


def test_a_new_run_starts_with_empty_curves_and_grows_with_its_reports(parts):
    follower, curves, runs, controller = parts
    assert not follower.has_run
    follower.begin(RUN)
    assert (follower.has_run, curves.name, losses(curves), controller.asked) == (True, "one", [], [])
    assert runs.selected_run().id == "1"
    follower.take(steps(1, 2.0, 1.5))
    assert losses(curves) == [2.0, 1.5]


def test_the_list_follows_the_epochs_and_keeps_the_best(parts):
    follower, _, runs, _ = parts
    follower.begin(RUN)
    follower.take(epoch(1, 0.97))
    follower.take(epoch(2, 0.96, is_best=False))
    run = runs.selected_run()
    assert (run.epochs_done, run.best_accuracy, run.last_accuracy, run.train_seconds) == (2, 0.97, 0.96, 4.0)


def test_a_resumed_run_s_first_reports_go_after_what_is_read_of_it(parts):
    follower, curves, _, controller = parts
    follower.begin(replace(RUN, train_seconds=3.0))
    assert controller.asked == ["1"]
    follower.take(steps(3, 0.9))
    controller.run_selected.emit(OTHER, curves_of(steps(1, 7.0)))  # the answer to an earlier click
    assert losses(curves) == [0.9]
    controller.run_selected.emit(RUN, curves_of(steps(1, 2.0, 1.5)))
    assert losses(curves) == [2.0, 1.5, 0.9]
    follower.take(steps(4, 0.8))
    assert losses(curves) == [2.0, 1.5, 0.9, 0.8]


def test_while_a_run_goes_on_no_other_takes_its_place_and_after_it_does(parts):
    follower, curves, _, controller = parts
    follower.begin(RUN)
    follower.take(steps(1, 2.0))
    for run in (OTHER, RUN):
        controller.run_selected.emit(run, curves_of(steps(1, 7.0)))
        assert (curves.name, losses(curves)) == ("one", [2.0])
    follower.end()
    assert not follower.has_run
    controller.run_selected.emit(OTHER, curves_of(steps(1, 7.0)))
    assert (curves.name, losses(curves)) == ("two", [7.0])


def test_a_run_that_is_renamed_while_it_goes_on_keeps_its_new_name(parts):
    follower, _, runs, controller = parts
    follower.begin(RUN)
    controller.renamed.emit(replace(OTHER, name="not this"))
    controller.renamed.emit(replace(RUN, name="mine"))
    follower.take(epoch(1, 0.97))
    assert (runs.selected_run().name, runs.selected_run().epochs_done) == ("mine", 1)
