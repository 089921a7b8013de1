"""A field for a number, small ones and large ones too: 1e-05 and 2⁶³ - 1 are as easy to enter as 20."""

from __future__ import annotations

import math
import re
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from digitpad.domain.settings_fields import Setting
from digitpad.ui.common.format import numeral, setting_words

TEXT_MARGINS = 6, 0, 0, 0
"""Of the line within a spin box: style sheets know no padding at its left."""

_WHOLE = re.compile("[0-9]*")
_DECIMAL = re.compile(r"-?[0-9]*\.?[0-9]*(e[-+]?[0-9]*)?")
_SMALLEST = 1e-6


class NumberBox(QAbstractSpinBox):
    """A spin box for a declared number; shows it as short as it can be, and takes '0.0001' and '1e-4'.

    The number is Python's: Qt's own spin boxes end at 2³¹ - 1 or round. One above the highest cannot be typed; what is
    not finished or too low falls back to the last one. The arrows add the setting's step, or go through 1, 2, 5, 10 …
    """

    edited = Signal()

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting, self._unit = setting, setting_words(setting.unit)
        self._low, self._high = setting.limits
        self._value: float = self._low
        self.setMinimumSize(112, 24)
        self.lineEdit().setTextMargins(*TEXT_MARGINS)
        self.lineEdit().textEdited.connect(self._on_typed)
        self.editingFinished.connect(self.interpretText)
        self.interpretText()

    def value(self) -> Any:  # noqa: ANN401 (an int where it is whole)
        """The number: to the last digit what was given, until another is entered; an int where it is whole."""
        return self._value

    def show_value(self, value: float) -> None:
        is_other, self._value = value != self._value, value
        self.interpretText()
        if is_other:
            self.edited.emit()

    @Slot()
    def interpretText(self) -> None:
        """Write the number in its shortest form, with its unit; a whole number has its thousands grouped."""
        text = numeral(self._value, digits=10)
        self.lineEdit().setText(text + self._unit)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Whether a text is a number in range, could become one, or cannot."""
        return self._state(self._bare(text)), text, position

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        up = QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        down = QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        none = QAbstractSpinBox.StepEnabledFlag.StepNone
        return (up if self._value < self._high else none) | (down if self._value > self._low else none)

    def stepBy(self, steps: int) -> None:
        value = self._value
        if self._setting.step:
            value = value + steps * self._setting.step
            value = value if self._setting.is_whole else round(value, 12)
        else:
            for _ in range(abs(steps)):
                value = _above(value) if steps > 0 else _below(value)
        self.show_value(min(max(value, self._low), self._high))
        self.selectAll()

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        text = self._bare(text)
        if self._state(text) is QValidator.State.Acceptable:
            value = int(text) if self._setting.is_whole else float(text)
            is_other, self._value = value != self._value, value
            if is_other:
                self.edited.emit()

    def _bare(self, text: str) -> str:
        bare = text.removesuffix(self._unit).strip().lower()
        return re.sub(r"[,.'’\s]", "", bare) if self._setting.is_whole else bare.replace(",", ".")

    def _state(self, text: str) -> QValidator.State:
        pattern = _WHOLE if self._setting.is_whole else _DECIMAL
        if not pattern.fullmatch(text) or len(text) > 40 or (text.startswith("-") and self._low >= 0):
            return QValidator.State.Invalid
        try:
            value = int(text) if self._setting.is_whole else float(text)
        except ValueError:
            return QValidator.State.Intermediate
        if value > self._high:
            return QValidator.State.Invalid
        return QValidator.State.Acceptable if value >= self._low else QValidator.State.Intermediate


def _series(value: float) -> list[float]:
    """The numbers 1, 2, 5 times a power of ten around a value above 0, in rising order."""
    power = math.floor(math.log10(value))
    return [float(f"{digit}e{exponent}") for exponent in (power - 1, power, power + 1) for digit in (1, 2, 5)]


def _above(value: float) -> float:
    return _SMALLEST if value < _SMALLEST else next(one for one in _series(value) if one > value * (1 + 1e-9))


def _below(value: float) -> float:
    return 0 if value <= _SMALLEST else next(one for one in reversed(_series(value)) if one < value * (1 - 1e-9))
