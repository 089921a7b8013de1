"""The training loop, without anything on disk."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
from digitpad.domain.schedules import learning_rate_at
from digitpad.learning.data.augment import augmented
from digitpad.learning.data.datasets import read_starter
from digitpad.learning.data.images import Images, split_validation
from digitpad.learning.data.pen_dataset import rendered, varied
from digitpad.learning.models.devices import choose_device
from digitpad.learning.training import loop as module
from digitpad.learning.training.loop import Training, steps_by
from digitpad.learning.training.recipes import RECIPES
from tests.hand_drawn import drawings

STRONG = Augmentation(degrees=12, scale=0.1, aspect=0.12, shear=0.2, shift=1.0, elastic=1.5, stroke=0.6)
RECIPE = Recipe(id="short", title="", network="five-by-five", epochs=3, batch=20, ema_decay=0.9, augmentation=STRONG)
PLAIN = Recipe(
    id="plain", title="", network="five-by-five", epochs=2, batch=16, schedule="constant", learning_rate=0.002
)


@pytest.fixture(scope="module")
def digits():
    """Hand-drawn digits, varied as the recipe 'pen' does, to train on; others, as they are, to test on."""
    return varied(drawings(5, seed=1), 3, seed=0), rendered(drawings(3, seed=2))


@pytest.fixture(params=[0.0, math.inf], ids=["a report a step", "a report an epoch"])
def pace(request, monkeypatch):
    monkeypatch.setattr(module, "_REPORT_SECONDS", request.param)
    return request.param


def trained(recipe, data, test, validation=None, **words):
    """The training after its end, and its reports."""
    training = Training(recipe, data, test, validation, **words)
    return training, list(training.reports())


def epochs(reports):
    return [report for report in reports if isinstance(report, EpochReport)]


def weights(network):
    return torch.cat([tensor.flatten().double() for tensor in network.state_dict().values()])


def test_fast_learns_the_starter_set_in_one_epoch():
    training, reports = trained(RECIPES["fast"], read_starter("train"), read_starter("test"))
    assert reports[-1].test_accuracy > 0.85
    assert reports[-1].test_accuracy == epochs(reports)[-1].test_accuracy
    assert training.progress.epoch == 1


def test_a_short_training_learns_and_reports(digits):
    training, reports = trained(RECIPE, *digits, seed=1)
    reported = epochs(reports)
    assert [(report.epoch, report.epochs) for report in reported] == [(1, 3), (2, 3), (3, 3)]
    losses = [report.train_loss for report in reported]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.7 * losses[0]
    assert reported[-1].test_loss < reported[0].test_loss
    assert reported[-1].test_accuracy > 0.5
    seconds = [report.train_seconds for report in reported]
    assert 0 < seconds[0] < seconds[1] < seconds[2]
    network = training.snapshot()
    assert not network.training
    assert {tensor.device.type for tensor in network.state_dict().values()} == {"cpu"}


def test_every_step_is_reported_once_in_order_with_its_rate(digits, pace):
    recipe = replace(RECIPE, batch=16, test_every=4, test_images=7)  # 150 images: nine steps and one of six images
    _, reports = trained(recipe, *digits, seed=1)
    steps = [report for report in reports if isinstance(report, StepsReport)]
    assert [step for report in steps for step in range(report.first, report.last + 1)] == list(range(1, 31))
    assert [learning_rate for report in steps for learning_rate in report.learning_rates] == [
        learning_rate_at(recipe, step, 30) for step in range(30)
    ]
    for report in steps:
        assert 0 < len(report.losses) == len(report.learning_rates) <= (1 if pace == 0 else 4)
        assert report.epoch == (report.first + 9) // 10 == (report.last + 9) // 10
        assert (report.epochs, report.steps) == (3, 30)
        assert report.images_per_second > 0
        assert report.remaining_seconds >= 0
        left = report.train_seconds / report.last * (30 - report.last)
        assert report.remaining_seconds == pytest.approx(left)
    seconds = [report.train_seconds for report in steps]
    assert seconds == sorted(seconds)
    assert steps[-1].remaining_seconds == 0
    interim = [report for report in reports if isinstance(report, InterimReport)]
    assert [(report.step, report.images) for report in interim] == [(step, 7) for step in range(4, 31, 4)]
    assert [report.step for report in epochs(reports)] == [10, 20, 30]
    # Each report follows the steps that it is about.
    for before, after in itertools.pairwise(reports):
        step = before.last if isinstance(before, StepsReport) else before.step
        assert step + 1 == after.first if isinstance(after, StepsReport) else step == after.step


def test_an_epoch_s_loss_and_accuracy_count_every_image(digits, pace):
    data, test = digits
    # So small a rate that the network stays as it began, which can be asked about all images afterwards.
    training, reports = trained(replace(PLAIN, learning_rate=1e-7, batch=40), data, test)
    for report in epochs(reports):
        losses = [x for r in reports if isinstance(r, StepsReport) and r.epoch == report.epoch for x in r.losses]
        assert report.train_loss == pytest.approx(np.average(losses, weights=[40, 40, 40, 30]))
        with torch.no_grad():
            logits = training.network(module.normalised(data.pixels, PLAIN.mean, PLAIN.std))
        right = (logits.argmax(1) == data.labels).float().mean()
        assert report.train_loss == pytest.approx(float(torch.nn.functional.cross_entropy(logits, data.labels)), 1e-3)
        assert report.train_accuracy == pytest.approx(float(right), abs=1.1 / 150)


def test_what_is_reported_is_what_the_network_reads(digits):
    _, test = digits
    training, reports = trained(RECIPE, *digits)
    with torch.no_grad():
        logits = training.snapshot()((test.pixels.float() / 255 - RECIPE.mean) / RECIPE.std)
    assert reports[-1].test_accuracy == pytest.approx(float((logits.argmax(1) == test.labels).double().mean()))
    assert reports[-1].test_loss == pytest.approx(float(torch.nn.functional.cross_entropy(logits, test.labels)), 1e-5)


@pytest.mark.parametrize("size", [1, 7, 30, 512])
def test_the_size_of_a_test_batch_changes_no_figure(digits, size):
    one, other = (Training(replace(PLAIN, test_batch=batch), *digits).assess() for batch in (size, 13))
    assert one.test_accuracy == other.test_accuracy
    assert one.test_loss == pytest.approx(other.test_loss, rel=1e-5)


def test_the_epochs_take_turns_with_the_sets_of_drawings(digits):
    data, test = digits
    sets = [Images(test.pixels[start : start + 10], test.labels[start : start + 10]) for start in (0, 10)]
    training = Training(PLAIN, data, test, drawn=sets)
    epochs = (report for report in training.reports() if isinstance(report, EpochReport))
    seen = [training.order.sort().values.tolist() for _ in epochs]
    lasting = list(range(len(data)))
    assert seen == [[*lasting, *range(len(data) + start, len(data) + start + 10)] for start in (0, 10)]
    assert torch.equal(training.data.pixels[len(data) :], torch.cat([images.pixels for images in sets]))
    assert training.progress.step == 2 * steps_by(len(data) + 10, PLAIN.batch)


@pytest.mark.parametrize(("precision", "native"), [("mixed", True), ("mixed", False), ("full", True)])
def test_mixed_precision_is_taken_where_it_is_asked_for_and_native(digits, monkeypatch, precision, native):
    monkeypatch.setattr(module, "computes_bfloat16", lambda _: native)
    seen = []
    training = Training(replace(PLAIN, precision=precision), *digits)
    training.network.register_forward_hook(lambda _module, _given, logits: seen.append(logits.dtype))
    reports = list(training.reports())
    learning = [dtype for dtype in seen if dtype is torch.bfloat16]
    assert len(learning) == (training.progress.step if precision == "mixed" and native else 0)  # tests compute in full
    assert epochs(reports)[-1].test_loss < epochs(reports)[0].test_loss
    assert {tensor.dtype for tensor in training.network.parameters()} == {torch.float32}


def test_a_column_learns_as_it_would_alone(digits, monkeypatch):
    column = [["flatten"], ["linear", 10]]
    monkeypatch.setattr(module, "NETWORKS", {"one": column, "three": [["columns", column, column, column]]})
    recipe = replace(
        PLAIN, network="three", optimiser="sgd", learning_rate=0.3, momentum=0.0
    )  # a third of it for each column
    three = Training(recipe, *digits, seed=4)
    one = Training(replace(recipe, network="one", learning_rate=0.1), *digits, seed=4)
    one.network.load_state_dict(three.network[0].columns[1].state_dict())
    reported, alone = list(three.reports()), list(one.reports())
    torch.testing.assert_close(one.network.state_dict(), three.network[0].columns[1].state_dict())
    assert epochs(reported)[-1].train_loss != pytest.approx(epochs(alone)[-1].train_loss, rel=1e-6)
    assert 0 < epochs(reported)[-1].train_accuracy <= 1


def test_the_seed_decides_everything(digits):
    recipe = replace(RECIPE, epochs=1, network="wide")  # with dropout and batch normalisation
    one, again, other = (weights(trained(recipe, *digits, seed=seed)[0].ema_network) for seed in (5, 5, 6))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("ema_decay", [0.0, 0.9])
def test_looking_at_a_training_between_its_reports_changes_nothing(digits, monkeypatch, ema_decay):
    monkeypatch.setattr(module, "_REPORT_SECONDS", 0)
    recipe = replace(RECIPE, epochs=1, network="wide", ema_decay=ema_decay)
    left_alone, _ = trained(recipe, *digits, seed=2)
    training = Training(recipe, *digits, seed=2)
    for _ in training.reports():
        assert not training.snapshot().training
        training.assess()
    assert torch.equal(weights(training.ema_network), weights(left_alone.ema_network))


def test_a_snapshot_stays_as_it_was(digits):
    training = Training(PLAIN, *digits)
    snapshot = training.snapshot()
    before = weights(snapshot)
    list(training.reports())
    assert torch.equal(weights(snapshot), before)
    assert not torch.equal(weights(training.snapshot()), before)


def test_neither_test_images_nor_held_out_ones_change_a_weight(digits):
    data, test = digits
    wrong = Images(test.pixels[:7], 9 - test.labels[:7])
    recipe = replace(RECIPE, epochs=2, test_every=3)
    expected = weights(trained(recipe, data, test)[0].ema_network)
    assert torch.equal(weights(trained(recipe, data, wrong)[0].ema_network), expected)
    assert torch.equal(weights(trained(recipe, data, test, wrong)[0].ema_network), expected)


def test_the_test_images_choose_nothing(digits):
    data, test = digits
    validation, wrong = Images(test.pixels[:9], test.labels[:9]), Images(test.pixels[9:], 9 - test.labels[9:])
    right, turned = (epochs(trained(RECIPE, data, images, validation)[1]) for images in (test, wrong))
    assert [report.is_best for report in right] == [report.is_best for report in turned]
    assert [report.validation_loss for report in right] == [report.validation_loss for report in turned]
    assert right[-1].test_accuracy > turned[-1].test_accuracy


def test_the_best_epoch_has_the_lowest_loss_over_the_images_held_out(digits):
    data, test = digits
    wrong = Images(test.pixels, (test.labels + 1) % 10)  # the better it reads, the worse it does on these
    for validation in (test, wrong):
        reported = epochs(trained(replace(RECIPE, epochs=4), data, test, validation, seed=1)[1])
        lowest = math.inf
        for report in reported:
            assert report.is_best == (report.validation_loss <= lowest)
            lowest = min(lowest, report.validation_loss)
    assert [report.is_best for report in reported] == [True, False, False, False]
    assert reported[-1].validation_accuracy < 0.2 < reported[-1].test_accuracy


def test_without_images_held_out_the_last_epoch_is_the_best(digits):
    for report in epochs(trained(RECIPE, *digits)[1]):
        assert (report.validation_loss, report.validation_accuracy, report.is_best) == (None, None, True)


def test_without_an_average_the_last_weights_are_kept(digits):
    ema_network, _ = trained(RECIPE, *digits, seed=1)
    last, reports = trained(replace(RECIPE, ema_decay=0.0), *digits, seed=1)
    assert last.ema_network is last.network
    assert torch.equal(weights(ema_network.network), weights(last.network))
    assert not torch.equal(weights(ema_network.ema_network), weights(last.network))
    assert reports[-1].test_accuracy > 0.5


def test_the_average_follows_the_weights_step_by_step(digits, monkeypatch):
    monkeypatch.setattr(module, "_REPORT_SECONDS", 0)
    training = Training(replace(RECIPE, epochs=1), *digits)
    expected = weights(training.network)
    for report in training.reports():
        if isinstance(report, StepsReport):
            weight_decay = min(0.9, report.last / (report.last + 10))
            expected = weight_decay * expected + (1 - weight_decay) * weights(training.network)
            assert torch.allclose(weights(training.ema_network), expected, atol=1e-6)


@pytest.mark.parametrize("network", ["five-by-five", "mlp", "wide"])
@pytest.mark.parametrize("images", [2, 19, 20, 21, 40, 41, 42])
def test_any_number_of_images_can_be_trained_on(digits, network, images):
    data, test = digits
    few = Images(data.pixels[:images], data.labels[:images])
    training, reports = trained(replace(RECIPE, epochs=2, network=network), few, test)
    # One image left over joins the batch before: batch normalisation cannot train on one alone.
    assert reports[-1].step == 2 * {2: 1, 19: 1, 20: 1, 21: 1, 40: 2, 41: 2, 42: 3}[images]
    assert sorted(training.order.tolist()) == list(range(images))


@given(st.integers(1, 300), st.integers(1, 50))
def test_an_epoch_has_as_many_steps_as_are_counted(images, batch):
    position, steps = 0, 0
    while position < images:
        taken = batch + 1 if batch > 1 and images - position == batch + 1 else min(batch, images - position)
        position, steps = position + taken, steps + 1
        assert steps_by(position, batch) == steps
        assert taken > 1 or 1 in (batch, images)


@pytest.mark.parametrize("broken", [{"learning_rate": 1e20}, {"learning_rate": 1e5, "network": "mlp"}, {"std": 0.0}])
def test_a_loss_that_is_no_number_ends_the_run_with_a_sentence(digits, broken, pace):
    with pytest.raises(DigitpadError, match=r"no longer a number at step \d.*learning rate") as failed:
        trained(replace(RECIPE, epochs=5, **broken), *digits)
    assert not isinstance(failed.value, InputError)


def test_no_report_tells_of_a_loss_that_is_no_number(digits, pace):
    reports = []
    with pytest.raises(DigitpadError):
        reports.extend(Training(replace(RECIPE, learning_rate=1e20), *digits).reports())
    for report in reports:
        assert all(map(math.isfinite, report.losses if isinstance(report, StepsReport) else [report.test_loss]))


@pytest.mark.parametrize("within", [False, True])
def test_a_test_loss_that_is_no_number_ends_the_run_where_that_of_the_steps_is_one(digits, pace, within):
    training = Training(replace(RECIPE, network="mlp", ema_decay=0.0, test_every=3 * within), *digits)
    running = training.network[2].running_var  # which only a test reads
    training.optimiser.register_step_post_hook(lambda *_: running.fill_(math.nan))
    reports = []
    with pytest.raises(DigitpadError, match=f"no longer a number at step {3 if within else 8}"):
        reports.extend(training.reports())
    assert training.progress.step == (3 if within else 8)


@pytest.mark.parametrize("ema_decay", [0.0, 0.9])
def test_weights_that_are_no_numbers_are_found(digits, ema_decay):
    training = Training(replace(RECIPE, ema_decay=ema_decay), *digits)
    training.check_numbers()
    with torch.no_grad():
        training.ema_network[0].bias[3] = math.inf
    with pytest.raises(DigitpadError, match="no longer a number"):
        training.check_numbers()


def test_label_smoothing_counts_in_training_and_choosing_alone(digits):
    data, test = digits
    # So small a rate that the network stays as it began.
    recipe = replace(PLAIN, epochs=1, learning_rate=1e-7, label_smoothing=0.3)
    training, reports = trained(recipe, data, test, test)
    losses = [
        float(torch.nn.functional.cross_entropy(training.logits(images), images.labels, label_smoothing=smoothing))
        for images, smoothing in ((data, 0.3), (test, 0.0), (test, 0.3))
    ]
    report = reports[-1]
    assert [report.train_loss, report.test_loss, report.validation_loss] == pytest.approx(losses, rel=1e-3)
    assert len({round(loss, 3) for loss in losses}) == 3


def test_a_batch_of_one_image_is_a_step(digits):
    data, test = digits
    few = Images(data.pixels[:7], data.labels[:7])
    recipe = replace(PLAIN, batch=1, epochs=1, learning_rate=1e-7)
    training, reports = trained(recipe, few, test)
    losses = [loss for report in reports if isinstance(report, StepsReport) for loss in report.losses]
    logits, labels = training.logits(few)[training.order], few.labels[training.order]
    expected = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    assert losses == pytest.approx(expected.tolist(), rel=1e-3)


def test_every_device_that_is_there_trains(digits):
    for device in {choose_device("auto"), torch.device("cpu")}:
        training, reports = trained(RECIPE, *digits, device=device, seed=1)
        reported = epochs(reports)
        assert reported[-1].train_loss < 0.7 * reported[0].train_loss
        assert training.snapshot()[0].weight.device.type == "cpu"


# Images held out.


@given(st.integers(1, 300), st.integers(0, 60), st.integers(0, 9))
def test_images_are_held_out_once_and_always_the_same(count, wanted, seed):
    images = Images(torch.arange(count).view(-1, 1, 1, 1), torch.arange(count))
    torch.manual_seed(seed)
    rest, held_out = split_validation(images, wanted)
    size = min(wanted, count // 10)
    assert (held_out is None) == (size == 0)
    out = [] if held_out is None else held_out.labels.tolist()
    assert len(out) == size
    assert sorted(rest.labels.tolist() + out) == list(range(count))
    assert rest.labels.tolist() == sorted(rest.labels.tolist())
    assert torch.equal(rest.pixels.flatten(), rest.labels)
    torch.manual_seed(seed + 1)
    assert torch.equal(split_validation(images, wanted)[0].labels, rest.labels)


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


def test_pixels_of_data_are_what_the_network_sees(digits):
    data, _ = digits
    assert data.pixels.dtype == torch.uint8
    assert np.count_nonzero(data.pixels.numpy()) > 50 * len(data)
