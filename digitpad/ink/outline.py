"""The outline of a line with a width: polygons that a painter fills."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.strokes import PRESSURE, Floats, pressure_width

CURVE_STEP = 3.0
"""Distance between points of the curve that an outline follows, in canvas units: on a pad of 1,200 pixels its edge
is nowhere more than 0.1 pixels from the curve's."""

_GENTLE_COSINE = np.cos(np.deg2rad(20))
"""A turn of up to 20 degrees between two pieces needs no round joint: the corner misses 0.8 % of the line's width."""

_ARC_STEP = np.pi / 24
"""Angle between corners of what is round: they lie 0.1 % of the line's width outside the sides between them."""


def outline(curve: Floats, width: float) -> list[Floats]:
    """Polygons whose union is a line with round ends and round corners.

    To be filled by the non-zero winding rule, as one shape: then edges inside the line do not show. The polygons meet
    but share no part of the line's edge, where a painter that adds up what they cover would draw it too dark.

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
        return [middle + _arc(np.array([radius[0, 0], 0.0]), 2 * np.pi)]
    ahead = steps / lengths[:, None]
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    cosine = (ahead[:-1] * ahead[1:]).sum(axis=1)
    sine = ahead[:-1, 0] * ahead[1:, 1] - ahead[:-1, 1] * ahead[1:, 0]
    bend = np.abs(sine) / (1 + np.maximum(cosine, -0.999))  # tangent of half the turn
    gentle = (cosine > _GENTLE_COSINE) & (2 * radius[1:-1, 0] * bend < np.minimum(lengths[:-1], lengths[1:]))
    left = _side(middle, radius, normal, gentle, inner=sine > 0)
    right = _side(middle, -radius, normal, gentle, inner=sine < 0)
    last = middle[-1] + _arc(-radius[-1] * normal[-1], np.pi)
    first = middle[0] + _arc(radius[0] * normal[0], np.pi)
    polygons = [np.concatenate([right, last, left[::-1], first])]
    corners = np.flatnonzero(cosine <= _GENTLE_COSINE)
    if not len(corners):
        return polygons
    # between the corner cut off and the round one, from one edge to the other as the whole turns
    turn = np.abs(np.arctan2(sine[corners], cosine[corners]))
    is_left = sine[corners, None] > 0
    starts = np.where(is_left, -radius[corners + 1] * normal[corners], radius[corners + 1] * normal[corners + 1])
    return [*polygons, *_arcs(middle[corners + 1], starts, turn)]


def _arc(start: Floats, angle: float) -> Floats:
    """Points on an arc round 0 from a place, both ends included; positive angles turn from x to y."""
    return _arcs(np.zeros((1, 2)), start[None], np.array([angle]))[0]


def _arcs(middles: Floats, starts: Floats, angles: Floats) -> list[Floats]:
    """Points on arcs round places, (n, 2), from others relative to those, (n, 2), all at once: a scribble has many."""
    counts = np.maximum(np.ceil(np.abs(angles) / _ARC_STEP).astype(np.intp) + 1, 2)
    ends = np.cumsum(counts)
    arc = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(ends[-1]) - (ends - counts)[arc]
    turns = angles[arc] * place / (counts - 1)[arc]
    cosine, sine, (x, y) = np.cos(turns), np.sin(turns), starts[arc].T
    points = middles[arc] + np.stack([x * cosine - y * sine, x * sine + y * cosine], axis=1)
    return np.split(points, ends[:-1])


def _side(
    middle: Floats, offset: Floats, normal: Floats, gentle: NDArray[np.bool_], inner: NDArray[np.bool_]
) -> Floats:
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
