"""Drawings as pictures for other programs: SVG and PNG, with the same curve and the same widths as on the pad.

A picture that stands on the pad is shown as it is, as large as the pad holds it.
"""

from __future__ import annotations

import io
from base64 import b64encode

import numpy as np
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from digitpad.ink.geometry import smooth
from digitpad.ink.outline import CURVE_STEP, outline
from digitpad.ink.strokes import PAD_SIDE, PRESSURE, Floats, Ink, pressure_width

_SAMPLES = 4
"""Samples a pixel and direction in a PNG."""


def to_svg(ink: Ink) -> str:
    """The pad as an SVG document: black strokes on nothing, one user unit a canvas unit.

    A stroke of even pressure is one stroked path, one of varying pressure or a dot its filled outline.
    """
    side = f"{PAD_SIDE:g}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">',
        '  <g stroke-linecap="round" stroke-linejoin="round">',
    ]
    if ink.picture is not None:
        left, top, width, height = ink.picture.place
        data = b64encode(png(Image.fromarray(ink.picture.pixels))).decode()
        box = f'x="{left:.6g}" y="{top:.6g}" width="{width:.6g}" height="{height:.6g}"'
        lines.append(f'    <image {box} href="data:image/png;base64,{data}"/>')
    for stroke in ink.strokes:
        curve = smooth(stroke.points, CURVE_STEP)
        width = float(pressure_width(stroke.width, curve[0, PRESSURE]))
        if len(curve) > 1 and np.ptp(curve[:, PRESSURE]) < 1e-6:
            lines.append(f'    <path fill="none" stroke="#000" stroke-width="{width:.6g}" d="{_path(curve)}"/>')
        else:
            edges = "".join(f"{_path(polygon)}Z" for polygon in outline(curve, stroke.width))
            lines.append(f'    <path d="{edges}"/>')
    return "\n".join([*lines, "  </g>", "</svg>", ""])


def to_png(ink: Ink, side: int = 1024) -> bytes:
    """The pad as a PNG file: black strokes on white, antialiased; grey levels, or RGB with a picture.

    Args:
        ink: any ink; what lies outside of the pad's square is cut off.
        side: width and height in pixels, 1 to 4096.
    """
    scale = side * _SAMPLES / PAD_SIDE
    canvas = Image.new("L", (side * _SAMPLES, side * _SAMPLES), 255)
    draw = ImageDraw.Draw(canvas)
    for stroke in ink.strokes:
        curve = smooth(stroke.points, CURVE_STEP)
        radii = pressure_width(stroke.width, curve[:, PRESSURE]) * scale / 2
        _draw(draw, curve[:, :2] * scale, np.maximum(radii, 0.5))
    page = canvas.reduce(_SAMPLES)
    if ink.picture is not None:
        page = page.convert("RGB")
        left, top, width, height = (round(value * side / PAD_SIDE) for value in ink.picture.place)
        shown = Image.fromarray(ink.picture.pixels).resize((max(width, 1), max(height, 1)))
        page.paste(shown, (left, top), shown)
    return png(page)


def png(image: Image.Image, comment: str = "") -> bytes:
    """A picture as a PNG file, with a comment in it."""
    file, info = io.BytesIO(), PngInfo()
    if comment:
        info.add_text("Comment", comment)
    image.save(file, format="PNG", pnginfo=info)
    return file.getvalue()


def _path(points: Floats) -> str:
    return "M" + " L".join(f"{x:.6g} {y:.6g}" for x, y in points[:, :2].tolist())


def _draw(draw: ImageDraw.ImageDraw, points: Floats, radii: Floats) -> None:
    """Discs at the points and quadrilaterals between them, all in samples."""
    for (x, y), r in zip(points.tolist(), radii.tolist(), strict=True):
        left, top, diameter = round(x - r), round(y - r), max(round(2 * r), 1)
        box = [left, top, left + diameter - 1, top + diameter - 1]
        if diameter < 3:  # too small for Pillow's ellipse
            draw.rectangle(box, fill=0)
        else:
            draw.ellipse(box, fill=0)
    steps = np.diff(points, axis=0)
    lengths = np.hypot(*steps.T)
    normals = np.stack([-steps[:, 1], steps[:, 0]], axis=1) / np.where(lengths > 0, lengths, 1)[:, None]
    start, end = normals * radii[:-1, None], normals * radii[1:, None]
    corners = np.stack([points[:-1] + start, points[1:] + end, points[1:] - end, points[:-1] - start], axis=1) - 0.5
    for quadrilateral, length in zip(corners.reshape(-1, 8).tolist(), lengths.tolist(), strict=True):
        if length > 0:
            draw.polygon(quadrilateral, fill=0)
