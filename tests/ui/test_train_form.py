"""The column beside the curves: what a run is made with."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QLabel, QPushButton, QSpinBox, QWidget

from digitpad.recipe import LIMITS
from digitpad.ui.train_form import TrainForm
from tests.ui.laboratories import OTHER, RECIPE


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


def test_the_same_recipe_again_leaves_the_number_of_epochs_alone(form):
    form.epochs.setValue(7)
    form.show_recipe(RECIPE)
    assert form.epochs.value() == 7


def test_numbers_keep_to_what_a_recipe_may_have(form):
    low, high = LIMITS["epochs"]
    for typed, value in (("0", low), ("100000", high)):
        form.epochs.selectAll()
        QTest.keyClicks(form.epochs, typed)
        QTest.keyClick(form.epochs, Qt.Key.Key_Return)
        assert low <= form.epochs.value() <= high, value


def test_devices_have_their_names_as_data(form):
    assert [form.device.itemData(index) for index in range(form.device.count())] == ["auto", "cpu", "cuda", "mps"]
    assert form.device.currentData() == "auto"


@pytest.mark.parametrize(
    ("button", "signal"), [("edit_recipe_button", "edit_requested"), ("browse_data_button", "browse_requested")]
)
def test_a_click_says_what_is_wished(qtbot, form, button, signal):
    with qtbot.waitSignal(getattr(form, signal)):
        QTest.mouseClick(form.findChild(QPushButton, button), Qt.MouseButton.LeftButton)


def test_the_switch_says_what_the_bars_are_to_show(qtbot, form):
    assert form.live.isChecked()
    with qtbot.waitSignal(form.live_toggled) as said:
        QTest.keyClick(form.live, Qt.Key.Key_Space)
    assert said.args == [False]


def test_what_a_run_in_progress_would_not_follow_cannot_be_changed(form):
    fields = (form.epochs, form.seed, form.device, form.data.combo)
    form.set_training(True)
    assert not any(field.isEnabled() for field in fields)
    assert form.live.isEnabled()
    assert all(button.isEnabled() for button in form.findChildren(QPushButton))
    form.set_training(False)
    assert all(field.isEnabled() for field in fields)


def test_every_control_has_a_name_and_fits_in_the_column(form):
    controls = [part for kind in (QComboBox, QSpinBox, QCheckBox, QAbstractButton) for part in form.findChildren(kind)]
    assert len(controls) >= 7
    for control in controls:
        assert control.accessibleName() or control.text()
        left = control.mapTo(form, control.rect().topLeft()).x()
        assert left >= 0
        assert left + control.width() <= form.viewport().width()
