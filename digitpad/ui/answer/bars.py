"""The ten bars: what the network believes, one row for each digit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractAnimation, QEvent, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
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
_FIGURES = 0.95  # of a row's height, for type: figures have nothing below their line
_SPOKEN = 3


class ProbabilityBars(QWidget):
    """Ten rows of digit, bar and percentage; the best stands out in the accent colour and in bold type.

    Where a drawing is rejected, all ten rows are dimmed: they only say which digits it comes nearest to.

    Everything is painted in one go. The percentages keep a column as wide as '100.0 %', so that nothing moves but the
    bars.

    Signals:
        digit_selected: a digit whose bar was clicked or gone to with the keys, while that is offered; None where the
            selected one was clicked again.
        digit_corrected: a digit whose bar was clicked to say that it is right, while no selection is offered.
    """

    digit_selected = Signal(object)
    digit_corrected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("probability_bars")
        self.setAccessibleName(self.tr("Probabilities"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._correction = self.tr("Is the answer wrong? Click the right digit to keep the drawing and learn from it.")
        self.setToolTip(self._correction)
        self._probabilities: tuple[float, ...] | None = None
        self._best: int | None = None
        self._is_selectable = False
        self._selected: int | None = None
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
        row = min(self.height() // CLASSES, LARGEST_ROW, self.width() // 7)
        wanted = max(round(TEXT_PIXELS * text_scale()), round(0.42 * row))
        self._set_type(max(TEXT_PIXELS, min(wanted, round(_FIGURES * row))))

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

    def offer_selection(self, is_offered: bool, selected: int | None) -> None:
        """Let a person select a bar, with a click, the arrow keys or the digit's key; `selected` has a frame."""
        self._is_selectable, self._selected = is_offered, selected
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_offered else Qt.FocusPolicy.NoFocus)
        if is_offered:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(self.tr("Click a digit to see what speaks for it; click it again for the most probable"))
        else:
            self.unsetCursor()
            self.setToolTip(self._correction)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, CLASSES * 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, CLASSES * SMALLEST_ROW)

    @property
    def _row(self) -> int:
        return min(max(self.height() // CLASSES, SMALLEST_ROW), LARGEST_ROW)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        digit = int(event.position().y() // self._row)
        if self._is_selectable and event.button() == Qt.MouseButton.LeftButton and digit < CLASSES:
            self.digit_selected.emit(None if digit == self._selected else digit)
        elif self._probabilities is not None and event.button() == Qt.MouseButton.LeftButton and digit < CLASSES:
            self.digit_corrected.emit(digit)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down select the bar above or below, a digit its own, Space none."""
        shares, key = self._probabilities or (0.0,) * CLASSES, event.key()
        at = shares.index(max(shares)) if self._selected is None else self._selected
        zero = Qt.Key.Key_0.value
        if self._is_selectable and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.digit_selected.emit(min(max(at + (1 if key == Qt.Key.Key_Down else -1), 0), CLASSES - 1))
        elif self._is_selectable and 0 <= key - zero < CLASSES:
            self.digit_selected.emit(key - zero)
        elif self._is_selectable and key == Qt.Key.Key_Space:
            self.digit_selected.emit(None)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        row = self._row
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
            self._draw_frames(painter, row)

    def _draw_frames(self, painter: QPainter, row: int) -> None:
        """A frame round the selected bar, and a dashed one round all while they have the focus of the keyboard."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        accent = QColor(current_theme().accent)
        if self._selected is not None:
            painter.setPen(QPen(accent, 1.5))
            painter.drawRoundedRect(QRectF(0.75, self._selected * row + 0.75, self.width() - 1.5, row - 1.5), 3, 3)
        elif self.hasFocus():
            painter.setPen(QPen(accent, 1, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, CLASSES * row - 1), 3, 3)

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
