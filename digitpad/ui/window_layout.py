"""Size, place and pages of the window: as they were left, and whole on the screen that it opens on."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Slot
from PySide6.QtWidgets import QMainWindow

from digitpad.ui.session.settings import Settings
from digitpad.ui.workbench import Workbench

_FIRST_SIZE = QSize(1180, 760)
_SMALLEST = QSize(900, 600)


class WindowLayout(QObject):
    """Brings back the layout of the last start, and remembers it for the next one."""

    def __init__(self, window: QMainWindow, workbench: Workbench, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._workbench, self._settings = window, workbench, settings
        window.setMinimumSize(_SMALLEST)
        window.resize(_FIRST_SIZE)
        window.restoreGeometry(settings.geometry)
        window.restoreState(settings.layout)
        self.fit_screen()
        workbench.share = settings.left_share
        for page_id in settings.pages:
            workbench.show_page(page_id)

    @Slot()
    def fit_screen(self) -> None:
        """Keep the window within its screen, also where its size comes from a larger one."""
        window = self._window
        room, frame = window.screen().availableGeometry(), window.frameGeometry()
        if room.size().boundedTo(_SMALLEST) != _SMALLEST or window.isMaximized() or window.isFullScreen():
            return
        window.resize(window.size().boundedTo(room.size() - (frame.size() - window.size())))
        frame = window.frameGeometry()
        left = max(room.left(), min(frame.left(), room.right() - frame.width() + 1))
        top = max(room.top(), min(frame.top(), room.bottom() - frame.height() + 1))
        window.move(left, top)

    def remember(self) -> None:
        self._settings.pages, self._settings.left_share = self._workbench.shown, self._workbench.share
        self._settings.remember_window(self._window.saveGeometry(), self._window.saveState())
