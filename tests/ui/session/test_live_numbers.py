"""Numbers while they are written: nothing flickers, a digit can be selected and corrected."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from digitpad.domain.prediction import NUMBER, REJECTED, Prediction
from digitpad.ink.formats.opening import from_picture
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Stroke
from digitpad.reading.load import open_reader
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.worker import Worker
from tests.hand_drawn import drawn
from tests.number_strings import number_ink, on_pad
from tests.ui.networks import opened_network


@pytest.fixture(scope="module")
def shipped():
    return open_reader()


@pytest.fixture
def live(qapp, qtbot, shipped):
    worker = Worker()
    yield LiveReader(opened_network(qtbot, worker, lambda *_: shipped), worker)
    worker.stop()


@pytest.fixture
def read(qtbot, live):
    """Reads some ink, and returns what is shown of it."""
    revisions = iter(range(1, 10_000))

    def said(ink, grew=False):
        with qtbot.waitSignal(live.answered):
            live.read(next(revisions), ink, grew)
        return live.latest.prediction

    return said


@pytest.fixture
def settled(qtbot, live):
    """Lifts the pen, and returns what is shown then."""

    def said():
        before = live.latest.prediction
        if before.waits or before.reason == REJECTED:
            with qtbot.waitSignal(live.answered):
                live.settle()
        else:
            live.settle()
        return live.latest.prediction

    return said


def beside(text, gap=0.3):
    return number_ink([drawn(int(sign)) for sign in text], (gap, gap), np.random.default_rng(0))


def growing(ink):
    """The same ink point by point of its last stroke."""
    *before, last = ink.strokes
    return [Ink((*before, Stroke(last.points[:count], last.width))) for count in range(1, len(last.points) + 1)]


def test_a_number_stands_while_its_next_digit_is_drawn(read, settled):
    ink = beside("3086")
    assert read(Ink(ink.strokes[:-1])).text == "308"
    texts = [read(state, grew=True).text for state in growing(ink)]
    assert all(text.startswith("308") for text in texts)
    assert settled().text == "3086"


def test_a_single_digit_stands_while_the_next_one_is_begun(read, settled):
    ink = beside("36")
    assert read(Ink(ink.strokes[:1])).text == "3"
    assert all(read(state, grew=True).text.startswith("3") for state in growing(ink))
    assert settled().text == "36"


def test_a_four_in_two_strokes_never_becomes_a_number(read, settled):
    ink = drawn(4)
    read(Ink(ink.strokes[:1]))
    assert all(len(read(state, grew=True).text) < 2 for state in growing(ink))
    assert settled().text == "4"


def test_while_a_digit_is_begun_bars_and_views_are_about_its_stroke(live, read):
    ink = beside("308")
    read(Ink(ink.strokes[:-1]))
    said = read(growing(ink)[3], grew=True)
    assert (said.text, said.waits, said.selected, said.best) == ("30", True, None, None)
    assert live.latest.digit_ink.strokes == live.latest.ink.strokes[-1:]


def test_two_digits_in_one_stroke_are_told_apart_when_the_pen_is_lifted(live, read, settled):
    ink = beside("26", gap=0.25)
    joined = on_pad([np.concatenate([stroke.points[:, :2] for stroke in ink.strokes])])
    assert read(joined, grew=True).text == ""
    assert settled().text == "26"
    assert render(live.latest.digit_ink) is live.latest.prediction.network_input  # of the six, not of the stroke


def test_bars_and_views_follow_the_selected_digit_until_the_ink_changes(live, read):
    ink = beside("308")
    assert read(ink).selected == 2
    live.select_digit(0)
    said = live.latest.prediction
    assert (said.text, said.selected, said.best, int(np.argmax(said.probabilities))) == ("308", 0, 3, 3)
    assert said.network_input is said.digits[0].network_input
    assert live.latest.digit_ink.strokes == ink.strokes[:1]
    assert read(ink).selected == 2


def test_of_a_number_in_a_picture_views_follow_the_selected_digit_alone(live, read):
    digits = [np.pad(render(drawn(digit))[4:-4, 4:-4], 2) for digit in (3, 0, 8)]
    page = 255 - np.concatenate(digits, axis=1).repeat(5, 0).repeat(5, 1)
    ink = from_picture(Image.fromarray(page))
    assert read(ink).text == "308"
    for place in (2, 1):
        live.select_digit(place)
        digit, part = live.latest.prediction.digits[place], live.latest.digit_ink.picture
        assert part.network_input is digit.network_input
        assert part.pixels.shape[1] < 24 * 5
        assert (part.pixels[..., 0] < 128).sum() == 5**2 * (digits[place] > 127).sum()
    live.select_digit(0)
    assert live.latest.digit_ink.picture.network_input is live.latest.prediction.digits[0].network_input


def test_a_corrected_digit_stays_corrected_while_its_strokes_stay(live, read):
    ink = beside("308")
    read(Ink(ink.strokes[:2]))
    live.correct_digit(0, 8)
    said = live.latest.prediction
    assert (said.text, said.best, said.digits[0].is_corrected) == ("80", 8, True)
    assert read(ink).text == "808"
    assert read(Ink((drawn(3).strokes[0], *ink.strokes[1:]))).text != "808"


def test_single_digits_only(live, read, qtbot):
    ink = beside("308")
    with qtbot.assertNotEmitted(live.answered):
        live.read_numbers(False)
    said = read(ink)
    assert (said.text, said.reason, said.digits) == ("", REJECTED, ())
    with qtbot.waitSignal(live.answered):
        live.read_numbers(True)
    assert (live.latest.prediction.text, live.latest.prediction.reason) == ("308", NUMBER)


def test_all_of_a_drawing_that_is_no_number_belongs_to_its_digit():
    strokes = Stroke.of([(1, 2), (3, 4)]), Stroke.of([(5, 6), (7, 8)])
    prediction = Prediction(1, 4, (0.1,) * 10, np.zeros((28, 28), np.uint8))
    for ink in (Ink(strokes), Ink()):
        assert Reading(1, prediction, 0.0, 0.0, ink, None).digit_ink is ink
