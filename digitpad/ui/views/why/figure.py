"""The drawing as the network sees it, its pixels coloured by what they add, with the scale of colours beside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from digitpad.ui.common.format import numeral
from digitpad.ui.common.pixels import SIDE, coloured, levels, signed_colours
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font, text_scale
from digitpad.ui.common.widgets import named
from digitpad.ui.views.view import PointedFigure
from digitpad.ui.views.why.explanation import Explanation

_SCALE_WIDTH, _LEGEND, _GAP = 16, 120, 16  # of the colours, with their words, and beside the drawing, in pixels
_INK = 96  # grey from which on a pixel lies within the outline
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}

Pixel = tuple[int, int]
"""Row and column."""


class WhyFigure(PointedFigure[Pixel]):
    """The coloured drawing; a pixel is looked at with the pointer or the arrow keys.

    Signals:
        pixel_changed: another pixel is looked at.
    """

    pixel_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        named(self, "why_figure", self.tr("Where the answer comes from"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._shown: Explanation | None = None
        self._invitation = self.tr("Draw a digit on the pad.")
        self._kept: Pixel = (SIDE // 2, SIDE // 2)
        self.hovered.connect(self._look)

    def show_explanation(self, shown: Explanation | None) -> None:
        """Paint another one, or where to draw."""
        self._shown = shown
        self.repaint()

    @property
    def pixel(self) -> Pixel:
        """Row and column of the pixel that is looked at."""
        return self._hovered or self._kept

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()  # the page gives it what it has; where it has less, it scrolls

    def minimumSizeHint(self) -> QSize:
        return QSize(round((_LEGEND + _GAP) * text_scale()) + 196, 196)

    @property
    def _square(self) -> QRectF:
        """Where the drawing stands; whole pixels of the screen for each of its own."""
        room = min(self.height(), self.width() - round((_LEGEND + _GAP) * text_scale()))
        side = max(room // SIDE, 1) * SIDE
        return QRectF(1, 1, side, side).adjusted(0, 0, -2 if side >= room else 0, -2 if side >= room else 0)

    def draw(self, painter: QPainter) -> None:
        """Paint the colours, the outline of the ink over them, the pixel that is looked at, and the scale."""
        shown, theme = self._shown, current_theme()
        if shown is None:
            painter.setPen(QColor(theme.quiet))
            painter.setFont(text_font())
            painter.drawText(QRectF(0, 0, self.width(), 64), int(Qt.AlignmentFlag.AlignCenter), self._invitation)
            return
        square, found = self._square, shown.attribution
        values = np.zeros((SIDE, SIDE), np.float32) if found is None else found.values
        limit = float(np.abs(values).max())
        painter.drawImage(square, coloured(levels(values, limit)[None], signed_colours(theme)))
        pixel = square.width() / SIDE
        painter.setPen(QPen(QColor(theme.text), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLines([QLineF(*(np.array(ends) * pixel + square.x()).tolist()) for ends in _outline(shown)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(square)
        if self._hovered or self.hasFocus():
            row, column = self.pixel
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(QRectF(square.x() + column * pixel, square.y() + row * pixel, pixel, pixel))
        if limit > 0:
            self._draw_scale(painter, square, limit, shown.digit)

    def _draw_scale(self, painter: QPainter, square: QRectF, limit: float, digit: int) -> None:
        """The colours from the strongest for the digit, above, to the strongest against it."""
        theme, scale = current_theme(), text_scale()
        line, height = 16 * scale, min(square.height(), 280 * scale)
        place = QRectF(square.right() + _GAP, square.y(), _SCALE_WIDTH * scale, height)
        column = np.arange(254, 1, -1, dtype=np.uint8)[:, None]
        painter.drawImage(place, coloured(column[None], signed_colours(theme)))
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawRect(place)
        painter.setFont(text_font(NOTE_PIXELS))
        left, width = place.right() + 8, _LEGEND * scale
        for y, value, words in (
            (place.top(), f"+{numeral(limit, digits=2)}", self.tr("for {digit}").format(digit=digit)),
            (place.center().y() - line / 2, "0", ""),
            (place.bottom() - 2 * line, numeral(-limit, digits=2), self.tr("against {digit}").format(digit=digit)),
        ):
            painter.setPen(QColor(theme.text))
            painter.drawText(QRectF(left, y, width, line), value)
            painter.setPen(QColor(theme.quiet))
            painter.drawText(QRectF(left, y + line, width, line), words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._kept = self.place_at(event.position()) or self._kept
        self._look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys go to other pixels."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        row, column = (min(max(at + by, 0), SIDE - 1) for at, by in zip(self.pixel, step, strict=True))
        self._kept, self._hovered = (row, column), None
        self._look()

    def place_at(self, position: QPointF) -> Pixel | None:
        """The pixel there."""
        square = self._square
        row, column = (
            int((place - start) / square.width() * SIDE)
            for place, start in ((position.y(), square.y()), (position.x(), square.x()))
        )
        return (row, column) if square.contains(position) and max(row, column) < SIDE else None

    @Slot()
    def _look(self) -> None:
        self.update()
        self.pixel_changed.emit()


def _outline(shown: Explanation) -> list[tuple[int, int, int, int]]:
    """The edges between pixels with and without ink: x and y of both ends, in pixels."""
    ink = np.pad(shown.image >= _INK, 1)
    across = [(x, y, x + 1, y) for y, x in np.argwhere(ink[1:, 1:-1] != ink[:-1, 1:-1]).tolist()]
    down = [(x, y, x, y + 1) for y, x in np.argwhere(ink[1:-1, 1:] != ink[1:-1, :-1]).tolist()]
    return across + down
