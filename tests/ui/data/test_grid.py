"""The grid: crisp images, whole rows, a selection by mouse and keyboard, and only as many images as it needs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from digitpad.domain.data_info import ImagePage
from digitpad.ui.common.pixels import SIDE, ink_colours
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.data.grid import DigitGrid

MANY = 5000


def page(first: int, count: int, matches: int = MANY) -> ImagePage:
    """Images whose grey and label tell their number."""
    numbers = np.arange(first, min(first + count, matches))
    pixels = np.broadcast_to((numbers % 256)[:, None, None], (len(numbers), SIDE, SIDE)).astype(np.uint8)
    return ImagePage(pixels, numbers % 10, matches, (0,) * 10, np.zeros((10, SIDE, SIDE), np.uint8))


@pytest.fixture
def grid(qtbot):
    """Shows nothing yet, and gets each page as soon as it asks for it."""
    widget = DigitGrid()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.page_requested.connect(lambda first, count: widget.show_page(first, page(first, count), anew=False))
    widget.show()
    return widget


def start(grid: DigitGrid, matches: int = MANY) -> None:
    grid.show_page(0, page(0, 2 * grid.capacity, matches), anew=True)


def columns(grid: DigitGrid) -> int:
    """How many images are in a row: so many more are shown after the wheel's least step."""
    return grid.capacity // grid.verticalScrollBar().pageStep()


def painted(widget: QWidget, scale: float = 1.0) -> np.ndarray:
    """The widget's viewport in device pixels, uint32 0xAARRGGBB."""
    image = QImage(round(widget.width() * scale), round(widget.height() * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(LIGHT.window))
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


@pytest.mark.parametrize(("scale", "times"), [(1.0, 2), (1.25, 2), (1.5, 3), (2.0, 4)])
def test_an_image_is_painted_in_whole_multiples(grid, monkeypatch, scale, times):
    monkeypatch.setattr(grid.viewport(), "devicePixelRatioF", lambda: scale)
    noise = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE)).astype(np.uint8)
    grid.show_page(0, ImagePage(noise, np.zeros(1, np.int64), 1, (1,) + (0,) * 9, noise.repeat(10, 0)), anew=True)
    wanted = ink_colours(LIGHT)[noise[0]].repeat(times, 0).repeat(times, 1)

    inset = round(4 * scale) // 2
    got = painted(grid.viewport(), scale)[inset:, inset:][: len(wanted), : len(wanted)]
    corner = round(20 * scale)  # the label lies over the top left
    assert (got[corner:] == wanted[corner:]).all()
    assert (got[:, corner:] == wanted[:, corner:]).all()
    assert (got != wanted).any(), "no label"


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_ink_stands_out_from_paper_as_the_theme_has_it(theme):
    colours = ink_colours(theme)
    assert colours[0] == QColor(theme.surface).rgb()
    assert colours[255] == QColor(theme.text).rgb()
    light = [QColor.fromRgb(int(colour)).lightness() for colour in colours]
    assert light == sorted(light, reverse=not theme.is_dark)


def test_says_what_it_shows(grid):
    start(grid)
    assert grid.accessibleDescription() == f"Images 1 to {grid.capacity} of 5,000"
    grid.clear("Reading the images…")
    assert grid.accessibleDescription() == "Reading the images…"
    start(grid, matches=0)
    assert grid.accessibleDescription() == "There are no such images."


def test_pages_turn_by_key_and_wheel_without_a_gap(grid):
    start(grid)
    grid.setFocus()
    seen = [grid.shown]
    for _ in range(3):
        QTest.keyClick(grid, Qt.Key.Key_PageDown)
        seen.append(grid.shown)
    assert [number for page in seen for number in page] == list(range(4 * grid.capacity))
    QTest.keyClick(grid, Qt.Key.Key_PageUp)
    assert grid.shown == seen[2]
    QTest.wheelEvent(grid.windowHandle(), QPoint(20, 20), QPoint(0, -120))
    assert grid.shown.start > seen[2].start


@given(
    turns=st.lists(st.integers(0, 700), min_size=1, max_size=8),
    size=st.tuples(st.integers(40, 900), st.integers(40, 700)),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_shown_is_always_there(grid, turns, size):
    """Wherever a person scrolls and however large the window is, the images asked for cover those shown."""
    grid.resize(*size)
    held = [(0, 2 * grid.capacity)]
    grid.page_requested.connect(lambda *asked: held.append(asked))
    start(grid)
    for row in turns:
        grid.verticalScrollBar().setValue(row)
        shown = grid.shown
        assert shown
        first, count = held[-1]
        assert first <= shown.start
        assert shown.stop <= first + count
        assert count <= 3 * grid.capacity
    grid.resize(400, 300)


def test_the_last_row_can_be_reached(grid):
    start(grid)
    QTest.keyClick(grid, Qt.Key.Key_End)
    assert grid.shown[-1] == MANY - 1
    assert grid.accessibleDescription().endswith("Image 5,000 selected, label 9")


def test_a_click_selects(grid, qtbot):
    start(grid)
    with qtbot.waitSignal(grid.selected) as reported:
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60 * 2 + 30, 60 + 30))
    number = columns(grid) + 2
    assert reported.args[1] == number % 10
    assert (reported.args[0] == number).all()
    assert grid.accessibleDescription().endswith(f"Image {number + 1} selected, label {number % 10}")
    assert (painted(grid.viewport()) == QColor(LIGHT.accent).rgb()).any(), "no frame"


def test_a_click_beside_the_images_selects_nothing(grid, qtbot):
    start(grid, matches=2)
    with qtbot.assertNotEmitted(grid.selected):
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(150, 30))
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 250))


def test_arrows_move_the_selection_and_the_view(grid):
    start(grid)
    numbers = []
    grid.selected.connect(lambda pixels, _label: numbers.append(int(pixels[0, 0])))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(grid, key)
    across = columns(grid)
    assert numbers == [0, 1, 1 + across, across, 0], "up from the first row leads nowhere"
    rows = grid.capacity // across
    for _ in range(rows):
        QTest.keyClick(grid, Qt.Key.Key_Down)
    assert numbers[-1] == rows * across
    assert grid.shown.start == across


def test_a_selection_is_reported_once_its_image_is_there(qtbot):
    grid = DigitGrid()
    qtbot.addWidget(grid)
    grid.resize(400, 300)
    start(grid)
    reported = []
    grid.selected.connect(lambda _pixels, label: reported.append(label))
    with qtbot.waitSignal(grid.page_requested) as asked:
        grid.select(MANY - 3)
    assert reported == []
    assert painted(grid.viewport()).any()  # blank paper
    first, count = asked.args
    grid.show_page(first, page(first, count), anew=False)
    assert reported == [7]


def test_a_larger_window_keeps_its_place(grid):
    start(grid)
    grid.verticalScrollBar().setValue(100)
    first = grid.shown.start
    grid.resize(640, 500)
    assert first in grid.shown
    assert grid.shown.start > first - columns(grid)


def test_where_many_would_fit_images_are_larger(grid):
    start(grid)
    for size, side in (((1000, 700), 2 * SIDE), ((1600, 1200), 3 * SIDE)):
        grid.resize(*size)
        assert columns(grid) == grid.viewport().width() // (side + 4)
    assert grid.capacity >= 200


@pytest.mark.parametrize("way", ["double click", "Enter", "menu"])
def test_the_selected_image_is_picked(qtbot, grid, way):
    start(grid)
    place = QPoint(60 * 3 + 30, 30)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(grid.picked) as picked:
        if way == "double click":
            QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
        elif way == "Enter":
            QTest.keyClick(grid, Qt.Key.Key_Return)
        else:
            next(action for action in grid.actions() if action.text() == "Put on the pad").trigger()
    assert np.array_equal(picked.args[0], page(3, 1).pixels[0])


def test_nothing_is_picked_where_nothing_is_selected_or_there(qtbot, grid):
    picked = []
    grid.picked.connect(picked.append)
    start(grid, matches=3)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert picked == []
    assert not grid.pick.isEnabled()
