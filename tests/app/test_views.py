"""The views into the network: they follow the drawing while they are seen, and compute nothing while they are not."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QSlider, QToolButton, QWidget

from digitpad.ink.strokes import Ink, Picture
from digitpad.reading.inspect import steps as inspect_steps
from digitpad.ui.answer.bars import ProbabilityBars
from tests.app.pad import FOUR, ONE, SEVEN

VIEWS = ["steps", "layers", "replay", "stress"]


class Viewer:
    """A window and what its views were painted for."""

    def __init__(self, pad):
        self.pad, self.painted = pad, []
        pad.window.view_shown.connect(lambda *shown: self.painted.append(shown))

    def toggle(self, view):
        self.pad.widget(f"show_{view}", QAction).trigger()

    def await_view(self, view):
        """Wait until a view shows the drawing, and say what it shows."""
        self.pad.answer()
        self.pad.qtbot.waitUntil(lambda: (view, self.pad.canvas.revision) in self.painted)
        return self.said(view)

    def said(self, view):
        return self.pad.widget(f"{view}_figure").accessibleDescription()


@pytest.fixture
def viewer(pad):
    return Viewer(pad)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_brought_up_to_date_when_it_is_shown_and_follows(viewer, view):
    viewer.pad.draw(ONE)
    viewer.pad.answer()
    viewer.toggle(view)
    first = viewer.await_view(view)
    viewer.pad.canvas.clear_ink()
    viewer.pad.draw(SEVEN)
    assert viewer.await_view(view) != first
    viewer.toggle(view)
    viewer.pad.canvas.clear_ink()
    viewer.pad.draw(FOUR)
    viewer.pad.answer()
    viewer.toggle(view)
    viewer.await_view(view)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_says_what_to_do_where_nothing_is_drawn(viewer, view):
    viewer.toggle(view)
    viewer.pad.draw(ONE)
    viewer.await_view(view)
    viewer.pad.canvas.clear_ink()
    assert viewer.await_view(view) == "Draw a digit on the pad."


def test_nothing_is_computed_while_a_view_is_hidden(viewer, monkeypatch):
    asked, steps = [], inspect_steps.steps
    monkeypatch.setattr(inspect_steps, "steps", lambda ink: asked.append(ink) or steps(ink))
    viewer.toggle("steps")
    viewer.pad.draw(ONE)
    viewer.await_view("steps")
    assert asked
    viewer.toggle("steps")
    asked.clear()
    viewer.pad.canvas.clear_ink()
    viewer.pad.draw(FOUR)
    viewer.pad.answer()
    viewer.toggle("steps")
    viewer.await_view("steps")
    assert asked == [viewer.pad.canvas.ink]


@pytest.mark.parametrize("view", VIEWS)
def test_what_a_view_shows_can_be_copied(viewer, view):
    viewer.pad.draw(ONE)
    viewer.toggle(view)
    viewer.await_view(view)
    QApplication.clipboard().clear()
    page = viewer.pad.widget(f"{view}_view")
    page.findChild(QAction, "copy_picture").trigger()
    assert QApplication.clipboard().image().width() > viewer.pad.widget(f"{view}_figure").width()


def test_steps_say_what_each_preparation_is_read_as(viewer):
    viewer.toggle("steps")
    viewer.pad.draw(SEVEN)
    said = viewer.await_view("steps")
    assert "Ink: 1 stroke, " in said
    assert "As digitpad does: 7: " in said
    assert viewer.pad.window.findChild(QWidget, "steps_figure").height() > 200


@pytest.fixture
def layers(viewer):
    """The view of layers with a seven."""
    viewer.toggle("layers")
    viewer.pad.draw(SEVEN)
    viewer.await_view("layers")
    return viewer


def await_words(viewer, words):
    viewer.pad.qtbot.waitUntil(lambda: words in viewer.said("layers"))


def test_arrow_keys_go_to_other_layers_and_maps(layers):
    figure = layers.pad.widget("layers_figure")
    assert "Convolution 3×3, map " in layers.said("layers")
    QTest.keyClick(figure, Qt.Key.Key_Right)
    await_words(layers, "ReLU, map ")
    for _ in range(40):
        QTest.keyClick(figure, Qt.Key.Key_Up)
    await_words(layers, "ReLU, map 1 of 32, row ")
    QTest.keyClick(figure, Qt.Key.Key_Down)
    await_words(layers, "ReLU, map 2 of 32, row ")
    for _ in range(30):
        QTest.keyClick(figure, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    await_words(layers, "ReLU, map 2 of 32, row 1, column ")
    for _ in range(40):
        QTest.keyClick(figure, Qt.Key.Key_Right)
    await_words(layers, "Linear, map 2 of 10: ")


def test_switching_all_maps_of_the_last_layer_off_leaves_the_biases(layers):
    figure, bars = layers.pad.widget("layers_figure"), layers.pad.widget("layers_view").findChild(ProbabilityBars)
    assert not bars.isVisible()
    for _ in range(40):
        QTest.keyClick(figure, Qt.Key.Key_Right)
    for _ in range(10):
        QTest.keyClick(figure, Qt.Key.Key_Up)
    for _ in range(10):
        QTest.keyClick(figure, Qt.Key.Key_Space)
        QTest.keyClick(figure, Qt.Key.Key_Down)
    await_words(layers, "10 maps off; with all: 7, ")
    assert bars.isVisible()
    assert "10.0 %" in bars.accessibleDescription()  # ten logits of 0
    layers.pad.widget("layers_all_on", QToolButton).click()
    layers.pad.qtbot.waitUntil(lambda: not bars.isVisible())
    assert "off" not in layers.said("layers")


def test_the_pointer_shows_a_map_and_a_click_keeps_it(layers):
    figure = layers.pad.widget("layers_figure")
    words = layers.said("layers")
    column = figure.shown.arrangement.find(next(iter(figure.shown.layers)))
    place = QPoint(*column.corner(0)) + QPoint(3, 5)
    QTest.mouseMove(figure, place)
    await_words(layers, "map 1 of 32, row 6, column 4: ")
    QTest.mouseMove(figure, QPoint(1, 1))
    await_words(layers, words)
    QTest.mouseClick(figure, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseMove(figure, QPoint(2, 2))
    await_words(layers, "map 1 of 32, row 6, column 4: ")


def test_a_scale_of_colours_is_for_each_map_or_for_all(layers):
    figure, box = layers.pad.widget("layers_figure"), layers.pad.widget("layers_scale", QComboBox)
    before = figure.shown.limits
    first = next(iter(before))
    box.setCurrentIndex(box.findData("map"))
    box.activated.emit(box.currentIndex())
    layers.pad.qtbot.waitUntil(lambda: (figure.shown.limits[first] < before[first]).any())
    box.setCurrentIndex(box.findData("all"))
    box.activated.emit(box.currentIndex())
    layers.pad.qtbot.waitUntil(
        lambda: len({float(each) for most in figure.shown.limits.values() for each in most}) == 1
    )


def test_the_drawing_is_gone_through_and_played_in_time(viewer):
    viewer.toggle("replay")
    viewer.pad.draw(FOUR)
    assert ": 4, " in viewer.await_view("replay")
    slider, play = viewer.pad.widget("replay_slider", QSlider), viewer.pad.widget("replay_play", QPushButton)
    bars = viewer.pad.widget("replay_view").findChild(ProbabilityBars)
    last = bars.accessibleDescription()
    assert slider.value() == slider.maximum()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert viewer.said("replay").startswith("At 0.00 s: ")
    assert bars.accessibleDescription() != last
    QTest.mouseClick(play, Qt.MouseButton.LeftButton)
    assert play.text() == "Pause"
    viewer.pad.qtbot.waitUntil(lambda: slider.value() == slider.maximum())
    assert play.text() == "Play"
    assert bars.accessibleDescription() == last
    curves = viewer.pad.widget("replay_figure")
    QTest.mouseClick(curves, Qt.MouseButton.LeftButton, pos=QPoint(curves.width() // 2, curves.height() // 2))
    assert 0 < slider.value() < slider.maximum()


def test_a_picture_has_no_time_line(viewer):
    viewer.toggle("replay")
    pixels = np.full((40, 40, 4), 255, np.uint8)
    pixels[5:35, 18:22, :3] = 0
    network_input = np.zeros((28, 28), np.uint8)
    network_input[4:24, 13:15] = 255
    viewer.pad.canvas.set_ink(Ink(picture=Picture(pixels, network_input)))
    assert "A picture has no time line" in viewer.await_view("replay")
    viewer.toggle("steps")
    assert "Picture: " in viewer.await_view("steps")


def test_a_click_on_a_bar_asks_why_of_its_digit(viewer):
    viewer.toggle("why")
    method = viewer.pad.widget("why_method", QComboBox)
    method.setCurrentIndex(method.findData("occlusion"))
    method.activated.emit(method.currentIndex())
    viewer.pad.draw(SEVEN)
    viewer.pad.qtbot.waitUntil(lambda: "the logit of 7 falls" in viewer.await_view("why"))
    bars = viewer.pad.widget("probability_bars", ProbabilityBars)
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(20, bars.height() // 10 * 2 + 4))
    viewer.pad.qtbot.waitUntil(lambda: "the logit of 2 falls" in viewer.said("why"))
    viewer.toggle("why")
    assert bars.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_a_drawing_that_fools_the_network_is_put_on_the_pad_and_taken_back(viewer):
    viewer.toggle("stress")
    viewer.pad.draw(SEVEN)
    viewer.await_view("stress")
    drawn = viewer.pad.canvas.ink
    viewer.pad.widget("stress_fool", QPushButton).click()
    found, put = viewer.pad.widget("stress_found"), viewer.pad.widget("stress_put", QPushButton)
    viewer.pad.qtbot.waitUntil(lambda: "Smallest change that alters the answer" in found.text() and put.isEnabled())
    put.click()
    assert f"read as {int(np.argmax(viewer.pad.answer().probabilities))} " in found.text().partition("Next")[0]
    viewer.pad.canvas.undo()
    assert viewer.pad.answer().digit == 7
    assert viewer.pad.canvas.ink is drawn
