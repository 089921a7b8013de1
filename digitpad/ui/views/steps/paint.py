"""Paints the steps from pen to network: each function a square picture of some side, from 0, 0 on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from digitpad.ink.raster.render import BOX, SIDE, STROKE
from digitpad.ink.raster.steps import centre_of_mass
from digitpad.ink.strokes import PAD_SIDE, Floats, Ink
from digitpad.ui.common.pixels import coloured
from digitpad.ui.common.theme import LIGHT, NOTE_PIXELS, current_theme, mix, text_font, text_scale
from digitpad.ui.views.ink import paint_lines

BARS = 56
"""Height in pixels of the bars that `paint_read` paints below its picture, at the usual text size."""


def paint_image(image: QImage, painter: QPainter, side: float) -> None:
    """An image, pixel by pixel."""
    painter.drawImage(QRectF(0, 0, side, side), image)


def paint_scaled(lines: Sequence[Floats], painter: QPainter, side: float) -> None:
    """Strokes in the 20×20 box, in pixels, on its grid."""
    theme, pixel = current_theme(), side / BOX
    painter.fillRect(QRectF(0, 0, side, side), QColor(theme.surface))
    painter.setPen(QPen(QColor(theme.line), 1))
    for at in range(1, BOX):
        painter.drawLine(QPointF(at * pixel, 0), QPointF(at * pixel, side))
        painter.drawLine(QPointF(0, at * pixel), QPointF(side, at * pixel))
    colour = mix(theme.surface, theme.text, 0.75)
    paint_lines(painter, [points * pixel for points in lines], [STROKE * pixel] * len(lines), colour)


def paint_centred(image: NDArray[np.uint8], colours: NDArray[np.uint32], painter: QPainter, side: float) -> None:
    """The network input, uint8 (28, 28), with its middle and a cross at its centre of mass."""
    painter.drawImage(QRectF(0, 0, side, side), coloured(image[None], colours))
    x, y = (place * side / SIDE for place in centre_of_mass(image))
    middle, reach = side / 2, side / 14
    overlay = QColor(LIGHT.accent)
    painter.setPen(QPen(overlay, 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(middle, 0), QPointF(middle, side))
    painter.drawLine(QPointF(0, middle), QPointF(side, middle))
    painter.setPen(QPen(overlay, 2))
    painter.drawLine(QPointF(x - reach, y), QPointF(x + reach, y))
    painter.drawLine(QPointF(x, y - reach), QPointF(x, y + reach))


def paint_picture(ink: Ink, painter: QPainter, side: float) -> None:
    """A picture on the pad."""
    painter.fillRect(QRectF(0, 0, side, side), QColor(current_theme().surface))
    if ink.picture is not None:
        pixels = np.ascontiguousarray(ink.picture.pixels)
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        left, top, wide, high = (length * side / PAD_SIDE for length in ink.picture.place)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, wide, high), image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)


def paint_read(picture: QImage, probabilities: NDArray[np.float64], painter: QPainter, side: float) -> None:
    """An image, and below it ten bars, each with its digit."""
    theme, scale = current_theme(), text_scale()
    painter.drawImage(QRectF(0, 0, side, side), picture)
    wide, high, best = side / len(probabilities), (BARS - 22) * scale, int(probabilities.argmax())
    painter.setFont(text_font(NOTE_PIXELS))
    for digit, share in enumerate(probabilities.tolist()):
        foot = side + 6 + high
        painter.fillRect(QRectF(digit * wide + 1, foot - 1, wide - 2, 1), QColor(theme.line))
        colour = theme.accent if digit == best else mix(theme.window, theme.accent, 0.45)
        painter.fillRect(QRectF(digit * wide + 1, foot - share * high, wide - 2, share * high), QColor(colour))
        painter.setPen(QColor(theme.text if digit == best else theme.quiet))
        place = QRectF(digit * wide, foot, wide, 14 * scale)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), str(digit))
