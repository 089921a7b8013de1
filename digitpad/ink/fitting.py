"""How ink from elsewhere comes to lie on the pad."""

from __future__ import annotations

import numpy as np

from digitpad.ink.strokes import DEFAULT_WIDTH, DOT, PAD_SIDE, PEN_WIDTHS, Ink, Stroke


def fitted(ink: Ink, side: float = PAD_SIDE, margin: float = 0.1) -> Ink:
    """Ink from elsewhere, moved and scaled, aspect ratio kept, so that a pad shows it well.

    Ink that lies on the pad already and spans more than a fifth of it stays as it is; a dot is moved alone. Pen widths
    grow and shrink with the drawing within `PEN_WIDTHS`, but for `DEFAULT_WIDTH`, which ink without a stated width has
    in any units.

    Args:
        ink: any ink.
        side: side of the pad in canvas units.
        margin: free part of the pad at each side, 0 to below 0.5.
    """
    left, top, right, bottom = ink.bounds
    extent = max(right - left, bottom - top)
    inside = min(left, top) >= 0 and max(right, bottom) <= side
    if not ink.strokes or (inside and extent > side / 5):
        return ink
    dot = DOT * max(1.0, -left, -top, right, bottom)
    scale = side * (1 - 2 * margin) / extent if extent > dot else 1.0
    middle = np.array([left + right, top + bottom]) / 2
    strokes = []
    for stroke in ink.strokes:
        points = stroke.points.copy()
        points[:, :2] = (points[:, :2] - middle) * scale + side / 2
        stated = stroke.width != DEFAULT_WIDTH
        strokes.append(Stroke.of(points, float(np.clip(stroke.width * scale, *PEN_WIDTHS)) if stated else stroke.width))
    return Ink(tuple(strokes))
