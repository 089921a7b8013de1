"""The page of an evaluation, read as a browser would."""

import base64
import io
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.reading.calibration import reliability
from digitpad.reading.evaluation.evaluate import Evaluation, ReadDrawing, WriterAccuracy
from digitpad.reading.evaluation.labelled import Labelled
from digitpad.reading.evaluation.metrics import precisions, recalls, rejection_curve
from digitpad.reading.evaluation.page import SHOWN, evaluation_page

INFO = CheckpointInfo("pen", "custom", thresholds=[[0.003, 1.0]])
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "section", "div", "dl", "dt", "dd", "bdi"),
    *("table", "thead", "tbody", "tr", "th", "td", "svg", "g", "path", "circle", "text", "details", "summary"),
    *("polyline", "ol", "li", "figure", "img", "figcaption", "strong", "br", "span"),
}


class Reader(HTMLParser):
    """What a page holds: its elements with their attributes, the text of each figure, and all text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.figures, self.text = [], [], ""
        self._figure = False
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, name, attributes):
        self.elements.append((name, dict(attributes)))
        if name == "figure":
            self.figures.append("")
            self._figure = True

    def handle_endtag(self, name):
        self._figure = self._figure and name != "figure"

    def handle_data(self, text):
        self.text += text
        if self._figure:
            self.figures[-1] += text + " "

    def all(self, name):
        return [attributes for found, attributes in self.elements if found == name]


def made(readings, rejected=(), writers=(), n=None):
    """An evaluation in which some digits were read wrong: index, label, what was read, confidence."""
    n = n or len(readings) + 5
    errors = [ReadDrawing(*answer) for answer in readings]
    right = np.ones(n, dtype=bool)
    right[: len(errors)] = False
    confidence = np.ones(n)
    confidence[: len(errors)] = [error.confidence for error in errors]
    confusion = np.zeros((10, 10), dtype=int)
    confusion[1, 1] = n - len(errors)
    for error in errors:
        confusion[error.label, error.digit] += 1
    data = Labelled(
        (np.arange(n * 784) % 251).astype(np.uint8).reshape(n, 28, 28),
        np.ones(n, dtype=np.int64),
        tuple(range(n)),
        (None,) * n,
        (None,) * n,
    )
    result = Evaluation(
        n=n,
        accuracy=1 - len(errors) / n,
        confusion=confusion.tolist(),
        errors=errors,
        rejected=len(rejected),
        ece=0.0123,
        digits=recalls(confusion),
        writers=list(writers),
        writers_mean=0.75 if writers else None,
        writers_sd=0.125 if len(writers) > 1 else None,
        reliability=reliability(confidence, right),
        refusals=[ReadDrawing(*answer) for answer in rejected],
        precisions=precisions(confusion),
        rejection=rejection_curve(confidence, right),
        rejection_by_confidence=rejection_curve(confidence, right),
    )
    return result, data


def read(result, data, info=INFO, source="ink.inkml", false_rejection_rate=0.003):
    return Reader(evaluation_page(result, data, info, source, false_rejection_rate))


def test_mistakes_are_shown_the_surest_first_with_all_that_is_known():
    found = read(*made([(0, 7, 1, 0.6, "Zoë", "s0"), (1, 4, 9, 0.987, None, None), (2, 3, 5, 0.7, "w", None)]))
    assert [" ".join(figure.replace("\u202f", "").split()) for figure in found.figures] == [
        "4 read as 9 98.70% sure No. 1",
        "3 read as 5 70.00% sure No. 2 writer w",
        "7 read as 1 60.00% sure No. 0 · s0 writer Zoë",
    ]
    assert "Read wrong: 3" in found.text


def test_pictures_are_the_network_inputs():
    result, data = made([(0, 7, 1, 0.6), (1, 4, 9, 0.9)])
    data = Labelled(data.images, data.labels, tuple(i + 100 for i in data.indices), data.writers, data.names)
    result.errors[:] = [ReadDrawing(100, 7, 1, 0.6), ReadDrawing(103, 4, 9, 0.9)]
    found = read(result, data)
    for place, picture in zip((3, 0), found.all("img"), strict=True):
        kind, code = picture["src"].split(",")
        assert kind == "data:image/png;base64"
        pixels = np.array(Image.open(io.BytesIO(base64.b64decode(code))))
        assert np.array_equal(pixels, data.images[place])
    assert [picture["alt"] for picture in found.all("img")] == ["a 4", "a 7"]


def test_refused_ones_are_shown_too_and_marked_among_the_mistakes():
    found = read(*made([(0, 7, 1, 0.6)], rejected=[(0, 7, 1, 0.6), (3, 1, 1, 0.9)]))
    assert [figure.split("%")[0].rsplit(" ", 1)[0].strip() for figure in found.figures] == [
        *("1 read right", "7 read as 1"),
        "7 read as 1",
    ]
    assert all("refused" in figure for figure in found.figures)
    assert "Refused: 2" in found.text
    assert "33.33\u202f% of the digits; the false rejection rate was set to 0.30\u202f%." in found.text


def test_it_says_what_could_be_refused():
    assert "was not taught" in read(*made([]), info=CheckpointInfo("pen", "custom")).text
    assert "Nothing was to be refused" in read(*made([]), false_rejection_rate=None).text


def test_a_page_without_mistakes_says_so():
    found = read(*made([]))
    assert "Every digit was read right." in found.text
    assert not found.figures
    assert "The data names no writer." in found.text
    assert len(found.all("circle")) == 1
    assert "–" in found.text  # the accuracy of digits that are not there


def test_writers_stand_in_a_table_the_weakest_first():
    writers = [WriterAccuracy("good", 2, 1.0), WriterAccuracy("weak", 2, 0.5)]
    found = read(*made([(0, 7, 1, 0.6)], writers=writers, n=10))
    assert "75.00\u202f% ± 12.50\u202f%: mean ± standard deviation over 2 writers" in found.text
    assert "The writer of 6 digits is not known." in found.text
    assert found.text.index("weak2") < found.text.index("good2")
    alone = read(*made([], writers=writers[:1])).text
    assert "75.00\u202f%: by the one writer" in alone


def test_the_diagram_has_a_point_for_every_bin_that_holds_answers():
    found = read(*made([(i, 7, 1, confidence) for i, confidence in enumerate((0.31, 0.32, 0.55))], n=100))
    points = [(float(c["cx"]) / 300, 1 - float(c["cy"]) / 300, float(c["r"])) for c in found.all("circle")]
    assert [(round(x, 3), y) for x, y, _ in points] == [(0.315, 0.0), (0.55, 0.0), (1.0, 1.0)]
    assert points[1][2] < points[0][2] < points[2][2] <= 10
    assert "97 digits answered with 100.00\u202f% on average; 100.00\u202f% of them read right" in found.text


def test_rejection_curves_reach_the_top_where_all_mistakes_are_rejected():
    found = read(*made([(0, 7, 1, 0.6), (1, 4, 9, 0.7)], n=100))
    by_confidence, by_score = (line["points"].split() for line in found.all("polyline"))
    assert by_confidence == by_score
    points = [tuple(map(float, point.split(","))) for point in by_confidence]
    assert points[0] == (0.0, 120.0)  # 2 % of at most 5 % wrong
    assert points[-1] == (300.0, 0.0)
    assert "3.00\u202f%100.00\u202f%1.000" in "".join(found.text.split("\n"))


@pytest.mark.parametrize("wrong", [500, 9000])
def test_a_page_of_many_digits_stays_light(wrong):
    rng = np.random.default_rng(0)
    readings = [(i, 7, 1, float(c), f"writer {i}", f"s{i}") for i, c in enumerate(rng.uniform(0.2, 1, wrong))]
    writers = [WriterAccuracy(f"writer {i}", 1, 0.0) for i in range(wrong)]
    result, data = made(readings, writers=writers, n=10_000)
    data.images[:, 4:24, 4:24] = rng.integers(0, 256, (10_000, 20, 20), dtype=np.uint8)
    page = evaluation_page(result, data, INFO, "many.inkml", 0.003)
    assert len(page) < 1_500_000
    found = Reader(page)
    assert len(found.figures) == SHOWN
    assert ("The surest 500 of 9,000 mistakes are shown." in found.text) == (wrong > SHOWN)


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_text_from_files_stays_text_and_the_page_stands_alone(writer, name, source):
    mistake = (0, 7, 1, 0.6, writer, name)
    found = read(
        *made([mistake], [mistake], [WriterAccuracy(writer, 6, 0.5)]),
        info=CheckpointInfo(name, "custom"),
        source=source,
    )
    assert {tag for tag, _ in found.elements} == TAGS
    for _, attributes in found.elements:
        assert attributes.get("src", "data:").startswith("data:")
        assert not {"href", "srcset", "onload", "onerror", "action", "data"} & attributes.keys()


def test_a_hostile_name_is_escaped_and_a_long_one_cut():
    hostile = '"><script src=https://example.org/x.js>'
    found = read(*made([(0, 7, 1, 0.6, hostile, "y" * 1000)]), source=f"\udcff{hostile}")
    assert not found.all("script")
    assert hostile in found.figures[0]
    assert "y" * 59 + "…" in found.figures[0]
    assert "y" * 60 not in found.text
    assert f"How well pen reads ?{hostile}" in found.text
    (policy,) = [meta["content"] for meta in found.all("meta") if "http-equiv" in meta]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
