"""The view of a drawing that is changed: its curves, what is looked at, and the search for what fools the network."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSlider, QWidget

from digitpad.domain.prediction import REJECTED, ReadDigit
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Picture, Stroke
from digitpad.reading.inspect.stress import Flip
from digitpad.reading.load import open_reader
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.stress import view as stress_view
from digitpad.ui.views.stress.view import StressView
from tests.hand_drawn import drawings
from tests.ui.views.readings import Readings

SEVEN, FOUR = (drawings(1)[digit].ink for digit in (7, 4))
TURN = Flip("turn", -22.5, 0.375, 1, 0.5)


class Shown:
    """The view with what it follows."""

    def __init__(self, qtbot, view, live):
        self.qtbot, self.view, self.live, self.painted = qtbot, view, live, []
        self.requested = []
        view.painted.connect(self.painted.append)
        view.drawing_requested.connect(self.requested.append)
        view.show()

    def part(self, name, kind=QWidget):
        return self.view.findChild(kind, f"stress_{name}")

    @property
    def said(self):
        return self.part("figure").accessibleDescription()

    def read(self, ink):
        revision = self.live.read(ink).prediction.revision
        self.qtbot.waitUntil(lambda: revision in self.painted)

    def change(self, kind):
        box = self.part("kind", QComboBox)
        box.setCurrentIndex(box.findData(kind))
        before = len(self.painted)
        box.activated.emit(box.currentIndex())
        self.qtbot.waitUntil(lambda: len(self.painted) > before)


@pytest.fixture(scope="module")
def reader():
    return open_reader()


@pytest.fixture
def shown(qtbot, reader):
    workers = Worker("views"), Worker("background")
    live = Readings(reader)
    view = StressView(live, *workers)
    qtbot.addWidget(view)
    view.resize(700, 700)
    yield Shown(qtbot, view, live)
    for worker in workers:
        worker.stop()


@pytest.fixture
def search(monkeypatch):
    """A search that ends when it is let to, or is broken off; what it is asked and told."""
    let, asked = threading.Event(), []

    def searched(ink, reader, on_progress, _rate):
        asked.append(ink)
        while on_progress(0.5):
            if let.wait(0.005):
                return [TURN, Flip("scale", 0.5, 0.8, 3, 0.6), Flip("width", 1.0, 0.9, None, 0.6)]
        asked.append("broken off")
        return None

    monkeypatch.setattr(stress_view, "smallest_flips", searched)
    return let, asked


def test_the_unchanged_drawing_is_looked_at_first_and_keys_change_it(shown):
    shown.read(SEVEN)
    slider, bars = shown.part("slider", QSlider), shown.view.findChild(ProbabilityBars)
    assert shown.said.startswith("Unchanged: 7, ")
    assert not shown.part("put").isEnabled()
    before = bars.accessibleDescription()
    for _ in range(3):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    assert shown.said.startswith("Turned clockwise by 9.0°: 7, ")
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert shown.said.startswith("Turned anticlockwise by 60.0°: ")
    assert bars.accessibleDescription() != before
    assert slider.accessibleDescription() in shown.said


def test_dragging_along_the_curves_shows_the_drawing_there(shown):
    shown.read(SEVEN)
    curves = shown.part("figure")
    QTest.mouseClick(curves, Qt.MouseButton.LeftButton, pos=QPoint(curves.width() - 20, curves.height() // 2))
    assert shown.said.startswith("Turned clockwise by 60.0°: ")


def test_where_a_changed_drawing_is_rejected_it_is_said_to_be_no_digit(shown):
    shown.read(FOUR)
    assert re.search(r"Read as 4; .*turned (anti)?clockwise by \d\d\.\d°: no digit", shown.said)


def test_every_change_says_what_it_is(shown):
    shown.read(SEVEN)
    for kind, words in {
        "slant": "Slanted to the right by 45.0°",
        "shift_across": "Shifted to the right by 8.0 px",
        "shift_down": "Shifted down by 8.0 px",
        "scale": "Scaled × 1.60",
        "width": "Strokes 6.0 px wide",
        "noise": "Noise of 100 %",
    }.items():
        shown.change(kind)
        assert shown.said.startswith("Unchanged")
        assert ("would be undone" in shown.said) == (kind not in ("slant", "noise"))
        shown.part("slider", QSlider).setValue(99)
        assert shown.said.startswith(words)


def test_what_fools_the_network_is_shown_and_goes_with_the_drawing(shown, search):
    let, asked = search
    shown.read(SEVEN)
    shown.part("fool", QPushButton).click()
    assert shown.part("progress").isVisible()
    assert not shown.part("fool").isEnabled()
    let.set()
    shown.qtbot.waitUntil(lambda: shown.said.startswith("Turned anticlockwise by 22.5°: "))
    words = shown.part("found", QLabel).text()
    assert "turned anticlockwise by 22.5° (38 % of the way), read as 1 (50.0 %). Next: scaled × 0.50 (80 %" in words
    assert words.endswith("strokes 1.0 px wide (90 % of the way), rejected as no digit.")
    assert not shown.part("progress").isVisible()
    shown.change("scale")
    assert shown.said.startswith("Scaled × 0.50")
    shown.read(FOUR)
    assert not shown.part("found").isVisible()
    assert asked == [SEVEN]


@pytest.mark.parametrize("way", ["cancel", "hide", "draw"])
def test_a_search_is_broken_off(shown, search, way):
    _, asked = search
    shown.read(SEVEN)
    shown.part("fool", QPushButton).click()
    if way == "cancel":
        shown.part("cancel", QPushButton).click()
    elif way == "hide":
        shown.view.hide()
    else:
        shown.read(FOUR)
    shown.qtbot.waitUntil(lambda: "broken off" in asked)
    assert shown.part("progress").isHidden()
    assert shown.part("fool").isEnabled()


def test_the_changed_drawing_is_asked_for_as_it_is_shown(shown):
    shown.read(SEVEN)
    shown.part("slider", QSlider).setValue(0)
    shown.part("put", QPushButton).click()
    turned = shown.requested[0]
    assert len(turned.strokes) == len(SEVEN.strokes)
    shown.change("noise")
    shown.part("slider", QSlider).setValue(10)
    shown.part("put", QPushButton).click()
    assert shown.requested[1].picture is not None


def test_pictures_can_be_changed_too(shown):
    shown.read(Ink(picture=Picture.of_image(render(SEVEN))))
    assert shown.said.startswith("Unchanged: 7, ")


def test_the_selected_digit_of_a_number_is_changed_alone(shown, search):
    let, asked = search
    shown.read(SEVEN)
    seven = shown.live.latest.prediction
    both = Ink((*FOUR.strokes, *SEVEN.strokes))
    places = range(len(FOUR.strokes)), range(len(FOUR.strokes), len(both.strokes))
    digits = tuple(
        ReadDigit((0, 0, 1, 1), digit, seven.probabilities, seven.network_input, tuple(strokes))
        for digit, strokes in zip((4, 7), places, strict=True)
    )
    number = replace(seven, revision=2, digit=None, digits=digits, selected=1)
    shown.live.latest = replace(shown.live.latest, generation=2, prediction=number, ink=both)
    shown.live.answered.emit(shown.live.latest)
    shown.qtbot.waitUntil(lambda: 2 in shown.painted)
    assert shown.said.startswith("Unchanged: 7, ")
    shown.change("slant")
    shown.part("fool", QPushButton).click()
    let.set()
    shown.qtbot.waitUntil(lambda: bool(shown.part("found", QLabel).text()))
    assert [ink.strokes for ink in asked] == [SEVEN.strokes]


def test_the_first_result_is_waited_for_without_asking_for_a_drawing(qtbot, reader):
    live, worker = Readings(reader), Worker()
    for words in ("Nothing has been read yet.", "Reading…"):
        view = StressView(live, worker, worker)
        qtbot.addWidget(view)
        assert view.findChild(QWidget, "stress_figure").accessibleDescription() == words
        live.read(SEVEN)
    worker.stop()


def test_a_rejected_drawing_has_no_answer_to_change(shown):
    scribble = Ink((Stroke.of([(200 + 600 * (k % 2), 150 + 35 * k) for k in range(20)]),))
    shown.read(scribble)
    assert shown.live.latest.prediction.reason == REJECTED
    assert shown.said.startswith("Unchanged: rejected as no digit. The drawing is rejected")
    assert not shown.part("fool").isEnabled()
    assert "rejected" in shown.part("fool").toolTip()
    shown.read(SEVEN)
    assert shown.part("fool").isEnabled()


def test_an_empty_pad_has_nothing_to_change(shown):
    shown.read(SEVEN)
    shown.read(Ink())
    assert shown.said == "Draw a digit on the pad."
    assert not shown.part("fool").isEnabled()
