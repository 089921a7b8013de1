from dataclasses import replace

import numpy as np
import pytest

from digitpad.domain.errors import InputError
from digitpad.domain.rejection import FALSE_REJECTION_RATE, NO_DIGIT, threshold
from digitpad.domain.teaching import Comparison, Figures, TeachingReport
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.formats.inkml import read_inkml, write_inkml
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink
from digitpad.reading.calibration import shown_digits
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import open_reader
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.outcome import Logits, are_doubtful, are_new, taught_checkpoint
from digitpad.reading.teaching.replay import guard_images, replay_for
from digitpad.reading.teaching.teach import teach
from digitpad.storage.io import shipped
from tests.digit_styles import outliers_by_style
from tests.hand_drawn import drawings, drawn


@pytest.fixture(scope="module")
def reader():
    return open_reader()


@pytest.fixture(scope="module")
def replay(reader):
    return replay_for(reader)


def turned_fours(count, seed=0):
    """Fours of somebody who writes them lying on their side."""
    random = np.random.default_rng(seed)
    inks = [
        drawn(4, random.uniform(54, 66), random.uniform(-0.1, 0.1), random.uniform(0.85, 1.1)) for _ in range(count)
    ]
    return [Drawing(ink, 4, "somebody", f"four-{number}") for number, ink in enumerate(inks)]


def test_three_corrections_of_one_kind_are_enough(reader, replay):
    new = turned_fours(20, seed=1)
    assert sum(reader.predict(each.ink).digit == 4 for each in new) <= 2
    taught = teach(reader, turned_fours(3), replay)
    assert sum(Reader(taught.checkpoint).predict(each.ink).digit == 4 for each in new) >= 16
    own = taught.report.own
    assert (own.after.errors, own.after.n) == (0, 3)
    assert taught.report.is_accepted


def test_what_is_read_well_is_read_better_and_costs_nobody_anything(reader, replay):
    taught = teach(reader, drawings(3), replay)
    report = taught.report
    assert report.drawings == report.own.after.n == 30
    assert report.own.after.log_loss < report.own.before.log_loss
    assert report.is_accepted
    before, after = report.others.before, report.others.after
    assert before.n > 500
    assert before.accuracy - after.accuracy <= 0.001


def test_drawings_with_wrong_labels_are_not_accepted(reader, replay):
    mixed = [replace(each, label=(each.label + 1 + index // 10) % 10) for index, each in enumerate(drawings(3))]
    assert not teach(reader, mixed, replay).report.is_accepted


def test_a_single_drawing_proves_nothing(reader, replay):
    report = teach(reader, turned_fours(1), replay).report
    assert report.own.before == report.own.after
    assert not report.is_accepted


def test_what_is_no_digit_is_rejected_afterwards(reader, replay):
    every = [each for style in outliers_by_style().values() for each in style]
    mistaken = [replace(each, label=NO_DIGIT) for each in every if reader.predict(each.ink).digit is not None]
    taught = teach(reader, [*drawings(1), *mistaken], replay)
    after = Reader(taught.checkpoint)
    assert sum(after.predict(each.ink).digit is None for each in mistaken) >= len(mistaken) / 2 > 0
    assert all(after.predict(each.ink).digit == each.label for each in drawings(1))


def test_the_checkpoint_says_how_it_was_taught(reader, replay, tmp_path):
    taught, again = (teach(reader, drawings(1), replay).checkpoint for _ in range(2))
    save_checkpoint(tmp_path / "mine.safetensors", taught)
    opened = open_reader(tmp_path / "mine.safetensors")
    info = opened.info
    assert [(step["base"], step["drawings"], step["date"][:2]) for step in info.teachings] == [("pen", 10, "20")]
    assert len(info.thresholds) == len(reader.info.thresholds)
    # A unit for each digit has come to the layer before the last.
    assert [layer for layer in info.layers if layer not in reader.info.layers] == [["linear", 138]]
    # The same drawings teach the same.
    assert all(np.array_equal(opened.checkpoint.arrays[name], again.arrays[name]) for name in again.arrays)


def test_a_higher_rate_rejects_no_less_whatever_became_of_the_rarest_scores(reader):
    logits = np.full((2000, 10), -50, np.float32)
    before, after = logits.copy(), logits.copy()
    before[:, 0] = np.minimum(np.arange(2000) / 2 - 10, 10)
    after[:, 0] = np.where(np.arange(2000) < 10, -10, 10)
    replayed = Logits(before, after, np.zeros(2000, np.int64))
    unseen = Logits(after[-10:], after[-10:], np.zeros(10, np.int64))
    taught = taught_checkpoint(reader.checkpoint, reader.checkpoint, [], replayed, unseen)
    scores = [score for _, score in taught.info.thresholds]
    assert scores == sorted(scores)
    assert scores[0] < reader.info.thresholds[0][1]


def test_a_digit_that_is_rejected_is_not_read_right(reader):
    lowest = threshold(reader.info.thresholds, FALSE_REJECTION_RATE)
    labels = np.array([3, 3, 4, NO_DIGIT, NO_DIGIT])
    digits = np.array([3, 3, 5, 3, 3])
    scores = lowest + np.array([1, -1, -1, -1, 1])
    logits = np.where(np.arange(10) == digits[:, None], scores[:, None], -100).astype(np.float32)
    both = Logits(logits, logits, labels).compared(reader.info, replace(reader.info, thresholds=[]))
    before, after = both.before, both.after
    assert (before.accuracy, before.rejected, before.right, before.errors) == pytest.approx((0.6, 0.2, 0.4, 3))
    assert (after.accuracy, after.rejected, after.errors) == pytest.approx((0.4, 0, 3))


def test_nothing_can_be_learned_from_drawings_without_labels(reader, replay):
    with pytest.raises(InputError, match="No drawing is labelled"):
        teach(reader, [Drawing(drawn(3), None, None, "a"), Drawing(Ink(), 3, None, "b")], replay)


def compared(before, after, n=1000):
    return Comparison(Figures(n, before, 0.2), Figures(n, after, 0.1))


@pytest.mark.parametrize(
    ("own", "others", "is_accepted"),
    [
        ((0.9, 0.95), (0.995, 0.994), True),
        ((0.9, 0.9), (0.995, 0.995), True),
        ((0.9, 0.95), (0.995, 0.993), False),
        ((0.95, 0.9), (0.995, 0.995), False),
    ],
)
def test_it_is_taken_where_the_person_gains_and_nobody_loses(own, others, is_accepted):
    same = compared(0.99, 0.99)
    for parts in ((compared(*others), same, same), (same, compared(*others), same), (same, same, compared(*others))):
        assert TeachingReport(30, 1.0, compared(*own), *parts).is_accepted == is_accepted


def test_it_is_not_taken_where_digits_are_rejected_more_than_before():
    same, more = compared(0.99, 0.99), Comparison(Figures(1000, 0.99, 0.2, 0.003), Figures(1000, 0.99, 0.1, 0.005))
    assert TeachingReport(30, 1.0, same, same, same, same).is_accepted
    for parts in ((more, same, same, same), (same, more, same, same), (same, same, more, same)):
        assert not TeachingReport(30, 1.0, *parts).is_accepted


@pytest.mark.parametrize(("errors", "is_accepted"), [(2, True), (3, True), (4, False)])
def test_it_is_not_taken_where_the_last_teaching_reads_more_of_what_neither_was_taught_with(errors, is_accepted):
    def figures(errors):
        return Figures(20, 1 - errors / 20, 0.2)

    same = compared(0.99, 0.99)
    unlearned = Comparison(figures(6), figures(errors), figures(3))
    assert TeachingReport(30, 1.0, same, same, same, same, unlearned=unlearned).is_accepted == is_accepted


def figures_of(reader, images, labels):
    digits = shown_digits(*reader.read_batch(images), reader.info.thresholds)
    return len(labels), (digits != labels).sum()


def images_of(some):
    return np.array([render(fitted(each.ink)) for each in some]), np.array([each.label for each in some])


def test_a_new_teaching_is_compared_with_the_last_on_what_is_new_to_both(reader, replay):
    known, new, tests = drawings(1), turned_fours(3), [*turned_fours(2, seed=1), *drawings(1, seed=2)]
    last = Reader(teach(reader, known, replay).checkpoint)
    report = teach(reader, [*known, *new], replay, tested=tests, last=last).report
    unlearned = report.unlearned
    assert (unlearned.last.n, unlearned.last.errors) == figures_of(last, *images_of([*new, *tests]))
    assert (unlearned.before.n, unlearned.before.errors) == figures_of(reader, *images_of([*new, *tests]))
    assert unlearned.last.errors >= 4
    assert unlearned.after.errors <= 1
    for part, guard in zip((report.others, report.styled, report.outliers), guard_images(), strict=True):
        assert (part.last.n, part.last.errors) == figures_of(last, *guard)
    assert report.own.last is None


def test_a_last_teaching_from_another_network_is_compared_with_too(reader, replay):
    last, tests = open_reader(shipped("checkpoints", "fast.safetensors")), turned_fours(5, seed=1)
    report = teach(reader, turned_fours(2), replay, tested=tests, last=last).report
    # Its file does not say what it was taught with, so that only what is never learned from is new to both.
    assert (report.unlearned.last.n, report.unlearned.last.errors) == figures_of(last, *images_of(tests))
    assert (report.others.last.n, report.others.last.errors) == figures_of(last, *guard_images()[0])


def test_nothing_is_new_to_both_where_the_same_is_taught_again(reader, tmp_path):
    def again(some):
        write_inkml(tmp_path / "mine.inkml", some)
        return read_inkml(tmp_path / "mine.inkml")

    logits = Logits(*[np.eye(10, dtype=np.float32)] * 2, np.arange(10))
    first = drawings(1)
    info = taught_checkpoint(reader.checkpoint, reader.checkpoint, first, logits, logits).info
    first = again(first)
    assert not are_new(again(first), info).any()
    changed = [replace(first[0], label=7), *first[1:], *turned_fours(1)]
    assert np.flatnonzero(are_new(changed, info)).tolist() == [0, 10]


def test_a_digit_that_is_labelled_as_none_is_doubtful(reader):
    sure, unsure = np.zeros((2, 10), np.float32), np.zeros((2, 10), np.float32)
    sure[:, 3], unsure[0, 3] = 60, 60
    info = reader.info
    assert Logits(sure, sure, np.array([NO_DIGIT, 3])).are_doubtful(info, info).tolist() == [True, False]
    assert not Logits(sure, sure - 100, np.full(2, NO_DIGIT)).are_doubtful(info, info).any()  # it is rejected
    assert Logits(sure, unsure, np.full(2, NO_DIGIT)).are_doubtful(info, info).tolist() == [True, False]


def test_a_wrong_label_is_pointed_out_though_it_was_learned(reader, replay):
    mixed = drawings(2)
    mixed[14] = replace(mixed[14], label=1)
    taught = teach(reader, mixed, replay)
    assert Reader(taught.checkpoint).predict(mixed[14].ink).digit == 1
    assert taught.report.doubtful == 1
    assert np.flatnonzero(are_doubtful(mixed, taught.checkpoint.info)).tolist() == [14]
    assert not are_doubtful(mixed, reader.info).any()
