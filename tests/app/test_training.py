"""Training in the real window, for real, on the starter set: what a person sees while a network learns."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QMenu, QPushButton, QSlider

from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
from digitpad.learning.training.recipes import RECIPES
from digitpad.reading.inspect import embedding
from digitpad.reading.load import load_checkpoint
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.storage.recipe_store import keep_recipe
from digitpad.storage.run_store import RunFolder, runs_folder
from digitpad.ui.session.run_states import RunStates
from digitpad.ui.session.training_session import Phase
from tests.app.pad import SEVEN
from tests.app.training import CURVES, MAP, RUNS, WatchedTrainingService

# The offscreen platform says so of dialogs that are put in front.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def live_switch(training):
    return training.pad.widget("live_check", QCheckBox)


def rounds(count=3):
    for _ in range(count):
        QApplication.processEvents()


def test_train_is_one_click_and_the_bars_learn_with_it(training):
    pad, seen = training.pad, []
    before = training.curves.accessibleDescription()
    pad.draw(SEVEN)
    drawn = pad.answer()
    training.ready()
    pad.window.prediction_shown.connect(lambda shown: seen.append((shown, training.status)))
    training.start(2)
    training.wait_for_end()

    assert training.reports
    assert {shown.revision for shown, _ in seen} == {drawn.revision}
    while_training = [(shown, words) for shown, words in seen if "network in training" in words]
    assert len({shown.probabilities for shown, _ in while_training} | {drawn.probabilities}) > 1
    assert while_training[0][1].startswith("Reads with the network in training: fast, step ")
    assert "Loss" in training.curves.accessibleDescription() != before
    assert training.text.startswith("Run fast finished in ")
    # The run's best checkpoint reads from now on, and the run is in the list.
    (run,) = training.listed()
    assert (run.state, run.epochs_done, run.data_id) == ("finished", 2, "starter")
    training.until(lambda: training.file_in_use == str(RunFolder(runs_folder() / run.id).best))
    assert "in training" not in training.status
    pad.draw([[(0.4, 0.5), (0.42, 0.5)]])
    pad.answer()
    epochs = [report for report in training.reports if isinstance(report, EpochReport)]
    assert [report.epoch for report in epochs] == [1, 2]
    assert epochs[-1].test_accuracy > 0.8


def test_with_the_switch_off_the_bars_stay_with_the_loaded_checkpoint(training):
    pad = training.pad
    pad.draw(SEVEN)
    drawn = pad.answer()
    training.ready()
    live_switch(training).click()
    words = []
    training.window.training_progressed.connect(lambda _: words.append(training.status))
    training.train()

    assert {text.partition(" ·")[0] for text in words} == {"Reads with pen (shipped)"}
    assert training.status.startswith("Reads with pen")
    assert training.file_in_use.endswith("pen.safetensors")
    assert {shown.probabilities for shown in pad.shown if shown.revision == drawn.revision} == {drawn.probabilities}
    live_switch(training).click()
    training.until(lambda: training.file_in_use.endswith("best.safetensors"))


def test_the_switch_changes_what_reads_while_a_run_goes_on(training):
    pad = training.pad
    pad.draw(SEVEN)
    drawn = pad.answer()
    training.start_long()
    training.until(lambda: "network in training" in training.status)
    live_switch(training).click()
    assert training.status.startswith("Reads with pen")
    training.until(lambda: pad.shown[-1].probabilities == drawn.probabilities)
    live_switch(training).click()
    training.until(lambda: "network in training" in training.status)


def test_after_a_run_the_switch_goes_back_to_what_was_loaded_before_and_to_the_run_again(training):
    pad = training.pad
    pad.draw(SEVEN)
    drawn = pad.answer()
    training.train()
    (run,) = training.listed()
    learned = str(RunFolder(runs_folder() / run.id).best)
    training.until(lambda: training.file_in_use == learned)
    for _ in range(2):
        live_switch(training).click()
        training.until(lambda: training.file_in_use.endswith("pen.safetensors"))
        training.until(lambda: pad.shown[-1].probabilities == drawn.probabilities)
        live_switch(training).click()
        training.until(lambda: training.file_in_use == learned)


def test_the_switch_leaves_a_checkpoint_alone_that_a_person_loads_after_the_run(training):
    training.train()
    training.until(lambda: not training.file_in_use.endswith("pen.safetensors"))
    training.panel.load_requested.emit(DEFAULT_CHECKPOINT.with_name("fast.safetensors"))
    training.until(lambda: training.file_in_use.endswith("fast.safetensors"))
    for _ in range(2):
        live_switch(training).click()
        rounds()
        assert training.file_in_use.endswith("fast.safetensors")
        assert not training.network.state.is_opening


def test_the_card_says_that_the_loaded_checkpoint_is_not_in_use_while_a_run_shows_its_own(training):
    training.ready()
    names = training.pad.widget("checkpoint_panel").findChildren(QLabel)
    assert "pen" in [name.text() for name in names]
    training.start_long()
    training.until(lambda: "network in training" in training.status)
    assert "pen – not in use now" in [name.text() for name in names]
    live_switch(training).click()
    assert "pen" in [name.text() for name in names]
    assert training.pad.widget("checkpoint_name").toolTip().endswith("pen.safetensors")


def test_the_first_recipe_shows_its_accuracy_before_its_only_epoch_is_over(training):
    training.train()
    kinds = [type(report) for report in training.reports]
    assert InterimReport in kinds[: kinds.index(EpochReport)]


def test_a_run_pauses_goes_on_stops_and_is_resumed_to_its_end(begin):
    training = begin(training_service=(service := WatchedTrainingService()))
    training.start(6)
    training.until(lambda: bool(training.reports))
    training.press("pause_button")
    training.until(lambda: service.is_waiting)
    rounds()
    count = len(training.reports)
    rounds()
    assert len(training.reports) == count
    assert service.is_waiting
    assert training.text.startswith("Paused. Epoch ")
    assert training.pad.widget("pause_button").text() == "Go on"
    training.press("pause_button")
    training.until(lambda: len(training.reports) > count)
    training.stop()

    (run,) = training.listed()
    folder = RunFolder(runs_folder() / run.id)
    assert run.state == "stopped"
    assert training.text.startswith("Run fast stopped after ")
    for path in (folder.best, folder.last):
        assert load_checkpoint(path).info.network == "small"
    # A network that was stopped early may have hardly learned anything: what was loaded reads again.
    reads = run.epochs_done or (run.best_accuracy or 0) >= 0.9
    training.until(lambda: training.file_in_use == str(folder.best if reads else DEFAULT_CHECKPOINT))
    assert "in training" not in training.status

    assert training.is_enabled("resume_run_button")
    menu = next(menu for menu in training.window.findChildren(QMenu) if menu.title() == "Selected run")
    next(action for action in menu.actions() if action.text() == "Resume").trigger()
    training.until(lambda: not training.is_idle)
    training.wait_for_end()
    (run,) = training.listed()
    assert (run.state, run.epochs_done) == ("finished", 6)
    training.until(lambda: training.file_in_use == str(folder.best))
    # The curve that is shown is that of the whole run.
    steps = list(training.curves.curves.steps)
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) == next(report.steps for report in training.reports if isinstance(report, StepsReport))

    training.open_tab(CURVES)
    training.train()
    assert len(training.listed()) == 2


def test_a_run_that_is_stopped_after_an_epoch_reads_from_then_on(training):
    training.start_long()
    training.until(lambda: any(isinstance(report, EpochReport) for report in training.reports))
    training.stop()
    (run,) = training.listed()
    training.until(lambda: training.file_in_use == str(RunFolder(runs_folder() / run.id).best))


def test_ten_runs_leave_no_thread(training):
    training.train()
    before = threading.active_count(), len(running(training))
    for _ in range(10):
        training.start_long()
        training.stop()

    assert len(training.listed()) == 11
    assert (threading.active_count(), len(running(training))) == before


def running(training):
    return [thread for thread in training.window.findChildren(QThread) if thread.isRunning()]


def test_a_window_with_a_run_asks_before_it_closes(training):
    training.start_long()
    training.window.close()
    assert training.window.isVisible()
    training.answer_question("Keep training")
    training.until(lambda: training.question() is None)
    count = len(training.reports)
    training.until(lambda: len(training.reports) > count)

    training.window.close()
    QTest.keyClick(training.question(), Qt.Key.Key_Escape)
    training.until(lambda: training.question() is None)
    assert training.window.isVisible()
    training.window.close()
    training.answer_question("Stop and close")
    assert not training.window.isVisible()
    assert running(training) == []
    (folder,) = runs_folder().iterdir()
    assert RunFolder(folder).read_info().state == "stopped"
    assert load_checkpoint(RunFolder(folder).best).info.network == "small"


def test_a_run_that_closing_stopped_can_be_resumed_after_the_next_start(begin):
    first = begin()
    first.start_long()
    first.window.close()
    first.answer_question("Stop and close")
    again = begin().ready()
    again.until(lambda: bool(again.listed()))
    (run,) = again.listed()
    again.select(run.id)
    again.press("resume_button")
    again.until(lambda: any(isinstance(report, StepsReport) for report in again.reports))
    assert next(report for report in again.reports if isinstance(report, StepsReport)).first > 1
    again.until(lambda: again.curves.curves.steps[0] == 1)


@pytest.mark.parametrize("state", ["stopping", "idle", "finished"])
def test_closing_asks_nothing_where_no_run_would_end(training, state):
    if state == "finished":
        training.train()
    elif state == "stopping":
        training.start_long()
        training.press("stop_button")
    training.window.close()

    assert training.question() is None
    assert not training.window.isVisible()
    assert running(training) == []


def test_stop_may_be_pressed_while_the_data_are_being_read(training):
    training.start(1000)
    training.stop()
    assert {run.state for run in training.listed()} <= {"stopped"}
    assert training.is_idle


def test_drawings_that_are_varied_are_counted_and_a_stop_does_not_wait_for_them(begin):
    keep_recipe(replace(RECIPES["fast"], id="forms", title="Forms", digit_styles=10_000))
    training = begin(training_service=(service := WatchedTrainingService()))
    training.start(1, "forms")
    training.until(lambda: training.text.startswith("Varying drawings: "))
    training.press("pause_button")
    training.until(lambda: service.is_waiting)
    assert training.text.startswith("Paused. Varying drawings: ")
    training.press("pause_button")
    training.until(lambda: training.text.startswith("Varying drawings: "))
    training.stop()
    assert training.text == "Stopped before training began"
    assert training.listed() == []
    assert not training.notice


def test_train_pressed_before_the_data_were_found_trains_once_they_are(training):
    training.panel.train()
    assert training.text in ("Loading PyTorch…", "Reading the data…")  # by whether this process has it already
    training.until(lambda: bool(training.reports))


def test_the_keyboard_trains_pauses_stops_and_opens_the_panel(begin):
    training = begin(training_service=(service := WatchedTrainingService()))
    pad = training.pad
    training.ready()
    pad.press(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert training.is_open
    pad.press(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert not training.is_open
    pad.press(Qt.Key.Key_F5)
    assert training.is_open
    pad.press(Qt.Key.Key_F6)
    training.until(lambda: service.is_waiting)
    assert training.session.state.phase is Phase.PAUSED
    pad.press(Qt.Key.Key_F6)
    assert training.session.state.phase is not Phase.PAUSED
    pad.press(Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    training.wait_for_end()
    said = training.text
    pad.press(Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    assert training.text == said, "there was nothing to stop"
    pad.press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    browser = pad.widget("data_browser")
    assert browser.isVisible()
    browser.close()


def test_the_map_shows_the_network_in_training_as_it_is_now_and_goes_back_through_the_run(training, monkeypatch):
    monkeypatch.setattr(embedding, "IMAGES", 60)
    training.pad.draw(SEVEN)
    training.pad.answer()
    training.start_long()
    states = training.window.findChild(RunStates)
    training.until(lambda: len(states.states) > 1)
    assert not training.map, "nobody looks"
    training.open_tab(MAP)
    training.press("pause_button")

    def shows_latest():
        return training.said_of_map().startswith(f"fast at step {training.network.state.step:,}: 60 images by t-SNE. ")

    training.until(shows_latest)
    training.until(lambda: "images nearest to your drawing" in training.said_of_map())
    slider = training.pad.widget("map_slider", QSlider)
    assert slider.isVisible()
    slider.setValue(0)
    training.until(lambda: training.said_of_map().startswith(f"fast at step {states.states[0].step:,}: 60 "))
    training.until(lambda: "images nearest to your drawing" in training.said_of_map())
    slider.setValue(slider.maximum())
    assert shows_latest()


def test_a_long_run_is_ended_by_its_own_button(training):
    training.start_long()
    assert [training.is_enabled(f"{name}_button") for name in ("train", "pause", "stop")] == [False, True, True]
    QTest.mouseClick(training.pad.widget("stop_button", QPushButton), Qt.MouseButton.LeftButton)
    training.wait_for_end()
    assert [training.is_enabled(f"{name}_button") for name in ("train", "pause", "stop")] == [True, False, False]
    training.open_tab(RUNS)
