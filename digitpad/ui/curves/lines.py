"""Which lines are drawn of a run and of those laid over it, how they look, and the legend that names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QPen

from digitpad.ui.common.format import numeral
from digitpad.ui.common.theme import Theme, mix
from digitpad.ui.common.widgets import legend
from digitpad.ui.session.run_curves import Array, Points, RunCurves, XAxis

_LONGEST_LABEL = 34

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Look:
    """How a line is drawn."""

    colour: str  # 'accent', 'pale' (the accent, stepping back), 'text', 'quiet', or '#RRGGBB'
    sign: str = "━━"  # what stands for it in a legend
    width: float = 1.5  # in pixels
    symbol: str | None = None  # 'o' for circles, 's' for squares or 'd' for diamonds at its points
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
_SMOOTHED = Look("accent", width=2.0)
_RATE = Look("accent")
_TRAINING = Look("accent", "━●━", symbol="o")
_TEST = Look("text", "━●━", symbol="o")
_PART = Look("quiet", "─■─", 1.0, "s")
_VALIDATION = Look("quiet", "─◆─", 1.0, "d")

_OTHERS = (
    Look("#EE7733", "╍╍╍", dashes=(6.0, 3.0)),
    Look("#009988", "┅┅┅", dashes=(2.0, 3.0)),
    Look("#EE3377", "━╶━", dashes=(8.0, 3.0, 2.0, 3.0)),
    Look("#AA4499", "╍╍╍", dashes=(6.0, 3.0)),
)
"""For other runs' curves: orange, teal and magenta of Paul Tol's 'vibrant' scheme and purple of his 'muted' one
(https://personal.sron.nl/~pault/), apart from the accent's blue. Dashes tell apart what colours do not."""


class Line(NamedTuple):
    """A line to draw: its name in the legend, '' where another line of this look has it; and its points."""

    name: str
    look: Look
    x: Array
    y: Array


def lines_of(
    curves: RunCurves, overlays: dict[str, RunCurves], axis: XAxis
) -> tuple[list[Line], list[Line], list[Line]]:
    """Lines of loss, accuracy and learning rate, the topmost last (of other runs smoothed loss and test accuracy)."""

    def line(name: str, look: Look, points: Points, run: RunCurves = curves) -> Line:
        return Line(name, look, run.place(points[0], axis), points[1])

    others = [(name, _OTHERS[at % len(_OTHERS)], run) for at, (name, run) in enumerate(overlays.items())]
    count = numeral(curves.interims[-1].images if curves.interims else 0)
    loss = [
        line(translate("curves", "each step"), EACH_STEP, (curves.steps, curves.losses)),
        *(line(name, look, (run.steps, run.smoothed), run) for name, look, run in others),
        line(translate("curves", "smoothed"), _SMOOTHED, (curves.steps, curves.smoothed)),
        line(translate("curves", "test, first {count}").format(count=count), _PART, curves.interim("loss")),
        line(translate("curves", "test"), _TEST, curves.by_epoch("test_loss")),
    ]
    accuracy = [
        *(line("", replace(look, symbol="o"), run.by_epoch("test_accuracy"), run) for _, look, run in others),
        line(translate("curves", "training"), _TRAINING, curves.by_epoch("train_accuracy")),
        line(translate("curves", "validation"), _VALIDATION, curves.by_epoch("validation_accuracy")),
        line("", _PART, curves.interim("accuracy")),
        line("", _TEST, curves.by_epoch("test_accuracy")),
    ]
    return loss, accuracy, [line("", _RATE, (curves.steps, curves.learning_rates))]


def legend_text(lines: Iterable[Line], theme: Theme) -> str:
    """Lines and their looks as rich text; long names lose their middle, since runs' names often differ at the end."""
    half = _LONGEST_LABEL // 2
    return legend(
        (
            line.look.colour_in(theme).name(),
            line.look.sign,
            line.name if len(line.name) <= _LONGEST_LABEL else f"{line.name[:half]}\u2060…\u2060{line.name[-half:]}",
        )
        for line in lines
    )
