"""Work on files away from the window's thread: one task after the other, each a plain function."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal, Slot

from digitpad.domain.errors import DigitpadError
from digitpad.ui.common.format import sentence

Work = Callable[[], object]
"""What a task does in its thread; raises DigitpadError where it cannot."""

Done = Callable[[object], None]
"""What is done with its result, in the window's thread."""

Failed = Callable[[str], None]
"""What is done, in the window's thread, with the sentence that says why it failed."""


class _Worker(QObject):
    """Lives in the thread of the tasks."""

    finished = Signal(int, object)
    failed = Signal(int, str)

    @Slot(int, object)
    def run(self, number: int, work: Work) -> None:
        """Run one task."""
        try:
            result = work()
        except DigitpadError as error:
            self.failed.emit(number, sentence(error))
        except Exception:
            self.failed.emit(number, self.tr("That failed, by a fault of digitpad: see Help ▸ Show log folder."))
            raise
        else:
            self.finished.emit(number, result)

    @Slot()
    def end(self) -> None:
        """End the thread, after the tasks before."""
        QThread.currentThread().quit()


class Tasks(QObject):
    """Runs functions in a thread and hands their results back in the window's."""

    _run_requested = Signal(int, object)
    _end_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("tasks")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._run_requested.connect(self._worker.run)
        self._end_requested.connect(self._worker.end)
        self._worker.finished.connect(self._on_finished)
        self._worker.failed.connect(self._on_failed)
        self._stopped = False
        self._number = 0
        self._waiting: dict[int, tuple[Done, Failed]] = {}

    def run(self, work: Work, done: Done, failed: Failed) -> None:
        """Run a function in the thread, after those before it; `done` or `failed` gets what came of it in this one.

        Does nothing after `stop`: what a thread that ends still has to say may come when the window is closed.
        """
        if self._stopped:
            return
        if not self._thread.isRunning():
            self._thread.start()
        self._number += 1
        self._waiting[self._number] = done, failed
        self._run_requested.emit(self._number, work)

    def stop(self) -> None:
        """End the thread after the tasks that were asked for: what was to be written is written."""
        self._stopped = True
        self._waiting.clear()  # nobody waits for what comes of them
        if self._thread.isRunning():
            self._end_requested.emit()
            self._thread.wait()

    @Slot(int, object)
    def _on_finished(self, number: int, result: object) -> None:
        if number in self._waiting:
            self._waiting.pop(number)[0](result)

    @Slot(int, str)
    def _on_failed(self, number: int, sentence: str) -> None:
        if number in self._waiting:
            self._waiting.pop(number)[1](sentence)
