import contextlib
import io
import os
import re
import struct
import zlib
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from digitpad.domain.errors import InputError
from digitpad.ink.formats.opening import open_inks
from digitpad.ink.geometry import smooth
from digitpad.ink.raster.picture import find_digit, picture_input
from digitpad.ink.raster.picture_file import MAX_PIXELS, read_picture
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink, Stroke
from tests.ink.raster.photos import Photo, photo, turned

# Digits as strokes in a unit square.
DIGITS = {
    "two": [[(0.1, 0.25), (0.3, 0.02), (0.6, 0.1), (0.55, 0.4), (0.05, 0.95), (0.4, 0.9), (0.75, 0.98)]],
    "four": [[(0.3, 0.0), (0.05, 0.6), (0.75, 0.6)], [(0.6, 0.3), (0.55, 1.0)]],
    "five": [[(0.2, 0.0), (0.15, 0.45), (0.5, 0.4), (0.65, 0.7), (0.4, 1.0), (0.05, 0.9)], [(0.2, 0.0), (0.65, 0.02)]],
    "one": [[(0.1, 0.0), (0.0, 1.0)]],
    "zero": [[(0.4, 0.0), (0.05, 0.3), (0.1, 0.8), (0.4, 1.0), (0.7, 0.7), (0.65, 0.2), (0.4, 0.0)]],
}
every_digit = pytest.mark.parametrize("digit", DIGITS)


def expected(digit, stroke=2.4):
    return render(Ink(tuple(Stroke.of(np.array(line) * 500 + 100) for line in DIGITS[digit])), stroke)


def coverage(digit, shape=(400, 400), at=(80, 60), side=200, pen=24):
    """Float (h, w), 0 to 1: the digit as any painting program would draw it, `at` is x, y of its box."""
    samples = 4
    image = Image.new("L", (shape[1] * samples, shape[0] * samples))
    draw = ImageDraw.Draw(image)
    for line in DIGITS[digit]:
        curve = (smooth(np.array(line), 0.01) * (side - pen) + at + pen / 2) * samples
        draw.line([tuple(p) for p in curve.tolist()], fill=255, width=max(round(pen * samples), 1), joint="curve")
        for x, y in curve.tolist():
            r = pen * samples / 2
            draw.ellipse([x - r, y - r, x + r, y + r], fill=255)
    return np.asarray(image.reduce(samples), dtype=float) / 255


def grey(values):
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def difference(image, reference):
    """Mean absolute difference in grey levels, at the best shift by up to one pixel.

    A centre of mass half-way between two pixels may be rounded either way.
    """
    found = picture_input(image).astype(int)
    shifts = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return min(np.abs(np.roll(found, shift, (0, 1)) - reference).mean() for shift in shifts)


@every_digit
@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (60, 200), (220, 90)])
def test_dark_on_light_and_light_on_dark(digit, ink, paper):
    image = grey(paper + (ink - paper) * coverage(digit))
    assert difference(image, expected(digit)) < 12


@settings(max_examples=25, deadline=None)
@given(
    digit=st.sampled_from(sorted(DIGITS)),
    side=st.integers(60, 380),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    dark=st.booleans(),
)
def test_neither_place_nor_size_matters(digit, side, place, dark):
    at = (int(place[0] * (400 - side)), int(place[1] * (400 - side)))
    drawn = coverage(digit, at=at, side=side, pen=side * 0.12)
    image = grey(255 * (1 - drawn) if dark else 255 * drawn)
    assert difference(image, expected(digit)) < 13
    found = picture_input(image)
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20


def has_clear_rim(image):
    """Whether the outermost rows and columns are half covered at least, so that the box is plain at any scale."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return min(image[rows[[0, -1]]].max(axis=1).min(), image[:, columns[[0, -1]]].max(axis=0).min()) > 140


NETWORK_INPUTS = [
    found for digit in DIGITS for width in (2.4, 2.7, 3, 3.3, 4) if has_clear_rim(found := expected(digit, width))
]


@settings(max_examples=40, deadline=None)
@given(
    original=st.sampled_from(NETWORK_INPUTS),
    factor=st.integers(1, 9),
    place=st.tuples(st.integers(0, 150), st.integers(0, 150)),
    dark=st.booleans(),
)
def test_a_network_input_enlarged_and_placed_anywhere_comes_back(original, factor, place, dark):
    page = np.zeros((28 * factor + 150, 28 * factor + 150), np.uint8)
    page[place[1] :, place[0] :][: 28 * factor, : 28 * factor] = original.repeat(factor, 0).repeat(factor, 1)
    found = picture_input(Image.fromarray(255 - page if dark else page)).astype(int)
    shifts = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    errors = {shift: np.abs(np.roll(found, shift, (0, 1)) - original).mean() for shift in shifts}
    assert min(errors, key=errors.get) == (0, 0)
    assert errors[0, 0] < 3


@every_digit
def test_what_a_network_sees_is_seen_so_again(digit):
    original = expected(digit)
    assert difference(Image.fromarray(original), original) < 1
    assert difference(Image.fromarray(255 - original), original) < 1


@every_digit
@pytest.mark.parametrize("pen", [1, 3, 8, 24])
def test_thin_pens_get_the_width_that_the_network_knows(digit, pen):
    image = grey(255 * (1 - coverage(digit, pen=pen)))
    assert picture_input(image).mean() == pytest.approx(expected(digit).mean(), rel=0.15)
    assert difference(image, expected(digit)) < 12


@every_digit
def test_photographed_paper(digit):
    random = np.random.default_rng(5)
    ink = coverage(digit, (600, 800), (310, 140), 260, 30)
    y, x = np.mgrid[0:1:600j, 0:1:800j]
    light = 215 - 90 * x - 40 * y * y
    light -= 50 / (1 + np.exp(-(x + 0.4 * y - 0.95) * 60))  # the shadow of a hand
    image = grey(light * (1 - 0.75 * ink) + random.normal(0, 6, ink.shape))
    assert difference(image, expected(digit)) < 12


SHEETS = {
    "on a desk": {"sheet": (0.1, 0.1, 0.9, 0.9)},
    "small on a desk": {"sheet": (0.3, 0.3, 0.7, 0.75)},
    "beyond the left edge": {"sheet": (-0.3, -0.3, 0.85, 0.9)},
    "beside a desk": {"sheet": (0.1, -0.2, 1.3, 1.3)},
    "above a desk": {"sheet": (-0.3, -0.3, 1.3, 0.8)},
}
LIGHTS = {
    "squares": {"ruling": "squares", "ruled": 0.3},
    "dark squares": {"ruling": "squares", "ruled": 0.6, "ink": 0.6},
    "lines": {"ruling": "lines", "ruled": 0.45},
    "soft shadow": {"shadow": 0.55},
    "hard shadow": {"shadow": 0.4, "soft": False},
    "squares in a soft shadow": {"ruling": "squares", "shadow": 0.55},
    "squares in a hard shadow": {"ruling": "squares", "shadow": 0.4, "soft": False},
}
PHOTOS = {
    **{f"{name}, {desk}": Photo(desk=desk, **sheet) for name, sheet in SHEETS.items() for desk in (50, 130)},
    **{f"{name}, {turn}°": Photo(turn=turn, **light) for name, light in LIGHTS.items() for turn in (0, 4)},
    "squares on a desk in a hard shadow": Photo(120, ruling="squares", shadow=0.4, soft=False, **SHEETS["on a desk"]),
    "lines beside a desk, askew": Photo(60, turn=-8, ruling="lines", shadow=0.4, **SHEETS["beside a desk"]),
    "a pale thin pen": Photo(40, turn=3, ink=0.35, pen=6, **SHEETS["on a desk"]),
    "chalk on a dark sheet": Photo(200, turn=3, paper=60, ink=-2.0, **SHEETS["on a desk"]),
}


@pytest.mark.parametrize(("name", "digit"), list(zip(PHOTOS, cycle(["two", "zero", "four"]), strict=False)))
def test_a_photo_of_a_sheet_shows_the_digit_and_neither_desk_nor_shadow_nor_ruling(name, digit):
    image, what = photo(DIGITS[digit], PHOTOS[name]), PHOTOS[name]
    lines = [Stroke.of(np.array(line) * 500 @ turned(what.turn) + 100) for line in DIGITS[digit]]
    assert difference(image, render(Ink(tuple(lines)))) < 16
    _, (left, top, right, bottom) = find_digit(image)
    assert (right - left) * 800 == pytest.approx(what.side * 0.75, abs=45)
    assert (bottom - top) * 600 == pytest.approx(what.side, abs=45)


def test_ink_is_looked_for_in_a_part_of_the_picture_alone():
    page = coverage("five", (400, 800), (60, 80), 200, 24) + coverage("two", (400, 800), (500, 80), 200, 24)
    image = grey(255 * (1 - page))
    for digit, left, right in (("five", 0.0, 0.5), ("two", 0.5, 1.0)):
        found, box = find_digit(image, (left, 0.0, right, 1.0))
        assert np.abs(found.astype(int) - expected(digit)).mean() < 12
        assert left < box[0] < box[2] < right
    for nothing in ((0.4, 0.0, 0.6, 1.0), (0.5, 0.5, 0.5, 0.5)):
        assert find_digit(image, nothing) == (pytest.approx(0), nothing)


def test_specks_and_lines_along_the_edge_are_no_ink():
    page = coverage("five", (500, 500), (150, 130), 220, 26)
    page[30:33, 400:404] = page[450:454, 60:63] = 1
    page[:, :6] = page[490:, :] = 1
    assert difference(grey(255 * (1 - page)), expected("five")) < 9


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 60)])
def test_ink_on_nothing(colour):
    pixels = np.zeros((400, 400, 4), np.uint8)
    pixels[..., :3] = colour
    pixels[..., 3] = np.rint(coverage("two") * 255)
    assert difference(Image.fromarray(pixels), expected("two")) < 9


def test_a_sheet_with_transparent_corners_is_paper():
    pixels = np.zeros((400, 400, 4), np.uint8)
    pixels[..., :3] = np.rint(240 - 220 * coverage("two"))[..., None]
    pixels[20:380, 20:380, 3] = 255
    assert difference(Image.fromarray(pixels), expected("two")) < 9
    hidden = pixels[..., 3] == 0
    pixels[hidden, :3] = np.random.default_rng(1).integers(0, 255, (hidden.sum(), 3))
    assert difference(Image.fromarray(pixels), expected("two")) < 9


def test_what_lets_hardly_more_through_than_the_rest_is_no_ink():
    pixels = np.zeros((400, 400, 4), np.uint8)
    pixels[..., 3] = np.rint(225 + 30 * coverage("two"))
    assert not picture_input(Image.fromarray(pixels)).any()


def test_half_transparent_ink_and_a_half_transparent_sheet_are_told_apart():
    ink = coverage("two")
    pixels = np.zeros((400, 400, 4), np.uint8)
    pixels[..., 3] = np.rint(100 * ink)
    assert difference(Image.fromarray(pixels), expected("two")) < 9
    pixels[..., :3] = np.rint(240 - 220 * ink)[..., None]
    pixels[..., 3] = 0
    pixels[20:380, 20:380, 3] = 120
    assert difference(Image.fromarray(pixels), expected("two")) < 9


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "LA", "RGBA", "I;16"])
def test_every_mode_of_pixels(mode):
    image = grey(255 * (1 - coverage("four")))
    if mode == "I;16":
        image = Image.fromarray((np.asarray(image).astype(np.uint16)) * 257)
    else:
        image = image.convert("RGB").convert(mode)
    assert image.mode == mode
    assert difference(image, expected("four")) < 9


def test_ink_of_a_single_tone():
    page = np.zeros((5, 5), np.uint8)
    page[2, 1:4] = 200
    assert picture_input(Image.fromarray(page)).any()


def blank_pictures():
    random = np.random.default_rng(2)
    x = np.linspace(0, 1, 300)[None].repeat(200, 0)
    yield "white", Image.new("L", (50, 40), 255)
    yield "black", Image.new("RGB", (50, 40))
    yield "noise", grey(200 + random.normal(0, 8, (300, 300)))
    yield "uneven light", grey(220 - 120 * x + random.normal(0, 4, x.shape))
    yield "soft shadow", grey(220 - 60 / (1 + np.exp(-(x - 0.5) * 15)) + random.normal(0, 4, x.shape))
    yield "transparent", Image.new("RGBA", (50, 40))
    yield "half transparent", Image.new("RGBA", (50, 40), (10, 20, 30, 128))
    yield "one pixel", Image.new("L", (1, 1), 9)
    yield "no pixel", Image.new("L", (0, 5))
    yield "a line of pixels", Image.new("L", (1000, 1), 9)


@pytest.mark.parametrize("image", [pytest.param(image, id=name) for name, image in blank_pictures()])
def test_a_blank_picture_gives_no_ink(image):
    found = picture_input(image)
    assert found.shape == (28, 28)
    assert found.dtype == np.uint8
    assert not found.any()


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32))
def test_any_picture_gives_a_network_input(width, height, seed):
    pixels = np.random.default_rng(seed).choice(np.array([0, 0, 0, 40, 200, 255], np.uint8), (height, width))
    found = picture_input(Image.fromarray(pixels))
    assert (found.shape, found.dtype) == ((28, 28), np.uint8)
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    assert not found.any() or max(np.ptp(rows), np.ptp(columns)) < 20


# Files


@pytest.fixture
def five():
    return grey(255 * (1 - coverage("five")))


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "webp"])
def test_pictures_are_read_from_files(tmp_path, five, ending):
    path = tmp_path / f"five.{ending}"
    five.convert("RGB").save(path)
    image = read_picture(path)
    path.unlink()  # it is closed and loaded
    assert difference(image, expected("five")) < 9


def test_a_large_photo_is_read_smaller_and_as_well(tmp_path):
    path = tmp_path / "five.jpg"
    five = grey(255 * (1 - coverage("five", (1500, 2000), (600, 400), 500, 20))).resize((4000, 3000))
    five.save(path)
    image = read_picture(path)
    assert 1500 <= max(image.size) <= 2000
    assert difference(image, expected("five")) < 12


def test_a_photo_is_turned_as_its_orientation_says(tmp_path, five):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to show
    five.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "five.jpg", exif=exif)
    assert difference(read_picture(tmp_path / "five.jpg"), expected("five")) < 9
    with Image.open(tmp_path / "five.jpg") as untouched:
        assert difference(untouched, expected("five")) < 9


def test_a_rotated_photo_stands_upright_on_the_pad(tmp_path, five):
    exif = Image.Exif()
    exif[0x0112] = 6
    five.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "five.png", exif=exif)
    (ink,) = open_inks(tmp_path / "five.png")
    upright = np.array(five.convert("RGBA"))
    assert ink.picture.pixels.shape == upright.shape
    assert (ink.picture.pixels == upright).all()


def test_a_damaged_exif_header_is_refused_or_left_alone(tmp_path, five):
    exif = Image.Exif()
    exif[0x0112] = 6
    five.save(tmp_path / "five.jpg", exif=exif)
    data = (tmp_path / "five.jpg").read_bytes()
    place = data.index(b"Exif\0\0") + 6
    for damage in (b"", b"MM", b"II*\0\xff\xff\xff\xff", b"\0" * 8, b"II*\0\x08\0\0\0\xff\xff"):
        (tmp_path / "five.jpg").write_bytes(data[:place] + damage + data[place + len(damage) :])
        with contextlib.suppress(InputError):
            assert open_inks(tmp_path / "five.jpg")[0].picture.network_input.any()
    (tmp_path / "five.jpg").write_bytes(data[:place] + b"\xff" * 8 + data[place + 8 :])
    with contextlib.suppress(InputError):
        open_inks(tmp_path / "five.jpg")


def test_transparency_longer_than_the_palette_is_refused_or_read(tmp_path, five):
    path = tmp_path / "five.png"
    five.convert("P", palette=Image.Palette.ADAPTIVE, colors=4).save(path)
    data = path.read_bytes()
    place = data.index(b"IDAT") - 4
    for count in (3, 5, 200, 257, 5000):
        body = b"tRNS" + b"\x80" * count
        chunk = count.to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
        path.write_bytes(data[:place] + chunk + data[place:])
        with contextlib.suppress(InputError):
            open_inks(path)


@pytest.mark.parametrize("name", ["five.png", "five.inkml", "five.tra"])
def test_a_pipe_named_like_a_drawing_is_not_waited_for(tmp_path, name):
    if not hasattr(os, "mkfifo"):
        pytest.skip("the system has no such pipes")
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="is a folder or a device"):
        open_inks(tmp_path / name)


@pytest.mark.parametrize(("settings", "most"), [({}, 25), ({"progressive": True}, 25)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_pictures_that_are_unpacked_whole_have_half_the_bound(tmp_path, kind, settings, most):
    if kind == "PNG" and settings:
        return
    image = Image.new("L", (6000, 5000), 255)
    image.save(tmp_path / "page.png", format=kind, **settings)
    if kind == "JPEG" and not settings:
        assert max(read_picture(tmp_path / "page.png").size) < 3200
    else:
        with pytest.raises(InputError, match=f"more than {most} megapixels"):
            read_picture(tmp_path / "page.png")


def contents(image, kind):
    file = io.BytesIO()
    image.save(file, format=kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"hello", "is not a picture"),
        (b"GIF89a" + bytes(40), "has the format GIF"),
        (b"II*\0" + bytes(40), "has the format TIFF"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "has the format HEIC"),
        (b"\n<svg xmlns='http://www.w3.org/2000/svg'/>", "has the format SVG"),
        (b"\x80\x04\x95" + bytes(40), "is not a picture"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path, data, says):
    path = tmp_path / "five.png"
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"^five\.png {says}.*Choose a .* WebP picture, or drawings as InkML\.$"):
        read_picture(path)


@pytest.mark.parametrize("start", [b"\x1f\x8b", b"\x1f\x9d", b"PK\x03\x04"])
def test_a_compressed_file_is_to_be_unpacked(tmp_path, start):
    path = tmp_path / "pendigits-orig.tra.Z"
    path.write_bytes(start + bytes(40))
    with pytest.raises(InputError, match=r"^pendigits-orig\.tra\.Z is compressed\. Unpack it first"):
        read_picture(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_truncated_pictures_are_refused(tmp_path, kind, share):
    data = contents(grey(np.random.default_rng(1).uniform(0, 255, (64, 64))), kind)
    path = tmp_path / "five.png"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match=r"^five\.png is (truncated or damaged|not a picture)"):
        read_picture(path)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["PNG", "JPEG", "BMP", "WEBP"]),
    st.lists(st.tuples(st.integers(0), st.binary(min_size=1, max_size=6)), max_size=5),
    st.data(),
)
def test_damaged_pictures_are_read_or_refused(tmp_path_factory, kind, damages, data):
    content = bytearray(contents(grey(coverage("one", (40, 40), (5, 5), 30, 4) * 255), kind))
    for at, new in damages:
        at %= len(content)
        content[at : at + len(new)] = new
    path = tmp_path_factory.getbasetemp() / "damaged.bin"
    path.write_bytes(content)
    try:
        image = read_picture(path)
    except InputError:
        return
    assert picture_input(image).shape == (28, 28)


def png_of_size(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [8_000, 10_000, 60_000])
def test_enormous_pictures_are_refused(tmp_path, side):
    assert side * side > MAX_PIXELS
    path = tmp_path / "bomb.png"
    path.write_bytes(png_of_size(side, side))
    with pytest.raises(InputError, match=r"bomb\.png has more than (25|50) megapixels"):
        read_picture(path)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"gone\.png does not exist"):
        read_picture(tmp_path / "gone.png")
    for folder in (tmp_path, Path()):
        with pytest.raises(InputError, match=f"^{re.escape(str(folder))} is a folder"):
            read_picture(folder)
