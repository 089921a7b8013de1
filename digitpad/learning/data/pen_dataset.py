"""Training images from pen strokes, varied as strokes and then rendered by the road that the window takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator

from digitpad.domain.errors import InputError
from digitpad.domain.prediction import CLASSES
from digitpad.domain.recipe import Recipe
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.opening import read_drawings
from digitpad.ink.raster.render import SIDE, STROKE, render
from digitpad.ink.strokes import Ink
from digitpad.learning.data.images import Images
from digitpad.learning.training.losses import OUTLIER
from digitpad.synthesis.digit_styles import dotted, slashed, styled_digit
from digitpad.synthesis.outliers import outlier
from digitpad.synthesis.paths import Paths, ink_of, paths_of
from digitpad.synthesis.stroke_augmentation import augmented_strokes, short_stroke_dropped

LEFT_OUT = 5
"""Every fifth writer is left out of training, so that a checkpoint can be judged on strangers."""

_SLASHED, _DOTTED = 0.2, 0.04
"""Shares of the zeros that get a slash or a dot."""

_UNDELIVERED = 0.02
"""Share of the digits by people that lose a short stroke."""

Made = Callable[[], None]
"""Called after each drawing that was made."""


def needs_pen_digits(recipe: Recipe) -> bool:
    """Whether a recipe trains on drawings by people; made-up digits alone need none."""
    return bool(recipe.stroke_variations or recipe.outliers)


def read_pen(path: Path, fold: int = LEFT_OUT - 1) -> tuple[list[Drawing], list[Drawing]]:
    """The labelled drawings of an ink file: those to train on, and those of the writers left out.

    Args:
        path: the file.
        fold: which fifth of the writers is left out, 0 to 4.

    Raises:
        InputError: the file cannot be read, or has no labelled drawings of five writers at least.
    """
    drawings = [
        drawing
        for drawing in read_drawings(path)
        if drawing.label is not None and drawing.writer and drawing.ink.strokes
    ]
    writers = sorted({str(drawing.writer) for drawing in drawings})
    if len(writers) < LEFT_OUT:
        text = "{file} holds labelled drawings of {count} writers; {least} are needed."
        raise InputError(text, file=path.name, count=len(writers), least=LEFT_OUT)
    unseen_writers = set(writers[fold::LEFT_OUT])
    known = [drawing for drawing in drawings if drawing.writer not in unseen_writers]
    return known, [drawing for drawing in drawings if drawing.writer in unseen_writers]


def pen_images(
    recipe: Recipe,
    path: Path,
    seed: int,
    fold: int = LEFT_OUT - 1,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Images, Images, str]:
    """What a recipe's training gets from pen strokes.

    Args:
        recipe: says how much of what.
        path: file of labelled drawings; not looked at where the recipe wants made-up digits alone.
        seed: decides the variations.
        fold: see `read_pen`.
        on_progress: called after each drawing with how many are made, and how many there will be; what it raises ends
            it.

    Returns:
        Images to train on; those of the writers held out, as they are; and words on those to train on.

    Raises:
        InputError: the file is missing or cannot be used.
    """
    known, unseen_writers = _read_for(recipe, path, fold) if needs_pen_digits(recipe) else ([], [])
    numbers = count(1)
    total = (
        len(known) * recipe.stroke_variations + recipe.digit_styles * CLASSES + recipe.outliers + len(unseen_writers)
    )

    def one_more() -> None:
        on_progress(next(numbers), total)

    writers = len({drawing.writer for drawing in known})
    digits = f"{len(known):,} pen digits of {writers} writers, {recipe.stroke_variations} variations each"
    parts = [digits] if recipe.stroke_variations else []
    parts += [f"{recipe.digit_styles * CLASSES:,} made-up digits"] if recipe.digit_styles else []
    parts += [f"{recipe.outliers:,} drawings of no digit"] if recipe.outliers else []
    images = [
        varied(known, recipe.stroke_variations, seed, one_more),
        made_up(recipe.digit_styles, seed, one_more),
        outliers(known, recipe.outliers, seed, one_more),
    ]
    return concatenated(*images), rendered(unseen_writers, one_more), "; ".join(parts)


def _read_for(recipe: Recipe, path: Path, fold: int) -> tuple[list[Drawing], list[Drawing]]:
    """See `read_pen`; the sentence about a missing file says what it is for."""
    try:
        return read_pen(path, fold)
    except InputError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        text = (
            "The recipe {recipe} trains on pen strokes too, and {path} does not exist. Put a file of labelled "
            "drawings there (README says where to get one), name one with --ink on the command line, or choose "
            "another recipe."
        )
        raise InputError(text, recipe=recipe.id, path=path) from error


def rendered(drawings: Sequence[Drawing], made: Made = lambda: None) -> Images:
    """Drawings as the window would render them, with their labels; `made` is called after each."""
    inks = ((fitted(drawing.ink), STROKE) for drawing in drawings)
    return _images(inks, [drawing.label for drawing in drawings], made)


def varied(drawings: Sequence[Drawing], stroke_variations: int, seed: int, made: Made = lambda: None) -> Images:
    """Each drawing several times over, as other hands and devices might have written it.

    Args:
        drawings: labelled drawings.
        stroke_variations: how many images to make of each.
        seed: decides the variations.
        made: called after each.
    """
    random = np.random.default_rng(seed)
    digits = [(int(drawing.label or 0), paths_of(drawing.ink)) for drawing in drawings] * stroke_variations
    inks = (_inked(_marked(digit, paths, random), random) for digit, paths in digits)
    return _images(inks, [digit for digit, _ in digits], made)


def made_up(number: int, seed: int, made: Made = lambda: None) -> Images:
    """Digits in the forms of `digitpad.synthesis.digit_styles`, as many of each digit.

    Args:
        number: how many images to make of each digit.
        seed: decides the forms and the variations.
        made: called after each.
    """
    random = np.random.default_rng((seed, 1))
    labels = [digit for digit in range(CLASSES) for _ in range(number)]
    return _images((_inked(styled_digit(digit, random), random) for digit in labels), labels, made)


def outliers(drawings: Sequence[Drawing], number: int, seed: int, made: Made = lambda: None) -> Images:
    """What is no digit, labelled `digitpad.learning.training.losses.OUTLIER`.

    Args:
        drawings: labelled drawings, of which pairs and crossed-out digits are made.
        number: how many images to make.
        seed: decides everything.
        made: called after each.
    """
    random = np.random.default_rng((seed, 2))
    digits = [(int(drawing.label or 0), paths_of(drawing.ink)) for drawing in drawings]
    return _images((_inked(outlier(digits, random), random) for _ in range(number)), [OUTLIER] * number, made)


def concatenated(*sets: Images) -> Images:
    """Several sets as one."""
    return Images(torch.cat([images.pixels for images in sets]), torch.cat([images.labels for images in sets]))


def _marked(digit: int, paths: Paths, random: Generator) -> Paths:
    """A digit with a short stroke lost now and then, and a zero with a slash or a dot."""
    if random.random() < _UNDELIVERED:
        paths = short_stroke_dropped(paths, random)
    if digit:
        return paths
    chance = random.random()
    if chance < _SLASHED:
        return slashed(paths, random)
    return dotted(paths, random) if chance < _SLASHED + _DOTTED else paths


def _inked(paths: Paths, random: Generator) -> tuple[Ink, float]:
    """In another hand, and the width of its lines."""
    return ink_of(augmented_strokes(paths, random)), float(STROKE * np.exp(random.uniform(-0.35, 0.35)))


def _images(inks: Iterable[tuple[Ink, float]], labels: Sequence[int | None], made: Made) -> Images:
    pictures = []
    for ink, width in inks:
        pictures.append(render(ink, width))
        made()
    pixels = np.stack(pictures)[:, None] if pictures else np.empty((0, 1, SIDE, SIDE), dtype=np.uint8)
    return Images(torch.from_numpy(pixels), torch.tensor(labels, dtype=torch.int64))
