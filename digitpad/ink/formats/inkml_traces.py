"""The traces of an InkML document, with the formats, contexts and brushes they refer to.

The notation: https://www.w3.org/TR/InkML/#traceElement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from xml.etree.ElementTree import Element

import numpy as np

from digitpad.domain.errors import InputError
from digitpad.ink.drawings import MAX_NUMBERS
from digitpad.ink.strokes import DEFAULT_WIDTH, MOUSE_PRESSURE, PRESSURE, TIME, Floats, X, Y

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_MEMBERS = {"X": X, "Y": Y, "T": TIME, "F": PRESSURE}
_LIMITS = np.array([1e9, 1e9, 1e30, 1e30])  # beyond these, no pen wrote it, and arithmetic with it may overflow
_SMALLEST = 1e-9  # below this, no width or greatest pressure is meant, and division by it may overflow
_MAX_CHANNELS = 32
_PLAIN = re.compile(r"[0-9\s.,eE+-]*")
_VALUE = re.compile(
    r"""([!'"]?) \s*
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
        if len(regular) + len(sometimes) > _MAX_CHANNELS:
            raise InputError("has more than {most} channels", most=_MAX_CHANNELS)
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


@dataclass(frozen=True)
class Scope:
    """The format and the brush that hold for a trace where it names none; None is the document's."""

    format: Element | None = None
    brush: Element | None = None

    def within(self, outer: Scope) -> Scope:
        """This scope, with what it leaves open taken from the one around it."""
        return Scope(
            outer.format if self.format is None else self.format, outer.brush if self.brush is None else self.brush
        )


@dataclass
class TraceReader:
    """Reads traces in document order and remembers what later ones refer to."""

    root: Element
    number: int = 0
    full_pressure: float = 1.0
    _numbers: int = 0
    _ids: dict[str, Element] = field(init=False)
    _formats: dict[Element | None, Format] = field(init=False, default_factory=dict)
    _scopes: dict[Element, Scope] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._ids = {name: e for e in self.root.iter() if (name := e.get(XML_ID) or e.get("id"))}

    def traces(self, group: Element, outer: Scope) -> Iterator[Trace]:
        """The traces of a group and of the groups in it."""
        pending = [(group, outer)]
        while pending:
            element, around = pending.pop()
            if tag(element) == "traceGroup":
                scope = self.scope(element).within(around)
                pending += [(child, scope) for child in reversed(element)]
            elif trace := self.trace(element, around):
                yield trace

    def trace(self, element: Element, outer: Scope) -> Trace | None:
        """A pen-down trace with points, or None for anything else."""
        if tag(element) != "trace":
            return None
        self.number += 1
        text = "".join(element.itertext()).strip()
        if not text or element.get("type") == "penUp":
            return None
        scope = self.scope(element).within(outer)
        meaning = self._format(scope.format)
        self._numbers += (text.count(",") + 1) * len(meaning.columns)
        if self._numbers > MAX_NUMBERS:
            raise InputError("is beyond the {most} numbers that a file may have", most=MAX_NUMBERS)
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
        return Trace(points, self._width(scope.brush), raw)

    def scope(self, element: Element) -> Scope:
        """What an element says of format and brush, itself or by the ink source and the contexts that it names.

        Each element is asked once, however many others lead to it, and one that leads to itself does not count.
        """
        pending = [element]
        while pending:
            here = pending[-1]
            children = {tag(child): child for child in reversed(here)} if len(here) else {}
            named = [children.get("inkSource"), self._named(here, "inkSourceRef"), self._named(here, "contextRef")]
            leads = [e for e in named if e is not None]
            if here not in self._scopes:
                own = (children.get(n, self._named(here, f"{n}Ref")) for n in ("traceFormat", "brush"))
                self._scopes[here] = Scope(*own)
                pending += leads
            else:
                for lead in leads:
                    self._scopes[here] = self._scopes[here].within(self._scopes[lead])
                pending.pop()
        return self._scopes[element]

    def _format(self, element: Element | None) -> Format:
        if element not in self._formats:
            shared = next((e for e in self.root if tag(e) == "traceFormat"), None) if element is None else element
            self._formats[element] = Format() if shared is None else Format.of(shared)
        return self._formats[element]

    def _width(self, brush: Element | None) -> float:
        for element in brush if brush is not None else ():
            if tag(element) == "brushProperty" and element.get("name") == "width":
                return _number(element.get("value")) or DEFAULT_WIDTH
        return DEFAULT_WIDTH

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
    text = text.rstrip().removesuffix(",")
    if _PLAIN.fullmatch(text):
        try:
            rows = (_plain(point, channels) for point in _points(text))
            return np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, channels)
        except ValueError:
            pass  # numbers without space between them, as in 10-3
    values = chain.from_iterable(_followed(_points(text), channels, required))
    return np.fromiter(values, np.float64).reshape(-1, channels)


def _points(text: str) -> Iterator[str]:
    start = 0
    while (end := text.find(",", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _plain(point: str, channels: int) -> Iterator[float]:
    words = point.split()
    if len(words) != channels:
        raise ValueError
    return map(float, words)


def _followed(points: Iterable[str], channels: int, required: int) -> Iterator[list[float]]:
    """Values of points that may be given as differences to the points before."""
    order = [0] * channels
    value, velocity = [0.0] * channels, [0.0] * channels
    for number, point in enumerate(map(str.strip, points), start=1):
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
        yield list(value)
