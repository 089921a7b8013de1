"""What an empty pad says."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

translate = QCoreApplication.translate


def paint_hint(painter: QPainter, pad: QRect) -> None:
    """Write in the middle of the pad what can be done, in the painter's colour."""
    middle, font = pad.center().y(), painter.font()
    for text, size, top in (
        (translate("hint", "Draw a digit or a number"), 24, middle - 32),
        (translate("hint", "with mouse, pen or finger"), 13, middle - 2),
        (translate("hint", "F5 trains a network, Ctrl+L loads one, Ctrl+V pastes a picture"), 13, middle + 30),
    ):
        font.setPixelSize(size)
        wide = QFontMetrics(font).horizontalAdvance(text)
        if size > 13 and wide > pad.width() - 32:  # the first line stays one in a small window
            font.setPixelSize(max(13, size * (pad.width() - 32) // wide))
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRect(16, top, pad.width() - 32, 36), flags, text)
