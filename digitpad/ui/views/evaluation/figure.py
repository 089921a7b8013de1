"""What the figures of an evaluation have in common: places that are selected, each of which stands for images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from digitpad.reading.evaluation.evaluate import Evaluated
from digitpad.ui.common.exports import Table
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font, text_scale
from digitpad.ui.common.widgets import announce, describe, named
from digitpad.ui.views.view import Figure

Place = tuple[int, int]
"""Row and column of what can be selected in a figure."""


@dataclass(frozen=True, eq=False)
class Selection:
    """Images that a place of a figure stands for.

    Attributes:
        numbers: their numbers in the data, from 0, in the order in which they are to be shown.
        words: what they are.
    """

    numbers: NDArray[np.intp]
    words: str


class EvaluationFigure(Figure):
    """A figure whose places are selected with a click or the arrow keys.

    Signals:
        selected: the Selection of the place that was selected.
    """

    selected = Signal(object)

    def __init__(self, name: str, spoken: str) -> None:
        super().__init__()
        named(self, name, spoken)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._shown: tuple[Evaluated, ...] = ()
        self._place: Place = 0, 0

    def show_evaluated(self, shown: tuple[Evaluated, ...]) -> None:
        """Show an evaluation, and none where there is none; of two, the first is the one that is looked at."""
        self._shown = shown
        self._place = self.first_place()
        self._describe()
        self.update()

    def first_place(self) -> Place:
        """What is selected at first."""
        return 0, 0

    def limits(self) -> tuple[range, range]:
        """The rows and columns that can be selected."""
        raise NotImplementedError

    def place_at(self, point: QPointF) -> Place | None:
        """What is there."""
        raise NotImplementedError

    def selection(self) -> Selection:
        """The images of the place that is selected."""
        raise NotImplementedError

    def table(self) -> Table:
        """The numbers behind the figure."""
        raise NotImplementedError

    def paint(self, painter: QPainter, shown: Evaluated) -> None:
        """Paint an evaluation."""
        raise NotImplementedError

    @property
    def evaluated(self) -> Evaluated:
        """The evaluation that is looked at."""
        return self._shown[0]

    def draw(self, painter: QPainter) -> None:
        if self._shown:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint(painter, self.evaluated)

    def select(self, place: Place) -> None:
        """Select a place, or the nearest one to it that there is."""
        if not self._shown:
            return
        rows, columns = self.limits()
        self._place = _clamped(place[0], rows), _clamped(place[1], columns)
        self._describe()
        announce(self, self.accessibleDescription())
        self.update()
        self.selected.emit(self.selection())

    def _describe(self) -> None:
        describe(self, self.selection().words if self._shown else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def _follow(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position()) if self._shown else None
        if place is not None:
            self.select(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, column = self._place
        far = 1 << 16
        places = {
            Qt.Key.Key_Up: (row - 1, column),
            Qt.Key.Key_Down: (row + 1, column),
            Qt.Key.Key_Left: (row, column - 1),
            Qt.Key.Key_Right: (row, column + 1),
            Qt.Key.Key_Home: (-far, -far),
            Qt.Key.Key_End: (far, far),
        }
        key = Qt.Key(event.key())
        if key in places:
            self.select(places[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.select(self._place)
        else:
            event.ignore()

    def frame(self, painter: QPainter, place: QRectF) -> None:
        """Frame what is selected; it says too where the focus of the keyboard is."""
        theme = current_theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.quiet), 2))
        painter.drawRect(place)


def paint_words(
    painter: QPainter,
    place: QRectF,
    words: str,
    colour: str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
    *,
    bold: bool = False,
    pixels: int = NOTE_PIXELS,
) -> None:
    """One line of small text in a place, in its middle from top to bottom; it may be wider than the place."""
    painter.setFont(text_font(pixels, bold=bold))
    painter.setPen(QColor(colour))
    flags = align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip | Qt.TextFlag.TextSingleLine
    painter.drawText(place, int(flags), words)


@dataclass(frozen=True)
class Axis:
    """An axis of a plot: its title, the values at both ends, and the words at each of its ticks, evenly spaced."""

    title: str
    low: float
    high: float
    ticks: tuple[str, ...]

    def share(self, value: float) -> float:
        """How far along the axis a value is, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def plot_area(size: QRectF) -> QRectF:
    """Where the lines of a plot are drawn, in a figure of some size: a square at most."""
    scale = text_scale()
    left, top, right, bottom = 76 * scale, 12, 24 * scale, 44 * scale
    wide, high = size.width() - left - right, size.height() - top - bottom
    return QRectF(left, top, max(40.0, min(wide, 1.25 * high)), max(40.0, min(high, wide)))


def paint_axes(painter: QPainter, plot: QRectF, across: Axis, up: Axis) -> None:
    """The grid of a plot, its ticks and the titles of its axes."""
    theme, line = current_theme(), 16 * text_scale()
    for at, words in enumerate(across.ticks):
        x = plot.left() + plot.width() * at / (len(across.ticks) - 1)
        painter.setPen(QColor(theme.line))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        paint_words(painter, QRectF(x - 40, plot.bottom() + 4, 80, line), words, theme.quiet)
    for at, words in enumerate(up.ticks):
        y = plot.bottom() - plot.height() * at / (len(up.ticks) - 1)
        painter.setPen(QColor(theme.line))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        place = QRectF(line, y - line / 2, plot.left() - line - 6, line)
        paint_words(painter, place, words, theme.quiet, Qt.AlignmentFlag.AlignRight)
    below = QRectF(plot.left(), plot.bottom() + line + 6, plot.width(), line)
    paint_words(painter, below, across.title, theme.quiet)
    painter.save()
    painter.translate(0, plot.bottom())
    painter.rotate(-90)
    paint_words(painter, QRectF(0, 0, plot.height(), line), up.title, theme.quiet)
    painter.restore()


def _clamped(at: int, limits: range) -> int:
    return min(max(at, limits.start), limits.stop - 1)
