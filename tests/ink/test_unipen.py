"""UNIPEN files: what is read of them, and what is said of those that cannot be."""

from __future__ import annotations

import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.errors import InputError
from digitpad.ink.opening import open_inks, read_drawings
from digitpad.ink.unipen import read_unipen

TWO = """.INCLUDE dene.doc
.LEXICON "0" "1" "2" "3" "4"
.HIERARCHY DIGIT
.SEGMENT DIGIT 0 ? "8"
.COMMENT 8 12 224
.PEN_DOWN
 267  333
 267  336
.PEN_UP
.DT 151
.SEGMENT DIGIT 1-2 ? "4"
.COMMENT 4 7 225
.PEN_DOWN
 1 2
 3 4 99
.PEN_UP
.DT 100
.PEN_DOWN
 5.5 -6
.PEN_UP
"""


@pytest.fixture
def file(tmp_path):
    def write(text, name="pen.tra"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def strokes(drawing):
    return [stroke.points[:, :2].tolist() for stroke in drawing.ink.strokes]


def test_segments_have_labels_writers_and_strokes_that_run_downwards(file):
    eight, four = read_unipen(file(TWO))
    assert (eight.label, eight.writer, four.label, four.writer) == (8, "12", 4, "7")
    assert strokes(eight) == [[[267, -333], [267, -336]]]
    assert strokes(four) == [[[1, -2], [3, -4]], [[5.5, 6]]]


def test_a_writer_and_segments_around_others_are_known_as_the_format_has_them(file):
    text = '.WRITER_ID anna\n.SEGMENT PAGE 0-9 ? "12"\n' + TWO.replace(".COMMENT 8", ".COMMENT by 8")
    eight, four = read_unipen(file(text))
    assert (eight.writer, four.writer) == ("anna", "7")


@pytest.mark.parametrize("label", ['"x"', '"12"', "", '"'])
def test_what_is_no_digit_s_label_is_none(file, label):
    (drawing,) = read_unipen(file(f".SEGMENT DIGIT 0 ? {label}\n.PEN_DOWN\n1 2\n.PEN_UP\n"))
    assert drawing.label is None


def test_the_ending_tells_the_format_and_the_pad_gets_it_fitted(file):
    assert [drawing.label for drawing in read_drawings(file(TWO))] == [8, 4]
    for ink in open_inks(file(TWO)):
        assert min(ink.bounds) >= 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("hello", "no segment with strokes"),
        ('.SEGMENT DIGIT 0 ? "8"\n', "no segment with strokes"),
        (TWO[: TWO.index(".PEN_UP")], "truncated"),
        (TWO.replace("267  336", "267"), "line 8 is no point: '267'"),
        (TWO.replace("267  336", "267 west"), "line 8 is no point"),
        (TWO.replace("267  336", "267 1e12"), "line 8 has a coordinate beyond 1,000,000,000"),
        (TWO.replace("267  336", "267 nan"), "line 8 has a coordinate beyond"),
        (gzip.compress(TWO.encode()), "compressed. Unpack it"),
        (b"\x1f\x9d\x90", "compressed. Unpack it"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(file, text, said):
    with pytest.raises(InputError, match=said) as error:
        read_unipen(file(text))
    assert "pen.tra" in str(error.value)


def test_a_folder_and_a_file_that_is_gone_are_sentences(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        read_unipen(tmp_path)
    with pytest.raises(InputError, match=r"gone\.tra does not exist"):
        read_unipen(tmp_path / "gone.tra")


@given(st.integers(0, len(TWO)), st.text(max_size=30))
def test_whatever_is_put_into_a_file_is_read_or_refused_with_a_sentence(tmp_path_factory, place, more):
    path = tmp_path_factory.getbasetemp() / "any.tra"
    path.write_text(TWO[:place] + more + TWO[place:], encoding="latin-1", errors="replace")
    with contextlib.suppress(InputError):
        assert all(drawing.ink.strokes for drawing in read_unipen(path))
