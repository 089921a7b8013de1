"""The line of training: what it says at each stage of a run, and what can be pressed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget

from digitpad.domain.reports import EpochReport, Preparing
from digitpad.ui.common.layouts import column
from digitpad.ui.session.training_session import Phase, TrainingState
from digitpad.ui.training.controls import TrainLine, duration
from tests.ui.training_services import INFO, OTHER, RECIPE, steps

EPOCH = EpochReport(1, 3, 50, 5.0, 0.3, 0.9, 0.2, 0.9412, None, None, True)
TRAINING = TrainingState(Phase.TRAINING, INFO)


@pytest.fixture
def line(qtbot):
    widget = TrainLine()
    qtbot.addWidget(widget)
    widget.show_recipes([RECIPE, OTHER], "")
    widget.resize(868, 43)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def text(line):
    return line.findChild(QLabel, "training_text").text()


def enabled(line):
    buttons = (line.train_button, line.resume_button, line.pause_button, line.stop_button)
    return [button.text() for button in buttons if button.isVisible() and button.isEnabled()]


def test_what_can_be_pressed_follows_the_run(line):
    bar = line.findChild(QProgressBar)
    assert enabled(line) == ["Train"]
    line.show_state(asked := TrainingState(Phase.PREPARING))
    assert enabled(line) == ["Stop"]
    assert not line.recipe_combo.isEnabled()
    assert text(line) == "Reading the data…"
    line.show_state(asked, is_loading=True)
    assert text(line) == "Loading PyTorch…"
    assert bar.maximum() == 0  # nobody knows how long that takes
    line.show_state(replace(asked, preparing=Preparing(12_000, 40_123, 75.4)))
    assert text(line) == "Varying drawings: 12,000 of 40,123 · 1:15 min left"
    assert (bar.value(), bar.maximum(), enabled(line)) == (12_000, 40_123, ["Pause", "Stop"])
    line.show_state(TRAINING)
    assert (bar.value(), bar.maximum()) == (0, 1000)
    assert (text(line), enabled(line)) == ("Training run small", ["Pause", "Stop"])
    line.show_state(replace(TRAINING, phase=Phase.PAUSED))
    assert enabled(line) == ["Go on", "Stop"]
    line.show_state(replace(TRAINING, phase=Phase.STOPPING))
    assert enabled(line) == ["Skip test"]
    assert text(line) == "Testing and saving what was learned…"
    line.show_state(replace(asked, phase=Phase.STOPPING))
    assert (text(line), enabled(line)) == ("Stopping…", [])
    line.show_state(TrainingState(Phase.FINISHED))
    assert enabled(line) == ["Train"]
    assert line.recipe_combo.isEnabled()
    assert (bar.isVisible(), line.pause_button.text()) == (False, "Pause")


@pytest.mark.parametrize(
    ("phase", "changes", "can_resume"),
    [
        (Phase.FINISHED, {"state": "stopped"}, True),
        (Phase.FINISHED, {"state": "finished"}, False),
        (Phase.FAILED, {"epochs_done": 1}, True),
        (Phase.FAILED, {}, False),
        (Phase.STOPPING, {"state": "stopped"}, False),
    ],
)
def test_a_run_that_ended_early_can_be_resumed_beside_train(qtbot, line, phase, changes, can_resume):
    places = [line.pause_button.geometry(), line.stop_button.geometry()]
    line.show_state(TrainingState(phase, replace(INFO, **changes)))
    line.layout().activate()
    assert ("Resume" in enabled(line)) == can_resume
    if can_resume:
        assert [line.resume_button.geometry(), line.stop_button.geometry()] == places
        with qtbot.waitSignal(line.resume_requested) as asked:
            QTest.mouseClick(line.resume_button, Qt.MouseButton.LeftButton)
        assert asked.args == [INFO.id]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (TrainingState(), ""),
        (TrainingState(Phase.FINISHED), "Stopped before training began"),
        (TrainingState(Phase.FINISHED, replace(INFO, state="stopped", train_seconds=2)), "Run small stopped after 2 s"),
        (
            TrainingState(Phase.FINISHED, replace(INFO, state="finished", train_seconds=185, best_accuracy=0.9873)),
            "Run small finished in 3:05 min: 98.73 % of the test images read right",
        ),
        (TrainingState(Phase.FAILED), "The run did not begin"),
        (TrainingState(Phase.FAILED, INFO), "The run ended early"),
    ],
)
def test_it_says_how_a_run_ended_also_to_those_who_cannot_see_it(line, state, words):
    line.show_state(state)
    assert text(line) == words
    assert line.findChild(QLabel, "training_text").accessibleName() == words


def test_a_report_says_how_far_the_run_has_come(line):
    line.show_state(replace(TRAINING, steps=steps(40)))
    assert text(line) == "Epoch 1 of 3 · 9,000 images/s · 4 s · 6 s left"
    assert line.findChild(QProgressBar).value() == 400
    line.show_state(replace(TRAINING, steps=steps(51, epoch=2), epoch=EPOCH))
    assert text(line) == "Epoch 2 of 3 · 9,000 images/s · 5 s · 5 s left · test 94.12 %"


def test_it_says_that_a_run_is_paused_though_the_step_under_way_still_reports(line):
    for number in (1, 2):
        line.show_state(replace(TRAINING, phase=Phase.PAUSED, steps=steps(number)))
        assert text(line).startswith("Paused. Epoch 1 of 3")
    line.show_state(replace(TRAINING, steps=steps(3)))
    assert text(line).startswith("Epoch 1 of 3")


def test_the_buttons_do_not_move_when_their_words_change(line):
    line.show_state(TRAINING)
    before = [line.pause_button.geometry(), line.stop_button.geometry()]
    line.show_state(replace(TRAINING, phase=Phase.PAUSED))
    line.layout().activate()
    assert [line.pause_button.geometry(), line.stop_button.geometry()] == before


def test_a_click_emits_its_signal(qtbot, line):
    for button, signal in (
        (line.train_button, line.train_requested),
        (line.pause_button, line.pause_requested),
        (line.stop_button, line.stop_requested),
    ):
        button.setEnabled(True)
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_recipe_is_chosen_by_id_or_with_a_key(line):
    selected = []
    line.recipe_selected.connect(selected.append)
    line.show_recipes([RECIPE, OTHER], "large")
    QTest.keyClick(line.recipe_combo, Qt.Key.Key_Up)
    line.show_recipes([RECIPE, OTHER], "unknown")
    line.show_recipes([], "")

    assert selected == [OTHER, RECIPE, RECIPE]
    assert line.recipe is None


def test_the_recipe_that_is_chosen_says_what_it_teaches(line):
    line.show_recipes([RECIPE, OTHER], "large")
    assert line.recipe_combo.toolTip() == line.recipe_combo.accessibleDescription() == OTHER.teaches
    assert line.recipe_combo.itemData(0, Qt.ItemDataRole.ToolTipRole) == RECIPE.teaches
    assert [line.recipe_combo.itemData(index) for index in range(2)] == ["small", "large"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1:00 min"), (185, "3:05 min"), (3599.6, "1:00:00 h"), (3723, "1:02:03 h")],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@given(st.floats(0, 1e6))
def test_a_duration_says_the_seconds_it_stands_for(seconds):
    *parts, last = duration(seconds).split()[0].split(":")
    whole = int(last)
    for place, part in enumerate(reversed(parts), 1):
        whole += 60**place * int(part)
    assert abs(whole - seconds) <= 0.5


def test_the_focus_stays_in_the_line_when_its_buttons_are_disabled(qtbot, line):
    page, outside = QWidget(), QPushButton("Change recipe…")
    qtbot.addWidget(page)
    column(line, outside, parent=page)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    line.train_button.setFocus()
    line.show_state(TrainingState(Phase.PREPARING))
    assert line.stop_button.hasFocus()
    line.show_state(replace(TRAINING, phase=Phase.STOPPING))
    assert not outside.hasFocus()
    line.show_state(TrainingState(Phase.FINISHED))
    assert line.train_button.hasFocus()
    outside.setFocus()
    line.show_state(TRAINING)
    assert outside.hasFocus()
    line.setParent(None)  # its fixture closes it


@pytest.mark.parametrize("phase", Phase)
def test_the_line_is_as_high_at_every_stage(line, phase):
    line.show_state(TrainingState())
    height = line.layout().minimumSize().height()
    line.show_state(replace(TRAINING, phase=phase))
    assert line.layout().minimumSize().height() == height


def test_large_type_takes_two_lines_where_the_window_is_small(qtbot, wear):
    wear("light", 2.0)
    line = TrainLine()
    qtbot.addWidget(line)
    line.show_recipes([RECIPE, OTHER], "")
    line.resize(500, 300)  # what a window of 900×600 leaves
    with qtbot.waitExposed(line):
        line.show()
    assert line.width() == 500
    for part in (line.recipe_combo, line.train_button, line.pause_button, line.stop_button):
        assert part.width() >= part.minimumSizeHint().width()
        assert line.rect().contains(part.rect().translated(part.mapTo(line, part.rect().topLeft())))
