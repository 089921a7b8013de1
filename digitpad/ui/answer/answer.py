"""The answer in large type: the digit, how sure the network is, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.domain.prediction import CLASSES, TOO_SMALL, Prediction
from digitpad.ui.answer.number import ShownDigit, is_unsure, paint_number, rivals, shown_digits
from digitpad.ui.common.format import percent, response_time
from digitpad.ui.common.theme import NOTE_PIXELS, TEXT_PIXELS, current_theme, text_font, text_scale

HEIGHT, SMALLEST = 104, 66
"""Usual and smallest height in pixels; digit and type grow and shrink with it."""

SURE = 0.6
"""Confidence below which an answer looks unsure."""

_DIGIT, _HEADLINE, _LARGEST_DIGIT = 0.85, 0.25, 160
_NARROWEST, _SMALLEST_PIXELS = 112, 10
_NUMBER = 0.64  # of the width, for a number that has words beside it


@dataclass(frozen=True)
class _Shown:
    """What stands in the panel: a sign at the left, and beside it either three lines or one sentence.

    Attributes:
        sign: the digit, '?' or '!'; '' for an empty frame.
        headline, word, note: three lines, from large to small.
        sentence: what stands there instead of the lines.
        warns: whether this is a warning, which is amber.
        is_quiet: whether sign and headline are set in quiet type.
        spoken: what a screen reader says.
        digits: of a number, its digits, which stand in the place of the sign.
    """

    sign: str = ""
    headline: str = ""
    word: str = ""
    note: str = ""
    sentence: str = ""
    warns: bool = False
    is_quiet: bool = False
    spoken: str = ""
    digits: tuple[ShownDigit, ...] = ()


class AnswerPanel(QWidget):
    """One painted panel of fixed height, in which nothing moves when an answer changes.

    Signals:
        digit_selected: the place of a digit of the number that was clicked, or gone to with the arrow keys.
        menu_requested: the place of one that was clicked while it was unsure, or with the right button, or for which a
            menu was asked for with the keys; and where on the screen the menu is to open.
    """

    digit_selected = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prediction_label")
        self.setAccessibleName(self.tr("Answer"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._number_tip = self.tr("Click a digit to see its bars; click one that is unsure to say which it is")
        self._words = self.tr("zero one two three four five six seven eight nine").split()
        self._shown = _Shown()
        self._places: list[QRectF] = []  # of a number's digits, as they were painted
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

    def show_prediction(
        self, prediction: Prediction, milliseconds: float, *, waits: bool = False, can_reject: bool = True
    ) -> None:
        """Show an answer, an unsure one with its rival; the empty state where there is no ink.

        Args:
            prediction: what the network says.
            milliseconds: time from the pen to this answer.
            waits: whether the pen is still down, so that what is no digit may become one.
            can_reject: whether the network that reads could say 'not a digit'; that it cannot is said where the time
                stands else.
        """
        if prediction.digit is None and not prediction.network_input.any():
            self.show_empty()
            return
        shares = prediction.probabilities
        nearest, rival = sorted(range(CLASSES), key=shares.__getitem__, reverse=True)[:2]
        share = percent(prediction.confidence)
        words = self.tr("answered in {time}") if can_reject else self.tr("cannot reject")
        note = words.format(time=response_time(milliseconds))
        if prediction.digits:
            self._show(self._of_number(prediction, share, note))
        elif prediction.digit is None and waits:
            self._show(_Shown("…", is_quiet=True, spoken="…"))
        elif prediction.digit is None:
            headline, word = self.tr("not a digit"), self.tr("nearest: {digit}").format(digit=self._words[nearest])
            if prediction.reason == TOO_SMALL:
                headline, word = self.tr("too small"), self.tr("draw it larger")
            self._show(_Shown("?", headline, word, note, warns=True, spoken=f"{headline}, {word}"))
        else:
            word, is_unsure = self._words[prediction.digit], prediction.confidence < SURE
            if is_unsure:
                other = self.tr("or {digit}, {share}").format(digit=self._words[rival], share=percent(shares[rival]))
                word = f"{word} {other}"
            spoken = (
                f"{prediction.digit}, {word}, {share}" if not is_unsure else f"{prediction.digit}, {share}, {other}"
            )
            self._show(_Shown(str(prediction.digit), share, word, note, is_quiet=is_unsure, spoken=spoken))

    def _of_number(self, prediction: Prediction, share: str, note: str) -> _Shown:
        digits = shown_digits(prediction)
        if prediction.waits:
            return _Shown(digits=digits, spoken="…")
        unsure = [
            self.tr("{digit} or {other}").format(digit=read.digit, other=rivals(read)[0])
            for place, read in enumerate(prediction.digits)
            if is_unsure(prediction, place)
        ]
        word = self.tr("unsure: {digits}").format(digits=", ".join(unsure)) if unsure else ""
        spoken = self.tr("number {text}, {share}").format(text=prediction.text, share=share)
        return _Shown(
            headline=share, word=word, note=note, digits=digits, spoken=f"{spoken}, {word}" if word else spoken
        )

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, SMALLEST)

    def paintEvent(self, _event: QPaintEvent) -> None:
        shown, theme = self._shown, current_theme()
        text, quiet = QColor(theme.text), QColor(theme.quiet)
        strong = QColor(theme.amber) if shown.warns else quiet if shown.is_quiet else text
        width, height = self.width(), min(self.height(), round(_LARGEST_DIGIT / _DIGIT))
        is_narrow = width < 2 * height
        pixels = max(48, min(round(_DIGIT * height), round(0.4 * width) if is_narrow else height))
        font = text_font(pixels, scales=False)
        metrics = QFontMetricsF(font)
        digit_width = max(metrics.horizontalAdvance(str(digit)) for digit in range(CLASSES))
        digit_height = -metrics.tightBoundingRect("1").top()
        top = (self.height() - digit_height) / 2
        foot = top + digit_height
        left = digit_width + digit_height * (0.15 if is_narrow else 0.35)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._places = []
            if shown.digits:
                share = 1.0 if is_narrow or not shown.headline else _NUMBER
                room = QRectF(0, 0, share * width, self.height() * (0.7 if is_narrow else 1.0))
                self._places = paint_number(painter, room, shown.digits, _DIGIT * height)
                left = 0.0 if is_narrow else self._places[-1].right() + 0.25 * digit_height
                foot = self.height() - 2.0 if is_narrow else foot
                top = foot - 0.2 * height if is_narrow else top
            elif shown.sentence and is_narrow:
                left = 0.0
            elif shown.sign:
                painter.setPen(strong)
                painter.setFont(font)
                painter.drawText(QPointF((digit_width - metrics.horizontalAdvance(shown.sign)) / 2, foot), shown.sign)
            else:
                painter.setPen(QPen(quiet, 1, Qt.PenStyle.DashLine))
                frame = QRectF(0.5, round(top) + 0.5, round(digit_width) - 1, round(digit_height) - 1)
                painter.drawRoundedRect(frame, 6, 6)
            if shown.sentence:
                # In the first size in which it fits; the tool tip has the whole of it in any case.
                area = QRectF(left, 0, width - left, self.height())
                flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
                painter.setPen(strong if shown.warns else quiet)
                for pixels in (round(TEXT_PIXELS * text_scale()), round(0.125 * height), TEXT_PIXELS, NOTE_PIXELS):
                    painter.setFont(text_font(pixels, scales=False))
                    if painter.boundingRect(area, flags, shown.sentence).height() <= area.height():
                        break
                painter.drawText(area, flags, shown.sentence)
                return
            pixels = max(20, round(_HEADLINE * height))
            headline = _fitted(shown.headline, pixels, width - left)
            ascent = -QFontMetricsF(headline).tightBoundingRect("1").top()
            scale = text_scale()
            pixels = max(TEXT_PIXELS, round(0.125 * height), min(round(TEXT_PIXELS * scale), round(0.22 * height)))
            word = _fitted(shown.word, pixels, width - left)
            lines = [(shown.headline, headline, strong, top + ascent), (shown.word, word, text, foot)]
            if shown.digits and is_narrow:
                lines = [(shown.headline, word, text, foot)]
            elif not is_narrow:
                lines[1] = shown.word, word, text, foot - 0.31 * digit_height
                pixels = max(NOTE_PIXELS, round(0.1 * height), min(round(NOTE_PIXELS * scale), round(0.18 * height)))
                note = _fitted(shown.note, pixels, width - left)
                if QFontMetricsF(note).horizontalAdvance(shown.note) <= width - left:  # else no note
                    lines.append((shown.note, note, quiet, foot))
            for line, font, colour, baseline in lines:
                painter.setFont(font)
                painter.setPen(colour)
                line = QFontMetricsF(font).elidedText(line, Qt.TextElideMode.ElideRight, width - left + 0.5)
                painter.drawText(QPointF(left, baseline), line)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is None:
            super().mousePressEvent(event)
            return
        self.digit_selected.emit(place)
        if event.button() == Qt.MouseButton.RightButton or self._shown.digits[place].is_unsure:
            self.menu_requested.emit(place, event.globalPosition().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right go from digit to digit; Enter, Space and Menu open what can be done with it."""
        digits, key = self._shown.digits, event.key()
        at = next((place for place, digit in enumerate(digits) if digit.is_selected), None)
        if at is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            self.digit_selected.emit(min(max(at + step, 0), len(digits) - 1))
        elif at is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Menu):
            corner = self._places[at].bottomLeft() if at < len(self._places) else QPointF()
            self.menu_requested.emit(at, self.mapToGlobal(corner).toPoint())
        else:
            super().keyPressEvent(event)

    def _place_at(self, position: QPointF) -> int | None:
        """Which digit of the number, that is not still being drawn, lies there."""
        found = (place for place, area in enumerate(self._places) if area.contains(position))
        place = next(found, None)
        return place if place is not None and self._shown.digits[place].sign != "…" else None

    def _show(self, shown: _Shown) -> None:
        if shown == self._shown:
            return
        if bool(shown.digits) != bool(self._shown.digits):
            is_number = bool(shown.digits)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_number else Qt.FocusPolicy.NoFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor if is_number else Qt.CursorShape.ArrowCursor)
        if shown.spoken != self._shown.spoken:
            self.setAccessibleDescription(shown.spoken)
            self.setToolTip(shown.sentence if shown.warns else self._number_tip if shown.digits else "")
        self._shown = shown
        self.update()


def _fitted(words: str, pixels: int, width: float) -> QFont:
    """The font in a size of at most so many pixels in which the words are no wider than that."""
    advance = QFontMetricsF(text_font(pixels, scales=False)).horizontalAdvance(words)
    fitted = pixels if advance <= width else max(_SMALLEST_PIXELS, int(pixels * width / advance))
    return text_font(fitted, scales=False)
