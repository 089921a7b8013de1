"""The traces of an InkML document, with the formats, contexts and brushes they refer to.

The notation: https://www.w3.org/TR/InkML/#traceElement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import numpy as np

from digitpad.domain.errors import InputError
from digitpad.ink.strokes import DEFAULT_WIDTH, MOUSE_PRESSURE, PRESSURE, TIME, Floats, X, Y

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_MEMBERS = {"X": X, "Y": Y, "T": TIME, "F": PRESSURE}
_LIMITS = np.array([1e9, 1e9, 1e30, 1e30])  # beyond these, no pen wrote it, and arithmetic with it may overflow
_SMALLEST = 1e-9  # below this, no width or greatest pressure is meant, and division by it may overflow
_PLAIN = re.compile(r"[0-9\s.,eE+-]*")
_VALUE = re.compile(
    r"""\s* ([!'"]?) \s*
    (?: ([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?) | \#([0-9A-Fa-f]+) | ([TF*?]) ) \s*""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Format:
    """What the numbers of a trace mean: column of `Stroke.points` for each channel, None for one that is skipped."""

    columns: tuple[int | None, ...] = (X, Y)
    required: int = 2
    seconds: float = 1e-3
    full_pressure: float | None = None

    @staticmethod
    def of(element: Element) -> Format:
        """What a `traceFormat` element says."""
        regular = [e for e in element if tag(e) == "channel"]
        sometimes = [c for e in element if tag(e) == "intermittentChannels" for c in e if tag(c) == "channel"]
        channels = {c.get("name", ""): c for c in reversed(regular + sometimes)}
        units = channels["T"].get("units", "ms") if "T" in channels else "ms"
        full = _number(channels["F"].get("max")) if "F" in channels else None
        columns = tuple(_MEMBERS.get(c.get("name", "")) for c in regular + sometimes)
        return Format(columns, len(regular), _SECONDS.get(units, 1e-3), full)


@dataclass(frozen=True, eq=False)
class Trace:
    """A trace as read: points as in `Stroke.points`, but the pressure still in the file's units where `raw`."""

    points: Floats
    width: float
    raw: bool


@dataclass
class Reader:
    """Reads traces in document order and remembers what later ones refer to."""

    root: Element
    number: int = 0
    full_pressure: float = 1.0
    _ids: dict[str, Element] = field(init=False)
    _formats: dict[Element | None, Format] = field(init=False)
    _children: dict[tuple[Element, str], Element | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._ids = {name: e for e in self.root.iter() if (name := e.get(XML_ID) or e.get("id"))}
        shared = next((e for e in self.root if tag(e) == "traceFormat"), None)
        self._formats = {None: Format() if shared is None else Format.of(shared)}

    def traces(self, group: Element, outer: tuple[Element, ...]) -> Iterator[Trace]:
        """The traces of a group and of the groups in it."""
        pending = [(child, (group, *outer)) for child in reversed(group)]
        while pending:
            element, around = pending.pop()
            if tag(element) == "traceGroup":
                pending += [(child, (element, *around)) for child in reversed(element)]
            elif trace := self.trace(element, around):
                yield trace

    def trace(self, element: Element, around: tuple[Element, ...]) -> Trace | None:
        """A pen-down trace with points, or None for anything else."""
        if tag(element) != "trace":
            return None
        self.number += 1
        text = "".join(element.itertext()).strip()
        if not text or element.get("type") == "penUp":
            return None
        chain = list(self._referring(element, around))
        meaning = self._format(chain)
        values = decoded(text, len(meaning.columns), meaning.required)
        points = np.zeros((len(values), 4))
        points[:, PRESSURE] = MOUSE_PRESSURE
        for column, given in zip(meaning.columns, values.T, strict=True):
            if column is not None:
                points[:, column] = given
        if not {X, Y} <= set(meaning.columns):
            raise InputError("has no X and Y channel")
        if not (np.abs(points) <= _LIMITS).all():
            raise InputError("has a number that is infinite or far too large")
        points[:, TIME] *= meaning.seconds
        raw = PRESSURE in meaning.columns and meaning.full_pressure is None
        if raw:
            self.full_pressure = max(self.full_pressure, float(points[:, PRESSURE].max()))
        elif meaning.full_pressure is not None:
            points[:, PRESSURE] /= meaning.full_pressure
        return Trace(points, self._width(chain), raw)

    def _referring(self, element: Element, around: tuple[Element, ...]) -> Iterator[Element]:
        """The elements whose references hold for a trace: itself, its groups, and the contexts that these name."""
        pending = [element, *around]
        seen: set[Element] = set()
        while pending:
            here = pending.pop(0)
            if here in seen:
                continue
            seen.add(here)
            yield here
            for key in ("contextRef", "inkSourceRef"):
                if (named := self._named(here, key)) is not None:
                    pending.insert(0, named)
            if (source := self._child(here, "inkSource")) is not None:
                pending.insert(0, source)

    def _format(self, chain: list[Element]) -> Format:
        found = next((f for e in chain if (f := self._owned(e, "traceFormat", "traceFormatRef")) is not None), None)
        if found not in self._formats and found is not None:
            self._formats[found] = Format.of(found)
        return self._formats[found]

    def _width(self, chain: list[Element]) -> float:
        brush = next((b for e in chain if (b := self._owned(e, "brush", "brushRef")) is not None), None)
        for element in brush if brush is not None else ():
            if tag(element) == "brushProperty" and element.get("name") == "width":
                return _number(element.get("value")) or DEFAULT_WIDTH
        return DEFAULT_WIDTH

    def _owned(self, element: Element, name: str, reference: str) -> Element | None:
        own = self._child(element, name)
        return own if own is not None else self._named(element, reference)

    def _child(self, element: Element, name: str) -> Element | None:
        """The first child of that name; remembered, since a group is asked once for each of its traces."""
        if len(element) == 0:
            return None
        if (element, name) not in self._children:
            self._children[element, name] = next((e for e in element if tag(e) == name), None)
        return self._children[element, name]

    def _named(self, element: Element, key: str) -> Element | None:
        return self._ids.get(element.get(key, "").removeprefix("#"))


def _number(text: str | None) -> float | None:
    """A positive number of plausible size, or None."""
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return value if _SMALLEST <= value <= _LIMITS[X] else None


def tag(element: Element) -> str:
    """Local name of an element, whatever its namespace."""
    return str(element.tag).rpartition("}")[2]


def decoded(text: str, channels: int, required: int) -> Floats:
    """The values of a trace.

    Understands plain numbers, hexadecimal integers, T and F, the differences that a prefix `'` (first) or `"` (second)
    starts and `!` ends, and `*` or `?` for a value that stays, as does that of an intermittent channel left out.

    Args:
        text: the text of the trace, not empty.
        channels: numbers a point may have.
        required: numbers a point must have.

    Returns:
        float64 (points, channels); infinite where the file's number is.

    Raises:
        InputError: with the rest of a sentence that starts with 'trace 3'.
    """
    points = text.rstrip().removesuffix(",").split(",")
    if _PLAIN.fullmatch(text):
        rows = [point.split() for point in points]
        try:
            if all(len(row) == channels for row in rows):
                return np.array([[float(value) for value in row] for row in rows])
        except ValueError:
            pass  # numbers without space between them, as in 10-3
    return np.array(_followed(points, channels, required))


def _followed(points: list[str], channels: int, required: int) -> list[list[float]]:
    """Values of points that may be given as differences to the points before."""
    order = [0] * channels
    value, velocity = [0.0] * channels, [0.0] * channels
    rows = []
    for number, point in enumerate(points, start=1):
        at, channel = 0, 0
        while at < len(point):
            match = _VALUE.match(point, at)
            if match is None:
                raise InputError("has something other than a number at point {number}", number=number)
            if channel == channels:
                raise InputError("has too many numbers at point {number}", number=number)
            prefix, plain, hexadecimal, sign = match.groups()
            if prefix:
                order[channel] = "!'\"".index(prefix)
            if plain or hexadecimal:
                given = float(plain) if plain else float(min(int(hexadecimal, 16), 1 << 100))
                before = value[channel]
                if order[channel] == 0:
                    value[channel] = given
                elif order[channel] == 1:
                    value[channel] += given
                else:
                    value[channel] += velocity[channel] + given
                velocity[channel] = value[channel] - before
            else:
                velocity[channel] = 0.0
                if sign in "TF":
                    value[channel] = float(sign == "T")
            at, channel = match.end(), channel + 1
        if channel < required:
            raise InputError("has too few numbers at point {number}", number=number)
        rows.append(list(value))
    return rows
