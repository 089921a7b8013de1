"""The same drawing read by several networks."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.domain.prediction import Prediction
from digitpad.ink.raster.render import render
from digitpad.reading.inspect.compare import Group, groups, read_by_each
from digitpad.reading.load import open_reader
from digitpad.storage.io import shipped
from tests.hand_drawn import drawn


def answer(digit):
    return Prediction(0, digit, (0.1,) * 10, np.zeros((28, 28), np.uint8))


def test_each_network_says_what_it_says_alone():
    readers = [open_reader(shipped("checkpoints", f"{name}.safetensors")) for name in ("pen", "fast")]
    ink = drawn(7)
    for rate in (None, 0.01):
        for reader, found in zip(readers, read_by_each(ink, render(ink), readers, rate), strict=True):
            alone = reader.predict(ink, 0, rate)
            assert (found.digit, found.probabilities, found.reason) == (alone.digit, alone.probabilities, alone.reason)


@pytest.mark.parametrize(
    ("digits", "found"),
    [
        ([4, 4], [Group(4, (0, 1))]),
        ([9, 4, 4], [Group(4, (1, 2)), Group(9, (0,))]),
        ([9, 4], [Group(9, (0,)), Group(4, (1,))]),
        ([None, 1, None], [Group(None, (0, 2)), Group(1, (1,))]),
        ([], []),
    ],
)
def test_who_agrees_with_whom(digits, found):
    assert list(groups([answer(digit) for digit in digits])) == found
