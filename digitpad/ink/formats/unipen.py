"""Ink files: UNIPEN, as the 'Pen-Based Recognition of Handwritten Digits' were published in it.

The format: Guyon, Schomaker, Plamondon, Liberman and Janet, 'UNIPEN project of on-line data exchange and recognizer
benchmarks' (1994). A line that begins with a dot and a letter is a keyword with its arguments; what a keyword gathers
goes on in the lines after it. Of its many ways this one is read: each segment with its label stands before its own
strokes, and a point begins with x and y.

    .SEGMENT DIGIT 0-1 ? "8"
    .COMMENT 8 12 224          label, writer and number, as the pen digits have it; or .WRITER_ID before the segment
    .PEN_DOWN
     267 333                   x to the right and y upwards, in tablet units
    .PEN_UP
"""

from __future__ import annotations

import io
import re
from array import array
from pathlib import Path

import numpy as np

from digitpad.domain.errors import InputError
from digitpad.ink.drawings import MAX_NUMBERS, MAX_PARTS, Drawing, content, digits_in
from digitpad.ink.strokes import Ink, Stroke

_LARGEST = 1e9
"""Beyond this, no pen wrote it, and arithmetic with it may overflow."""

_TWO_NUMBERS = re.compile(r"([-+.0-9eE]+)\s+([-+.0-9eE]+)(?:\s|$)")
"""How a point begins."""


def read_unipen(path: Path) -> list[Drawing]:
    """The drawings of a UNIPEN file: its segments, each with the strokes that follow it; y is turned to run downwards.

    A segment without strokes of its own, such as a line of digits that holds others, is left out.

    Raises:
        InputError: the file is missing, unreadable, too large, compressed, has no strokes, lists its segments apart
            from their strokes, ends in the middle of a stroke or before its last digit's, or a point makes no sense.
    """
    reader = _Reader()
    data = content(path)
    if data.count(b"\n") + data.count(b"\r") > MAX_NUMBERS:
        text = "{file} is too large to be read. Ink files may have up to {most} lines."
        raise InputError(text, file=path.name, most=MAX_NUMBERS)
    for number, line in enumerate(io.TextIOWrapper(io.BytesIO(data), "latin-1"), 1):
        try:
            reader.take(line.strip())
        except InputError as error:
            text = "{file} cannot be read as UNIPEN: line {number} {reason}. Copy or unpack it again."
            raise InputError(text, file=path.name, number=number, reason=error) from error
    if reader.has_scattered_segments:
        raise InputError(
            "{file} lists digits apart from their strokes, which digitpad cannot read. Choose a file in which "
            "each digit's strokes follow its segment.",
            file=path.name,
        )
    if reader.is_writing or reader.awaits_strokes:
        raise InputError(
            "{file} is truncated: it ends in the middle of a stroke. Copy or unpack it again."
            if reader.is_writing
            else "{file} is truncated: it ends before its last digit's strokes. Copy or unpack it again.",
            file=path.name,
        )
    drawings = reader.drawings()
    if not drawings:
        text = "{file} holds no strokes, so it is no UNIPEN file of drawings. Choose another file."
        raise InputError(text, file=path.name)
    return drawings


class _Segment:
    def __init__(self, label: str | None, writer: str | None) -> None:
        self.digit, self.number = digits_in(label)
        self.writer = writer
        self.strokes: list[array[float]] = []  # x and y in turn

    @property
    def is_bare(self) -> bool:
        """Whether it names a digit and has no strokes."""
        return self.digit is not None and not self.strokes


class _Reader:
    def __init__(self) -> None:
        self._segments: list[_Segment] = []
        self._writer: str | None = None
        self._keyword = ""
        self._numbers = self._parts = 0
        self.is_writing = False

    @property
    def awaits_strokes(self) -> bool:
        """Whether the last segment names a digit and has no strokes yet."""
        return bool(self._segments) and self._segments[-1].is_bare

    @property
    def has_scattered_segments(self) -> bool:
        """Whether of the segments that name digits, those without strokes are more than a slip here and there."""
        bare = sum(segment.is_bare for segment in self._segments[:-1])
        return 2 * bare >= max(sum(segment.digit is not None for segment in self._segments), 1)

    def take(self, line: str) -> None:
        """Take the next line.

        Raises:
            InputError: it makes no sense; the message goes on from 'line 7'.
        """
        if re.match(r"\.[A-Za-z_]", line):
            self._keyword, *words = line.split(None, 1)
            self._obey(self._keyword, words[0] if words else "")
        elif line and self._keyword == ".PEN_DOWN":
            self._segments[-1].strokes[-1].extend(_point(line))
            self._numbers += 2
            if self._numbers > MAX_NUMBERS:
                raise InputError("is beyond the {most} points that a file may have", most=MAX_NUMBERS // 2)
        elif self.is_writing and _TWO_NUMBERS.match(line):
            text = "stands in the middle of a stroke and belongs to {keyword}: {line}"
            raise InputError(text, keyword=self._keyword, line=repr(line[:40]))

    def _obey(self, keyword: str, words: str) -> None:
        self._parts += keyword in (".SEGMENT", ".PEN_DOWN")
        if self._parts > MAX_PARTS:
            raise InputError("is beyond the {most} segments and strokes that a file may have", most=MAX_PARTS)
        if keyword == ".SEGMENT":
            label = re.search('"(.*)"', words)
            self._segments.append(_Segment(label and label[1], self._writer))
            self.is_writing = False
        elif keyword == ".WRITER_ID":
            self._writer = words or None
        elif keyword == ".COORD" and words.split()[:2] != ["X", "Y"]:
            raise InputError("says that points are {words}, not X Y", words=repr(words))
        elif keyword == ".COMMENT":
            self._remark(words)
        elif keyword == ".PEN_DOWN":
            if not self._segments:
                self._segments.append(_Segment(None, self._writer))
            self._segments[-1].strokes.append(array("d", _point(words) if words else ()))
            self.is_writing = True
        elif keyword == ".PEN_UP":
            self.is_writing = False

    def _remark(self, words: str) -> None:
        """The pen digits say in a comment who wrote the digit."""
        said = re.fullmatch(r"([0-9])\s+([0-9]+)\s+[0-9]+", words)
        if said and self._segments and self._segments[-1].digit == int(said[1]):
            self._segments[-1].writer = said[2]

    def drawings(self) -> list[Drawing]:
        """What has been read."""
        found: list[Drawing] = []
        for segment in self._segments:
            strokes = tuple(
                Stroke.of(np.array(points).reshape(-1, 2) * (1, -1)) for points in segment.strokes if points
            )
            if strokes:
                name = str(len(found))
                found.append(Drawing(Ink(strokes), segment.digit, segment.writer, name, segment.number))
        return found


def _point(line: str) -> tuple[float, float]:
    numbers = _TWO_NUMBERS.match(line)
    try:
        x, y = map(float, numbers.groups() if numbers else ())
    except ValueError:
        raise InputError("is no point: {line}", line=repr(line[:40])) from None
    if not (abs(x) <= _LARGEST and abs(y) <= _LARGEST):
        raise InputError("has a coordinate beyond {most}", most=int(_LARGEST))
    return x, y
