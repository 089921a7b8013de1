"""Drawings as files of ink hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from digitpad.domain.errors import InputError
from digitpad.ink.strokes import Ink
from digitpad.storage.io import read_file

MAX_BYTES, MAX_NUMBERS, MAX_PARTS = 32 << 20, 4_000_000, 100_000
"""Larger files are refused, and those with more coordinates, or with more strokes and groups of them: one with 10,000
digits has some 5 MB, 1,000,000 numbers and 40,000 parts."""

MOST_DIGITS = 64
"""A longer label is no number that anybody writes."""

_COMPRESSED = (b"\x1f\x8b", b"\x1f\x9d", b"PK\x03\x04")
"""How files of gzip, compress and zip begin."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """One drawing of an ink file.

    Attributes:
        ink: its strokes, coordinates in the file's units with y downwards, time from the drawing's first point, or 0
            where the file has none.
        label: the digit it is meant to be, 0 to 9, or None where the file names none, or several.
        writer: who wrote it, None where the file does not say.
        name: its id in the file, else its number from 0.
        number: the digits that it is meant to be, where the file names several.
    """

    ink: Ink
    label: int | None
    writer: str | None
    name: str
    number: str | None = None

    @property
    def text(self) -> str | None:
        """The digits that it is meant to be, None where the file names none."""
        return self.number if self.label is None else str(self.label)


def digits_in(label: str | None) -> tuple[int | None, str | None]:
    """A file's label as `Drawing.label` and `Drawing.number` have it."""
    if label is None or not re.fullmatch(f"[0-9]{{1,{MOST_DIGITS}}}", label):
        return None, None
    return (int(label), None) if len(label) == 1 else (None, label)


def content(path: Path) -> bytes:
    """What an ink file holds.

    Raises:
        InputError: it is missing, empty, compressed, no file, unreadable, or above `MAX_BYTES`.
    """
    data = read_file(path, MAX_BYTES)
    if is_compressed(data):
        raise compressed(path)
    if not data.strip():
        raise InputError("{file} is empty. Choose a file of drawings.", file=path.name)
    return data


def is_compressed(data: bytes) -> bool:
    """Whether a file begins as those of gzip, compress and zip do."""
    return data.startswith(_COMPRESSED)


def compressed(path: Path) -> InputError:
    """What is said of a file that is compressed."""
    return InputError("{file} is compressed. Unpack it first, for example with gzip -d.", file=path.name)
