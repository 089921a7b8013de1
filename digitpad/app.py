"""The one place where the parts are made and tied together.

The order of a start, which decides how soon a person can draw:

1. the words of the command line, then the QApplication and its theme;
2. the window, without Pillow, ONNX Runtime (but on Windows), torch, or any file but settings, icons and translation;
3. the window's first paint: from here on the pad takes ink;
4. a thread, which imports ONNX Runtime and opens the checkpoint; what was drawn meanwhile is read in another;
5. when training is first opened or asked for, or gradients are: torch.

CONTRIBUTING.md describes the way from a pointer event to the bars, and from a click on Train to the curves.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import digitpad.services  # noqa: F401 - before Qt, see there

# isort: split
from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from digitpad.cli import parser as arguments
from digitpad.services import TrainingService
from digitpad.storage.io import shipped
from digitpad.storage.log import recorded
from digitpad.ui.common.icons import icon
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.theme import LIGHT
from digitpad.ui.main_window import MainWindow
from digitpad.ui.session.faults import Faults, qt_messages_logged
from digitpad.ui.session.settings import Settings

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader

_SWITCH_SECONDS = 0.001
"""How long a thread may keep the interpreter while another waits for it. Python's 5 ms would be most of the time that
an answer may take."""

_log = logging.getLogger(__name__)


def create(argv: Sequence[str]) -> MainWindow:
    """Build the whole application, without showing its window. Closing the window ends every thread it started.

    Args:
        argv: command-line words without the program's name, such as `["--checkpoint", "mine.safetensors"]`.

    Raises:
        SystemExit: the words cannot be used; one line on stderr says why.
    """
    words = arguments.parse(argv)
    sys.setswitchinterval(_SWITCH_SECONDS)
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(["digitpad"])
    application.setApplicationName("digitpad")
    application.setApplicationDisplayName("digitpad")
    application.setDesktopFileName("digitpad")
    application.setWindowIcon(icon("app", LIGHT))
    _translate(application)
    return MainWindow(application, Settings(), _open_reader, TrainingService(), words.checkpoint, words.device)


def run(argv: Sequence[str]) -> int:
    """Open the window and stay until it is closed, with a log; returns the exit status."""
    faults = Faults()

    def show() -> int:
        with qt_messages_logged():
            window = create(argv)
            notice = cast(Notice, window.findChild(Notice, "notice"))
            # In the window's thread, and later, since a fault may happen amid a paint event.
            faults.happened.connect(notice.say, Qt.ConnectionType.QueuedConnection)
            window.show()
            return QApplication.exec()

    return recorded(show, arguments.parse(argv).verbose, faults.report)


def _open_reader(path: Path | None, is_cancelled: Callable[[], bool]) -> Reader:
    """Open a checkpoint, the one that ships where None; the first call imports ONNX Runtime, in a thread."""
    from digitpad.reading.load import open_reader

    return open_reader(path, is_cancelled)


def _translate(application: QApplication) -> None:
    """Load digitpad's words in the system's language, and Qt's own with them; English where there are none."""
    ours, qt = QTranslator(application), QTranslator(application)
    if ours.load(QLocale(), "digitpad", "_", str(shipped("resources", "translations"))):
        application.installTranslator(ours)
        if qt.load(QLocale(), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            application.installTranslator(qt)
