"""What goes wrong unexpectedly reaches the window from every thread, and what Qt says reaches the log."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from digitpad.storage.log import log_file

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

_log = logging.getLogger("digitpad.qt")


class Faults(QObject):
    """Says of each fault in the program where the log lies.

    Signals:
        happened: a sentence.
    """

    happened = Signal(str)

    def report(self) -> None:
        """Say that something went wrong; may be called from any thread."""
        sentence = self.tr("Something went wrong that digitpad did not expect. The log says what: {path}")
        self.happened.emit(sentence.format(path=log_file()))


@contextlib.contextmanager
def qt_messages_logged() -> Iterator[None]:
    """Write what Qt would print on stderr into the log."""

    def write(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        _log.log(_LEVELS[kind], "%s: %s", context.category, message)

    before = qInstallMessageHandler(write)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
