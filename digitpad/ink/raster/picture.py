"""The second road to the network input: pictures that were pasted, dropped or opened.

A picture is made bright ink on dark paper; the ink is found, cut out, brought near MNIST's stroke width, fitted into
the 20×20 box and centred as drawn ink is. It is looked for twice, in the whole picture at a coarse scale, then in the
cut-out at a finer one, so that a small digit on a large page comes out as sharp as one that fills it.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from digitpad.domain.errors import InputError, Message
from digitpad.ink.drawings import compressed, is_compressed
from digitpad.ink.raster.picture_ink import Greys, bright_ink, find_ink, resized, stroke_width, thickened
from digitpad.ink.raster.render import BOX, SIDE, STROKE, centred
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

_ENOUGH = 1600
"""A large picture is reduced by whole factors as long as its longest side stays at or above this, in pixels."""

_COARSE, _FINE, _THICK = 512, 320, 160
"""Longest sides, in pixels: of the picture in which ink is looked for, of the cut-out, of ink that is thickened."""

_MARGIN = 0.2
"""Paper around the cut-out, as a share of its longest side, as in MNIST with 4 of 20 pixels."""

_RIM = (30.0, 90.0), (0.0, 0.5)
"""Where the ink ends: at half its strength if its longest side is 90 pixels or more. At 30 pixels and below, where the
rim's grey stands for a part of a pixel, every grey belongs to it."""

_INK = 0.35
"""Coverage above which a pixel is ink when strokes are measured: less than half, for lines thinner than a pixel."""

_THINNEST = 1.5
"""Strokes thinner than this in the network input, in pixels, are thickened; less than 1 % of MNIST's are."""


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
                shrink = max(image.size) // _ENOUGH
                if shrink > 1:
                    image.draft(None, (image.width // shrink, image.height // shrink))
                image.load()
                return _plain(image)
        except UnidentifiedImageError as error:
            file.seek(0)
            raise _foreign(path, file.read(64)) from error
        except Image.DecompressionBombError as error:
            raise _too_large(path, MAX_PIXELS) from error
        except (ValueError, TypeError, LookupError, SyntaxError, EOFError, OSError, struct.error, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise InputError("{file} is truncated or damaged. Copy or save it again.", file=path.name) from error


def _plain(image: Image.Image) -> Image.Image:
    """A picture in mode L, RGB or RGBA, upright, not much larger than `_ENOUGH`, with nothing left to fail."""
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
    shrink = max(image.size) // _ENOUGH
    if shrink < 2:
        return image
    small = image.reduce(shrink)
    small.info = image.info
    return small


def picture_input(image: Image.Image) -> NDArray[np.uint8]:
    """The network input for a picture of a digit.

    Ink may be dark on light, light on dark, or anything on nothing; the light may be uneven and the paper noisy.

    Args:
        image: any mode, any size; EXIF orientation is honoured, transparency too.

    Returns:
        uint8 (28, 28), 0 is paper, 255 is ink; all 0 where no ink is found.
    """
    blank = np.zeros((SIDE, SIDE), dtype=np.uint8)
    if min(image.size) == 0:
        return blank
    page = _page(image)
    coarse = find_ink(_at_most(page, _COARSE))
    if coarse is None:
        return blank
    scale = max(page.shape) / max(coarse.shape)
    box = _box(coarse, 0.0)
    margin = _MARGIN * max(box[2] - box[0], box[3] - box[1]) + 1
    top, left = (max(0, int((low - margin) * scale)) for low in box[:2])
    bottom, right = (int((high + margin) * scale) + 1 for high in box[2:])
    ink = find_ink(_at_most(page[top:bottom, left:right], _FINE))
    if ink is None:
        return blank
    return centred(_fitted(ink))


def _page(image: Image.Image) -> Greys:
    """The picture in grey levels 0 to 255, ink brighter than paper, the longest side below 2 × `_ENOUGH`."""
    image = _plain(image)
    if image.mode != "RGBA" or image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("L")
    tones = np.asarray(image.convert("L"), dtype=np.float32)
    if image.mode == "RGBA":
        alpha = np.asarray(image.getchannel("A"), dtype=np.float32)
        if _is_ink(alpha, tones):
            return alpha
        paper = np.float32(np.median(tones[alpha > 127]) if (alpha > 127).any() else 0)
        tones = (paper + (tones - paper) * alpha / 255).astype(np.float32)
    return tones if bright_ink(_at_most(tones, _COARSE)) else 255 - tones


def _is_ink(alpha: Greys, tones: Greys) -> bool:
    """Whether what is not transparent is the ink itself, and not a sheet of paper with ink on it."""
    solid = alpha > max(alpha.max() / 2, 1)
    if np.ptp(alpha) < 32 or not solid.any():
        return False
    top, left, bottom, right = _box(solid.astype(np.float32), 0.0)
    return bool(np.ptp(tones[solid]) < 64 or solid[top:bottom, left:right].mean() < 0.6)


def _fitted(ink: Greys) -> NDArray[np.float64]:
    """Ink in a box with a longest side of `BOX` pixels, its strokes not thinner than MNIST's."""
    top, left, bottom, right = _box(ink, 0.0)
    rim = np.interp(max(bottom - top, right - left), *_RIM) * ink.max()
    top, left, bottom, right = _box(ink, float(rim))
    ink = ink[top:bottom, left:right]
    longest = max(ink.shape)
    width = stroke_width(ink > _INK)
    if width * BOX / longest < _THINNEST:
        cell = -(-longest // _THICK)
        rows, columns = -(-ink.shape[0] // cell), -(-ink.shape[1] // cell)
        padded = np.pad(ink, ((0, rows * cell - ink.shape[0]), (0, columns * cell - ink.shape[1])))
        mask = padded.reshape(rows, cell, columns, cell).max(axis=(1, 3)) > _INK
        longest, width = max(mask.shape), max(width / cell, 1.0)
        radius = max((STROKE * longest - BOX * width) / (2 * (BOX - STROKE)), 0.0)
        ink = thickened(np.pad(mask, int(radius) + 2), radius)
        top, left, bottom, right = _box(ink, 0.5)
        ink = ink[top:bottom, left:right]
    scale = BOX / max(ink.shape)
    rows, columns = (round(length * scale) for length in ink.shape)
    return resized(ink, rows, columns).astype(np.float64)


def _box(ink: Greys, above: float) -> tuple[int, int, int, int]:
    """Top, left, bottom and right of what is above a value, as a slice takes them."""
    rows, columns = np.flatnonzero((ink > above).any(axis=1)), np.flatnonzero((ink > above).any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _at_most(page: Greys, longest: int) -> Greys:
    scale = longest / max(page.shape)
    return page if scale >= 1 else resized(page, round(page.shape[0] * scale), round(page.shape[1] * scale))


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
