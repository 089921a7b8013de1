"""What was on the pad when digitpad was closed, in the user's folder."""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path

from PIL import Image

from digitpad.domain.errors import InputError
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.export import png
from digitpad.ink.formats.inkml import read_inkml, write_inkml
from digitpad.ink.formats.opening import from_picture
from digitpad.ink.raster.picture_file import read_picture
from digitpad.ink.strokes import Box, Ink
from digitpad.storage.io import reading, write_atomically

MOST_POINTS, MOST_BYTES = 300_000, 4 << 20
"""Larger drawings and pictures are not kept: so many points take half a second and 8 MB."""

_log = logging.getLogger(__name__)


def keep_ink(folder: Path, ink: Ink) -> None:
    """Keep what is on the pad in the place of what was kept, or nothing where it is empty or too large.

    Raises:
        DigitpadError: it could not be written; what was kept before is still there.
    """
    drawing, picture = _files(folder)
    kept = None
    if ink.picture is not None:
        data = png(Image.fromarray(ink.picture.pixels), " ".join(map(str, ink.picture.crop or ())))
        if len(data) <= MOST_BYTES:
            kept = picture
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(picture, data)
    elif ink.strokes and sum(len(stroke.points) for stroke in ink.strokes) <= MOST_POINTS:
        kept = drawing
        folder.mkdir(parents=True, exist_ok=True)
        write_inkml(drawing, [Drawing(ink, None, None, "drawing")])
    if kept is None and not ink.is_empty:
        _log.info("the drawing is too large to be kept for the next start")
    for file in (drawing, picture):
        if file != kept:
            file.unlink(missing_ok=True)


def kept_ink(folder: Path) -> Ink:
    """What was kept, empty where nothing was. A file that cannot be read is set aside, and the log says why."""
    for file in _files(folder):
        if not file.exists():
            continue
        try:
            with reading(file):
                if file.suffix == ".png":
                    return from_picture(read_picture(file), _crop(file))
                drawings = read_inkml(file)
                return drawings[0].ink if drawings else Ink()
        except InputError as error:
            aside = file.with_name(f"{file.name}.broken")
            _log.warning("what was on the pad is not brought back, and lies in %s: %s", aside, error)
            with contextlib.suppress(OSError):
                file.replace(aside)
    return Ink()


def _crop(picture: Path) -> Box | None:
    """The part in which the digit was looked for, which the file's comment names."""
    with Image.open(picture) as image:
        sides = [float(word) for word in str(image.info.get("Comment", "")).split()]
    if len(sides) != 4:
        return None
    left, top, right, bottom = sides
    return (left, top, right, bottom) if 0 <= left < right <= 1 and 0 <= top < bottom <= 1 else None


def _files(folder: Path) -> tuple[Path, Path]:
    return folder / "drawing.inkml", folder / "picture.png"
