"""What is said of teaching."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from digitpad.domain.errors import Message
from digitpad.domain.teaching import Figures, TeachingReport
from digitpad.domain.teaching_verdict import rounded, verdict
from digitpad.ui.common.format import numeral, percent, sentence

translate = QCoreApplication.translate


def verdict_words(report: TeachingReport, *, is_taken: bool) -> str:
    """What was taught does, and whether it was taken to read with."""
    outcome = translate("hand", "What was learned is not used unless you say so.")
    if is_taken:
        outcome = translate("hand", "What was learned reads from now on.")
    return " ".join([outcome, *map(sentence, verdict(report))])


def figures(report: TeachingReport) -> str:
    """Before and after, as the rows of a table in rich text: how many are read right, and how sure it is of them."""
    own = translate("hand", "Your drawings, left out in turn")
    if report.is_fine_tuned:
        own = translate("hand", "Drawings of yours that it did not learn from")
    rows = [
        (own, report.own),
        (translate("hand", "Other people's digits"), report.others),
        (translate("hand", "Synthesised digits"), report.styled),
        (translate("hand", "No digits, rejected"), report.outliers),
    ]
    if report.unlearned is not None:
        rows.insert(1, (translate("hand", "Drawings of yours new to both"), report.unlearned))
    what, count = _lines(translate("hand", "Read right"), translate("hand", "log loss")), translate("hand", "of")
    head = [what, translate("hand", "before"), translate("hand", "after"), count]
    lines = [[name, _figure(part.before), _figure(part.after), numeral(part.before.n)] for name, part in rows]
    if report.others.last is not None:
        head[1:3] = translate("hand", "untaught"), translate("hand", "last time"), translate("hand", "this time")
        for line, (_, part) in zip(lines, rows, strict=True):
            line.insert(2, _figure(part.last))
    cells = [
        f"<td>{name}</td>" + "".join(f'<td align="right">&nbsp; {figure}</td>' for figure in line)
        for name, *line in (head, *lines)
    ]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in cells) + "</table>"


def _figure(figures: Figures | None) -> str:
    """The share read right, and below it the log loss, which outliers have none of."""
    if figures is None:
        return "–"
    loss = rounded(figures.log_loss)
    words = sentence(loss) if isinstance(loss, Message) else numeral(loss)
    return _lines(percent(figures.right), words if figures.log_loss else "")


def _lines(first: str, second: str) -> str:
    """Two lines of a cell; the second is small."""
    return first.replace(" ", "&nbsp;") + (f"<br><small>{second.replace(' ', '&nbsp;')}</small>" if second else "")
