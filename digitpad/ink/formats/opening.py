"""Opening and saving what stands on the pad, whatever the format."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from PIL import Image

from digitpad.domain.errors import InputError
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.endings import INK_ENDINGS, INKML_ENDINGS, UNIPEN_ENDINGS
from digitpad.ink.formats.export import to_png, to_svg
from digitpad.ink.formats.inkml import read_inkml, write_inkml
from digitpad.ink.formats.unipen import read_unipen
from digitpad.ink.raster.picture import picture_input, read_picture
from digitpad.ink.strokes import Ink, Picture
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


def from_picture(image: Image.Image) -> Ink:
    """A picture as it stands on the pad, with its network input worked out."""
    shown = image.convert("RGBA")
    shown.thumbnail((_SHOWN, _SHOWN))
    return Ink(picture=Picture(np.array(shown), picture_input(image)))


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
