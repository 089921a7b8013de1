import pytest
import torch

from digitpad.learning.data.datasets import read_starter
from digitpad.learning.data.images import fingerprint, read_mnist
from digitpad.storage.datasets import STARTER_TRAIN


@pytest.fixture(scope="module")
def train():
    return read_starter("train")


@pytest.fixture(scope="module")
def test():
    return read_starter("test")


def test_both_parts_hold_as_many_of_each_digit_in_turn(train, test):
    for images, count in ((train, STARTER_TRAIN), (test, 1000)):
        assert images.pixels.shape == (count, 1, 28, 28)
        assert (images.pixels.dtype, images.labels.dtype) == (torch.uint8, torch.int64)
        assert images.pixels.is_contiguous()
        assert images.labels.tolist() == list(range(10)) * (count // 10)


def test_no_image_is_in_both_parts(train, test):
    assert not {image.tobytes() for image in train.pixels.numpy()} & {image.tobytes() for image in test.pixels.numpy()}


def test_the_images_are_those_of_0_1_0_whose_runs_resume(train, test):
    assert [fingerprint(train), fingerprint(test)] == [1538925589, 1211166695]


def test_none_is_a_test_image_of_mnist(train, test, mnist):
    forbidden = {image.tobytes() for image in read_mnist(mnist, "test").pixels.numpy()}
    assert not forbidden & {image.tobytes() for part in (train, test) for image in part.pixels.numpy()}
