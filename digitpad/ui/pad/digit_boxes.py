"""Thin boxes round the digits of a number on the pad, each with what it is read as."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from digitpad.domain.prediction import ReadDigit
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, mix, text_font
from digitpad.ui.common.widgets import named
from digitpad.ui.pad.view import View

_MARGIN = 1.0
"""Pixels between the ink's outline and its box."""

_LABEL = NOTE_PIXELS + 4
"""Height of what stands above a box, in pixels."""


class DigitBoxes(QWidget):
    """Lies over the pad and lets every pointer through to it."""

    def __init__(self, pad: QWidget) -> None:
        super().__init__(pad)
        named(self, "digit_boxes")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._digits: tuple[tuple[tuple[float, float, float, float], int], ...] = ()
        self._reach = 0.0
        self._selected: int | None = None
        pad.installEventFilter(self)
        self.setGeometry(pad.rect())
        self.hide()

    def show_digits(self, digits: Sequence[ReadDigit], selected: int | None, reach: float) -> None:
        """Show the boxes of some digits, or none.

        Args:
            digits: from left to right.
            selected: the place of the one whose box stands out.
            reach: how far the ink reaches from the middle of its lines, in canvas units.
        """
        shown = tuple((digit.box, digit.digit) for digit in digits)
        if (shown, selected, reach) == (self._digits, self._selected, self._reach):
            return
        before = self._covered()
        self._digits, self._selected, self._reach = shown, selected, reach
        self.setVisible(bool(self._digits))
        self.update(before.united(self._covered()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        accent, quiet = QColor(theme.accent), QColor(mix(theme.surface, theme.quiet, 0.7))
        font = text_font(NOTE_PIXELS, bold=True, scales=False)
        ascent = QFontMetricsF(font).ascent()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(font)
            for place, ((_, digit), box) in enumerate(zip(self._digits, self._boxes(), strict=True)):
                painter.setPen(QPen(accent if place == self._selected else quiet, 1))
                painter.drawRoundedRect(box, 3, 3)
                above = box.top() >= _LABEL
                baseline = box.top() - _LABEL + ascent if above else box.bottom() + ascent
                painter.drawText(QPointF(box.left() + 1, baseline), str(digit))

    def _boxes(self) -> list[QRectF]:
        """Where the boxes lie in the widget, within it."""
        view = View.fit(self.size())
        inside = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        boxes = []
        for (left, top, right, bottom), _ in self._digits:
            covered = view.rect((left - self._reach, top - self._reach, right + self._reach, bottom + self._reach))
            box = covered.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN).toAlignedRect()
            boxes.append(QRectF(box).translated(0.5, 0.5).intersected(inside))
        return boxes

    def _covered(self) -> QRect:
        covered = QRectF()
        for box in self._boxes():
            covered = covered.united(box)
        return covered.adjusted(-2, -_LABEL - 2, 2, _LABEL + 2).toAlignedRect()
