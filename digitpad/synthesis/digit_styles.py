"""Digit styles: the different ways in which people write each digit, as paths with random proportions.

MNIST's American digits and the pen digits of one country hold few slashed zeros, flagged ones or open fours; these are
written here as strokes. A style is a function from a source of random numbers to paths in a box of about side 1; each
proportion is drawn from the range in which the style still is what its name says. The order in which numbers are drawn
is part of what a seed means: keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.random import Generator

from digitpad.ink.strokes import Floats
from digitpad.synthesis.paths import Paths, arc, boxed, joined, line

Style = Callable[[Generator], Paths]


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


def dotted(zero: Paths, random: Generator) -> Paths:
    """A zero with a dot, or a dash hardly longer than one, in its middle."""
    middle = _middle(zero)[0] + random.normal(0, 0.03, 2)
    return [*zero, np.stack([middle, middle + random.normal(0, 0.03, 2)])]


def _middle(paths: Paths) -> tuple[Floats, Floats]:
    """The middle of a drawing's box, and half its sides."""
    points = np.concatenate(paths)
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, (high - low) / 2


def _zero(random: Generator, wide: float = 1.0) -> Paths:
    """A closed or nearly closed oval of height 1, begun somewhere near its top."""
    radii = (random.uniform(0.24, 0.5) * wide, 0.5)
    sweep = random.choice([-1, 1], p=[0.85, 0.15]) * random.uniform(325, 415)
    oval = arc((0.5, 0.5), radii, random.normal(-80, 25), sweep, random.normal(5, 6))
    return [oval + np.linspace(0, random.uniform(-0.06, 0.08), len(oval))[:, None] * (0.5 - oval)]


def _slashed_zero(random: Generator) -> Paths:
    return slashed(_zero(random), random)


def _dotted_zero(random: Generator) -> Paths:
    return dotted(_zero(random, wide=1.1), random)


def _curled_zero(random: Generator) -> Paths:
    """With a loop at the top where the pen came round."""
    start = random.uniform(-70, -40)
    oval = arc((0.5, 0.52), (random.uniform(0.28, 0.42), 0.48), start, -random.uniform(370, 400))
    tail = line((oval[-1, 0] + random.uniform(0.05, 0.2), oval[-1, 1] + random.uniform(-0.12, 0.05)))
    return [joined(oval, tail)]


def _stick(random: Generator) -> Paths:
    lean = random.normal(0.06, 0.1)
    return [line((0.5 + lean, 0), (0.5 + random.normal(0, 0.015), 0.5), (0.5 - lean, 1))]


def _flagged_one(random: Generator, short: float, long: float, lean: float = 0.05) -> Paths:
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


def _based_one(random: Generator) -> Paths:
    stick = _stick(random)
    return [*stick, _base(stick, random)]


def _flagged_based_one(random: Generator) -> Paths:
    one = _flagged_one(random, 0.12, 0.42)
    strokes = [*one, _base(one, random)]
    return [joined(*strokes)] if random.random() < 0.25 else strokes


def _hooked_one(random: Generator) -> Paths:
    """With a foot that curves to the right, as the pen leaves."""
    (one,) = _flagged_one(random, 0.0, 0.25)
    return [joined(one, line((one[-1, 0] + random.uniform(0.04, 0.16), 1 - random.uniform(0, 0.08))))]


def _two_top(random: Generator) -> Floats:
    radii = (random.uniform(0.3, 0.42), random.uniform(0.24, 0.34))
    return arc((0.45, radii[1]), radii, random.uniform(175, 225), random.uniform(150, 205))


def _two(random: Generator) -> Paths:
    u, low = random.uniform, random.uniform(0, 0.12)
    foot = line((low, 1.0), (u(0.4, 0.6), 1 + random.normal(0, 0.03)), (u(0.75, 1.0), 1.0))
    neck = line((0.45, u(0.6, 0.75)))
    return [joined(_two_top(random), neck, foot + random.normal(0, 0.02, foot.shape))]


def _looped_two(random: Generator) -> Paths:
    """With a loop at the lower left, from which the foot swings out."""
    u = random.uniform
    loop = arc((u(0.12, 0.25), u(0.8, 0.9)), (u(0.08, 0.17), u(0.06, 0.13)), u(30, 70), u(250, 310))
    swing = line((u(0.45, 0.6), u(0.9, 1.0)), (u(0.85, 1.05), u(0.86, 1.05)))
    return [joined(_two_top(random), line((0.5, u(0.58, 0.68))), loop, swing)]


def _swan_two(random: Generator) -> Paths:
    """With a wavy foot and a neck that leans back."""
    u = random.uniform
    wave = line((0.02, 0.95), (0.2, u(0.82, 0.92)), (0.55, u(0.95, 1.05)), (0.95, u(0.84, 0.98)))
    return [joined(_two_top(random), line((0.5, 0.62)), wave)]


def _three(random: Generator) -> Paths:
    u, waist = random.uniform, random.uniform(0.4, 0.52)
    upper = arc((0.42, waist / 2), (u(0.26, 0.4), waist / 2), u(180, 240), u(190, 250))
    lower = arc((0.4, (1 + waist) / 2), (u(0.32, 0.46), (1 - waist) / 2), -u(75, 100), u(190, 250))
    return [joined(upper[:-1], line((u(0.25, 0.5), waist)), lower[1:])]


def _flat_three(random: Generator) -> Paths:
    """With a flat top and a corner, like a Z above a bow."""
    u, waist = random.uniform, random.uniform(0.36, 0.5)
    top = line((u(0, 0.15), random.normal(0.03, 0.03)), (u(0.65, 0.85), 0.0))
    lower = arc((0.38, (1 + waist) / 2), (u(0.34, 0.46), (1 - waist) / 2), -u(70, 95), u(190, 245))
    return [joined(top, line((u(0.25, 0.45), waist)), lower[1:])]


def _open_four(random: Generator) -> Paths:
    u, n, bar = random.uniform, random.normal, random.uniform(0.5, 0.7)
    left = line((u(0.1, 0.4), 0), (u(0.0, 0.12), bar), (u(0.8, 1.05), bar + n(0, 0.04)))
    stem = u(0.5, 0.75)
    return [left, line((stem + n(0.04, 0.06), u(0.05, 0.45)), (stem + n(-0.02, 0.05), 1.0))]


def _closed_four(random: Generator) -> Paths:
    u, n = random.uniform, random.normal
    bar, stem = u(0.55, 0.72), u(0.55, 0.75)
    roof = line((stem, 0.0), (0.0, bar), (u(0.85, 1.05), bar + n(0, 0.03)))
    down = line((stem + n(0, 0.02), u(-0.02, 0.05)), (stem + n(-0.02, 0.04), 1.0))
    # Now and then in one stroke, from the foot up.
    return [joined(down[::-1], roof[1:])] if random.random() < 0.3 else [roof, down]


def _bowl_four(random: Generator) -> Paths:
    """With a bowl in place of a corner, the stem going on from it or added to it."""
    u = random.uniform
    right, bar = u(0.6, 0.8), u(0.5, 0.66)
    bowl = line((u(0.0, 0.15), 0), (u(0.0, 0.1), bar * 0.8), (0.3, bar), (right, bar * u(0.75, 1)))
    stem = line((right, u(0, 0.3)), (right + random.normal(-0.03, 0.05), 1.0))
    return [joined(bowl, stem)] if random.random() < 0.5 else [bowl, stem]


def _lightning_four(random: Generator) -> Paths:
    """In one stroke like a bolt: down, across, and down again through the bar."""
    u = random.uniform
    bar, stem = u(0.5, 0.66), u(0.5, 0.72)
    turn = line((stem + u(0.1, 0.3), bar - u(0.1, 0.3)))
    return [joined(line((u(0.25, 0.45), 0), (u(0.0, 0.1), bar), (u(0.75, 0.95), bar)), turn, line((stem, 1.0)))]


def _belly(random: Generator, waist: float) -> Floats:
    u = random.uniform
    middle, radii = (u(0.36, 0.46), (1 + waist) / 2), (u(0.36, 0.5), (1 - waist) / 2 + 0.03)
    return arc(middle, radii, -u(115, 145), u(225, 280))


def _five(random: Generator) -> Paths:
    """With its hat as a stroke of its own, which may miss the stem."""
    u, n = random.uniform, random.normal
    waist, left = u(0.38, 0.5), u(0.08, 0.25)
    body = joined(line((left + n(0.05, 0.03), 0.0), (left, waist * 0.6)), _belly(random, waist))
    hat = line((left + n(0.02, 0.05), n(0, 0.04)), (u(0.75, 1.05), n(-0.03, 0.05)))
    return [body, hat] if random.random() < 0.8 else [hat, body]


def _round_five(random: Generator) -> Paths:
    """In one stroke from the hat's end."""
    u = random.uniform
    waist, left = u(0.38, 0.5), u(0.08, 0.25)
    hat = line((u(0.75, 1.05), random.normal(-0.02, 0.04)), (left + u(0, 0.15), 0.0))
    return [joined(hat, line((left, waist * 0.7)), _belly(random, waist))]


def _six(random: Generator) -> Paths:
    u, size = random.uniform, random.uniform(0.24, 0.36)
    loop = arc((u(0.4, 0.5), 1 - size), (u(0.26, 0.4), size), u(170, 200), -u(320, 400))
    bow = u(0.0, 0.25)
    return [joined(line((u(0.35, 0.8), 0.0), (u(0.2, 0.4) - bow / 2, 0.3)), loop)]


def _straight_six(random: Generator) -> Paths:
    """With a straight stem, like a b that leans."""
    u, size = random.uniform, random.uniform(0.2, 0.32)
    loop = arc((0.42, 1 - size), (u(0.28, 0.38), size), u(120, 175), -u(320, 380))
    return [joined(line((u(0.2, 0.7), 0.0), (u(0.08, 0.18), 1 - size)), loop)]


def _seven(random: Generator, serif: bool = False, crossed: bool = False) -> Paths:
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


def _eight(random: Generator) -> Paths:
    """Begun at the top right, in the middle, or anywhere else on its way."""
    waist = random.uniform(0.4, 0.54)
    upper = arc((0.5, waist / 2), (random.uniform(0.2, 0.36), waist / 2), 70, -320)
    lower = arc((0.5, (1 + waist) / 2), (random.uniform(0.26, 0.42), (1 - waist) / 2), -110, 320)
    way = joined(upper, lower)
    way = np.roll(way, -int(random.integers(len(way))), axis=0)
    way = joined(way, way[: int(random.integers(0, 4)) + 1])
    return [way if random.random() < 0.75 else way[::-1]]


def _two_ring_eight(random: Generator) -> Paths:
    """As two rings, one above the other."""
    u, n, waist = random.uniform, random.normal, random.uniform(0.4, 0.52)
    gap = n(0, 0.02)
    upper = arc((0.5, waist / 2), (u(0.2, 0.32), waist / 2), u(-180, 180), -u(340, 390))
    middle = (0.5 + n(0, 0.03), (1 + waist) / 2 + gap)
    return [upper, arc(middle, (u(0.24, 0.4), (1 - waist) / 2), u(-180, 180), -u(340, 390))]


def _s_eight(random: Generator) -> Paths:
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


def _nine(random: Generator) -> Paths:
    """With a straight tail, as part of the same stroke or of another."""
    head, right = _nine_head(random), random.uniform(0.68, 0.82)
    tail = line((right, random.uniform(0.0, 0.25)), (right + random.normal(-0.05, 0.07), 1.0))
    return [head, tail] if random.random() < 0.25 else [joined(head, tail)]


def _curved_nine(random: Generator) -> Paths:
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


# Many in Europe write a one whose flag reaches far down, and its stem upright; leaning, MNIST's sevens look like that.
_long_flagged_one = partial(_flagged_one, short=0.3, long=0.55, lean=0.0)

DIGIT_STYLES: Mapping[int, tuple[Style, ...]] = {
    0: (_zero, _slashed_zero, _slashed_zero, _dotted_zero, _curled_zero),
    1: (
        *(_stick, partial(_flagged_one, short=0.12, long=0.38), _long_flagged_one, _long_flagged_one),
        *(_based_one, _flagged_based_one, _hooked_one),
    ),
    2: (_two, _looped_two, _swan_two),
    3: (_three, _flat_three),
    4: (_open_four, _open_four, _closed_four, _bowl_four, _lightning_four),
    5: (_five, _five, _round_five),
    6: (_six, _straight_six),
    7: tuple(partial(_seven, serif=serif, crossed=crossed) for crossed in (False, True) for serif in (False, True)),
    8: (_eight, _eight, _two_ring_eight, _s_eight),
    9: (_nine, _curved_nine),
}
"""The styles of each digit; one that stands twice is twice as frequent."""


def styled_digit(digit: int, random: Generator) -> Paths:
    """A digit, 0 to 9, in one of its styles, in a box of side 1, before any augmentation."""
    styles = DIGIT_STYLES[digit]
    return boxed(styles[int(random.integers(len(styles)))](random))
