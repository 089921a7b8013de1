"""Numbers in strokes and pictures, and what is none."""

import numpy as np
import pytest
from PIL import Image

from digitpad.domain.prediction import EMPTY, NUMBER, REJECTED
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.opening import from_picture
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Stroke
from digitpad.reading.load import open_reader
from digitpad.reading.numbers.read import NumberReader
from digitpad.storage.io import shipped
from tests.digit_styles import digits_by_style, numbers_by_style, outliers_by_style, strangers_by_style
from tests.hand_drawn import drawn
from tests.number_strings import number_ink, on_pad

NUMBERS = numbers_by_style()


@pytest.fixture(scope="module")
def reader():
    return NumberReader(open_reader())


def beside(*texts, gap=0.3):
    """Digits of `drawn` side by side."""
    return number_ink([drawn(int(sign)) for sign in "".join(texts)], (gap, gap), np.random.default_rng(0))


@pytest.mark.parametrize("style", sorted(NUMBERS))
def test_numbers_drawn_by_hand_are_read(reader, style):
    drawings = NUMBERS[style]
    right = [drawing.name for drawing in drawings if reader.predict(fitted(drawing.ink)).text == drawing.number]
    assert len(right) >= (0.6 if style == "connected" else 0.95) * len(drawings)


def test_there_are_a_hundred_numbers_drawn_by_hand():
    assert sum(map(len, NUMBERS.values())) >= 100


def test_a_number_has_its_digits_with_boxes_and_probabilities_from_left_to_right(reader):
    ink = beside("2074")
    said = reader.predict(ink, 9)
    assert (said.text, said.digit, said.reason, said.revision) == ("2074", None, NUMBER, 9)
    assert [digit.digit for digit in said.digits] == [2, 0, 7, 4]
    lefts = [digit.box[0] for digit in said.digits]
    assert lefts == sorted(lefts)
    for digit in said.digits:
        assert digit.box == Ink(tuple(ink.strokes[i] for i in digit.strokes)).bounds
        assert sum(digit.probabilities) == pytest.approx(1)
        assert np.argmax(digit.probabilities) == digit.digit
        assert digit.network_input.shape == (28, 28)
    assert sorted(i for digit in said.digits for i in digit.strokes) == list(range(len(ink.strokes)))
    assert said.confidence == pytest.approx(np.prod([max(digit.probabilities) for digit in said.digits]))


def test_bars_follow_the_digit_that_was_drawn_last(reader):
    ink = beside("38")
    said = reader.predict(Ink(ink.strokes[::-1]))
    assert said.text == "38"
    assert np.argmax(said.probabilities) == 3
    assert said.network_input is said.digits[0].network_input


def test_order_of_writing_does_not_matter(reader):
    ink = beside("457")
    assert reader.predict(Ink(ink.strokes[::-1])).text == "457"


def test_single_digits_stay_single(reader):
    drawings = [it for styles in (digits_by_style(), strangers_by_style()) for own in styles.values() for it in own]
    split = [it.name for it in drawings if len(reader.predict(fitted(it.ink)).text) > 1]
    assert split == []


def test_a_single_digit_is_read_as_without_numbers(reader):
    for digit in range(10):
        said, alone = reader.predict(drawn(digit), 3), reader.reader.predict(drawn(digit), 3)
        assert (said.digit, said.text, said.reason) == (alone.digit, alone.text, alone.reason)
        assert (said.probabilities, said.digits) == (alone.probabilities, ())


def test_what_is_no_digit_is_no_number(reader):
    outliers = [it for style, own in outliers_by_style().items() if not style.startswith("pair") for it in own]
    taken = [it.name for it in outliers if len(reader.predict(fitted(it.ink)).text) > 1]
    assert len(taken) <= 0.02 * len(outliers), taken


def test_a_letter_among_digits_is_not_read(reader):
    letter = outliers_by_style()["letter-capital-k"][0].ink
    ink = number_ink([drawn(2), letter, drawn(7)], (0.3, 0.3), np.random.default_rng(0))
    said = reader.predict(ink)
    assert (said.text, said.digit, said.reason) == ("", None, REJECTED)


def test_an_empty_pad_is_empty(reader):
    assert reader.predict(Ink()).reason == EMPTY


def test_a_stroke_that_grows_is_read_as_if_it_were_new(reader):
    ink = beside("951")
    *before, last = ink.strokes
    for count in (2, len(last.points) // 2, len(last.points)):
        now = Ink((*before, Stroke(last.points[:count], last.width)))
        assert reader.predict(now).text == NumberReader(reader.reader).predict(now).text
    assert reader.predict(ink).text == "951"


def test_two_digits_without_lifting_the_pen(reader):
    ink = beside("26", gap=0.25)
    joined = on_pad([np.concatenate([stroke.points[:, :2] for stroke in ink.strokes])])
    assert len(joined.strokes) == 1
    assert reader.predict(joined).text == "26"
    assert reader.predict(joined, cuts=False).reason == REJECTED


@pytest.mark.parametrize("name", ["fast", "best"])
def test_networks_that_cannot_reject_read_numbers_too(name):
    reader = NumberReader(open_reader(shipped("checkpoints") / f"{name}.safetensors"))
    assert reader.predict(beside("26", gap=0.5)).text == "26"
    assert [reader.predict(drawn(digit)).digits for digit in range(10)] == [()] * 10


def test_very_many_strokes_are_no_number(reader):
    points = np.random.default_rng(0).uniform(0, 1000, (300, 3, 2))
    assert reader.predict(Ink(tuple(map(Stroke.of, points)))).reason == REJECTED


def page(images, gap):
    """MNIST's digits side by side: uint8 (36, w), 255 is ink."""
    parts = []
    for image in images:
        columns = np.flatnonzero(image.any(axis=0))
        parts += [image[:, columns[0] : columns[-1] + 1], np.zeros((28, gap), np.uint8)]
    return np.pad(np.concatenate(parts, axis=1), 4)


def test_digits_side_by_side_in_a_picture(reader):
    image = page([render(drawn(digit)) for digit in (3, 0, 5)], 3)
    for pixels in (image, 255 - image):
        said = reader.predict(from_picture(Image.fromarray(pixels)))
        assert (said.text, said.reason) == ("305", NUMBER)
        lefts, tops = [digit.box[0] for digit in said.digits], [digit.box[1] for digit in said.digits]
        assert lefts == sorted(lefts)
        assert all(0 < left < 1000 for left in lefts)
        assert all(300 < top < 350 for top in tops)


def test_digits_that_touch_in_a_picture(reader):
    left, right = (render(drawn(digit)) for digit in (3, 6))
    left, right = (image[:, np.flatnonzero(image.any(axis=0))] for image in (left, right))
    image = np.pad(np.concatenate([left[:, :-1], np.maximum(left[:, -1:], right[:, :1]), right[:, 1:]], axis=1), 6)
    assert reader.predict(from_picture(Image.fromarray(image))).text == "36"
