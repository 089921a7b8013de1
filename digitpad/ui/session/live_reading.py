"""Reads what is drawn while it is drawn: at once in the window's thread where that is quick, else in another."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.domain.errors import DigitpadError
from digitpad.domain.prediction import REJECTED, Prediction
from digitpad.ink.strokes import Ink, Picture
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.worker import Latest, Worker

if TYPE_CHECKING:
    from digitpad.reading.numbers.read import NumberReader
    from digitpad.reading.reader import Reader

_QUICK_SECONDS = 0.004
"""What a reading may take in the window's thread: half of what a display of 120 Hz has for a frame."""

_RECENT = 7
"""Readings whose median says how long the next one takes: one that was held up by something else does not."""


@dataclass(frozen=True, eq=False)
class _Request:
    """Ink to read, and what with. `at` is when it was drawn; for `generation`, see `Reading`.

    `grows` is whether its last stroke is still growing, `before` what was read before that one was begun.
    """

    generation: int
    revision: int
    ink: Ink
    at: float
    reader: Reader | None
    false_rejection_rate: float | None
    grows: bool
    before: Prediction | None


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read.

    Attributes:
        generation: of the drawing and the network; answers to a line that grows share it.
        prediction: what the network says.
        seconds: from the drawing of the last point to the answer.
        cost: seconds that the reading itself took.
        ink: what was read.
        reader: what it was read with.
        false_rejection_rate: share of real digits that might be rejected; None where nothing was.
    """

    generation: int
    prediction: Prediction
    seconds: float
    cost: float
    ink: Ink
    reader: Reader
    false_rejection_rate: float | None = None

    @cached_property
    def digit_ink(self) -> Ink:
        """What the selected digit of a number is drawn with; `ink` where it is no number.

        Of a number in a picture, and of digits that share a stroke, it is a picture.
        """
        prediction, strokes = self.prediction, self.ink.strokes
        if not prediction.digits:
            return self.ink
        if prediction.selected is None:
            return Ink(strokes[-1:])
        digit, own = prediction.digits[prediction.selected], prediction.own_strokes(prediction.selected)
        if own:
            return Ink(tuple(strokes[number] for number in own))
        if self.ink.picture is not None:
            return Ink(picture=self.ink.picture.part(digit.box, digit.network_input))
        return Ink(picture=Picture.of_image(digit.network_input))

    def drawn_with(self, place: int) -> tuple[object, ...]:
        """What one of a number's digits is drawn with: its strokes or the picture, and its box."""
        digit = self.prediction.digits[place]
        return *(self.ink.strokes[number] for number in digit.strokes), self.ink.picture, digit.box


class LiveReader(QObject):
    """Reads ink with the active network, and reads it anew when another network reads or rejects.

    Two hops between threads take longer than a small network. So a reading is done in the window's thread as long as
    the last ones were quick and the ink is not much larger than theirs; a slow network, or a thousand strokes, are
    read in the worker's. Either way only the latest ink is read: what comes in meanwhile takes its place.

    Attributes:
        latest: the last Reading; None before the first.

    Signals:
        answered: a Reading that still describes the ink.
        unread: a DigitpadError: the ink could not be read.
    """

    answered = Signal(object)
    unread = Signal(object)

    def __init__(self, network: ActiveNetwork, worker: Worker, parent: QObject | None = None) -> None:
        """Read once there is a network.

        Args:
            network: says what reads.
            worker: reads in its thread; whoever made it stops it.
            parent: the object that holds this one.
        """
        super().__init__(parent)
        self._network = network
        self._readings: Latest[Reading] = Latest(worker, self._on_read, self.unread.emit)
        self._request: _Request | None = None
        self.latest: Reading | None = None
        self._numbers: NumberReader | None = None  # with the network that reads, while numbers are read
        self._reads_numbers = True
        self._before: Prediction | None = None  # what was read when no stroke was growing
        self._corrections: dict[tuple[object, ...], int] = {}  # by what a digit is drawn with
        self._costs: deque[float] = deque(maxlen=_RECENT)
        self._generations = count()
        # Events that wait already come before this timer: of several, the last one's ink is read.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._read_now)
        self._due: Callable[[], Reading]  # what the timer is to call
        network.changed.connect(self._on_network_changed)

    @Slot(int, object, bool)
    def read(self, revision: int, ink: Ink, grew: bool) -> None:
        """Read some ink as soon as it can be.

        Args:
            revision: its number.
            ink: what to read.
            grew: whether it holds all that was there before, so that an answer under way still describes it.
        """
        before, network = self._request, self._network
        generation = before.generation if grew and before else next(self._generations)
        at, rate = time.perf_counter(), network.false_rejection_rate
        settled = self._before if grew else None
        self._run(_Request(generation, revision, ink, at, network.reader, rate, grew, settled))

    @Slot()
    def settle(self) -> None:
        """The stroke that grew has ended: what was left open while it did is decided."""
        request, latest = self._request, self.latest
        if request is None or not request.grows:
            return
        request = self._request = replace(request, grows=False)
        if latest is None or latest.prediction.revision != request.revision:
            self._run(request)
        elif latest.prediction.waits or latest.prediction.reason == REJECTED:
            self._run(replace(request, at=time.perf_counter()))
        else:
            self._before = latest.prediction

    def read_numbers(self, is_on: bool) -> None:
        """Read numbers from now on, or single digits alone."""
        if is_on is not self._reads_numbers:
            self._reads_numbers, self._before = is_on, None
            self._read_again()

    def select_digit(self, place: int) -> None:
        """Let another digit of the number be the one that bars and views follow, until the ink changes."""
        latest = self.latest
        if latest is not None and place < len(latest.prediction.digits) and not latest.prediction.waits:
            self._show(replace(latest, prediction=latest.prediction.selecting(place)))

    @Slot()
    def _on_network_changed(self) -> None:
        before, reader, rate = self._request, self._network.reader, self._network.false_rejection_rate
        if before is None or (reader is before.reader and rate == before.false_rejection_rate):
            return
        layers = reader.info.layers if reader else []
        if before.reader is None or not layers or layers != before.reader.info.layers:  # an ONNX file's are not known
            self._costs.clear()
        self._read_again()

    def _read_again(self) -> None:
        """Read the same ink in another way."""
        before, network = self._request, self._network
        if before is not None:
            # What was drawn before the first network was there has waited since; another network starts afresh.
            at = before.at if before.reader is None else time.perf_counter()
            reader, rate = network.reader, network.false_rejection_rate
            generation = next(self._generations)
            self._run(replace(before, generation=generation, at=at, reader=reader, false_rejection_rate=rate))

    def _run(self, request: _Request) -> None:
        self._request = request
        self._soon.stop()
        self._readings.drop()
        if request.reader is None:
            return
        read = partial(_read, request, request.reader, self._number_reader(request.reader))
        if self._is_quick(request.ink):
            self._due = read
            self._soon.start()
        else:
            self._readings.run(request.generation, read)

    def _number_reader(self, reader: Reader) -> NumberReader | None:
        if not self._reads_numbers:
            self._numbers = None
        elif self._numbers is None or self._numbers.reader is not reader:
            from digitpad.reading.numbers.read import NumberReader  # here, when ONNX Runtime has been imported

            self._numbers = NumberReader(reader)
        return self._numbers

    def _is_quick(self, ink: Ink) -> bool:
        if self.latest is None or not self._costs:
            return False
        median = sorted(self._costs)[len(self._costs) // 2]
        return median < _QUICK_SECONDS and _size(ink) <= 2 * _size(self.latest.ink) + 200

    @Slot()
    def _read_now(self) -> None:
        try:
            reading = self._due()
        except DigitpadError as error:
            self.unread.emit(error)
        else:
            self._on_read(reading)

    def _on_read(self, reading: Reading) -> None:
        self._costs.append(reading.cost)
        request = self._request
        if request is not None and request.revision == reading.prediction.revision and not request.grows:
            self._before = reading.prediction
        self._show(reading)

    def correct_digit(self, place: int, digit: int) -> None:
        """A person says which digit one of the number is; that holds as long as what it is drawn with stays."""
        latest = self.latest
        if latest is not None and place < len(latest.prediction.digits):
            self._corrections[latest.drawn_with(place)] = digit
            self.select_digit(place)

    def _show(self, reading: Reading) -> None:
        if self._corrections:
            reading = _corrected(reading, self._corrections)
        self.latest = reading
        self.answered.emit(reading)


def _corrected(reading: Reading, corrections: Mapping[tuple[object, ...], int]) -> Reading:
    """A reading with those of its digits that a person has corrected."""
    said = [corrections.get(reading.drawn_with(place)) for place in range(len(reading.prediction.digits))]
    digits = tuple(
        read if digit is None else replace(read, digit=digit, is_corrected=True)
        for read, digit in zip(reading.prediction.digits, said, strict=True)
    )
    return replace(reading, prediction=replace(reading.prediction, digits=digits))


def _size(ink: Ink) -> int:
    return sum(len(stroke.points) for stroke in ink.strokes)


def _read(request: _Request, reader: Reader, numbers: NumberReader | None) -> Reading:
    started = time.perf_counter()
    ink, revision, rate = request.ink, request.revision, request.false_rejection_rate
    if numbers is None:
        prediction = reader.predict(ink, revision, rate)
    elif request.grows and ink.strokes:
        prediction = numbers.predict_growing(ink, revision, rate, request.before)
    else:
        prediction = numbers.predict(ink, revision, rate)
    ended = time.perf_counter()
    return Reading(request.generation, prediction, ended - request.at, ended - started, ink, reader, rate)
