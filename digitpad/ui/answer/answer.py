"""The answer in large type: the digit, how sure the network is, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.domain.prediction import CLASSES, Prediction
from digitpad.ui.common.format import percent, response_time
from digitpad.ui.common.theme import NOTE_PIXELS, TEXT_PIXELS, current_theme, text_font

HEIGHT, SMALLEST = 104, 66
"""Height of the panel in pixels, whatever it shows."""

_DIGIT_PIXELS = 88
_HEADLINE_PIXELS = 26
_GAP = 24
_NARROWEST_TEXT = 160


@dataclass(frozen=True)
class _Shown:
    """What stands in the panel: a sign at the left, and beside it either three lines or one sentence.

    Attributes:
        sign: the digit, '?' or '!'; '' for an empty frame.
        headline, word, note: three lines, from large to small.
        sentence: what stands there instead of the lines.
        warns: whether this is a warning, which is amber.
        spoken: what a screen reader says.
    """

    sign: str = ""
    headline: str = ""
    word: str = ""
    note: str = ""
    sentence: str = ""
    warns: bool = False
    spoken: str = ""


class AnswerPanel(QWidget):
    """One painted panel of fixed height, in which nothing moves when an answer changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prediction_label")
        self.setAccessibleName(self.tr("Answer"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(HEIGHT)
        self._words = self.tr("zero one two three four five six seven eight nine").split()
        self._shown = _Shown()
        self._digit_font = text_font(_DIGIT_PIXELS)
        self._headline_font = text_font(_HEADLINE_PIXELS)
        self._text_font, self._note_font = text_font(TEXT_PIXELS), text_font(NOTE_PIXELS)
        metrics = QFontMetricsF(self._digit_font)
        self._digit_width = max(metrics.horizontalAdvance(str(digit)) for digit in range(CLASSES))
        self._digit_height = _figure_height(self._digit_font)
        self._headline_height = _figure_height(self._headline_font)
        self.show_empty()

    def show_empty(self) -> None:
        """Say what to do while nothing is drawn."""
        sentence = self.tr("Draw a digit and the answer appears here.")
        self._show(_Shown(sentence=sentence, spoken=sentence))

    def show_loading(self) -> None:
        """Say that the network is not there yet."""
        sentence = self.tr("Loading the network…")
        self._show(_Shown(sentence=sentence, spoken=sentence))

    def show_error(self, sentence: str) -> None:
        """Say what went wrong, in amber and in words."""
        self._show(_Shown(sign="!", sentence=sentence, warns=True, spoken=sentence))

    def show_prediction(self, prediction: Prediction, milliseconds: float) -> None:
        """Show an answer; 'not a digit' where there is ink but no digit, and the empty state where there is no ink.

        Args:
            prediction: what the network says.
            milliseconds: time from the pen to this answer.
        """
        if prediction.digit is None and not prediction.network_input.any():
            self.show_empty()
            return
        share = percent(prediction.confidence)
        note = self.tr("answered in {time}").format(time=response_time(milliseconds))
        if prediction.digit is None:
            headline = self.tr("not a digit")
            nearest = self._words[prediction.probabilities.index(prediction.confidence)]
            word = self.tr("nearest: {digit}").format(digit=nearest)
            self._show(_Shown("?", headline, word, note, warns=True, spoken=f"{headline}, {word}"))
        else:
            word = self._words[prediction.digit]
            self._show(_Shown(str(prediction.digit), share, word, note, spoken=f"{prediction.digit}, {word}, {share}"))

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._digit_width + _GAP + _NARROWEST_TEXT), SMALLEST)

    def paintEvent(self, _event: QPaintEvent) -> None:
        shown, theme = self._shown, current_theme()
        text, quiet = QColor(theme.text), QColor(theme.quiet)
        strong = QColor(theme.amber) if shown.warns else text
        top = (self.height() - self._digit_height) / 2
        foot = top + self._digit_height
        left = self._digit_width + _GAP
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if shown.sign:
                painter.setPen(strong)
                painter.setFont(self._digit_font)
                advance = painter.fontMetrics().horizontalAdvance(shown.sign)
                painter.drawText(QPointF((self._digit_width - advance) / 2, foot), shown.sign)
            else:
                painter.setPen(QPen(QColor(theme.line), 1, Qt.PenStyle.DashLine))
                frame = QRectF(0.5, round(top) + 0.5, round(self._digit_width) - 1, round(self._digit_height) - 1)
                painter.drawRoundedRect(frame, 6, 6)
            if shown.sentence:
                # In the first size in which it fits; the tool tip has the whole of it in any case.
                area = QRectF(left, 0, self.width() - left, self.height())
                flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
                painter.setPen(strong if shown.warns else quiet)
                painter.setFont(self._text_font)
                if painter.boundingRect(area, flags, shown.sentence).height() > area.height():
                    painter.setFont(self._note_font)
                painter.drawText(area, flags, shown.sentence)
                return
            for line, font, colour, baseline in (
                (shown.headline, self._headline_font, strong, top + self._headline_height),
                (shown.word, self._text_font, text, foot - 20),
                (shown.note, self._note_font, quiet, foot),
            ):
                painter.setFont(font)
                painter.setPen(colour)
                painter.drawText(QPointF(left, baseline), line)

    def _show(self, shown: _Shown) -> None:
        if shown == self._shown:
            return
        if shown.spoken != self._shown.spoken:
            self.setAccessibleDescription(shown.spoken)
            self.setToolTip(shown.sentence if shown.warns else "")
        self._shown = shown
        self.update()


def _figure_height(font: QFont) -> float:
    """Height of a figure above the baseline, in pixels."""
    return -QFontMetricsF(font).tightBoundingRect("1").top()
