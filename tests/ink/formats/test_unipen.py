"""UNIPEN files: what is read of them, and what is said of those that cannot be."""

from __future__ import annotations

import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.errors import InputError
from digitpad.ink.formats.opening import open_inks, read_drawings, save_ink
from digitpad.ink.formats.unipen import read_unipen
from digitpad.ink.strokes import PAD_SIDE, Ink

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


@pytest.mark.parametrize("name", ["a.tra", "A.TES", "a.upn", "a.unipen"])
def test_the_ending_tells_the_format_and_the_pad_gets_it_fitted(file, name):
    assert [drawing.label for drawing in read_drawings(file(TWO, name))] == [8, 4]
    eight, four = open_inks(file(TWO, name))
    for ink in (eight, four):
        assert min(ink.bounds) >= 0
        assert max(ink.bounds) <= PAD_SIDE
    (stroke,) = eight.strokes
    assert stroke.points[1, 1] < stroke.points[0, 1]  # upwards, as it was written


def test_nothing_is_saved_under_an_ending_that_is_only_read(file):
    with pytest.raises(InputError, match=r"end the name in \.inkml"):
        save_ink(file("", "a.tra"), Ink())


def test_a_point_may_begin_with_its_decimal_point(file):
    _, four = read_unipen(file(TWO.replace(" 3 4 99", "-.5 -2\n .5 2\n+.5 .5e1")))
    assert strokes(four)[0] == [[1, -2], [-0.5, 2], [0.5, -2], [0.5, -5]]


@pytest.mark.parametrize("place", [0, TWO.index(".SEGMENT DIGIT 1-2")])
def test_a_segment_without_strokes_here_and_there_is_left_out(file, place):
    held = [(drawing.label, strokes(drawing)) for drawing in read_unipen(file(TWO + TWO[TWO.index(".SEGMENT") :]))]
    text = TWO[:place] + '.SEGMENT PAGE 0-9 ? "8"\n' + TWO[place:] + TWO[TWO.index(".SEGMENT") :]
    assert [(drawing.label, strokes(drawing)) for drawing in read_unipen(file(text))] == held


def test_a_comment_about_another_digit_names_no_writer(file):
    eight, _ = read_unipen(file(TWO.replace(".COMMENT 8", ".COMMENT 9")))
    assert eight.writer is None


def test_tabs_points_behind_a_keyword_and_what_goes_on_in_other_lines(file):
    eight, four = read_unipen(
        file(
            TWO.replace(".SEGMENT DIGIT", ".SEGMENT\tDIGIT")
            .replace(".PEN_DOWN\n 267", ".PEN_DOWN 9 9\n 267")
            .replace(".PEN_UP\n.DT 151", ".COMMENT said\nin two lines\n.PEN_UP\n.DT 151")
        )
    )
    assert (eight.label, four.label) == (8, 4)
    assert strokes(eight) == [[[9, -9], [267, -333], [267, -336]]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("hello", "holds no strokes"),
        ('.SEGMENT DIGIT 0 ? "8"\n', "truncated: it ends before its last digit's strokes"),
        (TWO + '.SEGMENT DIGIT 3 ? "4"\n.COMMENT 4 7 226\n', "truncated: it ends before its last digit's strokes"),
        ('.SEGMENT DIGIT 0 ? "8"\n.SEGMENT DIGIT 1 ? "4"\n.SEGMENT X 0 ? ""\n', "apart from their strokes"),
        (TWO.replace(" 3 4 99", ".DT 10\n 3 4 99"), r"line 16 .* belongs to \.DT: '3 4 99'"),
        ('.SEGMENT DIGIT 0 ? "8"\n.SEGMENT DIGIT 1 ? "4"\n.PEN_DOWN\n1 2\n.PEN_UP\n', "apart from their strokes"),
        (".COORD T X Y\n" + TWO, "line 1 says that points are 'T X Y', not X Y"),
        (TWO.replace("267  336", "2_67 336"), "line 8 is no point"),
        (TWO[: TWO.index(".PEN_UP")], "truncated"),
        (TWO.replace("267  336", "267"), "line 8 is no point: '267'"),
        (TWO.replace("267  336", "267 west"), "line 8 is no point"),
        (TWO.replace("267  336", "267 1e12"), "line 8 has a coordinate beyond 1,000,000,000"),
        (TWO.replace("267  336", "267 nan"), "line 8 is no point"),
        (gzip.compress(TWO.encode()), "compressed. Unpack it"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(file, text, said):
    with pytest.raises(InputError, match=said) as error:
        read_unipen(file(text))
    assert "pen.tra" in str(error.value)


@pytest.mark.parametrize("name", ["pendigits-orig.tra.Z", "pen.inkml"])
def test_the_packed_file_as_it_is_published_is_distinguished_from_a_broken_one(file, name):
    with pytest.raises(InputError, match="is compressed"):
        read_drawings(file(b"\x1f\x9d\x90rest", name))


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
