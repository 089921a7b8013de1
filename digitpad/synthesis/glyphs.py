"""Letters and symbols without a digit's shape, as strokes, from A. V. Hershey's fonts of single lines (1967)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

from digitpad.synthesis.paths import Paths, boxed

_LATIN = "ACEFHKLMNPRTUVWXacdefhkmnprtuvwx"
_CURSIVE = "AHKMNRWXadhkmnpvwx"
_SIGNS = "!#%&*+<=?@"

_WANTED: dict[str, Iterable[str]] = {
    "futural": _LATIN + _SIGNS,
    "rowmans": _LATIN + _SIGNS,
    "timesr": "AEFHKLMNRUWXaehkmnruw",
    "cursive": _CURSIVE,
    "scripts": _CURSIVE,
    "greeks": "CDNPRWXaegjlmpvwx",  # Γ Δ Ξ Π Σ Ψ Ω α ε η κ μ ν π χ ψ ω
    "cyrilc_1": "EGIJKLPWYZ",  # Д Ж И Й К Л П Ц Ш Щ
    "mathlow": "?@^_bghijklnowxyz",  # signs of relation, infinity, roots, arrows, nabla, existence, division
    # Flag, anchor, bell, heart and the like.
    "symbolic": tuple(map(chr, [*range(86, 92), 93, 94, *range(96, 105), *range(106, 111), 112])),
    "japanese": tuple(map(chr, [36, 37, 38, 39, 41, *range(43, 50), 53, 54, 55, 65, 69, 70, 71, 73, 77, 78, 80])),
    "astrology": "!$%'[]`",
}
"""Characters taken from each font, as its own code has them. Those that look like a digit in some style are left
out: O, I, l, S, Z, B, G, b, g, q, slashed and dotted rings, lone bars, and what becomes one of these in haste."""


@cache
def glyphs() -> tuple[Paths, ...]:
    """All of them, each in a box of side 1.

    Raises:
        ModuleNotFoundError: the package Hershey-Fonts is not installed.
    """
    from HersheyFonts import HersheyFonts  # here, since nothing but training on strokes needs it

    fonts, found = HersheyFonts(), []
    for name, characters in _WANTED.items():
        fonts.load_default_font(name)
        for character in characters:
            strokes = [np.array(stroke, dtype=np.float64) for stroke in fonts.strokes_for_text(character) if stroke]
            found.append(boxed(strokes))
    return tuple(found)
