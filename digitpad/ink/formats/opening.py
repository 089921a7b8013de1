"""Opening and saving what stands on the pad, whatever the format."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitpad.domain.errors import InputError
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.endings import INK_ENDINGS, INKML_ENDINGS, UNIPEN_ENDINGS
from digitpad.ink.formats.export import to_png, to_svg
from digitpad.ink.formats.inkml import read_inkml, write_inkml
from digitpad.ink.formats.unipen import read_unipen
from digitpad.ink.raster.picture import digit_input, find_written
from digitpad.ink.raster.picture_file import read_picture
from digitpad.ink.raster.render import SIDE
from digitpad.ink.strokes import WHOLE, Box, Ink, Picture
from digitpad.storage.io import reading, write_atomically

_log = logging.getLogger(__name__)

_SHOWN = 1000
"""Longest side of a picture as the pad shows it, in pixels."""


def read_drawings(path: Path) -> list[Drawing]:
    """The drawings of an ink file: UNIPEN by its ending, else InkML.

    Raises:
        InputError: see `read_unipen` and `read_inkml`.
    """
    with reading(path):
        return read_unipen(path) if path.suffix.lower() in UNIPEN_ENDINGS else read_inkml(path)


def open_inks(path: Path) -> list[Ink]:
    """What a file holds: an ink file's drawings as a pad shows them (see `fitted`), or one picture.

    Raises:
        InputError: the file cannot be read; the sentence says why.
    """
    with reading(path):
        if path.suffix.lower() in INK_ENDINGS:
            inks = [fitted(drawing.ink) for drawing in read_drawings(path)]
        else:
            inks = [from_picture(read_picture(path))]
    _log.info("opened %s: %d drawings", path, len(inks))
    return inks


@dataclass(frozen=True, eq=False)
class Sheet:
    """One of the drawings or pictures that were opened at once.

    Attributes:
        path: its file.
        ink: a drawing's strokes as the file has them, None for a picture, which is read when it is shown.
        label: the digit or number that a drawing is meant to be, None where the file names none.
    """

    path: Path
    ink: Ink | None = None
    label: str | None = None

    def open(self) -> Ink:
        """What a pad shows of it; InputError where the picture cannot be read."""
        return open_inks(self.path)[0] if self.ink is None else fitted(self.ink)


def open_sheets(paths: Sequence[Path]) -> tuple[list[Sheet], Ink, InputError | None]:
    """What some files hold: the drawings that are not empty, and pictures; the first of them, opened; and an error.

    Files that cannot be read, up to the first that can, are left out, and the first error is returned.

    Raises:
        InputError: none of them can be read, or holds anything.
    """
    sheets: list[Sheet] = []
    problems: list[InputError] = []
    for path in paths:
        try:
            if path.suffix.lower() not in INK_ENDINGS:
                sheets.append(Sheet(path))
                continue
            found = [Sheet(path, it.ink, it.text) for it in read_drawings(path) if not it.ink.is_empty]
            if not found:
                raise InputError("{file} holds no drawing; choose another file.", file=path.name)
            sheets += found
        except InputError as error:
            problems.append(error)
    while sheets:
        try:
            ink = sheets[0].open()
        except InputError as error:
            problems.append(error)
            del sheets[0]
        else:
            return sheets, ink, problems[0] if problems else None
    raise problems[0]


def from_picture(image: Image.Image, crop: Box | None = None) -> Ink:
    """A picture as it stands on the pad, with its network input worked out, from a part of it where one is given."""
    shown = image.convert("RGBA")
    shown.thumbnail((_SHOWN, _SHOWN))
    return _picture(np.array(shown), image, crop)


def cropped(picture: Picture, crop: Box | None) -> Ink:
    """The same picture with ink looked for in another part of it; in the whole where None."""
    return _picture(picture.pixels, Image.fromarray(picture.pixels), crop)


def _picture(pixels: NDArray[np.uint8], image: Image.Image, crop: Box | None) -> Ink:
    found = find_written(image, crop or WHOLE)
    if found is None:
        return Ink(picture=Picture(pixels, np.zeros((SIDE, SIDE), dtype=np.uint8), crop, crop or WHOLE))
    return Ink(picture=Picture(pixels, digit_input(found.cover), crop, found.box, found.cover, found.area))


def save_ink(path: Path, ink: Ink) -> None:
    """Save as InkML, PNG or SVG, by the file's ending.

    Raises:
        InputError: the ending is another, or a picture is to be saved as strokes.
        DigitpadError: the file could not be written.
    """
    ending = path.suffix.lower()
    if ending not in (*INKML_ENDINGS, ".png", ".svg"):
        raise InputError("A drawing cannot be saved as {file}; end the name in .inkml, .png or .svg.", file=path.name)
    if ink.picture is not None and ending != ".png":
        raise InputError("A picture has no strokes that {file} could hold; save it as PNG.", file=path.name)
    if ending == ".png":
        write_atomically(path, to_png(ink))
    elif ending == ".svg":
        write_atomically(path, to_svg(ink).encode())
    else:
        write_inkml(path, [Drawing(ink, None, None, "drawing")])
