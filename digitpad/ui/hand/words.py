"""What is said of teaching."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from digitpad.domain.teaching import Comparison, TeachingReport
from digitpad.ui.common.format import numeral, percent

translate = QCoreApplication.translate

_FEW = 50
"""With fewer drawings than these, their figures prove little."""


def verdict(report: TeachingReport) -> str:
    """Whether what was taught reads from now on, and why."""
    if report.is_accepted:
        return translate("hand", "It reads your hand better and nobody else's worse, and reads from now on.")
    if not report.improves:
        return translate("hand", "It does not read your left-out drawings better. Draw more, or use it anyway.")
    fall = max(-part.gain for part in (report.others, report.styled, report.outliers))
    words = translate("hand", "It reads your hand better, but others worse, by up to {points} points. You decide.")
    return words.format(points=numeral(100 * fall, 1))


def figures(report: TeachingReport) -> str:
    """Before and after, as the rows of a table in rich text."""
    own = translate("hand", "Your drawings, left out in turn")
    if report.is_fine_tuned:
        own = translate("hand", "Drawings of yours that it did not learn from")
    rows = (
        (own, report.own),
        (translate("hand", "Other people's digits"), report.others),
        (translate("hand", "Synthesised digits"), report.styled),
        (translate("hand", "What is no digit, rejected"), report.outliers),
    )
    head = ("", translate("hand", "before"), translate("hand", "after"), translate("hand", "of"))
    lines = [
        (name, percent(part.before.right), percent(part.after.right), numeral(part.before.n)) for name, part in rows
    ]
    cells = [
        f"<td>{name}</td>"
        + "".join(f'<td align="right">&nbsp; {figure.replace(" ", "&nbsp;")}</td>' for figure in line)
        for name, *line in (head, *lines)
    ]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in cells) + "</table>"


def how_little(own: Comparison) -> str:
    """How little a few drawings prove, '' where there are many."""
    if own.before.n >= _FEW:
        return ""
    words = translate("hand", "{count} drawings prove little: each of them counts {points} points.")
    return words.format(count=numeral(own.before.n), points=numeral(100 / own.before.n, 1))
