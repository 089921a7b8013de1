"""The answer in large type: the digit, how sure the network is, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.domain.prediction import CLASSES, Prediction
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.theme import LIGHT, NOTE_PIXELS, TEXT_PIXELS, Theme, text_font

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

    def __init__(self, parent: QWidget | None = None, theme: Theme = LIGHT) -> None:
        super().__init__(parent)
        self.setObjectName("prediction_label")
        self.setAccessibleName(self.tr("Answer"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(HEIGHT)
        self._words = (
            self.tr("zero"),
            self.tr("one"),
            self.tr("two"),
            self.tr("three"),
            self.tr("four"),
            self.tr("five"),
            self.tr("six"),
            self.tr("seven"),
            self.tr("eight"),
            self.tr("nine"),
        )
        self._shown = _Shown()
        self.set_theme(theme)
        self.show_empty()

    def set_theme(self, theme: Theme) -> None:
        """Take colours from a theme, and the application's font as it is now."""
        self._text, self._quiet = QColor(theme.text), QColor(theme.quiet)
        self._line, self._amber = QColor(theme.line), QColor(theme.amber)
        self._digit_font = text_font(_DIGIT_PIXELS)
        self._headline_font = text_font(_HEADLINE_PIXELS)
        self._text_font = text_font(TEXT_PIXELS)
        self._note_font = text_font(NOTE_PIXELS)
        metrics = QFontMetricsF(self._digit_font)
        self._digit_width = max(metrics.horizontalAdvance(str(digit)) for digit in range(CLASSES))
        self._digit_height = _figure_height(self._digit_font)
        self._headline_height = _figure_height(self._headline_font)
        self.update()

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
        if milliseconds < 1:
            note = self.tr("answered in under 1 ms")
        elif round(milliseconds) < 1000:
            note = self.tr("answered in {count} ms").format(count=numeral(round(milliseconds)))
        else:  # the network was still loading
            note = self.tr("answered in {count} s").format(count=numeral(milliseconds / 1000, 1))
        if prediction.digit is None:
            headline = self.tr("not a digit")
            nearest = self._words[prediction.probabilities.index(prediction.confidence)]
            word = self.tr("nearest: {digit}").format(digit=nearest)
            self._show(_Shown("?", headline, word, note, warns=True, spoken=f"{headline}, {word}"))
        else:
            word = self._words[prediction.digit]
            self._show(_Shown(str(prediction.digit), share, word, note, spoken=f"{prediction.digit}, {word}, {share}"))

    def sizeHint(self) -> QSize:
        """As wide as the bars like to be."""
        return QSize(320, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """The digit, and room for a few words in a line."""
        return QSize(round(self._digit_width + _GAP + _NARROWEST_TEXT), SMALLEST)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the sign, and the lines so that the first ends level with its top and the last with its foot."""
        shown = self._shown
        top = (self.height() - self._digit_height) / 2
        foot = top + self._digit_height
        left = self._digit_width + _GAP
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if shown.sign:
                painter.setPen(self._amber if shown.warns else self._text)
                painter.setFont(self._digit_font)
                advance = painter.fontMetrics().horizontalAdvance(shown.sign)
                painter.drawText(QPointF((self._digit_width - advance) / 2, foot), shown.sign)
            else:
                painter.setPen(QPen(self._line, 1, Qt.PenStyle.DashLine))
                frame = QRectF(0.5, round(top) + 0.5, round(self._digit_width) - 1, round(self._digit_height) - 1)
                painter.drawRoundedRect(frame, 6, 6)
            if shown.sentence:
                self._paint_sentence(painter, QRectF(left, 0, self.width() - left, self.height()))
                return
            strong = self._amber if shown.warns else self._text
            for text, font, colour, baseline in (
                (shown.headline, self._headline_font, strong, top + self._headline_height),
                (shown.word, self._text_font, self._text, foot - 20),
                (shown.note, self._note_font, self._quiet, foot),
            ):
                painter.setFont(font)
                painter.setPen(colour)
                painter.drawText(QPointF(left, baseline), text)

    def _paint_sentence(self, painter: QPainter, area: QRectF) -> None:
        """Paint the sentence in the first size in which it fits; the tool tip has the whole of it in any case."""
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.setPen(self._amber if self._shown.warns else self._quiet)
        painter.setFont(self._text_font)
        if painter.boundingRect(area, flags, self._shown.sentence).height() > area.height():
            painter.setFont(self._note_font)
        painter.drawText(area, flags, self._shown.sentence)

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
