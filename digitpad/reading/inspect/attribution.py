"""Where an answer comes from, pixel by pixel; occlusion is here, which needs no gradient, the rest in learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from digitpad.ink.raster.render import SIDE

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader

Method = Literal["integrated_gradients", "gradient_times_input", "grad_cam", "occlusion"]

PATCH, STRIDE = 4, 2
"""Side of the square of paper that `occlusion` lays on the image, and how far it is moved each time, in pixels."""


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each pixel adds to a digit's logit.

    Attributes:
        values: float32 (28, 28); above 0 where a pixel speaks for the digit, below 0 where it speaks against it.
        difference: the digit's logit for the image less that for a blank page.
    """

    values: NDArray[np.float32]
    difference: float

    @property
    def gap(self) -> float:
        """How far the sum of all values is from the difference, as a share of it."""
        return abs(float(self.values.sum()) - self.difference) / max(abs(self.difference), 1e-6)


def occlusion(reader: Reader, network_input: NDArray[np.uint8], digit: int) -> Attribution:
    """How much a digit's logit falls where part of the image is covered.

    A square of paper is laid on every place of a grid; a pixel's value is the mean fall over the squares that cover it.
    M. Zeiler and R. Fergus, 'Visualizing and understanding convolutional networks' (2014). Squares without ink below
    them change nothing, and are not read.

    Args:
        reader: the network.
        network_input: uint8 (28, 28), 255 is ink.
        digit: whose logit.

    Raises:
        InputError: the network cannot be read with.
    """
    has_ink = sliding_window_view(network_input, (PATCH, PATCH))[::STRIDE, ::STRIDE].any(axis=(2, 3))
    places = (np.argwhere(has_ink) * STRIDE).tolist()
    images = np.repeat(network_input[None], 2 + len(places), axis=0)
    images[1] = 0
    for image, (row, column) in zip(images[2:], places, strict=True):
        image[row : row + PATCH, column : column + PATCH] = 0
    logits = reader.features(images, ["logits"])["logits"][:, digit]
    falls, covers = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
    for fall, (row, column) in zip(logits[0] - logits[2:], places, strict=True):
        falls[row : row + PATCH, column : column + PATCH] += fall
    grid = range(0, SIDE - PATCH + 1, STRIDE)
    for row in grid:
        for column in grid:
            covers[row : row + PATCH, column : column + PATCH] += 1
    return Attribution(falls / covers, float(logits[0] - logits[1]))
