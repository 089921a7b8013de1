"""The window's two panes: pad and answer above, training below, which closes to a line."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from digitpad.ui.training.page import TrainingPanel

_TRAINING_HEIGHT = 280  # what opens below the line
_NO_LIMIT = (1 << 24) - 1  # Qt's own largest size of a widget


class Panes(QSplitter):
    """Opens the lower pane by making the window taller, where the screen has room for that."""

    def __init__(self, upper: QWidget, training: TrainingPanel) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._training = training
        self._grown = 0  # by how much the window is taller than it was before the lower pane opened
        self.setChildrenCollapsible(False)
        self.addWidget(upper)
        self.addWidget(training)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        training.toggled.connect(self._on_toggled)
        training.line_resized.connect(self._fit)

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the line once fonts and styles are what will be seen."""
        super().showEvent(event)
        self._fit()

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        """Make room below where the screen has it, and give it back."""
        self._fit()
        self._resize_window(is_open)
        # Untold, the splitter goes on with the sizes of before, even beyond the largest of the closed panel.
        lower = self._training.line_height + (_TRAINING_HEIGHT if is_open else 0)
        self.setSizes([sum(self.sizes()) - lower, lower])

    def _resize_window(self, is_open: bool) -> None:
        window = self.window()
        if window.isMaximized() or window.isFullScreen():
            return
        screen = window.screen().availableGeometry()
        if is_open:
            room = self._grown = min(max(0, screen.height() - window.frameGeometry().height()), _TRAINING_HEIGHT)
        else:
            room, self._grown = -self._grown, 0
        window.resize(window.width(), window.height() + room)
        below = window.frameGeometry().bottom() - screen.bottom()
        if room > 0 and below > 0:
            window.move(window.x(), max(screen.top(), window.y() - below))

    @Slot()
    def _fit(self) -> None:
        """Give the closed panel what its line takes, and what is to be said below it; the open one what it gets."""
        is_open = self._training.is_open
        line = 0 if is_open else self._training.line_height
        self._training.setMinimumHeight(line)
        self._training.setMaximumHeight(_NO_LIMIT if is_open else line)
