"""Which pointer draws, and what its steps say."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest

from digitpad.ink.strokes import MOUSE_PRESSURE, PRESSURE, TIME
from digitpad.ui.pad.pointer import Pointer, PointerPhase
from tests.ui.pad.events import LEFT, MOVE, NONE, PRESS, RELEASE, RIGHT, draw, mouse, stylus, tablet, touch, units


def places(canvas):
    """Where the strokes go, in the widget's coordinates."""
    return [(stroke.points[:, :2] * canvas.width() / 1000).round(6).tolist() for stroke in canvas.ink.strokes]


def test_a_palm_is_ignored_while_the_stylus_draws(canvas, pens, finger):
    palm = touch(canvas, finger, 3)
    tablet(canvas, pens[0], PRESS, 100, 100)
    palm(canvas, PRESS, 400, 400)
    tablet(canvas, pens[0], MOVE, 200, 100)
    palm(canvas, MOVE, 410, 420)
    tablet(canvas, pens[0], MOVE, 300, 100)
    palm(canvas, RELEASE, 410, 420)
    tablet(canvas, pens[0], RELEASE, 300, 120)
    assert places(canvas) == [[[100, 100], [200, 100], [300, 100], [300, 120]]]


def test_the_mouse_is_ignored_while_a_finger_draws(canvas, finger):
    send = touch(canvas, finger)
    send(canvas, PRESS, 100, 100)
    draw(canvas, [(300, 300), (400, 400)])
    send(canvas, MOVE, 200, 100)
    send(canvas, RELEASE, 200, 100)
    assert places(canvas) == [[[100, 100], [200, 100]]]


def test_a_finger_is_ignored_while_the_mouse_draws(canvas, finger):
    mouse(canvas, PRESS, 100, 100)
    draw(canvas, [(300, 300), (400, 400)], touch(canvas, finger))
    mouse(canvas, MOVE, 200, 100)
    mouse(canvas, RELEASE, 200, 100)
    assert places(canvas) == [[[100, 100], [200, 100]]]


def test_a_finger_of_any_number_draws(canvas, finger):
    draw(canvas, [(100, 100), (200, 150), (300, 100)], touch(canvas, finger, 7))
    assert places(canvas) == [[[100, 100], [200, 150], [300, 100]]]
    assert (canvas.ink.strokes[0].points[:, PRESSURE] == MOUSE_PRESSURE).all()


def test_a_second_finger_neither_draws_nor_ends_the_stroke(canvas, finger):
    QTest.touchEvent(canvas, finger).press(4, QPoint(100, 100), canvas).commit()
    QTest.touchEvent(canvas, finger).stationary(4).press(2, QPoint(300, 300), canvas).commit()
    QTest.touchEvent(canvas, finger).stationary(4).move(2, QPoint(320, 300), canvas).commit()
    QTest.touchEvent(canvas, finger).stationary(4).release(2, QPoint(310, 300), canvas).commit()
    QTest.touchEvent(canvas, finger).move(4, QPoint(100, 200), canvas).commit()
    QTest.touchEvent(canvas, finger).release(4, QPoint(100, 250), canvas).commit()
    assert places(canvas) == [[[100, 100], [100, 200], [100, 250]]]


@pytest.mark.parametrize("device", ["mouse", "stylus"])
def test_a_button_released_elsewhere_ends_the_stroke_where_it_was(canvas, pens, device):
    send = mouse if device == "mouse" else stylus(pens[0])
    send(canvas, PRESS, 100, 100)
    send(canvas, MOVE, 200, 100)
    for x in (300, 350):
        if device == "mouse":
            mouse(canvas, MOVE, x, 300, held=NONE)
        else:
            tablet(canvas, pens[0], MOVE, x, 300, held=NONE)
    assert places(canvas) == [[[100, 100], [200, 100]]]
    assert canvas.can_undo
    send(canvas, RELEASE, 400, 400)
    draw(canvas, [(50, 50), (60, 60)], send)
    assert places(canvas)[1:] == [[[50, 50], [60, 60]]]


@pytest.mark.parametrize("device", ["mouse", "stylus"])
def test_another_button_changes_nothing_in_mid_stroke(canvas, pens, device):
    def send(kind, x, y, **more):
        mouse(canvas, kind, x, y, **more) if device == "mouse" else tablet(canvas, pens[0], kind, x, y, **more)

    send(PRESS, 100, 100)
    send(PRESS, 150, 100, button=RIGHT, held=LEFT | RIGHT)
    send(MOVE, 200, 100, held=LEFT | RIGHT)
    send(RELEASE, 200, 300, button=RIGHT, held=LEFT)
    send(MOVE, 300, 100)
    send(RELEASE, 300, 100)
    assert places(canvas) == [[[100, 100], [200, 100], [300, 100]]]


@pytest.mark.parametrize("device", ["mouse", "stylus"])
def test_moves_without_a_button_draw_nothing(canvas, pens, device):
    def hover(x):
        mouse(canvas, MOVE, x, 300, held=NONE) if device == "mouse" else tablet(
            canvas, pens[0], MOVE, x, 300, 0.0, held=NONE
        )

    hover(50)
    draw(canvas, [(100, 100), (200, 100)], mouse if device == "mouse" else stylus(pens[0]))
    revision = canvas.revision
    for x in (200, 250):
        hover(x)
    assert canvas.revision == revision
    assert places(canvas) == [[[100, 100], [200, 100]]]


@pytest.mark.parametrize("held", [NONE, LEFT])
def test_a_pointer_that_was_not_pressed_here_is_not_followed(qapp, held):
    pointer, place = Pointer(), QPointF(10, 10)
    for kind, button in ((MOVE, NONE), (RELEASE, LEFT)):
        event = QMouseEvent(kind, place, place, button, held, Qt.KeyboardModifier.NoModifier)
        assert pointer.read(event) == []


@pytest.mark.parametrize("device", ["mouse", "stylus"])
def test_points_carry_the_seconds_that_the_device_tells(canvas, pens, device):
    def send(kind, x, at):
        mouse(canvas, kind, x, 100, at=at) if device == "mouse" else tablet(canvas, pens[0], kind, x, 100, time=at)

    for kind, x, at in ((PRESS, 100, 5000), (MOVE, 200, 5250), (RELEASE, 300, 6500)):
        send(kind, x, at)
    send(PRESS, 100, 9000)
    send(RELEASE, 100, 9000)
    first, second = canvas.ink.strokes
    np.testing.assert_allclose(first.points[:, TIME], [0, 0.25, 1.5])
    np.testing.assert_allclose(second.points[:, TIME], [4.0])


def test_a_clock_that_goes_back_does_not_take_time_back(canvas):
    for kind, x, at in ((PRESS, 100, 5000), (MOVE, 200, 5250), (MOVE, 250, 4000), (RELEASE, 300, 5300)):
        mouse(canvas, kind, x, 100, at=at)
    np.testing.assert_allclose(canvas.ink.strokes[0].points[:, TIME], [0, 0.25, 0.25, 0.3])


def test_events_without_a_time_get_the_seconds_of_a_clock(qapp):
    place, before = QPointF(1, 1), time.monotonic()
    event = QMouseEvent(PRESS, place, place, LEFT, LEFT, Qt.KeyboardModifier.NoModifier)
    event.setTimestamp(0)
    (step,) = Pointer().read(event)
    assert before <= step.seconds <= time.monotonic()


def test_a_press_says_what_it_is_and_where(qapp, canvas, pens):
    pointer = Pointer()
    place = QPointF(12.25, 7.5)
    (step,) = pointer.read(QMouseEvent(PRESS, place, place, LEFT, LEFT, Qt.KeyboardModifier.NoModifier))
    assert (step.phase, step.position, step.pressure, step.eraser) == (PointerPhase.PRESS, place, MOUSE_PRESSURE, False)
    (step,) = pointer.read(QMouseEvent(RELEASE, place, place, LEFT, NONE, Qt.KeyboardModifier.NoModifier))
    assert (step.phase, step.position) == (PointerPhase.RELEASE, place)
    assert pointer.read(QEvent(QEvent.Type.Enter)) == []


def test_a_spike_of_pressure_at_touch_down_makes_no_blot(canvas, pens):
    for kind, x, pressure in ((PRESS, 100, 1.0), (MOVE, 110, 0.3), (MOVE, 200, 0.9), (RELEASE, 200, 0.0)):
        tablet(canvas, pens[0], kind, x, 100, pressure)
    np.testing.assert_allclose(canvas.ink.strokes[0].points[:, PRESSURE], [MOUSE_PRESSURE, 0.3, 0.9], atol=1e-3)


def test_a_dab_of_full_pressure_at_the_end_makes_no_blot(canvas, pens):
    steps = ((PRESS, 100, 0.2), (MOVE, 110, 0.3), (MOVE, 110, 1.0), (RELEASE, 112, 1.0))
    for kind, x, pressure in steps:
        tablet(canvas, pens[0], kind, x, 100, pressure)
    np.testing.assert_allclose(canvas.ink.strokes[0].points[:, PRESSURE], [0.2, 0.3, 0.3], atol=1e-3)
    np.testing.assert_allclose(canvas.ink.strokes[0].points[-1, :2], units(canvas, (112, 100)))


def test_the_eraser_end_stays_one_while_it_is_down(canvas, pens):
    draw(canvas, [(50, 250), (450, 250)])
    tablet(canvas, pens[1], PRESS, 100, 100)
    tablet(canvas, pens[1], MOVE, 100, 400)
    tablet(canvas, pens[1], RELEASE, 100, 400)
    left, right = places(canvas)
    assert (left[0], right[-1]) == ([50, 250], [450, 250])
    assert left[-1][0] < 100 < right[0][0]


def test_the_other_devices_draw_again_once_a_stroke_is_done(canvas, pens, finger):
    sends = [mouse, stylus(pens[0]), touch(canvas, finger)]
    for y, send in enumerate([*sends, *reversed(sends)]):
        draw(canvas, [(100, 50 + 50 * y), (200, 50 + 50 * y)], send)
    assert len(canvas.ink.strokes) == 6


def test_a_cancelled_pointer_is_heard_again_when_it_is_pressed(canvas, pens, finger):
    for send in (mouse, stylus(pens[0]), touch(canvas, finger)):
        send(canvas, PRESS, 100, 100)
        canvas.cancel_stroke()
        send(canvas, MOVE, 150, 100)
        send(canvas, RELEASE, 150, 100)
        assert canvas.ink.is_empty
        draw(canvas, [(100, 100), (200, 100)], send)
        assert len(canvas.ink.strokes) == 1
        canvas.clear_ink()
