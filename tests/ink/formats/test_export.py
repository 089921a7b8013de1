import io
from base64 import b64decode
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from digitpad.ink.formats.export import to_png, to_svg
from digitpad.ink.strokes import Ink, Picture, Stroke, pressure_width

SVG = "{http://www.w3.org/2000/svg}"


def png(ink, side=1024):
    with Image.open(io.BytesIO(to_png(ink, side))) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (side, side))
        return np.asarray(image).astype(int)


def ink(*strokes):
    return Ink(tuple(strokes))


def paths(svg):
    return ET.fromstring(svg).findall(f".//{SVG}path")


def test_a_line_covers_its_width_with_round_ends():
    grey = png(ink(Stroke.of([[200, 500], [800, 500]], 40)), side=1000)
    assert (255 - grey[:, 500]).sum() / 255 == pytest.approx(40, abs=0.6)
    rows, columns = np.flatnonzero((grey < 128).any(axis=1)), np.flatnonzero((grey < 128).any(axis=0))
    assert [rows[0], rows[-1], columns[0], columns[-1]] == pytest.approx([480, 519, 180, 819], abs=1)
    area = (255 - grey).sum() / 255
    assert area == pytest.approx(600 * 40 + np.pi * 20**2, rel=0.01)


def test_edges_are_antialiased():
    grey = png(ink(Stroke.of([[200, 300], [800, 500]], 40)), side=256)
    assert len(np.unique(grey)) > 8
    assert (grey[0], grey.min(), grey.max()) == (pytest.approx(255), 0, 255)


def test_pressure_is_width():
    grey = png(ink(Stroke.of([[100, 500, 0, 0.0], [900, 500, 1, 1.0]], 50)), side=1000)
    across = (255 - grey).sum(axis=0) / 255
    for x in (200, 500, 800):
        expected = pressure_width(50, np.array((x - 100) / 800))
        assert across[x] == pytest.approx(expected, abs=1.2)


def test_a_point_is_a_disc():
    grey = png(ink(Stroke.of([[250, 750]], 80)), side=500)
    assert (255 - grey).sum() / 255 == pytest.approx(np.pi * 20**2, rel=0.02)
    rows, columns = np.nonzero(grey < 128)
    assert (rows.mean(), columns.mean()) == pytest.approx((374.5, 124.5), abs=0.3)


def test_no_ink_is_white():
    assert (png(Ink(), 64) == 255).all()


def corners(path):
    polygons = path.get("d").removesuffix("Z").split("M")[1:]
    return [np.array([[float(v) for v in at.split()] for at in p.removesuffix("Z").split(" L")]) for p in polygons]


def test_an_even_stroke_is_one_svg_path():
    svg = to_svg(ink(Stroke.of([[100, 100], [200, 300], [400, 350]], 30)))
    assert ET.fromstring(svg).get("viewBox") == "0 0 1000 1000"
    assert ET.fromstring(svg).find(f"{SVG}g").get("stroke-linecap") == "round"
    (path,) = paths(svg)
    assert (float(path.get("stroke-width")), path.get("stroke"), path.get("fill")) == (30, "#000", "none")


def test_a_point_is_a_filled_disc_in_svg():
    (path,) = paths(to_svg(ink(Stroke.of([[50, 60]], 30))))
    (disc,) = corners(path)
    np.testing.assert_allclose(np.hypot(*(disc - (50, 60)).T), 15, atol=1e-3)


def test_varying_pressure_is_a_filled_outline_in_svg():
    (path,) = paths(to_svg(ink(Stroke.of([[100, 500, 0, 0.0], [900, 500, 1, 1.0]], 50))))
    assert path.get("stroke") is None
    edge = np.concatenate(corners(path))
    assert np.abs(edge[edge[:, 0] <= 100, 1] - 500).max() == pytest.approx(10, abs=0.1)
    assert np.abs(edge[edge[:, 0] >= 900, 1] - 500).max() == pytest.approx(40, abs=0.1)


def test_a_picture_is_shown_in_the_middle_of_the_pad():
    pixels = np.zeros((20, 40, 4), np.uint8)
    pixels[:, :20] = [255, 0, 0, 255]
    shown = Ink(picture=Picture(pixels, np.zeros((28, 28), np.uint8)))
    with Image.open(io.BytesIO(to_png(shown, 100))) as image:
        assert image.size == (100, 100)
        assert [image.getpixel(at) for at in ((20, 50), (80, 50), (20, 10))] == [
            (255, 0, 0),
            (255, 255, 255),
            (255, 255, 255),
        ]
    (element,) = ET.fromstring(to_svg(shown)).findall(f".//{SVG}image")
    assert [float(element.get(k)) for k in ("x", "y", "width", "height")] == [0, 250, 1000, 500]
    kind, _, data = element.get("href").partition(",")
    assert kind == "data:image/png;base64"
    with Image.open(io.BytesIO(b64decode(data))) as image:
        assert (np.asarray(image) == pixels).all()


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000), st.just(0.0), st.floats(0, 1)), min_size=1, max_size=8),
    st.floats(1, 100),
)
@example([(0, 1000, 0, 0)], 1)
@example([(0, 0, 0, 0.5)], 2)
@example([(125, 125, 0, 0.5)], 2)
def test_both_show_the_ends_of_any_stroke_and_nothing_far_from_it(rows, width):
    stroke = Stroke.of(rows, width)
    svg = to_svg(ink(stroke))
    (path,) = paths(svg)
    shown = np.concatenate(corners(path))
    low, high = stroke.points[:, :2].min(axis=0), stroke.points[:, :2].max(axis=0)
    for at in stroke.points[[0, -1], :2]:
        assert np.hypot(*(shown - at).T).min() <= 0.8 * width + 0.01
    assert (shown >= low - width - 1e-2).all()
    assert (shown <= high + width + 1e-2).all()
    grey = png(ink(stroke), 128)
    for x, y in stroke.points[[0, -1], :2] * 0.128:
        if min(x, y) >= 1 and max(x, y) < 127:  # a line thinner than a pixel, on the pad's very edge, may not show
            row, column = int(y), int(x)
            assert grey[row - 1 : row + 2, column - 1 : column + 2].min() < 255  # it lies in the pixel or touches it
