"""How well a colour stands out from another."""

from __future__ import annotations


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21: (L1 + 0.05) / (L2 + 0.05), L1 the lighter one's relative luminance.

    WCAG 2.1, definitions of 'contrast ratio' and 'relative luminance' (https://www.w3.org/TR/WCAG21/). Text needs 4.5.

    Args:
        a: a colour, '#RRGGBB'.
        b: the other colour, '#RRGGBB'.
    """
    darker, lighter = sorted((_luminance(a), _luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
