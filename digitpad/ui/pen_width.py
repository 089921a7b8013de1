"""How wide the pen is: a slider of the tool bar."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSlider

from digitpad.ink.strokes import PEN_WIDTHS
from digitpad.ui.common.widgets import named


class PenWidth(QSlider):
    """A slider over the widths of the pen, in canvas units; a key moves it by ten."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(*PEN_WIDTHS)
        self.setPageStep(10)
        self.setFixedWidth(120)
        named(self, "pen_width", self.tr("Pen width"), self.tr("Width of the pen ([ and ])"))

    @Slot()
    def widen(self) -> None:
        self.setValue(self.value() + self.pageStep())

    @Slot()
    def narrow(self) -> None:
        self.setValue(self.value() - self.pageStep())
