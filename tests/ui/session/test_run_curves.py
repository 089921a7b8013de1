"""What a run's reports add up to, and where it lies on the axes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.errors import Message
from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
from digitpad.domain.run import RunInfo
from digitpad.ui.session.run_curves import RunCurves

LOSSES = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=300)


def steps(first, losses, total=1000, learning_rates=None):
    learning_rates = learning_rates if learning_rates is not None else [0.01] * len(losses)
    return StepsReport(first, tuple(losses), tuple(learning_rates), 1, 1, total, 1000.0, 1.0, 1.0)


def epoch(number, step, test_accuracy=0.98, held_out=None):
    return EpochReport(number, 5, step, 1.0, 0.2, 0.95, 0.1, test_accuracy, held_out, held_out, True)


def smooth(losses, first=1):
    """The definition, written out: a step's share is one over its memory, and each later step takes its own off it."""
    shares = 1 / np.minimum(5 + 0.05 * np.arange(first, first + len(losses)), 200)
    means = []
    for n in range(len(losses)):
        w = [shares[k] * np.prod(1 - shares[k + 1 : n + 1]) for k in range(n + 1)]
        means.append(float(w @ np.array(losses[: n + 1]) / np.sum(w)))
    return means


@given(LOSSES, st.integers(1, 50))
def test_the_pieces_in_which_reports_come_make_no_difference(losses, piece):
    curves = RunCurves()
    for first in range(0, len(losses), piece):
        curves.add(steps(first + 1, losses[first : first + piece]))

    assert curves.steps.tolist() == list(range(1, len(losses) + 1))
    assert curves.losses.tolist() == losses
    assert np.allclose(curves.smoothed, smooth(losses), rtol=1e-6)


def test_the_smoothed_loss_follows_a_fall_at_the_start_and_lies_quiet_late_in_a_long_run():
    curves = RunCurves()
    curves.add(steps(1, [2.0] * 20 + [0.0] * 20, total=100_000))
    assert curves.smoothed[-1] < 0.15
    curves.add(steps(41, [1.0] * 10_000))
    curves.add(steps(10_041, [0.0]))
    assert curves.smoothed[-1] == pytest.approx(1 - 1 / 200)


def test_a_loss_that_is_no_number_does_not_spoil_the_smoothed_one():
    curves = RunCurves()
    curves.add(steps(1, [math.nan, 1.0, math.inf, 1.0]))

    assert math.isnan(curves.smoothed[0])
    assert np.allclose(curves.smoothed[1:], 1.0)


def test_more_steps_than_there_was_room_for_are_kept():
    curves = RunCurves()
    for first in range(1, 30_001, 50):
        curves.add(steps(first, [float(first)] * 50, total=30_000))

    assert len(curves.steps) == curves.last_step == curves.planned_steps == 30_000
    assert curves.losses[[0, -1]].tolist() == [1.0, 29_951.0]


def test_values_by_epoch_stand_at_its_last_step_and_missing_ones_are_left_out():
    curves = RunCurves()
    curves.add(epoch(1, 469))
    curves.add(epoch(2, 938, 0.99, held_out=0.5))

    assert [axis.tolist() for axis in curves.by_epoch("test_accuracy")] == [[469, 938], [0.98, 0.99]]
    assert [axis.tolist() for axis in curves.by_epoch("validation_accuracy")] == [[938], [0.5]]
    assert [len(axis) for axis in curves.interim("loss")] == [0, 0]


def test_a_resumed_run_replaces_what_it_goes_over():
    curves = RunCurves()
    curves.add(steps(1, [1.0] * 30))
    curves.add(InterimReport(20, 2000, 0.5, 0.8))
    curves.add(epoch(1, 20))
    curves.add(epoch(2, 30))
    curves.add(steps(21, [0.5] * 5))

    assert curves.last_step == 25
    assert curves.losses.tolist() == [1.0] * 20 + [0.5] * 5
    assert [report.epoch for report in curves.epochs] == [1]
    assert curves.smoothed[-1] < curves.smoothed[19] == 1.0
    assert len(curves.interims) == 1


def test_the_nearest_step_and_the_last_tests_by_then_are_found():
    curves = RunCurves()
    curves.add(steps(1, [1.0, 0.9, 0.8, 0.7], learning_rates=[0.1, 0.2, 0.3, 0.4]))
    curves.add(epoch(1, 2))
    curves.add(InterimReport(3, 2000, 0.5, 0.8))

    assert curves.at(-5).step == 1
    assert curves.at(-5).epoch is None
    assert (curves.at(1.7).step, curves.at(1.7).epoch.epoch, curves.at(1.7).interim) == (2, 1, None)
    found = curves.at(99)
    assert (found.step, found.loss, found.learning_rate, found.interim.accuracy) == (4, 0.7, 0.4, 0.8)
    assert RunCurves().at(1) is None


def test_a_snapshot_stays_as_it_is():
    curves = RunCurves()
    curves.add(steps(1, [1.0]))
    then = curves.snapshot()
    curves.add(steps(1, [0.5, 0.4]))
    curves.add(epoch(1, 2))

    assert (then.losses.tolist(), then.epochs) == ([1.0], [])


def table(curves):
    """The rows of the table, each by its titles."""
    titles, *rows = curves.rows()
    return [dict(zip(titles, row, strict=True)) for row in rows]


@given(LOSSES)
def test_the_table_holds_every_number(losses):
    curves = RunCurves()
    curves.add(steps(1, losses, learning_rates=[loss / 3 for loss in losses]))
    rows = table(curves)

    assert [row["step"] for row in rows] == list(range(1, len(losses) + 1))
    assert [row["loss"] for row in rows] == losses
    assert [row["smoothed_loss"] for row in rows] == curves.smoothed.tolist()
    assert [row["learning_rate"] for row in rows] == curves.learning_rates.tolist()


def test_the_table_has_epochs_and_interim_tests_in_the_line_of_their_step():
    curves = RunCurves()
    curves.add(steps(1, [1.0, 0.5]))
    curves.add(InterimReport(1, 2000, 0.5, 0.8))
    curves.add(epoch(1, 3, 0.9871))
    first, second, third = table(curves)

    assert (first["interim_images"], first["interim_accuracy"], first["epoch"]) == (2000, 0.8, None)
    assert (second["loss"], second["test_accuracy"]) == (0.5, None)
    assert (third["step"], third["loss"], third["epoch"], third["test_accuracy"]) == (3, None, 1, 0.9871)
    assert third["validation_loss"] is None


def test_each_axis_has_its_own_places_for_the_steps():
    recipe = Recipe("fast", "Fast", "cnn", 2, batch=64)
    curves = RunCurves(RunInfo("a", "fast", recipe, 0, Message("MNIST"), "mnist", "cpu", "2026-11-24T18:28:30+00:00"))
    curves.add(StepsReport(1, (1.0,) * 10, (0.1,) * 10, 1, 2, 20, 1000.0, 5.0, 5.0))
    curves.add(StepsReport(11, (1.0,) * 5, (0.1,) * 5, 2, 2, 20, 1000.0, 9.0, 3.0))

    assert [curves.planned(axis) for axis in ("step", "epoch", "images", "time")] == [20, 2, 1280, 12]
    assert [float(curves.place(10, axis)) for axis in ("step", "epoch", "images", "time")] == [10, 1, 640, 5]
    assert curves.place(np.array([2, 5, 15]), "time").tolist() == [1, 2.5, 9]
    for axis in ("step", "epoch", "images", "time"):
        assert curves.step_at(float(curves.place(7, axis)), axis) == pytest.approx(7)


def test_epochs_alone_have_places_too():
    curves = RunCurves()
    curves.add(EpochReport(1, 3, 100, 8.0, 0.2, 0.95, 0.1, 0.98, None, None, True))

    assert [float(curves.place(100, axis)) for axis in ("step", "epoch", "time")] == [100, 1, 8]
