"""Replay: other people's digits and outliers, which a network that is taught must read as before.

All of it ships: the starter set, digits in the styles that people write, and outliers, both synthesised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.rejection import NO_DIGIT
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.head import Floats, Head, head_inputs, head_of
from digitpad.storage.starter import replay_images, starter_digits

_DIGITS, _STYLED, _OUTLIERS = 2500, 400, 400
"""How many digits of the starter set, synthesised digits and outliers are replayed,"""

_GUARD_DIGITS, _GUARD_STYLED, _GUARD_OUTLIERS = 1000, 100, 200
"""and how many others guard: nothing that is taught learns from them, and they show what it costs."""

Labelled = tuple[NDArray[Any], NDArray[np.int64]]
"""Images, or what a head sees of them, and their labels."""


@dataclass(frozen=True, eq=False)
class Group:
    """Images that go into a head together.

    Attributes:
        inputs: what goes into the head, float32 (n, inputs).
        labels: int64 (n,), 0 to 9 or `NO_DIGIT`.
    """

    inputs: Floats
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Replay:
    """What a network's head sees of other people's digits.

    Attributes:
        head: the head as it is.
        fitted: what is replayed while it is refitted: digits and outliers.
        mean, precision: of the inputs of those digits, float32 (inputs,), and the inverse of their covariance, float32
            (inputs, inputs); None for a head without a layer before its last, which has no use for it.
        digits, styled, outliers: what is kept from that, see `guard_images`.
    """

    head: Head
    fitted: Group
    mean: Floats
    precision: Floats | None
    digits: Group
    styled: Group
    outliers: Group


def guard_images() -> list[Labelled]:
    """Digits of the starter set, synthesised digits, and outliers, which show what it costs to teach a network.

    They are the same however it is taught. Each are images, uint8 (n, 28, 28), 255 is ink, and labels, int64 (n,), 0 to
    9 or `NO_DIGIT`.

    Raises:
        DigitpadError: the starter set is damaged.
    """
    return [guard for _, guard in _split(_starter(), _synthesised())]


def replay_for(reader: Reader) -> Replay:
    """The replay for a network; takes a second and a half, and is to be kept as long as the network reads.

    Raises:
        InputError: the network cannot be taught.
        DigitpadError: the starter set is damaged.
    """
    head = head_of(reader.checkpoint)
    starter, labels = _starter()
    synthesised, synthesised_labels = _synthesised()
    starter_inputs, inputs = head_inputs(reader, head, starter), head_inputs(reader, head, synthesised)
    parts = _split((starter_inputs, labels), (inputs, synthesised_labels))
    fitted, guards = ([Group(*part) for part in some] for some in zip(*parts, strict=True))
    known = np.concatenate([it.inputs for it in fitted[:2]])
    mean: Floats = known.mean(axis=0)
    return Replay(
        head,
        Group(np.concatenate([it.inputs for it in fitted]), np.concatenate([it.labels for it in fitted])),
        mean,
        None if head.first_weight is None else _precision(known - mean),
        *guards,
    )


def _precision(inputs: Floats) -> Floats:
    """The inverse of the covariance of inputs whose mean is 0, shrunk by two thirds towards that of a sphere."""
    covariance = inputs.T @ inputs / np.float32(len(inputs))
    covariance[np.diag_indices_from(covariance)] += 2 * np.trace(covariance) / len(covariance) + np.float32(1e-9)
    inverse: Floats = np.linalg.inv(covariance)
    return inverse


def _split(starter: Labelled, synthesised: Labelled) -> list[tuple[Labelled, Labelled]]:
    """What is replayed, and what guards: of the starter set, and of synthesised digits and outliers."""
    values, labels = synthesised
    kinds = [(values[which], labels[which]) for which in (labels != NO_DIGIT, labels == NO_DIGIT)]
    return [
        ((values[:size], labels[:size]), (values[size:], labels[size:]))
        for (values, labels), size in zip([starter, *kinds], (_DIGITS, _STYLED, _OUTLIERS), strict=True)
    ]


def _starter() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images, labels = starter_digits()
    count = _DIGITS + _GUARD_DIGITS
    return images[:count], labels[:count].astype(np.int64)


def _synthesised() -> Labelled:
    """Digits that take turns, 0 to 9 and again, then outliers: uint8 (n, 28, 28) and labels."""
    images, labels = replay_images()
    return images, labels.astype(np.int64)
