"""Ink files: W3C InkML read and written with strokes, time and pressure.

The format: https://www.w3.org/TR/InkML/. A file may come from anywhere, so whatever is wrong with it ends as an
`InputError` that names it; entity declarations and external entities are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, XMLParser

from digitpad.domain.errors import InputError
from digitpad.ink.drawings import MAX_PARTS, Drawing, content, digits_in
from digitpad.ink.formats.endings import UNIPEN_ENDINGS
from digitpad.ink.formats.inkml_traces import XML_ID, Scope, Trace, TraceReader, tag
from digitpad.ink.strokes import PRESSURE, TIME, Ink, Stroke, X, Y
from digitpad.storage.io import write_atomically

_MAX_ATTRIBUTES = 600_000
_TRUNCATED = {3, 5, 6, 20}  # expat's codes: no element found, unclosed token, partial character, unclosed CDATA
_NAMESPACE = "http://www.w3.org/2003/InkML"


def read_inkml(path: Path) -> list[Drawing]:
    """The drawings of an InkML file: its top-level trace groups, and the traces outside of them as one more.

    Raises:
        InputError: the file is missing, unreadable, above `MAX_BYTES`, truncated, no XML, no InkML, declares entities,
            or one of its traces makes no sense.
    """
    root = _parsed(path)
    groups: list[tuple[Element, list[Trace]]] = []
    loose: list[Trace] = []
    reader = TraceReader(root)
    current = Scope()
    try:
        for element in root:
            if tag(element) == "context":
                current = reader.scope(element)
            elif tag(element) == "trace":
                loose += filter(None, [reader.trace(element, current)])
            elif tag(element) == "traceGroup":
                traces = list(reader.traces(element, current))
                if traces or not any(tag(e) == "traceView" for e in element.iter()):
                    groups.append((element, traces))
    except InputError as error:
        text = "{file} cannot be read as ink: trace {number} {reason}."
        raise InputError(text, file=path.name, number=reader.number, reason=error) from error
    if loose:
        groups.append((root, loose))
    full = reader.full_pressure
    drawings = []
    for index, (element, traces) in enumerate(groups):
        label_text, writer = _annotation(element, "truth"), _annotation(element, "writer")
        label, number = digits_in(label_text)
        name = element.get(XML_ID, "") or str(index)
        drawings.append(Drawing(_ink(traces, full), label, writer, name, number))
    return drawings


def write_inkml(path: Path, drawings: Sequence[Drawing]) -> None:
    """Write drawings as InkML, whole or not at all: x, y, pressure and time of every point, pen widths, label, writer.

    A picture on the pad is not ink and is not written. Coordinates keep four decimals, times a microsecond. A name
    that is no XML id, or stands for another drawing already, is left out.

    Raises:
        DigitpadError: the file cannot be written; the old one is still there.
    """
    widths = sorted({stroke.width for drawing in drawings for stroke in drawing.ink.strokes})
    brushes = {width: f"brush-{i}" for i, width in enumerate(widths)}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<ink xmlns="{_NAMESPACE}">']
    if brushes:
        lines.append("  <definitions>")
        for width, name in brushes.items():
            lines.append(f'    <brush xml:id="{name}"><brushProperty name="width" value="{width!r}"/></brush>')
        lines.append("  </definitions>")
    lines.append(
        '  <traceFormat><channel name="X" type="decimal"/><channel name="Y" type="decimal"/>'
        '<channel name="T" type="decimal" units="ms"/><channel name="F" type="decimal" max="1"/></traceFormat>'
    )
    taken = set(brushes.values())
    for drawing in drawings:
        known = drawing.name in taken or not re.fullmatch(r"[A-Za-z_][\w.-]*", drawing.name, re.ASCII)
        taken.add(drawing.name)
        lines.append("  <traceGroup>" if known else f"  <traceGroup xml:id={quoteattr(drawing.name)}>")
        for kind, text in (("truth", drawing.text), ("writer", drawing.writer)):
            if text:
                lines.append(f'    <annotation type="{kind}">{escape(_printable(text))}</annotation>')
        lines += [f'    <trace brushRef="#{brushes[s.width]}">{_trace_text(s)}</trace>' for s in drawing.ink.strokes]
        lines.append("  </traceGroup>")
    lines.append("</ink>\n")
    write_atomically(path, "\n".join(lines).encode())


def _parsed(path: Path) -> Element:
    data = content(path)
    if data.count(b"<") > 2 * MAX_PARTS or data.count(b"=") > _MAX_ATTRIBUTES:
        text = "{file} is too large to be read. Ink files may have up to {most} elements."
        raise InputError(text, file=path.name, most=MAX_PARTS)
    parser = XMLParser(target=TreeBuilder())
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException as error:
        text = "{file} declares XML entities, which digitpad refuses. Save it without them."
        raise InputError(text, file=path.name) from error
    except ParseError as error:
        if error.code in _TRUNCATED:
            text = "{file} is truncated: it ends in the middle. Copy or save it again."
            raise InputError(text, file=path.name) from error
        text = "{file} is not well-formed XML ({reason}). Choose drawings as InkML, or as UNIPEN ({endings})."
        raise InputError(text, file=path.name, reason=error, endings=", ".join(UNIPEN_ENDINGS)) from error
    except (LookupError, ValueError) as error:
        raise InputError("{file} has a text encoding that cannot be read. Save it as UTF-8.", file=path.name) from error
    if not isinstance(root, Element) or tag(root) != "ink":
        raise InputError("{file} is XML, but not InkML: it does not start with an 'ink' element.", file=path.name)
    return root


def _ink(traces: list[Trace], full_pressure: float) -> Ink:
    start = traces[0].points[0, TIME] if traces else 0.0
    strokes = []
    for trace in traces:
        trace.points[:, TIME] -= start
        if trace.raw:
            trace.points[:, PRESSURE] /= full_pressure
        strokes.append(Stroke.of(trace.points, trace.width))
    return Ink(tuple(strokes))


def _annotation(element: Element, kind: str) -> str | None:
    for child in element:
        if tag(child) == "annotation" and child.get("type") == kind:
            return "".join(child.itertext()).strip() or None
    return None


def _printable(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return re.sub("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def _trace_text(stroke: Stroke) -> str:
    rows = np.round(stroke.points[:, [X, Y, TIME, PRESSURE]] * (1, 1, 1000, 1), 4)
    return ", ".join(" ".join(f"{value:.16g}" for value in row) for row in rows.tolist())
