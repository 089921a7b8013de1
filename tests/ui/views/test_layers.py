"""The view of layers: maps that are switched off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget

from digitpad.reading.load import load_checkpoint
from digitpad.reading.reader import Reader
from digitpad.storage.io import shipped
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.layers.view import LayersView
from tests.hand_drawn import drawn
from tests.ui.views.readings import Readings

CHECKPOINT = load_checkpoint(shipped("checkpoints", "fast.safetensors"))


def reader(**changes):
    """The same network under another name."""
    return Reader(replace(CHECKPOINT, info=replace(CHECKPOINT.info, **changes)))


@pytest.mark.parametrize(
    ("first", "second", "stays_off"),
    [
        ({"path": Path("a")}, {"path": Path("b")}, False),
        ({"path": None, "run": "1"}, {"path": None, "run": "2"}, False),
        ({"path": None, "run": "1"}, {"path": None, "run": "1"}, True),  # at a later step of its training
    ],
)
def test_maps_stay_off_in_the_same_network_alone(qtbot, first, second, stays_off):
    live, worker, painted = Readings(reader(**first)), Worker(), []
    view = LayersView(live, worker)
    qtbot.addWidget(view)
    view.painted.connect(painted.append)
    view.resize(700, 700)
    view.show()
    live.read(drawn(7))
    qtbot.waitUntil(lambda: 1 in painted)
    figure, all_on = view.findChild(QWidget, "layers_figure"), view.findChild(QToolButton, "layers_all_on")
    QTest.keyClick(figure, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "1 map off" in figure.accessibleDescription())
    live.reader = reader(**second)
    live.read(drawn(7))
    qtbot.waitUntil(lambda: 2 in painted)
    assert ("1 map off" in figure.accessibleDescription()) == stays_off
    assert all_on.isVisible() == stays_off
    worker.stop()
