"""Columns of bars, as wide and high as there is room for: one for each network."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QRegion, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from digitpad.domain.prediction import CLASSES, Prediction
from digitpad.ui.answer.bars import SMALLEST_ROW, ProbabilityBars
from digitpad.ui.common.exports import Picture
from digitpad.ui.common.format import percent
from digitpad.ui.common.layouts import column
from digitpad.ui.common.setting_fields import ProblemLabel
from digitpad.ui.common.theme import text_font, text_scale
from digitpad.ui.common.widgets import ElidedLabel, named, note_label

translate = QCoreApplication.translate

_NARROWEST, _WIDEST, _GAP = 156, 300, 16
_HEAD, _LARGEST_ROW = 72, 34


class Columns(QWidget):
    """The columns beside each other, and below each other where they have no more room."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "compare_figure", self.tr("Answers of several networks"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.columns: list[_Column] = []

    def show_answers(
        self, names: Sequence[str], predictions: Sequence[Prediction], notes: Sequence[str], differ: Sequence[bool]
    ) -> None:
        """Show what networks say: their names, answers, a word on each, and whether it differs from most."""
        while len(self.columns) > len(names):
            gone = self.columns.pop()
            gone.hide()
            gone.deleteLater()
        is_new = len(self.columns) < len(names)
        while len(self.columns) < len(names):
            self.columns.append(_Column(self))
            self.columns[-1].show()
        answers = zip(names, predictions, notes, differ, strict=True)
        for made, answer in zip(self.columns, answers, strict=True):
            made.show_answer(*answer)
        if is_new or self.minimumHeight() != self._least_height:
            self._arrange()

    def picture(self) -> Picture:
        """All columns."""
        return Picture(self.size() + QSize(16, 16), self._paint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    @property
    def _in_a_row(self) -> int:
        fit = int((self.width() + _GAP) // (_NARROWEST * text_scale() + _GAP))
        return max(1, min(fit, len(self.columns)))

    @property
    def _least_height(self) -> int:
        rows = ceil(len(self.columns) / self._in_a_row)
        return round(rows * (_HEAD + SMALLEST_ROW * CLASSES) * text_scale()) + max(rows - 1, 0) * _GAP

    def _arrange(self) -> None:
        self.setMinimumHeight(self._least_height)
        if not self.columns:
            return
        fit, scale = self._in_a_row, text_scale()
        rows = ceil(len(self.columns) / fit)
        wide = min((self.width() - (fit - 1) * _GAP) / fit, _WIDEST * scale)
        least, most = ((_HEAD + row * CLASSES) * scale for row in (SMALLEST_ROW, _LARGEST_ROW))
        high = max(least, min((self.height() - (rows - 1) * _GAP) / rows, most))
        for at, made in enumerate(self.columns):
            down, across = divmod(at, fit)
            x, y = round(across * (wide + _GAP)), round(down * (high + _GAP))
            made.setGeometry(x, y, round(wide), round(high))

    def _paint(self, painter: QPainter) -> None:
        self.render(painter, QPoint(8, 8), QRegion(), QWidget.RenderFlag.DrawChildren)


class _Column(QWidget):
    """A network's name, its answer, a word on it, and its bars.

    Attributes:
        words: the same in words.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = ""
        self._name, self._answer, self._note, self._differs = ElidedLabel(), QLabel(), note_label(), ProblemLabel()
        self._name.setFont(text_font(bold=True))
        self._answer.setTextFormat(Qt.TextFormat.PlainText)
        self._bars = ProbabilityBars()
        self._bars.setObjectName("compare_bars")
        for label in (self._note, self._differs):
            label.setWordWrap(False)
        column(self._name, self._answer, self._note, self._differs, (self._bars, 1), parent=self, spacing=4)

    def show_answer(self, name: str, prediction: Prediction, note: str, differs: bool) -> None:
        """Show what a network says."""
        answer = answer_words(prediction.digit)
        if prediction.digit is not None:
            answer = f"{answer}  {percent(max(prediction.probabilities))}"
        self._name.setText(name)
        self._answer.setText(answer)
        self._differs.say(self.tr("differs") if differs else "")
        self._note.setText(note)
        self._note.setVisible(not differs)
        self._bars.show_probabilities(prediction.probabilities, prediction.digit)
        self._bars.setAccessibleName(self.tr("Probabilities by {network}").format(network=name))
        parts = [f"{name}: {self._bars.accessibleDescription()}", self._differs.text(), note]
        self.words = "; ".join(part for part in parts if part)


def answer_words(digit: int | None) -> str:
    """A digit, or that it is none."""
    return translate("compare", "not a digit") if digit is None else str(digit)
