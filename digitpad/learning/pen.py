"""Training images from pen strokes: drawings varied as strokes, then rendered by the road that the window takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from digitpad.errors import InputError
from digitpad.ink.inkml import Drawing, read_inkml
from digitpad.ink.render import STROKE, render
from digitpad.ink.strokes import Ink, Stroke
from digitpad.learning.data import Images

LEFT_OUT = 5
"""Every fifth writer is left out of training, so that a checkpoint can be judged on strangers."""


def read_pen(path: Path) -> tuple[list[Drawing], list[Drawing]]:
    """The labelled drawings of an InkML file: those to train on, and those of the writers left out.

    Raises:
        InputError: the file cannot be read, or has no labelled drawings of five writers at least.
    """
    drawings = [drawing for drawing in read_inkml(path) if drawing.label is not None and drawing.writer]
    writers = sorted({str(drawing.writer) for drawing in drawings})
    if len(writers) < LEFT_OUT:
        raise InputError(f"{path.name} holds labelled drawings of {len(writers)} writers; {LEFT_OUT} are needed.")
    strangers = set(writers[LEFT_OUT - 1 :: LEFT_OUT])
    known = [drawing for drawing in drawings if drawing.writer not in strangers]
    return known, [drawing for drawing in drawings if drawing.writer in strangers]


def rendered(drawings: Sequence[Drawing]) -> Images:
    """Drawings as the window would render them, with their labels."""
    return _images([render(drawing.ink) for drawing in drawings], drawings)


def varied(drawings: Sequence[Drawing], copies: int, seed: int) -> Images:
    """Each drawing several times over, slanted, turned and stretched as strokes, with lines of varied width.

    Args:
        drawings: labelled drawings.
        copies: how many images to make of each.
        seed: decides the variations.
    """
    random = np.random.default_rng(seed)
    images = []
    for _ in range(copies):
        for drawing in drawings:
            turn, shear = np.deg2rad(random.uniform(-12, 12)), random.uniform(-0.3, 0.3)
            aspect = np.exp(random.uniform(-0.25, 0.25))
            turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
            change = turned @ np.array([[aspect, shear], [0.0, 1 / aspect]])
            width = STROKE * np.exp(random.uniform(-0.4, 0.4))
            images.append(render(Ink(tuple(_moved(stroke, change) for stroke in drawing.ink.strokes)), width))
    return _images(images, list(drawings) * copies)


def joined(one: Images, other: Images) -> Images:
    """Both sets as one."""
    return Images(torch.cat([one.pixels, other.pixels]), torch.cat([one.labels, other.labels]))


def _moved(stroke: Stroke, change: np.ndarray) -> Stroke:
    points = stroke.points.copy()
    points[:, :2] = points[:, :2] @ change.T
    return replace(stroke, points=points)


def _images(images: Sequence[np.ndarray], drawings: Sequence[Drawing]) -> Images:
    labels = [drawing.label for drawing in drawings]
    return Images(torch.from_numpy(np.stack(images)[:, None]), torch.tensor(labels, dtype=torch.int64))
