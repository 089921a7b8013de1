"""The drawing in time: scrub through it, or play it, and see how the answer came about."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QPainter
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QSlider

from digitpad.domain.prediction import CLASSES
from digitpad.ink.replay import drawn_until
from digitpad.ink.strokes import Ink
from digitpad.reading.inspect.replay import ReadReplay, answers, changes, read_replay
from digitpad.ui.answer.bars import SMALLEST_ROW, ProbabilityBars
from digitpad.ui.common.exports import ExportButton, Table
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.widgets import describe, named, note_label, push_button
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.curves import ProbabilityCurves
from digitpad.ui.views.ink import paint_ink
from digitpad.ui.views.view import Figure, View, introduced

_FRAME = 33  # milliseconds between two pictures while it plays
_SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
_INK_SIDE = 10 * SMALLEST_ROW


class ReplayView(View[ReadReplay | None]):
    """The ink and the bars at a moment, and below them the curves of all moments."""

    delay = 250

    def __init__(self, live: LiveReader, worker: Worker) -> None:
        super().__init__(live, worker)
        self.setObjectName("replay_view")
        self._read: ReadReplay | None = None
        self._ink, self._bars = _InkFigure(), ProbabilityBars()
        self._bars.setMaximumHeight(_INK_SIDE)
        axis = self.tr("seconds since the pen touched the pad")
        self._curves = named(ProbabilityCurves(axis, _seconds), "replay_figure", self.tr("Probabilities in time"))
        self._curves.moved.connect(self._on_dragged)
        self._changes: list[tuple[int, int | None]] = []
        self._timer = QTimer(self, interval=_FRAME)
        self._timer.timeout.connect(self._advance)
        self._played = self._started = 0.0  # seconds of the replay, and when that was
        self._play = push_button(self.tr("Play"), "replay_play", self._toggle, self.tr("Play the drawing, or pause"))
        tip = self.tr("Go through the drawing in time")
        self._slider = named(QSlider(Qt.Orientation.Horizontal), "replay_slider", self.tr("Time"), tip)
        self._slider.valueChanged.connect(self._show_moment)
        self._slider.sliderPressed.connect(self._pause)
        self._time = note_label("", "replay_time")
        self._speed = named(QComboBox(), "replay_speed", self.tr("Speed"), self.tr("How fast it is played"))
        for speed in _SPEEDS:
            self._speed.addItem(f"{numeral(speed)}×", speed)
        self._speed.setCurrentIndex(_SPEEDS.index(1.0))
        self._speed.activated.connect(self._restart)
        speed_label = note_label(self.tr("Speed"))
        speed_label.setWordWrap(False)
        speed_label.setBuddy(self._speed)
        self._words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        words = self.tr(
            "How the answer came about while you drew. Drag along the time line, or play it, and see where it changes."
        )
        export = ExportButton(lambda: "replay", self._curves.picture, self._table)
        column(
            introduced(words, export),
            row(self._ink, (self._bars, 1), spacing=16),
            row(self._play, speed_label, self._speed, (self._slider, 1), self._time),
            self._words,
            (self._curves, 1),
            parent=self,
        )
        self._time.setMinimumWidth(self._time.fontMetrics().horizontalAdvance(_seconds(88.88)) + 8)
        self._clear("")

    def work(self, reading: Reading) -> Callable[[], ReadReplay | None]:
        """What reads the drawing as it was at each moment."""
        if not reading.digit_ink.strokes:
            return lambda: None
        return partial(read_replay, reading.digit_ink, reading.reader, reading.false_rejection_rate)

    def show_result(self, reading: Reading, result: ReadReplay | None) -> None:
        """Paint the curves; the last moment is looked at, unless somebody is at an earlier one of the same drawing."""
        if result is None:
            words = self.tr("Draw a digit on the pad.")
            if reading.ink.picture is not None:
                words = self.tr("A picture has no time line. Draw a digit on the pad.")
            elif reading.digit_ink.picture is not None:
                words = self.tr("A digit that shares a stroke with another has no time line of its own.")
            self._clear(words)
            return
        same = self._read is not None and self._read.ink is result.ink
        at = self._slider.value() if same else len(result.moments) - 1
        self._read, self._changes = result, changes(result.probabilities, result.accepted)
        if not same:
            self._pause()
        for part in (self._play, self._slider, self._speed):
            part.setEnabled(True)
        self._slider.setMaximum(len(result.moments) - 1)
        self._slider.setValue(min(at, self._slider.maximum()))
        self._words.setText(self._story(result))
        self._show_moment()
        self._curves.show_curves(result.moments, result.probabilities, self._changes, self._slider.value())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause()

    def _clear(self, words: str) -> None:
        self._pause()
        self._read = None
        for part in (self._play, self._slider, self._speed):
            part.setEnabled(False)
        self._slider.setMaximum(0)
        self._ink.show_ink(Ink())
        self._bars.show_probabilities(None, None)
        self._words.clear()
        self._time.clear()
        self._curves.invitation = words
        describe(self._curves, words)
        self._curves.show_curves(np.zeros(0), np.zeros((0, CLASSES)), (), 0)

    def _story(self, read: ReadReplay) -> str:
        """Which digit was the most probable from when on."""
        parts = []
        for at, digit in self._changes:
            words = self.tr("no digit from {seconds}") if digit is None else self.tr("{digit} from {seconds}")
            parts.append(words.format(digit=digit, seconds=_seconds(read.moments[at])))
        return self.tr("Most probable: {digits}").format(digits=", ".join(parts))

    @Slot()
    def _show_moment(self) -> None:
        read, at = self._read, self._slider.value()
        if read is None:
            return
        seconds, each = float(read.moments[at]), read.probabilities[at]
        self._ink.show_ink(drawn_until(read.ink, read.clock, seconds))
        is_accepted = bool(read.accepted[at])
        self._bars.show_probabilities(each.tolist(), int(each.argmax()) if is_accepted else None)
        self._curves.move_to(at)
        self._time.setText(_seconds(seconds))
        text = self.tr("At {seconds}: {digit}, {share}") if is_accepted else self.tr("At {seconds}: no digit")
        text = text.format(seconds=_seconds(seconds), digit=int(each.argmax()), share=percent(each.max()))
        self._slider.setAccessibleDescription(text)
        describe(self._curves, f"{text}. {self._words.text()}")

    @Slot(int)
    def _on_dragged(self, at: int) -> None:
        self._pause()
        self._slider.setValue(at)

    @Slot()
    def _toggle(self) -> None:
        if self._timer.isActive():
            self._pause()
        elif self._read is not None:
            if self._slider.value() == self._slider.maximum():
                self._slider.setValue(0)
            self._restart()
            self._timer.start()
            self._play.setText(self.tr("Pause"))

    @Slot()
    def _pause(self) -> None:
        self._timer.stop()
        self._play.setText(self.tr("Play"))

    @Slot()
    def _restart(self) -> None:
        """Count time from the moment that is looked at."""
        if self._read is not None:
            self._played, self._started = float(self._read.moments[self._slider.value()]), time.perf_counter()

    @Slot()
    def _advance(self) -> None:
        read = self._read
        if read is None:
            return
        passed = (time.perf_counter() - self._started) * float(self._speed.currentData())
        at = int(np.searchsorted(read.moments, self._played + passed, side="right")) - 1
        self._slider.setValue(at)
        if at == len(read.moments) - 1:
            self._pause()

    def _table(self) -> Table:
        """The ten probabilities at each moment."""
        rows: list[Sequence[object]] = [("seconds", "digit", *(f"p{digit}" for digit in range(CLASSES)))]
        if self._read is not None:
            read = self._read
            digits = answers(read.probabilities, read.accepted)
            each = zip(read.moments.tolist(), digits, read.probabilities.tolist(), strict=True)
            rows += [(seconds, digit if digit >= 0 else None, *shares) for seconds, digit, shares in each]
        return lambda: rows


class _InkFigure(Figure):
    """What was drawn at a moment."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn = Ink()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_ink(self, ink: Ink) -> None:
        self._drawn = ink
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_INK_SIDE, _INK_SIDE)

    def draw(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ink(self._drawn, None, painter, min(self.width(), self.height()))


def _seconds(seconds: float) -> str:
    return f"{numeral(seconds, 2)} s"
