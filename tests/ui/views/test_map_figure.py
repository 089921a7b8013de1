"""The map as a picture: marks at their places, zoom, pan and the keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.digit_colours import digit_colour
from digitpad.ui.common.exports import to_image, to_svg
from digitpad.ui.common.theme import DARK, LIGHT
from digitpad.ui.views.map.figure import MapFigure
from digitpad.ui.views.map.marks import Callout
from digitpad.ui.views.map.neighbours import NeighbourList

ANGLES = np.arange(CLASSES) * 2 * np.pi / CLASSES
RING = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1).astype(np.float32)
NONE = np.zeros(CLASSES, bool)


@pytest.fixture
def figure(qtbot, wear, monkeypatch):
    wear("light")
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "1")
    made = MapFigure()
    qtbot.addWidget(made)
    made.resize(424, 424)
    made.show()
    made.show_points(RING, np.arange(CLASSES), NONE)
    made.marked = []
    made.hovered.connect(made.marked.append)
    return made


def at(x, y, zoom=1.0):
    """Where a place of the map is in the figure, as long as it is not moved: its unit is 200 pixels."""
    return QPoint(round(212 + 200 * zoom * x), round(212 - 200 * zoom * y))


def has(picture, colour, place, reach=8):
    """Whether a colour is seen near a place."""
    ratio = picture.devicePixelRatio()
    colours = {
        picture.pixelColor(round(ratio * (place.x() + x)), round(ratio * (place.y() + y))).name().upper()
        for x in range(-reach, reach)
        for y in range(-reach, reach)
        if picture.rect().contains(round(ratio * (place.x() + x)), round(ratio * (place.y() + y)))
    }
    return colour.upper() in colours


def seen(figure):
    return figure.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_lie_at_their_places_in_their_digits_colours(figure, wear, theme):
    wear("dark" if theme.is_dark else "light")
    picture = seen(figure)
    for digit in range(CLASSES):
        assert has(picture, digit_colour(digit, theme), at(*RING[digit])), digit
    assert has(picture, theme.surface, at(0, 0), 2)


def test_what_is_read_wrong_has_a_rim(figure):
    assert not has(seen(figure), LIGHT.text, at(*RING[3]))
    figure.show_points(RING, np.arange(CLASSES), np.arange(CLASSES) == 3)
    assert has(seen(figure), LIGHT.text, at(*RING[3]))


def test_the_drawing_and_its_neighbours_are_marked(figure):
    figure.show_drawing((0.0, 0.0), [0])
    picture = seen(figure)
    assert has(picture, LIGHT.accent, at(0, 0), 3)
    assert has(picture, LIGHT.accent, at(0.5, 0), 3)  # the line to it
    figure.show_drawing(None, ())
    assert not has(seen(figure), LIGHT.accent, at(0, 0), 3)


def test_what_is_said_while_there_are_no_marks_can_change(figure):
    figure.show_points(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), np.zeros(0, bool))
    figure.show_invitation("Reading the images…")
    reading = seen(figure)
    figure.show_invitation("t-SNE")
    assert seen(figure) != reading


def test_the_pointer_finds_the_mark_under_it(figure):
    QTest.mouseMove(figure, at(*RING[4]))
    QTest.mouseMove(figure, at(0, 0))
    assert figure.marked == [4, None]


def wheel(figure, place, turns):
    away = QPoint(0, 120 * turns)
    kinds = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(place), QPointF(figure.mapToGlobal(place)), QPoint(), away, *kinds, False)
    QApplication.sendEvent(figure, event)


def test_the_wheel_zooms_about_the_pointer_and_dragging_moves(figure):
    wheel(figure, at(*RING[0]), 4)
    QTest.mouseMove(figure, at(*RING[0]))
    assert figure.marked[-1] == 0  # it stayed where it was
    QTest.mouseMove(figure, at(*RING[1]))
    assert figure.marked[-1] is None  # which is elsewhere now
    QTest.mousePress(figure, Qt.MouseButton.LeftButton, pos=at(*RING[0]))
    QTest.mouseMove(figure, at(0.2, 0.1))
    QTest.mouseRelease(figure, Qt.MouseButton.LeftButton, pos=at(0.2, 0.1))
    assert figure.marked[-1] == 0
    QTest.mouseDClick(figure, Qt.MouseButton.LeftButton, pos=at(0, 0))
    QTest.mouseMove(figure, at(*RING[1]))
    assert figure.marked[-1] == 1


def test_the_keyboard_zooms_moves_and_shows_all(figure):
    QTest.keyClick(figure, Qt.Key.Key_Plus)
    assert has(seen(figure), digit_colour(0, LIGHT), at(1, 0, 1.5) - QPoint(100, 0), 30) is False
    for _ in range(4):
        QTest.keyClick(figure, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.mouseMove(figure, at(1 - 4 * 0.2, 0, 1.5))
    assert figure.marked[-1] == 0
    QTest.keyClick(figure, Qt.Key.Key_0)
    QTest.mouseMove(figure, at(*RING[2]))
    assert figure.marked[-1] == 2


def test_arrow_keys_go_from_mark_to_mark(figure):
    figure.show_drawing((0.9, 0.1), [])
    ways = [("Right", 0), ("Up", 1), ("Left", 2), ("Right", 1), ("Right", 1), ("Down", 0), ("Escape", None)]
    for key, then in ways:
        QTest.keyClick(figure, Qt.Key[f"Key_{key}"])
        assert figure.marked[-1] == then, key
        figure.mark(then, None)


def test_a_marked_image_is_shown_beside_its_mark(figure):
    picture = QImage(28, 28, QImage.Format.Format_RGB32)
    picture.fill(QColor("#FF00FF"))
    figure.mark(5, Callout(picture, ["Image 6", "is a 5"]))
    assert has(seen(figure), "#FF00FF", at(*RING[5]) + QPoint(50, 0), 20)


def test_a_picture_of_it_is_sharp_and_an_svg_has_text(figure):
    picture = to_image(figure.picture())
    assert has(picture, digit_colour(6, LIGHT), at(*RING[6]))
    assert to_svg(figure.picture()).count(b"<text") >= CLASSES


def test_marks_glide_where_motion_is_not_reduced(figure, monkeypatch, qtbot):
    monkeypatch.setenv("DIGITPAD_REDUCED_MOTION", "0")
    figure.show_points(RING[::-1].copy(), np.arange(CLASSES), NONE)
    assert has(seen(figure), digit_colour(0, LIGHT), at(*RING[0]))
    qtbot.waitUntil(lambda: has(seen(figure), digit_colour(0, LIGHT), at(*RING[9])))


def test_nothing_to_show_says_what_comes(figure):
    figure.show_points(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), np.zeros(0, bool))
    figure.show_invitation("Soon")
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_0):
        QTest.keyClick(figure, key)
    QTest.mouseMove(figure, at(0.3, 0))
    assert figure.marked == [None]
    figure.grab()


def test_the_list_says_which_image_is_looked_at(qtbot):
    nearest, heard = NeighbourList(), []
    qtbot.addWidget(nearest)
    nearest.show()
    nearest.hovered.connect(heard.append)
    picture = QImage(28, 28, QImage.Format.Format_RGB32)
    picture.fill(0)
    nearest.show_images([31, 7], [picture] * 2, ["4", "9, read as 4"])
    for row in (1, 0):
        nearest.setCurrentRow(row)
    assert heard == [7, 31]
    nearest.show_images([12], [picture], ["4"])
    nearest.setCurrentRow(0)
    assert [nearest.item(row).text() for row in range(nearest.count())] == ["4"]


def test_neighbours_wear_the_theme(qtbot, wear):
    wear("light")
    nearest = NeighbourList()
    qtbot.addWidget(nearest)
    nearest.show()
    for theme, colour in (("light", "#FF00FF"), ("dark", "#00FF00")):
        wear(theme)
        picture = QImage(28, 28, QImage.Format.Format_RGB32)
        picture.fill(QColor(colour))
        nearest.show_images([31], [picture], ["4"])
        assert nearest.item(0).icon().pixmap(28, 28).toImage().pixelColor(14, 14) == QColor(colour)
