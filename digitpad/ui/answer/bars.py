"""The ten bars: what the network believes, one row for each digit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractAnimation, QEvent, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.format import percent
from digitpad.ui.common.theme import TEXT_PIXELS, current_theme, mix, reduced_motion, text_font, text_scale
from digitpad.ui.common.widgets import describe

SMALLEST_ROW = 18
LARGEST_ROW = 56
"""Height of a row in pixels, between these as the widget's height allows; type grows with it."""

_GAP, _NARROWEST = 8, 150
_GLIDE_MILLISECONDS = 80
_SPOKEN = 3


class ProbabilityBars(QWidget):
    """Ten rows of digit, bar and percentage; the best stands out in the accent colour and in bold type.

    Where a drawing is rejected, all ten rows are dimmed: they only say which digits it comes nearest to.

    Everything is painted in one go. The percentages keep a column as wide as '100.0 %', so that nothing moves but the
    bars.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("probability_bars")
        self.setAccessibleName(self.tr("Probabilities"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._probabilities: tuple[float, ...] | None = None
        self._best: int | None = None
        self._from = self._to = (0.0,) * CLASSES
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(_GLIDE_MILLISECONDS)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.valueChanged.connect(lambda _share: self.update())
        self._set_type(TEXT_PIXELS)
        self._describe()

    def _set_type(self, pixels: int) -> None:
        self._font, self._bold = text_font(pixels, scales=False), text_font(pixels, bold=True, scales=False)
        metrics = QFontMetricsF(self._bold)
        self._label_width = max(metrics.horizontalAdvance(str(digit)) for digit in range(CLASSES))
        self._number_width = metrics.horizontalAdvance(percent(1.0))

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._fit_type()

    def _fit_type(self) -> None:
        row = min(self.height() // CLASSES, LARGEST_ROW, self.width() // 8)
        wanted = max(round(TEXT_PIXELS * text_scale()), round(0.42 * row))
        self._set_type(max(TEXT_PIXELS, min(wanted, round(0.75 * row))))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_type()

    def show_probabilities(
        self, probabilities: Sequence[float] | None, best: int | None, *, animate: bool = False
    ) -> None:
        """Show what the network believes.

        Args:
            probabilities: ten probabilities, 0 to 1, or None for no answer: bare tracks without figures.
            best: the digit that stands out, or None where the drawing is rejected.
            animate: let the bars glide there in 80 ms, unless reduced motion is asked for. Answers to a line that
                is still growing come every few milliseconds and should not.

        Raises:
            ValueError: there are not ten probabilities.
        """
        shown = None if probabilities is None else tuple(float(p) for p in probabilities)
        if shown is not None and len(shown) != CLASSES:
            raise ValueError(f"ten probabilities are needed, not {len(shown)}")
        if (shown, best) == (self._probabilities, self._best):
            return
        self._from = self._lengths()
        self._to = shown or (0.0,) * CLASSES
        self._probabilities, self._best = shown, best
        self._glide.stop()
        if animate and not reduced_motion():
            self._glide.start()
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, CLASSES * 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, CLASSES * SMALLEST_ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        row = min(max(self.height() // CLASSES, SMALLEST_ROW), LARGEST_ROW)
        thickness = row // 2
        left = self._label_width + _GAP
        room = self.width() - self._number_width - _GAP - left
        rest = (theme.quiet, 0.35) if self._best is None else (theme.accent, 0.45)
        text, quiet, line, accent = (QColor(c) for c in (theme.text, theme.quiet, theme.line, theme.accent))
        middle_left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        middle_right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for digit, length in enumerate(self._lengths()):
                top = digit * row
                is_best = digit == self._best
                painter.setFont(self._bold if is_best else self._font)
                painter.setPen(text if is_best else quiet)
                painter.drawText(QRectF(0, top, self.width(), row), middle_left, str(digit))
                if self._probabilities is not None:
                    number = percent(self._probabilities[digit])
                    painter.drawText(QRectF(0, top, self.width(), row), middle_right, number)
                painter.fillRect(QRectF(left, top + row // 2, room, 1), line)
                if length * room >= 0.5:
                    bar = QRectF(left, top + (row - thickness) // 2, length * room, thickness)
                    radius = min(3.0, bar.width() / 2)
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(accent if is_best else QColor(mix(theme.window, *rest)))
                    painter.drawRoundedRect(bar, radius, radius)

    def _lengths(self) -> tuple[float, ...]:
        """Length of each bar now, 0 to 1."""
        if self._glide.state() != QAbstractAnimation.State.Running:
            return self._to
        share = float(self._glide.currentValue())
        return tuple(a + (b - a) * share for a, b in zip(self._from, self._to, strict=True))

    def _describe(self) -> None:
        """Say the most probable digits, the best first, as the bars show them."""
        if self._probabilities is None:
            text = self.tr("No answer yet")
        else:
            shares = self._probabilities
            ranked = sorted(range(CLASSES), key=shares.__getitem__, reverse=True)[:_SPOKEN]
            text = ", ".join(f"{digit}: {percent(shares[digit])}" for digit in ranked)
            if self._best is None:
                text = self.tr("Not a digit; nearest: {digits}").format(digits=text)
        describe(self, text)
