"""What is said of teaching: its figures in sentences, and why what was taught is not taken, where it is not."""

from __future__ import annotations

from digitpad.domain.errors import Message
from digitpad.domain.teaching import MOST_FALL, Comparison, Figures, TeachingReport

_FEW = 50
"""With fewer drawings than these, their figures prove little."""

_LEAST = 0.0001
"""Log losses below this are not told apart."""


def verdict(report: TeachingReport) -> list[Message]:
    """What teaching did to the person's left-out drawings and to everything else; sentences."""
    said = _own(report.own)
    if not report.improves:
        said.append(Message("That does not count as better."))
    if report.doubtful:
        said.append(_doubtful(report.doubtful))
    if report.unlearned is not None and report.unlearned.last is not None:
        said.append(_steps(report.unlearned.after, report.unlearned.last))
    said += _others(report)
    if not report.is_harmless:
        said.append(Message("For others that is worse by more than {points} points.", points=100 * MOST_FALL))
    if 1 < report.own.before.n < _FEW:
        text = "{count} drawings prove little: each of them counts {points} points."
        count = report.own.before.n
        said.append(Message(text, count=count, points=round(100 / count, 1)))
    return said


def rounded(log_loss: float) -> float | Message:
    """A log loss as it is shown: two significant digits, and never 0, which would claim certainty."""
    return float(f"{log_loss:.2g}") if log_loss >= _LEAST else Message("below {least}", least=_LEAST)


def _own(own: Comparison) -> list[Message]:
    before, after, count = own.before, own.after, own.before.n
    if count == 1:
        return [Message("One drawing alone proves nothing: none is left out to judge by.")]
    if after.errors < before.errors:
        text = "Of {count} drawings of yours, left out, it reads {after} right instead of {before}."
    elif after.errors > before.errors:
        text = "Of {count} drawings of yours, left out, it reads only {after} right instead of {before}."
    else:
        text = "Of {count} drawings of yours, left out, it reads {after} right, as before."
    read = Message(text, count=count, after=count - after.errors, before=count - before.errors)
    return [read, _sureness(before, after)]


def _sureness(before: Figures, after: Figures) -> Message:
    text = "It is no surer of what they are: log loss {after} instead of {before}."
    if after.log_loss < before.log_loss:
        text = "It is surer of what they are: log loss {after} instead of {before}."
    return Message(text, after=rounded(after.log_loss), before=rounded(before.log_loss))


def _doubtful(count: int) -> Message:
    text = "{count} of your drawings may be labelled wrong, for no network finds their labels probable."
    if count == 1:
        text = "One of your drawings may be labelled wrong, for no network finds its label probable."
    return Message(text, count=count)


def _steps(after: Figures, last: Figures) -> Message:
    """What was taught this time and last time, compared."""
    right = after.n - after.errors
    if after.errors > last.errors:
        text = "Of {count} drawings new to both, it reads only {after} right; what was taught last time reads {last}."
    else:
        text = "Of {count} drawings new to both, it reads {after} right; what was taught last time reads {last}."
    return Message(text, count=after.n, after=right, last=last.n - last.errors)


def _others(report: TeachingReport) -> list[Message]:
    """What is read worse than before."""
    others, styled, outliers = report.others, report.styled, report.outliers
    said = []
    if others.fewer > 0:
        text = "Of {count} digits of other people, it reads {fewer} fewer right."
        said.append(Message(text, count=others.before.n, fewer=others.fewer))
    if styled.fewer > 0:
        text = "Of {count} synthesised digits, it reads {fewer} fewer right."
        said.append(Message(text, count=styled.before.n, fewer=styled.fewer))
    if outliers.fewer > 0:
        text = "Of {count} drawings of no digit, it rejects {fewer} fewer."
        said.append(Message(text, count=outliers.before.n, fewer=outliers.fewer))
    return said or [Message("It reads nothing else worse.")]
