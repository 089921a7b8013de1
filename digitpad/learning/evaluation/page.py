"""An evaluation as one page that a browser shows: figures, reliability diagram, and pictures of what went wrong.

The page stands alone: it has no script and asks nothing of the network, which its content security policy makes sure
of. It follows the system's light or dark.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.learning.evaluation.evaluate import Evaluation, Labelled, ReadDrawing, WriterAccuracy
from digitpad.reading.calibration import BINS

SHOWN = 500
"""The most pictures of a kind, and the most writers, that a page shows: with them it has less than 1 MB."""

_NAME = 60  # characters of a name that are shown: a file may give any number of them
_PLOT = 300  # side of the reliability diagram, in CSS pixels

# The window's colours, which this room cannot import: see digitpad/ui/theme.py.
_STYLE = """
:root { --window: #F6F7F9; --surface: #FFFFFF; --text: #1B2430; --quiet: #5B6675; --line: #DDE2E9; --accent: #2F6BFF;
  --rgb: 47 107 255; --amber: #8F5600; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --window: #12161C; --surface: #1A2029; --text: #E8EDF4; --quiet: #93A0B1;
  --line: #2A323D; --accent: #6C9BFF; --rgb: 108 155 255; --amber: #F2B84B; } }
body { margin: 0 auto; padding: 24px; max-width: 1120px; background: var(--window); color: var(--text);
  font: 13px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 24px; font-weight: 600; line-height: 1.3; margin: 0 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 16px; font-weight: 600; margin: 40px 0 8px; }
p { margin: 0 0 16px; max-width: 72ch; }
figcaption { color: var(--quiet); font-size: 11px; }
.sums { display: flex; flex-wrap: wrap; gap: 16px 40px; margin: 24px 0 0; }
.sums div { display: flex; flex-direction: column-reverse; }
.sums dd { margin: 0; font-size: 24px; line-height: 1.3; }
.sums dt { color: var(--quiet); }
.side { display: flex; flex-wrap: wrap; gap: 0 64px; }
.side section { flex: 0 1 480px; min-width: 0; }
.scroll { overflow: auto; max-height: 480px; max-width: 100%; }
table { border-collapse: collapse; }
th { font-weight: 400; color: var(--quiet); text-align: right; vertical-align: bottom; }
td, th { padding: 4px 8px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
tbody th { color: var(--text); }
thead th { position: sticky; top: 0; background: var(--window); }
.last td:last-child { text-align: left; }
.names th:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; max-width: 240px; }
.confusion td { min-width: 24px; background: rgb(var(--rgb) / var(--share, 0)); }
.confusion td.none { color: var(--quiet); }
.confusion td.right { box-shadow: inset 0 0 0 1px var(--line); font-weight: 600; }
svg { display: block; max-width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--quiet); font-size: 11px; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(128px, 1fr)); gap: 24px 16px; padding: 0;
  margin: 0; list-style: none; }
figure { margin: 0; overflow-wrap: anywhere; }
img { display: block; width: 112px; height: 112px; image-rendering: pixelated; border: 1px solid var(--line); }
figcaption { margin-top: 4px; line-height: 1.4; }
figcaption strong { display: block; font-size: 13px; font-weight: 600; color: var(--text); }
.refused { color: var(--amber); }
"""


def evaluation_page(
    result: Evaluation, data: Labelled, checkpoint: CheckpointInfo, source: str, false_rejection_rate: float | None
) -> bytes:
    """An evaluation as a page: UTF-8, HTML that stands alone.

    Args:
        result: what `evaluate` made of the data.
        data: the digits that were evaluated, for their pictures.
        checkpoint: the network that was judged.
        source: name of the data, for people.
        false_rejection_rate: share of real digits that was allowed to be lost, None where nothing was to be refused.
    """
    place = {index: i for i, index in enumerate(data.indices)}
    pixels = data.images.pixels[:, 0].numpy()
    rejected = {answer.index for answer in result.refusals}

    def pictures(readings: list[ReadDrawing], kind: str) -> str:
        """The surest answer first."""
        shown = sorted(readings, key=lambda answer: -answer.confidence)[:SHOWN]
        items = "".join(_figure(answer, pixels[place[answer.index]], answer.index in rejected) for answer in shown)
        more = f"<p>The surest {SHOWN:,} of {len(readings):,} {kind} are shown.</p>" if len(readings) > SHOWN else ""
        return f'{more}<ol class="pictures">{items}</ol>'

    wrong = "<p>Every digit was read right.</p>"
    if result.errors:
        wrong = "<p>The surest mistake comes first. Each picture is what the network saw, 28×28 pixels.</p>" + pictures(
            result.errors, "mistakes"
        )
    title = f"How well {_name(checkpoint.name)} reads {_name(source)}"
    parts = [
        f"<h1>{title}</h1>",
        _sums(result),
        _side_by_side(_by_digit(result), _reliability(result)),
        _side_by_side(_confusion(result.confusion), _by_writer(result)),
        f"<h2>Refused: {result.rejected:,}</h2><p>{_rejection_note(result, checkpoint, false_rejection_rate)}</p>",
        pictures(result.refusals, "refused digits") if result.refusals else "",
        f"<h2>Read wrong: {len(result.errors):,}</h2>{wrong}",
    ]
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body>\n" + "\n".join(filter(None, parts))
    )
    # The name of a file may hold what UTF-8 cannot.
    return f"{page}\n</body></html>\n".encode(errors="replace")


def _sums(result: Evaluation) -> str:
    sums = [
        ("read right", _percent(result.accuracy)),
        ("digits", f"{result.n:,}"),
        ("read wrong", f"{len(result.errors):,}"),
        ("refused", f"{result.rejected:,}"),
        (f"expected calibration error ({BINS} bins)", _percent(result.ece)),
    ]
    if result.writers:
        sums.append((_over(result.writers), _mean_and_spread(result)))
    return (
        '<dl class="sums">' + "".join(f"<div><dt>{term}</dt><dd>{value}</dd></div>" for term, value in sums) + "</dl>"
    )


def _by_digit(result: Evaluation) -> str:
    rows = []
    for digit, (row, accuracy) in enumerate(zip(result.confusion, result.digits, strict=True)):
        outliers = sorted((-count, other) for other, count in enumerate(row) if count and other != digit)
        taken = ", ".join(f"{other} ({-count:,}×)" for count, other in outliers[:3])
        share = "–" if accuracy is None else _percent(accuracy)
        rows.append((str(digit), f"{sum(row):,}", f"{sum(row) - row[digit]:,}", share, taken))
    return "<h2>Accuracy by digit</h2>" + _table(
        ("digit", "count", "wrong", "read right", "most often taken for"), rows, "last"
    )


def _by_writer(result: Evaluation) -> str:
    if not result.writers:
        return "<h2>Accuracy by writer</h2><p>The data names no writer.</p>"
    unknown = result.n - sum(writer.n for writer in result.writers)
    said = f"{_mean_and_spread(result)}: {_over(result.writers)}, each counted once. The weakest comes first."
    if unknown:
        said += f" The writer of {unknown:,} digits is not known."
    if len(result.writers) > SHOWN:
        said += f" The weakest {SHOWN:,} are shown."
    rows = [
        (f"<bdi>{_name(writer.writer)}</bdi>", f"{writer.n:,}", _percent(writer.accuracy))
        for writer in sorted(result.writers, key=lambda writer: writer.accuracy)[:SHOWN]
    ]
    table = _table(("writer", "digits", "read right"), rows, "names")
    return f"<h2>Accuracy by writer</h2><p>{said}</p>{_scrolled(table, 'Accuracy by writer')}"


def _over(writers: list[WriterAccuracy]) -> str:
    return f"mean ± standard deviation over {len(writers):,} writers" if len(writers) > 1 else "by the one writer"


def _mean_and_spread(result: Evaluation) -> str:
    spread = "" if result.writers_sd is None else f" ± {_percent(result.writers_sd)}"
    return "–" if result.writers_mean is None else f"{_percent(result.writers_mean)}{spread}"


def _confusion(confusion: list[list[int]]) -> str:
    """Counts by label and by what was read; mistakes are tinted, the commonest most."""
    worst = max([1, *(count for i, row in enumerate(confusion) for j, count in enumerate(row) if i != j)])

    def cell(label: int, digit: int, count: int) -> str:
        if label == digit:
            return f'<td class="right">{count:,}'
        if not count:
            return '<td class="none">·'
        return f'<td style="--share:{0.15 + 0.35 * count / worst:.2f}">{count:,}'

    head = "".join(f'<th scope="col">{digit}' for digit in range(len(confusion)))
    rows = "".join(
        f'<tr><th scope="row">{label}' + "".join(cell(label, digit, count) for digit, count in enumerate(row))
        for label, row in enumerate(confusion)
    )
    table = f'<table class="confusion"><thead><tr><th scope="col">label{head}</thead><tbody>{rows}</tbody></table>'
    return "<h2>What was taken for what</h2><p>Rows are labels, columns are what was read.</p>" + _scrolled(
        table, "What was taken for what"
    )


def _reliability(result: Evaluation) -> str:
    """The reliability diagram with how many answers stand behind each point, and the same as a table."""
    marks = ""
    for held in result.reliability:
        if not held.count:
            continue
        low, high = _wilson(held.accuracy * held.count, held.count)
        x, y = held.confidence * _PLOT, (1 - held.accuracy) * _PLOT
        radius = 2 + 8 * math.sqrt(held.count / result.n)
        marks += (
            f"<g><title>{held.count:,} digits answered with {_percent(held.confidence)} on average; "
            f"{_percent(held.accuracy)} of them read right</title>"
            f'<path d="M{x:.1f} {(1 - low) * _PLOT:.1f}V{(1 - high) * _PLOT:.1f}" stroke="var(--accent)"/>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="var(--accent)"/></g>'
        )
    ticks, grid = "", ""
    for percent in (0, 25, 50, 75, 100):
        x, y = percent * _PLOT // 100, (100 - percent) * _PLOT // 100
        ticks += f'<text x="{x}" y="{_PLOT + 16}" text-anchor="middle">{percent}\u202f%</text>'
        ticks += f'<text x="-8" y="{y + 4}" text-anchor="end">{percent}\u202f%</text>'
        grid += f"M0 {y}H{_PLOT}M{x} 0V{_PLOT}"
    plot = (
        f'<svg viewBox="-56 -12 {_PLOT + 72} {_PLOT + 56}" width="{_PLOT + 72}" height="{_PLOT + 56}" role="img" '
        f'aria-label="Reliability diagram; the table below has its numbers">'
        f'<path d="{grid}" stroke="var(--line)" fill="none"/>'
        f'<path d="M0 {_PLOT}L{_PLOT} 0" stroke="var(--quiet)" stroke-dasharray="4 4"/>{marks}{ticks}'
        f'<text x="{_PLOT / 2}" y="{_PLOT + 36}" text-anchor="middle">confidence</text>'
        f'<text transform="translate(-44 {_PLOT / 2}) rotate(-90)" text-anchor="middle">read right</text></svg>'
    )
    rows = [
        (
            f"{100 * i / BINS:.0f} to {100 * (i + 1) / BINS:.0f}\u202f%",
            f"{b.count:,}",
            _percent(b.confidence),
            _percent(b.accuracy),
        )
        for i, b in enumerate(result.reliability)
        if b.count
    ]
    return (
        f"<h2>Reliability</h2><p>Of digits answered with 90 %, nine in ten should be right: points on the dashed line. "
        f"The larger a point, the more of the {result.n:,} answers it stands for; its line is the 95 % interval of "
        f"what was read right.</p>{plot}<details><summary>The numbers</summary>"
        + _table(("confidence", "digits", "mean confidence", "read right"), rows)
        + "</details>"
    )


def _wilson(right: float, count: int) -> tuple[float, float]:
    """The 95 % score interval of a share; E. B. Wilson, 'Probable inference' (1927)."""
    z = 1.96
    middle = (right + z * z / 2) / (count + z * z)
    half = z / (count + z * z) * math.sqrt(right * (count - right) / count + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def _rejection_note(result: Evaluation, checkpoint: CheckpointInfo, false_rejection_rate: float | None) -> str:
    if not checkpoint.thresholds:
        return "This network was not taught what is no digit: only empty drawings count as refused."
    if false_rejection_rate is None:
        return "Nothing was to be refused: only empty drawings count as refused."
    allowed = _percent(false_rejection_rate)
    return f"{_percent(result.rejected / result.n)} of the digits; {allowed} of real ones were allowed to be lost."


def _figure(answer: ReadDrawing, pixels: NDArray[np.uint8], is_rejected: bool) -> str:
    said = f"{answer.label} read as {answer.digit}" if answer.label != answer.digit else f"{answer.label} read right"
    named = f" · <bdi>{_name(answer.name)}</bdi>" if answer.name else ""
    by = f"<br>writer <bdi>{_name(answer.writer)}</bdi>" if answer.writer else ""
    rejected = ', <span class="refused">refused</span>' if is_rejected else ""
    return (
        f'<li><figure><img alt="a {answer.label}" width="112" height="112" src="{_picture(pixels)}"><figcaption>'
        f"<strong>{said}</strong>{_percent(answer.confidence)} sure{rejected}<br>No. {answer.index:,}{named}{by}"
        "</figcaption></figure></li>"
    )


def _picture(pixels: NDArray[np.uint8]) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _side_by_side(*parts: str) -> str:
    return '<div class="side">' + "".join(f"<section>{part}</section>" for part in parts) + "</div>"


def _scrolled(table: str, about: str) -> str:
    """A table that scrolls by itself where it is too large, from the keyboard too."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{about}">{table}</div>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], style: str = "") -> str:
    """A table whose cells are HTML; its first column names the rows."""
    names = "".join(f'<th scope="col">{name}' for name in head)
    body = "".join(f'<tr><th scope="row">{row[0]}' + "".join(f"<td>{cell}" for cell in row[1:]) for row in rows)
    return f'<table class="{style}"><thead><tr>{names}</thead><tbody>{body}</tbody></table>'


def _name(text: str) -> str:
    return escape(text if len(text) <= _NAME else text[: _NAME - 1] + "…")


def _percent(share: float) -> str:
    return f"{share:.2%}".replace("%", "\u202f%")
