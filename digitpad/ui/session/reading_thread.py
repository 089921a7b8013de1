"""Reading in a thread of its own: at most one reading under way and one waiting, the latest wins.

The window's thread hands over immutable ink and gets back an `Reading`. What reads is a plain object that a plain
function makes in the thread, so that nothing here knows torch, whose import takes seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import DigitpadError
from digitpad.domain.prediction import Prediction
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.ink.strokes import Ink
from digitpad.services import Recognizer
from digitpad.ui.common.format import sentence

_STACK_BYTES = 8 << 20
"""The thread's stack: torch needs more than the 512 KB that macOS gives."""


OpenRecognizer = Callable[[Path | None], Recognizer]
"""Opens a checkpoint, or the one that ships where None; raises DigitpadError where it cannot."""


@dataclass(frozen=True, eq=False)
class _Request:
    """Ink to read. Its generation tells which checkpoint and which drawing it belongs to; `at` is when it was drawn."""

    generation: int
    revision: int
    ink: Ink
    at: float


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read of a request.

    Attributes:
        generation: the request's; answers to a line that grows share it.
        prediction: what the network says.
        seconds: from the drawing of the last point to the answer.
    """

    generation: int
    prediction: Prediction
    seconds: float


class _Worker(QObject):
    """Lives in the reading thread."""

    opened = Signal(object, str)
    failed = Signal(str)
    answered = Signal(object)
    unread = Signal(str)

    def __init__(self, open_recognizer: OpenRecognizer) -> None:
        super().__init__()
        self._open = open_recognizer
        self._recognizer: Recognizer | None = None
        self._live: Recognizer | None = None
        self._false_rejection_rate: float | None = FALSE_REJECTION_RATE

    @Slot(object)
    def show_live(self, live: Recognizer | None) -> None:
        """Read with a network in training, or with the opened checkpoint again."""
        self._live = live
        self._apply_rate()

    @Slot(object)
    def set_false_rejection_rate(self, false_rejection_rate: float | None) -> None:
        """Refuse as strictly as that, whatever reads."""
        self._false_rejection_rate = false_rejection_rate
        self._apply_rate()

    def _apply_rate(self) -> None:
        for recognizer in (self._recognizer, self._live):
            if recognizer is not None:
                recognizer.false_rejection_rate = self._false_rejection_rate

    @Slot(object)
    def open(self, path: Path | None) -> None:
        """Open a checkpoint; the one in use stays in use where that fails."""
        try:
            self._recognizer, self._live = self._open(path), None
        except DigitpadError as error:
            self.failed.emit(sentence(error))
        except Exception:
            self.failed.emit(
                self.tr("The checkpoint was not opened, by a fault of digitpad: see Help ▸ Show log folder.")
            )
            raise
        else:
            self._apply_rate()
            self.opened.emit(self._recognizer.info, self._recognizer.device)

    @Slot(object)
    def read(self, request: _Request) -> None:
        """Read one request; without a checkpoint there is no answer."""
        answer = None
        try:
            recognizer = self._live or self._recognizer
            if recognizer is not None:
                prediction = recognizer.predict(request.ink, request.revision)
                answer = Reading(request.generation, prediction, time.perf_counter() - request.at)
        except DigitpadError as error:
            self.unread.emit(sentence(error))
        except Exception:
            self.unread.emit(self.tr("The drawing was not read, by a fault of digitpad: see Help ▸ Show log folder."))
            raise
        finally:
            self.answered.emit(answer)  # whatever happened: the next reading waits for it


class Reader(QObject):
    """The window's end of the reading thread.

    Signals:
        opened: a CheckpointInfo, and the device that it computes on: a checkpoint is in use from now on.
        failed: a sentence: a checkpoint could not be opened; the one in use stays in use.
        answered: an Answer that still describes the ink.
        unread: a sentence: the ink could not be read.
    """

    opened = Signal(object, str)
    failed = Signal(str)
    answered = Signal(object)
    unread = Signal(str)

    _open_requested = Signal(object)
    _read_requested = Signal(object)
    _live_requested = Signal(object)
    _rate_requested = Signal(object)

    def __init__(self, open_recognizer: OpenRecognizer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("reading")
        self._thread.setStackSize(_STACK_BYTES)
        self._worker = _Worker(open_recognizer)
        self._worker.moveToThread(self._thread)
        self._open_requested.connect(self._worker.open)
        self._read_requested.connect(self._worker.read)
        self._live_requested.connect(self._worker.show_live)
        self._rate_requested.connect(self._worker.set_false_rejection_rate)
        self._worker.opened.connect(self._on_opened)
        self._worker.failed.connect(self.failed)
        self._worker.answered.connect(self._on_answered)
        self._worker.unread.connect(self.unread)
        self._ready = False
        self._stopped = False
        self._generation = 0
        self._under_way = False
        self._latest: _Request | None = None
        self._waiting: _Request | None = None

    def open(self, path: Path | None) -> None:
        """Open a checkpoint in the thread, which starts with the first one; does nothing after `stop`."""
        if self._stopped:
            return
        if not self._thread.isRunning():
            self._thread.start()
        self._open_requested.emit(path)

    def show_live(self, live: Recognizer | None) -> None:
        """Read with a network in training from now on; where None, with the opened checkpoint again.

        What is drawn is read anew. The next checkpoint that is opened takes the network's place.
        """
        if self._ready:
            self._live_requested.emit(live)
            self._read_again(time.perf_counter())

    @Slot(object)
    def set_false_rejection_rate(self, false_rejection_rate: float | None) -> None:
        """Refuse what is no digit as strictly as that, with every network from now on; what is drawn is read anew.

        Args:
            false_rejection_rate: share of real digits that may be rejected, 0 to 1, or None to reject nothing.
        """
        self._rate_requested.emit(false_rejection_rate)
        if self._ready:
            self._read_again(time.perf_counter())

    @Slot(int, object, bool)
    def read(self, revision: int, ink: Ink, grew: bool) -> None:
        """Read some ink as soon as it can be.

        Args:
            revision: its number.
            ink: what to read.
            grew: whether it holds all that was there before, so that an answer under way still describes it.
        """
        if not grew:
            self._generation += 1
        self._latest = self._waiting = _Request(self._generation, revision, ink, time.perf_counter())
        self._next()

    def stop(self) -> None:
        """End the thread for good; waits for the reading or opening under way."""
        self._stopped = True
        self._waiting = None
        self._thread.quit()
        self._thread.wait()

    def _next(self) -> None:
        if self._ready and not self._under_way and self._waiting is not None:
            request, self._waiting = self._waiting, None
            self._under_way = True
            self._read_requested.emit(request)

    @Slot(object, str)
    def _on_opened(self, info: CheckpointInfo, device: str) -> None:
        was_ready, self._ready = self._ready, True
        self.opened.emit(info, device)
        # What was drawn before the first network was there has waited since; another network starts afresh.
        self._read_again(time.perf_counter() if was_ready or self._latest is None else self._latest.at)

    def _read_again(self, at: float) -> None:
        """Read what is drawn with another network, or at another false rejection rate."""
        self._generation += 1
        if self._latest is not None:
            self._latest = self._waiting = replace(self._latest, generation=self._generation, at=at)
            self._next()

    @Slot(object)
    def _on_answered(self, answer: Reading | None) -> None:
        self._under_way = False
        self._next()
        if answer is not None and answer.generation == self._generation:
            self.answered.emit(answer)
