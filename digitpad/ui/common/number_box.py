"""A field for a number, small ones too: 1e-05 is as easy to enter as 20."""

from __future__ import annotations

import math
import re

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from digitpad.ui.common.format import numeral

_WHOLE = re.compile("[0-9]*")
_DECIMAL = re.compile(r"-?[0-9]*\.?[0-9]*(e[-+]?[0-9]*)?")
_DECIMALS = 12
_SMALLEST = 1e-6


class NumberBox(QDoubleSpinBox):
    """A spin box that shows a number as short as it can be, and takes '0.0001' and '1e-4'.

    A number above the highest cannot be typed; what is not finished or too low falls back to the last one. The arrows
    add `step`, or go through 1, 2, 5, 10, 20 … where that is 0.
    """

    def __init__(
        self,
        limits: tuple[float, float],
        step: float = 0,
        *,
        whole: bool = False,
        suffix: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._whole = whole
        self._given: float = 0
        self.setDecimals(0 if whole else _DECIMALS)
        self.setRange(*limits)
        self.setSingleStep(step)
        self.setSuffix(suffix)
        self.setMinimumSize(112, 24)
        self.show_number(limits[0])

    def show_number(self, number: float) -> None:
        """Show a number."""
        self._given = number
        self.setValue(number)
        self._first = self.value()

    def number(self) -> float:
        """The number: to the last digit what was given, until another is entered; an int where it is whole."""
        if self.value() == self._first:
            return self._given
        return round(self.value()) if self._whole else self.value()

    def textFromValue(self, value: float) -> str:
        """The shortest form, without the unit; a whole number has its thousands grouped."""
        return numeral(value, 0) if self._whole else numeral(value, digits=10)

    def valueFromText(self, text: str) -> float:
        """The number that a text which was let through stands for."""
        return float(self._bare(text))

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Whether a text is a number in range, could become one, or cannot."""
        return self._state(self._bare(text)), text, position

    def stepBy(self, steps: int) -> None:
        """Go some steps up or down."""
        if self.singleStep():
            super().stepBy(steps)
            return
        value = self.value()
        for _ in range(abs(steps)):
            value = _above(value) if steps > 0 else _below(value)
        self.setValue(value)

    def _bare(self, text: str) -> str:
        bare = text.removesuffix(self.suffix()).strip().lower()
        return re.sub(r"[,.'’\s]", "", bare) if self._whole else bare.replace(",", ".")

    def _state(self, text: str) -> QValidator.State:
        pattern = _WHOLE if self._whole else _DECIMAL
        if not pattern.fullmatch(text) or (text.startswith("-") and self.minimum() >= 0):
            return QValidator.State.Invalid
        try:
            value = float(text)
        except ValueError:
            return QValidator.State.Intermediate
        if value > self.maximum():
            return QValidator.State.Invalid
        return QValidator.State.Acceptable if value >= self.minimum() else QValidator.State.Intermediate


def _series(value: float) -> list[float]:
    """The numbers 1, 2, 5 times a power of ten around a value above 0, in rising order."""
    power = math.floor(math.log10(value))
    return [float(f"{digit}e{exponent}") for exponent in (power - 1, power, power + 1) for digit in (1, 2, 5)]


def _above(value: float) -> float:
    return _SMALLEST if value < _SMALLEST else next(one for one in _series(value) if one > value * (1 + 1e-9))


def _below(value: float) -> float:
    return 0 if value <= _SMALLEST else next(one for one in reversed(_series(value)) if one < value * (1 - 1e-9))
