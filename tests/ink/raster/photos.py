"""Photos of a digit on paper, made up: a desk, a sheet that lies on it askew, its ruling, a shadow, ink, noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from digitpad.ink.geometry import smooth

HEIGHT, WIDTH = 600, 800


@dataclass(frozen=True)
class Photo:
    """What a photo shows.

    Attributes:
        desk: grey level of the desk, None where the sheet fills the photo.
        sheet: left, top, right and bottom of the sheet in shares of the photo; beyond 0 and 1 it goes on outside.
        turn: degrees by which the sheet, and all on it, lies askew.
        ruling: 'squares', 'lines', or '' for plain paper.
        ruled: share of the light that a line of the ruling takes.
        shadow: share of the light that a shadow over a part of the sheet takes.
        soft: whether the shadow's edge is soft.
        pen: width of the pen in pixels.
        ink: share of the light that the ink takes.
        side: side of the digit in pixels.
        paper: grey level of the paper where the light is full.
    """

    desk: int | None = None
    sheet: tuple[float, float, float, float] = (-0.2, -0.2, 1.2, 1.2)
    turn: float = 0.0
    ruling: str = ""
    ruled: float = 0.25
    shadow: float = 0.0
    soft: bool = True
    pen: float = 9.0
    ink: float = 0.7
    side: int = 190
    paper: int = 225
    seed: int = 0


def turned(degrees: float) -> np.ndarray:
    """What turns rows of x and y."""
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def photo(strokes: list[list[tuple[float, float]]], what: Photo) -> Image.Image:
    """A photo, mode L, of a digit that is given by strokes in a unit square; it lies near the sheet's middle."""
    random = np.random.default_rng(what.seed)
    left, top, right, bottom = what.sheet
    middle = np.array([(max(left, 0) + min(right, 1)) / 2 * WIDTH, (max(top, 0) + min(bottom, 1)) / 2 * HEIGHT])
    turn = turned(what.turn)

    def placed(points):
        return [tuple(point) for point in (np.array(points) - middle) @ turn + middle]

    light = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(light)
    if what.ruling:
        step, line = 24, int(255 * (1 - what.ruled))
        for y in np.arange(-HEIGHT, 2 * HEIGHT, step):
            draw.line(placed([(-WIDTH, y), (2 * WIDTH, y)]), fill=line, width=2)
        for x in np.arange(-WIDTH, 2 * WIDTH, step) if what.ruling == "squares" else ():
            draw.line(placed([(x, -HEIGHT), (x, 2 * HEIGHT)]), fill=line, width=2)
    ink = Image.new("L", (WIDTH, HEIGHT), 0)
    pen = ImageDraw.Draw(ink)
    for stroke in strokes:
        points = placed(smooth(np.array(stroke), 0.01) * what.side - what.side / 2 + middle)
        pen.line(points, fill=255, width=round(what.pen), joint="curve")
        for x, y in points:
            pen.ellipse([x - what.pen / 2, y - what.pen / 2, x + what.pen / 2, y + what.pen / 2], fill=255)
    page = np.asarray(light, float) / 255 * (1 - what.ink * np.asarray(ink, float) / 255) * what.paper
    if what.desk is not None:
        sheet = Image.new("L", (WIDTH, HEIGHT), 0)
        x, y = (left * WIDTH, right * WIDTH), (top * HEIGHT, bottom * HEIGHT)
        ImageDraw.Draw(sheet).polygon(placed([(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]), fill=255)
        grain = np.cumsum(random.normal(0, 1.2, (HEIGHT, 1)), axis=0) % 14 + random.normal(0, 3, (HEIGHT, WIDTH))
        page = np.where(np.asarray(sheet) > 127, page, what.desk + grain)
    y, x = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    page *= 1 - 0.15 * x - 0.1 * y
    across = (x + 0.5 * y - 0.75) * (12 if what.soft else 150)
    page *= 1 - what.shadow / (1 + np.exp(np.clip(-across, -50, 50)))
    image = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    noisy = np.asarray(image, float) + random.normal(0, 4, (HEIGHT, WIDTH))
    return Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))
