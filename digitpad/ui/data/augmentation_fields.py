"""The fields that say how far training images are varied."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from digitpad.domain.recipe import Augmentation
from digitpad.domain.settings_fields import declared
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.number_box import NumberBox
from digitpad.ui.common.setting_fields import described
from digitpad.ui.common.widgets import note_label


class AugmentationFields(QWidget):
    """Eight values, each with words on what it comes to.

    What a person has not touched comes back to the last digit as it was given. `edited`: a value is another one.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = self.tr(
            "Every image is varied anew, at random, each time the network sees it. The network then learns what "
            "makes a digit, and not the images by heart."
        )
        self._boxes: dict[str, NumberBox] = {}
        self._notes: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setColumnMinimumWidth(0, 128)
        grid.setColumnStretch(2, 1)
        grid.addWidget(QLabel(words, wordWrap=True), 0, 0, 1, 3)
        for row, (name, setting) in enumerate(declared(Augmentation).items(), start=1):
            box, note = NumberBox(setting), note_label()
            box.edited.connect(self._on_edited)
            for column, widget in enumerate((described(box, setting), box, note)):
                grid.addWidget(widget, row, column)
            self._boxes[name], self._notes[name] = box, note
        grid.setRowStretch(grid.rowCount(), 1)

    def show_augmentation(self, augmentation: Augmentation) -> None:
        for name, box in self._boxes.items():
            box.show_value(getattr(augmentation, name))
        self._on_edited()

    def augmentation(self) -> Augmentation:
        values: dict[str, Any] = {name: box.value() for name, box in self._boxes.items()}
        return Augmentation(**values)

    @property
    def notes(self) -> dict[str, str]:
        """What is said of each value, by its name in `Augmentation`."""
        return {name: label.text() for name, label in self._notes.items()}

    @Slot()
    def _on_edited(self) -> None:
        for name, text in self._words(self.augmentation()).items():
            self._notes[name].setText(text)
        self.edited.emit()

    def _words(self, now: Augmentation) -> dict[str, str]:
        factors = self.tr("{low} to {high} times")
        return {
            "degrees": self.tr("up to {angle}° either way").format(angle=numeral(now.degrees)),
            "scale": factors.format(low=numeral(math.exp(-now.scale), 2), high=numeral(math.exp(now.scale), 2)),
            "aspect": factors.format(low=numeral(math.exp(-now.aspect), 2), high=numeral(math.exp(now.aspect), 2)),
            "shear": self.tr("up to {angle}° either way").format(angle=numeral(math.degrees(math.atan(now.shear)), 1)),
            "shift": self.tr("up to {pixels} px each way, of 28").format(pixels=numeral(now.shift)),
            "elastic": self.tr("up to {pixels} px").format(pixels=numeral(now.elastic)),
            "stroke": self.tr("up to {pixels} px on each side of a line").format(pixels=numeral(now.stroke)),
            "plain": self.tr("{share} of the images").format(share=percent(now.plain, 0)),
        }
