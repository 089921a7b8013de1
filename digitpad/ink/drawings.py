"""Drawings as files of ink hold them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from digitpad.domain.errors import InputError, reason
from digitpad.ink.strokes import Ink

MAX_BYTES = 64 * 2**20
"""Larger files are refused: 64 MiB hold some 100,000 drawings."""

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
    try:
        if path.exists() and not path.is_file():
            raise InputError("{path} is a folder or a device. Choose a file of drawings.", path=path)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError("{file} does not exist. Check its name and folder.", file=path.name) from error
    except (OSError, ValueError) as error:
        text = "{file} cannot be opened ({reason}). Choose another file."
        raise InputError(text, file=path.name, reason=reason(error)) from error
    if len(data) > MAX_BYTES:
        text = "{file} is too large to be read. Ink files may have up to {most} MB."
        raise InputError(text, file=path.name, most=MAX_BYTES >> 20)
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
