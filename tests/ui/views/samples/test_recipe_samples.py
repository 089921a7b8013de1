"""Images that a recipe shows, with words for what was read of them, and one click to the pad."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.domain.reports import Samples
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.common.layouts import column
from digitpad.ui.common.pixels import SIDE
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.views.samples.recipe_samples import RecipeSamples
from tests.ui.training_services import INFO

LATER = "This recipe shows test images here at the end of a run."


def info(**fields):
    return replace(INFO, recipe=replace(INFO.recipe, **fields))


def images(count):
    """Noise with the labels 0, 1, 2 and so on."""
    pixels = np.random.default_rng(count).integers(0, 256, (count, SIDE, SIDE)).astype(np.uint8)
    return Samples(pixels, np.arange(count) % 10)


def read(count, wrong=(), outputs=0):
    """Images of which some were read as the digit after theirs, with 91 %."""
    shown = images(count)
    probabilities = np.full((count, 10), 0.01, np.float32)
    for number, label in enumerate(shown.labels):
        probabilities[number, (label + (number in wrong)) % 10] = 0.91
    return replace(shown, probabilities=probabilities, outputs=outputs)


@pytest.fixture
def view(qtbot):
    page, widget = QWidget(), RecipeSamples()
    column(widget, None, parent=page)
    qtbot.addWidget(page)
    page.resize(820, 600)
    page.show()
    yield widget
    page.hide()


def note(view):
    label = view.findChild(QLabel, "samples_note")
    return label.text() if label.isVisibleTo(view) else ""


def grids(view):
    return view.findChildren(DigitGrid)


def test_without_images_it_is_hidden_or_says_when_they_come(view):
    assert not view.isVisible()
    view.begin(info())
    assert not view.isVisible()
    for fields in ({"samples_after": 10}, {"outputs_after": 1}):
        view.begin(info(**fields))
        assert note(view) == view.accessibleDescription() == LATER


def test_training_images_are_said_with_their_labels(view):
    view.begin(info(samples_before=3, outputs_after=1))
    view.show_samples(images(3))
    assert view.accessibleDescription() == f"First training images with their labels. Labels 0, 1, 2. {LATER}"
    assert note(view) == LATER


def test_training_images_alone_say_nothing_of_more(view):
    view.begin(info(samples_before=3))
    view.show_samples(images(3))
    assert note(view) == ""


def test_test_images_are_said_with_what_was_read(view):
    view.begin(info(samples_after=4))
    view.show_samples(read(4, wrong=(2,)))
    assert view.accessibleDescription() == (
        "First test images at the end: 3 of 4 read right. Read as 0, 1, 3, 3; labels 0, 1, 2, 3."
    )
    assert note(view) == ""


def test_ten_outputs_stand_beside_the_image(view):
    view.begin(info(samples_before=20, outputs_after=1))
    view.show_samples(images(20))
    view.show_samples(read(1, outputs=1))
    (bars,) = view.findChildren(ProbabilityBars)
    assert bars.accessibleName() == "The ten outputs for test image 1"
    assert bars.accessibleDescription().startswith("0: 91.0 %, 1: 1.0 %")
    assert bars.height() >= bars.minimumSizeHint().height()
    assert "The ten outputs for test image 1: 0: 91.0 %" in view.accessibleDescription()
    assert len(grids(view)) == 2


def test_a_new_run_shows_nothing_of_the_one_before(qtbot, view):
    view.begin(info(samples_before=2, outputs_after=1))
    view.show_samples(images(2))
    view.show_samples(read(1, outputs=1))
    view.begin(info())
    assert view.accessibleDescription() == note(view) == ""
    assert not view.isVisible()
    qtbot.waitUntil(lambda: not grids(view) and not view.findChildren(ProbabilityBars))


def test_a_click_on_an_image_puts_it_on_the_pad(view):
    shown, picked = read(4, wrong=(2,)), []
    view.image_picked.connect(picked.append)
    view.begin(info(samples_after=4))
    view.show_samples(shown)
    (grid,) = grids(view)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert np.array_equal(picked[0], shown.pixels[0])
    assert grid.accessibleDescription().endswith("label 0, read as 0 (91.0 %)")
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert np.array_equal(picked[1], shown.pixels[2])
    assert grid.accessibleDescription().endswith("label 2, read as 3 (91.0 %)")
