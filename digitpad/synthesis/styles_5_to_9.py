"""Styles of the digits 5 to 9 as functions: each draws a digit in one way of writing it. See `digit_styles`.

A style's proportions are drawn from the range in which it still is what its name says. The order in which numbers are
drawn is part of what a seed means: keep it.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from digitpad.ink.strokes import Floats
from digitpad.synthesis.paths import Paths, arc, joined, line


def _belly(random: Generator, waist: float) -> Floats:
    u = random.uniform
    middle, radii = (u(0.36, 0.46), (1 + waist) / 2), (u(0.36, 0.5), (1 - waist) / 2 + 0.03)
    return arc(middle, radii, -u(115, 145), u(225, 280))


def five(random: Generator) -> Paths:
    """With its hat as a stroke of its own, which may miss the stem."""
    u, n = random.uniform, random.normal
    waist, left = u(0.38, 0.5), u(0.08, 0.25)
    body = joined(line((left + n(0.05, 0.03), 0.0), (left, waist * 0.6)), _belly(random, waist))
    hat = line((left + n(0.02, 0.05), n(0, 0.04)), (u(0.75, 1.05), n(-0.03, 0.05)))
    return [body, hat] if random.random() < 0.8 else [hat, body]


def round_five(random: Generator) -> Paths:
    """In one stroke from the hat's end."""
    u = random.uniform
    waist, left = u(0.38, 0.5), u(0.08, 0.25)
    hat = line((u(0.75, 1.05), random.normal(-0.02, 0.04)), (left + u(0, 0.15), 0.0))
    return [joined(hat, line((left, waist * 0.7)), _belly(random, waist))]


def far_cap_five(random: Generator) -> Paths:
    """With its cap far off: above it, or to the right of it."""
    u, n, waist, left = random.uniform, random.normal, random.uniform(0.32, 0.45), random.uniform(0.08, 0.25)
    body = joined(line((left + n(0.05, 0.03), 0.0), (left, waist * 0.6)), _belly(random, waist))
    start = left + (u(0.2, 0.5) if random.random() < 0.6 else n(0, 0.05))
    height = n(0.02, 0.06) if start > left + 0.15 else -u(0.08, 0.2)
    cap = line((start, height), (start + u(0.4, 0.75), height + n(-0.02, 0.06)))
    return [body, cap] if random.random() < 0.8 else [cap, body]


def six(random: Generator) -> Paths:
    """With a bow for a stem."""
    u, size = random.uniform, random.uniform(0.24, 0.36)
    loop = arc((u(0.4, 0.5), 1 - size), (u(0.26, 0.4), size), u(170, 200), -u(320, 400))
    bow = u(0.0, 0.25)
    return [joined(line((u(0.35, 0.8), 0.0), (u(0.2, 0.4) - bow / 2, 0.3)), loop)]


def straight_six(random: Generator) -> Paths:
    """With a straight stem, like a b that leans."""
    u, size = random.uniform, random.uniform(0.2, 0.32)
    loop = arc((0.42, 1 - size), (u(0.28, 0.38), size), u(120, 175), -u(320, 380))
    return [joined(line((u(0.2, 0.7), 0.0), (u(0.08, 0.18), 1 - size)), loop)]


def seven(random: Generator, serif: bool = False, crossed: bool = False) -> Paths:
    """With or without a serif at the left, and a bar across the stem."""
    u, n = random.uniform, random.normal
    corner = (u(0.78, 1.0), n(0, 0.03))
    seven = line((u(0, 0.1), n(0.02, 0.04)), corner, (u(0.55, 0.75), u(0.35, 0.55)), (u(0.2, 0.5), 1.0))
    stem, end = seven[2], seven[3]
    if serif:
        seven = joined(line((seven[0, 0] + n(0, 0.03), seven[0, 1] + u(0.08, 0.24))), seven)
    if not crossed:
        return [seven]
    x, y = stem + (end - stem) * u(-0.05, 0.45)
    left, right, rise = *u(0.14, 0.38, 2), n(0.02, 0.04)
    return [seven, line((x - left, y + rise), (x + right, y - rise))]


def eight(random: Generator) -> Paths:
    """Begun at the top right, in the middle, or anywhere else on its way."""
    waist = random.uniform(0.4, 0.54)
    upper = arc((0.5, waist / 2), (random.uniform(0.2, 0.36), waist / 2), 70, -320)
    lower = arc((0.5, (1 + waist) / 2), (random.uniform(0.26, 0.42), (1 - waist) / 2), -110, 320)
    way = joined(upper, lower)
    way = np.roll(way, -int(random.integers(len(way))), axis=0)
    way = joined(way, way[: int(random.integers(0, 4)) + 1])
    return [way if random.random() < 0.75 else way[::-1]]


def two_ring_eight(random: Generator) -> Paths:
    """As two rings, one above the other."""
    u, n, waist = random.uniform, random.normal, random.uniform(0.4, 0.52)
    gap = n(0, 0.02)
    upper = arc((0.5, waist / 2), (u(0.2, 0.32), waist / 2), u(-180, 180), -u(340, 390))
    middle = (0.5 + n(0, 0.03), (1 + waist) / 2 + gap)
    return [upper, arc(middle, (u(0.24, 0.4), (1 - waist) / 2), u(-180, 180), -u(340, 390))]


def rings_apart_eight(random: Generator) -> Paths:
    """As two rings that do not meet, or that pass each other."""
    u, n, waist, gap = random.uniform, random.normal, random.uniform(0.4, 0.5), random.uniform(0.03, 0.14)
    if random.random() < 0.25:
        gap = -u(0.04, 0.12)
    upper = arc((0.5, waist / 2), (u(0.2, 0.34), waist / 2), u(-180, 180), -u(320, 390), n(0, 12))
    lower = arc((0.5 + n(0, 0.06), (1 + waist) / 2 + gap), (u(0.22, 0.4), (1 - waist) / 2), u(-180, 180), -u(320, 390))
    return [upper, lower] if random.random() < 0.8 else [lower, upper]


def s_eight(random: Generator) -> Paths:
    """An S first, then closed by a line back up."""
    u, n = random.uniform, random.normal
    top = line((u(0.72, 0.9), u(0.08, 0.2)))
    bends = line((0.5, 0.0), (0.18, 0.2), (0.45, 0.45), (0.78, 0.7), (0.5, 1.0), (0.15, u(0.75, 0.9)))
    bends = bends + n(0, 0.03, bends.shape)
    closing = line((u(0.35, 0.5), 0.5)) + n(0, 0.03, (1, 2))
    return [joined(top, bends, closing, top + n(0, 0.03, (1, 2)))]


def _nine_head(random: Generator) -> Floats:
    u, size = random.uniform, random.uniform(0.18, 0.3)
    return arc((0.45, size), (u(0.24, 0.38), size), u(-70, 0), -u(320, 380))


def nine(random: Generator) -> Paths:
    """With a straight tail, as part of the same stroke or of another."""
    head, right = _nine_head(random), random.uniform(0.68, 0.82)
    tail = line((right, random.uniform(0.0, 0.25)), (right + random.normal(-0.05, 0.07), 1.0))
    return [head, tail] if random.random() < 0.25 else [joined(head, tail)]


def curved_nine(random: Generator) -> Paths:
    """With a tail that swings to the left, as in a g."""
    u = random.uniform
    right, depth = u(0.68, 0.82), u(0.0, 0.16)
    swing = (
        (right, u(0.1, 0.3)),
        (right + random.normal(0, 0.04), 0.75),
        (u(0.4, 0.58), 1.0),
        (u(0.05, 0.25), 1 - depth),
    )
    return [joined(_nine_head(random), line(*swing))]


def crossing_nine(random: Generator) -> Paths:
    """With a tail that goes through the ring."""
    head, u = _nine_head(random), random.uniform
    low, high = head.min(axis=0), head.max(axis=0)
    middle = (low + high) / 2
    start = (middle[0] + (high[0] - middle[0]) * u(0.3, 0.9), low[1] + (high[1] - low[1]) * u(-0.2, 0.45))
    end = (start[0] + random.normal(-0.08, 0.1), 1.0)
    tail = line(start, ((start[0] + end[0]) / 2 + random.normal(0.02, 0.03), (start[1] + 1) / 2), end)
    return [head, tail] if random.random() < 0.4 else [joined(head, tail)]
