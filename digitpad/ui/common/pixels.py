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


@cache
def network_colours(theme: Theme) -> NDArray[np.uint32]:
    """Colours of what a network sees, as `ink_colours`: light ink on dark ground, as in MNIST, in either theme."""
    return ink_colours(theme) if theme.is_dark else ink_colours(theme)[::-1]


RIM = 1
"""The level of a hairline round what is shown."""

_STRONGEST = 126


@cache
def signed_colours(theme: Theme) -> NDArray[np.uint32]:
    """The colour (0xAARRGGBB) of each of `levels`, uint32 (256,); 0 is the window's ground and `RIM` a hairline.

    Blue is below zero and orange above, which people with the common kinds of colour blindness can tell apart; zero is
    white in light and dark grey in dark.
    """
    below, zero, above = ("#8CB4FF", "#2A323D", "#FFB259") if theme.is_dark else ("#2450A4", "#FFFFFF", "#B35806")
    signed = [min((level - 128) / _STRONGEST, 1) for level in range(2, 256)]
    names = [mix(zero, below if share < 0 else above, abs(share)) for share in signed]
    rim = mix(theme.window, theme.text, 0.12)
    return np.array([QColor(name).rgb() for name in (theme.window, rim, *names)], dtype=np.uint32)


def levels(values: NDArray[np.floating], limits: NDArray[np.floating] | float) -> NDArray[np.uint8]:
    """Levels of signed values for `signed_colours`: 128 is zero, 2 and 254 are minus and plus a limit, or beyond it.

    Args:
        values: of any shape.
        limits: above 0, of a shape that goes with theirs; where it is 0, values are too.
    """
    scale = _STRONGEST / np.maximum(limits, 1e-30)
    return (np.clip(values * scale, -_STRONGEST, _STRONGEST) + 128.5).astype(np.uint8)


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
