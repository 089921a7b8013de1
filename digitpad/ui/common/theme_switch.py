"""Light, dark, or as the system: what a person chose, and what follows the system."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QWidget

from digitpad.ui.common.theme import Mode, apply_theme, is_system_dark
from digitpad.ui.session.settings import TEXT_SIZES, TEXT_STEP, Settings

_PRESENTED = 1.5


class ThemeSwitch(QObject):
    """Applies the theme that the settings name, and another when a person or the system chooses it."""

    changed = Signal(object)  # the Theme that is applied from now on

    def __init__(self, application: QApplication, settings: Settings, modes: QActionGroup) -> None:
        """Apply nothing yet; `modes` are actions whose data are `Mode`s."""
        super().__init__(modes)
        self._application, self._settings, self._modes = application, settings, modes
        self._presents = False
        modes.triggered.connect(self._on_selected)
        application.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    def resize_text(self, change: int) -> None:
        """Make type larger or smaller by so many steps; with 0, as large as usual."""
        size = self._settings.text_size + change * TEXT_STEP if change else TEXT_SIZES[0]
        self._settings.text_size = min(max(size, TEXT_SIZES[0]), TEXT_SIZES[1])
        self.apply()

    def present(self, window: QWidget, presents: bool) -> None:
        """Fill the screen with a window, in larger type and high contrast for people who sit far away; or end that."""
        state, full = window.windowState(), Qt.WindowState.WindowFullScreen
        if presents != self._presents:
            self._presents = presents
            self.apply()
            window.setWindowState(state | full if presents else state & ~full)

    def apply(self) -> None:
        """Apply what the settings name."""
        mode = self._settings.theme
        scale = self._settings.text_size / 100 * (_PRESENTED if self._presents else 1)
        self._theme = apply_theme(self._application, cast(Mode, mode), scale, high_contrast=self._presents)
        for action in self._modes.actions():
            action.setChecked(action.data() == mode)
        self.changed.emit(self._theme)

    @Slot(QAction)
    def _on_selected(self, action: QAction) -> None:
        self._settings.theme = str(action.data())
        self.apply()

    @Slot()
    def _on_system_changed(self) -> None:
        # Setting light or dark changes the scheme too, and comes back here; only a change from outside counts.
        if self._settings.theme == "system" and self._theme.is_dark != is_system_dark(self._application):
            self.apply()
