"""Pictures from files, with bounds on what they may hold."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from digitpad.domain.errors import InputError, Message
from digitpad.ink.drawings import compressed, is_compressed
from digitpad.storage.io import open_file

MAX_PIXELS = 50_000_000
"""Larger pictures are refused: 50 megapixels hold any phone's photo. Half of it is the bound where all pixels must be
held at once, a quarter where they are held more than once, as WebP's are, or unpacked in Python."""

_RUN_LENGTHS = (1, 2)
"""BMP's numbers of the compressions that are unpacked in Python."""

_FORMATS = ("PNG", "JPEG", "BMP", "WEBP")
_CHOICE = Message("Choose a PNG, JPEG, BMP or WebP picture, or drawings as InkML.")
_SIGNATURES = {
    b"GIF8": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"%PDF": "PDF",
    b"8BPS": "PSD",
    b"\0\0\1\0": "ICO",
    b"<svg": "SVG",
    b"<?xml": "XML",
}
_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC", b"avif": "AVIF"}

ENOUGH = 1600
"""A large picture is reduced by whole factors as long as its longest side stays at or above this, in pixels."""


def read_picture(path: Path) -> Image.Image:
    """A picture from a PNG, JPEG, BMP or WebP file, turned as its EXIF orientation says; nothing in it is left to fail.

    A large one comes at a half, a third and so on of its size, as far as `picture_input` loses nothing by it.

    Raises:
        InputError: the file is missing, no file, unreadable, of another format, truncated, damaged or too large.
    """
    with open_file(path) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of decompression bombs, where these bounds are stricter, and damaged EXIF
        try:
            with Image.open(file, formats=_FORMATS) as image:
                most = MAX_PIXELS if image.format == "JPEG" and "progressive" not in image.info else MAX_PIXELS // 2
                if image.format == "WEBP" or image.info.get("compression") in _RUN_LENGTHS:
                    most = MAX_PIXELS // 4
                if image.width * image.height > most:
                    raise _too_large(path, most)
                shrink = max(image.size) // ENOUGH
                if shrink > 1:
                    image.draft(None, (image.width // shrink, image.height // shrink))
                image.load()
                return plain(image)
        except UnidentifiedImageError as error:
            file.seek(0)
            raise _foreign(path, file.read(64)) from error
        except Image.DecompressionBombError as error:
            raise _too_large(path, MAX_PIXELS) from error
        except (ValueError, TypeError, LookupError, SyntaxError, EOFError, OSError, struct.error, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise InputError("{file} is truncated or damaged. Copy or save it again.", file=path.name) from error


def plain(image: Image.Image) -> Image.Image:
    """A picture in mode L, RGB or RGBA, upright, not much larger than `ENOUGH`, with nothing left to fail."""
    if image.has_transparency_data and image.mode != "RGBA":
        image = image.convert("RGBA")
    elif image.mode.startswith("I"):
        exif, image = image.info, Image.fromarray((np.asarray(image) // 257).clip(0, 255).astype(np.uint8))
        image.info = exif
    elif image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGB")
    turned = ImageOps.exif_transpose(_reduced(image))
    turned.info = {}
    return turned


def _reduced(image: Image.Image) -> Image.Image:
    """A large picture by whole factors smaller, all that it tells kept."""
    shrink = max(image.size) // ENOUGH
    if shrink < 2:
        return image
    small = image.reduce(shrink)
    small.info = image.info
    return small


def _too_large(path: Path, most: int) -> InputError:
    text = "{file} has more than {most} megapixels. Choose a smaller picture or scale it down."
    return InputError(text, file=path.name, most=most // 1_000_000)


def _foreign(path: Path, head: bytes) -> InputError:
    """Why a file that begins so is none of the pictures that can be opened."""
    if not head:
        return InputError("{file} is empty. {choice}", file=path.name, choice=_CHOICE)
    if is_compressed(head):
        return compressed(path)
    kind = next((name for start, name in _SIGNATURES.items() if head.lstrip().startswith(start)), None)
    kind = kind or _BRANDS.get(head[8:12])
    return InputError(
        "{file} has the format {kind}, which cannot be opened. {choice}"
        if kind
        else "{file} is not a picture. {choice}",
        file=path.name,
        kind=kind,
        choice=_CHOICE,
    )
