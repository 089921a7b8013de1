"""Drawings as bare centre lines, on which stroke augmentation works."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitpad.ink.strokes import DOT, Floats, Ink, Stroke

Paths = list[Floats]
"""Strokes in the order they were made: float64 (n, 2) each, n ≥ 1, x to the right, y down."""

_SIDE = 400.0
"""Longest side of ink made from paths, in canvas units."""


def paths_of(ink: Ink) -> Paths:
    """The centre lines of some ink, moved and scaled so that the longest side of its box goes from 0 to 1."""
    return boxed([stroke.points[:, :2] for stroke in ink.strokes])


def ink_of(paths: Sequence[Floats]) -> Ink:
    """Ink along some centre lines, with the pad's usual pen."""
    return Ink(tuple(Stroke.of(path) for path in boxed(paths, _SIDE)))


def boxed(paths: Sequence[Floats], side: float = 1.0) -> Paths:
    """The same drawing in a box whose longest side goes from 0 to `side`; a dot stays one, at 0."""
    corners = np.concatenate(paths)
    low = corners.min(axis=0)
    extent = float((corners.max(axis=0) - low).max())
    scale = side / extent if extent > DOT * max(1.0, float(np.abs(corners).max())) else 0.0
    return [(path - low) * scale for path in paths]


def line(*points: tuple[float, float]) -> Floats:
    """A path through some points."""
    return np.array(points, dtype=np.float64)


def arc(
    centre: tuple[float, float], radii: tuple[float, float], start: float, sweep: float, tilt: float = 0.0
) -> Floats:
    """Part of an ellipse, a point each 20 degrees or so.

    Args:
        centre: x and y.
        radii: half its width and height.
        start: angle of the first point in degrees, clockwise from the right.
        sweep: how far it goes on from there, in degrees; below 0 counter-clockwise.
        tilt: turns the ellipse about its centre, in degrees clockwise.
    """
    angles = np.deg2rad(np.linspace(start, start + sweep, max(3, round(abs(sweep) / 20) + 1)))
    points = np.stack([radii[0] * np.cos(angles), radii[1] * np.sin(angles)], axis=1)
    turned: Floats = points @ rotation(np.deg2rad(tilt)).T + centre
    return turned


def rotation(angle: float) -> Floats:
    """The matrix (2, 2) that turns points, as columns, clockwise by an angle in radians."""
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def joined(*parts: Floats) -> Floats:
    """Several paths as one stroke."""
    return np.concatenate(parts)
