"""Images that a recipe shows: all of them, crisp, with words for what is right and what is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from digitpad.domain.reports import Samples
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.common.pixels import SIDE, ink_colours
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.training.samples import SamplesView
from tests.ui.training_services import INFO

NONE = "Recipes such as Five by five and Keras show images here."
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


def painted(widget, scale=1.0):
    """What the widget shows, in device pixels, uint32 0xAARRGGBB."""
    image = QImage(round(widget.width() * scale), round(widget.height() * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(LIGHT.window))
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def found_at(image, pattern):
    """Corners (y, x) at which a picture holds another one."""
    starts = np.argwhere(image == pattern[0, 0])
    height, width = pattern.shape
    return [(int(y), int(x)) for y, x in starts if np.array_equal(image[y : y + height, x : x + width], pattern)]


def enlarged(pixels, theme, times):
    return ink_colours(theme)[pixels].repeat(times, 0).repeat(times, 1)


@pytest.fixture
def view(qtbot):
    widget = SamplesView()
    qtbot.addWidget(widget)
    widget.resize(820, 240)
    widget.show()
    return widget


def note(view):
    label = view.findChild(QLabel, "samples_note")
    return label.text() if label.isVisibleTo(view) else ""


def grids(view):
    return view.findChildren(QWidget, "sample_images")


def laid_out(qtbot, view):
    """The last images, once they have the place that they need."""
    grid, inside = grids(view)[-1], view.widget()

    def has_its_place():
        bottom = grid.mapTo(inside, QPoint(0, grid.heightForWidth(grid.width()))).y()
        is_inside = bottom <= inside.height() and inside.width() == view.viewport().width()
        return is_inside and grid.isVisible() and grid.height() >= grid.heightForWidth(grid.width())

    qtbot.waitUntil(has_its_place)
    return grid


def test_without_images_it_says_where_they_come_from(view):
    assert (note(view), view.accessibleDescription(), view.accessibleName()) == (NONE, NONE, "Samples")
    view.begin(info())
    assert note(view) == NONE
    for fields in ({"samples_after": 10}, {"outputs_after": 1}):
        view.begin(info(**fields))
        assert note(view) == view.accessibleDescription() == LATER


def test_training_images_are_said_with_their_labels(view):
    view.begin(info(samples_before=3, outputs_after=1))
    view.show_samples(images(3))
    assert view.accessibleDescription() == f"First training images with their labels. Labels 0, 1, 2. {LATER}"
    assert note(view) == LATER


def test_training_images_alone_keep_the_sentence_of_who_shows_more(view):
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
    assert view.accessibleDescription() == note(view) == NONE
    qtbot.waitUntil(lambda: not grids(view) and not view.findChildren(ProbabilityBars))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(("scale", "times"), [(1.0, 2), (1.5, 3), (2.0, 4)])
def test_images_are_painted_in_whole_multiples_in_the_theme_s_colours(
    qtbot, view, wear, monkeypatch, theme, scale, times
):
    shown = images(20)
    view.show_samples(shown)
    wear("dark" if theme.is_dark else "light")
    grid = laid_out(qtbot, view)
    monkeypatch.setattr(grid, "devicePixelRatioF", lambda: scale)
    picture = painted(grid, scale)
    corners = [found_at(picture, enlarged(pixels, theme, times)) for pixels in shown.pixels]
    assert all(len(places) == 1 for places in corners)
    in_order = [places[0] for places in corners]
    assert in_order == sorted(in_order)


def amber_columns(grid, theme):
    """Where, across, a grid of one row has amber."""
    return np.argwhere(painted(grid) == QColor(theme.amber).rgb())[:, 1]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_only_a_wrong_reading_is_amber_and_has_a_word_of_its_own(qtbot, view, wear, theme):
    def blank(samples):
        return replace(samples, pixels=np.zeros_like(samples.pixels))

    wear("dark" if theme.is_dark else "light")
    view.show_samples(blank(read(6)))
    right = laid_out(qtbot, view)
    assert not len(amber_columns(right, theme))
    height = right.sizeHint().height()
    view.begin(info())
    view.show_samples(blank(read(6, wrong=(4,))))
    wrong = laid_out(qtbot, view)
    columns = amber_columns(wrong, theme)
    width = wrong.minimumSizeHint().width()  # of one image
    assert 4 * width <= columns.min() <= columns.max() < 5 * width
    assert wrong.sizeHint().height() > height  # for the word


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.integers(1, 100), st.integers(420, 1500), st.booleans())
def test_however_many_there_are_all_can_be_scrolled_to(qtbot, view, count, width, after):
    view.begin(info())
    view.resize(width, 240)
    view.show_samples(read(count, outputs=min(count, 2)) if after else images(count))
    grid = laid_out(qtbot, view)
    one = grid.minimumSizeHint()
    columns = max(1, grid.width() // one.width())
    assert grid.height() >= grid.heightForWidth(grid.width()) == -(-count // columns) * one.height()
    assert view.widget().height() == view.viewport().height() + view.verticalScrollBar().maximum()


def test_it_scrolls_with_the_keyboard(qtbot, view):
    view.resize(400, 140)
    view.show_samples(images(40))
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert view.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    assert bar.value() > 0
