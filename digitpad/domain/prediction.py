"""What a network says of the ink."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

CLASSES = 10
"""Number of classes: the digits 0 to 9."""


EMPTY, REJECTED, TOO_SMALL, NUMBER = "empty", "rejected", "too small", "number"
"""Why there is no digit: the last where there are several."""


@dataclass(frozen=True, eq=False)
class ReadDigit:
    """One of the digits of a number.

    Attributes:
        box: its left, top, right and bottom in canvas units.
        digit: the digit, 0 to 9.
        probabilities: ten probabilities that sum to 1.
        network_input: uint8 (28, 28), 255 is ink: what the network saw.
        strokes: the numbers of the strokes that it is written with, of some perhaps a piece; none in a picture.
        is_corrected: whether a person said which digit it is.
    """

    box: tuple[float, float, float, float]
    digit: int
    probabilities: tuple[float, ...]
    network_input: NDArray[np.uint8]
    strokes: tuple[int, ...] = ()
    is_corrected: bool = False

    @property
    def confidence(self) -> float:
        """The largest of the probabilities, 0.1 to 1."""
        return max(self.probabilities)


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a network says of one state of the ink.

    Attributes:
        revision: number of the ink's state that was read.
        digit: the digit, 0 to 9, or None where nothing is drawn, what is drawn is rejected, or it is several digits.
        probabilities: ten probabilities that sum to 1; all 0.1 where nothing is drawn; in a number, those of its
            selected digit.
        network_input: uint8 (28, 28), 255 is ink: what the network saw, in a number of its selected digit.
        reason: why there is no digit: `EMPTY`, `REJECTED`, `TOO_SMALL` or `NUMBER`; None where there is one.
        digits: of a number, its digits from left to right.
        selected: the place in `digits` of the one that was selected, else of the one drawn last; None in no number, and
            where what was drawn last is not among them yet.
        waits: whether these are the digits of before the stroke that is growing, which may still become anything.
    """

    revision: int
    digit: int | None
    probabilities: tuple[float, ...]
    network_input: NDArray[np.uint8]
    reason: str | None = None
    digits: tuple[ReadDigit, ...] = ()
    selected: int | None = None
    waits: bool = False

    @property
    def best(self) -> int | None:
        """The digit that `probabilities` are of: the only one, or a number's selected one; None where there is none."""
        return self.digit if self.selected is None else self.digits[self.selected].digit

    def selecting(self, place: int) -> Prediction:
        """The same number with another of its digits selected."""
        read = self.digits[place]
        return replace(self, selected=place, probabilities=read.probabilities, network_input=read.network_input)

    def own_strokes(self, place: int) -> tuple[int, ...]:
        """The numbers of a digit's strokes; none where it shares one with another digit, or is a part of a picture."""
        own = self.digits[place].strokes
        others = {stroke for at, read in enumerate(self.digits) if at != place for stroke in read.strokes}
        return () if others.intersection(own) else own

    @property
    def text(self) -> str:
        """What is read as a whole: a digit, a number, or nothing."""
        return "".join(str(read.digit) for read in self.digits) if self.digit is None else str(self.digit)

    @property
    def confidence(self) -> float:
        """The largest of the probabilities, 0.1 to 1; in a number, the probability that every digit is right."""
        if self.digits:
            return math.prod(read.confidence for read in self.digits)
        return max(self.probabilities)
