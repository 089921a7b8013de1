"""Which line is which: pieces of the lines with their names, in as many rows as that takes.

pyqtgraph's LegendItem lies over the plot, neither wraps nor shortens a name, and stands once for each plot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ui.common.theme import LIGHT, NOTE_PIXELS, Theme, mix, text_font

_SWATCH, _GAP, _SPACE, _ROW = 20, 4, 12, 16
_LONGEST_LABEL = 180

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
        symbol: 'o' for circles, 's' for squares, 't' for triangles at its points, '' for none.
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
        return QColor(mix(theme.window, theme.accent, 0.4) if self.colour == "pale" else getattr(theme, self.colour))

    def pen(self, theme: Theme, ratio: float = 0.0) -> QPen:
        """The pen that draws it.

        Args:
            theme: decides its colour.
            ratio: device pixels for each pixel where it is to be as wide wherever a plot is zoomed to; 0 elsewhere.
        """
        pen = QPen(self.colour_in(theme), self.width * (ratio or 1.0))
        pen.setCosmetic(bool(ratio))  # Qt takes such a width for device pixels
        if self.dashes:
            pen.setDashPattern(self.dashes)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen


def other_look(number: int, symbol: str = "") -> Look:
    """The look of the curves of another run, by its place among them."""
    return Look(_OTHERS[number % len(_OTHERS)], 1.5, symbol, _DASHES[number % len(_DASHES)])


class Legend(QWidget):
    """Entries in rows; long names are shortened in the middle, since runs' names often differ at the end."""

    def __init__(self, theme: Theme = LIGHT) -> None:
        super().__init__()
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.entries: tuple[tuple[str, Look], ...] = ()
        """The lines that are named."""
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, and the application's font as it is now."""
        self._theme = theme
        self.setFont(text_font(NOTE_PIXELS))
        self.update()

    def show_entries(self, entries: Iterable[tuple[str, Look]]) -> None:
        """Name these lines, in this order."""
        entries = tuple(entries)
        if entries != self.entries:
            self.entries = entries
            self.setToolTip("\n".join(label for label, _ in entries))
            self.updateGeometry()
            self.update()

    def heightForWidth(self, width: int) -> int:
        """Height of the rows that it takes at a width, in pixels."""
        return max((row for _, row, _, _ in self._placed(width)), default=0) * _ROW + _ROW

    def sizeHint(self) -> QSize:
        """As many rows as it takes now."""
        return QSize(80, self.heightForWidth(self.width()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint a piece of each line, and its name."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for left, row, label, look in self._placed(self.width()):
                middle = (row + 0.5) * _ROW
                painter.setPen(look.pen(self._theme))
                painter.drawLine(QPointF(left, middle), QPointF(left + _SWATCH, middle))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(look.colour_in(self._theme))
                centre = QPointF(left + _SWATCH / 2, middle)
                if look.symbol == "s":
                    painter.drawRect(QRectF(centre.x() - 3, centre.y() - 3, 6, 6))
                elif look.symbol:
                    painter.drawEllipse(centre, 3.5, 3.5)
                painter.setPen(QColor(self._theme.quiet))
                text = QRectF(left + _SWATCH + _GAP, row * _ROW, _LONGEST_LABEL + 1, _ROW)
                painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)

    def _placed(self, width: int) -> Iterator[tuple[int, int, str, Look]]:
        """Left edge in pixels, row, name as far as it is shown, and look of each entry."""
        metrics, left, row = QFontMetrics(self.font()), 0, 0
        for label, look in self.entries:
            room = max(min(_LONGEST_LABEL, width - _SWATCH - _GAP), 0)
            shown = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, room)
            right = left + _SWATCH + _GAP + metrics.horizontalAdvance(shown)
            if left and right > width:
                left, right, row = 0, right - left, row + 1
            yield left, row, shown, look
            left = right + _SPACE
