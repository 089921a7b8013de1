"""What is kept of the pad's ink from one start to the next."""

from __future__ import annotations

import numpy as np
import pytest

from digitpad.ink.formats import session_ink
from digitpad.ink.formats.session_ink import keep_ink, kept_ink
from digitpad.ink.strokes import Ink, Picture, Stroke

LINE = Ink((Stroke.of([(100.5, 200.25, 0.0, 0.25), (300, 400, 1.5, 0.75)], 33.0),))


def picture(side=60, crop=None, noise=0):
    pixels = np.full((side, side, 4), 255, np.uint8)
    pixels[10:50, 28:32, :3] = 0
    pixels[..., :3] -= np.random.default_rng(0).integers(0, noise + 1, (side, side, 3), np.uint8)
    return Ink(picture=Picture(pixels, np.zeros((28, 28), np.uint8), crop))


def test_ink_comes_back_as_it_was(tmp_path):
    keep_ink(tmp_path / "new" / "folder", LINE)
    (stroke,) = kept_ink(tmp_path / "new" / "folder").strokes
    np.testing.assert_allclose(stroke.points, LINE.strokes[0].points, atol=1e-4)
    assert stroke.width == 33


@pytest.mark.parametrize("crop", [None, (0.25, 0.125, 0.75, 1.0)])
def test_a_picture_comes_back_with_its_frame_and_is_read_anew(tmp_path, crop):
    keep_ink(tmp_path, picture(crop=crop))
    again = kept_ink(tmp_path).picture
    np.testing.assert_array_equal(again.pixels, picture().picture.pixels)
    assert again.crop == crop
    assert again.network_input.any()


@pytest.mark.parametrize("first", [LINE, picture()], ids=["strokes", "picture"])
@pytest.mark.parametrize("then", [LINE, picture(), Ink()], ids=["strokes", "picture", "nothing"])
def test_the_last_ink_alone_is_kept(tmp_path, first, then):
    keep_ink(tmp_path, first)
    keep_ink(tmp_path, then)
    again = kept_ink(tmp_path)
    assert len(again.strokes) == len(then.strokes)
    assert (again.picture is None) == (then.picture is None)
    assert len(list(tmp_path.iterdir())) == (0 if then.is_empty else 1)


def test_what_is_too_large_is_not_kept_and_nothing_older_comes_back(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(session_ink, "MOST_POINTS", 4)
    monkeypatch.setattr(session_ink, "MOST_BYTES", 2000)
    keep_ink(tmp_path, Ink(LINE.strokes * 2))
    assert len(kept_ink(tmp_path).strokes) == 2
    caplog.set_level("INFO")
    keep_ink(tmp_path, Ink(LINE.strokes * 3))
    assert kept_ink(tmp_path).is_empty
    keep_ink(tmp_path, picture())
    assert kept_ink(tmp_path).picture is not None
    keep_ink(tmp_path, picture(noise=100))
    assert kept_ink(tmp_path).is_empty
    assert caplog.text.count("too large to be kept") == 2


@pytest.mark.parametrize("comment", ["0.5 0.5 0.1 0.9", "1 2 3", "no numbers", "-1 0 1 1", "nan 0 1 1"])
def test_a_frame_that_makes_no_sense_is_forgotten(tmp_path, comment, caplog):
    keep_ink(tmp_path, picture(crop=(0.25, 0.125, 0.75, 1.0)))
    (file,) = tmp_path.iterdir()
    file.write_bytes(session_ink.png(session_ink.Image.fromarray(picture().picture.pixels), comment))
    again = kept_ink(tmp_path)
    if comment == "no numbers":
        assert again.is_empty
        assert (tmp_path / "picture.png.broken").exists()
    else:
        assert again.picture.crop is None
