"""The view of an evaluation: in the background, with a cancel that works, and images that can be put on the pad."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QTabBar

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import CancelledError
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.inkml import write_inkml
from digitpad.reading.load import load_checkpoint
from digitpad.reading.reader import Reader
from digitpad.storage.io import shipped
from digitpad.ui.common.exports import ExportButton
from digitpad.ui.common.notice import Notice
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.evaluation.choices import FileChoice
from digitpad.ui.views.evaluation.view import EvaluationView
from digitpad.ui.views.evaluation.work import EvaluationRequest, run_evaluation
from tests.hand_drawn import drawings

FAST = shipped("checkpoints", "fast.safetensors")


class GatedReader(Reader):
    """Reads once it is let to; of every tenth image it says that it is a zero."""

    def __init__(self):
        super().__init__(load_checkpoint(FAST))
        self.let = threading.Event()
        self.let.set()
        self.began = threading.Event()

    def read_batch(self, images):
        self.began.set()
        assert self.let.wait(20)
        probabilities, scores = super().read_batch(images)
        probabilities[1::10] = 0.01
        probabilities[1::10, 0] = 0.91
        return probabilities, scores


@pytest.fixture
def reader():
    return GatedReader()


@pytest.fixture
def ink(tmp_path):
    write_inkml(tmp_path / "ink.inkml", drawings(2))
    return tmp_path / "ink.inkml"


@pytest.fixture
def network(reader):
    return SimpleNamespace(reader=reader, false_rejection_rate=None, last_run=None)


@pytest.fixture
def view(qtbot, reader, network, monkeypatch):
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)
    worker = Worker()
    widget = EvaluationView(network, SimpleNamespace(recent=[Path("mine.pt")]), worker)
    qtbot.addWidget(widget)
    widget.resize(800, 700)
    widget.show()
    qtbot.waitUntil(lambda: choice(widget, "evaluation_data").count() > 2)
    yield widget
    reader.let.set()
    widget.hide()
    worker.stop()


def choice(view, name) -> FileChoice:
    return view.findChild(FileChoice, name)


def button(view, name) -> QPushButton:
    return view.findChild(QPushButton, name)


def evaluate(qtbot, view, data, second=None):
    choice(view, "evaluation_data").take_file(data)
    if second is not None:
        choice(view, "evaluation_second").take_file(second)
    button(view, "evaluate_button").click()
    qtbot.waitUntil(lambda: button(view, "evaluate_button").isEnabled())


def summary(view):
    return view.findChild(QLabel, "evaluation_summary").accessibleName()


def test_what_was_read_is_said_in_figures_and_the_mistakes_are_shown(qtbot, view, ink):
    evaluate(qtbot, view, ink)
    assert summary(view).startswith("fast: read right 90.00 % of 20, wrong 2, rejected 0, calibration error ")
    grid = view.findChild(DigitGrid)
    assert grid.accessibleDescription() == "Images 1 to 2 of 2"
    assert not view.findChild(QComboBox, "evaluation_which").isVisible()
    picked = []
    view.image_picked.connect(picked.append)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    (image,) = picked
    assert image.shape == (28, 28)
    assert image.any()
    assert "label 1, read as 0 (91.0 %)" in grid.accessibleDescription()
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert len(picked) == 2
    assert not np.array_equal(*picked)


def test_the_report_is_of_the_network_that_is_shown_and_drawings_left_out_are_counted(qtbot, view, tmp_path):
    number = Drawing(drawings(1)[4].ink, None, "me", "n", "44")
    write_inkml(tmp_path / "mixed.inkml", [*drawings(1), number])
    evaluate(qtbot, view, tmp_path / "mixed.inkml", FAST)
    assert summary(view).endswith("Drawings labelled with several digits, left out: 1")
    view.findChild(QComboBox, "evaluation_which").setCurrentIndex(1)
    asked = []
    for button_of_view in view.findChildren(ExportButton):
        button_of_view.requested.connect(asked.append)
    view.findChild(QAction, "save_report").trigger()
    (export,) = asked
    export.prepare(tmp_path / "report.html")()
    page = (tmp_path / "report.html").read_text()
    assert "How well fast reads mixed.inkml" in page
    assert "<dt>left out, labelled with several digits</dt><dd>1</dd>" in page
    assert "<dt>read wrong</dt><dd>0</dd>" in page  # the first network reads one of ten wrong


def test_it_needs_no_room_for_images_beside_the_figure(qtbot):
    network = SimpleNamespace(reader=None, false_rejection_rate=None, last_run=None)
    worker = Worker()
    widget = EvaluationView(network, SimpleNamespace(recent=[]), worker)
    qtbot.addWidget(widget)
    assert widget.minimumSizeHint().width() < 400
    worker.stop()


def test_two_networks_stand_beside_each_other(qtbot, view, ink):
    evaluate(qtbot, view, ink, FAST)
    assert summary(view).count("fast: read right") == 2
    assert view.findChild(QComboBox, "evaluation_which").isVisible()
    tabs = view.findChild(QTabBar)
    tabs.setCurrentIndex(tabs.count() - 1)
    grid = view.findChild(DigitGrid)
    assert grid.accessibleDescription() == "There are no such images."
    QTest.keyClick(view.findChild(object, "differences_figure"), Qt.Key.Key_Down)
    QTest.keyClick(view.findChild(object, "differences_figure"), Qt.Key.Key_Left)
    assert grid.accessibleDescription() == "Images 1 to 2 of 2"
    grid.select(0)
    assert "label 1, read as 0 (91.0 %), by the second network as 1" in grid.accessibleDescription()


@pytest.mark.parametrize("how", ["button", "hidden"])
def test_an_evaluation_can_be_cancelled_and_ends_where_nobody_looks(qtbot, view, reader, ink, how):
    evaluate(qtbot, view, ink)
    before = summary(view)
    reader.let.clear()
    reader.began.clear()
    button(view, "evaluate_button").click()
    assert reader.began.wait(20)
    assert button(view, "cancel_evaluation_button").isVisible()
    if how == "button":
        button(view, "cancel_evaluation_button").click()
    else:
        view.hide()
    reader.let.set()
    qtbot.waitUntil(lambda: button(view, "evaluate_button").isEnabled())
    assert summary(view) == before
    assert view.findChild(Notice).text == ""


def test_what_cannot_be_read_is_a_sentence(qtbot, view, tmp_path):
    (tmp_path / "broken.inkml").write_text("<ink>")
    evaluate(qtbot, view, tmp_path / "broken.inkml")
    assert "broken.inkml" in view.findChild(Notice).text
    assert summary(view) == ""


def test_known_data_and_networks_can_be_chosen_and_files_that_were_opened_stay(view, ink):
    data, network = choice(view, "evaluation_data"), choice(view, "evaluation_network")
    assert [data.itemText(at) for at in range(data.count())] == ["Starter set (1,000)", "", "Open an ink file…"]
    names = [network.itemText(at) for at in range(network.count())]
    assert names == ["The one that reads", "pen", "best", "fast", "mine.pt", "", "Open a checkpoint…"]
    data.take_file(ink)
    data.show_entries([("MNIST", "mnist")])
    assert [data.itemText(at) for at in range(2)] == ["MNIST", "ink.inkml"]
    assert data.value == ink
    data.setCurrentIndex(0)
    data.activated.emit(0)
    assert data.value == "mnist"


def test_the_rendering_of_an_ink_file_can_be_cancelled(reader, ink):
    asked = []

    def is_cancelled():
        asked.append(True)
        return len(asked) > 3

    with pytest.raises(CancelledError):
        run_evaluation(EvaluationRequest(ink, (reader,), None), is_cancelled=is_cancelled)
    assert len(asked) == 4
    assert not reader.began.is_set()


def test_progress_counts_the_images_of_all_networks(reader):
    seen = []
    first, second = run_evaluation(EvaluationRequest("starter", (reader, FAST), 0.003), seen.append)
    assert [seen[0].done, seen[-1].done, seen[-1].total] == [0, 2000, 2000]
    assert [step.done for step in seen] == sorted(step.done for step in seen)
    assert seen[-1].remaining_seconds == 0
    assert first.result.n == second.result.n == DataInfo("starter", "", None, 4000, 1000).test
    assert first.result.accuracy < second.result.accuracy


def test_without_a_network_the_view_says_what_to_choose(view, network):
    network.reader = None
    button(view, "evaluate_button").click()
    assert "No network is loaded" in view.findChild(Notice).text


def test_data_that_should_be_there_and_is_broken_is_named(qtbot, view, broken_mnist):
    view.hide()
    view.show()
    qtbot.waitUntil(lambda: str(broken_mnist) in view.findChild(Notice).text)
