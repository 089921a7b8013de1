"""A drawing changed little by little, as the network is then given it: turned, slanted, shifted and so on.

Turned and slanted ink is prepared as any drawing is. Place, size and pen width are what preparation undoes, so ink is
shifted, scaled, and drawn with another pen after it, in the 28×28 pixels; noise is laid on them. A picture, which has
28×28 pixels alone, is changed there throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.ink.raster.render import SIDE, STROKE, antialiased, centred, covered, fit, nearest, render
from digitpad.ink.strokes import Floats, Ink, Picture, Stroke

Kind = Literal["turn", "slant", "shift_across", "shift_down", "scale", "width", "noise"]


@dataclass(frozen=True)
class Span:
    """How far a change goes.

    Attributes:
        low, high: the amounts at its ends.
        none: the amount that changes nothing, between them.
    """

    low: float
    high: float
    none: float = 0.0

    def share(self, amount: float) -> float:
        """How large a change is, of the largest in its direction: 0 to 1."""
        end = self.high if amount > self.none else self.low
        return (amount - self.none) / (end - self.none) if amount != self.none else 0.0


SPANS: Mapping[Kind, Span] = {
    "turn": Span(-60, 60),
    "slant": Span(-45, 45),
    "shift_across": Span(-8, 8),
    "shift_down": Span(-8, 8),
    "scale": Span(0.4, 1.6, 1.0),
    "width": Span(1.0, 6.0, STROKE),
    "noise": Span(0, 1),
}
"""Degrees clockwise, and degrees to the right that upright lines lean; pixels of the 28 to the right and down; times
the size; pixels that strokes are wide, where a picture's are taken to be as wide as ink's; and the standard deviation
of the noise, 1 from paper to ink."""

_MIDDLE = SIDE / 2 + 0.5  # of pixel 14, where preparation puts the centre of mass
_FINE = 4  # points along each of a picture's pixels, where its strokes are made wider
_SEED = 0


def changed(ink: Ink, kind: Kind, amount: float) -> NDArray[np.uint8]:
    """The network input of a changed drawing.

    Args:
        ink: a picture, or one stroke at least.
        kind: what is changed.
        amount: by how much, see `SPANS`.

    Returns:
        uint8 (28, 28), 255 is ink.
    """
    if amount == SPANS[kind].none:
        return render(ink)
    if kind == "noise":
        return _noisy(render(ink), amount)
    if ink.picture is not None:
        return _changed_picture(ink.picture.network_input, kind, amount)
    if kind in ("turn", "slant"):
        return render(_bent(ink, _matrix(kind, amount)))
    width = amount if kind == "width" else STROKE
    lines = [(line - _MIDDLE) @ _matrix(kind, amount).T + _MIDDLE + _shift(kind, amount) for line in _placed(ink)]
    near = nearest([Stroke.of(line) for line in lines], width / 2, width / 2, 1.0, width, SIDE)
    return _grey(covered(near, width))


def changed_ink(ink: Ink, kind: Kind, amount: float) -> Ink:
    """A changed drawing for the pad, which is read as `changed` gives it: ink where it stays ink, else a picture."""
    if kind in ("turn", "slant") and ink.picture is None:
        return _bent(ink, _matrix(kind, amount))
    return Ink(picture=Picture.of_image(changed(ink, kind, amount)))


def _matrix(kind: Kind, amount: float) -> Floats:
    """What x and y are multiplied with, y being downwards."""
    if kind == "turn":
        cosine, sine = np.cos(np.deg2rad(amount)), np.sin(np.deg2rad(amount))
        return np.array([[cosine, -sine], [sine, cosine]])
    if kind == "slant":
        return np.array([[1.0, -np.tan(np.deg2rad(amount))], [0.0, 1.0]])
    return np.eye(2) * (amount if kind == "scale" else 1.0)


def _shift(kind: Kind, amount: float) -> Floats:
    return np.array([amount * (kind == "shift_across"), amount * (kind == "shift_down")])


def _bent(ink: Ink, matrix: Floats) -> Ink:
    """Ink about the middle of its box; all else of its points stays."""
    left, top, right, bottom = ink.bounds
    middle = np.array([left + right, top + bottom]) / 2
    strokes = []
    for stroke in ink.strokes:
        points = stroke.points.copy()
        points[:, :2] = (points[:, :2] - middle) @ matrix.T + middle
        strokes.append(Stroke.of(points, stroke.width))
    return Ink(tuple(strokes))


def _placed(ink: Ink) -> list[Floats]:
    """The lines of ink where preparation puts them in the 28×28 pixels, float64 (n, 2) each, in pixels."""
    left, top, scale = fit(ink)
    box = antialiased(ink)
    before, after = _grey(box), centred(box)
    offset = [np.flatnonzero(after.any(axis))[0] - np.flatnonzero(before.any(axis))[0] for axis in (0, 1)]
    return [(stroke.points[:, :2] - (left, top)) * scale + STROKE / 2 + offset for stroke in ink.strokes]


def _changed_picture(image: NDArray[np.uint8], kind: Kind, amount: float) -> NDArray[np.uint8]:
    grey = image / 255
    if kind == "width":
        return _grey(_rewidened(grey, (amount - STROKE) / 2))
    moved = _sampled(grey, _matrix(kind, amount), _shift(kind, amount))
    return centred(moved) if kind in ("turn", "slant") else _grey(moved)


def _sampled(grey: Floats, matrix: Floats, shift: Floats) -> Floats:
    """An image changed about its middle, between whose pixels is interpolated; paper comes in from outside."""
    places = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="xy"), axis=-1) + 0.5
    source = (places - _MIDDLE - shift) @ np.linalg.inv(matrix).T + _MIDDLE - 0.5
    low = np.floor(source).astype(np.intp)
    part = source - low
    padded = np.pad(grey, 1)
    column, row = (np.clip(low[..., axis] + 1, 0, SIDE) for axis in (0, 1))
    inside = ((low >= -1) & (low < SIDE)).all(axis=-1)
    across, down = part[..., 0], part[..., 1]
    upper = padded[row, column] * (1 - across) + padded[row, column + 1] * across
    lower = padded[row + 1, column] * (1 - across) + padded[row + 1, column + 1] * across
    sampled: Floats = np.where(inside, upper * (1 - down) + lower * down, 0.0)
    return sampled


def _rewidened(grey: Floats, radius: float) -> Floats:
    """An image whose strokes are wider by a radius in pixels on either side, or thinner where it is below 0."""
    from digitpad.ink.raster.greys import thickened  # here, since it imports Pillow, which ink does without

    at = (np.arange(SIDE * _FINE) + 0.5) / _FINE - 0.5
    rows = np.stack([np.interp(at, np.arange(SIDE), column) for column in grey.T], axis=1)
    fine = np.stack([np.interp(at, np.arange(SIDE), row) for row in rows])
    is_ink = fine >= 0.5
    if not is_ink.any():
        return grey
    reach = abs(radius) * _FINE
    drawn = (
        np.maximum(fine, thickened(is_ink, reach)) if radius > 0 else np.minimum(fine, 1 - thickened(~is_ink, reach))
    )
    before, after = (each.reshape(SIDE, _FINE, SIDE, _FINE).mean(axis=(1, 3)) for each in (fine, drawn))
    # What the finer grid blurs is put right where next to nothing is changed, and is gone after half a pixel.
    rewidened: Floats = after + (grey - before) * max(1 - 2 * abs(radius), 0.0)
    return rewidened


def _noisy(image: NDArray[np.uint8], amount: float) -> NDArray[np.uint8]:
    noise = np.random.default_rng(_SEED).normal(0, amount, image.shape)  # the same each time, so that curves are smooth
    return _grey(image / 255 + noise)


def _grey(cover: Floats) -> NDArray[np.uint8]:
    return np.rint(np.clip(cover, 0, 1) * 255).astype(np.uint8)
