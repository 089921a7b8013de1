"""Several drawings or pictures that were opened at once, of which the pad shows one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QToolButton

from digitpad.domain.errors import DigitpadError
from digitpad.ink.strokes import Ink, Picture
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import row
from digitpad.ui.common.widgets import ElidedLabel, announce, close_button, named
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.session.worker import Latest, Worker

if TYPE_CHECKING:
    from digitpad.ink.formats.opening import Sheet


class DrawingSeries(QObject):
    """Which of several drawings is on the pad. Going to another is no step of the history of its own."""

    changed = Signal()
    failed = Signal(object)  # the DigitpadError of a picture that cannot be read; the one before it stays

    def __init__(self, canvas: Canvas, worker: Worker, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._reading: Latest[Ink] = Latest(worker, self._on_read, self._on_failed)
        self._sheets: Sequence[Sheet] = ()
        self._ink = Ink()  # as the sheet holds it
        self._number = 0  # of the sheet that is on the pad
        self._wanted = 0  # of the one that is to be
        canvas.ink_changed.connect(self._on_ink_changed)
        self._is_shown = False

    @Slot(object, object)
    def begin(self, sheets: Sequence[Sheet], ink: Ink) -> None:
        """Put the first of some sheets on the pad, which has been read."""
        self.end()
        self._canvas.set_ink(ink)
        if len(sheets) > 1:
            self._sheets, self._ink, self._number, self._wanted = sheets, ink, 0, 0
            self._canvas.setFocus()  # Page Up and Page Down are the pad's keys
            self._show()

    @Slot()
    def end(self) -> None:
        """Leave what is on the pad there, alone."""
        self._reading.drop()
        self._sheets, self._ink = (), Ink()
        self._show()

    @Slot()
    def next(self) -> None:
        """Go to the drawing behind the one that is shown, if there is one."""
        self._go_to(self._wanted + 1)

    @Slot()
    def previous(self) -> None:
        """Go to the drawing before the one that is shown, if there is one."""
        self._go_to(self._wanted - 1)

    @property
    def is_shown(self) -> bool:
        """Whether the pad shows one of several drawings, or what was made of it."""
        ink = self._canvas.ink
        known = set(self._ink.strokes)
        return bool(self._sheets) and (_same(ink.picture, self._ink.picture) or any(s in known for s in ink.strokes))

    @property
    def has_next(self) -> bool:
        return self._is_shown and self._wanted < len(self._sheets) - 1

    @property
    def has_previous(self) -> bool:
        return self._is_shown and self._wanted > 0

    @property
    def words(self) -> str:
        """Which one is shown, of how many, and what its file says of it."""
        if not self._sheets:
            return ""
        sheet = self._sheets[self._wanted]
        text = self.tr("Drawing {number} of {count}") if sheet.ink else self.tr("Picture {number} of {count}")
        parts = [text.format(number=numeral(self._wanted + 1), count=numeral(len(self._sheets)))]
        if sheet.label:
            parts.append(self.tr("label {label}").format(label=sheet.label))
        return " · ".join([*parts, sheet.path.name])

    def _go_to(self, number: int) -> None:
        if self._is_shown and 0 <= number < len(self._sheets):
            self._wanted = number
            self._reading.run(number, self._sheets[number].open)
            self.changed.emit()

    def _on_read(self, ink: Ink) -> None:
        self._number, self._ink = self._wanted, ink
        self._canvas.exchange_ink(ink)
        self._show()

    def _on_failed(self, error: DigitpadError) -> None:
        self._wanted = self._number
        self.changed.emit()
        self.failed.emit(error)

    @Slot(int, object, bool)
    def _on_ink_changed(self, _revision: int, _ink: Ink, grew: bool) -> None:
        if self._sheets and not grew:
            self._show()

    def _show(self) -> None:
        self._is_shown = self.is_shown
        self.changed.emit()


def _same(one: Picture | None, other: Picture | None) -> bool:
    """Whether both are the same picture, with the digit perhaps looked for in another part of it."""
    return one is not None and other is not None and one.pixels is other.pixels


class SeriesBar(QFrame):
    """Says over the pad's upper edge which of several drawings it shows, with buttons to the others."""

    def __init__(self, series: DrawingSeries, canvas: Canvas, previous: QAction, following: QAction) -> None:
        super().__init__(canvas)
        named(self, "series_bar", self.tr("Opened drawings"))
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)  # the pad would draw
        self.setAutoFillBackground(True)
        self._series, self._previous, self._following = series, previous, following
        self._words = named(ElidedLabel(), "series_words")
        buttons = []
        for action in (previous, following):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAccessibleName(action.text())
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the pad has the keys
            buttons.append(button)
        close = close_button(self.tr("Keep this drawing alone"), series.end)
        row(buttons[0], (self._words, 1), buttons[1], close, parent=self, spacing=4).setContentsMargins(4, 2, 4, 2)
        series.changed.connect(self._show)
        canvas.installEventFilter(self)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(0, 0, cast(QResizeEvent, event).size().width(), self.sizeHint().height())
        return False

    @Slot()
    def _show(self) -> None:
        series = self._series
        self._previous.setEnabled(series.has_previous)
        self._following.setEnabled(series.has_next)
        self.setVisible(series.is_shown)
        if series.words != self._words.text():
            self._words.setText(series.words)
            announce(self, series.words)
