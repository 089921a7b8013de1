"""What a person does with a number: look at a digit of it, correct it, take it away; and what is shown of it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QMenu

from digitpad.domain.prediction import Prediction
from digitpad.ink.strokes import Ink
from digitpad.ui.actions import Actions
from digitpad.ui.answer.number import rivals
from digitpad.ui.answer.panel import ReadingPane
from digitpad.ui.common.format import percent
from digitpad.ui.common.widgets import named
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.digit_boxes import DigitBoxes
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.settings import Settings

_OFFERED = 3
"""Digits that the menu of a digit offers."""


class NumberController(QObject):
    """Connects pad, answer and actions with what is read of a number, and remembers what a person chose."""

    def __init__(
        self, canvas: Canvas, reader: LiveReader, answer: ReadingPane, actions: Actions, settings: Settings
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._reader, self._actions, self._settings = canvas, reader, actions, settings
        self._boxes = DigitBoxes(canvas)
        self._shown: Prediction | None = None  # the number that is shown
        self._menu = named(QMenu(answer), "digit_menu")
        reader.answered.connect(self._on_answered)
        canvas.ink_changed.connect(self._on_ink_changed)
        canvas.history_changed.connect(self._on_history_changed)
        answer.answer.digit_selected.connect(reader.select_digit)
        answer.answer.menu_requested.connect(self._open_menu)
        actions.single_digits.setChecked(settings.single_digits)
        actions.digit_boxes.setChecked(settings.digit_boxes)
        reader.read_numbers(not settings.single_digits)
        actions.single_digits.toggled.connect(self._on_single_digits)
        actions.digit_boxes.toggled.connect(self._on_boxes)
        actions.erase_digit.triggered.connect(self._erase_selected)

    @Slot(object)
    def _on_answered(self, reading: Reading) -> None:
        prediction = reading.prediction
        self._shown = prediction if prediction.digits else None
        self._actions.erase_digit.setEnabled(bool(self._erasable(prediction.selected)))
        self._show_boxes()

    def _show_boxes(self) -> None:
        shown = self._shown
        if shown is None or not self._actions.digit_boxes.isChecked():
            self._boxes.show_digits((), None, 0.0)
        else:
            reach = float(self._canvas.ink.widths.max(initial=0.0)) / 2
            self._boxes.show_digits(shown.digits, shown.selected, reach)

    @Slot(int, object, bool)
    def _on_ink_changed(self, _revision: int, ink: Ink, _grew: bool) -> None:
        if ink.is_empty:
            self._shown = None
            self._actions.erase_digit.setEnabled(False)
            self._show_boxes()

    @Slot()
    def _on_history_changed(self) -> None:
        if not self._canvas.is_pen_down:
            self._reader.settle()

    @Slot(bool)
    def _on_single_digits(self, is_on: bool) -> None:
        self._settings.single_digits = is_on
        self._reader.read_numbers(not is_on)

    @Slot(bool)
    def _on_boxes(self, is_on: bool) -> None:
        self._settings.digit_boxes = is_on
        self._show_boxes()

    @Slot(int, QPoint)
    def _open_menu(self, place: int, where: QPoint) -> None:
        """Offer what else a digit may be, and to erase it."""
        if self._shown is None or place >= len(self._shown.digits):
            return
        read = self._shown.digits[place]
        self._menu.clear()
        for digit in rivals(read)[:_OFFERED]:
            words = self.tr("It is a {digit} ({share})")
            action = self._menu.addAction(words.format(digit=digit, share=percent(read.probabilities[digit])))
            action.triggered.connect(partial(self._reader.correct_digit, place, digit))
        self._menu.addSeparator()
        erase = self._menu.addAction(self.tr("Erase this digit"))
        erase.setEnabled(bool(self._erasable(place)))
        erase.triggered.connect(partial(self._erase, place))
        self._menu.popup(where)

    def _erasable(self, place: int | None) -> tuple[int, ...]:
        """The numbers of a digit's strokes, where they can be taken away."""
        return () if self._shown is None or place is None else self._shown.own_strokes(place)

    @Slot()
    def _erase_selected(self) -> None:
        if self._shown is not None and self._shown.selected is not None:
            self._erase(self._shown.selected)

    def _erase(self, place: int) -> None:
        gone = self._erasable(place)
        if gone and not self._canvas.is_pen_down:
            strokes = self._canvas.ink.strokes
            self._canvas.set_ink(Ink(tuple(stroke for number, stroke in enumerate(strokes) if number not in gone)))
