"""What a network reads of a drawing that is changed little by little, and how little it takes to fool it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.rejection import threshold
from digitpad.ink.raster.changes import SPANS, Kind, changed
from digitpad.ink.strokes import Floats, Ink
from digitpad.reading.inspect.replay import answers

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader

AMOUNTS = 41
"""How many amounts of a change are read."""

_HALVINGS = 7
"""How often the way from the last amount that is read as before to the first that is not is cut in half."""


@dataclass(frozen=True, eq=False)
class ReadStress:
    """Answers to a drawing that is changed by different amounts.

    Attributes:
        ink: the drawing.
        kind: what is changed.
        amounts: rising, float64 (n,), see `digitpad.ink.raster.changes.SPANS`.
        images: the network inputs, uint8 (n, 28, 28).
        probabilities: what the network says of each, float64 (n, 10).
        accepted: whether each is accepted as a digit, bool (n,).
    """

    ink: Ink
    kind: Kind
    amounts: Floats
    images: NDArray[np.uint8]
    probabilities: NDArray[np.float64]
    accepted: NDArray[np.bool_]

    def at(self, amount: float) -> int:
        """The number of the nearest amount."""
        return int(np.abs(self.amounts - amount).argmin())

    @property
    def unchanged(self) -> int:
        """The number of the amount that changes nothing."""
        return self.at(SPANS[self.kind].none)

    @property
    def answers(self) -> NDArray[np.int64]:
        """What is read with each amount, -1 where it is rejected, (n,)."""
        return answers(self.probabilities, self.accepted)

    @property
    def flips(self) -> list[int]:
        """The first number to either side of the unchanged drawing where the answer is another digit, or none."""
        start = self.unchanged
        other = np.flatnonzero(self.answers != self.answers[start])
        sides = other[other < start][-1:], other[other > start][:1]
        return [int(number) for side in sides for number in side]


@dataclass(frozen=True)
class Flip:
    """A change that makes the answer another digit, or none.

    Attributes:
        kind: what is changed.
        amount: by how much.
        share: how much that is, of the largest change of its kind: 0 to 1.
        digit: what is read then, None where the drawing is rejected.
        probability: of the most probable digit.
    """

    kind: Kind
    amount: float
    share: float
    digit: int | None
    probability: float


def amounts_of(kind: Kind, also: Sequence[float] = ()) -> Floats:
    """Amounts from the one end of a change to the other, with none at all among them, and some others, rising."""
    span, half = SPANS[kind], AMOUNTS // 2
    parts = [np.linspace(span.none, end, half + 1) for end in (span.low, span.high) if end != span.none]
    if len(parts) == 1:
        parts = [np.linspace(span.none, span.high, AMOUNTS)]
    return np.unique(np.concatenate([*parts, also]))


def read_stress(
    ink: Ink, reader: Reader, kind: Kind, also: Sequence[float] = (), false_rejection_rate: float | None = None
) -> ReadStress:
    """Read a drawing that is changed from the one end of a change to the other; takes about a millisecond for each.

    Args:
        ink: a picture, or one stroke at least.
        reader: the network.
        kind: what is changed.
        also: amounts to read besides.
        false_rejection_rate: share of real digits that may be rejected, None to reject nothing.

    Raises:
        InputError: see `Reader.read_batch`.
    """
    return _read(ink, reader, kind, amounts_of(kind, also), false_rejection_rate)


def _read(ink: Ink, reader: Reader, kind: Kind, amounts: Floats, false_rejection_rate: float | None) -> ReadStress:
    images = np.stack([changed(ink, kind, amount) for amount in amounts.tolist()])
    probabilities, scores = reader.read_batch(images)
    lowest = threshold(reader.info.thresholds, false_rejection_rate)
    accepted = (scores >= lowest) & (math.isinf(lowest) or not ink.is_speck)
    return ReadStress(ink, kind, amounts, images, probabilities, accepted)


def smallest_flips(
    ink: Ink, reader: Reader, on_progress: Callable[[float], bool], false_rejection_rate: float | None = None
) -> list[Flip] | None:
    """For each kind the smallest change that makes the answer another digit, or none, the smallest of all first.

    A change is as small as its share of the largest of its kind and direction. Between the amounts that are read, a
    still smaller one may be missed. Kinds that change nothing are left out.

    Args:
        ink: a picture, or one stroke at least.
        reader: the network.
        on_progress: called with the share of the kinds that are done; says whether to go on.
        false_rejection_rate: share of real digits that may be rejected, None to reject nothing.

    Returns:
        None where `on_progress` said no.

    Raises:
        InputError: see `Reader.read_batch`.
    """
    found: list[Flip] = []
    for number, kind in enumerate(SPANS):
        if not on_progress(number / len(SPANS)):
            return None
        read = read_stress(ink, reader, kind, (), false_rejection_rate)
        sides = [_narrowed(read, reader, at, false_rejection_rate) for at in read.flips]
        found += sorted(sides, key=lambda flip: flip.share)[:1]
    return sorted(found, key=lambda flip: flip.share)


def _narrowed(read: ReadStress, reader: Reader, at: int, false_rejection_rate: float | None) -> Flip:
    """The smallest change between an amount that flips the answer and the one before it, which does not."""
    own = read.answers[read.unchanged]
    amount, answer, probability = float(read.amounts[at]), read.answers[at], read.probabilities[at].max()
    before = float(read.amounts[at + (1 if at < read.unchanged else -1)])
    for _ in range(_HALVINGS):
        middle = (before + amount) / 2
        each = _read(read.ink, reader, read.kind, np.array([middle]), false_rejection_rate)
        if each.answers[0] == own:
            before = middle
        else:
            amount, answer, probability = middle, each.answers[0], each.probabilities.max()
    digit = int(answer) if answer >= 0 else None
    return Flip(read.kind, amount, SPANS[read.kind].share(amount), digit, float(probability))
