"""Make the digits and outliers that are replayed while a network is taught: `python -m tests.make_replay [OUT]`.

OUT is `resources/replay/images.npz` where it is not given.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from digitpad.domain.prediction import CLASSES
from digitpad.domain.rejection import NO_DIGIT
from digitpad.synthesis.augmented import augmented_image
from digitpad.synthesis.digit_styles import styled_digit
from digitpad.synthesis.outliers import outlier

DIGITS, OUTLIERS = 500, 600
"""How many of each there are."""

SEED = 72  # no run's usual one

IMAGES = Path(__file__).parents[1] / "resources" / "replay" / "images.npz"


def make_replay(out: Path = IMAGES) -> None:
    """Write digits, 0 to 9 in turn, in the styles that people write, then outliers, and their labels."""
    random = np.random.default_rng(SEED)
    numbers = [number % CLASSES for number in range(DIGITS)]
    digits = [(digit, styled_digit(digit, random)) for digit in numbers]
    images = [augmented_image(paths, random) for _, paths in digits]
    images += [augmented_image(outlier(digits, random), random) for _ in range(OUTLIERS)]
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out, images=np.array(images), labels=np.array(numbers + [NO_DIGIT] * OUTLIERS, np.int8))


if __name__ == "__main__":
    make_replay(*map(Path, sys.argv[1:]))
