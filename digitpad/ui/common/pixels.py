"""Images of digits, painted pixel by pixel in a theme's colours."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from digitpad.ui.common.theme import Theme, mix

SIDE = 28
"""Pixels along an image."""


@cache
def ink_colours(theme: Theme) -> NDArray[np.uint32]:
    """The colour (0xAARRGGBB) of each grey, uint32 (256,): 0 is the theme's paper, 255 its ink."""
    return np.array([QColor(mix(theme.surface, theme.text, grey / 255)).rgb() for grey in range(256)], dtype=np.uint32)


def paint_images(painter: QPainter, images: QImage, corners: list[tuple[int, int]], side: int) -> None:
    """Paint images, see `coloured`, each at its top left corner and with this side, a multiple of 28.

    The painter's unit is one pixel of the device.
    """
    for number, (x, y) in enumerate(corners):
        painter.drawImage(QRect(x, y, side, side), images, QRect(0, number * SIDE, SIDE, SIDE))


def coloured(pixels: NDArray[np.uint8], colours: NDArray[np.uint32]) -> QImage:
    """Images, uint8 (n, height, width), one below the other in the colours of `ink_colours`."""
    words = colours[pixels]
    width = words.shape[-1]
    view = QImage(words.tobytes(), width, words.size // width, width * 4, QImage.Format.Format_RGB32)
    return view.copy()  # a view of bytes would outlive them
