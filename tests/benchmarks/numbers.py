"""How well numbers are read: in hands that the network never saw, as pictures, drawn by hand; and what they cost.

    python -m tests.benchmarks.numbers FILE.inkml [--checkpoint FILE] [--count 500] [--seed 0] [--known] [--json]

FILE holds labelled digits of several writers, of whom a fifth were left out of training. Each number is in one hand.
--known measures the hands that were trained on, by which the weights of `digitpad.reading.numbers.score` were found.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from PIL import Image

from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.opening import from_picture
from digitpad.ink.strokes import Ink, Stroke
from digitpad.learning.data.datasets import cached_data
from digitpad.learning.data.pen_dataset import read_pen
from digitpad.reading.load import open_reader
from digitpad.reading.numbers.read import NumberReader
from tests.digit_styles import (
    digits_by_style,
    more_outliers_by_style,
    numbers_by_style,
    outliers_by_style,
    strangers_by_style,
)
from tests.number_strings import TOUCHING, WIDE, pictures, strings

BOUNDS = {
    "wide": ("numbers of 2 to 6 digits read whole, gaps of 0.1 heights and more", "≥ 0.97"),
    "touching": ("the same with gaps from -0.1 to 0.1 heights", "≥ 0.90"),
    "drawn": ("numbers drawn by hand read whole", ""),
    "pictures": ("three of MNIST's digits side by side in a picture read whole", "≥ 0.95"),
    "digits": ("single digits read right", ""),
    "digits_off": ("the same without numbers", "at most 0.001 more"),
    "split": ("single digits taken for numbers", "≤ 0.002"),
    "styles": ("single digits drawn by hand, in many styles, read right", ""),
    "styles_off": ("the same without numbers", ""),
    "outliers": ("outliers rejected, but for pairs of digits", "≥ 0.94"),
    "outliers_off": ("the same without numbers", ""),
    "growing_p50_ms": ("processor time of a reading while a sixth digit is drawn, median, ms", ""),
    "growing_p99_ms": ("the same, 99th percentile, ms", ""),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="InkML file of labelled digits of several writers")
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--count", type=int, default=500, help="numbers of each kind (default 500)")
    parser.add_argument("--seed", type=int, default=0, help="decides which digits, and how they stand (default 0)")
    parser.add_argument("--known", action="store_true", help="hands that were trained on")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    words = parser.parse_args()
    reader = NumberReader(open_reader(words.checkpoint))
    known, unseen = read_pen(words.file)
    figures = measured(reader, known if words.known else unseen, words.count, words.seed)
    if words.json:
        print(json.dumps({"checkpoint": reader.reader.info.name, **figures}))
        return
    print(reader.reader.info.name)
    for name, value in figures.items():
        meaning, bound = BOUNDS[name]
        print(f"{meaning:<72} {value:>8.4f}  {bound}")


def measured(reader, digits, count, seed):
    """The figures of `BOUNDS`, from digits of some writers."""
    figures = {}
    wide, touching = (strings(digits, count, gaps, seed + i) for i, gaps in enumerate((WIDE, TOUCHING)))
    figures["wide"], figures["touching"] = share(reader, wide), share(reader, touching)
    figures["drawn"] = share(reader, _all(numbers_by_style()))
    data = cached_data("mnist", "test")
    made = pictures(data.pixels[:, 0].numpy(), data.labels.numpy(), count, seed)
    found = [reader.predict(from_picture(Image.fromarray(image))).text == text for image, text in made]
    figures["pictures"] = float(np.mean(found))
    for name, single in (("digits", digits), ("styles", _all(digits_by_style(), strangers_by_style()))):
        inks = [fitted(drawing.ink) for drawing in single]
        texts = [reader.predict(ink).text for ink in inks]
        figures[name] = float(np.mean([text == it.text for text, it in zip(texts, single, strict=True)]))
        off = [reader.reader.predict(ink).text for ink in inks]
        figures[f"{name}_off"] = float(np.mean([text == it.text for text, it in zip(off, single, strict=True)]))
        if name == "digits":
            figures["split"] = float(np.mean([len(text) > 1 for text in texts]))
    none = _all(outliers_by_style(), more_outliers_by_style())
    inks = [fitted(drawing.ink) for drawing in none if not drawing.name.startswith("pair")]
    figures["outliers"] = float(np.mean([not reader.predict(ink).text for ink in inks]))
    figures["outliers_off"] = float(np.mean([not reader.reader.predict(ink).text for ink in inks]))
    times = growing(reader, strings(digits, 20, WIDE, seed, lengths=(6, 6)))
    figures["growing_p50_ms"], figures["growing_p99_ms"] = np.percentile(times, [50, 99]).tolist()
    return figures


def share(reader, drawings):
    """The share of drawings of which the whole text is read."""
    return float(np.mean([reader.predict(fitted(drawing.ink)).text == drawing.text for drawing in drawings]))


def growing(reader, drawings):
    """Milliseconds of processor time of each reading while the last stroke grows by a point at a time."""
    times = []
    for drawing in drawings:
        *before, last = drawing.ink.strokes
        known = reader.predict(Ink(tuple(before)))
        for count in range(2, len(last.points)):
            ink = Ink((*before, Stroke(last.points[:count], last.width)))
            started = time.thread_time()
            reader.predict_growing(ink, 0, FALSE_REJECTION_RATE, known)
            times.append(1000 * (time.thread_time() - started))
    return times


def _all(*styles):
    return [drawing for by_style in styles for drawings in by_style.values() for drawing in drawings]


if __name__ == "__main__":
    main()
