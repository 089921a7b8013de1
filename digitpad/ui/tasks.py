"""Work on files away from the window's thread: one task after the other, each a plain function."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal, Slot

from digitpad.errors import DigitpadError

Work = Callable[[], object]
"""What a task does in its thread; raises DigitpadError where it cannot."""

Done = Callable[[object], None]
"""What is done with its result, in the window's thread."""


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
            self.failed.emit(number, str(error))
        else:
            self.finished.emit(number, result)


class Tasks(QObject):
    """Runs functions in a thread and hands their results back in the window's.

    Signals:
        failed: a sentence that says why a task failed.
    """

    failed = Signal(str)

    _run_requested = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("tasks")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._run_requested.connect(self._worker.run)
        self._worker.finished.connect(self._on_finished)
        self._worker.failed.connect(self._on_failed)
        self._number = 0
        self._done: dict[int, Done] = {}

    def run(self, work: Work, done: Done) -> None:
        """Run a function in the thread, after those before it, and hand its result to `done` in this one."""
        if not self._thread.isRunning():
            self._thread.start()
        self._number += 1
        self._done[self._number] = done
        self._run_requested.emit(self._number, work)

    def stop(self) -> None:
        """End the thread after the tasks that were asked for: what was to be written is written."""
        self._thread.quit()
        self._thread.wait()
        self._done.clear()

    @Slot(int, object)
    def _on_finished(self, number: int, result: object) -> None:
        done = self._done.pop(number, None)
        if done is not None:  # a result that comes after the stop has nobody waiting for it
            done(result)

    @Slot(int, str)
    def _on_failed(self, number: int, sentence: str) -> None:
        if self._done.pop(number, None) is not None:
            self.failed.emit(sentence)
