"""The preview: what the sliders say is what is drawn, and a slider that is dragged queues nothing up."""

from __future__ import annotations

import math
import threading
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QSlider

from digitpad.domain.errors import DigitpadError
from digitpad.domain.recipe import Augmentation
from digitpad.domain.settings_fields import declared
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.pixels import SIDE, ink_colours
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.data.augmentation_preview import VERSIONS, AugmentationPreview, Versions
from digitpad.ui.session.worker import Worker

SAMPLE = np.full((SIDE, SIDE), 200, np.uint8)
RECIPE = Augmentation(degrees=12.3, scale=0.15, aspect=0.1, shear=0.2, shift=1.5, elastic=1.2, stroke=0.5, plain=0.1)
STRENGTHS = st.builds(
    Augmentation, **{name: st.floats(*setting.limits) for name, setting in declared(Augmentation).items()}
)


class Fake:
    """Notes what was asked for; waits where `gate` is closed."""

    def __init__(self) -> None:
        self.asked = []
        self.problem = ""
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, pixels, augmentation, count, seed):
        self.asked.append((augmentation, seed))
        self.gate.wait()
        if self.problem:
            raise DigitpadError(self.problem)
        return np.full((count, SIDE, SIDE), len(self.asked), np.uint8)


@pytest.fixture
def fake():
    return Fake()


@pytest.fixture
def worker(qapp, fake):
    worker = Worker()
    yield worker
    fake.gate.set()
    worker.stop()


@pytest.fixture
def preview(qtbot, worker, fake):
    widget = AugmentationPreview(worker, fake)
    qtbot.addWidget(widget)
    widget.resize(280, 480)
    widget.show()
    return widget


def shown(preview) -> int:
    """Number of the call whose versions are shown, 0 for none."""
    versions = preview.findChild(Versions)
    if "versions of it" not in versions.accessibleDescription():
        return 0
    image = versions.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    seen = np.frombuffer(image.constBits(), np.uint32)
    return max(range(1, 50), key=lambda number: (seen == ink_colours(LIGHT)[number]).sum())


def slider(preview, name: str) -> QSlider:
    return preview.findChild(QSlider, name)


def words(preview) -> list[str]:
    return [label.text() for label in preview.findChildren(QLabel)]


def test_there_is_a_slider_for_every_strength(preview):
    names = {member.name for member in fields(Augmentation)}
    assert {each.objectName() for each in preview.findChildren(QSlider)} == names
    assert all(slider(preview, name).accessibleName() for name in names)


def test_a_sample_is_shown_beside_its_versions(qtbot, preview, fake):
    preview.set_augmentation(RECIPE)
    assert fake.asked == [], "without a sample there is nothing to do"
    preview.versions.show_sample(SAMPLE, 7)
    qtbot.waitUntil(lambda: shown(preview) == 1)
    assert fake.asked == [(RECIPE, 0)]
    versions = preview.findChild(Versions)
    assert versions.accessibleDescription() == "An image with the label 7 and 12 versions of it"


@pytest.mark.parametrize("size", [(280, 80), (280, 260), (700, 200)])
def test_the_sample_and_all_versions_are_painted(qtbot, size, wear):
    wear("dark")
    versions = Versions()
    qtbot.addWidget(versions)
    versions.resize(*size)
    versions.show_images(np.full((SIDE, SIDE), 255, np.uint8), np.full((VERSIONS, SIDE, SIDE), 255, np.uint8))
    image = versions.grab().toImage()
    ink = [image.pixelColor(x, y).name().upper() == DARK.text for y in range(size[1]) for x in range(size[0])]
    pixel = math.sqrt(sum(ink) / (VERSIONS + 4)) / SIDE
    assert pixel in (1, 2, 3), "something is cut off or covered"


def test_a_slider_changes_one_strength(qtbot, preview, fake):
    preview.set_augmentation(RECIPE)
    preview.versions.show_sample(SAMPLE, 7)
    slider(preview, "shift").setFocus()
    QTest.keyClick(slider(preview, "shift"), Qt.Key.Key_Right)
    assert preview.augmentation == replace(RECIPE, shift=pytest.approx(1.6))
    assert "±1.6 px" in words(preview)
    assert slider(preview, "shift").accessibleDescription() == "±1.6 px"
    qtbot.waitUntil(lambda: shown(preview) == 2)
    assert fake.asked[-1] == (preview.augmentation, 0), "the same random changes, only stronger"


@given(STRENGTHS)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_recipe_is_shown_as_it_is(preview, augmentation):
    """Also where it goes beyond the slider's usual end or lies between two of its steps."""
    preview.set_augmentation(augmentation)
    assert preview.augmentation == augmentation
    for name, setting in declared(Augmentation).items():
        low, high = setting.limits
        bar = slider(preview, name)
        assert bar.value() <= bar.maximum()
        bar.setValue(bar.maximum())
        assert low <= getattr(preview.augmentation, name) <= high


def test_the_recipe_comes_back(qtbot, preview):
    preview.set_augmentation(RECIPE)
    reset = preview.findChild(QPushButton, "reset_button")
    assert not reset.isEnabled()
    slider(preview, "degrees").setValue(0)
    assert reset.isEnabled()
    QTest.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert preview.augmentation == RECIPE
    assert "±12.3°" in words(preview)


def test_strengths_that_were_changed_can_be_taken_over(qtbot, preview):
    preview.set_augmentation(RECIPE)
    take = preview.findChild(QPushButton, "take_over_button")
    assert not take.isEnabled()
    slider(preview, "degrees").setValue(0)
    with qtbot.waitSignal(preview.taken_over) as taken:
        QTest.mouseClick(take, Qt.MouseButton.LeftButton)
    assert taken.args == [replace(RECIPE, degrees=0)]


def test_again_draws_other_random_numbers(qtbot, preview, fake):
    preview.versions.show_sample(SAMPLE, 7)
    again = next(button for button in preview.findChildren(QPushButton) if button.text() == "Again")
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown(preview) == 2)
    assert [seed for _, seed in fake.asked] == [0, 1]


def test_a_dragged_slider_runs_the_first_and_the_last_only(qtbot, preview, fake):
    fake.gate.clear()
    preview.versions.show_sample(SAMPLE, 7)
    for value in range(1, 40):
        slider(preview, "degrees").setValue(value)
    fake.gate.set()
    qtbot.waitUntil(lambda: shown(preview) == 2)
    assert [augmentation.degrees for augmentation, _ in fake.asked] == [0, 19.5]


def test_a_failure_is_reported_until_things_are_well_again(qtbot, preview, fake):
    notice = preview.findChild(Notice)
    fake.problem = "There is no memory left."
    preview.versions.show_sample(SAMPLE, 7)
    qtbot.waitUntil(lambda: notice.text == "There is no memory left.")
    fake.problem = ""
    slider(preview, "degrees").setValue(10)
    qtbot.waitUntil(lambda: notice.text == "")
