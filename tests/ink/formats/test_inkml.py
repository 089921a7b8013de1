import contextlib
import math
import os
import re
import string
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.ink.drawings import MAX_BYTES, Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.formats import inkml, inkml_traces, opening
from digitpad.ink.formats.inkml import read_inkml, write_inkml
from digitpad.ink.strokes import DEFAULT_WIDTH, MOUSE_PRESSURE, PEN_WIDTHS, PRESSURE, TIME, Ink, Stroke
from tests.hand_drawn import drawn

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<ink xmlns="http://www.w3.org/2003/InkML">'
XYTF = """<traceFormat><channel name="X" type="decimal"/><channel name="Y" type="decimal"/>
<channel name="T" units="{units}"/><channel name="F" {force}/></traceFormat>"""


@pytest.fixture
def read(tmp_path):
    def from_text(body, head=HEAD):
        path = tmp_path / "seven.inkml"
        path.write_text(f"{head}{body}</ink>", encoding="utf-8")
        return read_inkml(path)

    return from_text


def points(body, read):
    (drawing,) = read(body)
    (stroke,) = drawing.ink.strokes
    return stroke.points


def xy(body, read):
    return points(body, read)[:, :2].tolist()


def test_a_label_of_several_digits_is_read_and_written_as_a_number(tmp_path):
    number = Drawing(drawn(2), None, "w", "a", "2074")
    write_inkml(tmp_path / "ink.inkml", [number, Drawing(drawn(3), 3, None, "b"), Drawing(drawn(4), None, None, "c")])
    again = read_inkml(tmp_path / "ink.inkml")
    assert [(it.label, it.number, it.text) for it in again] == [(None, "2074", "2074"), (3, None, "3"), (None,) * 3]


def test_groups_become_drawings_with_label_writer_and_name(read):
    drawings = read(
        '<traceGroup xml:id="s0"><annotation type="truth"> 8 </annotation><annotation type="writer">12</annotation>'
        "<trace>1 2, 3 4</trace><traceGroup><trace>5 6</trace></traceGroup></traceGroup>"
        "<traceGroup><trace>7 8</trace></traceGroup>"
    )
    assert [(d.label, d.writer, d.name) for d in drawings] == [(8, "12", "s0"), (None, None, "1")]
    assert [s.points[:, :2].tolist() for s in drawings[0].ink.strokes] == [[[1, 2], [3, 4]], [[5, 6]]]
    assert drawings[0].ink.strokes[0].width == DEFAULT_WIDTH
    assert (drawings[0].ink.strokes[0].points[:, PRESSURE] == MOUSE_PRESSURE).all()


@pytest.mark.parametrize("label_text", ["", "10", "a", "-1", "٣", "7 7"])
def test_an_annotation_that_is_no_digit_is_no_label(read, label_text):
    (drawing,) = read(f'<traceGroup><annotation type="truth">{label_text}</annotation><trace>1 2</trace></traceGroup>')
    assert drawing.label is None


def test_bare_traces_are_one_drawing(read):
    (drawing,) = read('<annotation type="truth">3</annotation><trace>1 2</trace><trace>3 4</trace>')
    assert (drawing.label, drawing.name, len(drawing.ink.strokes)) == (3, "0", 2)


def test_empty_and_pen_up_traces_are_skipped(read):
    assert xy('<trace> </trace><trace/><trace type="penUp">1 1</trace><trace>1 2</trace>', read) == [[1, 2]]


def test_an_empty_group_is_an_empty_drawing(read):
    (drawing,) = read("<traceGroup/>")
    assert drawing.ink.is_empty


def test_channels_come_in_any_order_and_unknown_ones_are_skipped(read):
    body = (
        '<traceFormat><channel name="F" max="1023"/><channel name="OTx"/><channel name="Y"/><channel name="X"/>'
        '<intermittentChannels><channel name="B1" type="boolean"/></intermittentChannels></traceFormat>'
        "<trace>0 5 2 1, 1023 5 4 3 T, 2046 5 6 5</trace>"
    )
    assert points(body, read)[:, [0, 1, PRESSURE]].tolist() == [[1, 2, 0], [3, 4, 1], [5, 6, 1]]


@pytest.mark.parametrize(("units", "seconds"), [("ms", 0.5), ("s", 500.0), ("", 0.5), ("us", 5e-4), ("ns", 5e-7)])
def test_time_counts_from_the_first_point_in_seconds(read, units, seconds):
    body = XYTF.format(units=units, force="") + "<trace>1 2 1000 0, 3 4 1500 1</trace>"
    assert points(body, read)[:, TIME].tolist() == pytest.approx([0, seconds])


def test_pressure_without_a_maximum_is_measured_against_the_strongest_of_the_file(read):
    body = XYTF.format(units="ms", force="") + "<trace>1 2 0 100, 3 4 0 200</trace><trace>1 2 0 400</trace>"
    (drawing,) = read(body)
    assert [s.points[:, PRESSURE].tolist() for s in drawing.ink.strokes] == [[0.25, 0.5], [1]]


def test_pressure_up_to_one_stays(read):
    body = XYTF.format(units="ms", force="") + "<trace>1 2 0 0.25, 3 4 0 0.5</trace>"
    assert points(body, read)[:, PRESSURE].tolist() == [0.25, 0.5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the recommendation's own example of differences, without its third channel
        (
            "1125 18432,'23'43,\"7\"-8,3-5,7-3,6 2,6 8,3 6",
            [
                [1125, 18432],
                [1148, 18475],
                [1178, 18510],
                [1211, 18540],
                [1251, 18567],
                [1297, 18596],
                [1349, 18633],
                [1404, 18676],
            ],
        ),
        ("10 20, '1 '2, 1 2, !30 !40, 31 41", [[10, 20], [11, 22], [12, 24], [30, 40], [31, 41]]),
        ("10 20, * 21, 11 *", [[10, 20], [10, 21], [11, 21]]),
        ("10-20, -3.5.5", [[10, -20], [-3.5, 0.5]]),
        ("#A #1f,", [[10, 31]]),
        ("1e2 +2\n,\t3 4 ,", [[100, 2], [3, 4]]),
    ],
)
def test_the_notation_of_points(read, text, expected):
    assert xy(f"<trace>{text}</trace>", read) == expected


def test_contexts_name_formats_and_brushes(read):
    (drawing,) = read(
        """<definitions>
          <brush xml:id="thick"><brushProperty name="color" value="#000"/>
          <brushProperty name="width" value="55"/></brush>
          <brush xml:id="thin"><brushProperty name="width" value="5"/></brush>
          <traceFormat xml:id="yx"><channel name="Y"/><channel name="X"/></traceFormat>
          <context xml:id="base" brushRef="#thick"/>
          <context xml:id="swapped" contextRef="#base" traceFormatRef="#yx"/>
          <context xml:id="tablet"><inkSource><traceFormat><channel name="F"/><channel name="X"/><channel name="Y"/>
          </traceFormat></inkSource></context>
          <context xml:id="loop" contextRef="#loop"/>
        </definitions>
        <trace contextRef="#swapped">1 2</trace>
        <trace contextRef="#swapped" brushRef="#thin">1 2</trace>
        <trace contextRef="#tablet">1 2 3</trace>
        <trace contextRef="#loop" brushRef="#nowhere">1 2</trace>"""
    )
    assert [(s.points[0, :2].tolist(), s.width) for s in drawing.ink.strokes] == [
        ([2, 1], 55),
        ([2, 1], 5),
        ([2, 3], DEFAULT_WIDTH),
        ([1, 2], DEFAULT_WIDTH),
    ]


SOURCES = """<definitions><inkSource xml:id="tablet"><traceFormat><channel name="Y"/><channel name="X"/></traceFormat>
</inkSource><context xml:id="given" inkSourceRef="#tablet"/>
<traceFormat xml:id="xy"><channel name="X"/><channel name="Y"/></traceFormat></definitions>"""


@pytest.mark.parametrize(
    ("group", "trace", "expected"),
    [
        ('inkSourceRef="#tablet"', "", [2, 1]),
        ('contextRef="#given"', "", [2, 1]),
        ('contextRef="#given"', 'traceFormatRef="#xy"', [1, 2]),
        ('traceFormatRef="#xy"', 'contextRef="#given"', [2, 1]),
        ("", "", [1, 2]),
    ],
)
def test_what_is_nearer_to_a_trace_wins(read, group, trace, expected):
    assert xy(f"{SOURCES}<traceGroup {group}><trace {trace}>1 2</trace></traceGroup>", read) == [expected]


def test_groups_in_groups_keep_their_order_and_their_own_format(read):
    (drawing,) = read(
        f"{SOURCES}<traceGroup><trace>1 2</trace><traceGroup inkSourceRef='#tablet'><trace>3 4</trace><traceGroup>"
        "<trace>5 6</trace></traceGroup></traceGroup><trace>7 8</trace></traceGroup>"
    )
    assert [s.points[0, :2].tolist() for s in drawing.ink.strokes] == [[1, 2], [4, 3], [6, 5], [7, 8]]


def test_a_context_in_the_stream_holds_for_what_follows(read):
    body = '<trace>1 2</trace><context><traceFormat><channel name="Y"/><channel name="X"/></traceFormat></context>'
    (drawing,) = read(f"{body}<trace>1 2</trace>")
    assert [s.points[0, :2].tolist() for s in drawing.ink.strokes] == [[1, 2], [2, 1]]


def test_widths_and_greatest_pressures_next_to_nothing_are_not_meant(read):
    body = XYTF.format(units="ms", force='max="1e-320"') + (
        '<definitions><brush xml:id="b"><brushProperty name="width" value="1e-320"/></brush></definitions>'
        '<trace brushRef="#b">1 2 0 5, 3 4 0 10</trace>'
    )
    (drawing,) = read(body)
    (stroke,) = drawing.ink.strokes
    assert stroke.width == DEFAULT_WIDTH
    assert stroke.points[:, PRESSURE].tolist() == [0.5, 1]


def test_other_namespaces_are_read_too(read):
    assert len(read("<trace>1 2</trace>", head="<ink>")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "nan 1",
        "1e400 1",
        "1 -1e400",
        "inf 1",
        "1e200 1",
        "1 2 3",
        "1",
        "1 2,,3 4",
        "1 2; 3 4",
        "1_0 2",
        "#" + "F" * 4000 + " 1",
        "1e308 1, '1e308 1, 1e308 1",
        '"1e308 1, 1e308 1, -1e308 1, 1 1',
    ],
)
def test_numbers_that_make_no_sense_name_the_trace(read, text):
    with pytest.raises(InputError, match=r"^seven\.inkml cannot be read as ink: trace 2 has [^.]+\.$"):
        read(f"<trace>1 2</trace><traceGroup><trace>{text}</trace></traceGroup>")


def test_a_format_without_x_is_refused(read):
    with pytest.raises(InputError, match="trace 1 has no X and Y channel"):
        read('<traceFormat><channel name="Y"/></traceFormat><trace>1</trace>')


BOMB = '<!DOCTYPE ink [<!ENTITY a "1 2,"><!ENTITY b "&a;&a;&a;&a;">]><ink><trace>&b;</trace></ink>'
OUTSIDE = '<!DOCTYPE ink [<!ENTITY x SYSTEM "file:///etc/passwd">]><ink><trace>&x;</trace></ink>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"hello", r"not well-formed XML .*InkML, or as UNIPEN \(\.tra, "),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not well-formed XML"),
        (b"\x80\x04\x95", "not well-formed XML"),
        (b"<html><body/></html>", "not InkML"),
        ((HEAD + "<trace>1 2, 3").encode(), "truncated"),
        ((HEAD + "<trace>1 2</trace").encode(), "truncated"),
        (b"<ink><trace>1 2</tr></ink>", "not well-formed XML"),
        (b'<?xml version="1.0" encoding="klingon"?><ink/>', "cannot be read|not well-formed"),
        (BOMB.encode(), "entities"),
        (OUTSIDE.encode(), "entities"),
    ],
)
def test_files_that_are_no_ink_get_one_sentence(tmp_path, content, says):
    path = tmp_path / "seven.inkml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        read_inkml(path)
    assert str(caught.value).startswith("seven.inkml ")
    assert "\n" not in str(caught.value)


def test_missing_files_folders_and_pipes_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"gone\.inkml does not exist"):
        read_inkml(tmp_path / "gone.inkml")
    for folder in (tmp_path, Path()):
        with pytest.raises(InputError, match=f"^{re.escape(str(folder))} is a folder"):
            read_inkml(folder)
    with pytest.raises(InputError, match="cannot be opened"):
        read_inkml(tmp_path / "a\0b.inkml")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.inkml")
        with pytest.raises(InputError, match="is a folder or a device"):
            read_inkml(tmp_path / "pipe.inkml")


def nothing_but_spaces(n):
    return f"<trace>1 2, 3{' ' * 10 * n}; 4</trace>"


def chain_of_contexts(n):
    contexts = "".join(f'<context xml:id="c{i}" contextRef="#c{i + 1}"/>' for i in range(n))
    return contexts + "".join(f'<trace contextRef="#c{i}">1 2</trace>' for i in range(n))


def nested_groups(n):
    return "<traceGroup><trace>1 2</trace>" * n + "</traceGroup>" * n


@pytest.mark.parametrize("body", [nothing_but_spaces, chain_of_contexts, nested_groups])
def test_four_times_the_file_takes_no_more_than_some_four_times_as_long(read, body):
    def seconds(n):
        begun = time.thread_time()
        with contextlib.suppress(InputError):
            read(body(n))
        return time.thread_time() - begun

    assert min(seconds(8000) for _ in range(2)) < 8 * max(seconds(2000), 0.02)


@pytest.mark.parametrize("bound", ["MAX_NUMBERS", "MAX_PARTS"])
@pytest.mark.parametrize("body", ["<trace>1 2</trace>" * 5, "<trace>1 2,3 4,5 6,7 8,9 0</trace>"])
def test_more_than_any_pen_wrote_is_refused(read, monkeypatch, bound, body):
    module = inkml_traces if bound == "MAX_NUMBERS" else inkml
    read(body)
    monkeypatch.setattr(module, bound, 8 if bound == "MAX_NUMBERS" else 1)
    with pytest.raises(InputError, match=r"beyond the 8 numbers|up to 1 elements"):
        read(body)


def test_a_format_with_endless_channels_is_refused(read):
    channels = '<channel name="X"/><channel name="Y"/>' + '<channel name="B"/>' * 40
    with pytest.raises(InputError, match="more than 32 channels"):
        read(f"<traceFormat>{channels}</traceFormat><trace>{'1 ' * 42}</trace>")


@pytest.mark.parametrize("names", [DigitpadError, ValueError, RecursionError, MemoryError])
def test_whatever_happens_in_a_reader_is_one_sentence(tmp_path, monkeypatch, caplog, names):
    def fails(path):
        raise names("something")

    monkeypatch.setattr(opening, "read_inkml", fails)
    with pytest.raises(DigitpadError) as caught:
        opening.open_inks(tmp_path / "a.inkml")
    expected = names is DigitpadError
    assert str(caught.value) == (
        "something" if expected else "a.inkml is damaged and cannot be read. Copy or save it again."
    )
    assert ("something" in caplog.text) is not expected


def test_a_file_above_the_limit_is_refused(tmp_path):
    path = tmp_path / "huge.inkml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(InputError, match=r"huge\.inkml is too large"):
        read_inkml(path)


def test_a_long_group_is_read_in_linear_time(read):
    (drawing,) = read("<traceGroup>" + "<trace>1 2</trace>" * 20_000 + "</traceGroup>")
    assert len(drawing.ink.strokes) == 20_000


def test_deeply_nested_groups_are_read(read):
    (drawing,) = read("<traceGroup>" * 3000 + "<trace>1 2</trace>" + "</traceGroup>" * 3000)
    assert len(drawing.ink.strokes) == 1


coordinates = st.floats(-1e6, 1e6)
steps = st.tuples(coordinates, coordinates, st.floats(0, 100), st.floats(0, 1))
strokes = st.builds(
    lambda rows, width: Stroke.of(
        np.column_stack([np.array(rows)[:, :2], np.cumsum([r[2] for r in rows]), [r[3] for r in rows]]), width
    ),
    st.lists(steps, min_size=1, max_size=8),
    st.floats(1e-3, 1e4),
)
drawings = st.builds(
    Drawing,
    ink=st.lists(strokes, max_size=3).map(lambda found: Ink(tuple(found))),
    label=st.none() | st.integers(0, 9),
    writer=st.none() | st.text(string.ascii_letters + "äß7<&>\"' ", min_size=1, max_size=8),
    name=st.text(string.ascii_letters + "0-< ", min_size=1, max_size=4),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(drawings, max_size=3))
def test_what_is_written_is_read_again(tmp_path, given_drawings):
    path = tmp_path / "drawings.inkml"
    write_inkml(path, given_drawings)
    found = read_inkml(path)
    assert [d.label for d in found] == [d.label for d in given_drawings]
    for before, after in zip(given_drawings, found, strict=True):
        assert after.writer == ((before.writer or "").strip() or None)
        assert [s.width for s in after.ink.strokes] == [s.width for s in before.ink.strokes]
        if before.ink.is_empty:
            continue
        start = before.ink.strokes[0].points[0, TIME]
        for old, new in zip(before.ink.strokes, after.ink.strokes, strict=True):
            np.testing.assert_allclose(new.points, old.points - (0, 0, start, 0), atol=1e-4, rtol=0)


def test_characters_that_xml_cannot_hold_are_replaced(tmp_path):
    write_inkml(tmp_path / "a.inkml", [Drawing(Ink(), 1, "a\0b\ud800c", "0")])
    assert read_inkml(tmp_path / "a.inkml")[0].writer == "a\ufffdb\ufffdc"


def test_names_that_are_ids_are_kept_and_doubles_left_out(tmp_path):
    ink = Ink((Stroke.of([[1, 2]]),))
    write_inkml(tmp_path / "a.inkml", [Drawing(ink, None, None, name) for name in ("s0", "s0", "my seven", "brush-0")])
    assert [d.name for d in read_inkml(tmp_path / "a.inkml")] == ["s0", "1", "2", "3"]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    with pytest.raises(DigitpadError, match="does not exist"):
        write_inkml(tmp_path / "missing" / "a.inkml", [])
    assert not (tmp_path / "missing").exists()


def test_ink_that_lies_well_on_the_pad_stays():
    ink = Ink((Stroke.of([[100, 100], [400, 320]]),))
    assert fitted(ink) is ink
    assert fitted(Ink()).is_empty


@given(st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=6), st.floats(0.01, 1e4))
@example([(0, 0), (2.2e-311, 0)], 40)
@example([(1e6, 0), (np.nextafter(1e6, np.inf), 0)], 5)
@example([(-1e6, 5), (-1e6 + 0.0025, 5)], 5)
def test_foreign_ink_is_fitted_to_the_pad(rows, width):
    ink = Ink((Stroke.of(rows, width),))
    shown = fitted(ink)
    left, top, right, bottom = shown.bounds
    assert min(left, top) >= -1e-6
    assert max(right, bottom) <= 1000 + 1e-6
    if shown is not ink:
        before = ink.bounds
        extent = max(before[2] - before[0], before[3] - before[1])
        farthest = max(1, *np.abs(before))
        if extent < 0.5e-9 * farthest:  # a dot
            assert max(right - left, bottom - top) == pytest.approx(extent, abs=1e-9)
        elif extent > 2e-9 * farthest:
            assert max(right - left, bottom - top) == pytest.approx(800)
            scale = 800 / extent
            assert right - left == pytest.approx((before[2] - before[0]) * scale, abs=1e-3)
        assert math.isclose((left + right) / 2, 500, abs_tol=1e-3)
        assert PEN_WIDTHS[0] <= shown.strokes[0].width <= PEN_WIDTHS[1]


@pytest.mark.parametrize(
    ("low", "high", "stays"),
    [(100, 301, True), (100, 299, False), (0, 1000, True), (-1, 900, False), (10, 1001, False)],
)
def test_ink_stays_where_it_spans_a_fifth_of_the_pad_and_lies_on_it(low, high, stays):
    for axis in ((1, 0), (0, 1)):
        ink = Ink((Stroke.of(np.array([[low], [high]]) * axis + 200 * (1 - np.array(axis))),))
        assert (fitted(ink) is ink) is stays


def test_a_pen_of_unstated_width_keeps_it_when_fitted():
    assert fitted(Ink((Stroke.of([[0, 0], [1, 1]]),))).strokes[0].width == DEFAULT_WIDTH
