"""The view of samples: what the network that reads makes of test images, live, and one click to the pad."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel

from digitpad.domain.reports import Samples
from digitpad.ink.formats.inkml import write_inkml
from digitpad.reading.load import load_checkpoint
from digitpad.reading.reader import Reader
from digitpad.storage.io import shipped
from digitpad.ui.common.notice import Notice
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.session.active_network import Source
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.evaluation.choices import FileChoice
from digitpad.ui.views.samples.recipe_samples import RecipeSamples
from digitpad.ui.views.samples.view import SamplesView
from tests.hand_drawn import drawings
from tests.ui.training_services import INFO


class Learner(Reader):
    """Says of the first digits, as many as it has not learned yet, that they are a zero."""

    def __init__(self, learned):
        super().__init__(load_checkpoint(shipped("checkpoints", "fast.safetensors")))
        self.learned, self.asked = learned, 0

    def read_batch(self, images):
        self.asked += len(images)
        probabilities, scores = super().read_batch(images)
        forgotten = slice(0, 10 - self.learned)
        probabilities[forgotten] = 0.01
        probabilities[forgotten, 0] = 0.91
        return probabilities, scores


class Network(QObject):
    """Reads with whatever it is given."""

    changed = Signal()
    false_rejection_rate = None
    reader = None
    state = SimpleNamespace(source=Source.SHIPPED, step=0)

    def read_with(self, reader, step=None):
        source = Source.SHIPPED if step is None else Source.IN_TRAINING
        self.reader, self.state = reader, SimpleNamespace(source=source, step=step or 0)
        self.changed.emit()


class Session(QObject):
    started, samples_shown = Signal(object), Signal(object)
    state = SimpleNamespace(run=INFO)
    samples = (Samples(np.zeros((2, 28, 28), np.uint8), np.array([3, 1])),)


@pytest.fixture
def network(qapp):
    return Network()


@pytest.fixture
def view(qtbot, network, monkeypatch, tmp_path):
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)
    worker = Worker()
    widget = SamplesView(network, Session(), worker)
    qtbot.addWidget(widget)
    widget.resize(700, 600)
    widget.show()
    write_inkml(tmp_path / "ink.inkml", drawings(1))
    widget.findChild(FileChoice).take_file(tmp_path / "ink.inkml")
    yield widget
    widget.hide()
    worker.stop()


def said(qtbot, view, words):
    qtbot.waitUntil(lambda: view.findChild(QLabel, "samples_words").text() == words)


def select(view, name, at):
    box = view.findChild(QComboBox, name)
    box.setCurrentIndex(at)
    box.activated.emit(at)


def grid(view):
    return view.findChildren(DigitGrid)[0]


def test_the_same_images_are_read_while_a_network_learns_and_afterwards(qtbot, view, network):
    for step, learned in ((10, 2), (20, 7)):
        network.read_with(Learner(learned), step)
        right = learned + 1  # a zero is one
        said(qtbot, view, f"fast, in training, step {step}: {right} of 10 read right, {10 * right}.0 %")
    grid(view).select(4)
    assert "Image 5 selected, label 4" in grid(view).accessibleDescription()
    network.read_with(Learner(10))
    said(qtbot, view, "fast: 10 of 10 read right, 100.0 %")
    assert "Image 5 selected, label 4" in grid(view).accessibleDescription()


def test_images_are_selected_by_digit_and_by_whether_they_are_right(qtbot, view, network):
    network.read_with(Learner(8))
    said(qtbot, view, "fast: 9 of 10 read right, 90.0 %")
    select(view, "samples_which", 2)
    assert grid(view).accessibleDescription() == "Images 1 to 1 of 1"
    picked = []
    view.image_picked.connect(picked.append)
    QTest.mouseClick(grid(view).viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert picked[0].any()
    assert grid(view).accessibleDescription().endswith("label 1, read as 0 (91.0 %)")
    select(view, "samples_digit", 8)
    said(qtbot, view, "fast: 1 of 1 read right, 100.0 %")
    assert grid(view).accessibleDescription() == "There are no such images."
    select(view, "samples_which", 1)
    QTest.keyClick(grid(view), Qt.Key.Key_Right)
    QTest.keyClick(grid(view), Qt.Key.Key_Return)
    assert len(picked) == 2
    assert "label 7, read as 7" in grid(view).accessibleDescription()


def test_nothing_is_read_while_it_is_hidden(qtbot, view, network):
    network.read_with(Learner(10))
    said(qtbot, view, "fast: 10 of 10 read right, 100.0 %")
    view.hide()
    later = Learner(3)
    network.read_with(later)
    assert later.asked == 0
    view.show()
    said(qtbot, view, "fast: 4 of 10 read right, 40.0 %")


def test_what_a_run_has_shown_before_is_there(view):
    assert view.findChild(RecipeSamples).accessibleDescription() == (
        "First training images with their labels. Labels 3, 1."
    )


def test_data_that_should_be_there_and_is_broken_is_named_while_other_images_are_shown(
    qtbot, view, network, broken_mnist
):
    view.hide()
    view.show()
    network.read_with(Learner(10))
    qtbot.waitUntil(lambda: "Images 1 to" in view.findChild(DigitGrid).accessibleDescription())
    assert str(broken_mnist) in view.findChild(Notice).text
