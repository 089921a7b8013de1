"""What mouse, stylus and touch screen send, for tests of the pad."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.NoButton
PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
TABLET = {PRESS: QEvent.Type.TabletPress, MOVE: QEvent.Type.TabletMove, RELEASE: QEvent.Type.TabletRelease}
SEVEN = [(100, 100), (200, 100), (300, 105), (260, 200), (220, 300), (200.25, 380.5)]


def mouse(canvas, kind, x, y, button=LEFT, held=None, at=0):
    """Send one mouse event; a move has the button held. `at` is its time in milliseconds."""
    changed, usual = {PRESS: (button, button), MOVE: (NONE, button), RELEASE: (button, NONE)}.get(
        kind, (button, button)
    )
    place, held = QPointF(x, y), usual if held is None else held
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), changed, held, Qt.KeyboardModifier.NoModifier)
    event.setTimestamp(at)
    QApplication.sendEvent(canvas, event)


def tablet(canvas, pen, kind, x, y, pressure=0.6, button=LEFT, receiver=None, held=None, time=0):
    changed, usual = {PRESS: (button, button), MOVE: (NONE, button), RELEASE: (button, NONE)}.get(kind, (NONE, NONE))
    held = usual if held is None else held
    place, none = QPointF(x, y), Qt.KeyboardModifier.NoModifier
    at = canvas.mapToGlobal(place)
    kind = TABLET.get(kind, kind)
    event = QTabletEvent(kind, pen, place, at, pressure, 0.0, 0.0, 0.0, 0.0, 0.0, none, changed, held)
    event.setTimestamp(time)
    QApplication.sendEvent(receiver or canvas, event)
    return event


def draw(canvas, places, send=mouse):
    send(canvas, PRESS, *places[0])
    for place in places[1:]:
        send(canvas, MOVE, *place)
    send(canvas, RELEASE, *places[-1])


def stylus(pen, **more):
    return lambda canvas, kind, x, y: tablet(canvas, pen, kind, x, y, **more)


def touch(canvas, finger, number=0):
    """What sends the events of one finger, to be used like `mouse`."""

    def send(canvas, kind, x, y):
        sequence = QTest.touchEvent(canvas, finger)
        {PRESS: sequence.press, MOVE: sequence.move, RELEASE: sequence.release}[kind](
            number, QPoint(x, y), canvas
        ).commit()

    return send


def picture(canvas):
    """What the pad shows, float (h, w), 0 black to 255 white, in device pixels."""
    ratio = canvas.devicePixelRatioF()
    image = QImage(canvas.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    canvas.render(image)
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.array(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].astype(float)


def units(canvas, places):
    return np.array(places) / canvas.width() * 1000
