import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.errors import InputError
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.inkml import write_inkml
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink
from digitpad.reading.calibration import BINS, calibration_error, probabilities, reliability
from digitpad.reading.evaluation.evaluate import ReadDrawing, WriterAccuracy, evaluate, read_many
from digitpad.reading.evaluation.labelled import Labelled, labelled, read_labelled
from tests.hand_drawn import drawings, drawn
from tests.learning.idx_files import hand_drawn_mnist, write_part


def first_row(images):
    """A network whose ten logits are the first ten pixels of the image's first row, times ten."""
    logits = images[:, 0, :10] / 255 * 10
    return probabilities(logits, 1.0), np.log(np.exp(logits).sum(axis=1)).astype(np.float32)


def saying(logits, labels, indices=None, writers=None, names=None):
    """Images for which that network answers so; None makes an empty one."""
    images = np.zeros((len(logits), 28, 28), np.uint8)
    for image, answer in zip(images, logits, strict=True):
        if answer is not None:
            image[0, answer] = 255
    unknown = (None,) * len(logits)
    return Labelled(
        images, np.array(labels), tuple(indices or range(len(logits))), writers or unknown, names or unknown
    )


def evaluated(data, **options):
    return evaluate(data, *first_row(data.images), **options)


def test_counts_on_a_network_whose_answers_are_known():
    result = evaluated(saying([0, 1, 2, 2, None, 9], [0, 1, 2, 7, 5, 9]))
    sure = np.exp(10) / (np.exp(10) + 9)
    assert result.n == 6
    assert result.accuracy == pytest.approx(4 / 6)
    expected = np.zeros((10, 10), dtype=int)
    for label, read in ((0, 0), (1, 1), (2, 2), (7, 2), (5, 0), (9, 9)):
        expected[label, read] += 1
    assert result.confusion == expected.tolist()
    assert result.errors == [ReadDrawing(3, 7, 2, pytest.approx(sure)), ReadDrawing(4, 5, 0, pytest.approx(0.1))]
    assert result.rejected == 1
    assert result.refusals == result.errors[1:]
    assert result.digits == [1.0, 1.0, 1.0, None, None, 0.0, None, 0.0, None, 1.0]
    assert (result.writers, result.writers_mean, result.writers_sd) == ([], None, None)
    assert [(held.count, held.accuracy) for held in result.reliability if held.count] == [(1, 0.0), (5, 0.8)]
    assert result.ece == pytest.approx((abs(5 * sure - 4) + 0.1) / 6)


def test_writers_count_once_each_and_the_unknown_not_at_all():
    writers, names = ("b", "b", "b", "a", None, "a"), ("x", None, "z", None, None, None)
    result = evaluated(saying([0, 1, 1, 3, 9, 5], range(6), range(10, 16), writers, names))
    assert result.writers == [WriterAccuracy("b", 3, pytest.approx(2 / 3)), WriterAccuracy("a", 2, 1.0)]
    assert result.writers_mean == pytest.approx((2 / 3 + 1) / 2)
    assert result.writers_sd == pytest.approx(np.std([2 / 3, 1], ddof=1))
    assert [(answer.index, answer.writer, answer.name) for answer in result.errors] == [
        (12, "b", "z"),
        (14, None, None),
    ]


def test_one_writer_has_no_spread():
    result = evaluated(saying([0, 1], [0, 7], writers=("a", "a")))
    assert (result.writers_mean, result.writers_sd) == (0.5, None)


def test_the_threshold_decides_what_is_refused_and_nothing_else():
    data = saying([0, 1, None], [0, 2, 3])  # energy scores: 10, 10, and 2.3 of the empty one
    for lowest, indices in ((-np.inf, [2]), (5.0, [2]), (11.0, [0, 1, 2])):
        result = evaluated(data, lowest=lowest)
        assert [answer.index for answer in result.refusals] == indices
        assert (result.rejected, result.accuracy, len(result.errors)) == (len(indices), pytest.approx(1 / 3), 2)


@pytest.mark.parametrize("threads", [1, 3])
def test_many_images_are_read_in_their_order_and_progress_is_reported(threads):
    labels = np.random.default_rng(0).integers(0, 10, 1310)
    data, done = saying(labels, labels), []
    readings = read_many(first_row, data.images, threads, done.append)
    for found, expected in zip(readings, first_row(data.images), strict=True):
        assert np.array_equal(found, expected)
    assert sum(done) == 1310
    assert len(done) > 10
    result = evaluate(data, *readings)
    assert (result.n, result.accuracy, result.rejected, result.errors) == (1310, 1.0, 0, [])


def test_reading_that_is_broken_off_reads_hardly_any_more():
    data, parts = saying([0] * 5000, [0] * 5000), []

    def read(images):
        parts.append(len(images))
        time.sleep(0.01)
        return first_row(images)

    def on_progress(_count):
        raise InputError("Enough.")

    with pytest.raises(InputError, match="Enough"):
        read_many(read, data.images, 2, on_progress)
    assert len(parts) < 25


CONFIDENCES = st.floats(0, 1) | st.integers(0, BINS).map(lambda edge: edge / BINS)
ANSWERS = st.lists(st.tuples(CONFIDENCES, st.booleans()), max_size=60)


@given(ANSWERS)
def test_calibration_error_is_that_of_the_definition(logits):
    slow = 0.0
    for number in range(BINS):  # a bin holds its upper edge, the first its lower one too
        low, high = np.linspace(0, 1, BINS + 1)[number : number + 2]
        held = [(c, r) for c, r in logits if low < c <= high or (number == 0 and c == 0)]
        if held:
            confidence = sum(c for c, _ in held) / len(held)
            accuracy = sum(r for _, r in held) / len(held)
            slow += len(held) / len(logits) * abs(confidence - accuracy)
    confidence, right = np.array([c for c, _ in logits]), np.array([r for _, r in logits], dtype=bool)
    bins = reliability(confidence, right)
    assert sum(held.count for held in bins) == len(logits)
    assert calibration_error(bins) == pytest.approx(slow, abs=1e-9)
    assert 0 <= calibration_error(bins) <= 1


def test_labelled_drawings_are_read_and_others_left_out(tmp_path):
    made = [*drawings(1), Drawing(drawn(3), None, None, "unlabelled"), Drawing(Ink(), 4, None, "empty")]
    write_inkml(tmp_path / "ink.inkml", made)
    data = read_labelled(tmp_path / "ink.inkml")
    assert data.labels.tolist() == [*range(10), 4]
    assert data.images.shape == (11, 28, 28)
    assert not data.images[10].any()
    assert data.indices == (*range(10), 11)
    assert data.writers == (*["writer 0"] * 10, None)
    assert data.names == (*[f"d0-{digit}" for digit in range(10)], "empty")
    assert abs(data.images[3].astype(int) - render(made[3].ink).astype(int)).max() <= 2


def test_the_test_part_of_a_folder_is_read(tmp_path):
    data = read_labelled(hand_drawn_mnist(tmp_path / "mnist", writers=2))
    assert data.labels.tolist() == [*range(10)] * 2
    assert np.array_equal(data.images[4], render(drawings(2, seed=2)[4].ink))
    assert data.indices == tuple(range(20))
    assert data.writers == data.names == (None,) * 20


def test_a_drawing_without_an_id_has_no_name():
    assert labelled([Drawing(drawn(1), None, None, "0"), Drawing(drawn(3), 3, None, "1")]).names == (None,)
    assert len(labelled([])) == 0


def test_nothing_labelled_is_a_sentence(tmp_path):
    write_inkml(tmp_path / "ink.inkml", [Drawing(drawn(3), None, None, "a")])
    with pytest.raises(InputError, match=r"ink\.inkml holds no labelled drawing"):
        read_labelled(tmp_path / "ink.inkml")
    write_inkml(tmp_path / "none.inkml", [])
    with pytest.raises(InputError, match=r"none\.inkml holds no labelled drawing"):
        read_labelled(tmp_path / "none.inkml")
    with pytest.raises(InputError, match="does not exist"):
        read_labelled(tmp_path / "missing.inkml")
    write_part(tmp_path / "mnist", "train", np.zeros((1, 28, 28)), [0])
    with pytest.raises(InputError, match="t10k-images"):
        read_labelled(tmp_path / "mnist")
