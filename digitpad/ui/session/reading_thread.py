"""Reads what is drawn, in a thread: at most one reading under way and one waiting, the latest wins."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.prediction import Prediction
from digitpad.ink.strokes import Ink
from digitpad.services import Recognizer
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.worker import Latest, Worker


@dataclass(frozen=True, eq=False)
class _Request:
    """Ink to read, and what with. `at` is when it was drawn; for `generation`, see `Reading`."""

    generation: int
    revision: int
    ink: Ink
    at: float
    recognizer: Recognizer | None
    false_rejection_rate: float | None


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read.

    Attributes:
        generation: of the drawing and the network; answers to a line that grows share it.
        prediction: what the network says.
        seconds: from the drawing of the last point to the answer.
    """

    generation: int
    prediction: Prediction
    seconds: float


class Reader(QObject):
    """Reads ink with the active network, and reads it anew when another network reads or rejects.

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
        self._readings = Latest(worker, self.answered.emit, self.unread.emit)
        self._request: _Request | None = None
        network.changed.connect(self._on_network_changed)

    @Slot(int, object, bool)
    def read(self, revision: int, ink: Ink, grew: bool) -> None:
        """Read some ink as soon as it can be.

        Args:
            revision: its number.
            ink: what to read.
            grew: whether it holds all that was there before, so that an answer under way still describes it.
        """
        generation = self._request.generation if self._request else 0
        network = self._network
        self._run(
            _Request(
                generation if grew else generation + 1,
                revision,
                ink,
                time.perf_counter(),
                network.recognizer,
                network.false_rejection_rate,
            )
        )

    @Slot()
    def _on_network_changed(self) -> None:
        before, recognizer, rate = self._request, self._network.recognizer, self._network.false_rejection_rate
        if before is None or (recognizer is before.recognizer and rate == before.false_rejection_rate):
            return
        # What was drawn before the first network was there has waited since; another network starts afresh.
        at = before.at if before.recognizer is None else time.perf_counter()
        generation = before.generation + 1
        self._run(replace(before, generation=generation, at=at, recognizer=recognizer, false_rejection_rate=rate))

    def _run(self, request: _Request) -> None:
        self._request = request
        if request.recognizer is not None:
            self._readings.run(request.generation, partial(_read, request, request.recognizer))


def _read(request: _Request, recognizer: Recognizer) -> Reading:
    recognizer.false_rejection_rate = request.false_rejection_rate
    prediction = recognizer.predict(request.ink, request.revision)
    return Reading(request.generation, prediction, time.perf_counter() - request.at)
