"""The log: a small file in the user's log folder that says what digitpad did, and what went wrong unexpectedly.

Modules write to `logging.getLogger(__name__)`; the entry points wrap their work in `recorded`.
"""

from __future__ import annotations

import contextlib
import logging
import platform
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from digitpad import __version__

_FILE_BYTES = 256 << 10
_OLD_FILES = 3
_HELD_SECONDS = 2.0
"""How long records wait in memory. Finding and opening the file takes some 20 ms, which a start has no time for."""

_REPEATS = 10
"""How often the same fault is written. One in a paint event comes back sixty times a second, and would soon push
everything else out of the log."""

_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s"
_LIBRARIES = ("numpy", "onnxruntime", "PySide6-Essentials", "torch")

_log = logging.getLogger(__name__)


def log_folder() -> Path:
    """The user's folder for digitpad's log; it need not exist."""
    from platformdirs import user_log_path  # here, since a start of the window does without it

    return user_log_path("digitpad", appauthor=False)


def log_file() -> Path:
    """The file that is written now; older ones lie beside it."""
    return log_folder() / "digitpad.log"


def recorded(work: Callable[[], int], verbose: bool, on_fault: Callable[[], None] | None = None) -> int:
    """Do the process's work with a log, into which unexpected errors of every thread are written.

    One line on stderr says of each where the log lies.

    Args:
        work: what there is to do; returns the exit status.
        verbose: whether everything goes to stderr too, with details that the file does without.
        on_fault: called after an unexpected error was written, in the thread where it happened.

    Returns:
        The exit status; 1 where the work ended by an unexpected error.
    """
    root, own = logging.getLogger(), logging.getLogger("digitpad")
    file = _HeldFile()
    handlers: list[logging.Handler] = [file, *([logging.StreamHandler()] if verbose else [])]
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(handler)
    level = own.level
    own.setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.captureWarnings(True)
    timer = threading.Timer(_HELD_SECONDS, file.open)
    timer.daemon = True
    timer.start()
    _log.info("digitpad %s, Python %s, %s", __version__, platform.python_version(), sys.platform)
    try:
        with _hooks(on_fault):
            try:
                return work()
            except Exception:  # noqa: BLE001 - the hook writes it
                sys.excepthook(*sys.exc_info())
                return 1
    finally:
        timer.cancel()
        timer.join()
        file.open()
        logging.captureWarnings(False)
        own.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()


class _HeldFile(logging.Handler):
    """The file, opened after the first seconds or at the first warning; records wait for it until then."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._held: list[logging.LogRecord] = []
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._file is not None:
            self._file.handle(record)
            return
        self._held.append(record)
        if record.levelno >= logging.WARNING:
            self.open()

    def open(self) -> None:
        """Open the file and write what was held; does nothing where it is open."""
        self.acquire()
        try:
            if self._file is None:
                self._file = _rotating_file()
                self._file.setFormatter(self.formatter)
                for record in self._held:
                    self._file.handle(record)
                self._held.clear()
                _log.info("%s; %s", platform.platform(), _libraries())
        finally:
            self.release()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


def _rotating_file() -> logging.Handler:
    from logging.handlers import RotatingFileHandler

    class RotatingFile(RotatingFileHandler):
        """A log that cannot be written never disturbs the work."""

        def rotate(self, source: str, dest: str) -> None:
            with contextlib.suppress(OSError):  # on Windows, while another digitpad has the file open
                super().rotate(source, dest)

        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
            pass

    try:
        log_folder().mkdir(parents=True, exist_ok=True)
        return RotatingFile(log_file(), maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
    except OSError:
        return logging.StreamHandler()  # there is no other place left


def _libraries() -> str:
    from importlib import metadata

    found = []
    for name in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.append(f"{name} {metadata.version(name)}")
    return ", ".join(found)


@contextlib.contextmanager
def _hooks(on_fault: Callable[[], None] | None) -> Iterator[None]:
    """Log uncaught exceptions: in the main thread and Qt's slots, in Python's threads, and unraisable ones.

    A hook that someone else has set, such as a test's, is called too; Python's own would print a traceback.
    """
    seen: Counter[str] = Counter()

    def write(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None, where: str) -> None:
        fault = f"{kind} {traceback.extract_tb(trace)[-1:]}"
        seen[fault] += 1
        if seen[fault] <= _REPEATS:
            _log.critical("unexpected error in %s", where, exc_info=(kind, error or kind(), trace))
            if sys.stderr is not None:  # a program without a terminal on Windows has none
                sys.stderr.write(f"digitpad: something went wrong unexpectedly; {log_file()} says what\n")
            if on_fault is not None:
                on_fault()

    def in_qt_or_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, Exception):
            write(kind, error, trace, threading.current_thread().name)
        if not issubclass(kind, Exception) or before[0] is not sys.__excepthook__:
            before[0](kind, error, trace)

    def in_thread(fault: threading.ExceptHookArgs) -> None:
        if fault.exc_type is not SystemExit:
            write(fault.exc_type, fault.exc_value, fault.exc_traceback, threading.current_thread().name)
        if before[1] is not threading.__excepthook__:
            before[1](fault)

    def unraisable(fault: sys.UnraisableHookArgs) -> None:
        where = getattr(fault.object, "__qualname__", type(fault.object).__qualname__)
        write(fault.exc_type, fault.exc_value, fault.exc_traceback, f"{where}, where nothing can be raised")
        if before[2] is not sys.__unraisablehook__:
            before[2](fault)

    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook, threading.excepthook, sys.unraisablehook = in_qt_or_main, in_thread, unraisable
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before
