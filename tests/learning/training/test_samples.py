"""The images that a recipe shows: which ones, with what beside them, and what they leave alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitpad.domain.recipe import Recipe
from digitpad.learning.data.images import Images
from digitpad.learning.training.loop import Training, normalised
from digitpad.learning.training.samples import samples_after, samples_before
from tests.learning.training.test_loop import weights

RECIPE = Recipe(id="tiny", title="Tiny", network="five-by-five", epochs=1, batch=8, mean=0.5, std=0.5)


def noise(count, seed):
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (count, 1, 28, 28), generator=generator, dtype=torch.uint8)
    return Images(pixels, torch.randint(0, 10, (count,), generator=generator))


DATA, TEST = noise(16, 1), noise(12, 2)


def test_without_a_word_nothing_is_shown():
    training = Training(RECIPE, DATA, TEST)
    assert samples_before(training) is None
    assert samples_after(training) is None


@settings(max_examples=20)
@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 10))
def test_as_many_as_the_recipe_asks_for_and_there_are(before, after, outputs):
    training = Training(replace(RECIPE, samples_before=before, samples_after=after, outputs_after=outputs), DATA, TEST)
    shown = samples_before(training)
    assert np.array_equal(shown.pixels, DATA.pixels[:before, 0])
    assert np.array_equal(shown.labels, DATA.labels[:before])
    assert (shown.predictions, shown.probabilities, shown.outputs) == (None, None, 0)
    shown = samples_after(training)
    count = min(max(after, outputs), 12)
    if not count:
        assert shown is None
        return
    assert np.array_equal(shown.pixels, TEST.pixels[:count, 0])
    assert np.array_equal(shown.labels, TEST.labels[:count])
    assert shown.probabilities.shape == (count, 10)
    assert shown.outputs == outputs
    assert (shown.pixels.dtype, shown.labels.dtype, shown.predictions.dtype) == (np.uint8, np.int64, np.int64)


def test_what_is_shown_at_the_end_is_what_the_network_that_reads_answers():
    recipe = replace(RECIPE, network="mlp", ema_decay=0.9, samples_after=5, outputs_after=2)
    training = Training(recipe, DATA, TEST)
    list(training.reports())
    before = weights(training.network)
    shown = samples_after(training)
    with torch.no_grad():
        # One by one: what the others are must not matter to a network that normalises by batches.
        logits = [training.ema_network.eval()(normalised(TEST.pixels[[n]], 0.5, 0.5)).softmax(1)[0] for n in range(5)]
    assert shown.probabilities == pytest.approx(torch.stack(logits).numpy(), abs=1e-6)
    assert np.array_equal(shown.predictions, torch.stack(logits).argmax(1))
    assert shown.probabilities.sum(1) == pytest.approx(np.ones(5), abs=1e-5)
    assert torch.equal(weights(training.network), before)


def test_images_held_out_are_not_shown_as_training_images():
    validation = Images(DATA.pixels[:4], DATA.labels[:4])
    rest = Images(DATA.pixels[4:], DATA.labels[4:])
    shown = samples_before(Training(replace(RECIPE, samples_before=3), rest, TEST, validation))
    assert np.array_equal(shown.pixels, rest.pixels[:3, 0])


def test_what_is_shown_keeps_no_data_set_in_memory():
    shown = samples_before(Training(replace(RECIPE, samples_before=3), DATA, TEST))
    assert shown.pixels.base is None
    assert shown.pixels.flags.owndata
