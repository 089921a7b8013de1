"""Synthesised drawings as images, with lines of varied width."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from digitpad.ink.raster.render import STROKE, render
from digitpad.ink.strokes import Ink
from digitpad.synthesis import EDITION
from digitpad.synthesis.paths import Paths, ink_of
from digitpad.synthesis.stroke_augmentation import augmented_strokes


def augmented(paths: Paths, random: Generator, edition: int = EDITION) -> tuple[Ink, float]:
    """Augmented ink, and the width of its lines in the network input, in pixels."""
    return ink_of(augmented_strokes(paths, random, edition)), float(STROKE * np.exp(random.uniform(-0.35, 0.35)))


def augmented_image(paths: Paths, random: Generator) -> NDArray[np.uint8]:
    """The network input for augmented strokes: uint8 (28, 28), 255 is ink."""
    return render(*augmented(paths, random))
