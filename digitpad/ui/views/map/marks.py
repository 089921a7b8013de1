"""Marks of images on the map, and what is said beside one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from digitpad.ui.common.digit_colours import digit_colour
from digitpad.ui.common.theme import NOTE_PIXELS, Theme, current_theme, mix, text_font, text_scale

_PICTURE = 56
_CENTRED = int(Qt.AlignmentFlag.AlignCenter)


@dataclass(frozen=True, eq=False)
class Callout:
    """What is said beside a mark: the image and lines of text."""

    picture: QImage
    lines: Sequence[str]


def paint_callout(painter: QPainter, at: QPointF, callout: Callout, away: float, room: QSize) -> None:
    """Paint a callout so many pixels beside a place, where it has room."""
    theme, scale = current_theme(), text_scale()
    painter.setFont(text_font(NOTE_PIXELS))
    metrics = painter.fontMetrics()
    picture = _PICTURE * scale
    wide = picture + 24 + max((metrics.horizontalAdvance(line) for line in callout.lines), default=0)
    high = max(picture, metrics.height() * len(callout.lines)) + 16
    x = at.x() + away if at.x() + away + wide <= room.width() else at.x() - away - wide
    y = min(max(at.y() - high / 2, 2), max(room.height() - high - 2, 2))
    place = QRectF(min(max(x, 2), max(room.width() - wide - 2, 2)), y, wide, high)
    painter.setPen(QPen(QColor(mix(theme.surface, theme.quiet, 0.75)), 1))
    painter.setBrush(QColor(theme.surface))
    painter.drawRoundedRect(place, 6, 6)
    painter.drawImage(QRectF(place.x() + 8, place.y() + 8, picture, picture), callout.picture)
    painter.setPen(QColor(theme.text))
    text = place.adjusted(picture + 16, 0, 0, 0)
    painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter), "\n".join(callout.lines))


def paint_mark(painter: QPainter, at: QPointF, digit: int, is_wrong: bool, theme: Theme, size: float) -> None:
    """A disc in its digit's colour with the digit on it; a thick rim where it is read wrong."""
    colour, radius = digit_colour(digit, theme), size / 2
    ink = max(("#FFFFFF", "#10151C"), key=lambda name: abs(QColor(name).lightnessF() - _lightness(colour)))
    # A rim keeps the palest visible on white, and the darkest on black.
    rim = QPen(QColor(theme.text), 2.2) if is_wrong else QPen(QColor(mix(colour, theme.surface, 0.5)), 0.8)
    painter.setPen(rim)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QColor(ink))
    painter.setFont(text_font(max(round(size * 0.78), 5), bold=True, scales=False))
    painter.drawText(QRectF(at.x() - radius, at.y() - radius, size, size), _CENTRED, str(digit))


@lru_cache(maxsize=256)
def sprite_of(digit: int, is_wrong: bool, theme: Theme, size: float, ratio: float) -> QImage:
    """A mark as a picture, ten times as quick to paint."""
    side = size + 4
    image = QImage(QSize(round(side * ratio), round(side * ratio)), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, QPointF(side / 2, side / 2), digit, is_wrong, theme, size)
    return image


def _lightness(colour: str) -> float:
    """How light a colour looks, 0 to 1."""
    shade = QColor(colour)
    return 0.3 * shade.redF() + 0.59 * shade.greenF() + 0.11 * shade.blueF()
