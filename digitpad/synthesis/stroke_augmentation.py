"""Stroke augmentation: how writers, pens and devices vary a drawing, whatever it shows.

Each function takes paths in a box of side 1 and returns new ones. `augmented_strokes` applies all of them, each with
its own probability, but for `short_stroke_dropped`, which is for digits alone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from digitpad.ink.geometry import along, length, part
from digitpad.ink.strokes import Floats
from digitpad.synthesis import EDITION
from digitpad.synthesis.paths import Paths, boxed, joined, rotation


def augmented_strokes(paths: Paths, random: Generator, edition: int = EDITION) -> Paths:
    """A drawing, in a box of side 1, as somebody else might have drawn it on another device; also in such a box."""
    for change, share in CHANGES[edition]:
        if random.random() < share:
            paths = boxed(change(paths, random))
    return paths


def leant(paths: Paths, random: Generator) -> Paths:
    """Turned by up to 12 degrees or so, slanted, and made wider or narrower."""
    turn, slant = np.deg2rad(random.normal(0, 6)), random.normal(0.03, 0.17)
    wide = np.exp(random.normal(0, 0.12))
    change = rotation(turn) @ np.array([[wide, -slant], [0.0, 1 / wide]])
    return [path @ change.T for path in paths]


def bent(paths: Paths, random: Generator) -> Paths:
    """Bent as a whole by slow waves, so that parts grow and shrink against each other."""
    sizes, turns = random.normal(0, 0.025, (2, 2, 1)), random.uniform(0, 2 * np.pi, (2, 2, 1))
    pace = random.uniform(0.4, 1.3, (2, 2, 1)) * 2 * np.pi

    # Each coordinate is moved by waves along both: axes are the coordinate moved, the one along which, and the point.
    return [path + (sizes * np.sin(pace * path.T + turns)).sum(axis=1).T for path in paths]


def misplaced(paths: Paths, random: Generator) -> Paths:
    """Each stroke a little off its place and size, as after lifting the pen."""
    if len(paths) == 1:
        return paths
    return [
        (path - path.mean(axis=0)) * np.exp(random.normal(0, 0.06)) + path.mean(axis=0) + random.normal(0, 0.025, 2)
        for path in paths
    ]


def shaky(paths: Paths, random: Generator) -> Paths:
    """With tremor, or the jitter of a mouse."""
    size, points = random.uniform(0.004, 0.02), int(random.integers(12, 40))

    def trembled(path: Floats) -> Floats:
        if length(path) < 0.1:
            return path
        path = along(path, points)
        noise = random.normal(0, size, path.shape)
        noise[1:] = 0.6 * noise[1:] + 0.4 * noise[:-1]
        return path + noise

    return [trembled(path) for path in paths]


def sparse(paths: Paths, random: Generator) -> Paths:
    """With few samples a stroke, as slow devices deliver; a curve becomes a polygon."""
    spacing = random.uniform(0.08, 0.28)
    return [along(path, max(2, round(length(path) / spacing) + 1)) for path in paths]


def gridded(paths: Paths, random: Generator) -> Paths:
    """On the coarse grid of a small canvas."""
    grid = random.uniform(18, 60)
    return [np.rint(path * grid) / grid for path in paths]


def stepped(paths: Paths, random: Generator) -> Paths:
    """On a grid so coarse that every line is a staircase; a step may go aslant, or along one axis alone."""
    grid, aslant = random.uniform(13, 40), random.random() < 0.6
    return [_staircase(path * grid + random.uniform(0, 1, 2), aslant) / grid for path in paths]


def _staircase(path: Floats, aslant: bool) -> Floats:
    """The cells of a grid of whole numbers that a path goes through."""
    cells: Floats = np.floor(along(path, max(2, round(length(path) * 3))))
    cells = joined(cells[:1], cells[1:][(np.diff(cells, axis=0) != 0).any(axis=1)])
    if aslant or len(cells) < 2:
        return cells
    corners = np.stack([cells[1:, 0], cells[:-1, 1]], axis=1)
    return joined(cells[:1], np.stack([corners, cells[1:]], axis=1).reshape(-1, 2))


def cut(paths: Paths, random: Generator) -> Paths:
    """With its corners cut: few samples, each drawn towards its neighbours, as devices that smooth them deliver."""
    spacing, share = random.uniform(0.05, 0.16), random.uniform(0.3, 0.7)
    changed = []
    for path in paths:
        path = along(path, max(2, round(length(path) / spacing) + 1))
        inner = path[1:-1] + share * ((path[:-2] + path[2:]) / 2 - path[1:-1])
        changed.append(joined(path[:1], inner, path[-1:]))
    return changed


def repeated(paths: Paths, random: Generator) -> Paths:
    """With samples that came twice, the second a little aside or a little back."""
    share, size = random.uniform(0.2, 1), random.uniform(0, 0.012)
    changed = []
    for path in paths:
        if length(path) > 0.1:
            path = along(path, max(2, round(length(path) / random.uniform(0.03, 0.12)) + 1))
            again = random.random(len(path)) < share
            path = np.repeat(path, 1 + again, axis=0)
            path = path + random.normal(0, size, path.shape)
        changed.append(path)
    return changed


def skipped(paths: Paths, random: Generator) -> Paths:
    """With a gap where the pen did not write."""
    index = int(np.argmax([length(path) for path in paths]))
    gap, start = random.uniform(0.02, 0.09), random.uniform(0.1, 0.8)
    path = paths[index]
    return [*paths[:index], part(path, 0, start), part(path, start + gap, 1), *paths[index + 1 :]]


def clipped(paths: Paths, random: Generator) -> Paths:
    """Begun a little late or ended a little early: the device missed the first or last samples."""
    index = int(random.integers(len(paths)))
    start, end = random.uniform(0, 0.07, 2) * (random.random(2) < 0.6)
    return [part(path, start, 1 - end) if i == index else path for i, path in enumerate(paths)]


def short_stroke_dropped(paths: Paths, random: Generator) -> Paths:
    """A digit without one of its short strokes, as if the device had dropped it; what is left is more than a line.

    An outlier could become a digit by it.
    """
    lengths = [length(path) for path in paths]
    short = [index for index, size in enumerate(lengths) if size < 0.25 * sum(lengths)]
    if not short:
        return paths
    dropped = int(random.choice(short))
    rest = [*paths[:dropped], *paths[dropped + 1 :]]
    is_line = len(rest) == 1 and length(rest[0]) < 1.1 * np.hypot(*(rest[0][-1] - rest[0][0]))
    return paths if is_line else rest


def hooked(paths: Paths, random: Generator) -> Paths:
    """With a short hook at its start or end, as the pen lands or leaves."""
    index, at_end = int(random.integers(len(paths))), bool(random.random() < 0.5)
    path = paths[index][::-1] if at_end else paths[index]
    if length(path) == 0:
        return paths  # a dot with a hook would be a line
    angle, size = random.uniform(0, 2 * np.pi), random.uniform(0.02, 0.08)
    hook = path[:1] + size * np.array([[np.cos(angle), np.sin(angle)]])
    return [*paths[:index], joined(hook, path)[:: -1 if at_end else 1], *paths[index + 1 :]]


def linked(paths: Paths, _random: Generator) -> Paths:
    """With two strokes joined by a pen that was not lifted, where the way between them is short."""
    for index, (first, second) in enumerate(pairwise(paths)):
        if np.hypot(*(second[0] - first[-1])) < 0.45:
            return [*paths[:index], joined(first, second), *paths[index + 2 :]]
    return paths


def doubled(paths: Paths, random: Generator) -> Paths:
    """With part of a stroke gone over twice."""
    index = int(random.integers(len(paths)))
    if length(paths[index]) == 0:
        return paths
    start = random.uniform(0, 0.5)
    again = part(paths[index], start, random.uniform(start + 0.2, 1.0))
    return [*paths, again + random.normal(0, 0.02, 2)]


_FIRST: tuple[tuple[Callable[[Paths, Generator], Paths], float], ...] = (
    (misplaced, 0.5),
    (linked, 0.12),
    (doubled, 0.04),
    (clipped, 0.2),
    (hooked, 0.12),
    (skipped, 0.06),
    (bent, 0.8),
    (leant, 0.95),
    (shaky, 0.3),
    (sparse, 0.2),
    (gridded, 0.12),
)
CHANGES = {1: _FIRST, 2: (*_FIRST, (repeated, 0.05), (cut, 0.07), (stepped, 0.12))}
"""By edition, the changes in the order in which they are applied, and the probability of each."""
