from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitpad.errors import DigitpadError, InputError
from digitpad.ink.inkml import write_inkml
from digitpad.learning.augment import augmented
from digitpad.learning.data import Images
from digitpad.learning.pen import joined, read_pen, rendered, varied
from digitpad.learning.recipes import RECIPES
from digitpad.learning.runs import Sources, run_recipe
from digitpad.learning.devices import choose_device, train
from digitpad.recipe import Augmentation, Recipe
from tests.hand_drawn import drawings
from tests.learning.idx_files import hand_drawn_mnist

STRONG = Augmentation(degrees=12, scale=0.1, aspect=0.12, shear=0.2, shift=1.0, elastic=1.5, stroke=0.6)
RECIPE = Recipe(id="short", title="", network="five-by-five", epochs=3, batch=20, average=0.9, augmentation=STRONG)


@pytest.fixture(scope="module")
def digits():
    """Hand-drawn digits, varied as the recipe 'pen' does, to train on; others, as they are, to test on."""
    return varied(drawings(5, seed=1), 3, seed=0), rendered(drawings(3, seed=2))


def weights(network):
    return torch.cat([tensor.flatten().double() for tensor in network.state_dict().values()])


def test_a_short_training_learns_and_reports(digits):
    reports = []
    network = train(RECIPE, *digits, seed=1, report=reports.append)
    assert [(report.epoch, report.epochs) for report in reports] == [(1, 3), (2, 3), (3, 3)]
    losses = [report.train_loss for report in reports]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.7 * losses[0]
    assert reports[-1].test_loss < reports[0].test_loss
    assert reports[-1].test_accuracy > 0.5
    seconds = [report.train_seconds for report in reports]
    assert 0 < seconds[0] < seconds[1] < seconds[2]
    assert not network.training
    assert {tensor.device.type for tensor in network.state_dict().values()} == {"cpu"}


def test_what_is_reported_is_what_the_returned_network_reads(digits):
    _, test = digits
    reports = []
    network = train(RECIPE, *digits, report=reports.append)
    with torch.no_grad():
        answers = network((test.pixels.float() / 255 - RECIPE.mean) / RECIPE.std)
    assert reports[-1].test_accuracy == pytest.approx(float((answers.argmax(1) == test.labels).double().mean()))
    assert reports[-1].test_loss == pytest.approx(float(torch.nn.functional.cross_entropy(answers, test.labels)), 1e-5)


def test_the_seed_decides_everything(digits):
    recipe = replace(RECIPE, epochs=1, network="reader")  # with dropout and batch normalisation
    one, again, other = (weights(train(recipe, *digits, seed=seed)) for seed in (5, 5, 6))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_the_test_images_decide_nothing(digits):
    data, test = digits
    recipe = replace(RECIPE, epochs=2)
    wrong = Images(test.pixels[:7], 9 - test.labels[:7])
    assert torch.equal(weights(train(recipe, data, test)), weights(train(recipe, data, wrong)))


def test_without_an_average_the_last_weights_are_kept(digits):
    averaged, last = (train(replace(RECIPE, average=share), *digits, seed=1) for share in (0.9, 0.0))
    assert not torch.equal(weights(averaged), weights(last))
    reports = []
    train(replace(RECIPE, average=0.0), *digits, seed=1, report=reports.append)
    assert reports[-1].test_accuracy > 0.5


@pytest.mark.parametrize("images", [1, 2, 19, 20, 21, 80, 81, 100, 101])
def test_any_number_of_steps_can_be_trained(digits, images):
    data, test = digits
    few = Images(data.pixels[:images], data.labels[:images])
    reports = []
    train(replace(RECIPE, epochs=1), few, test, report=reports.append)
    assert len(reports) == 1


@pytest.mark.parametrize("broken", [{"rate": 1e20}, {"rate": 1e5, "network": "mlp"}, {"std": 0.0}])
def test_a_loss_that_is_no_number_ends_the_run_with_a_sentence(digits, broken):
    with pytest.raises(DigitpadError, match="no longer a number") as failed:
        train(replace(RECIPE, epochs=5, **broken), *digits)
    assert not isinstance(failed.value, InputError)


def test_what_the_report_raises_ends_the_training(digits):
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(RECIPE, *digits, report=stop)


def test_devices_are_chosen_by_name():
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type in ("cpu", "cuda", "mps")
    for there, name in ((torch.cuda.is_available(), "cuda"), (torch.backends.mps.is_available(), "mps")):
        if there:
            assert choose_device(name).type == name
        else:
            with pytest.raises(InputError, match=f"{name} is not available.*auto or cpu"):
                choose_device(name)
    with pytest.raises(InputError):
        choose_device("abacus")


def test_every_device_that_is_there_trains(digits):
    for device in {choose_device("auto"), torch.device("cpu")}:
        reports = []
        network = train(RECIPE, *digits, device=device, seed=1, report=reports.append)
        assert reports[-1].train_loss < 0.7 * reports[0].train_loss
        assert network[0].weight.device.type == "cpu"


# Augmentation.


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


STRENGTHS = st.builds(
    Augmentation,
    degrees=st.floats(0, 45),
    scale=st.floats(0, 0.5),
    aspect=st.floats(0, 0.5),
    shear=st.floats(0, 0.6),
    shift=st.floats(0, 4),
    elastic=st.floats(0, 4),
    stroke=st.floats(0, 1),
    plain=st.floats(0, 1),
)


@settings(deadline=None)
@given(STRENGTHS, st.integers(1, 5), st.integers(0, 2**32))
def test_augmented_images_stay_images(strength, count, seed):
    images = torch.rand(count, 1, 28, 28, generator=generator(seed))
    made = augmented(images, strength, generator(seed))
    assert (made.shape, made.dtype) == (images.shape, torch.float32)
    assert 0 <= made.min() <= made.max() <= 1
    assert torch.equal(made, augmented(images, strength, generator(seed)))


def test_no_augmentation_changes_nothing_and_draws_no_numbers(digits):
    images = digits[1].pixels.float() / 255
    source = generator()
    assert torch.equal(augmented(images, Augmentation(), source), images)
    assert torch.equal(source.get_state(), generator().get_state())


def test_each_image_is_changed_in_its_own_way(digits):
    same = digits[1].pixels[:1].float().expand(8, -1, -1, -1) / 255
    for name in vars(STRONG).keys() - {"plain"}:
        made = augmented(same, replace(Augmentation(), **{name: getattr(STRONG, name)}), generator())
        assert len({tuple(image.flatten().tolist()) for image in made}) == 8, name


def test_a_share_of_images_stays_plain(digits):
    images = digits[0].pixels.float() / 255
    for share in (0.0, 0.3, 1.0):
        made = augmented(images, replace(STRONG, plain=share), generator())
        kept = (made == images).flatten(1).all(dim=1).float().mean()
        assert kept == pytest.approx(share, abs=0.1)


def test_digits_stay_where_they_are_on_average_and_shift_by_no_more_than_asked(digits):
    images = (digits[1].pixels.float() / 255).repeat(20, 1, 1, 1)
    still, moved = centres(images), centres(augmented(images, STRONG, generator()))
    assert (moved - still).mean(dim=0).abs().max() < 0.2
    shifted = centres(augmented(images, Augmentation(shift=2.0), generator()))
    assert 1.8 < (shifted - still).abs().max() < 2.05


def test_stroke_width_grows_and_shrinks(digits):
    images = (digits[1].pixels.float() / 255).repeat(10, 1, 1, 1)
    ink = augmented(images, Augmentation(stroke=0.6), generator()).sum(dim=(1, 2, 3)) / images.sum(dim=(1, 2, 3))
    assert ink.min() < 0.8
    assert ink.max() > 1.25


def centres(images):
    """Centre of mass of each image, (n, 2), in pixels."""
    ink = images[:, 0]
    places = torch.arange(28.0)
    mass = ink.sum(dim=(1, 2))
    return torch.stack([(ink.sum(dim=2) @ places) / mass, (ink.sum(dim=1) @ places) / mass], dim=1)


# Pen strokes and runs.


def test_every_fifth_writer_is_left_out(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(10))
    known, strangers = read_pen(tmp_path / "pen.inkml")
    assert {d.writer for d in strangers} == {"writer 4", "writer 9"}
    assert {d.writer for d in known} == {f"writer {n}" for n in (0, 1, 2, 3, 5, 6, 7, 8)}
    assert (len(known), len(strangers)) == (80, 20)


def test_too_few_writers_are_refused(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(4))
    with pytest.raises(InputError, match=r"pen\.inkml holds labelled drawings of 4 writers"):
        read_pen(tmp_path / "pen.inkml")


def test_variations_keep_labels_and_follow_their_seed():
    some = drawings(2)
    one, again, other = varied(some, 3, seed=1), varied(some, 3, seed=1), varied(some, 3, seed=2)
    assert one.labels.tolist() == [d.label for d in some] * 3
    assert one.pixels.shape == (60, 1, 28, 28)
    assert torch.equal(one.pixels, again.pixels)
    assert not torch.equal(one.pixels, other.pixels)
    assert not torch.equal(one.pixels[:20], one.pixels[20:40])
    assert len(joined(one, rendered(some))) == 80


@pytest.fixture
def sources(tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(6))
    return Sources(hand_drawn_mnist(tmp_path / "mnist"), tmp_path / "pen.inkml")


def test_a_run_describes_what_came_of_it(sources):
    recipe = replace(RECIPES["pen"], epochs=1)
    reports = []
    checkpoint, last = run_recipe(recipe, sources, seed=3, report=reports.append)
    assert reports == [last]
    info = checkpoint.info
    assert (info.recipe, info.network, info.seed, info.epochs) == ("pen", "reader", 3, 1)
    assert (info.mean, info.std, info.parameters) == (recipe.mean, recipe.std, 224_562)
    assert info.data == "MNIST, 30 training images; 50 pen digits of 5 writers, 3 variations each"
    assert info.test_accuracy == last.test_accuracy
    assert not checkpoint.network.training


def test_held_out_images_take_the_place_of_the_test_images(sources, monkeypatch):
    for name in sources.mnist.glob("t10k*"):
        name.unlink()
    checkpoint, _ = run_recipe(RECIPE, replace(sources, hold_out=10))
    assert checkpoint.info.test_accuracy is None
    assert checkpoint.info.data == "MNIST, 20 training images"
    with pytest.raises(InputError, match="at most 29"):
        run_recipe(RECIPE, replace(sources, hold_out=30))


def test_a_run_without_data_asks_for_it(sources):
    with pytest.raises(InputError, match="nowhere does not hold train-images"):
        run_recipe(RECIPE, replace(sources, mnist=sources.mnist / "nowhere"))
    with pytest.raises(InputError, match="--ink"):
        run_recipe(RECIPES["pen"], replace(sources, ink=None))
    with pytest.raises(InputError, match="does not exist"):
        run_recipe(RECIPES["pen"], replace(sources, ink=sources.ink.with_name("none.inkml")))


def test_pixels_of_data_are_what_the_network_sees(digits):
    data, _ = digits
    assert data.pixels.dtype == torch.uint8
    assert np.count_nonzero(data.pixels.numpy()) > 50 * len(data)
