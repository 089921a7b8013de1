"""How the lines of plots look, and the legend that says which is which: one for all plots, wrapped by a label."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from digitpad.ui.common.theme import Theme, mix

_LONGEST_LABEL = 34
_ENTRY = '<span style="color: {}">{}</span>&nbsp;{}'


@dataclass(frozen=True)
class Look:
    """How a line is drawn."""

    colour: str  # 'accent', 'pale' (the accent, stepping back), 'text', 'quiet', or '#RRGGBB'
    sign: str = "━━"  # what stands for it in a legend
    width: float = 1.5  # in pixels
    symbol: str | None = None  # 'o' for circles or 's' for squares at its points
    dashes: tuple[float, ...] = ()  # lengths of dash, gap, …, in widths of the line; none for a solid line

    def colour_in(self, theme: Theme) -> QColor:
        if self.colour.startswith("#"):
            return QColor(mix(self.colour, theme.text, 0.2))
        return QColor(mix(theme.window, theme.accent, 0.4) if self.colour == "pale" else getattr(theme, self.colour))

    def pen(self, theme: Theme, ratio: float) -> QPen:
        """The pen that draws it, as wide wherever a plot is zoomed to, with so many device pixels for each pixel."""
        pen = QPen(self.colour_in(theme), self.width * ratio)  # Qt takes the width of a cosmetic pen for device pixels
        pen.setCosmetic(True)
        if self.dashes:
            pen.setDashPattern(self.dashes)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen


EACH_STEP = Look("pale", "──", 1.0)
SMOOTHED = Look("accent", width=2.0)
RATE = Look("accent")
TRAINING = Look("accent", "━●━", symbol="o")
TEST = Look("text", "━●━", symbol="o")
PART = Look("quiet", "─■─", 1.0, "s")

_OTHERS = (
    Look("#EE7733", "╍╍╍", dashes=(6.0, 3.0)),
    Look("#009988", "┅┅┅", dashes=(2.0, 3.0)),
    Look("#EE3377", "━╶━", dashes=(8.0, 3.0, 2.0, 3.0)),
    Look("#AA4499", "╍╍╍", dashes=(6.0, 3.0)),
)
"""For other runs' curves: orange, teal and magenta of Paul Tol's 'vibrant' scheme and purple of his 'muted' one
(https://personal.sron.nl/~pault/), apart from the accent's blue. Dashes tell apart what colours do not."""


def other_look(number: int) -> Look:
    """The look of the curves of another run, by its place among them."""
    return _OTHERS[number % len(_OTHERS)]


def legend_text(entries: Iterable[tuple[str, Look]], theme: Theme) -> str:
    """Lines and their looks as rich text; long names lose their middle, since runs' names often differ at the end."""
    shown, half = [], _LONGEST_LABEL // 2
    for name, look in entries:
        short = name if len(name) <= _LONGEST_LABEL else f"{name[:half]}\u2060…\u2060{name[-half:]}"
        label = escape(short).replace(" ", "&nbsp;").replace("-", "&#8209;")  # no name goes on in another row
        shown.append(_ENTRY.format(look.colour_in(theme).name(), look.sign, label))
    return " &nbsp; ".join(shown)
