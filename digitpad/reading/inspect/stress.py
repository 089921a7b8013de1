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
    def flips(self) -> list[int]:
        """The first number to either side of the unchanged drawing where another digit is the most probable."""
        digits, start = self.probabilities.argmax(axis=1), self.unchanged
        other = np.flatnonzero(digits != digits[start])
        sides = other[other < start][-1:], other[other > start][:1]
        return [int(number) for side in sides for number in side]


@dataclass(frozen=True)
class Flip:
    """A change that makes another digit the most probable.

    Attributes:
        kind: what is changed.
        amount: by how much.
        share: how much that is, of the largest change of its kind: 0 to 1.
        digit: what is read then.
        probability: with which probability.
    """

    kind: Kind
    amount: float
    share: float
    digit: int
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
    amounts = amounts_of(kind, also)
    images = np.stack([changed(ink, kind, amount) for amount in amounts.tolist()])
    probabilities, scores = reader.read_batch(images)
    lowest = threshold(reader.info.thresholds, false_rejection_rate)
    accepted = (scores >= lowest) & (math.isinf(lowest) or not ink.is_speck)
    return ReadStress(ink, kind, amounts, images, probabilities, accepted)


def smallest_flips(ink: Ink, reader: Reader, on_progress: Callable[[float], bool]) -> list[Flip] | None:
    """For each kind the smallest change that makes another digit the most probable, the smallest of all first.

    A change is as small as its share of the largest of its kind and direction. Between the amounts that are read, a
    still smaller one may be missed. Kinds that change nothing are left out.

    Args:
        ink: a picture, or one stroke at least.
        reader: the network.
        on_progress: called with the share of the kinds that are done; says whether to go on.

    Returns:
        None where `on_progress` said no.

    Raises:
        InputError: see `Reader.read_batch`.
    """
    found: list[Flip] = []
    for number, kind in enumerate(SPANS):
        if not on_progress(number / len(SPANS)):
            return None
        read = read_stress(ink, reader, kind)
        sides = [_narrowed(read, reader, at) for at in read.flips]
        found += sorted(sides, key=lambda flip: flip.share)[:1]
    return sorted(found, key=lambda flip: flip.share)


def _narrowed(read: ReadStress, reader: Reader, at: int) -> Flip:
    """The smallest change between an amount that flips the answer and the one before it, which does not."""
    own = int(read.probabilities[read.unchanged].argmax())
    amount, shares = float(read.amounts[at]), read.probabilities[at]
    before = float(read.amounts[at + (1 if at < read.unchanged else -1)])
    for _ in range(_HALVINGS):
        middle = (before + amount) / 2
        each = reader.read_batch(changed(read.ink, read.kind, middle)[None])[0][0]
        if int(each.argmax()) == own:
            before = middle
        else:
            amount, shares = middle, each
    digit = int(shares.argmax())
    return Flip(read.kind, amount, SPANS[read.kind].share(amount), digit, float(shares[digit]))
