"""Several numbers on a sheet."""

import numpy as np
import pytest
from PIL import Image

from digitpad.ink.fitting import fitted
from digitpad.ink.formats.opening import from_picture
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Stroke
from digitpad.reading.load import open_reader
from digitpad.reading.numbers.read import NumberReader
from digitpad.reading.numbers.sheet import predict_sheet
from tests.digit_styles import numbers_by_style, outliers_by_style
from tests.hand_drawn import drawn
from tests.number_strings import number_ink


@pytest.fixture(scope="module")
def reader():
    return NumberReader(open_reader())


def placed(text, x, y, scale=0.3):
    """A number whose ink begins at a place."""
    ink = number_ink([drawn(int(sign)) for sign in text], (0.2, 0.2), np.random.default_rng(0))
    left, top, _, bottom = ink.bounds
    scale *= 300 / (bottom - top)
    return [Stroke.of((stroke.points[:, :2] - (left, top)) * scale + (x, y)) for stroke in ink.strokes]


def test_numbers_that_stand_apart_are_read_line_by_line(reader):
    ink = Ink((*placed("60", 500, 110), *placed("2074", 50, 500), *placed("318", 50, 100), *placed("9", 800, 520)))
    assert [said.text for said in predict_sheet(reader, ink)] == ["318", "60", "2074", "9"]


def test_one_number_is_one_row(reader):
    for drawings in numbers_by_style().values():
        assert [len(predict_sheet(reader, fitted(it.ink))) for it in drawings] == [1] * len(drawings)


def test_what_is_no_number_is_one_row(reader):
    drawings = [it for own in outliers_by_style().values() for it in own]
    assert [it.name for it in drawings if len(predict_sheet(reader, it.ink)) != 1] == []


def test_a_picture_with_two_lines(reader):
    page = np.zeros((120, 160), np.uint8)
    for row, digits in ((10, (3, 0)), (75, (5, 7, 1))):
        for place, digit in enumerate(digits):
            page[row : row + 28, 10 + 26 * place : 38 + 26 * place] = np.maximum(
                page[row : row + 28, 10 + 26 * place : 38 + 26 * place], render(drawn(digit))
            )
    said = predict_sheet(reader, from_picture(Image.fromarray(page)))
    assert [each.text for each in said] == ["30", "571"]


def test_empty_ink_is_one_row(reader):
    assert [said.reason for said in predict_sheet(reader, Ink())] == ["empty"]
