"""A training that is saved, forgotten and gone on with ends where an unbroken one would have ended, to the last bit."""

import json
import struct
from dataclasses import replace
from functools import cache

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.reports import EpochReport, StepsReport
from digitpad.learning.data.images import Images
from digitpad.learning.data.pen_dataset import rendered
from digitpad.learning.training import loop as module
from digitpad.learning.training.loop import Training
from digitpad.learning.training.training_state import load_state, save_state
from tests.hand_drawn import drawings

VARIED = Augmentation(degrees=10, scale=0.1, shear=0.2, shift=1.0, elastic=1.0, stroke=0.4, plain=0.2)
RECIPE = Recipe(id="a", title="A", network="five-by-five", epochs=2, batch=10, test_every=3, test_images=5)

RECIPES = {
    "adamw": replace(RECIPE, ema_decay=0.9, augmentation=VARIED, validation_images=4),
    "adam": replace(RECIPE, optimiser="adam", schedule="constant", learning_rate=0.001),
    "adam, averaged": replace(RECIPE, optimiser="adam", ema_decay=0.5, augmentation=VARIED),
    "sgd": replace(RECIPE, optimiser="sgd", schedule="constant", learning_rate=0.01),
    "sgd without momentum": replace(RECIPE, optimiser="sgd", schedule="constant", learning_rate=0.01, momentum=0.0),
    "sgd, averaged, one-cycle": replace(RECIPE, optimiser="sgd", learning_rate=0.01, ema_decay=0.9),
    "steps": replace(RECIPE, network="mlp", optimiser="sgd", schedule="steps", milestones=(0, 1), epochs=3),
    "dropout and batch normalisation": replace(RECIPE, network="wide", ema_decay=0.9, augmentation=VARIED),
    "mixed precision": replace(RECIPE, network="wide", precision="mixed", ema_decay=0.9),
    "dropout, without an average": replace(RECIPE, network="wide", optimiser="adam"),
    "sets of drawings": replace(RECIPE, drawing_sets=2, epochs=3),
}
SEED = 7


@cache
def images():
    """35 to train on, others to test on, and to choose by."""
    made = [rendered(drawings(4, seed=seed)) for seed in (1, 2, 3)]
    return [Images(made[0].pixels[:35], made[0].labels[:35]), made[1], made[2]]


def begun(recipe, seed=SEED):
    data, test, validation = images()
    drawn = [part(test, 0, 15), part(test, 20, 35)] if recipe.drawing_sets > 1 else []
    return Training(recipe, data, test, validation if recipe.validation_images else None, drawn=drawn, seed=seed)


def part(images, start, end):
    return Images(images.pixels[start:end], images.labels[start:end])


def everything(training):
    """Every number that a training is made of."""
    state = {f"network.{key}": value.clone() for key, value in training.network.state_dict().items()}
    state |= {f"averaged.{key}": value.clone() for key, value in training.ema_network.state_dict().items()}
    for index, held in training.optimiser.state_dict()["state"].items():
        state |= {f"{index}.{name}": value.clone() for name, value in held.items() if value is not None}
    return state | {"generator": training.generator.get_state(), "random": torch.get_rng_state()}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for key in one:
        assert torch.equal(one[key], other[key]), key


def reported(reports):
    """What reports say of steps and epochs, without times."""
    said = []
    for report in reports:
        if isinstance(report, StepsReport):
            said += list(zip(range(report.first, report.last + 1), report.losses, report.learning_rates, strict=True))
        elif isinstance(report, EpochReport):
            said.append(replace(report, train_seconds=0.0))
    return said


@pytest.fixture(autouse=True)
def a_report_a_step(monkeypatch):
    monkeypatch.setattr(module, "_REPORT_SECONDS", 0)


@cache
def unbroken(name):
    """All numbers at the end of an unbroken training, and its reports."""
    training = begun(RECIPES[name])
    reports = list(training.reports())
    return everything(training), reports


def stopped_after(training, count):
    """The first reports of a training, which stands still afterwards."""
    reports = training.reports()
    return [report for _, report in zip(range(count), reports, strict=False)]


@pytest.mark.parametrize("name", RECIPES)
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])  # shrinking would train for minutes
@given(data=st.data())
def test_it_ends_where_an_unbroken_one_ends_wherever_it_was_stopped(tmp_path_factory, name, data):
    expected, reports = unbroken(name)
    path = tmp_path_factory.mktemp("state") / "resume.safetensors"
    stops = sorted(data.draw(st.lists(st.integers(1, len(reports) - 1), min_size=1, max_size=3, unique=True)))
    training, said = begun(RECIPES[name]), []
    for before, stop in zip([0, *stops], stops, strict=False):
        said += stopped_after(training, stop - before)
        save_state(path, training)
        torch.manual_seed(data.draw(st.integers(0, 99)))  # the next one starts in a process that drew other numbers
        training = begun(RECIPES[name], seed=data.draw(st.sampled_from([SEED, 8])))
        load_state(path, training)
    said += list(training.reports())
    assert_same(everything(training), expected)
    assert training.progress == replace(training.progress, epoch=RECIPES[name].epochs, position=0)
    # A test that belongs to the very step that it was stopped after is the run's to wait for: see test_runs.
    assert reported(said) == reported(reports)


@pytest.mark.parametrize("name", ["adamw", "dropout and batch normalisation"])
def test_a_state_loaded_is_the_state_saved(tmp_path, name):
    training = begun(RECIPES[name])
    stopped_after(training, 5)
    save_state(tmp_path / "a", training)
    expected = everything(training)
    other = begun(RECIPES[name], seed=1)
    load_state(tmp_path / "a", other)
    assert_same(everything(other), expected)
    assert other.progress == training.progress
    assert torch.equal(other.order, training.order)
    save_state(tmp_path / "b", other)
    assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()
    for one, like in zip(other.network.parameters(), training.network.parameters(), strict=True):
        assert one.stride() == like.stride()  # the kernels, and with them the last bits, depend on the layout


def test_more_epochs_than_were_planned(tmp_path):
    recipe = RECIPES["adam"]
    training = begun(recipe)
    list(training.reports())
    save_state(tmp_path / "a", training)
    more = begun(replace(recipe, epochs=4))
    load_state(tmp_path / "a", more)
    reports = list(more.reports())
    assert [report.epoch for report in reports if isinstance(report, EpochReport)] == [3, 4]
    straight = begun(replace(recipe, epochs=4))
    list(straight.reports())
    assert_same(everything(more), everything(straight))


# Files that are no state of this training.


@pytest.fixture
def saved(tmp_path):
    training = begun(RECIPES["adamw"])
    stopped_after(training, 4)
    save_state(tmp_path / "resume.safetensors", training)
    return tmp_path / "resume.safetensors"


def fails(path, name="adamw", **changes):
    training = begun(replace(RECIPES[name], **changes))
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(InputError) as error:
        load_state(path, training)
    assert path.name in str(error.value)
    assert (path.read_bytes() if path.is_file() else None) == before
    return str(error.value)


def test_a_state_that_is_cut_off_is_refused_wherever_it_ends(saved):
    whole = saved.read_bytes()
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    for end in {0, 1, 7, 8, 9, header - 1, header, header + 1, len(whole) - 1, *range(10, len(whole), 40_009)}:
        saved.write_bytes(whole[:end])
        assert ("cut off" if end else "is empty") in fails(saved)


def test_what_is_no_state_is_refused(saved, tmp_path):
    fails(tmp_path / "missing.safetensors")
    for content in (b"", b"text", b"\x80\x04.", save({"a": torch.zeros(1)}), save({}, {"digitpad-resume": "[]"})):
        saved.write_bytes(content)
        fails(saved)


def test_what_describes_more_than_a_state_needs_is_refused_unread(saved):
    many = {f"network.{number}.weight": torch.zeros(1) for number in range(5000)}
    saved.write_bytes(save(many, {"digitpad-resume": '{"format": 2}'}))
    assert "5,000 tensors" in fails(saved)
    saved.write_bytes(save({"a": torch.zeros(1)}, {"digitpad-resume": " " * (2 << 20)}))
    assert "describes its tensors in 2 MB" in fails(saved)


@pytest.mark.parametrize("name", [name for name in RECIPES if name != "adamw"])
def test_the_state_of_another_recipe_is_refused(saved, name):
    assert "another" in fails(saved, name) or "this recipe" in fails(saved, name)


@pytest.mark.parametrize("changes", [{"batch": 11}, {"ema_decay": 0.0}, {"optimiser": "adam"}, {"network": "sgd"}])
def test_the_state_of_a_recipe_that_was_changed_is_refused(saved, changes):
    assert "this recipe and data" in fails(saved, **changes)


def test_the_state_of_other_data_is_refused(saved):
    data, test, validation = images()
    for count in (34, 36):
        other = Images(torch.cat([data.pixels, data.pixels])[:count], torch.cat([data.labels, data.labels])[:count])
        with pytest.raises(InputError, match="on other images"):
            load_state(saved, Training(RECIPES["adamw"], other, test, validation))


@pytest.mark.parametrize("changed", ["pixels", "labels"])
def test_as_many_other_images_are_refused_with_a_sentence_of_their_own(saved, changed):
    data, test, validation = images()
    other = Images(data.pixels.clone(), data.labels.clone())
    getattr(other, changed)[7] += 1
    for sets in [(other, test, validation), (data, test, Images(validation.pixels, (validation.labels + 1) % 10))]:
        with pytest.raises(InputError, match="training on other images: the data have changed"):
            load_state(saved, Training(RECIPES["adamw"], *sets))


def test_a_state_that_does_not_say_which_images_it_comes_from_is_taken(saved):
    expected = loaded(saved)
    rewritten(saved, data="absent")
    assert_same(loaded(saved), expected)


def loaded(path):
    """Every number of a training that goes on from a state."""
    training = begun(RECIPES["adamw"])
    load_state(path, training)
    return everything(training)


def rewritten(path, tensors=None, **described):
    """The file with some tensors and some of what it says of itself exchanged; None removes one."""
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
    said = json.loads(header["__metadata__"]["digitpad-resume"]) | described
    held = {key: value for key, value in (load(content) | (tensors or {})).items() if value is not None}
    said = {key: value for key, value in said.items() if value != "absent"}
    path.write_bytes(save(held, {"digitpad-resume": json.dumps(said)}))


def test_a_file_that_is_written_anew_as_it_was_is_taken(saved):
    expected = loaded(saved)
    rewritten(saved)
    assert_same(loaded(saved), expected)


@pytest.mark.parametrize("name", ["format", "epoch", "position", "step", "right", "train_seconds"])
def test_a_value_that_cannot_be_is_refused(saved, name):
    whole = saved.read_bytes()
    values = [-1, "1", None, [1], float("nan"), "absent", *([0.5] if name != "train_seconds" else [])]
    wrong = {"format": [10**30, 1, 3], **{key: [10**30, 2, 29] for key in ["epoch", "position", "step"]}}
    for value in values + wrong.get(name, []):
        saved.write_bytes(whole)
        rewritten(saved, **{name: value})
        fails(saved)


ORDER = torch.arange(35)


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("order", None),
        ("order", ORDER[:34]),
        ("order", ORDER.float()),
        ("order", ORDER - 1),
        ("order", torch.zeros(35, dtype=torch.int64)),
        ("order", torch.tensor(3)),
        ("generator", None),
        ("generator", torch.zeros(3, dtype=torch.uint8)),
        ("random.cpu", None),
        ("random.cpu", torch.zeros(3)),
        ("network.0.weight", None),
        ("network.0.weight", torch.zeros(16, 1, 3, 3)),
        ("averaged.0.weight", None),
        ("network.99.weight", torch.zeros(1)),
        ("optimiser.99.step", torch.zeros(1)),
        ("optimiser.x.step", torch.zeros(1)),
        ("optimiser.0", torch.zeros(1)),
        ("foreign", torch.zeros(1)),
    ],
)
def test_a_tensor_that_is_missing_or_foreign_is_refused(saved, name, tensor):
    rewritten(saved, {name: tensor})
    fails(saved)


def test_a_state_from_another_kind_of_device_goes_on_with_other_random_numbers(saved):
    rewritten(saved, {"random.cuda": torch.zeros(16, dtype=torch.uint8), "generator": torch.zeros(16)}, device="cuda")
    training = begun(RECIPES["adamw"])
    load_state(saved, training)
    assert training.progress.step == 3
    assert [r.epoch for r in training.reports() if isinstance(r, EpochReport)] == [1, 2]


def test_a_state_that_cannot_be_written_leaves_the_old_one(saved, monkeypatch):
    import digitpad.storage.io

    def full(_):
        raise OSError(28, "No space left on device")

    before = saved.read_bytes()
    training = begun(RECIPES["adamw"])
    stopped_after(training, 1)
    monkeypatch.setattr(digitpad.storage.io.os, "fsync", full)
    with pytest.raises(DigitpadError, match="disk is full"):
        save_state(saved, training)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_s_training_is_saved_and_gone_on_with(tmp_path):
    data, test, _ = images()
    recipe = RECIPES["dropout and batch normalisation"]
    training = Training(recipe, data, test, seed=SEED, device=torch.device("cuda"))
    stopped_after(training, 3)
    save_state(tmp_path / "a", training)
    for device in ("cuda", "cpu"):
        other = Training(recipe, data, test, seed=1, device=torch.device(device))
        load_state(tmp_path / "a", other)
        state = {key: value.cpu() for key, value in other.network.state_dict().items()}
        assert_same(state, {key: value.cpu() for key, value in training.network.state_dict().items()})
        assert list(other.reports())[-1].epoch == recipe.epochs
