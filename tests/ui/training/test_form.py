"""The fields above the curves: what a run is made with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QPushButton, QSpinBox, QWidget

from digitpad.domain.errors import Message
from digitpad.domain.recipe import Recipe
from digitpad.domain.settings_fields import declared
from digitpad.ui.common.notice import Notice
from digitpad.ui.session.worker import Worker
from digitpad.ui.training.data_choice import DataChoice
from digitpad.ui.training.form import TrainForm
from tests.ui.training_services import MNIST, OTHER, RECIPE, STARTER


class Data(QWidget):
    """Stands for the choice of data."""

    def __init__(self):
        super().__init__()
        self.combo = QComboBox(self)
        self.combo.setAccessibleName("Data")
        self.combo.setToolTip("The data")


@pytest.fixture
def form(qtbot):
    widget = TrainForm(Data())
    qtbot.addWidget(widget)
    widget.show_recipe(RECIPE)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_another_recipe_brings_its_epochs_and_what_it_teaches(form):
    assert form.epochs.value() == 3
    form.show_recipe(OTHER)
    assert form.epochs.value() == 20
    assert form.findChild(QLabel, "recipe_teaches").text() == OTHER.teaches


def teaches(form):
    return form.findChild(QLabel, "recipe_teaches")


def test_keeping_each_epoch_is_asked_for_here_or_by_a_recipe(form):
    check = form.findChild(QCheckBox, "keep_epochs_check")
    assert not check.isChecked()
    form.show_recipe(replace(OTHER, keep_epochs=True))
    assert check.isChecked()
    form.set_training(True)
    assert not check.isEnabled()


def test_what_a_recipe_promises_is_held_against_the_data(form):
    form.teaches.show_data(STARTER)
    words = "Starter set: 4,000 training images only, so fewer will be read right."
    assert teaches(form).text() == f"{RECIPE.teaches} {words}"
    form.show_recipe(OTHER)
    assert teaches(form).text() == f"{OTHER.teaches} {words}"
    form.teaches.show_data(MNIST)
    assert teaches(form).text() == OTHER.teaches


def test_what_stands_below_does_not_move_with_the_recipe(qtbot, form):
    wordy = replace(OTHER, teaches="One thing after the other. " * 12)
    form.teaches.show_recipes([RECIPE, wordy])
    form.resize(400, 500)
    for recipe in (RECIPE, wordy):
        form.show_recipe(recipe)
        form.layout().activate()
        label = teaches(form)
        assert label.height() == label.heightForWidth(label.width()) > 3 * label.fontMetrics().height()


def test_the_same_recipe_again_leaves_the_number_of_epochs_alone(form):
    form.epochs.setValue(7)
    form.show_recipe(RECIPE)
    assert form.epochs.value() == 7


def test_numbers_keep_to_what_a_recipe_may_have(form):
    low, high = declared(Recipe)["epochs"].limits
    for typed, value in (("0", low), ("100000", high)):
        form.epochs.selectAll()
        QTest.keyClicks(form.epochs, typed)
        QTest.keyClick(form.epochs, Qt.Key.Key_Return)
        assert low <= form.epochs.value() <= high, value


def test_devices_have_their_names_as_data(form):
    assert [form.device.itemData(index) for index in range(form.device.count())] == ["auto", "cpu", "cuda", "mps"]
    assert form.device.currentData() == "auto"


def test_a_device_that_is_not_there_cannot_be_chosen_and_says_why(form):
    form.device.setCurrentIndex(form.device.findData("mps"))
    form.set_devices({"auto": True, "cpu": True, "cuda": True, "mps": False})
    assert form.device.currentData() == "auto"
    form.device.setFocus()
    QTest.keyClick(form.device, Qt.Key.Key_End)
    assert form.device.currentData() == "cuda"
    assert "This machine has none" in form.device.itemData(form.device.findData("mps"), Qt.ItemDataRole.ToolTipRole)
    assert not form.device.itemData(form.device.findData("cuda"), Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize("width", [540, 900])
def test_a_long_sentence_about_the_data_is_whole(qtbot, width):
    class TrainingService:
        def data(self):
            words = f"{'/a/folder/with/a/long/name' * 6} does not hold train-images-idx3-ubyte. " * 2
            return [STARTER], [Message(words)]

    worker = Worker()
    data = DataChoice(TrainingService(), worker)
    form = TrainForm(data)
    qtbot.addWidget(form)
    form.resize(width, 400)
    form.show()
    data.look()
    words = data.findChild(Notice, "data_notice").findChild(QLabel)
    qtbot.waitUntil(words.isVisible)
    qtbot.waitUntil(lambda: words.height() >= words.heightForWidth(words.width()))
    worker.stop()


@pytest.mark.parametrize(
    ("button", "signal"), [("edit_recipe_button", "edit_requested"), ("browse_data_button", "browse_requested")]
)
def test_a_click_emits_its_signal(qtbot, form, button, signal):
    with qtbot.waitSignal(getattr(form, signal)):
        QTest.mouseClick(form.findChild(QPushButton, button), Qt.MouseButton.LeftButton)


def test_the_switch_says_what_the_bars_are_to_show(qtbot, form):
    assert form.live.isChecked()
    with qtbot.waitSignal(form.live_toggled) as said:
        QTest.keyClick(form.live, Qt.Key.Key_Space)
    assert said.args == [False]


def test_the_switch_names_the_last_run_only_where_it_has_learned_something(form):
    for has_learned, words in {False: "the network in training", True: "what the last run learned"}.items():
        form.show_follows(True, has_learned)
        assert form.live.text() == f"Bars show {words}"


def test_what_a_run_in_progress_would_not_follow_cannot_be_changed(form):
    fields = (form.epochs, form.seed, form.device, form.data.combo)
    form.set_training(True)
    assert not any(field.isEnabled() for field in fields)
    assert form.live.isEnabled()
    assert all(button.isEnabled() for button in form.findChildren(QPushButton))
    form.set_training(False)
    assert all(field.isEnabled() for field in fields)


@pytest.mark.parametrize("width", [300, 540, 900])
def test_every_control_has_a_name_and_fits(qtbot, form, width):
    form.resize(width, 400)
    qtbot.waitUntil(lambda: form.width() == width)
    controls = [part for kind in (QComboBox, QSpinBox, QCheckBox, QAbstractButton) for part in form.findChildren(kind)]
    assert len(controls) >= 7
    for control in controls:
        assert control.accessibleName() or control.text()
        left = control.mapTo(form, control.rect().topLeft()).x()
        assert left >= 0
        assert left + control.width() <= form.width()
