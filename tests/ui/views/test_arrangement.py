"""Where the maps stand, and which of them is at a place."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.reading.inspect.layers import Layer
from digitpad.ui.views.layers.arrangement import arrange

CONV = Layer("0", "conv", 0, (8, 26, 26), weight=np.ones((8, 1, 3, 3), np.float32), numbers=(3, 1, 0))
RELU = Layer("1", "relu", 0, (8, 26, 26), source="0")
LINEAR = Layer("2", "linear", 0, (10,), source="1", weight=np.ones((10, 8 * 26 * 26), np.float32))


@pytest.fixture
def arranged():
    return arrange((CONV, RELU, LINEAR), 300, 1.0)


def test_columns_stand_in_order_with_a_wider_gap_before_a_module(arranged):
    names = [(column.name, column.is_filters) for column in arranged.columns]
    assert names == [("", False), ("0", True), ("0", False), ("1", False), ("2", False)]
    ends = [column.x + column.width for column in arranged.columns]
    gaps = [column.x - end for column, end in zip(arranged.columns[1:], ends, strict=False)]
    assert gaps[0] > gaps[2]
    assert gaps[3] > gaps[2]
    assert arranged.width == ends[-1]
    assert arranged.height == 300


def test_what_is_at_a_corner_is_its_map(arranged):
    for column in arranged.columns[2:]:
        for number in range(column.count):
            x, y = column.corner(number)
            assert arranged.at(x, y) == (column, number, 0, 0)
            wide, high = column.cell
            assert arranged.at(x + wide - 1, y + high - 1)[1:] == (number, column.shape[0] - 1, column.shape[1] - 1)
            assert arranged.at(x + wide, y) is None
    assert arranged.at(0, 0) is None


def test_maps_are_composed_where_they_stand(arranged):
    column = arranged.columns[2]
    maps = np.arange(8, dtype=np.uint8)[:, None, None] + np.full((8, 26, 26), 100, np.uint8)
    picture = column.composed(maps)
    for number in range(8):
        x, y = column.corner(number)
        assert picture[y - column.y, x - column.x] == 100 + number


def test_what_has_no_room_stands_in_more_columns():
    layer = Layer("0", "conv", 0, (64, 10, 10))
    high, low = (arrange((layer,), height, 1.0).find("0") for height in (900, 200))
    assert high.rows > low.rows
    assert low.width > high.width
