"""What the shipped checkpoint reaches: on digits made here, and on the real sets where DIGITPAD_DATA_DIR names them."""

import pytest

from digitpad.domain.rejection import FALSE_REJECTION_RATE, threshold
from digitpad.ink.formats.inkml import write_inkml
from digitpad.learning.data.pen_dataset import read_pen
from digitpad.learning.training.recipes import RECIPES
from digitpad.reading.evaluation.evaluate import evaluate, read_many
from digitpad.reading.evaluation.labelled import labelled, read_labelled
from digitpad.reading.load import open_reader
from tests.hand_drawn import drawings
from tests.learning.idx_files import hand_drawn_mnist


@pytest.fixture(scope="module")
def shipped():
    return open_reader()


def evaluated(reader, data):
    lowest = threshold(reader.info.thresholds, FALSE_REJECTION_RATE)
    return evaluate(data, *read_many(reader.read_batch, data.images), lowest)


def test_it_says_what_it_is(shipped):
    info = shipped.info
    assert (info.recipe, info.network) == ("pen", RECIPES["pen"].network)
    assert (info.mean, info.std) == (RECIPES["pen"].mean, RECIPES["pen"].std)
    assert info.seed is not None
    assert info.data
    assert info.date
    assert info.test_accuracy


def test_it_reads_hand_drawn_digits_as_ink_and_as_images(shipped, tmp_path):
    write_inkml(tmp_path / "ink.inkml", drawings(10, seed=7))
    assert evaluated(shipped, read_labelled(tmp_path / "ink.inkml")).accuracy >= 0.97
    assert evaluated(shipped, read_labelled(hand_drawn_mnist(tmp_path / "mnist", 10))).accuracy >= 0.97


def test_it_reads_mnist(shipped, mnist):
    result = evaluated(shipped, read_labelled(mnist))
    assert result.n == 10_000
    assert result.rejected <= 100
    assert result.accuracy >= 0.995
    assert result.accuracy == pytest.approx(shipped.info.test_accuracy, abs=0.0005)
    assert result.ece < 0.01


def test_it_reads_the_digits_of_strangers(shipped, pen_digits):
    known, unseen_writers = read_pen(pen_digits)
    assert not {drawing.writer for drawing in known} & {drawing.writer for drawing in unseen_writers}
    result = evaluated(shipped, labelled(unseen_writers))
    assert result.accuracy >= 0.99
    assert result.rejected <= 0.01 * result.n
    assert result.ece <= 0.01
