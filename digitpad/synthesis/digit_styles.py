"""The forms in which people write each digit, as paths with proportions of their own each time.

MNIST's American forms and the pen digits of one country hold few slashed zeros, flagged ones or open fours; these are
written here as strokes. A form is a function from a source of random numbers to paths in a box of about side 1; every
proportion is drawn from the range in which the form is still what its name says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator

from digitpad.ink.strokes import Floats
from digitpad.synthesis.paths import Paths, arc, boxed, joined, line

Form = Callable[[Generator], Paths]


def slashed(zero: Paths, random: Generator) -> Paths:
    """A zero with a slash through it, inside of it or beyond it, more often rising than falling."""
    return [*zero, _slash(zero, random)]


def _slash(zero: Paths, random: Generator) -> Floats:
    corners = np.concatenate(zero)
    low, high = corners.min(axis=0), corners.max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    reach = random.uniform(0.45, 1.35) * half * random.uniform(0.75, 1.1, 2)
    reach[0] += 0.04
    rising = random.random() < 0.85
    ends = [middle + reach * (-1, 1), middle + reach * (1, -1)] if rising else [middle - reach, middle + reach]
    if random.random() < 0.4:
        ends.reverse()
    bend = (ends[0] + ends[1]) / 2 + random.normal(0, 0.03, 2)
    return np.stack([ends[0], bend, ends[1]])


def dotted(zero: Paths, random: Generator) -> Paths:
    """A zero with a dot, or a dash hardly longer than one, in its middle."""
    corners = np.concatenate(zero)
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2 + random.normal(0, 0.03, 2)
    return [*zero, np.stack([middle, middle + random.normal(0, 0.03, 2)])]


def _oval(random: Generator, *, wide: float = 1.0) -> Floats:
    """A closed or nearly closed oval of height 1, begun somewhere near its top."""
    radii = (random.uniform(0.24, 0.5) * wide, 0.5)
    sweep = random.choice([-1, 1], p=[0.85, 0.15]) * random.uniform(325, 415)
    oval = arc((0.5, 0.5), radii, random.normal(-80, 25), sweep, random.normal(5, 6))
    inward = np.linspace(0, random.uniform(-0.06, 0.08), len(oval))[:, None]
    closing: Floats = oval + inward * (0.5 - oval)
    return closing


def _zero(random: Generator) -> Paths:
    return [_oval(random)]


def _slashed_zero(random: Generator) -> Paths:
    return slashed(_zero(random), random)


def _dotted_zero(random: Generator) -> Paths:
    return dotted([_oval(random, wide=1.1)], random)


def _curled_zero(random: Generator) -> Paths:
    """With a loop at the top where the pen came round."""
    start = random.uniform(-70, -40)
    oval = arc((0.5, 0.52), (random.uniform(0.28, 0.42), 0.48), start, -random.uniform(370, 400))
    tail = line((oval[-1, 0] + random.uniform(0.05, 0.2), oval[-1, 1] + random.uniform(-0.12, 0.05)))
    return [joined(oval, tail)]


def _stick(random: Generator) -> Paths:
    lean = random.normal(0.06, 0.1)
    return [line((0.5 + lean, 0), (0.5 + random.normal(0, 0.015), 0.5), (0.5 - lean, 1))]


def _flag(random: Generator, short: float, long: float, lean: float = 0.05) -> tuple[Floats, float]:
    """The way from a flag's tip up to the top and down a stem; and where the stem's foot is.

    The flag reaches `short` to `long` to the left of the top, the foot on average `lean`, in heights of the stem.
    """
    top = 0.5 + random.normal(0.08, 0.06)
    foot = top - random.normal(lean, 0.08)
    across = random.uniform(short, long)
    down = across * random.uniform(0.65, 1.5)  # a flag that lies flatter makes a seven
    bow = random.normal(0, 0.03)
    tip = line((top - across, down), (top - across / 2 + bow, down / 2 + bow), (top, 0.0))
    return joined(tip, line((foot + random.normal(0, 0.02), 0.5), (foot, 1.0))), foot


def _flagged_one(random: Generator) -> Paths:
    return [_flag(random, 0.12, 0.38)[0]]


def _long_flagged_one(random: Generator) -> Paths:
    """As many write it in Europe: the flag reaches far down, now and then beyond the middle; the stem stands upright.

    With a stem that leans, too many of MNIST's sevens look the same.
    """
    stroke, _ = _flag(random, 0.3, 0.55, lean=0.0)
    return [stroke]


def _base(foot: float, random: Generator) -> Floats:
    left, right = random.uniform(0.12, 0.42, 2)
    tilt = random.normal(0, 0.03)
    return line((foot - left, 1 + tilt), (foot + random.normal(0, 0.05), 1.0), (foot + right, 1 - tilt))


def _based_one(random: Generator) -> Paths:
    stick = _stick(random)
    return [*stick, _base(float(stick[0][-1, 0]), random)]


def _flagged_based_one(random: Generator) -> Paths:
    stroke, foot = _flag(random, 0.12, 0.42)
    base = _base(foot, random)
    return [joined(stroke, base)] if random.random() < 0.25 else [stroke, base]


def _hooked_one(random: Generator) -> Paths:
    """With a foot that curves to the right, as the pen leaves."""
    stroke, foot = _flag(random, 0.0, 0.25)
    return [joined(stroke, line((foot + random.uniform(0.04, 0.16), 1 - random.uniform(0, 0.08))))]


def _two_top(random: Generator) -> Floats:
    radii = (random.uniform(0.3, 0.42), random.uniform(0.24, 0.34))
    return arc((0.45, radii[1]), radii, random.uniform(175, 225), random.uniform(150, 205))


def _two(random: Generator) -> Paths:
    low = random.uniform(0, 0.12)
    foot = line((low, 1.0), (random.uniform(0.4, 0.6), 1 + random.normal(0, 0.03)), (random.uniform(0.75, 1.0), 1.0))
    neck = line((0.45, random.uniform(0.6, 0.75)))
    return [joined(_two_top(random), neck, foot + random.normal(0, 0.02, foot.shape))]


def _looped_two(random: Generator) -> Paths:
    """With a loop at the lower left, from which the foot swings out."""
    loop = arc(
        (random.uniform(0.12, 0.25), random.uniform(0.8, 0.9)),
        (random.uniform(0.08, 0.17), random.uniform(0.06, 0.13)),
        random.uniform(30, 70),
        random.uniform(250, 310),
    )
    swing = line(
        (random.uniform(0.45, 0.6), random.uniform(0.9, 1.0)), (random.uniform(0.85, 1.05), random.uniform(0.86, 1.05))
    )
    return [joined(_two_top(random), line((0.5, random.uniform(0.58, 0.68))), loop, swing)]


def _swan_two(random: Generator) -> Paths:
    """With a wavy foot and a neck that leans back."""
    wave = line(
        (0.02, 0.95),
        (0.2, random.uniform(0.82, 0.92)),
        (0.55, random.uniform(0.95, 1.05)),
        (0.95, random.uniform(0.84, 0.98)),
    )
    return [joined(_two_top(random), line((0.5, 0.62)), wave)]


def _three(random: Generator) -> Paths:
    waist = random.uniform(0.4, 0.52)
    upper = arc(
        (0.42, waist / 2), (random.uniform(0.26, 0.4), waist / 2), random.uniform(180, 240), random.uniform(190, 250)
    )
    lower = arc(
        (0.4, (1 + waist) / 2),
        (random.uniform(0.32, 0.46), (1 - waist) / 2),
        -random.uniform(75, 100),
        random.uniform(190, 250),
    )
    return [joined(upper[:-1], line((random.uniform(0.25, 0.5), waist)), lower[1:])]


def _flat_three(random: Generator) -> Paths:
    """With a flat top and a corner, like a Z above a bow."""
    waist = random.uniform(0.36, 0.5)
    top = line((random.uniform(0, 0.15), random.normal(0.03, 0.03)), (random.uniform(0.65, 0.85), 0.0))
    lower = arc(
        (0.38, (1 + waist) / 2),
        (random.uniform(0.34, 0.46), (1 - waist) / 2),
        -random.uniform(70, 95),
        random.uniform(190, 245),
    )
    return [joined(top, line((random.uniform(0.25, 0.45), waist)), lower[1:])]


def _open_four(random: Generator) -> Paths:
    bar = random.uniform(0.5, 0.7)
    left = line(
        (random.uniform(0.1, 0.4), 0),
        (random.uniform(0.0, 0.12), bar),
        (random.uniform(0.8, 1.05), bar + random.normal(0, 0.04)),
    )
    stem = random.uniform(0.5, 0.75)
    return [
        left,
        line((stem + random.normal(0.04, 0.06), random.uniform(0.05, 0.45)), (stem + random.normal(-0.02, 0.05), 1.0)),
    ]


def _closed_four(random: Generator) -> Paths:
    bar, stem = random.uniform(0.55, 0.72), random.uniform(0.55, 0.75)
    roof = line((stem, 0.0), (0.0, bar), (random.uniform(0.85, 1.05), bar + random.normal(0, 0.03)))
    down = line((stem + random.normal(0, 0.02), random.uniform(-0.02, 0.05)), (stem + random.normal(-0.02, 0.04), 1.0))
    if random.random() < 0.3:
        return [joined(down[::-1], roof[1:])]  # from the foot up, in one stroke
    return [roof, down]


def _bowl_four(random: Generator) -> Paths:
    """With a bowl in place of a corner, the stem going on from it or added to it."""
    right, bar = random.uniform(0.6, 0.8), random.uniform(0.5, 0.66)
    bowl = line(
        (random.uniform(0.0, 0.15), 0),
        (random.uniform(0.0, 0.1), bar * 0.8),
        (0.3, bar),
        (right, bar * random.uniform(0.75, 1)),
    )
    stem = line((right, random.uniform(0, 0.3)), (right + random.normal(-0.03, 0.05), 1.0))
    return [joined(bowl, stem)] if random.random() < 0.5 else [bowl, stem]


def _lightning_four(random: Generator) -> Paths:
    """In one stroke like a bolt: down, across, and down again through the bar."""
    bar, stem = random.uniform(0.5, 0.66), random.uniform(0.5, 0.72)
    turn = line((stem + random.uniform(0.1, 0.3), bar - random.uniform(0.1, 0.3)))
    start = line((random.uniform(0.25, 0.45), 0), (random.uniform(0.0, 0.1), bar), (random.uniform(0.75, 0.95), bar))
    return [joined(start, turn, line((stem, 1.0)))]


def _belly(random: Generator, waist: float) -> Floats:
    return arc(
        (random.uniform(0.36, 0.46), (1 + waist) / 2),
        (random.uniform(0.36, 0.5), (1 - waist) / 2 + 0.03),
        -random.uniform(115, 145),
        random.uniform(225, 280),
    )


def _five(random: Generator) -> Paths:
    """With its hat as a stroke of its own, which may miss the stem."""
    waist = random.uniform(0.38, 0.5)
    left = random.uniform(0.08, 0.25)
    body = joined(line((left + random.normal(0.05, 0.03), 0.0), (left, waist * 0.6)), _belly(random, waist))
    gap = random.normal(0.02, 0.05)
    hat = line((left + gap, random.normal(0, 0.04)), (random.uniform(0.75, 1.05), random.normal(-0.03, 0.05)))
    return [body, hat] if random.random() < 0.8 else [hat, body]


def _round_five(random: Generator) -> Paths:
    """In one stroke from the hat's end."""
    waist = random.uniform(0.38, 0.5)
    left = random.uniform(0.08, 0.25)
    hat = line((random.uniform(0.75, 1.05), random.normal(-0.02, 0.04)), (left + random.uniform(0, 0.15), 0.0))
    return [joined(hat, line((left, waist * 0.7)), _belly(random, waist))]


def _six(random: Generator) -> Paths:
    size = random.uniform(0.24, 0.36)
    middle = (random.uniform(0.4, 0.5), 1 - size)
    loop = arc(middle, (random.uniform(0.26, 0.4), size), random.uniform(170, 200), -random.uniform(320, 400))
    bow = random.uniform(0.0, 0.25)
    start = line((random.uniform(0.35, 0.8), 0.0), (random.uniform(0.2, 0.4) - bow / 2, 0.3))
    return [joined(start, loop)]


def _straight_six(random: Generator) -> Paths:
    """With a straight stem, like a b that leans."""
    size = random.uniform(0.2, 0.32)
    loop = arc(
        (0.42, 1 - size), (random.uniform(0.28, 0.38), size), random.uniform(120, 175), -random.uniform(320, 380)
    )
    return [joined(line((random.uniform(0.2, 0.7), 0.0), (random.uniform(0.08, 0.18), 1 - size)), loop)]


def _seven_body(random: Generator) -> tuple[Floats, Floats]:
    corner = line((random.uniform(0.78, 1.0), random.normal(0, 0.03)))
    top = joined(line((random.uniform(0, 0.1), random.normal(0.02, 0.04))), corner)
    foot = line((random.uniform(0.55, 0.75), random.uniform(0.35, 0.55)), (random.uniform(0.2, 0.5), 1.0))
    return top, foot


def _seven(random: Generator) -> Paths:
    return [joined(*_seven_body(random))]


def _serif(top: Floats, random: Generator) -> Floats:
    return joined(line((top[0, 0] + random.normal(0, 0.03), top[0, 1] + random.uniform(0.08, 0.24))), top)


def _serif_seven(random: Generator) -> Paths:
    top, foot = _seven_body(random)
    return [joined(_serif(top, random), foot)]


def _bar(foot: Floats, random: Generator) -> Floats:
    at = foot[0] + (foot[-1] - foot[0]) * random.uniform(-0.05, 0.45)
    left, right, rise = *random.uniform(0.14, 0.38, 2), random.normal(0.02, 0.04)
    return line((at[0] - left, at[1] + rise), (at[0] + right, at[1] - rise))


def _crossed_seven(random: Generator) -> Paths:
    top, foot = _seven_body(random)
    return [joined(top, foot), _bar(foot, random)]


def _crossed_serif_seven(random: Generator) -> Paths:
    top, foot = _seven_body(random)
    return [joined(_serif(top, random), foot), _bar(foot, random)]


def _eight(random: Generator) -> Paths:
    """Begun at the top right, in the middle, or anywhere else on its way."""
    waist = random.uniform(0.4, 0.54)
    wide = random.uniform(0.2, 0.36), random.uniform(0.26, 0.42)
    upper = arc((0.5, waist / 2), (wide[0], waist / 2), 70, -320)
    lower = arc((0.5, (1 + waist) / 2), (wide[1], (1 - waist) / 2), -110, 320)
    way = joined(upper, lower)
    way = np.roll(way, -int(random.integers(len(way))), axis=0)
    over = int(random.integers(0, 4))
    way = joined(way, way[: over + 1])
    return [way if random.random() < 0.75 else way[::-1]]


def _two_ring_eight(random: Generator) -> Paths:
    """As two rings, one above the other."""
    waist = random.uniform(0.4, 0.52)
    gap = random.normal(0, 0.02)
    upper = arc(
        (0.5, waist / 2), (random.uniform(0.2, 0.32), waist / 2), random.uniform(-180, 180), -random.uniform(340, 390)
    )
    lower = arc(
        (0.5 + random.normal(0, 0.03), (1 + waist) / 2 + gap),
        (random.uniform(0.24, 0.4), (1 - waist) / 2),
        random.uniform(-180, 180),
        -random.uniform(340, 390),
    )
    return [upper, lower]


def _s_eight(random: Generator) -> Paths:
    """An S first, then closed by a line back up."""
    top = line((random.uniform(0.72, 0.9), random.uniform(0.08, 0.2)))
    bends = line((0.5, 0.0), (0.18, 0.2), (0.45, 0.45), (0.78, 0.7), (0.5, 1.0), (0.15, random.uniform(0.75, 0.9)))
    bends = bends + random.normal(0, 0.03, bends.shape)
    closing = line((random.uniform(0.35, 0.5), 0.5)) + random.normal(0, 0.03, (1, 2))
    return [joined(top, bends, closing, top + random.normal(0, 0.03, (1, 2)))]


def _nine_head(random: Generator) -> Floats:
    size = random.uniform(0.18, 0.3)
    return arc((0.45, size), (random.uniform(0.24, 0.38), size), random.uniform(-70, 0), -random.uniform(320, 380))


def _nine(random: Generator) -> Paths:
    """With a straight tail, as part of the same stroke or of another."""
    head, right = _nine_head(random), random.uniform(0.68, 0.82)
    tail = line((right, random.uniform(0.0, 0.25)), (right + random.normal(-0.05, 0.07), 1.0))
    return [head, tail] if random.random() < 0.25 else [joined(head, tail)]


def _curved_nine(random: Generator) -> Paths:
    """With a tail that swings to the left, as in a g."""
    right, depth = random.uniform(0.68, 0.82), random.uniform(0.0, 0.16)
    tail = line(
        (right, random.uniform(0.1, 0.3)),
        (right + random.normal(0, 0.04), 0.75),
        (random.uniform(0.4, 0.58), 1.0),
        (random.uniform(0.05, 0.25), 1 - depth),
    )
    return [joined(_nine_head(random), tail)]


DIGIT_STYLES: Mapping[int, tuple[Form, ...]] = {
    0: (_zero, _slashed_zero, _slashed_zero, _dotted_zero, _curled_zero),
    1: (_stick, _flagged_one, _long_flagged_one, _long_flagged_one, _based_one, _flagged_based_one, _hooked_one),
    2: (_two, _looped_two, _swan_two),
    3: (_three, _flat_three),
    4: (_open_four, _open_four, _closed_four, _bowl_four, _lightning_four),
    5: (_five, _five, _round_five),
    6: (_six, _straight_six),
    7: (_seven, _serif_seven, _crossed_seven, _crossed_serif_seven),
    8: (_eight, _eight, _two_ring_eight, _s_eight),
    9: (_nine, _curved_nine),
}
"""The forms of each digit; one that stands twice is twice as frequent."""


def styled_digit(digit: int, random: Generator) -> Paths:
    """A digit, 0 to 9, in one of its forms, in a box of side 1, before any hand has varied it."""
    forms = DIGIT_STYLES[digit]
    return boxed(forms[int(random.integers(len(forms)))](random))
