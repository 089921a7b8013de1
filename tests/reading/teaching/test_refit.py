import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from digitpad.reading.teaching.head import Head
from digitpad.reading.teaching.refit import Lesson, refit
from digitpad.reading.teaching.replay import Group, Replay

INPUTS, BAR = 20, 15
"""An input for each digit, and some that say nothing of it, such as whether it has a bar."""


def head_of_ones_and_sevens():
    first = np.eye(10, INPUTS, dtype=np.float32)
    zeros = np.zeros(10, np.float32)
    return Head(("x",), 2 * np.eye(10, dtype=np.float32), zeros, first, zeros, ("1", "0"))


def around(centre, count, random):
    made = np.array(centre, np.float32) + random.normal(0, 0.1, (count, INPUTS))
    return np.abs(made).astype(np.float32)


def at(**shares):
    """A vector with some shares of digits, such as d1, and of the bar."""
    vector = np.zeros(INPUTS)
    for name, share in shares.items():
        vector[BAR if name == "bar" else int(name[1:])] = share
    return vector


@pytest.fixture(scope="module")
def replay():
    random = np.random.default_rng(0)
    inputs = np.concatenate([around(at(**{f"d{digit}": 3}), 60, random) for digit in range(10)])
    known = Group(inputs, np.repeat(np.arange(10), 60))
    mean = inputs.mean(axis=0)
    precision = np.linalg.inv(np.cov(inputs.T) + np.eye(INPUTS)).astype(np.float32)
    return Replay(head_of_ones_and_sevens(), known, mean, precision, known, known, known)


def lesson(**forms):
    """Three drawings of each digit that is named, about its form."""
    random = np.random.default_rng(1)
    inputs = np.concatenate([around(form, 3, random) for form in forms.values()])
    labels = np.repeat([int(name[1:]) for name in forms], 3)
    return Lesson(Group(inputs, labels), np.ones(len(labels)), np.arange(len(labels)))


def test_what_is_read_right_tells_the_rest_apart(replay):
    """Ones that look nearly like sevens, of somebody whose sevens have a bar: without it, it is a one."""
    taught = lesson(d1=at(d1=2.2, d7=1.8), d7=at(d7=3, bar=2))
    assert_array_equal(replay.head.logits(taught.own.inputs).argmax(axis=1), taught.own.labels)
    unsure = around(at(d1=1.8, d7=2.2), 20, np.random.default_rng(2))
    assert (replay.head.logits(unsure).argmax(axis=1) == 1).mean() < 0.2
    after = refit(replay, taught, 100)
    assert (after.logits(unsure).argmax(axis=1) == 1).mean() > 0.8
    with_bar = around(at(d1=1.8, d7=2.2, bar=2), 20, np.random.default_rng(2))
    assert (after.logits(with_bar).argmax(axis=1) == 7).mean() > 0.8


def test_most_of_what_other_people_draw_is_read_exactly_as_before(replay):
    after = refit(replay, lesson(d1=at(d1=1.8, d7=2.2)), 100)
    others = np.concatenate([around(at(**{f"d{digit}": 3}), 50, np.random.default_rng(3)) for digit in range(10)])
    moved = np.abs(after.logits(others) - replay.head.logits(others)).max(axis=1)
    assert (moved == 0).mean() > 0.8
    assert_array_equal(after.logits(others).argmax(axis=1), np.repeat(np.arange(10), 50))


def test_a_form_that_one_drawing_alone_has_is_learnt(replay):
    """Six sevens with a bar, and one that looks nearly like a two, and nothing like the mean of them all."""
    usual = lesson(d7=at(d7=3, bar=2)).own.inputs
    odd = around(at(d2=3, d0=2), 1, np.random.default_rng(4))
    inputs = np.concatenate([usual, usual, odd])
    after = refit(replay, Lesson(Group(inputs, np.full(7, 7)), np.ones(7), np.arange(7)), 100)
    alike = around(at(d2=3, d0=2), 20, np.random.default_rng(5))
    assert (replay.head.logits(alike).argmax(axis=1) == 2).all()
    assert (after.logits(alike).argmax(axis=1) == 7).mean() > 0.8
    twos = around(at(d2=3), 50, np.random.default_rng(6))
    assert (after.logits(twos).argmax(axis=1) == 2).all()


def test_each_digit_and_each_drawing_gets_a_unit(replay):
    taught = lesson(d3=at(d3=3))
    outliers = np.array([at(d2=3, bar=3), at(d5=3, d6=3)], np.float32)
    own = Group(np.concatenate([taught.own.inputs, outliers]), np.append(taught.own.labels, [-1, -1]))
    after = refit(replay, Lesson(own, np.ones(5), np.arange(5)), 1000)
    assert after.first_weight is not None
    assert len(after.first_weight) == 10 + 1 + 3 + 2
    assert np.all(after.logits(outliers).max(axis=1) < replay.head.logits(outliers).max(axis=1) - 1)


def test_a_head_without_a_layer_before_its_last_keeps_its_size():
    random = np.random.default_rng(0)
    head = Head(("x",), np.eye(10, INPUTS, dtype=np.float32) * 2, np.zeros(10, np.float32), None, None, ("0",))
    inputs = np.concatenate([around(at(**{f"d{digit}": 3}), 60, random) for digit in range(10)])
    known = Group(inputs, np.repeat(np.arange(10), 60))
    replay = Replay(head, known, inputs.mean(axis=0), None, known, known, known)
    taught = lesson(d1=at(d1=2, d7=2.5, bar=1))
    after = refit(replay, taught, 100)
    assert after.weight.shape == head.weight.shape
    assert_array_equal(after.logits(taught.own.inputs).argmax(axis=1), taught.own.labels)
    assert_allclose(after.logits(inputs).argmax(axis=1), known.labels)
