"""The map that follows a run: one under way, the latest network next, and nothing while nobody looks."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QSlider

from digitpad.domain.errors import DigitpadError
from digitpad.services import LiveNetwork
from digitpad.ui.map.follower import MapFollower
from digitpad.ui.map.view import EmbeddingMapView
from tests.ui.training_services import INFO, FakeMaps

DRAWING = np.full((28, 28), 7, np.uint8)
AGAIN = replace(INFO, id="another")


class TrainingService:
    """Computes fake maps."""

    def __init__(self):
        self.made = []
        self.asked = []

    def map_maker(self, data_id):
        self.asked.append(data_id)
        self.made.append(FakeMaps())
        self.made[-1].problem = self.problem
        return self.made[-1]

    problem = None


@pytest.fixture
def training_service():
    return TrainingService()


@pytest.fixture
def view(qtbot):
    widget = EmbeddingMapView()
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def follower(training_service, view):
    follower = MapFollower(training_service, view)
    follower.begin(INFO)
    yield follower
    for maker in training_service.made:
        maker.let.release(100)
    follower.stop()


@pytest.fixture
def failures(follower):
    said = []
    follower.failed.connect(said.append)
    return said


def network(step):
    return LiveNetwork(None, step)


def said(view):
    return view.accessibleDescription()


def first_map(qtbot, follower, training_service, view, step=10, run=1):
    """The first map of a run, shown."""
    follower.follow(network(step))
    qtbot.waitUntil(lambda: len(training_service.made) == run and bool(training_service.made[-1].updates))
    training_service.made[-1].let.release()
    qtbot.waitUntil(lambda: f"After {step} steps" in said(view))


def test_a_network_becomes_a_map_of_the_run_s_data(qtbot, follower, training_service, view):
    follower.follow(network(10))
    assert "Working out the first map" in said(view)
    first_map(qtbot, follower, training_service, view)
    assert "Working out" not in said(view)
    assert training_service.asked == ["starter"]


def test_of_the_networks_that_wait_the_latest_is_next(qtbot, follower, training_service, view):
    follower.follow(network(1))
    qtbot.waitUntil(lambda: bool(training_service.made and training_service.made[0].updates))
    for step in range(2, 9):
        follower.follow(network(step))
    training_service.made[0].let.release(2)
    qtbot.waitUntil(lambda: "After 8 steps" in said(view))
    assert [step for step, _ in training_service.made[0].updates] == [1, 8]
    assert len(training_service.made) == 1


def test_nothing_is_computed_until_somebody_looks(qtbot, follower, training_service, view):
    view.hide()
    for step in range(1, 4):
        follower.follow(network(step))
    assert training_service.asked == []
    view.show()
    qtbot.waitUntil(lambda: bool(training_service.made and training_service.made[0].updates))
    training_service.made[0].let.release()
    qtbot.waitUntil(lambda: "After 3 steps" in said(view))
    assert [step for step, _ in training_service.made[0].updates] == [3]


def test_the_latest_map_comes_first_and_then_those_of_the_tests_that_were_skipped(
    qtbot, follower, training_service, view
):
    follower.begin(replace(INFO, recipe=replace(INFO.recipe, test_every=50)))
    follower.take_drawing(DRAWING)
    view.hide()
    for step in (10, 50, 50, 70, 100, 130):
        follower.follow(network(step))
    view.show()
    qtbot.waitUntil(lambda: bool(training_service.made))
    maker = training_service.made[0]
    maker.let.release()
    qtbot.waitUntil(lambda: "After 130 steps" in said(view))
    maker.let.release(2)
    qtbot.waitUntil(lambda: [step for step, _ in maker.updates] == [130, 100, 50] and "Working out" not in said(view))
    assert said(view).startswith("After 130 steps: 4 test images")
    assert [drawing is DRAWING for _, drawing in maker.updates] == [True, False, False]
    assert view.findChild(QSlider, "map_slider").maximum() == 2


def test_the_drawing_is_on_the_map_and_follows_the_pen(qtbot, follower, training_service, view):
    follower.take_drawing(DRAWING)
    first_map(qtbot, follower, training_service, view)
    assert training_service.made[0].updates[0][1] is DRAWING
    assert view.drawing == (0.5, 0.5)
    follower.take_drawing(DRAWING + 1)
    qtbot.waitUntil(lambda: view.drawing == (0.25, -0.25))
    follower.take_drawing(None)
    assert view.drawing is None


def test_what_is_drawn_while_a_map_is_computed_is_put_on_it(qtbot, follower, training_service, view):
    follower.follow(network(10))
    qtbot.waitUntil(lambda: bool(training_service.made and training_service.made[0].updates))
    follower.take_drawing(DRAWING)
    training_service.made[0].let.release()
    qtbot.waitUntil(lambda: view.drawing == (0.25, -0.25))


def test_what_is_cleared_while_a_map_is_computed_is_not_on_it(qtbot, follower, training_service, view):
    follower.take_drawing(DRAWING)
    follower.follow(network(10))
    qtbot.waitUntil(lambda: bool(training_service.made and training_service.made[0].updates))
    follower.take_drawing(None)
    training_service.made[0].let.release()
    qtbot.waitUntil(lambda: "After 10 steps" in said(view))
    assert view.drawing is None


def test_what_was_drawn_while_nobody_looked_is_put_on_the_map_later(qtbot, follower, training_service, view):
    first_map(qtbot, follower, training_service, view)
    view.hide()
    follower.take_drawing(DRAWING)
    assert training_service.made[0].placed == []
    view.show()
    qtbot.waitUntil(lambda: view.drawing == (0.25, -0.25))
    assert len(training_service.made[0].placed) == 1


def test_another_run_gets_a_map_of_its_own(qtbot, follower, training_service, view, failures):
    first_map(qtbot, follower, training_service, view)
    follower.begin(AGAIN)
    assert training_service.made[0].closed
    assert "After" not in said(view)
    first_map(qtbot, follower, training_service, view, 3, run=2)
    assert not training_service.made[1].closed
    assert failures == []


def test_a_map_that_comes_after_another_run_has_begun_is_not_shown(qtbot, follower, training_service, view):
    first_map(qtbot, follower, training_service, view)
    maker, computed = training_service.made[0], threading.Event()
    update, place = maker.update, maker.place
    maker.update = lambda *words: (update(*words), computed.set())[0]
    placed = threading.Event()
    maker.place = lambda drawing: (place(drawing), placed.set())[0]
    follower.follow(network(20))
    qtbot.waitUntil(lambda: len(maker.updates) == 2)
    follower.follow(network(21))  # waits
    follower.take_drawing(DRAWING)
    maker.let.release()
    assert computed.wait(60)
    assert placed.wait(60)
    follower.begin(AGAIN)
    qtbot.waitUntil(lambda: "Working out" not in said(view))
    assert (view.drawing, "After" in said(view)) == (None, False)
    first_map(qtbot, follower, training_service, view, 3, run=2)
    assert [step for step, _ in maker.updates] == [10, 20]
    assert [step for step, _ in training_service.made[1].updates] == [3]
    assert view.drawing == (0.5, 0.5), "from the map, since the drawing was there when it was made"


@pytest.mark.parametrize("is_first", [True, False])
def test_a_run_that_begins_while_a_map_is_computed_hears_of_no_failure(
    qtbot, follower, training_service, view, failures, is_first
):
    training_service.problem = DigitpadError("The process ended.")
    if not is_first:
        training_service.problem = None
        first_map(qtbot, follower, training_service, view)
        training_service.made[0].problem = DigitpadError("The process ended.")
        training_service.made[0].updates.clear()
    follower.follow(network(20))
    qtbot.waitUntil(lambda: bool(training_service.made and training_service.made[0].updates))
    training_service.problem = None
    follower.begin(AGAIN)
    assert training_service.made[0].closed or is_first
    first_map(qtbot, follower, training_service, view, 3, run=2)
    assert training_service.made[0].closed
    assert failures == []


def test_a_map_that_fails_is_reported_and_the_next_is_tried(qtbot, follower, training_service, view):
    training_service.problem = DigitpadError("The process ended.")
    with qtbot.waitSignal(follower.failed) as failed:
        follower.follow(network(1))
        qtbot.waitUntil(lambda: bool(training_service.made))
        training_service.made[0].let.release()
    assert [str(error) for error in failed.args] == ["The process ended."]
    assert "Working out" not in said(view)
    training_service.made[0].problem = None
    first_map(qtbot, follower, training_service, view, 2)
    assert len(training_service.made) == 1, "one process at most"


@pytest.mark.parametrize("moment", ["made", "under way"])
def test_stopping_ends_the_map_under_way(qtbot, follower, training_service, view, failures, moment):
    training_service.problem = DigitpadError("The process ended.")
    follower.follow(network(1))
    qtbot.waitUntil(lambda: bool(training_service.made))
    if moment == "under way":
        qtbot.waitUntil(lambda: bool(training_service.made[0].updates))
    follower.stop()
    assert training_service.made[0].closed or not training_service.made[0].updates
    assert failures == []
