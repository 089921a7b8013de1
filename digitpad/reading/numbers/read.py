"""Reading numbers: from ink or a picture to one digit after the other, or to a single one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.prediction import EMPTY, NUMBER, REJECTED, TOO_SMALL, Prediction, ReadDigit
from digitpad.domain.rejection import FALSE_REJECTION_RATE, threshold
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Floats, Ink
from digitpad.reading.numbers.groups import APART, MOST_PARTS, Group, groups, typical_height
from digitpad.reading.numbers.lattice import best_path
from digitpad.reading.numbers.parts import Parts, StrokeParts, cut
from digitpad.reading.numbers.pictures import PictureParts
from digitpad.reading.numbers.score import (
    LEAST,
    MOST_COST,
    PAIR_WEIGHTS,
    SINGLE,
    WEIGHTS,
    Scale,
    digit_features,
    pair_features,
)
from digitpad.reading.reader import Reader

_REMEMBERED = 256
"""Readings of groups that are kept: while a stroke grows, those without it are not read again."""

_WIDE = 2.0
"""What is so much wider than it is high is no single digit: it is read as one only where it is no number."""

_GAP = 0.25
"""Free space, in heights, across which parts are read as one digit only where they are no number."""

_CERTAIN = 0.9
"""Confidence above which a digit is shown while its stroke grows."""

_GROWING_APART = 0.05
"""The widest free space, in heights, across which a stroke that grows is read together with those before."""


@dataclass(frozen=True, eq=False)
class _Read:
    """What the network says of a group: its input, probabilities and energy score."""

    network_input: NDArray[np.uint8]
    probabilities: NDArray[np.float64]
    score: float


class NumberReader:
    """Reads numbers with a reader of digits. It may be asked from several threads at once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._scale = Scale.of(reader.info.thresholds)
        self._known: OrderedDict[tuple[object, ...], _Read] = OrderedDict()
        self._lock = Lock()

    def predict(
        self,
        ink: Ink,
        revision: int = 0,
        false_rejection_rate: float | None = FALSE_REJECTION_RATE,
        *,
        cuts: bool = True,
    ) -> Prediction:
        """Read some ink as a number, or as `Reader.predict` does where it is a single digit or none.

        Args:
            ink: what is drawn.
            revision: a number that the prediction carries.
            false_rejection_rate: share of real digits that may be rejected, None to reject nothing.
            cuts: whether two digits may have been written without lifting the pen: looked for where nothing else is
                found.

        Raises:
            InputError: see `Reader.read`.
        """
        parts = _parts(ink, cuts=False)
        single = None if parts is None or _is_wide(parts.boxes) else self._single(ink, revision, false_rejection_rate)
        if parts is None or (single is not None and single.reason in (EMPTY, TOO_SMALL)):
            return single or self._single(ink, revision, false_rejection_rate)
        lowest = threshold(self.reader.info.thresholds, false_rejection_rate)
        is_digit = single is not None and single.digit is not None and not _is_gapped(parts.boxes)
        alone = self._whole(ink) if is_digit else None
        found = self._digits(parts, alone, lowest) if alone is None or len(parts.boxes) > 1 else None
        if found is None and (single is None or single.digit is None) and cuts:
            pieces = _parts(ink, cuts=True)
            found = None if pieces is None else self._digits(pieces, None, lowest)
        if found is None:
            return single or self._single(ink, revision, false_rejection_rate)
        return _number(found, revision)

    def predict_growing(
        self, ink: Ink, revision: int, false_rejection_rate: float | None, before: Prediction | None
    ) -> Prediction:
        """Read ink of which the last stroke is growing, so that what is shown does not flicker.

        Where it is no number yet, or one that is not certain, the number of before stands, and the probabilities are
        those of the stroke that grows.

        Args:
            ink: one stroke at least.
            revision: a number that the prediction carries.
            false_rejection_rate: see `predict`.
            before: what was read before that stroke was begun.
        """
        digits = _digits_before(before, ink)
        parts = _parts(ink, cuts=False) if len(digits) > 1 else None
        if parts is not None:  # the time that is left to the pen is too short to ask whether all is one digit now
            lowest = threshold(self.reader.info.thresholds, false_rejection_rate)
            found = self._digits(parts, None, lowest, apart=_GROWING_APART)
            if found is not None and _is_certain(found, digits):
                return _number(found, revision)
        else:
            now = self.predict(ink, revision, false_rejection_rate, cuts=False)
            if now.digit is not None or _is_certain(now.digits, digits) or not (digits or now.digits):
                return now
        stroke = self._whole(Ink(ink.strokes[-1:]))
        said = tuple(stroke.probabilities.tolist()), stroke.network_input
        return Prediction(revision, None, *said, NUMBER if digits else REJECTED, digits, waits=True)

    def _single(self, ink: Ink, revision: int, false_rejection_rate: float | None) -> Prediction:
        """What `Reader.predict` says of some ink."""
        whole = self._whole(ink)
        if not whole.network_input.any():
            return self.reader.predict(ink, revision, false_rejection_rate)
        said = tuple(whole.probabilities.tolist()), whole.score
        return self.reader.judged(ink, whole.network_input, *said, revision, false_rejection_rate)

    def _whole(self, ink: Ink) -> _Read:
        return self._read([ink.strokes or (ink.picture,)], lambda _: render(ink))[0]

    def _digits(self, parts: Parts, alone: _Read | None, lowest: float, apart: float = APART) -> list[ReadDigit] | None:
        """The digits that parts are best taken together to, from left to right; None where they are no number.

        Args:
            parts: the parts.
            alone: what is read of all of them as one digit, where they may be one.
            lowest: the lowest energy score of a single digit.
            apart: see `groups`.
        """
        boxes, height = parts.boxes, typical_height(parts.boxes)
        everything = tuple(range(len(boxes)))
        found = [group for group in groups(boxes, parts.order, parts.pieces_of, apart) if group.parts != everything]
        readings = self._read(
            [parts.key(group.parts) for group in found], lambda index: parts.image(found[index].parts)
        )
        if alone is not None:
            found, readings = [*found, Group.of(everything, boxes.tolist())], [*readings, alone]
        elif not found:
            return None
        probabilities = np.array([reading.probabilities for reading in readings])
        scaled = self._scale(np.array([reading.score for reading in readings]))
        features = digit_features(found, parts, height, probabilities, scaled)
        costs = features @ WEIGHTS
        if alone is not None:
            costs[-1] = features[-1, :4] @ WEIGHTS[:4] - SINGLE
        path = best_path(found, costs, pair_features(found, parts.distances, height) @ PAIR_WEIGHTS)
        if path is None or len(path[1]) < 2:
            return None
        cost, numbers = path
        least = float(self._scale(np.array(lowest))) + LEAST
        if scaled[numbers].min() < least or cost / len(numbers) - WEIGHTS[0] > MOST_COST:
            return None
        numbers.sort(key=lambda number: found[number].box[0] + found[number].box[2])
        return [
            ReadDigit(
                found[number].box,
                int(readings[number].probabilities.argmax()),
                tuple(readings[number].probabilities.tolist()),
                readings[number].network_input,
                parts.strokes(found[number].parts),
            )
            for number in numbers
        ]

    def _read(self, keys: Sequence[tuple[object, ...]], image: Callable[[int], NDArray[np.uint8]]) -> list[_Read]:
        """What the network says of images, each remembered by a key; those it was not asked of late in one batch."""
        with self._lock:
            known = {key: self._known[key] for key in keys if key in self._known}
        new = [index for index, key in enumerate(keys) if key not in known]
        if new:
            images = np.array([image(index) for index in new])
            for index, read, *said in zip(new, images, *self.reader.read_batch(images), strict=True):
                known[keys[index]] = _Read(read, said[0], float(said[1]))
        with self._lock:
            self._known.update(known)
            for key in known:
                self._known.move_to_end(key)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return [known[key] for key in keys]


def _parts(ink: Ink, *, cuts: bool) -> Parts | None:
    """What ink is to be taken apart into; None where it is too much for a number, or cuts find nothing."""
    if ink.picture is not None:
        return PictureParts.of(ink.picture, cuts=cuts)
    pieces = [[stroke] for stroke in ink.strokes]
    if cuts and len(pieces) <= MOST_PARTS:
        height = typical_height(ink.boxes)
        pieces = [cut(stroke, height) for stroke in ink.strokes]
        if sum(map(len, pieces)) == len(ink.strokes):
            return None
    return StrokeParts.of(pieces) if 0 < sum(map(len, pieces)) <= MOST_PARTS else None


def _digits_before(before: Prediction | None, ink: Ink) -> tuple[ReadDigit, ...]:
    """The digits of before a stroke was begun; a single one where the stroke that grows stands apart from it."""
    if before is None or before.digit is None or ink.picture is not None:
        return before.digits if before is not None else ()
    *rest, growing = ink.strokes
    box = Ink(tuple(rest)).bounds
    if growing.bounds[0] <= box[2] and growing.bounds[2] >= box[0]:
        return ()
    strokes = tuple(range(len(rest)))
    return (ReadDigit(box, before.digit, before.probabilities, before.network_input, strokes),)


def _number(digits: Sequence[ReadDigit], revision: int) -> Prediction:
    """A number of which the digit drawn last is selected."""
    last = max(range(len(digits)), key=lambda place: digits[place].strokes[-1:])
    said = digits[last].probabilities, digits[last].network_input
    return Prediction(revision, None, *said, NUMBER, tuple(digits), last)


def _is_certain(digits: Sequence[ReadDigit], before: Sequence[ReadDigit]) -> bool:
    """Whether those digits of a number that were not there before are beyond doubt, and stand apart."""
    known = {digit.strokes for digit in before}
    return bool(digits) and all(
        (left.strokes in known or left.confidence > _CERTAIN)
        and (right.strokes in known or right.confidence > _CERTAIN)
        and (left.box[2] < right.box[0] or {left.strokes, right.strokes} <= known)
        for left, right in pairwise(digits)
    )


def _is_gapped(boxes: Floats) -> bool:
    """Whether there is more free space between parts than there is within most digits."""
    whole = Group.of(tuple(range(len(boxes))), boxes.tolist())
    return whole.gap > _GAP * typical_height(boxes)


def _is_wide(boxes: Floats) -> bool:
    """Whether parts stretch too far to be one digit."""
    return float(boxes[:, 2].max() - boxes[:, 0].min()) > _WIDE * float(boxes[:, 3].max() - boxes[:, 1].min())
