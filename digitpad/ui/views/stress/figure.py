"""The changed drawing as the network sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from digitpad.ui.answer.bars import SMALLEST_ROW
from digitpad.ui.common.pixels import SIDE, coloured, network_colours
from digitpad.ui.common.theme import current_theme
from digitpad.ui.views.view import Figure


class ImageFigure(Figure):
    """The changed drawing as the network sees it."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: NDArray[np.uint8] = np.zeros((SIDE, SIDE), np.uint8)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_image(self, image: NDArray[np.uint8]) -> None:
        self._shown = image
        self.update()

    def sizeHint(self) -> QSize:
        side = 10 * SMALLEST_ROW // SIDE * SIDE + 2
        return QSize(side, side)

    def draw(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.drawImage(self.rect().adjusted(1, 1, -1, -1), coloured(self._shown[None], network_colours(theme)))
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
