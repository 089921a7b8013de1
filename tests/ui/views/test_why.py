"""The view of where an answer comes from: what is asked of whom, and what is said."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from digitpad.domain.errors import DigitpadError
from digitpad.ink.strokes import Ink, Stroke
from digitpad.reading.inspect.attribution import Attribution, occlusion
from digitpad.reading.load import open_reader
from digitpad.reading.reader import Reader
from digitpad.reading.zoo import NETWORKS
from digitpad.ui.common.exports import to_image
from digitpad.ui.common.pixels import signed_colours
from digitpad.ui.common.theme import current_theme
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.why.view import WhyView
from tests.hand_drawn import drawings
from tests.reading.foreign.networks import torch_export
from tests.reading.networks import checkpoint_for, random_network
from tests.ui.views.readings import Readings

SEVEN, FOUR = (drawings(1)[digit].ink for digit in (7, 4))


class Gradients:
    """Loads when it is let to, and gives each digit's number as the value of the pixel in row 3, column 5."""

    def __init__(self):
        self.let, self.problem = threading.Event(), None
        self.let.set()
        self.prepared, self.asked, self.value = 0, [], 1.0

    def prepare_gradients(self, checkpoint):
        self.prepared += 1
        assert self.let.wait(20)
        if self.problem:
            raise self.problem

    def attribute(self, checkpoint, image, digit, method, *, layer="", steps=16, go_on=lambda: True):
        self.asked.append((digit, method, layer, steps))
        values = np.zeros((28, 28), np.float32)
        values[2, 4] = self.value * digit
        return Attribution(values, float(digit) + (16 / steps if 0 < steps < 256 else 0)) if go_on() else None


class Shown:
    """The view with what it follows."""

    def __init__(self, qtbot, view, live, service):
        self.qtbot, self.view, self.live, self.service = qtbot, view, live, service
        self.selections = []
        view.selection_changed.connect(lambda *selection: self.selections.append(selection))
        view.show()

    def choose(self, name, data):
        box = self.view.findChild(QComboBox, f"why_{name}")
        box.setCurrentIndex(box.findData(data))
        box.activated.emit(box.currentIndex())
        return box

    @property
    def said(self):
        return self.view.findChild(QWidget, "why_figure").accessibleDescription()

    def await_words(self, words):
        self.qtbot.waitUntil(lambda: words in self.said)


@pytest.fixture(scope="module")
def reader():
    return open_reader()


@pytest.fixture
def made(qtbot):
    """Makes views; their threads end with the test."""
    workers = []

    def make(reader, service=None):
        workers.extend((Worker("views"), Worker("loading")))
        live, service = Readings(reader), service or Gradients()
        view = WhyView(live, *workers[-2:], service)
        qtbot.addWidget(view)
        view.resize(700, 500)
        return Shown(qtbot, view, live, service)

    yield make
    for worker in workers:
        worker.stop()


def test_while_torch_is_loaded_the_view_says_so_and_occlusion_is_there(made, reader):
    shown = made(reader)
    shown.service.let.clear()
    shown.live.read(SEVEN)
    shown.await_words("Loading PyTorch")
    shown.choose("method", "occlusion")
    shown.await_words("How much the logit of 7 falls")
    shown.choose("method", "integrated_gradients")
    shown.await_words("Loading PyTorch")
    assert not shown.service.asked
    shown.service.let.set()
    shown.await_words("adds to the logit of 7")
    assert shown.service.prepared == 1


def test_occlusion_asks_for_no_torch(made, reader):
    shown = made(reader)
    shown.choose("method", "occlusion")
    reading = shown.live.read(FOUR)
    shown.await_words("How much the logit of 4 falls")
    assert not shown.service.prepared
    figure = shown.view.findChild(QWidget, "why_figure")
    values = occlusion(reader, reading.prediction.network_input, 4).values
    row, column = 14, 14
    assert f"Row 15, column 15: {values[row, column]:+.2f}" in shown.said
    for _ in range(3):
        QTest.keyClick(figure, Qt.Key.Key_Up)
    QTest.keyClick(figure, Qt.Key.Key_Right)
    assert f"Row 12, column 16: {values[row - 3, column + 1]:+.2f}" in shown.said
    QTest.mouseMove(figure, QPoint(3, 3))
    assert "Row 1, column 1: 0.00, ink 0 %" in shown.said


def test_where_torch_cannot_be_loaded_the_view_says_why(made, reader):
    shown = made(reader)
    shown.service.problem = DigitpadError("PyTorch could not be loaded.")
    shown.live.read(SEVEN)
    shown.await_words("PyTorch could not be loaded.")
    painted = []
    shown.view.painted.connect(painted.append)
    revision = shown.live.read(FOUR).prediction.revision
    shown.qtbot.waitUntil(lambda: revision in painted)
    assert "PyTorch could not be loaded." in shown.said
    assert shown.service.prepared == 1
    shown.service.problem = None
    shown.choose("method", "gradient_times_input")
    shown.await_words("would add to the logit of 4")


def test_any_digit_is_explained(made, reader):
    shown = made(reader)
    shown.live.read(SEVEN)
    shown.await_words("adds to the logit of 7")
    shown.view.select_digit(3)
    shown.await_words("adds to the logit of 3")
    assert shown.selections[-1] == (True, 3)
    shown.live.read(FOUR)
    shown.qtbot.waitUntil(lambda: shown.service.asked.count((3, "integrated_gradients", "", 16)) >= 2)
    shown.choose("digit", None)
    shown.await_words("adds to the logit of 4")
    shown.view.hide()
    assert shown.selections[-1] == (False, None)


def test_a_drawing_that_rests_gets_more_steps_until_they_suffice(made, reader):
    shown = made(reader)
    shown.live.read(SEVEN)
    shown.await_words("+7.00 in all, where the logits differ by +7.00")
    assert [steps for *_, steps in shown.service.asked] == [16, 64, 256]


def test_grad_cam_offers_the_layers_that_have_maps(made, reader):
    shown = made(reader)
    shown.choose("method", "grad_cam")
    shown.live.read(SEVEN)
    shown.await_words("Where the 128 maps of this layer, 4×4 pixels each, speak for 7")
    box = shown.view.findChild(QComboBox, "why_layer")
    assert box.count() == 12
    assert box.currentText() == "12: ReLU, 128 × 4 × 4"
    shown.choose("layer", box.itemData(0))
    shown.await_words("Where the 32 maps of this layer, 26×26 pixels each")
    assert shown.service.asked[-1] == (7, "grad_cam", box.itemData(0), 0)
    shown.choose("method", "occlusion")
    shown.await_words("falls")
    assert not box.isVisible()


def test_a_network_without_maps_has_no_grad_cam(made):
    layers = NETWORKS["mlp"]
    shown = made(Reader(checkpoint_for(random_network(layers), layers)))
    shown.choose("method", "grad_cam")
    shown.live.read(SEVEN)
    shown.await_words("This network has no feature maps")


def test_where_a_method_says_nothing_the_view_says_so(made, reader):
    shown = made(reader)
    shown.service.value = 0.0
    shown.live.read(SEVEN)
    shown.await_words("Integrated gradients is 0 everywhere: it finds nothing that speaks for 7.")
    shown.choose("method", "grad_cam")
    shown.await_words("Grad-CAM is 0 everywhere: nothing in this layer speaks for 7.")


def test_a_foreign_onnx_network_gets_occlusion_and_a_reason(made, tmp_path):
    torch_export(random_network(NETWORKS["classic"]), tmp_path / "foreign.onnx")
    shown = made(open_reader(tmp_path / "foreign.onnx"))
    shown.live.read(SEVEN)
    shown.await_words("PyTorch cannot compute the gradients of an ONNX network")
    assert "falls where 4×4 pixels are covered" in shown.said
    method = shown.view.findChild(QComboBox, "why_method")
    assert (method.currentData(), method.isEnabled()) == ("occlusion", False)
    assert not shown.service.prepared


def test_an_empty_pad_has_nothing_to_explain(made, reader):
    shown = made(reader)
    shown.live.read(Ink((Stroke.of([(500, 200), (500, 800)]),)))
    shown.await_words("adds to the logit of 1")
    shown.live.read(Ink())
    shown.await_words("Draw a digit on the pad.")
    assert shown.view.findChild(QLabel, "why_words").text() == ""


@pytest.mark.parametrize(("value", "level"), [(1.0, 254), (-1.0, 2)])
def test_the_picture_has_the_colour_of_each_pixel(made, reader, value, level):
    shown = made(reader)
    shown.service.value = value
    shown.live.read(SEVEN)
    shown.await_words("adds to the logit of 7")
    figure = shown.view.findChild(QWidget, "why_figure")
    picture = to_image(figure.picture(), scale=1)
    colours = signed_colours(current_theme())
    pixel = figure.height() // 28
    assert picture.pixel(round(4.5 * pixel), round(2.5 * pixel)) == int(colours[level])
    assert picture.pixel(round(1.5 * pixel), round(1.5 * pixel)) == int(colours[128])


def test_small_values_are_said_with_their_figures(made, reader):
    shown = made(reader)
    shown.service.value = 0.0039 / 7
    shown.live.read(SEVEN)
    shown.await_words("adds to the logit of 7")
    figure = shown.view.findChild(QWidget, "why_figure")
    pixel = figure.height() // 28
    QTest.mouseMove(figure, QPoint(round(4.5 * pixel), round(2.5 * pixel)))
    shown.await_words("Row 3, column 5: +0.0039")
