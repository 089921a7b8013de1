"""The images that a recipe shows, in the whole window, trained for real on the starter set."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSpinBox

from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
from digitpad.ui.answer.bars import ProbabilityBars


@pytest.fixture
def ready(pad, monkeypatch):
    """The window as it opens where the starter set is all the data there is, with its page of images."""
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)
    pad.widget("show_training", QAction).setChecked(True)
    pad.widget("show_samples", QAction).trigger()
    data = pad.widget("data_combo", QComboBox)
    pad.qtbot.waitUntil(lambda: data.currentData() is not None)
    return pad


def train(pad, recipe):
    """Train an epoch and wait for its end; the sentences that the tab said meanwhile, and what the window told."""
    view, said, reported = pad.widget("recipe_samples"), [], []
    pad.window.training_progressed.connect(reported.append)
    pad.window.training_progressed.connect(lambda _: said.append(view.accessibleDescription()))
    recipes = pad.widget("recipe_combo", QComboBox)
    recipes.setCurrentIndex(recipes.findData(recipe))
    pad.widget("epochs_spin", QSpinBox).setValue(1)
    button = pad.widget("train_button", QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    words = pad.widget("training_text", QLabel)
    pad.qtbot.waitUntil(lambda: " finished in " in words.text())
    assert {type(report) for report in reported} <= {StepsReport, InterimReport, EpochReport}
    assert len(reported) == len(set(map(id, reported))) > 1
    read = pad.widget("samples_words", QLabel)
    pad.qtbot.waitUntil(lambda: " of 1,000 read right, " in read.text() and "in training" not in read.text())
    return [*said, view.accessibleDescription()]


def test_five_by_five_shows_ten_test_images_at_the_end_as_they_are_read(ready):
    *meanwhile, end = train(ready, "five-by-five")
    assert set(meanwhile) == {"This recipe shows test images here at the end of a run."}
    counted, read = end.split(" read right. Read as ")
    assert counted.startswith("First test images at the end: ")
    assert counted.endswith(" of 10")
    predictions, labels = (digits.split(", ") for digits in read.rstrip(".").split("; labels "))
    assert len(predictions) == len(labels) == 10
    right = sum(prediction == label for prediction, label in zip(predictions, labels, strict=True))
    assert counted.split()[-3] == str(right)
    assert right >= 5


def test_keras_shows_twenty_training_images_before_and_ten_outputs_after(ready):
    first, *_, end = train(ready, "keras")
    assert first.startswith("First training images with their labels. Labels ")
    assert len(first.split(". ")[1].split(", ")) == 20
    assert "The ten outputs for test image 1" not in first
    assert end.startswith(first.removesuffix(" This recipe shows test images here at the end of a run."))
    view = ready.widget("recipe_samples")
    (bars,) = view.findChildren(ProbabilityBars)
    assert bars.accessibleName() == "The ten outputs for test image 1"
    assert bars.isVisible()
    assert bars.accessibleDescription().count("%") == 3  # the three most probable are said, and all ten painted
    train(ready, "mlp")
    assert view.accessibleDescription() == ""
    assert not view.isVisible()
