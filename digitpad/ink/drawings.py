"""Drawings as files of ink hold them, and how ink from elsewhere comes to lie on the pad."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitpad.errors import InputError
from digitpad.ink.strokes import DEFAULT_WIDTH, PAD_SIDE, PEN_WIDTHS, Ink, Stroke

MAX_BYTES = 64 * 2**20
"""Larger files are refused: 64 MiB hold some 100,000 drawings."""

_COMPRESSED = (b"\x1f\x8b", b"\x1f\x9d", b"PK\x03\x04")
"""How files of gzip, compress and zip begin."""

_DOT = 1e-9
"""Ink that spans less than this, as a share of its farthest coordinate (of 1 unit, if that is larger), is a dot: scaled
up, it would be nothing but rounding."""


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
            raise InputError(f"{path} is {'a folder' if path.is_dir() else 'no file'}. Choose a file of drawings.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(f"{path.name} does not exist. Check its name and folder.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not valid"
        raise InputError(f"{path.name} cannot be opened ({reason}). Choose another file.") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path.name} is too large to be read. Ink files may have up to {MAX_BYTES >> 20} MB.")
    if data.startswith(_COMPRESSED):
        raise InputError(f"{path.name} is compressed. Unpack it first, for example with gzip -d.")
    if not data.strip():
        raise InputError(f"{path.name} is empty. Choose a file of drawings.")
    return data


def fitted(ink: Ink, side: float = PAD_SIDE, margin: float = 0.1) -> Ink:
    """Ink from elsewhere, moved and scaled, aspect ratio kept, so that a pad shows it well.

    Ink that lies on the pad already and spans more than a fifth of it stays as it is; a dot is moved alone. Pen widths
    grow and shrink with the drawing within `PEN_WIDTHS`, but for `DEFAULT_WIDTH`, which ink without a stated width has
    in any units.

    Args:
        ink: any ink.
        side: side of the pad in canvas units.
        margin: free part of the pad at each side, 0 to below 0.5.
    """
    left, top, right, bottom = ink.bounds
    extent = max(right - left, bottom - top)
    inside = min(left, top) >= 0 and max(right, bottom) <= side
    if not ink.strokes or (inside and extent > side / 5):
        return ink
    dot = _DOT * max(1.0, -left, -top, right, bottom)
    scale = side * (1 - 2 * margin) / extent if extent > dot else 1.0
    middle = np.array([left + right, top + bottom]) / 2
    strokes = []
    for stroke in ink.strokes:
        points = stroke.points.copy()
        points[:, :2] = (points[:, :2] - middle) * scale + side / 2
        stated = stroke.width != DEFAULT_WIDTH
        strokes.append(Stroke.of(points, float(np.clip(stroke.width * scale, *PEN_WIDTHS)) if stated else stroke.width))
    return Ink(tuple(strokes))
