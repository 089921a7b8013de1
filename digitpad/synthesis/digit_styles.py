"""Digit styles: the different ways in which people write each digit, as paths with random proportions.

MNIST's American digits and the pen digits of one country hold few slashed zeros, flagged ones or open fours; these are
written here as strokes. A style is a function from a source of random numbers to paths in a box of about side 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from numpy.random import Generator

from digitpad.synthesis import EDITION
from digitpad.synthesis import styles_0_to_4 as low
from digitpad.synthesis import styles_5_to_9 as high
from digitpad.synthesis.digit_templates import TEMPLATES
from digitpad.synthesis.paths import Paths, boxed
from digitpad.synthesis.templates import from_template

Style = Callable[[Generator], Paths]

# Many in Europe write a one whose flag reaches far down, and its stem upright; leaning, MNIST's sevens look like that.
_long_flagged_one = partial(low.flagged_one, short=0.3, long=0.55, lean=0.0)

_FIRST: Mapping[int, tuple[Style, ...]] = {
    0: (low.zero, low.slashed_zero, low.slashed_zero, low.dotted_zero, low.curled_zero),
    1: (
        *(low.stick, partial(low.flagged_one, short=0.12, long=0.38), _long_flagged_one, _long_flagged_one),
        *(low.based_one, low.flagged_based_one, low.hooked_one),
    ),
    2: (low.two, low.looped_two, low.swan_two),
    3: (low.three, low.flat_three),
    4: (low.open_four, low.open_four, low.closed_four, low.bowl_four, low.lightning_four),
    5: (high.five, high.five, high.round_five),
    6: (high.six, high.straight_six),
    7: tuple(partial(high.seven, serif=serif, crossed=crossed) for crossed in (False, True) for serif in (False, True)),
    8: (high.eight, high.eight, high.two_ring_eight, high.s_eight),
    9: (high.nine, high.curved_nine),
}

# Each edition only adds to the one before, by style and how often it stands there. A style that two digits share gets
# both labels alike, where people themselves would differ.
_SECOND: Mapping[int, tuple[tuple[Style, int], ...]] = {
    0: ((low.zero, 3), (low.crossed_odd_zero, 4), (low.odd_zero, 3)),
    1: ((low.one_or_seven, 2), (low.based_one, 3), (low.flagged_based_one, 1)),
    5: ((high.far_cap_five, 1),),
    7: ((low.one_or_seven, 1),),
    6: ((high.six, 2), (high.straight_six, 2)),
    8: ((high.rings_apart_eight, 2),),
    9: ((high.crossing_nine, 1),),
}


def _second(digit: int) -> tuple[Style, ...]:
    # Where the first edition has few styles, they stand there twice: most people write those.
    first = _FIRST[digit] if digit in (0, 1, 4, 7) else _FIRST[digit] * 2
    templates = tuple(partial(from_template, template) for template in TEMPLATES.get(digit, {}).values())
    return (*first, *(style for style, times in _SECOND.get(digit, ()) for _ in range(times)), *templates)


DIGIT_STYLES: Mapping[int, Mapping[int, tuple[Style, ...]]] = {
    1: _FIRST,
    2: {digit: _second(digit) for digit in _FIRST},
}
"""The styles of each digit by edition; one that stands twice is twice as frequent."""


def styled_digit(digit: int, random: Generator, edition: int = EDITION) -> Paths:
    """A digit, 0 to 9, in one of its styles, in a box of side 1, before any augmentation."""
    styles = DIGIT_STYLES[edition][digit]
    return boxed(styles[int(random.integers(len(styles)))](random))
