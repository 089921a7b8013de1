"""Styles of the digits 0 to 4 as functions: each draws a digit in one way of writing it. See `digit_styles`.

A style's proportions are drawn from the range in which it still is what its name says. The order in which numbers are
drawn is part of what a seed means: keep it.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from digitpad.ink.strokes import Floats
from digitpad.synthesis.digit_templates import POINTED_ZERO
from digitpad.synthesis.paths import Paths, arc, joined, line
from digitpad.synthesis.templates import from_template


def slashed(zero: Paths, random: Generator) -> Paths:
    """A zero with a slash through it, inside of it or beyond it, more often rising than falling."""
    middle, half = _middle(zero)
    reach = random.uniform(0.45, 1.35) * half * random.uniform(0.75, 1.1, 2)
    reach[0] += 0.04
    rising = random.random() < 0.85
    ends = [middle + reach * (-1, 1), middle + reach * (1, -1)] if rising else [middle - reach, middle + reach]
    if random.random() < 0.4:
        ends.reverse()
    return [*zero, np.stack([ends[0], (ends[0] + ends[1]) / 2 + random.normal(0, 0.03, 2), ends[1]])]


def crossed_zero(zero: Paths, random: Generator) -> Paths:
    """A zero that is crossed: as by `slashed`, by a steep line far beyond it, like φ, or by a level bar, like θ."""
    kind = random.random()
    if kind < 0.35:
        return slashed(zero, random)
    middle, half = _middle(zero)
    if kind < 0.82:
        angle, reach = (
            np.deg2rad(random.uniform(-10, 42)),
            half[1] * random.uniform(1.05, 2.0) * random.uniform(0.85, 1.15, 2),
        )
        middle = middle + random.normal(0, 0.05, 2)
        line_ends = middle + np.array([1, -1])[:, None] * reach[:, None] * (np.sin(angle), -np.cos(angle))
    else:
        reach, rise = half[0] * random.uniform(0.55, 1.55, 2), random.normal(0, 0.05)
        middle = middle + np.array([0, half[1] * random.normal(0, 0.12)])
        line_ends = middle + np.array([[-reach[0], rise], [reach[1], -rise]])
    if random.random() < 0.4:
        line_ends = line_ends[::-1]
    bar = np.stack([line_ends[0], line_ends.mean(axis=0) + random.normal(0, 0.02, 2), line_ends[1]])
    return [joined(*zero, bar)] if len(zero) == 1 and random.random() < 0.06 else [*zero, bar]


def dotted(zero: Paths, random: Generator) -> Paths:
    """A zero with a dot, or a dash hardly longer than one, in its middle."""
    middle = _middle(zero)[0] + random.normal(0, 0.03, 2)
    return [*zero, np.stack([middle, middle + random.normal(0, 0.03, 2)])]


def _middle(paths: Paths) -> tuple[Floats, Floats]:
    """The middle of a drawing's box, and half its sides."""
    points = np.concatenate(paths)
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, (high - low) / 2


def zero(random: Generator, wide: float = 1.0) -> Paths:
    """A closed or nearly closed oval of height 1, begun somewhere near its top."""
    radii = (random.uniform(0.24, 0.5) * wide, 0.5)
    sweep = random.choice([-1, 1], p=[0.85, 0.15]) * random.uniform(325, 415)
    oval = arc((0.5, 0.5), radii, random.normal(-80, 25), sweep, random.normal(5, 6))
    return [oval + np.linspace(0, random.uniform(-0.06, 0.08), len(oval))[:, None] * (0.5 - oval)]


def slashed_zero(random: Generator) -> Paths:
    """With a slash, as `slashed` draws it."""
    return slashed(zero(random), random)


def dotted_zero(random: Generator) -> Paths:
    """With a dot, as `dotted` draws it."""
    return dotted(zero(random, wide=1.1), random)


def curled_zero(random: Generator) -> Paths:
    """With a loop at the top where the pen came round."""
    start = random.uniform(-70, -40)
    oval = arc((0.5, 0.52), (random.uniform(0.28, 0.42), 0.48), start, -random.uniform(370, 400))
    tail = line((oval[-1, 0] + random.uniform(0.05, 0.2), oval[-1, 1] + random.uniform(-0.12, 0.05)))
    return [joined(oval, tail)]


def odd_zero(random: Generator) -> Paths:
    """Lying, narrow, leaning, pointed, angular, not quite closed, or with ends that pass each other."""
    u, kind = random.uniform, random.choice(["lying", "narrow", "leaning", "pointed", "angular", "open", "passing"])
    if kind == "pointed":
        return from_template(POINTED_ZERO, random)
    if kind == "angular":
        angles = u(0, 360) + np.cumsum(random.dirichlet(np.full(int(random.integers(4, 8)), 9.0))) * 360
        corners = np.stack([u(0.28, 0.45) * np.cos(np.deg2rad(angles)), 0.5 * np.sin(np.deg2rad(angles))], axis=1)
        return [joined(corners, corners[:1]) + random.normal(0, 0.03, (len(corners) + 1, 2))]
    radii, start, sweep, tilt = (u(0.24, 0.46), 0.5), u(-140, -40), 365.0, 0.0
    if kind == "lying":
        radii, tilt = (0.5, u(0.26, 0.42)), random.normal(0, 14)
    elif kind == "narrow":
        radii = (u(0.15, 0.26), 0.5)
    elif kind == "leaning":
        radii, tilt = (u(0.2, 0.32), 0.5), u(-35, 45)
    elif kind == "open":
        # A gap at the top alone: one at the right, below the middle, would make an open six.
        start, sweep = random.normal(-85, 18), u(310, 338)
    else:
        past = u(15, 45)
        start, sweep = u(-110, -70) + past, 360 + 2 * past
    oval = arc((0.5, 0.5), radii, start, -sweep if random.random() < 0.85 else sweep, tilt)
    if kind == "passing":  # its ends leave the ring outwards
        oval[[0, -1]] += 0.3 * (oval[[0, -1]] - oval[[1, -2]])
    return [oval + random.normal(0, 0.012, oval.shape)]


def crossed_odd_zero(random: Generator) -> Paths:
    """Of any shape, crossed as `crossed_zero` does it."""
    ring = zero(random, wide=random.uniform(0.5, 1.05)) if random.random() < 0.8 else odd_zero(random)
    return crossed_zero(ring, random)


def one_or_seven(random: Generator) -> Paths:
    """An upright stem with a long and rather flat flag: some write it for a one, others for a seven."""
    u, top, across = random.uniform, 0.6, random.uniform(0.38, 0.62)
    down, foot = across * u(0.22, 0.6), top - random.normal(0.03, 0.05)
    tip = line((top - across, down), (top - across / 2, down / 2 + random.normal(0, 0.02)), (top, 0.0))
    return [joined(tip, line((top - (top - foot) / 2 + random.normal(0, 0.015), 0.5), (foot, 1.0)))]


def stick(random: Generator) -> Paths:
    """A line, nearly upright."""
    lean = random.normal(0.06, 0.1)
    return [line((0.5 + lean, 0), (0.5 + random.normal(0, 0.015), 0.5), (0.5 - lean, 1))]


def flagged_one(random: Generator, short: float, long: float, lean: float = 0.05) -> Paths:
    """From the tip of a flag up to the top and down a stem.

    The flag reaches `short` to `long` to the left of the top, the foot on average `lean`, in heights of the stem.
    """
    top = 0.5 + random.normal(0.08, 0.06)
    foot = top - random.normal(lean, 0.08)
    across = random.uniform(short, long)
    down = across * random.uniform(0.65, 1.5)  # a flatter flag would make a seven
    bow = random.normal(0, 0.03)
    tip = line((top - across, down), (top - across / 2 + bow, down / 2 + bow), (top, 0.0))
    return [joined(tip, line((foot + random.normal(0, 0.02), 0.5), (foot, 1.0)))]


def _base(one: Paths, random: Generator) -> Floats:
    """The line on which a one stands."""
    foot = one[0][-1, 0]
    left, right = random.uniform(0.12, 0.42, 2)
    tilt = random.normal(0, 0.03)
    return line((foot - left, 1 + tilt), (foot + random.normal(0, 0.05), 1.0), (foot + right, 1 - tilt))


def based_one(random: Generator) -> Paths:
    """A line on a base."""
    one = stick(random)
    return [*one, _base(one, random)]


def flagged_based_one(random: Generator) -> Paths:
    """With a flag and a base."""
    one = flagged_one(random, 0.12, 0.42)
    strokes = [*one, _base(one, random)]
    return [joined(*strokes)] if random.random() < 0.25 else strokes


def hooked_one(random: Generator) -> Paths:
    """With a foot that curves to the right, as the pen leaves."""
    (one,) = flagged_one(random, 0.0, 0.25)
    return [joined(one, line((one[-1, 0] + random.uniform(0.04, 0.16), 1 - random.uniform(0, 0.08))))]


def _two_top(random: Generator) -> Floats:
    radii = (random.uniform(0.3, 0.42), random.uniform(0.24, 0.34))
    return arc((0.45, radii[1]), radii, random.uniform(175, 225), random.uniform(150, 205))


def two(random: Generator) -> Paths:
    """With a straight foot."""
    u, low = random.uniform, random.uniform(0, 0.12)
    foot = line((low, 1.0), (u(0.4, 0.6), 1 + random.normal(0, 0.03)), (u(0.75, 1.0), 1.0))
    neck = line((0.45, u(0.6, 0.75)))
    return [joined(_two_top(random), neck, foot + random.normal(0, 0.02, foot.shape))]


def looped_two(random: Generator) -> Paths:
    """With a loop at the lower left, from which the foot swings out."""
    u = random.uniform
    loop = arc((u(0.12, 0.25), u(0.8, 0.9)), (u(0.08, 0.17), u(0.06, 0.13)), u(30, 70), u(250, 310))
    swing = line((u(0.45, 0.6), u(0.9, 1.0)), (u(0.85, 1.05), u(0.86, 1.05)))
    return [joined(_two_top(random), line((0.5, u(0.58, 0.68))), loop, swing)]


def swan_two(random: Generator) -> Paths:
    """With a wavy foot and a neck that leans back."""
    u = random.uniform
    wave = line((0.02, 0.95), (0.2, u(0.82, 0.92)), (0.55, u(0.95, 1.05)), (0.95, u(0.84, 0.98)))
    return [joined(_two_top(random), line((0.5, 0.62)), wave)]


def three(random: Generator) -> Paths:
    """With two bows."""
    u, waist = random.uniform, random.uniform(0.4, 0.52)
    upper = arc((0.42, waist / 2), (u(0.26, 0.4), waist / 2), u(180, 240), u(190, 250))
    lower = arc((0.4, (1 + waist) / 2), (u(0.32, 0.46), (1 - waist) / 2), -u(75, 100), u(190, 250))
    return [joined(upper[:-1], line((u(0.25, 0.5), waist)), lower[1:])]


def flat_three(random: Generator) -> Paths:
    """With a flat top and a corner, like a Z above a bow."""
    u, waist = random.uniform, random.uniform(0.36, 0.5)
    top = line((u(0, 0.15), random.normal(0.03, 0.03)), (u(0.65, 0.85), 0.0))
    lower = arc((0.38, (1 + waist) / 2), (u(0.34, 0.46), (1 - waist) / 2), -u(70, 95), u(190, 245))
    return [joined(top, line((u(0.25, 0.45), waist)), lower[1:])]


def open_four(random: Generator) -> Paths:
    """With a corner at the left, and the stem as a stroke of its own."""
    u, n, bar = random.uniform, random.normal, random.uniform(0.5, 0.7)
    left = line((u(0.1, 0.4), 0), (u(0.0, 0.12), bar), (u(0.8, 1.05), bar + n(0, 0.04)))
    stem = u(0.5, 0.75)
    return [left, line((stem + n(0.04, 0.06), u(0.05, 0.45)), (stem + n(-0.02, 0.05), 1.0))]


def closed_four(random: Generator) -> Paths:
    """With a roof, and the stem as a stroke of its own or before it."""
    u, n = random.uniform, random.normal
    bar, stem = u(0.55, 0.72), u(0.55, 0.75)
    roof = line((stem, 0.0), (0.0, bar), (u(0.85, 1.05), bar + n(0, 0.03)))
    down = line((stem + n(0, 0.02), u(-0.02, 0.05)), (stem + n(-0.02, 0.04), 1.0))
    # Now and then in one stroke, from the foot up.
    return [joined(down[::-1], roof[1:])] if random.random() < 0.3 else [roof, down]


def bowl_four(random: Generator) -> Paths:
    """With a bowl in place of a corner, the stem going on from it or added to it."""
    u = random.uniform
    right, bar = u(0.6, 0.8), u(0.5, 0.66)
    bowl = line((u(0.0, 0.15), 0), (u(0.0, 0.1), bar * 0.8), (0.3, bar), (right, bar * u(0.75, 1)))
    stem = line((right, u(0, 0.3)), (right + random.normal(-0.03, 0.05), 1.0))
    return [joined(bowl, stem)] if random.random() < 0.5 else [bowl, stem]


def lightning_four(random: Generator) -> Paths:
    """In one stroke like a bolt: down, across, and down again through the bar."""
    u = random.uniform
    bar, stem = u(0.5, 0.66), u(0.5, 0.72)
    turn = line((stem + u(0.1, 0.3), bar - u(0.1, 0.3)))
    return [joined(line((u(0.25, 0.45), 0), (u(0.0, 0.1), bar), (u(0.75, 0.95), bar)), turn, line((stem, 1.0)))]
