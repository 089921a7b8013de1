"""The ten digits' colours: the same digit has the same colour in every view.

Nine are Paul Tol's 'muted' scheme (Paul Tol, Colour Schemes, SRON/EPS/TN/09-002, https://sronpersonalpages.nl/~pault),
which people with the common kinds of colour blindness can tell apart. Its tenth, pale grey, is lost on white, so the
tenth here is neutral and the furthest from the ground: nearly black in light, nearly white in dark. In dark, indigo and
wine are lightened to 2.5 : 1 against the surface. Measured over all pairs and both themes, the CIELAB distance is at
least 22, and at least 17 as seen with deuteranopia. Digits that look alike (4 and 9, 3 and 5, 1 and 7, …) got colours
that are 44 or more apart either way.
"""

from __future__ import annotations

from digitpad.ui.common.theme import Theme

_LIGHT = (
    "#CC6677",  # 0 rose
    "#44AA99",  # 1 teal
    "#222222",  # 2 neutral
    "#DDCC77",  # 3 sand
    "#882255",  # 4 wine
    "#117733",  # 5 green
    "#88CCEE",  # 6 cyan
    "#332288",  # 7 indigo
    "#AA4499",  # 8 purple
    "#999933",  # 9 olive
)
_DARK = (*_LIGHT[:2], "#EEEEEE", _LIGHT[3], "#99416D", *_LIGHT[5:7], "#6053A2", *_LIGHT[8:])


def digit_colour(digit: int, theme: Theme) -> str:
    """Colour of a digit for areas, dots and lines, as '#RRGGBB'; ValueError where it is not 0 to 9.

    It is no colour for text, since some reach only 1.6 : 1; a rim keeps those visible.
    """
    if not 0 <= digit < len(_LIGHT):
        raise ValueError(f"a digit is 0 to 9, not {digit}")
    return (_DARK if theme.is_dark else _LIGHT)[digit]
