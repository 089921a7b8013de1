"""The fields that say how far training images are varied: boxes for exact numbers, or sliders to try them with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from digitpad.domain.recipe import Augmentation
from digitpad.domain.settings_fields import declared
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.number_box import NumberBox
from digitpad.ui.common.setting_fields import described
from digitpad.ui.common.theme import text_font


class _Strength(NamedTuple):
    """One number of an `Augmentation`, as people move it."""

    highest: float  # the right end of its slider: beyond it digits are hard to read
    step: float  # of the slider
    words: Callable[[float], str]  # what the value comes to


def _factors(value: float) -> str:
    return f"×{numeral(math.exp(-value), 2)}–{numeral(math.exp(value), 2)}"


_STRENGTHS = {
    "degrees": _Strength(45, 0.5, lambda value: f"±{numeral(value, 1)}°"),
    "scale": _Strength(0.5, 0.01, _factors),
    "aspect": _Strength(0.5, 0.01, _factors),
    "shear": _Strength(0.6, 0.01, lambda value: f"±{numeral(math.degrees(math.atan(value)), 1)}°"),
    "shift": _Strength(6, 0.1, lambda value: f"±{numeral(value, 1)} px"),
    "elastic": _Strength(3, 0.1, lambda value: f"±{numeral(value, 1)} px"),
    "stroke": _Strength(1, 0.01, lambda value: f"±{numeral(value, 2)} px"),
    "plain": _Strength(1, 0.01, lambda value: percent(value, 0)),
}


class AugmentationFields(QWidget):
    """Eight strengths, each with words on what it comes to.

    One that a person has not touched comes back to the last digit as it was given. `edited`: one is another.
    """

    edited = Signal()

    def __init__(self, *, has_sliders: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._augmentation = Augmentation()
        self._fields: dict[str, NumberBox | QSlider] = {}
        self._words: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4 if has_sliders else 8)
        for row, (name, setting) in enumerate(declared(Augmentation).items()):
            field, words = QSlider(Qt.Orientation.Horizontal) if has_sliders else NumberBox(setting), QLabel()
            if isinstance(field, QSlider):
                field.setPageStep(10)
                field.valueChanged.connect(partial(self._on_moved, name))
                words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            else:
                field.edited.connect(partial(self._on_entered, name, field))
            for place, widget in enumerate((described(field, setting), field, words)):
                grid.addWidget(widget, row, place)
            words.setToolTip(field.toolTip())
            words.setFont(text_font())
            words.setMinimumWidth(words.fontMetrics().horizontalAdvance("×0.61–1.65"))  # so that nothing moves
            self._fields[name], self._words[name] = field, words
        grid.setColumnStretch(1 if has_sliders else 2, 1)
        self._describe()

    def show_augmentation(self, augmentation: Augmentation) -> None:
        """Fill in these strengths, which hold to the last digit until they are changed."""
        self._augmentation = augmentation
        for name, field in self._fields.items():
            value, (highest, step, _) = getattr(augmentation, name), _STRENGTHS[name]
            with QSignalBlocker(field):  # the value holds, not the slider's nearest step
                if isinstance(field, NumberBox):
                    field.show_value(value)
                else:
                    field.setMaximum(round(max(highest, value) / step))
                    field.setValue(round(value / step))
        self._describe()
        self.edited.emit()

    def augmentation(self) -> Augmentation:
        return self._augmentation

    def _on_moved(self, name: str, position: int) -> None:
        low, high = declared(Augmentation)[name].limits
        self._take(name, min(max(position * _STRENGTHS[name].step, low), high))

    def _on_entered(self, name: str, box: NumberBox) -> None:
        self._take(name, box.value())

    def _take(self, name: str, value: float) -> None:
        self._augmentation = replace(self._augmentation, **{name: value})
        self._describe()
        self.edited.emit()

    def _describe(self) -> None:
        for name, label in self._words.items():
            label.setText(_STRENGTHS[name].words(getattr(self._augmentation, name)))
            if isinstance(field := self._fields[name], QSlider):  # a box says its number itself
                field.setAccessibleDescription(label.text())
