"""The line above a plot: its name and unit, and which line is which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ui.common.theme import LIGHT, NOTE_PIXELS, Theme, mix, text_font

_SWATCH, _GAP, _SPACE = 16, 4, 12
_LONGEST_LABEL = 160
_HEIGHT = 16

_OTHERS = ("#EE7733", "#009988", "#EE3377", "#AA4499")
"""For other runs' curves: orange, teal and magenta of Paul Tol's 'vibrant' scheme and purple of his 'muted' one
(https://personal.sron.nl/~pault/), apart from the accent's blue. Dashes tell apart what colours do not."""

_DASHES = ((6.0, 3.0), (2.0, 3.0), (8.0, 3.0, 2.0, 3.0))


@dataclass(frozen=True)
class Look:
    """How a line is drawn.

    Attributes:
        colour: 'accent', 'pale' (the accent, stepping back), 'text', 'quiet', or '#RRGGBB'.
        width: of the line, in pixels.
        symbol: 'o' for circles or 's' for squares at its points, '' for none.
        dashes: lengths of dash, gap, …, in widths of the line; none for a solid line.
    """

    colour: str
    width: float = 1.0
    symbol: str = ""
    dashes: tuple[float, ...] = ()

    def colour_in(self, theme: Theme) -> QColor:
        """Its colour in a theme."""
        if self.colour.startswith("#"):
            return QColor(mix(self.colour, theme.text, 0.2))
        if self.colour == "pale":
            return QColor(mix(theme.window, theme.accent, 0.4))
        return QColor(getattr(theme, self.colour))

    def pen(self, theme: Theme) -> QPen:
        """The pen that draws it, as wide on the screen wherever a plot is zoomed to."""
        pen = QPen(self.colour_in(theme), self.width)
        pen.setCosmetic(True)
        if self.dashes:
            pen.setDashPattern(self.dashes)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen


def other_look(number: int) -> Look:
    """The look of the curves of another run, by its place among them."""
    return Look(_OTHERS[number % len(_OTHERS)], 1.5, dashes=_DASHES[number % len(_DASHES)])


class Legend(QWidget):
    """One line: the plot's name, its unit where there is room, then a piece of each line with what it is.

    Its tool tip holds all of it.
    """

    def __init__(self, title: str, unit: str) -> None:
        super().__init__()
        self._title, self._unit = title, unit
        self.setToolTip(f"{title} ({unit})")
        self._entries: tuple[tuple[str, Look], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_theme(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, and the application's font as it is now."""
        self._theme = theme
        self._bold = text_font(NOTE_PIXELS, bold=True)
        self._font = text_font(NOTE_PIXELS)
        self.update()

    def show_entries(self, entries: Iterable[tuple[str, Look]]) -> None:
        """Name these lines, in this order."""
        entries = tuple(entries)
        if entries != self._entries:
            self._entries = entries
            self.setToolTip("\n".join((f"{self._title} ({self._unit})", *(label for label, _ in entries))))
            self.update()

    @property
    def entries(self) -> tuple[tuple[str, Look], ...]:
        """The lines that are named."""
        return self._entries

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(80, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """One line, however narrow."""
        return QSize(40, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the name, and of the lines as many as there is room for."""
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        with QPainter(self) as painter:
            painter.setFont(self._bold)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QRectF(self.rect()), middle, self._title)
            left = QFontMetricsF(self._bold).horizontalAdvance(self._title)
            metrics = QFontMetricsF(self._font)
            painter.setFont(self._font)
            lengths = (min(metrics.horizontalAdvance(label), _LONGEST_LABEL) for label, _ in self._entries)
            unit = metrics.horizontalAdvance(self._unit) + _GAP
            if left + unit + sum(_SPACE + _SWATCH + _GAP + length for length in lengths) <= self.width():
                painter.setPen(QColor(self._theme.quiet))
                painter.drawText(QRectF(left + _GAP, 0, unit, self.height()), middle, self._unit)
                left += unit
            left += _SPACE
            for label, look in self._entries:
                room = min(self.width() - left - _SWATCH - _GAP, _LONGEST_LABEL)
                shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
                if len(shown) < min(len(label), 3):
                    break
                self._paint_swatch(painter, left, look)
                painter.setPen(QColor(self._theme.quiet))
                left += _SWATCH + _GAP
                painter.drawText(QRectF(left, 0, room + 1, self.height()), middle, shown)
                left += metrics.horizontalAdvance(shown) + _SPACE

    def _paint_swatch(self, painter: QPainter, left: float, look: Look) -> None:
        centre = QPointF(left + _SWATCH / 2, self.height() / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.pen(self._theme))
        painter.drawLine(QPointF(left, centre.y()), QPointF(left + _SWATCH, centre.y()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour_in(self._theme))
        if look.symbol == "o":
            painter.drawEllipse(centre, 3, 3)
        elif look.symbol == "s":
            painter.drawRect(QRectF(centre.x() - 2.5, centre.y() - 2.5, 5, 5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
