"""What teaching a network a person's hand came to, and when the taught network is taken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from digitpad.domain.errors import InputError

MOST_FALL = 0.001
"""How far other people's figures may fall, as a share, before a taught network is taken only if the person says so."""

EACH_TO_FINE_TUNE = 10
"""So many drawings of each digit are enough for all layers of a network to learn from, not the last ones alone."""

DOUBTFUL = 0.01
"""A drawing whose label has a lower probability than this with every network may be labelled wrong."""

HAND = "Me"
"""The hand of whoever has given none a name."""

_NAME = re.compile(r"[^\W_][\w .-]{0,39}")

_MOST_RIGHT = 0.9
"""Where less is right and no more becomes so, being surer of it is no improvement."""


def check_hand_name(name: str) -> None:
    """InputError where a hand cannot be called so: its drawings lie in a folder of that name."""
    if not _NAME.fullmatch(name) or name != name.strip(" ."):
        text = "A hand cannot be called {name}. Take letters and digits, 40 at most."
        raise InputError(text, name=repr(name[:60]))


@dataclass(frozen=True)
class Figures:
    """How well some labelled drawings are read.

    Attributes:
        n: how many there are.
        accuracy: share whose most probable digit is right, rejected or not, 0 to 1, as `digitpad evaluate` counts; of
            outliers, share rejected.
        log_loss: mean negative logarithm of the probability of what each is, 0 where nothing is certain of the wrong.
        rejected: share that is rejected although its most probable digit is right.
    """

    n: int
    accuracy: float
    log_loss: float = 0.0
    rejected: float = 0.0

    @property
    def right(self) -> float:
        """Share read right, 0 to 1: a digit that is rejected is not."""
        return self.accuracy - self.rejected

    @property
    def errors(self) -> int:
        """How many were not read right."""
        return round(self.n * (1 - self.right))


@dataclass(frozen=True)
class Comparison:
    """The same drawings, read by the network before and after it was taught.

    `last` is how what was taught the hand last time reads them, where that reads until now.
    """

    before: Figures
    after: Figures
    last: Figures | None = None

    @property
    def gain(self) -> float:
        """By which share what is read right rose, below 0 where it fell; or the accuracy, where that rose less."""
        return min(self.after.right - self.before.right, self.after.accuracy - self.before.accuracy)

    @property
    def fewer(self) -> int:
        """How many fewer are read right, below 0 where there are more; see `gain`."""
        return round(-self.gain * self.before.n)


@dataclass(frozen=True)
class TeachingReport:
    """What teaching came to.

    Attributes:
        drawings: how many drawings it was taught with.
        seconds: how long it took.
        own: the person's drawings, each read by a network that was taught with others of them alone; of a single
            drawing there are none. Where the network was fine-tuned, drawings that it was not taught with.
        others: other people's digits.
        styled: digits in the styles that people write, synthesised.
        outliers: what is no digit, synthesised.
        is_fine_tuned: whether all layers were taught, by the training loop.
        doubtful: how many drawings may be labelled wrong: neither the network before nor one that was taught with the
            others finds their label probable.
        unlearned: drawings of the person that the network was taught with neither this time nor the last time; None
            where there are none, or nothing was taught before.
    """

    drawings: int
    seconds: float
    own: Comparison
    others: Comparison
    styled: Comparison
    outliers: Comparison
    is_fine_tuned: bool = field(default=False, kw_only=True)
    doubtful: int = field(default=0, kw_only=True)
    unlearned: Comparison | None = field(default=None, kw_only=True)

    @property
    def improves(self) -> bool:
        """Whether the person's left-out drawings are read better: surer, and fewer wrong, or no more where few are."""
        before, after = self.own.before, self.own.after
        as_few = after.errors == before.errors and after.right >= _MOST_RIGHT
        return after.log_loss < before.log_loss and (after.errors < before.errors or as_few)

    @property
    def is_harmless(self) -> bool:
        """Whether nothing else is read worse by more than `MOST_FALL`."""
        return all(fits(part) for part in (self.others, self.styled, self.outliers))

    @property
    def is_step_back(self) -> bool:
        """Whether what was taught last time reads more of the drawings right that neither was taught with.

        Log loss does not count here: what was taught this time is judged with a part of the drawings left out, and what
        was taught last time with all that it had.
        """
        unlearned = self.unlearned
        return unlearned is not None and unlearned.last is not None and unlearned.after.errors > unlearned.last.errors

    @property
    def is_accepted(self) -> bool:
        """Whether the taught network is taken without asking."""
        return self.improves and self.is_harmless and not self.is_step_back


def fits(comparison: Comparison) -> bool:
    """Whether what the network read before is not read worse by more than `MOST_FALL`; one drawing may always be."""
    return comparison.gain >= -max(MOST_FALL, 1 / comparison.before.n) - 1e-9
