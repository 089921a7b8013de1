import weakref

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitpad.domain.recipe import Augmentation
from digitpad.learning.data.images import Images
from digitpad.learning.data.pages import augmented_examples, image_page
from tests.domain.test_recipe import AUGMENTATIONS

NUMBERS = np.random.default_rng(0)
DIGIT = NUMBERS.integers(0, 256, (28, 28), dtype=np.uint8)
BUSY = Augmentation(degrees=15, scale=0.1, shift=2, elastic=1, stroke=0.5)


def data(labels, seed=0):
    """Images of noise with these labels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (len(labels), 1, 28, 28), dtype=np.uint8)
    return Images(torch.from_numpy(pixels), torch.tensor(labels, dtype=torch.int64))


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=40),
    st.none() | st.integers(0, 9),
    st.integers(0, 45),
    st.integers(0, 45),
)
def test_a_page_is_a_stretch_of_the_images_that_match(labels, digit, start, count):
    images = data(labels)
    matching = [place for place, label in enumerate(labels) if digit in (None, label)]
    page = image_page(images, digit, start, count)
    expected = matching[start : start + count]
    assert page.matches == len(matching)
    assert page.labels.tolist() == [labels[place] for place in expected]
    assert np.array_equal(page.pixels, images.pixels.numpy()[expected, 0])
    assert (page.pixels.dtype, page.labels.dtype) == (np.uint8, np.int64)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.none() | st.integers(0, 9))
def test_counts_and_means_are_of_the_whole_part_whatever_the_page(labels, digit):
    images = data(labels)
    page = image_page(images, digit, 0, 1)
    assert page.counts == tuple(labels.count(each) for each in range(10))
    assert (page.means.shape, page.means.dtype) == ((10, 28, 28), np.uint8)
    for each in range(10):
        selected = images.pixels.numpy()[np.array(labels) == each, 0].astype(float)
        mean = selected.sum(axis=0) / max(len(selected), 1)
        assert np.abs(page.means[each] - mean).max() <= 0.5


def test_pages_one_after_the_other_show_every_image_once():
    images = data([1, 7, 1, 1, 0] * 5)
    pages = [image_page(images, 1, start, 4).pixels for start in range(0, 20, 4)]
    assert [len(page) for page in pages] == [4, 4, 4, 3, 0]
    assert np.array_equal(np.concatenate(pages), images.pixels.numpy()[images.labels.numpy() == 1, 0])


def test_means_and_counts_are_worked_out_once_for_each_set_and_forgotten_with_it():
    ones, mixed = data([1, 1]), data([1, 7], seed=1)
    assert [image_page(ones, None, start, 1).counts[1] for start in (0, 1)] == [2, 2]
    assert image_page(ones, None, 0, 1).means is image_page(ones, 1, 1, 1).means
    assert image_page(mixed, None, 0, 2).counts[7] == 1
    gone = weakref.ref(ones)
    del ones
    assert gone() is None


def test_a_page_does_not_change_with_the_data_it_came_from():
    images = data([3, 3])
    page = image_page(images, None, 0, 2)
    before = page.pixels.copy()
    images.pixels.zero_()
    assert np.array_equal(page.pixels, before)


@settings(max_examples=30)
@given(
    AUGMENTATIONS,
    st.integers(1, 12),
    st.integers(0, 2**63 - 1),
)
def test_any_augmentation_gives_as_many_examples_as_asked_for_and_the_same_ones_again(augmentation, count, seed):
    examples = augmented_examples(DIGIT, augmentation, count, seed)
    assert (examples.shape, examples.dtype) == ((count, 28, 28), np.uint8)
    assert np.array_equal(examples, augmented_examples(DIGIT, augmentation, count, seed))


@given(st.integers(1, 12), st.integers(0, 2**63 - 1))
def test_no_augmentation_and_a_plain_one_leave_the_image_as_it_is(count, seed):
    for augmentation in (Augmentation(), Augmentation(degrees=90, shift=4, plain=1)):
        assert np.array_equal(augmented_examples(DIGIT, augmentation, count, seed), np.stack([DIGIT] * count))


def test_examples_differ_from_each_other_with_the_seed_and_from_the_image_which_stays():
    before = DIGIT.copy()
    examples = augmented_examples(DIGIT, BUSY, 6, seed=1)
    assert len({example.tobytes() for example in [DIGIT, *examples]}) == 7
    assert not np.array_equal(examples, augmented_examples(DIGIT, BUSY, 6, seed=2))
    assert np.array_equal(DIGIT, before)
