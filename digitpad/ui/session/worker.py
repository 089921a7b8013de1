"""Work away from the window's thread, each job a plain function; and of many requests, the latest alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

from digitpad.domain.errors import DigitpadError

_log = logging.getLogger(__name__)

_STACK_BYTES = 8 << 20
"""The thread's stack: torch needs more than the 512 KB that macOS gives."""

T = TypeVar("T")
P = ParamSpec("P")

Failed = Callable[[DigitpadError], None]


class _Runner(QObject):
    """Lives in the worker's thread."""

    done = Signal(int, object)
    failed = Signal(int, object)

    @Slot(int, object)
    def run(self, number: int, work: Callable[[], object]) -> None:
        """Run one job."""
        try:
            result = work()
        except DigitpadError as error:
            _log.info("refused: %s", error)
            self.failed.emit(number, error)
        except Exception:
            fault = DigitpadError("That failed, by a fault of digitpad: see Help ▸ Show log folder.")
            self.failed.emit(number, fault)
            raise
        else:
            self.done.emit(number, result)

    @Slot()
    def end(self) -> None:
        """End the thread, after the jobs before."""
        QThread.currentThread().quit()


class Worker(QObject):
    """Runs functions one after the other in a thread of its own, and calls back in the window's thread."""

    _run_requested = Signal(int, object)
    _end_requested = Signal()
    _relayed = Signal(object)

    def __init__(self, name: str = "worker", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._thread.setStackSize(_STACK_BYTES)
        self._runner = _Runner()
        self._runner.moveToThread(self._thread)
        self._run_requested.connect(self._runner.run)
        self._end_requested.connect(self._runner.end)
        self._runner.done.connect(self._on_done)
        self._runner.failed.connect(self._on_failed)
        self._relayed.connect(self._on_relayed)
        self._stopped = False
        self._number = 0
        self._waiting: dict[int, tuple[Callable[[Any], None], Failed]] = {}

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> None:
        """Run a function after those before it; does nothing after `stop`.

        Args:
            work: called in the worker's thread; raises DigitpadError where it cannot do what it should. Another
                exception is a fault of digitpad: it is reported in a sentence, and raised for `sys.excepthook`.
            done: called with its result in the window's thread.
            failed: called with its error in the window's thread.
        """
        if self._stopped:
            return
        if not self._thread.isRunning():
            self._thread.start()
        self._number += 1
        self._waiting[self._number] = done, failed
        self._run_requested.emit(self._number, work)

    def relay(self, callback: Callable[P, None]) -> Callable[P, None]:
        """A function for a job under way to call in its thread: `callback` is called in the window's, in order."""

        def relayed(*args: P.args, **kwargs: P.kwargs) -> None:
            self._relayed.emit(partial(callback, *args, **kwargs))

        return relayed

    def is_stopped(self) -> bool:
        """Whether nobody waits any more for what comes of a job, which may ask that in its thread."""
        return self._stopped

    def stop(self) -> None:
        """End the thread for good, after the jobs that were asked for: what was to be written is written.

        Nothing calls back any more.
        """
        self._stopped = True
        self._waiting.clear()
        if self._thread.isRunning():
            self._end_requested.emit()
            self._thread.wait()

    @Slot(int, object)
    def _on_done(self, number: int, result: object) -> None:
        if number in self._waiting:
            self._waiting.pop(number)[0](result)

    @Slot(int, object)
    def _on_failed(self, number: int, error: DigitpadError) -> None:
        if number in self._waiting:
            self._waiting.pop(number)[1](error)

    @Slot(object)
    def _on_relayed(self, call: Callable[[], None]) -> None:
        if not self._stopped:
            call()


class Latest(Generic[T]):
    """Runs the latest of many requests: one job under way and one waiting, which a later one replaces.

    Requests on one subject share its number. What comes of a job is handed on while its subject is still the latest
    one, so that a slider that is being moved shows every step there was time for, and never one of an image left
    behind.
    """

    def __init__(self, worker: Worker, done: Callable[[T], None], failed: Failed) -> None:
        self._worker, self._done, self._failed = worker, done, failed
        self._subject = 0
        self._waiting: Callable[[], T] | None = None
        self._under_way = False

    def run(self, subject: int, work: Callable[[], T]) -> None:
        """Run a function as soon as the one under way has ended, unless another is asked for until then."""
        self._subject, self._waiting = subject, work
        self._next()

    def drop(self) -> None:
        """Forget what was requested, and what will come of the job under way."""
        self._subject, self._waiting = -1, None

    def _next(self) -> None:
        if self._waiting is not None and not self._under_way:
            work, self._waiting = self._waiting, None
            self._under_way = True
            end = partial(self._on_end, self._subject)
            self._worker.run(work, partial(end, self._done), partial(end, self._failed))

    def _on_end(self, subject: int, callback: Callable[[Any], None], what: object) -> None:
        self._under_way = False
        self._next()
        if subject == self._subject:
            callback(what)
