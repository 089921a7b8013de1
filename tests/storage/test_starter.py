"""The starter set that ships, and the script that makes it."""

import io
import socket
import sys

import numpy as np
import pytest

from digitpad.domain.errors import DigitpadError
from digitpad.storage import starter
from digitpad.storage.starter import REPLAY_COUNT, STARTER_COUNT, replay_images, starter_digits
from tests.learning.idx_files import write_part
from tests.make_replay import make_replay
from tests.make_starter import DIGITS, make_starter


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_there_are_as_many_of_each_digit_in_turn():
    images, labels = starter_digits()
    assert (images.shape, images.dtype) == ((STARTER_COUNT, 28, 28), np.uint8)
    assert (labels.shape, labels.dtype) == ((STARTER_COUNT,), np.uint8)
    assert labels.tolist() == list(range(10)) * 500
    assert images.max() == 255
    assert len({image.tobytes() for image in images}) == STARTER_COUNT


def test_it_needs_neither_a_network_nor_pickle(monkeypatch):
    monkeypatch.delattr(socket, "socket")
    monkeypatch.setitem(sys.modules, "pickle", None)
    assert len(starter_digits()[0]) == STARTER_COUNT


def test_the_script_makes_it_from_mnist_s_files(mnist, tmp_path):
    make_starter(mnist, tmp_path / "digits.npz")
    with np.load(tmp_path / "digits.npz") as made:
        for name, array in zip(("images", "labels"), starter_digits(), strict=True):
            assert np.array_equal(made[name], array)


def test_the_script_takes_the_first_of_each_digit(tmp_path):
    labels = np.array([*range(10), *range(9, -1, -1), 3, 3], np.uint8)
    images = np.arange(22 * 784).reshape(22, 28, 28) % 251
    write_part(tmp_path / "mnist", "train", images, labels, gz=True)
    make_starter(tmp_path / "mnist", tmp_path / "made.npz", each=2)
    with np.load(tmp_path / "made.npz", allow_pickle=False) as made:
        assert made["labels"].tolist() == list(range(10)) * 2
        assert np.array_equal(made["images"], images[[*range(10), *range(19, 9, -1)]])


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-500_000],
        lambda data: data[:500_000] + bytes(1000) + data[501_000:],
        lambda data: b"no archive",
        lambda data: b"",
        lambda data: None,
        lambda data: np.zeros(3).dumps(),
        lambda data: npy(np.zeros(3)),
    ],
)
def test_a_file_that_is_missing_or_damaged_is_reported_in_a_sentence(tmp_path, monkeypatch, damage):
    damaged = damage(DIGITS.read_bytes())
    if damaged is not None:
        (tmp_path / "digits.npz").write_bytes(damaged)
    monkeypatch.setattr(starter, "shipped", lambda *parts: tmp_path / parts[-1])
    with pytest.raises(DigitpadError, match=r"digits\.npz is missing or damaged. Install digitpad again\."):
        starter_digits()


def test_an_archive_of_something_else_is_reported_too(tmp_path, monkeypatch):
    monkeypatch.setattr(starter, "shipped", lambda *parts: tmp_path / parts[-1])
    for arrays in ({"images": np.zeros((5, 28, 28))}, {"images": np.zeros(5000), "labels": np.zeros(5000)}):
        np.savez(tmp_path / "digits.npz", **arrays)
        with pytest.raises(DigitpadError, match="damaged"):
            starter_digits()


def test_what_is_replayed_is_what_the_script_makes_but_for_rounding(tmp_path):
    images, labels = replay_images()
    assert (images.shape, images.dtype) == ((REPLAY_COUNT, 28, 28), np.uint8)
    assert labels.tolist() == list(range(10)) * 50 + [-1] * 600
    make_replay(tmp_path / "made.npz")
    with np.load(tmp_path / "made.npz") as made:
        assert np.array_equal(made["labels"], labels)
        assert (np.abs(made["images"].astype(int) - images) > 1).mean() < 0.001
