"""Outliers, drawings of no digit: letters, symbols, scribbles, blobs, dashes, two digits side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from digitpad.ink.strokes import Floats
from digitpad.synthesis import EDITION
from digitpad.synthesis.glyphs import glyphs
from digitpad.synthesis.outlier_templates import LETTERS, SYMBOLS
from digitpad.synthesis.paths import Paths, arc, boxed, joined, line
from digitpad.synthesis.templates import from_template

Digit = tuple[int, Paths]
"""A digit and its strokes in a box of side 1."""

_NO_DIGIT_WHEN_TURNED = (2, 3, 4, 5, 7)


def outlier(digits: Sequence[Digit], random: Generator, edition: int = EDITION) -> Paths:
    """A drawing of no digit, in a box of side 1, before any augmentation.

    Args:
        digits: people's digits, for pairs, crossed-out and turned ones.
        random: source of random numbers.
        edition: see `digitpad.synthesis`.
    """
    kinds = _KINDS[edition]
    shares = np.array([share for _, share in kinds])
    kind, _ = kinds[int(random.choice(len(kinds), p=shares / shares.sum()))]
    return boxed(kind(digits, random))


def _glyph(_digits: Sequence[Digit], random: Generator) -> Paths:
    return glyphs()[int(random.integers(len(glyphs())))]


def _near_digit(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A letter or a symbol that is near a digit."""
    templates = LETTERS + SYMBOLS
    return from_template(templates[int(random.integers(len(templates)))], random)


def _bumps(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A cloud: bumps all round, of which some may be larger."""
    bumps, flat = int(random.integers(5, 10)), random.uniform(0.5, 1.0)
    angles = np.linspace(0, 360, bumps, endpoint=False) + random.normal(0, 8, bumps) + random.uniform(0, 360)
    radius = random.uniform(1.0, 1.5) * np.pi / bumps
    middles = np.deg2rad(angles)
    rings = zip(np.cos(middles), np.sin(middles), angles, strict=True)
    sizes = radius * np.exp(random.normal(0, 0.12, bumps))
    arcs = [arc((x, y), (size, size), a - 100, 200) for (x, y, a), size in zip(rings, sizes, strict=True)]
    return [joined(*arcs) * (1, flat)]


def _ring_with_rays(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A clock, a wheel and the like: a ring with lines in it that do not cross it as those of a zero do."""
    count, start = int(random.integers(2, 6)), random.uniform(0, 360)
    gaps = [random.uniform(45, 110)] if count == 2 else [360 / count] * (count - 1)
    angles = np.deg2rad(start + np.cumsum([0, *gaps]) + random.normal(0, 8, count))
    reach = random.uniform(0.6, 1.05, count)
    middle = random.normal(0, 0.05, 2)
    rays = [
        np.stack([middle, middle + size * np.array([np.cos(a), np.sin(a)])])
        for a, size in zip(angles, reach, strict=True)
    ]
    return [arc((0, 0), (random.uniform(0.75, 1.0), 1.0), random.uniform(0, 360), 365), *rays]


def _pair(digits: Sequence[Digit], random: Generator) -> Paths:
    """Two digits side by side, now and then three, or so close that they touch."""
    paths: Paths = []
    left = 0.0
    for _ in range(3 if random.random() < 0.15 else 2):
        _, one = digits[int(random.integers(len(digits)))]
        size, rise = np.exp(random.normal(0, 0.12)), random.normal(0, 0.06)
        low = min(float(path[:, 0].min()) for path in one)
        moved = [(path - (low, 0)) * size + (left, rise) for path in one]
        paths += moved
        left = max(float(path[:, 0].max()) for path in moved) + random.uniform(0.02, 0.4)
    return paths


def _crossed_out(digits: Sequence[Digit], random: Generator) -> Paths:
    """A digit with an X or some quick strokes over it."""
    _, paths = digits[int(random.integers(len(digits)))]
    corners = np.concatenate(paths)
    low, high = corners.min(axis=0) - 0.05, corners.max(axis=0) + 0.05
    # Nobody crosses out a one within its own width: it would still be a one.
    aside = max(0.0, 0.3 * (high[1] - low[1]) - (high[0] - low[0])) / 2
    low[0], high[0] = low[0] - aside, high[0] + aside
    if random.random() < 0.5:
        falling, rising = np.stack([low, high]), np.array([[low[0], high[1]], [high[0], low[1]]])
        return [*paths, falling + random.normal(0, 0.05, (2, 2)), rising + random.normal(0, 0.05, (2, 2))]
    return [*paths, _hatching(low, high, int(random.integers(5, 12)), random)]


def _turned(digits: Sequence[Digit], random: Generator) -> Paths:
    """A digit on its side, of those that are no digit then; a glyph where `digits` has none of these."""
    lying = [paths for digit, paths in digits if digit in _NO_DIGIT_WHEN_TURNED]
    if not lying:
        return _glyph(digits, random)
    paths, sign = lying[int(random.integers(len(lying)))], random.choice([-1, 1])
    return [np.stack([-sign * path[:, 1], sign * path[:, 0]], axis=1) for path in paths]


def _hatching(low: Floats, high: Floats, count: int, random: Generator) -> Floats:
    """A zigzag over a box."""
    way = np.empty((count, 2))
    way[:, 0] = np.linspace(low[0], high[0], count)
    way[:, 1] = np.where(np.arange(count) % 2, low[1], high[1])
    return way + random.normal(0, 0.04, way.shape)


def _scribble(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A pen that wanders: now in angles, now in loops."""
    if random.random() < 0.5:
        return [random.uniform(0, 1, (int(random.integers(8, 34)), 2))]
    count = int(random.integers(40, 90))  # fewer make a hasty digit too often
    turning = np.cumsum(random.normal(0, random.uniform(0.5, 1.2), count) + random.normal(0, 0.25))
    return [np.cumsum(np.stack([np.cos(turning), np.sin(turning)], axis=1), axis=0)]


def _strokes(_digits: Sequence[Digit], random: Generator) -> Paths:
    """Some lines this way and that."""
    return [random.uniform(0, 1, (int(random.integers(2, 4)), 2)) for _ in range(int(random.integers(3, 8)))]


def _wave(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A zigzag or a wave, lying or standing."""
    turns, height = int(random.integers(6, 12)), random.uniform(0.15, 0.7)
    way = np.stack([np.linspace(0, 1, turns), height * (np.arange(turns) % 2)], axis=1)
    way += random.normal(0, 0.04, way.shape)
    if random.random() < 0.5:  # more points make the corners round
        way = np.stack([way[:-1], (way[:-1] + way[1:]) / 2], axis=1).reshape(-1, 2)
    return [way[:, ::-1] if random.random() < 0.3 else way]


def _spiral(_digits: Sequence[Digit], random: Generator) -> Paths:
    turns = random.uniform(2.6, 5)
    angle = np.linspace(0, turns * 2 * np.pi, round(turns * 14)) * random.choice([-1, 1])
    radius = np.linspace(random.uniform(0.0, 0.15), 1, len(angle))
    return [np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)]


def _blob(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A filled shape: hatched, or gone round and round."""
    wide = random.uniform(0.65, 1.0)
    if random.random() < 0.5:
        return [_hatching(np.zeros(2), np.array([wide, 1.0]), int(random.integers(14, 30)), random)]
    rounds = int(random.integers(6, 12))
    angle = np.linspace(0, rounds * 2 * np.pi, rounds * 18)
    radius = np.interp(angle, np.linspace(0, angle[-1], rounds), random.permutation(np.linspace(0.03, 0.5, rounds)))
    return [np.stack([wide * radius * np.cos(angle), radius * np.sin(angle)], axis=1)]


def _dash(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A line that lies, or two or three of them."""
    rows = random.choice([1, 2, 3], p=[0.7, 0.15, 0.15])
    return [line((0, row * 0.35), (1, row * 0.35)) + random.normal(0, 0.04, (2, 2)) for row in range(rows)]


def _dots(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A dot, or some."""
    count = 1 if random.random() < 0.4 else int(random.integers(4, 7))
    return [random.uniform(0, 1, (1, 2)) for _ in range(count)]


def _face(_digits: Sequence[Digit], random: Generator) -> Paths:
    mouth = arc((0.5, 0.55), (0.25, 0.2), 20, 140)
    eyes = [line((x, 0.35), (x + 0.01, random.uniform(0.36, 0.45))) for x in (0.35, 0.65)]
    return [arc((0.5, 0.5), (0.5, 0.5), random.uniform(0, 360), 365), *eyes, mouth]


def _house(_digits: Sequence[Digit], random: Generator) -> Paths:
    wall = random.uniform(0.35, 0.5)
    walls = line((0, wall), (0, 1), (1, 1), (1, wall))
    roof = line((-0.1, wall), (0.5, 0), (1.1, wall))
    return [walls, roof] if random.random() < 0.5 else [joined(walls, roof[::-1])]


def _flower(_digits: Sequence[Digit], random: Generator) -> Paths:
    """A ring with leaves or rays about it."""
    rays = int(random.integers(5, 10))
    angles = np.linspace(0, 2 * np.pi, rays, endpoint=False)
    ends = [np.array([[1.0], [0.55]]) * [np.cos(a), np.sin(a)] for a in angles]
    return [arc((0, 0), (0.4, 0.4), 0, 360), *ends]


_FIRST: tuple[tuple[Callable[[Sequence[Digit], Generator], Paths], float], ...] = (
    (_glyph, 0.44),
    (_pair, 0.14),
    (_scribble, 0.12),
    (_crossed_out, 0.03),
    (_turned, 0.03),
    (_strokes, 0.05),
    (_wave, 0.05),
    (_spiral, 0.03),
    (_blob, 0.03),
    (_dash, 0.03),
    (_dots, 0.02),
    (_face, 0.01),
    (_house, 0.01),
    (_flower, 0.01),
)
_KINDS = {1: _FIRST, 2: (*_FIRST, (_near_digit, 0.16), (_bumps, 0.03), (_ring_with_rays, 0.025))}
"""By edition, each kind and its share of all outliers, which are made to add up to 1."""
