"""What an empty pad says."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from digitpad.ui.common.theme import text_font, text_scale

translate = QCoreApplication.translate


def paint_asked(painter: QPainter, pad: QRect, words: str) -> None:
    """Write what is to be drawn in large type at the pad's upper edge, in the painter's colour."""
    font = text_font(round(24 * text_scale()), bold=True, scales=False)
    wide = QFontMetrics(font).horizontalAdvance(words)
    font.setPixelSize(min(font.pixelSize(), font.pixelSize() * (pad.width() - 24) // max(wide, 1)))
    painter.setFont(font)
    painter.drawText(pad.adjusted(12, 8, -12, -8), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, words)


def paint_hint(painter: QPainter, pad: QRect, *, is_asked: bool) -> None:
    """Write in the middle of the pad what can be done, in the painter's colour.

    Args:
        painter: paints on the pad.
        pad: where it lies.
        is_asked: whether a digit is asked for.
    """
    middle, font = pad.center().y(), painter.font()
    lines = [
        (translate("hint", "Draw a digit or a number"), 24, middle - 32),
        (translate("hint", "with mouse, pen or finger"), 13, middle - 2),
        (translate("hint", "F5 trains a network, Ctrl+L loads one, Ctrl+V pastes a picture"), 13, middle + 30),
    ]
    if is_asked:
        lines = [(translate("hint", "Enter keeps it, S skips it, Esc ends the round"), 13, middle - 2)]
    for text, size, top in lines:
        font.setPixelSize(size)
        wide = QFontMetrics(font).horizontalAdvance(text)
        if size > 13 and wide > pad.width() - 32:  # the first line stays one in a small window
            font.setPixelSize(max(13, size * (pad.width() - 32) // wide))
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRect(16, top, pad.width() - 32, 36), flags, text)
