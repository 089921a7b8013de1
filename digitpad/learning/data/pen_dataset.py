"""Training images from pen strokes, augmented as strokes and then rendered as the window renders them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator

from digitpad.domain.errors import InputError, Message, joined
from digitpad.domain.prediction import CLASSES
from digitpad.domain.recipe import Recipe
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.opening import read_drawings
from digitpad.ink.raster.render import SIDE, STROKE, render
from digitpad.ink.strokes import Ink
from digitpad.learning.data.images import OUTLIER, Images, concatenated
from digitpad.synthesis import EDITION
from digitpad.synthesis.augmented import augmented
from digitpad.synthesis.digit_styles import styled_digit
from digitpad.synthesis.outliers import Digit, outlier
from digitpad.synthesis.paths import Paths, paths_of
from digitpad.synthesis.stroke_augmentation import short_stroke_dropped
from digitpad.synthesis.styles_0_to_4 import crossed_zero, dotted, slashed

LEFT_OUT = 5
"""Every fifth writer is left out of training, so that a checkpoint can be judged on writers it has never seen."""

_SLASHED, _DOTTED = 0.2, 0.04
"""Shares of the zeros that get a slash or a dot."""

_STROKE_DROPPED = 0.02
"""Share of people's digits that are drawn without one of their short strokes."""

OnDrawing = Callable[[], None]
"""Called after each drawing."""


def needs_pen_digits(recipe: Recipe) -> bool:
    """Whether a recipe trains on people's drawings; digit styles alone need none."""
    return bool(recipe.stroke_variations or recipe.outliers)


def read_pen(path: Path, fold: int = LEFT_OUT - 1) -> tuple[list[Drawing], list[Drawing]]:
    """The labelled drawings of an ink file: those to train on, and those of a fifth of the writers, left out.

    Args:
        path: the file.
        fold: which fifth, 0 to 4.

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
    left_out = writers[fold::LEFT_OUT]
    training = [drawing for drawing in drawings if drawing.writer not in left_out]
    return training, [drawing for drawing in drawings if drawing.writer in left_out]


def pen_images(
    recipe: Recipe,
    path: Path,
    seed: int,
    fold: int = LEFT_OUT - 1,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[list[Images], Images, Message]:
    """The images that a recipe trains on beside its data set.

    Args:
        recipe: says how many of each kind.
        path: file of labelled drawings; not read where the recipe wants digit styles alone.
        seed: decides the variations.
        fold: see `read_pen`.
        on_progress: called after each drawing with how many are done, and how many there will be; an exception that it
            raises ends the work.

    Returns:
        Sets of images to train on, as many as the recipe asks for; those of the writers left out, as they are; and
        words on those to train on.

    Raises:
        InputError: the file is missing or cannot be used.
    """
    drawings, unseen = _read_for(recipe, path, fold) if needs_pen_digits(recipe) else ([], [])
    variations, styles = recipe.stroke_variations, recipe.digit_styles
    numbers = count(1)
    sets = recipe.drawing_sets
    total = sets * (len(drawings) * variations + styles * CLASSES + recipe.outliers) + len(unseen)

    def on_drawing() -> None:
        on_progress(next(numbers), total)

    writers = len({drawing.writer for drawing in drawings})
    text = "{count} pen digits of {writers} writers, {variations} variations each"
    parts = [Message(text, count=len(drawings), writers=writers, variations=variations)] if variations else []
    parts += [Message("{count} made-up digits", count=styles * CLASSES)] if styles else []
    parts += [Message("{count} drawings of no digit", count=recipe.outliers)] if recipe.outliers else []
    parts += [Message("all of these in {sets} sets, with which the epochs take turns", sets=sets)] if sets > 1 else []
    images = [
        concatenated(
            varied(drawings, variations, set_seed, on_drawing, recipe.synthesis),
            styled(styles, set_seed, on_drawing, recipe.synthesis),
            outliers(drawings, recipe.outliers, set_seed, on_drawing, recipe.synthesis),
        )
        for set_seed in range(seed, seed + (sets << 32), 1 << 32)  # beyond any seed that a person can choose
    ]
    return images, rendered(unseen, on_drawing), joined(parts, "; ")


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


def rendered(drawings: Sequence[Drawing], on_drawing: OnDrawing = lambda: None) -> Images:
    """Drawings as the window would render them, with their labels."""
    inks = ((fitted(drawing.ink), STROKE) for drawing in drawings)
    return _images(inks, [drawing.label for drawing in drawings], on_drawing)


def varied(
    drawings: Sequence[Drawing],
    variations: int,
    seed: int,
    on_drawing: OnDrawing = lambda: None,
    edition: int = EDITION,
) -> Images:
    """Variations of each labelled drawing by stroke augmentation, so many of each."""
    random = np.random.default_rng(seed)
    digits = _digits(drawings) * variations
    inks = (augmented(_marked(digit, paths, random, edition), random, edition) for digit, paths in digits)
    return _images(inks, [digit for digit, _ in digits], on_drawing)


def styled(number: int, seed: int, on_drawing: OnDrawing = lambda: None, edition: int = EDITION) -> Images:
    """Augmented digits in the styles of `digitpad.synthesis.digit_styles`, `number` of each digit."""
    random = np.random.default_rng((seed, 1))
    labels = [digit for digit in range(CLASSES) for _ in range(number)]
    inks = (augmented(styled_digit(digit, random, edition), random, edition) for digit in labels)
    return _images(inks, labels, on_drawing)


def outliers(
    drawings: Sequence[Drawing],
    number: int,
    seed: int,
    on_drawing: OnDrawing = lambda: None,
    edition: int = EDITION,
) -> Images:
    """Augmented outliers; their label is `OUTLIER`.

    Some are made from the labelled drawings, or where there are none, from digits of `digitpad.synthesis.digit_styles`.
    """
    random = np.random.default_rng((seed, 2))
    digits = _digits(drawings)
    if not digits:
        digits = [(digit, styled_digit(digit, random, edition)) for digit in range(CLASSES) for _ in range(10)]
    inks = (augmented(outlier(digits, random, edition), random, edition) for _ in range(number))
    return _images(inks, [OUTLIER] * number, on_drawing)


def _digits(drawings: Sequence[Drawing]) -> list[Digit]:
    return [(int(drawing.label or 0), paths_of(drawing.ink)) for drawing in drawings]


def _marked(digit: int, paths: Paths, random: Generator, edition: int) -> Paths:
    """A digit now and then without a short stroke, and a zero with a slash or a dot."""
    if random.random() < _STROKE_DROPPED:
        paths = short_stroke_dropped(paths, random)
    if digit:
        return paths
    chance = random.random()
    if chance < _SLASHED:
        return (slashed if edition == 1 else crossed_zero)(paths, random)
    return dotted(paths, random) if chance < _SLASHED + _DOTTED else paths


def _images(inks: Iterable[tuple[Ink, float]], labels: Sequence[int | None], on_drawing: OnDrawing) -> Images:
    pixels = np.empty((len(labels), 1, SIDE, SIDE), dtype=np.uint8)
    for index, (ink, width) in enumerate(inks):
        pixels[index, 0] = render(ink, width)
        on_drawing()
    return Images(torch.from_numpy(pixels), torch.tensor(labels, dtype=torch.int64))
