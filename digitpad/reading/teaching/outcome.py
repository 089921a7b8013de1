"""What teaching made of a network: its figures, and what its file says of it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.rejection import NO_DIGIT
from digitpad.domain.teaching import DOUBTFUL, Comparison, Figures, TeachingReport
from digitpad.ink.drawings import Drawing
from digitpad.reading.calibration import TEMPERATURES, energy_scores, fit_temperature, probabilities, shown_digits
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.teaching.head import Floats

_RATIOS = 0.8, 1.25
"""How far the temperature may move: where hardly anything is read wrong, hardly anything tells."""

_SMALLEST_SHARE = 1e-12


@dataclass(frozen=True, eq=False)
class Taught:
    """A network that was taught.

    Attributes:
        checkpoint: it, with its history in its info; as yet it lies in no file.
        report: what it came to.
    """

    checkpoint: Checkpoint
    report: TeachingReport


@dataclass(frozen=True, eq=False)
class Logits:
    """What a network makes of images before and after it was taught.

    Attributes:
        before, after: float32 (n, 10).
        labels: int64 (n,), 0 to 9 or `NO_DIGIT`.
        last: what came of the last teaching makes of them, float32 (n, 10), None where there was none.
    """

    before: Floats
    after: Floats
    labels: NDArray[np.int64]
    last: Floats | None = None

    @staticmethod
    def joined(*parts: Logits) -> Logits:
        """Several as one."""
        lasts = [part.last for part in parts if part.last is not None]
        return Logits(
            np.concatenate([part.before for part in parts]),
            np.concatenate([part.after for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate(lasts) if len(lasts) == len(parts) else None,
        )

    def part(self, which: NDArray[np.bool_]) -> Logits:
        """Those of some images, bool (n,)."""
        last = None if self.last is None else self.last[which]
        return Logits(self.before[which], self.after[which], self.labels[which], last)

    @property
    def digits(self) -> Logits:
        """Those that are of digits."""
        return self.part(self.labels != NO_DIGIT)

    def are_doubtful(self, before: CheckpointInfo, after: CheckpointInfo) -> NDArray[np.bool_]:
        """Which labels neither network finds probable, bool (n,), see `DOUBTFUL` and `label_shares`."""
        shares = [
            label_shares(
                probabilities(logits, info.temperature),
                shown_digits(logits, energy_scores(logits), info.thresholds),
                self.labels,
            )
            for logits, info in ((self.before, before), (self.after, after))
        ]
        return np.asarray(np.max(shares, axis=0) < DOUBTFUL)

    def compared(self, before: CheckpointInfo, after: CheckpointInfo, last: CheckpointInfo | None = None) -> Comparison:
        """How well the images are read by each network, with its thresholds and temperature."""
        return Comparison(
            _figures(self.before, self.labels, before),
            _figures(self.after, self.labels, after),
            None if last is None or self.last is None else _figures(self.last, self.labels, last),
        )


def guarded(
    before: Checkpoint,
    after: Checkpoint,
    drawings: Sequence[Drawing],
    replayed: Logits,
    guards: Sequence[Logits],
    last: CheckpointInfo | None = None,
) -> tuple[Checkpoint, list[Comparison]]:
    """A network that was taught, with what is known of it, and what it costs other people.

    Args:
        before: the network that was taught.
        after: with the layers and arrays that it has now.
        drawings: with what it was taught.
        replayed: digits that were replayed meanwhile.
        guards: what was not, see `digitpad.reading.teaching.replay.guard_images`.
        last: of what came of the last teaching, None where there was none.
    """
    made = taught_checkpoint(before, after, drawings, replayed, Logits.joined(*guards).digits)
    return made, [part.compared(before.info, made.info, last) for part in guards]


def taught_checkpoint(
    before: Checkpoint, after: Checkpoint, drawings: Sequence[Drawing], replayed: Logits, unseen: Logits
) -> Checkpoint:
    """A network that was taught, with what is known of it.

    What its thresholds and its temperature were found on is not there any more. So they are moved by what those of
    other people's digits would move by.

    The arguments are those of `guarded`, but for `unseen`, digits that were not replayed: those that were are surer
    than any that will come.
    """
    info, digits = before.info, Logits.joined(replayed, unseen)
    rates = [rate for rate, _ in info.thresholds]
    shifts = np.quantile(energy_scores(digits.after), rates) - np.quantile(energy_scores(digits.before), rates)
    # The shifts of the rarest scores are uncertain; a higher rate must not reject less for that.
    scores = np.maximum.accumulate([score for _, score in info.thresholds] + shifts)
    rows = [[rate, float(score)] for rate, score in zip(rates, scores, strict=True)]
    ratio = fit_temperature(unseen.after, unseen.labels) / fit_temperature(unseen.before, unseen.labels)
    date = datetime.now().astimezone().isoformat(timespec="seconds")
    described = replace(
        after.info,
        temperature=float(np.clip(info.temperature * np.clip(ratio, *_RATIOS), *TEMPERATURES)),
        thresholds=rows,
        teachings=[
            *info.teachings,
            {
                "base": info.name,
                "drawings": len(drawings),
                "date": date,
                "fingerprint": fingerprint(before),
                "learned": [_checksum(drawing) for drawing in drawings],
            },
        ],
        test_accuracy=None,
        outliers_rejected=None,
        path=None,
    )
    return Checkpoint(described, after.arrays)


def fingerprint(checkpoint: Checkpoint) -> int:
    """A checksum of a checkpoint's arrays, below 2**32, by which it is known again."""
    checksum = 0
    for name in sorted(checkpoint.arrays):
        checksum = zlib.crc32(np.ascontiguousarray(checkpoint.arrays[name]).tobytes(), checksum)
    return checksum


def are_new(drawings: Sequence[Drawing], last: CheckpointInfo) -> NDArray[np.bool_]:
    """Which drawings a network was not taught with the last time, bool (n,).

    None are new to one whose file does not say with which it was taught.
    """
    learned = last.teachings[-1].get("learned") if last.teachings else None
    known = set(learned) if isinstance(learned, list) else None
    return np.array([known is not None and _checksum(drawing) not in known for drawing in drawings], bool)


def with_doubtful(checkpoint: Checkpoint, drawings: Sequence[Drawing]) -> Checkpoint:
    """A network that was taught, with those of its drawings that may be labelled wrong, see `are_doubtful`."""
    *before, last = checkpoint.info.teachings
    last = last | {"doubtful": [_checksum(drawing) for drawing in drawings]}
    return Checkpoint(replace(checkpoint.info, teachings=[*before, last]), checkpoint.arrays)


def are_doubtful(drawings: Sequence[Drawing], info: CheckpointInfo) -> NDArray[np.bool_]:
    """Which drawings were found doubtful when a network was taught with them, bool (n,).

    What the network itself makes of them says nothing any more. None are to one whose file does not say.
    """
    doubtful = info.teachings[-1].get("doubtful") if info.teachings else None
    known = set(doubtful) if isinstance(doubtful, list) else set()
    return np.array([_checksum(drawing) in known for drawing in drawings], bool)


def label_shares(
    values: NDArray[np.floating[Any]], shown: NDArray[np.int64], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How probable each label is, float64 (n,); that of no digit is what the most probable digit leaves, 1 if rejected.

    Args:
        values: probabilities, float (n, 10).
        shown: digits, `NO_DIGIT` where the image is rejected, int64 (n,).
        labels: 0 to 9, or below 0 where there is no digit, int64 (n,).
    """
    of_none = np.where(shown == NO_DIGIT, 1.0, 1.0 - values.max(axis=1))
    return np.asarray(np.where(labels < 0, of_none, values[np.arange(len(labels)), labels]))


def _checksum(drawing: Drawing) -> int:
    """A checksum of a drawing and its label, below 2**32, the same however often it was written to a file."""
    strokes = [np.round(stroke.points[:, :2], 4) + 0.0 for stroke in drawing.ink.strokes]
    return zlib.crc32(b"".join([str(drawing.label).encode(), *(points.tobytes() for points in strokes)]))


def _figures(logits: Floats, labels: NDArray[np.int64], info: CheckpointInfo) -> Figures:
    """How well digits are read, and outliers rejected, from their logits, float32 (n, 10)."""
    digits, shown = logits.argmax(axis=1), shown_digits(logits, energy_scores(logits), info.thresholds)
    shares = _shares(logits, labels, info)
    is_right = shown == labels
    is_accurate = is_right | (digits == labels)
    losses = np.where(labels == NO_DIGIT, 0.0, -np.log(np.maximum(shares, _SMALLEST_SHARE)))
    accuracy, right, loss = (float(each.mean()) for each in (is_accurate, is_right, losses))
    return Figures(len(labels), accuracy, loss, accuracy - right)


def _shares(logits: Floats, labels: NDArray[np.int64], info: CheckpointInfo) -> NDArray[np.float64]:
    """The probability of each label, float64 (n,); that of an outlier means nothing."""
    return probabilities(logits, info.temperature)[np.arange(len(labels)), labels]
