"""Light, dark, or as the system: what a person chose, and what follows the system."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication

from digitpad.ui.common.theme import Mode, apply_theme, system_theme
from digitpad.ui.session.settings import Settings


class ThemeSwitch(QObject):
    """Applies the theme that the settings name, and another when a person or the system chooses it."""

    changed = Signal(object)  # the Theme that is applied from now on

    def __init__(self, application: QApplication, settings: Settings, modes: QActionGroup) -> None:
        """Apply nothing yet; `modes` are actions whose data are `Mode`s."""
        super().__init__(modes)
        self._application, self._settings, self._modes = application, settings, modes
        modes.triggered.connect(self._on_chosen)
        application.styleHints().colorSchemeChanged.connect(self._on_system_changed)

    def apply(self) -> None:
        """Apply what the settings name."""
        mode = self._settings.theme
        self._theme = apply_theme(self._application, cast(Mode, mode))
        for action in self._modes.actions():
            action.setChecked(action.data() == mode)
        self.changed.emit(self._theme)

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        self._settings.theme = str(action.data())
        self.apply()

    @Slot()
    def _on_system_changed(self) -> None:
        # Setting light or dark changes the scheme too, and comes back here; only a change from outside counts.
        if self._settings.theme == "system" and self._theme != system_theme(self._application):
            self.apply()
