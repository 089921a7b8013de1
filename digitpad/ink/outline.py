"""The outline of a line with a width: polygons that a painter fills."""

from __future__ import annotations

import numpy as np

from digitpad.ink.strokes import PRESSURE, Floats, pressure_width

CURVE_STEP = 3.0
"""Distance between points of the curve that an outline follows, in canvas units: on a pad of 1,200 pixels its edge
is nowhere more than 0.1 pixels from the curve's."""

_GENTLE_COSINE = np.cos(np.deg2rad(20))
"""A turn of up to 20 degrees between two pieces needs no round joint: the corner misses 0.4 % of the line's width."""

_CIRCLE = np.stack([np.cos(np.arange(32) * np.pi / 16), np.sin(np.arange(32) * np.pi / 16)], axis=1)


def outline(curve: Floats, width: float) -> list[Floats]:
    """Polygons whose union is a line with round ends and round corners.

    To be filled by the non-zero winding rule, as one shape: then edges inside the line do not show.

    Args:
        curve: float64 (n, 4), n ≥ 1: points of a finely sampled curve as in `Stroke.points`.
        width: pen width at `MOUSE_PRESSURE`, above 0, in the units of the curve.

    Returns:
        Closed polygons, float64 (k, 2) each, the last point joined to the first.
    """
    steps = np.diff(curve[:, :2], axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    moves = lengths > 1e-9
    curve, steps, lengths = curve[np.concatenate([[True], moves])], steps[moves], lengths[moves]
    middle, radius = curve[:, :2], pressure_width(width, curve[:, PRESSURE])[:, None] / 2
    if len(middle) == 1:
        return [middle + radius * _CIRCLE]
    ahead = steps / lengths[:, None]
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    cosine = (ahead[:-1] * ahead[1:]).sum(axis=1)
    sine = (ahead[:-1] * normal[1:]).sum(axis=1) * -1
    bend = np.abs(sine) / (1 + np.maximum(cosine, -0.999))  # tangent of half the turn
    gentle = (cosine > _GENTLE_COSINE) & (2 * radius[1:-1, 0] * bend < np.minimum(lengths[:-1], lengths[1:]))
    left = _side(middle, radius, normal, gentle, inner=sine > 0)
    right = _side(middle, -radius, normal, gentle, inner=sine < 0)
    round_at = np.concatenate([[0], np.flatnonzero(cosine <= _GENTLE_COSINE) + 1, [len(middle) - 1]])
    return [np.concatenate([right, left[::-1]]), *(middle[i] + radius[i] * _CIRCLE for i in round_at)]


def _side(middle: Floats, offset: Floats, normal: Floats, gentle: Floats, inner: Floats) -> Floats:
    """One side of the line, from its start to its end.

    A gentle joint is one point. Any other is two, the end of one piece's edge and the start of the next one's; on the
    inner side of the bend the way between them leads through the middle, or the polygon would turn inside out there.
    """
    joint, out = middle[1:-1], offset[1:-1]
    before, after = joint + out * normal[:-1], joint + out * normal[1:]
    mean = normal[:-1] + normal[1:]
    mean /= np.maximum(np.hypot(mean[:, 0], mean[:, 1]), 1e-9)[:, None]
    between = np.where(gentle[:, None], joint + out * mean, np.where(inner[:, None], joint, before))
    kept = np.ones((len(joint), 3), dtype=np.bool_)
    kept[gentle, 0] = kept[gentle, 2] = False
    joints = np.stack([before, between, after], axis=1)[kept]
    return np.concatenate([middle[:1] + offset[:1] * normal[:1], joints, middle[-1:] + offset[-1:] * normal[-1:]])
