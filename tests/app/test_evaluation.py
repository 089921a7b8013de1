"""An evaluation in the whole window: an image that a figure stands for goes to the pad with one click."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton

from digitpad.ui.data.grid import DigitGrid


def test_an_image_that_was_evaluated_is_read_on_the_pad(pad, monkeypatch):
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)
    pad.widget("show_evaluation", QAction).trigger()
    pad.qtbot.waitUntil(lambda: pad.widget("evaluation_data", QComboBox).itemText(0).startswith("Starter set"))
    pad.qtbot.waitUntil(lambda: "Reads with pen" in pad.widget("network_button").accessibleName())
    QTest.mouseClick(pad.widget("evaluate_button", QPushButton), Qt.MouseButton.LeftButton)
    figure = pad.widget("evaluation_figure")
    pad.qtbot.waitUntil(lambda: "Mistakes, the surest first" in figure.accessibleDescription())
    QTest.keyClick(figure, Qt.Key.Key_End)
    assert figure.accessibleDescription().startswith("Images of 9 read right, the least sure first: ")
    grid = pad.widget("evaluation_view").findChild(DigitGrid)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    answer = pad.answer()
    assert answer.digit == 9
    assert f"label 9, read as 9 ({100 * answer.confidence:.1f} %)" in grid.accessibleDescription()
