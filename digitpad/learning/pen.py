"""Training images from pen strokes, varied as strokes and then rendered by the road that the window takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator

from digitpad.errors import InputError
from digitpad.ink.inkml import Drawing, fitted, read_inkml
from digitpad.ink.render import SIDE, STROKE, render
from digitpad.ink.strokes import Ink
from digitpad.learning.data import Images
from digitpad.learning.refusal import NONE
from digitpad.messages import CLASSES
from digitpad.pen.forms import dotted, formed, slashed
from digitpad.pen.hands import written
from digitpad.pen.others import other
from digitpad.pen.paths import Paths, ink_of, paths_of
from digitpad.recipe import Recipe

LEFT_OUT = 5
"""Every fifth writer is left out of training, so that a checkpoint can be judged on strangers."""

_SLASHED, _DOTTED = 0.2, 0.04
"""Shares of the zeros that get a slash or a dot."""


def read_pen(path: Path, fold: int = LEFT_OUT - 1) -> tuple[list[Drawing], list[Drawing]]:
    """The labelled drawings of an InkML file: those to train on, and those of the writers left out.

    Args:
        path: the file.
        fold: which fifth of the writers is left out, 0 to 4.

    Raises:
        InputError: the file cannot be read, or has no labelled drawings of five writers at least.
    """
    drawings = [
        drawing for drawing in read_inkml(path) if drawing.label is not None and drawing.writer and drawing.ink.strokes
    ]
    writers = sorted({str(drawing.writer) for drawing in drawings})
    if len(writers) < LEFT_OUT:
        raise InputError(f"{path.name} holds labelled drawings of {len(writers)} writers; {LEFT_OUT} are needed.")
    strangers = set(writers[fold::LEFT_OUT])
    known = [drawing for drawing in drawings if drawing.writer not in strangers]
    return known, [drawing for drawing in drawings if drawing.writer in strangers]


def pen_images(recipe: Recipe, path: Path, seed: int, fold: int = LEFT_OUT - 1) -> tuple[Images, Images, str]:
    """What a recipe's training gets from pen strokes.

    Args:
        recipe: says how much of what.
        path: InkML file of labelled drawings.
        seed: decides the variations.
        fold: see `read_pen`.

    Returns:
        Images to train on; those of the writers held out, as they are; and words on both.

    Raises:
        InputError: the file is missing or cannot be used.
    """
    if not path.is_file():
        raise InputError(
            f"The recipe {recipe.id} trains on pen strokes too, and {path} does not exist. "
            "Put a file of labelled drawings there or choose another recipe."
        )
    known, strangers = read_pen(path, fold)
    writers = len({drawing.writer for drawing in known})
    words = (
        f"{len(known):,} pen digits of {writers} writers, {recipe.copies} variations each; "
        f"{recipe.forms * CLASSES:,} made-up digits; {recipe.others:,} drawings of no digit"
    )
    made = [varied(known, recipe.copies, seed), made_up(recipe.forms, seed), others(known, recipe.others, seed)]
    return joined(*made), rendered(strangers), words


def rendered(drawings: Sequence[Drawing]) -> Images:
    """Drawings as the window would render them, with their labels."""
    return _images(((fitted(drawing.ink), STROKE) for drawing in drawings), [drawing.label for drawing in drawings])


def varied(drawings: Sequence[Drawing], copies: int, seed: int) -> Images:
    """Each drawing several times over, as other hands and devices might have written it.

    Args:
        drawings: labelled drawings.
        copies: how many images to make of each.
        seed: decides the variations.
    """
    random = np.random.default_rng(seed)
    digits = [(int(drawing.label or 0), paths_of(drawing.ink)) for drawing in drawings] * copies
    made = (_inked(_marked(digit, paths, random), random) for digit, paths in digits)
    return _images(made, [digit for digit, _ in digits])


def made_up(count: int, seed: int) -> Images:
    """Digits in the forms of `digitpad.pen.forms`, as many of each digit.

    Args:
        count: how many images to make of each digit.
        seed: decides the forms and the variations.
    """
    random = np.random.default_rng((seed, 1))
    labels = [digit for digit in range(CLASSES) for _ in range(count)]
    return _images((_inked(formed(digit, random), random) for digit in labels), labels)


def others(drawings: Sequence[Drawing], count: int, seed: int) -> Images:
    """What is no digit, labelled `digitpad.learning.refusal.NONE`.

    Args:
        drawings: labelled drawings, of which pairs and crossed-out digits are made.
        count: how many images to make.
        seed: decides everything.
    """
    random = np.random.default_rng((seed, 2))
    digits = [(int(drawing.label or 0), paths_of(drawing.ink)) for drawing in drawings]
    return _images((_inked(other(digits, random), random) for _ in range(count)), [NONE] * count)


def joined(*sets: Images) -> Images:
    """Several sets as one."""
    return Images(torch.cat([images.pixels for images in sets]), torch.cat([images.labels for images in sets]))


def _marked(digit: int, paths: Paths, random: Generator) -> Paths:
    """A zero with a slash or a dot now and then."""
    if digit:
        return paths
    chance = random.random()
    if chance < _SLASHED:
        return slashed(paths, random)
    return dotted(paths, random) if chance < _SLASHED + _DOTTED else paths


def _inked(paths: Paths, random: Generator) -> tuple[Ink, float]:
    """In another hand, and the width of its lines."""
    return ink_of(written(paths, random)), float(STROKE * np.exp(random.uniform(-0.35, 0.35)))


def _images(inks: Iterable[tuple[Ink, float]], labels: Sequence[int | None]) -> Images:
    made = [render(ink, width) for ink, width in inks]
    pixels = np.stack(made)[:, None] if made else np.empty((0, 1, SIDE, SIDE), dtype=np.uint8)
    return Images(torch.from_numpy(pixels), torch.tensor(labels, dtype=torch.int64))
