"""Ten digits drawn with a few strokes each, for tests that need real ink."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from digitpad.ink.drawings import Drawing
from digitpad.ink.strokes import Ink, Stroke


def _arc(x, y, across, down, start, end, count=24):
    """Points of an ellipse about (x, y), from one angle to another; degrees, clockwise from the right."""
    angles = np.deg2rad(np.linspace(start, end, count))
    return np.stack([x + across * np.cos(angles), y + down * np.sin(angles)], axis=1)


def _line(*points):
    """Points along straight lines, close enough that corners stay corners."""
    corners = np.array(points, dtype=float)
    parts = [np.linspace(a, b, 8, endpoint=False) for a, b in pairwise(corners)]
    return np.concatenate([*parts, corners[-1:]])


def _digits():
    return {
        0: [_arc(50, 50, 26, 38, -90, 270, 40)],
        1: [_line((52, 12), (50, 88))],
        2: [np.concatenate([_arc(48, 34, 24, 22, -160, 30), _line((62, 55), (22, 88), (78, 88))])],
        3: [np.concatenate([_arc(46, 31, 24, 20, -140, 90), _arc(46, 69, 26, 20, -90, 140)])],
        4: [_line((30, 12), (24, 55), (76, 53)), _line((62, 14), (58, 90))],
        5: [np.concatenate([_line((32, 14), (29, 46)), _arc(46, 66, 26, 24, -125, 140)]), _line((32, 14), (74, 13))],
        6: [np.concatenate([_line((62, 10), (42, 30), (29, 58)), _arc(50, 66, 22, 22, 200, -160, 36)])],
        7: [_line((22, 14), (76, 14), (44, 90))],
        8: [np.concatenate([_arc(50, 31, 20, 19, 90, 450, 30), _arc(50, 70, 24, 20, -90, 270, 30)])],
        9: [np.concatenate([_arc(48, 32, 22, 20, 0, -360, 36), _line((70, 32), (68, 60), (60, 90))])],
    }


def drawn(digit, turn=0.0, slant=0.0, wide=1.0):
    """The ink of a digit, turned by some degrees, slanted and widened."""
    angle = np.deg2rad(turn)
    change = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ [[wide, slant], [0, 1]]
    return Ink(tuple(Stroke.of((points - 50) @ change.T * 5 + 250) for points in _digits()[digit]))


def drawings(writers, seed=0):
    """Every digit once by each of some writers, who slant and turn it in their own way."""
    random = np.random.default_rng(seed)
    return [
        Drawing(
            drawn(digit, random.uniform(-10, 10), random.uniform(-0.25, 0.25), random.uniform(0.75, 1.15)),
            digit,
            f"writer {writer}",
            f"d{writer}-{digit}",
        )
        for writer in range(writers)
        for digit in range(10)
    ]


def unipen(made):
    """Drawings as the text of a UNIPEN file, laid out like the pen digits that were published; y as it is."""
    lines = [".INCLUDE dene.doc", '.LEXICON "0" "1"']
    for number, drawing in enumerate(made):
        writer = drawing.writer.removeprefix("writer ")
        lines += [f'.SEGMENT DIGIT ? ? "{drawing.label}"', f".COMMENT {drawing.label} {writer} {number}"]
        for stroke in drawing.ink.strokes:
            lines += [".PEN_DOWN", *(f" {x!r} {y!r}" for x, y, *_ in stroke.points.tolist()), ".PEN_UP", ".DT 100"]
    return "\n".join(lines) + "\n"
