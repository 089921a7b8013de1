"""Drawings as files of ink hold them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from digitpad.domain.errors import InputError
from digitpad.ink.strokes import Ink
from digitpad.storage.io import read_file

MAX_BYTES, MAX_NUMBERS, MAX_PARTS = 32 << 20, 4_000_000, 100_000
"""Larger files are refused, and those with more coordinates, or with more strokes and groups of them: one with 10,000
digits has some 5 MB, 1,000,000 numbers and 40,000 parts."""

_COMPRESSED = (b"\x1f\x8b", b"\x1f\x9d", b"PK\x03\x04")
"""How files of gzip, compress and zip begin."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """One drawing of an ink file.

    Attributes:
        ink: its strokes, coordinates in the file's units with y downwards, time from the drawing's first point, or 0
            where the file has none.
        label: the digit it is meant to be, 0 to 9, or None where the file names none.
        writer: who wrote it, None where the file does not say.
        name: its id in the file, else its number from 0.
    """

    ink: Ink
    label: int | None
    writer: str | None
    name: str


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
