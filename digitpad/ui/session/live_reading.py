"""Reads what is drawn while it is drawn: at once in the window's thread where that is quick, else in another."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.domain.errors import DigitpadError
from digitpad.domain.prediction import Prediction
from digitpad.ink.strokes import Ink
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.worker import Latest, Worker

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader

_QUICK_SECONDS = 0.004
"""What a reading may take in the window's thread: half of what a display of 120 Hz has for a frame."""

_RECENT = 7
"""Readings whose median says how long the next one takes: one that was held up by something else does not."""


@dataclass(frozen=True, eq=False)
class _Request:
    """Ink to read, and what with. `at` is when it was drawn; for `generation`, see `Reading`."""

    generation: int
    revision: int
    ink: Ink
    at: float
    reader: Reader | None
    false_rejection_rate: float | None


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
    """

    generation: int
    prediction: Prediction
    seconds: float
    cost: float
    ink: Ink
    reader: Reader


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
        at = time.perf_counter()
        self._run(_Request(generation, revision, ink, at, network.reader, network.false_rejection_rate))

    @Slot()
    def _on_network_changed(self) -> None:
        before, reader, rate = self._request, self._network.reader, self._network.false_rejection_rate
        if before is None or (reader is before.reader and rate == before.false_rejection_rate):
            return
        layers = reader.info.layers if reader else []
        if before.reader is None or not layers or layers != before.reader.info.layers:  # an ONNX file's are not known
            self._costs.clear()
        # What was drawn before the first network was there has waited since; another network starts afresh.
        at = before.at if before.reader is None else time.perf_counter()
        generation = next(self._generations)
        self._run(replace(before, generation=generation, at=at, reader=reader, false_rejection_rate=rate))

    def _run(self, request: _Request) -> None:
        self._request = request
        self._soon.stop()
        self._readings.drop()
        if request.reader is None:
            return
        read = partial(_read, request, request.reader)
        if self._is_quick(request.ink):
            self._due = read
            self._soon.start()
        else:
            self._readings.run(request.generation, read)

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
        self.latest = reading
        self.answered.emit(reading)


def _size(ink: Ink) -> int:
    return sum(len(stroke.points) for stroke in ink.strokes)


def _read(request: _Request, reader: Reader) -> Reading:
    started = time.perf_counter()
    prediction = reader.predict(request.ink, request.revision, request.false_rejection_rate)
    ended = time.perf_counter()
    return Reading(request.generation, prediction, ended - request.at, ended - started, request.ink, reader)
