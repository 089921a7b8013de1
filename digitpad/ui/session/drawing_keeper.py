"""Keeps what is on the pad for the next start."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitpad.domain.errors import DigitpadError
from digitpad.ink.strokes import Ink
from digitpad.storage.io import user_folder
from digitpad.ui.session.worker import Worker

_PAUSE = 3000  # milliseconds without a change of the ink after which it is written

_log = logging.getLogger(__name__)


class DrawingKeeper(QObject):
    """Reads the ink that was on the pad at the last closing, and writes it while nobody draws and at closing.

    All files are read and written in a thread. One that is not on does nothing.
    """

    restored = Signal(object)  # the Ink that was on the pad; nothing where it was empty

    def __init__(self, is_on: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_on = is_on
        self._worker = Worker("drawing", self)
        self._changed: Ink | None = None  # what is to be written
        self._read: Ink | None = None  # what was restored, until there is something else
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE)
        self._timer.timeout.connect(self._write)

    def restore(self) -> None:
        """Read what was kept."""
        if self.is_on:
            self._worker.run(_kept, self._on_read, lambda _: None)

    @Slot(int, object)
    def take(self, _revision: int, ink: Ink) -> None:
        """Keep some ink, unless it changes again before it is written."""
        if self.is_on and ink is not self._read:
            self._changed, self._read = ink, None
            self._timer.start()

    def stop(self) -> None:
        """End the thread when the last change is written."""
        self._write()
        self._worker.stop()

    @Slot()
    def _write(self) -> None:
        self._timer.stop()
        if self._changed is not None:
            self._worker.run(partial(_keep, self._changed), lambda _: None, lambda _: None)
            self._changed = None

    def _on_read(self, ink: Ink) -> None:
        if not ink.is_empty:
            self._read = ink
            self.restored.emit(ink)


def session_folder() -> Path:
    """The folder with what was on the pad; it need not exist."""
    return user_folder() / "session"


# The XML parser and Pillow are imported in the thread, where they are used: a start has no time for them.


def _kept() -> Ink:
    folder = session_folder()
    if not folder.is_dir() or not any(folder.iterdir()):
        return Ink()
    from digitpad.ink.formats.session_ink import kept_ink

    return kept_ink(folder)


def _keep(ink: Ink) -> None:
    from digitpad.ink.formats.session_ink import keep_ink

    try:
        keep_ink(session_folder(), ink)
    except (OSError, DigitpadError) as error:
        _log.warning("the drawing is not kept: %s", error)
