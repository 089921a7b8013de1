"""A drawing on its way to the network, and what the network reads of it in other preparations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.raster.steps import Steps, boxed, boxed_and_centred, steps, whole_pad
from digitpad.ink.strokes import Ink

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader


@dataclass(frozen=True, eq=False)
class ReadSteps:
    """A drawing, its steps, and answers.

    Attributes:
        ink: the drawing.
        steps: of strokes; None for a picture.
        normalised: what the network computes with, float32 (28, 28): pixels in 0…1 have become (x - mean) / std.
        images: the drawing prepared as the whole pad shrunk, by its box, by its box and centre of mass, and as the
            app does it, uint8 (4, 28, 28), 255 is ink; of a picture the last alone, (1, 28, 28).
        probabilities: what the network says of each, float64 (n, 10).
    """

    ink: Ink
    steps: Steps | None
    normalised: NDArray[np.float32]
    images: NDArray[np.uint8]
    probabilities: NDArray[np.float64]


def read_steps(ink: Ink, network_input: NDArray[np.uint8], reader: Reader) -> ReadSteps:
    """Take the steps, and read the drawing in each preparation.

    Args:
        ink: what is drawn, not empty.
        network_input: what `render` makes of it, uint8 (28, 28).
        reader: the network.

    Raises:
        InputError: see `Reader.read_batch`.
    """
    others = [prepare(ink) for prepare in (whole_pad, boxed, boxed_and_centred)] if ink.strokes else []
    images = np.stack([*others, network_input])
    normalised = ((network_input / 255 - reader.info.mean) / reader.info.std).astype(np.float32)
    return ReadSteps(ink, steps(ink) if ink.strokes else None, normalised, images, reader.read_batch(images)[0])
