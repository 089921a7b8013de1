"""How long it takes to read one drawing, from strokes to probabilities, in one thread. Run it on a quiet machine.

    python -m tests.benchmarks.reading [--checkpoint FILE] [--ink FILE.inkml] [--rounds 5]

Without --ink it reads the hand-drawn digits of tests/digit_styles.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from digitpad.ink.formats.opening import open_inks
from digitpad.reading.load import open_reader

BOUND = 3.0
"""Milliseconds in which 99 of 100 drawings are to be read."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--ink", type=Path, default=Path(__file__).parents[1] / "digit_styles" / "digits.inkml")
    parser.add_argument("--rounds", type=int, default=5)
    words = parser.parse_args()
    reader = open_reader(words.checkpoint)
    inks = open_inks(words.ink)
    for ink in inks:
        reader.predict(ink)
    milliseconds = []
    for _ in range(words.rounds):
        for ink in inks:
            started = time.perf_counter()
            reader.predict(ink)
            milliseconds.append(1000 * (time.perf_counter() - started))
    middle, last = np.percentile(milliseconds, [50, 99])
    print(f"{reader.info.name}: p50 {middle:.2f} ms, p99 {last:.2f} ms (≤ {BOUND:g}), {len(milliseconds):,} readings")


if __name__ == "__main__":
    main()
