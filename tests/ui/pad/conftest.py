"""A pad, and the devices that draw on it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QInputDevice, QPointingDevice
from PySide6.QtTest import QTest

from digitpad.ui.pad.canvas import Canvas


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(500, 500)
    canvas.show()
    qtbot.waitExposed(canvas)
    return canvas


@pytest.fixture(scope="module")
def finger(qapp):
    return QTest.createTouchDevice()


@pytest.fixture(scope="module")
def pens(qapp):
    capabilities = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure
    kinds = QPointingDevice.PointerType.Pen, QPointingDevice.PointerType.Eraser
    return [
        QPointingDevice("stylus", 7 + i, QInputDevice.DeviceType.Stylus, kind, capabilities, 1, 1)
        for i, kind in enumerate(kinds)
    ]
