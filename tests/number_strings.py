"""Numbers made of people's single digits, for the benchmark and for tests: one hand a number."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from digitpad.ink.drawings import Drawing
from digitpad.ink.strokes import TIME, Ink, Stroke

WIDE, TOUCHING = (0.1, 0.7), (-0.1, 0.1)
"""Gaps between the boxes of two digits, in heights of a digit."""

_SIDE = 900.0
_POINT, _PAUSE, _LATE = 0.01, 0.25, 0.05


def strings(digits, count, gaps, seed, lengths=(2, 6)):
    """So many numbers of people's digits, each in the hand of one writer: Drawings with `number`.

    Args:
        digits: labelled drawings with writers.
        count: how many numbers.
        gaps: the smallest and the largest gap between two digits, in heights of a digit; one number has alike ones.
        seed: decides everything.
        lengths: the fewest and the most digits.
    """
    random = np.random.default_rng(seed)
    by_writer = defaultdict(lambda: defaultdict(list))
    for drawing in digits:
        by_writer[drawing.writer][drawing.label].append(drawing)
    writers = sorted(by_writer)
    made = []
    for index in range(count):
        writer = writers[index % len(writers)]
        text = "".join(str(random.integers(10)) for _ in range(random.integers(lengths[0], lengths[1] + 1)))
        parts = [by_writer[writer][int(sign)] for sign in text]
        if all(parts):
            chosen = [part[random.integers(len(part))].ink for part in parts]
            made.append(Drawing(number_ink(chosen, gaps, random), None, writer, f"{text}-{index}", text))
    return made


def number_ink(digits, gaps, random):
    """Digits side by side on a line that may rise or fall, with bars that are now and then drawn at the end."""
    is_even = random.random() < 0.5  # made equally high, or as high as they were written
    usual = np.median([_height(ink) for ink in digits])
    rise, middle = random.normal(0, 0.04), random.uniform(*gaps)
    strokes, late, left = [], [], 0.0
    for place, ink in enumerate(digits):
        scale = np.exp(random.normal(0, 0.08)) / (_height(ink) if is_even else usual)
        low, _, _, bottom = ink.bounds
        gap = np.clip(middle + random.normal(0, 0.05), *gaps) if place else 0.0
        base = rise * (left + gap) + random.normal(0, 0.05)
        moved = [(stroke.points[:, :2] - (low, bottom)) * scale + (left + gap, base) for stroke in ink.strokes]
        is_late = len(moved) > 1 and random.random() < _LATE
        strokes += moved[: 1 if is_late else None]
        late += moved[1:] if is_late else []
        left = max(points[:, 0].max() for points in moved)
    return on_pad(strokes + late, random.uniform(0.5, 1.0))


def on_pad(strokes, share=1.0):
    """Strokes, float (n, 2) each, on the pad, with a pen's times; they fill some share of its width or height."""
    low = np.min([points.min(axis=0) for points in strokes], axis=0)
    high = np.max([points.max(axis=0) for points in strokes], axis=0)
    scale = share * _SIDE / max(*(high - low), 1e-9)
    made, start = [], 0.0
    for points in strokes:
        rows = np.empty((len(points), 3))
        rows[:, :2] = (points - (low + high) / 2) * scale + 500
        rows[:, TIME] = start + _POINT * np.arange(len(points))
        start = rows[-1, TIME] + _PAUSE
        made.append(Stroke.of(rows))
    return Ink(tuple(made))


def pictures(images, labels, count, seed, length=3):
    """MNIST's digits side by side with gaps of 2 to 6 pixels: pairs of uint8 (28, w), 255 is ink, and text."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        chosen = random.integers(len(images), size=length)
        parts = []
        for number in chosen:
            columns = np.flatnonzero(images[number].any(axis=0))
            parts += [images[number][:, columns[0] : columns[-1] + 1], np.zeros((28, random.integers(2, 7)), np.uint8)]
        line = np.concatenate(parts[:-1], axis=1)
        made.append((np.pad(line, 4), "".join(str(int(labels[number])) for number in chosen)))
    return made


def _height(ink):
    _, top, _, bottom = ink.bounds
    return max(bottom - top, 1e-6)
