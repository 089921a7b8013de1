"""Runs on disk: saved as they go, stopped, gone on with, and what they leave behind when something fails."""

import contextlib
import errno
import json
import math
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from digitpad.domain.errors import DigitpadError, InputError, Message
from digitpad.domain.recipe import Recipe
from digitpad.domain.rejection import FALSE_REJECTION_RATES
from digitpad.domain.reports import EarlierReports, EpochReport, InterimReport, Preparing, Samples, StepsReport
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.ink.formats.inkml import write_inkml
from digitpad.ink.raster.render import render
from digitpad.learning.data.images import read_mnist, split_validation
from digitpad.learning.models.checkpoints import as_network
from digitpad.learning.models.networks import build
from digitpad.learning.training import loop, rejection
from digitpad.learning.training import prepare as preparing
from digitpad.learning.training import runs as module
from digitpad.learning.training.loop import Training
from digitpad.learning.training.recipes import RECIPES
from digitpad.learning.training.runs import PreviewTimer, resume, run
from digitpad.reading.load import load_checkpoint
from digitpad.storage import datasets
from digitpad.storage.recipe_store import save_recipe
from digitpad.storage.run_store import CUT_OFF, find_run, list_runs, rename_run
from tests.hand_drawn import drawings
from tests.learning.idx_files import hand_drawn_mnist, write_part
from tests.learning.training.test_loop import weights
from tests.reading.networks import parameter_count

LIMIT = 60
RECIPE = Recipe(id="tiny", title="Tiny", network="five-by-five", epochs=3, batch=10, test_every=2, test_images=5)


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    """A folder with 40 hand-drawn images to train on and as many to test on."""
    return hand_drawn_mnist(tmp_path_factory.mktemp("data") / "mnist", 4)


@pytest.fixture
def config(mnist):
    return TrainingConfig(RECIPE, seed=3, data=str(mnist), device="cpu")


@pytest.fixture(autouse=True)
def a_report_a_step(monkeypatch):
    monkeypatch.setattr(loop, "_REPORT_SECONDS", 0)


def trained(config, folder, **words):
    """The folder of a run that was trained to its end, and what is known of it."""
    info = run(config, folder, threads=1, **words)
    return find_run(folder, info.id), info


def only_run(folder):
    (info,) = list_runs(folder)
    return find_run(folder, info.id), info


def stopping_after(count):
    """A control, and what to tell so that it stops the run after some reports."""
    control, seen = RunControl(), []

    def on_progress(report):
        seen.append(report)
        if len(seen) == count + 1:  # the first is no report but the run itself
            control.stop()

    return {"control": control, "on_progress": on_progress}, seen


def steps(run_folder):
    """Losses and rates of each step, from the curves."""
    reports = [report for report in run_folder.reports() if isinstance(report, StepsReport)]
    return [
        said
        for report in reports
        for said in zip(range(report.first, report.last + 1), report.losses, report.learning_rates, strict=True)
    ]


def interim_and_epoch_reports(run_folder):
    """Tests and epochs, from the curves, without times."""
    reports = [report for report in run_folder.reports() if not isinstance(report, StepsReport)]
    return [replace(report, train_seconds=0.0) if isinstance(report, EpochReport) else report for report in reports]


def assert_same_end(one, other):
    for file in ("best", "last"):
        assert torch.equal(*(weights(as_network(load_checkpoint(getattr(folder, file)))) for folder in (one, other)))
    assert steps(one) == steps(other)
    assert interim_and_epoch_reports(one) == interim_and_epoch_reports(other)
    reported = [
        replace(folder.read_info(), id="", name="", started="", ink="", train_seconds=0.0) for folder in (one, other)
    ]
    assert reported[0] == reported[1]


# What a run says and leaves behind.


def test_a_run_describes_what_came_of_it(config, tmp_path):
    reported = []
    folder, info = trained(config, tmp_path / "runs", on_progress=reported.append)
    assert info == folder.read_info() == list_runs(tmp_path / "runs")[0]
    assert (info.recipe, info.seed, info.data_id, info.device) == (RECIPE, 3, config.data, "cpu")
    assert str(info.data) == "mnist, 40 training images"
    assert (info.state, info.problem, info.epochs_done) == ("finished", Message(""), 3)
    begun, *reports = reported
    assert isinstance(begun, RunInfo)
    assert (begun.id, begun.state, begun.epochs_done) == (info.id, "running", 0)
    assert folder.reports() == reports
    epochs = [report for report in reports if isinstance(report, EpochReport)]
    assert info.last_accuracy == info.best_accuracy == epochs[-1].test_accuracy
    assert info.train_seconds == epochs[-1].train_seconds
    assert folder.best.read_bytes() == folder.last.read_bytes()
    assert not folder.is_being_trained()
    assert not list(folder.path.glob("*.part"))


SHOWN = replace(RECIPE, samples_before=7, samples_after=5, outputs_after=2)


def reported_samples(reported):
    """Where in what was reported the images that the recipe shows are, and those images."""
    return {place: said for place, said in enumerate(reported) if isinstance(said, Samples)}


def test_images_are_reported_before_the_first_step_and_at_the_end_and_not_kept(config, tmp_path):
    reported = []
    folder, _ = trained(replace(config, recipe=SHOWN), tmp_path, on_progress=reported.append)
    shown = reported_samples(reported)
    assert list(shown) == [1, len(reported) - 1]
    before, after = shown.values()
    data = Path(config.data)
    assert np.array_equal(before.pixels, read_mnist(data, "train").pixels[:7, 0])
    assert np.array_equal(after.pixels, read_mnist(data, "test").pixels[:5, 0])
    assert (len(after.probabilities), after.outputs) == (5, 2)
    interim = [said for said in reported if isinstance(said, InterimReport)]
    assert interim[-1].step == 12  # the last step's test, on the same five images
    assert (after.predictions == after.labels).mean() == pytest.approx(interim[-1].accuracy)
    assert folder.reports() == [said for place, said in enumerate(reported) if place and place not in shown]
    assert folder.read_info().recipe == SHOWN


@pytest.mark.parametrize("skip_test", [False, True])
def test_a_run_that_was_stopped_shows_no_images_at_its_end_and_those_once_it_is_resumed(config, tmp_path, skip_test):
    control, reported = RunControl(), []

    def on_progress(said):
        reported.append(said)
        if isinstance(said, StepsReport) and said.last == 5:
            control.stop(skip_test=skip_test)

    folder, info = trained(replace(config, recipe=SHOWN), tmp_path, control=control, on_progress=on_progress)
    assert info.state == "stopped"
    assert list(reported_samples(reported)) == [1]
    reported = []
    assert resume(folder, on_progress=reported.append, threads=1).state == "finished"
    assert list(reported_samples(reported)) == [len(reported) - 1]
    assert reported[-1].probabilities is not None


@pytest.mark.parametrize("step", [4, 5])  # the end of an epoch, where it is tested anyhow, and a step within one
def test_a_test_that_goes_on_is_skipped_and_made_up_for(config, tmp_path, monkeypatch, step):
    control, tested = RunControl(), Training.assess
    recipe = replace(config.recipe, epochs=2, test_every=0)

    def assess(training):
        if training.skips_test():
            raise AssertionError("nothing is to be tested any more")
        if training.progress.step >= step:
            control.stop(skip_test=True)
        return tested(training)

    monkeypatch.setattr(Training, "assess", assess)

    def on_progress(said):
        if step == 5 and isinstance(said, StepsReport) and said.last == step:
            control.stop()

    folder, info = trained(replace(config, recipe=recipe), tmp_path, control=control, on_progress=on_progress)
    assert (info.state, info.epochs_done) == ("stopped", 1 if step == 5 else 0)
    monkeypatch.setattr(Training, "assess", tested)
    info = resume(folder, threads=1)
    assert (info.state, info.epochs_done) == ("finished", 2)


def test_a_calibration_that_goes_on_is_broken_off_and_made_up_for(config, tmp_path, monkeypatch):
    control, computed = RunControl(), loop.batched_logits

    def batched_logits(*words):
        control.stop(skip_test=True)
        return computed(*words)

    monkeypatch.setattr(rejection, "batched_logits", batched_logits)
    write_inkml(tmp_path / "pen.inkml", drawings(6))
    recipe = replace(config.recipe, epochs=2, validation_images=4, outliers=20)
    config = replace(config, recipe=recipe, ink=tmp_path / "pen.inkml")
    folder, info = trained(config, tmp_path / "runs", control=control)
    assert (info.state, info.epochs_done, load_checkpoint(folder.best).info.thresholds) == ("stopped", 1, [])
    assert resume(folder, threads=1).state == "finished"
    assert load_checkpoint(folder.last).info.thresholds


def test_who_waits_for_the_end_of_a_run_waits_for_no_images(config, tmp_path):
    control, reported = RunControl(), []

    def on_progress(said):
        reported.append(said)
        if isinstance(said, EpochReport) and said.epoch == 3:
            control.stop(skip_test=True)

    _, info = trained(replace(config, recipe=SHOWN), tmp_path, control=control, on_progress=on_progress)
    assert info.state == "finished"
    assert list(reported_samples(reported)) == [1]


def test_a_checkpoint_tells_where_it_comes_from(config, tmp_path):
    folder, info = trained(config, tmp_path)
    checkpoint = load_checkpoint(folder.best)
    said = checkpoint.info
    assert (said.run, said.recipe, said.network, said.seed) == (info.id, "tiny", "five-by-five", 3)
    assert (said.epochs, said.data, said.test_accuracy, said.own_accuracy) == (3, info.data, None, info.last_accuracy)
    assert (said.mean, said.std, said.parameters) == (RECIPE.mean, RECIPE.std, 28_938)
    assert not as_network(checkpoint).training
    test = read_mnist(Path(config.data), "test")
    with torch.no_grad():
        logits = as_network(checkpoint)(loop.normalised(test.pixels, said.mean, said.std))
    assert float((logits.argmax(1) == test.labels).float().mean()) == pytest.approx(info.best_accuracy)


def test_the_checkpoint_of_each_epoch_is_kept_where_the_run_is_asked_to(config, tmp_path):
    assert trained(config, tmp_path / "plain")[0].epochs() == []
    folder, _ = trained(replace(config, recipe=replace(RECIPE, keep_epochs=True)), tmp_path)
    assert folder.epochs() == [1, 2, 3]
    infos = [load_checkpoint(folder.epoch(number)).info for number in folder.epochs()]
    assert [(info.epochs, info.name) for info in infos] == [(number, f"tiny, epoch {number}") for number in (1, 2, 3)]
    last, third = load_checkpoint(folder.last), load_checkpoint(folder.epoch(3))
    assert all(np.array_equal(last.arrays[name], third.arrays[name]) for name in last.arrays)


def test_the_starter_set_trains_too_and_gives_no_figure_for_mnist_s_test_images(tmp_path):
    recipe = replace(RECIPES["fast"], batch=500)
    folder, info = trained(TrainingConfig(recipe, data="starter", device="cpu"), tmp_path)
    assert str(info.data) == "Starter set, 4,000 training images"
    assert 0 < info.best_accuracy < 1
    held = load_checkpoint(folder.best).info
    assert held.test_accuracy is None
    assert [rate for rate, _ in held.thresholds] == list(FALSE_REJECTION_RATES)
    assert 0 < held.outliers_rejected < 1
    assert held.temperature != 1.0
    assert "at 0.3 % false rejections" in str(held.rejection)


def test_a_network_in_training_cannot_reject_unless_it_is_trained_on_outliers(config, strokes, tmp_path):
    shown = []
    for number, wanted in enumerate((replace(config, recipe=replace(RECIPE, validation_images=4)), strokes)):
        trained(wanted, tmp_path / str(number), show=lambda checkpoint, _step: shown.append(checkpoint.info))
        assert any(bool(info.thresholds) for info in shown) == bool(wanted.recipe.outliers)
        assert "before its training ends" in str(shown[0].rejection)


def test_who_waits_for_the_end_of_a_run_waits_for_no_thresholds(config, tmp_path):
    control = RunControl()

    def on_progress(said):
        if isinstance(said, StepsReport) and said.last == 5:
            control.stop(skip_test=True)

    config = replace(config, recipe=replace(RECIPE, validation_images=4))
    folder, _ = trained(config, tmp_path, control=control, on_progress=on_progress)
    held = load_checkpoint(folder.last).info
    assert (held.thresholds, str(held.rejection)) == ([], "cannot reject: it always answers with a digit")
    assert resume(folder, threads=1).state == "finished"
    assert load_checkpoint(folder.last).info.thresholds


def test_pen_strokes_join_the_images_of_recipes_that_want_them(config, tmp_path):
    write_inkml(tmp_path / "pen.inkml", drawings(6))
    recipe = replace(
        RECIPES["pen"],
        network="small",
        epochs=1,
        batch=32,
        stroke_variations=2,
        digit_styles=3,
        outliers=21,
        drawing_sets=1,
    )
    folder, info = trained(replace(config, recipe=recipe, ink=tmp_path / "pen.inkml"), tmp_path / "runs")
    assert str(info.data) == (
        "mnist, 40 training images; 50 pen digits of 5 writers, 2 variations each; 30 made-up digits; "
        "21 drawings of no digit"
    )
    assert len(steps(folder)) == math.ceil((40 - 4 + 100 + 30 + 21) / recipe.batch)
    assert info.ink == str(tmp_path / "pen.inkml")
    for path in (folder.best, folder.last):
        held = load_checkpoint(path).info
        assert held.temperature != 1.0
        assert [share for share, _ in held.thresholds] == list(FALSE_REJECTION_RATES)
    with pytest.raises(InputError, match=r"pen strokes.*none\.inkml does not exist"):
        run(replace(config, recipe=recipe, ink=tmp_path / "none.inkml"), tmp_path / "runs", threads=1)


@pytest.fixture
def strokes(config, tmp_path):
    """A configuration with a few pen strokes."""
    write_inkml(tmp_path / "pen.inkml", drawings(6))
    recipe = replace(
        RECIPES["pen"],
        network="small",
        epochs=2,
        batch=32,
        stroke_variations=1,
        digit_styles=1,
        outliers=5,
        drawing_sets=2,
        ema_decay=0.0,
    )
    return replace(config, recipe=recipe, ink=tmp_path / "pen.inkml")


def test_a_run_goes_on_with_the_strokes_that_it_was_trained_on_and_with_no_others(strokes, tmp_path):
    whole, _ = trained(strokes, tmp_path / "whole")
    folder, info = trained(
        strokes, tmp_path / "runs", control=(control := RunControl()), on_progress=stopping(control, EpochReport)
    )
    assert (info.state, info.epochs_done) == ("stopped", 1)
    strokes.ink.rename(tmp_path / "elsewhere.inkml")
    with pytest.raises(InputError, match=r"pen\.inkml does not exist"):
        resume(folder, threads=1)
    write_inkml(strokes.ink, drawings(6, seed=8))  # as many, by the same writers
    with pytest.raises(InputError, match="other images"):
        resume(folder, threads=1)
    control.stop()
    with pytest.raises(DigitpadError, match=r"stopped before it went on; what it learned until then is kept\.$"):
        resume(folder, control=control, threads=1)
    assert folder.read_info() == info
    assert resume(folder, ink=tmp_path / "elsewhere.inkml", threads=1).state == "finished"
    assert folder.read_info().ink == str(tmp_path / "elsewhere.inkml")
    assert_same_end(folder, whole)


def test_strokes_that_are_named_for_a_recipe_without_any_are_not_remembered(config, tmp_path):
    folder, info = trained(replace(config, ink=tmp_path / "gone.inkml"), tmp_path / "runs")
    assert info.ink == resume(folder, epochs=4, ink=tmp_path / "gone.inkml", threads=1).ink == ""


def test_a_state_that_cannot_be_used_is_refused_before_the_drawings_are_varied(strokes, tmp_path):
    control, reported = RunControl(), []
    folder, _ = trained(strokes, tmp_path / "runs", control=control, on_progress=stopping(control, EpochReport))
    folder.resume.write_bytes(b"broken")
    with pytest.raises(InputError):
        resume(folder, on_progress=reported.append, threads=1)
    assert reported == []


def test_made_up_digits_alone_join_the_images_without_a_file_or_thresholds(strokes, tmp_path):
    recipe = replace(strokes.recipe, stroke_variations=0, outliers=0, validation_images=0)
    folder, info = trained(replace(strokes, recipe=recipe, ink=tmp_path / "gone.inkml"), tmp_path / "runs")
    assert (info.ink, str(info.data)) == (
        "",
        "mnist, 40 training images; 10 made-up digits; all of these in 2 sets, with which the epochs take turns",
    )
    held = load_checkpoint(folder.last).info
    assert (held.temperature, held.thresholds) == (1.0, [])


def test_a_stop_while_drawings_are_made_is_heeded_and_leaves_no_run(strokes, tmp_path):
    control, reported = RunControl(), []
    config = replace(strokes, recipe=replace(strokes.recipe, stroke_variations=20))

    def on_progress(now):
        reported.append(now)
        control.stop()

    with pytest.raises(DigitpadError, match=r"stopped before its first step; nothing was trained\.$"):
        run(config, tmp_path / "runs", control=control, on_progress=on_progress, threads=1)
    (preparing,) = reported
    assert isinstance(preparing, Preparing)
    assert 0 < preparing.done < preparing.total == 2 * (1000 + 10 + 5) + 10
    assert not (tmp_path / "runs").exists()


def stopping(control, kind):
    def on_progress(now):
        if isinstance(now, kind):
            control.stop()

    return on_progress


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"data": "nowhere"}, "nowhere does not hold train-images"),
        ({"device": "abacus"}, "abacus is not available"),
        ({"recipe": replace(RECIPE, network="foreign")}, "no network 'foreign'"),
        ({"recipe": replace(RECIPE, epochs=0)}, "epochs is 0"),
        ({"recipe": replace(RECIPE, network="mlp", batch=1)}, "batch size of 2"),
    ],
)
def test_a_config_that_cannot_be_used_leaves_no_run(config, tmp_path, changes, said):
    with pytest.raises(InputError, match=said):
        run(replace(config, **changes), tmp_path / "runs", threads=1)
    assert list_runs(tmp_path / "runs") == []
    assert not (tmp_path / "runs").exists()


# Best and last.


@pytest.fixture
def misleading(tmp_path):
    """A folder whose images that will be held out have wrong labels: the better it reads, the worse it does on them."""
    made = drawings(10, seed=1)
    pixels, labels = np.stack([render(d.ink) for d in made]), np.array([d.label for d in made])
    folder = hand_drawn_mnist(tmp_path / "misleading", 3)
    write_part(folder, "train", pixels, np.arange(100) // 10)
    _, held_out = split_validation(read_mnist(folder, "train"), 10)
    is_held_out = [any(np.array_equal(image, other) for other in held_out.pixels[:, 0].numpy()) for image in pixels]
    assert sum(is_held_out) == 10
    write_part(folder, "train", pixels, np.where(is_held_out, (labels + 1) % 10, labels))
    return folder


def test_the_best_is_chosen_on_images_held_out_and_not_on_test_images(misleading, tmp_path):
    seen = {}
    recipe = replace(RECIPE, epochs=6, validation_images=10, schedule="constant", learning_rate=0.002, test_every=0)

    def on_progress(report):
        if isinstance(report, EpochReport):
            seen[report.epoch] = report, load_checkpoint(only_run(tmp_path / "runs")[0].last)

    folder, info = trained(
        TrainingConfig(recipe, data=str(misleading), device="cpu"), tmp_path / "runs", on_progress=on_progress
    )
    losses = [report.validation_loss for report, _ in seen.values()]
    lowest = losses.index(min(losses)) + 1
    assert lowest < 6
    best, last = load_checkpoint(folder.best), load_checkpoint(folder.last)
    assert (best.info.epochs, last.info.epochs) == (lowest, 6)
    assert torch.equal(weights(as_network(best)), weights(as_network(seen[lowest][1])))
    assert info.best_accuracy == seen[lowest][0].test_accuracy
    assert info.last_accuracy == seen[6][0].test_accuracy
    assert info.best_accuracy < info.last_accuracy


def test_a_stop_within_an_epoch_leaves_the_best_one_the_best(misleading, tmp_path):
    recipe = replace(RECIPE, epochs=6, validation_images=10, schedule="constant", learning_rate=0.002, test_every=0)
    words, seen = stopping_after(9 + 1 + 3)
    folder, info = trained(TrainingConfig(recipe, data=str(misleading), device="cpu"), tmp_path / "runs", **words)
    epoch = next(report for report in seen if isinstance(report, EpochReport))
    assert (info.state, info.epochs_done) == ("stopped", 1)
    assert info.best_accuracy == epoch.test_accuracy
    assert load_checkpoint(folder.best).info.epochs == 1
    assert not torch.equal(*(weights(as_network(load_checkpoint(path))) for path in (folder.best, folder.last)))


# Stopping and going on.


@settings(max_examples=4, phases=[Phase.explicit, Phase.generate])
@given(data=st.data())
@pytest.mark.parametrize("validation_images", [0, 4])
def test_a_run_that_was_stopped_ends_like_an_unbroken_one(mnist, tmp_path_factory, validation_images, data):
    config = TrainingConfig(
        replace(RECIPE, validation_images=validation_images, ema_decay=0.9), seed=3, data=str(mnist), device="cpu"
    )
    unbroken, _ = trained(config, tmp_path_factory.mktemp("unbroken"))
    count = len(unbroken.reports())
    place = tmp_path_factory.mktemp("stopped")
    words, _ = stopping_after(data.draw(st.integers(1, count - 1)))
    folder, info = trained(config, place, **words)
    while info.state != "finished":
        assert (info.state, info.problem) == ("stopped", Message(""))
        assert load_checkpoint(folder.last).info.run == info.id
        assert load_checkpoint(folder.best)
        torch.manual_seed(5)
        words, seen = stopping_after(data.draw(st.integers(1, count)))
        info = resume(folder, threads=1, **words)
        assert seen[0].state == "running"
    assert info.id == folder.path.name
    assert_same_end(folder, unbroken)


def test_every_test_within_an_epoch_is_reported_wherever_the_run_was_stopped(config, tmp_path):
    unbroken, _ = trained(config, tmp_path / "unbroken")
    expected = interim_and_epoch_reports(unbroken)
    assert sum(isinstance(report, InterimReport) for report in expected) == 6
    for count in range(1, 7):
        words, _ = stopping_after(count)
        folder, _ = trained(config, tmp_path / f"{count}", **words)
        resume(folder, threads=1)
        assert interim_and_epoch_reports(folder) == expected


def test_a_finished_run_is_refused_and_takes_more_epochs(config, tmp_path):
    folder, _ = trained(config, tmp_path)
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    for epochs in (None, 1, 3):
        with pytest.raises(InputError, match=r"has completed all its epochs \(3\)\. Ask for more"):
            resume(folder, epochs=epochs, threads=1)
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before
    info = resume(folder, epochs=5, threads=1)
    assert (info.state, info.epochs_done, info.recipe.epochs) == ("finished", 5, 5)
    assert [report.epoch for report in interim_and_epoch_reports(folder) if isinstance(report, EpochReport)] == [
        1,
        2,
        3,
        4,
        5,
    ]
    assert [step for step, _, _ in steps(folder)] == list(range(1, 21))


def test_a_run_whose_state_or_data_cannot_be_used_is_left_as_it_is(config, tmp_path):
    words, _ = stopping_after(3)
    folder, _ = trained(config, tmp_path / "runs", **words)
    stranger, _ = trained(replace(config, recipe=replace(RECIPE, network="mlp")), tmp_path / "other")
    whole = folder.resume.read_bytes()
    for content in (b"", whole[:-1], b"text" * 100, stranger.resume.read_bytes(), None):
        folder.resume.unlink() if content is None else folder.resume.write_bytes(content)
        before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
        with pytest.raises(InputError, match=r"resume\.safetensors"):
            resume(folder, threads=1)
        assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before
    folder.resume.write_bytes(whole)
    folder.write_info(replace(folder.read_info(), data=Message("the same images in other words")))
    assert resume(folder, threads=1).state == "finished"


def test_a_run_is_trained_once_at_a_time(config, tmp_path):
    refusals = []

    def on_progress(report):
        if isinstance(report, EpochReport) and not refusals:
            with pytest.raises(DigitpadError) as fails:
                resume(only_run(tmp_path)[0], threads=1)
            refusals.append(str(fails.value))

    _, info = trained(config, tmp_path, on_progress=on_progress)
    assert "is being trained" in refusals[0]
    assert (info.state, info.epochs_done) == ("finished", 3)


def test_a_name_given_while_it_trains_is_kept(config, tmp_path):
    def on_progress(report):
        if isinstance(report, EpochReport) and report.epoch == 1:
            rename_run(only_run(tmp_path)[0], "My first")

    folder, info = trained(config, tmp_path, on_progress=on_progress)
    assert info.name == folder.read_info().name == "My first"
    assert info.epochs_done == 3


def test_a_run_cut_off_between_its_state_and_its_words_knows_its_epochs_again(misleading, tmp_path):
    recipe = replace(RECIPE, epochs=3, validation_images=10, schedule="constant", learning_rate=0.002, test_every=0)
    config = TrainingConfig(recipe, data=str(misleading), device="cpu")
    unbroken, _ = trained(config, tmp_path / "unbroken")
    for epochs in (1, 3):
        folder, _ = trained(config, tmp_path / str(epochs), **stopping_after(10 * epochs)[0])
        known = folder.read_info()
        folder.write_info(
            replace(known, state="running", epochs_done=epochs - 1, best_accuracy=None, last_accuracy=None)
        )
        assert resume(folder, threads=1).state == "finished"
        assert_same_end(folder, unbroken)


# Requests from another thread.


class Asked(RunControl):
    """Says when a run asks whether it may go on."""

    def __init__(self):
        super().__init__()
        self.asking = threading.Event()

    def should_continue(self):
        self.asking.set()
        return super().should_continue()


@pytest.mark.parametrize("end", ["resume", "stop"])
def test_a_run_is_paused_and_gone_on_with_or_stopped_from_another_thread(config, tmp_path, end):
    control, ended = Asked(), []
    first, paused = threading.Event(), threading.Event()
    reported = []

    def on_progress(report):
        reported.append(report)
        if isinstance(report, StepsReport) and not first.is_set():
            first.set()
            assert paused.wait(LIMIT)

    thread = threading.Thread(
        target=lambda: ended.append(run(config, tmp_path, control=control, on_progress=on_progress, threads=1))
    )
    thread.start()
    try:
        assert first.wait(LIMIT)
        control.pause()
        paused.set()
        assert control.asking.wait(LIMIT)
        assert len(reported) == 2
        assert thread.is_alive()
    finally:
        getattr(control, end)()
        thread.join(LIMIT)
    (info,) = ended
    assert info.state == ("finished" if end == "resume" else "stopped")
    assert len(only_run(tmp_path)[0].reports()) == (len(reported) - 1)
    assert info.epochs_done == (3 if end == "resume" else 0)


def test_the_network_is_handed_out_as_it_is_in_training(config, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_LONGEST_SHOW_SECONDS", -1)
    shown = []

    def show(checkpoint, step):
        assert not as_network(checkpoint).training
        assert checkpoint.info.recipe == "tiny"
        shown.append((step, weights(as_network(checkpoint))))

    folder, _ = trained(config, tmp_path, show=show)
    assert sorted({step for step, _ in shown}) == list(range(1, 13))
    assert len({tuple(held[:50].tolist()) for _, held in shown}) == 12
    assert load_checkpoint(folder.last).info.epochs == 3


def test_the_data_of_a_run_are_described_once(config, tmp_path, monkeypatch):
    described, count = [], datasets.count_mnist
    monkeypatch.setattr(datasets, "count_mnist", lambda folder, part: (described.append(part), count(folder, part))[1])
    folder, _ = trained(config, tmp_path, **stopping_after(3)[0])
    assert described == ["train", "test"]
    resume(folder, threads=1)
    assert described == ["train", "test"] * 2


def test_a_run_that_is_resumed_passes_on_what_it_reported_before(config, tmp_path):
    folder, _ = trained(config, tmp_path, **stopping_after(3)[0])
    before, reported = folder.reports(), []
    resume(folder, on_progress=reported.append, threads=1)
    assert isinstance(reported[0], RunInfo)
    assert reported[1] == EarlierReports(tuple(before))
    assert len(before) > 0
    assert folder.reports() == [*before, *reported[2:]]


# What is handed out while a run goes on.


def test_of_columns_the_first_is_handed_out_and_all_are_saved(config, tmp_path):
    shown = []
    recipe = replace(config.recipe, network="columns", epochs=1, batch=40)
    folder, _ = trained(
        replace(config, recipe=recipe),
        tmp_path,
        show=lambda checkpoint, _step: shown.append(checkpoint),
    )
    saved, last = load_checkpoint(folder.last), shown[-1]
    assert torch.equal(weights(as_network(last)), weights(as_network(saved)[0].columns[0]))
    assert parameter_count(build(last.info.layers)) == last.info.parameters == parameter_count(as_network(last))
    assert saved.info.parameters == 958_238


def test_the_thresholds_of_an_ensemble_are_not_those_of_its_first_member(strokes, tmp_path):
    shown = []
    config = replace(strokes, recipe=replace(strokes.recipe, network="columns", epochs=1))
    folder, _ = trained(config, tmp_path, show=lambda checkpoint, _step: shown.append(checkpoint))
    assert load_checkpoint(folder.last).info.thresholds
    assert [checkpoint.info.thresholds for checkpoint in shown] == [[]] * len(shown) != []


@pytest.mark.parametrize(("cost", "expected"), [(0.0, 0.4), (0.01, 2.0), (1.0, 10.0)])
def test_the_longer_a_preview_takes_the_less_often_there_is_one(cost, expected):
    clock, shown = [100.0], []
    timer = PreviewTimer(lambda: clock[0])
    for _ in range(100):
        clock[0] += 0.25
        if timer.is_due():
            with timer.showing():
                clock[0] += cost
            shown.append(clock[0])
    assert len(shown) >= 3
    gaps = np.diff(shown) - cost
    assert (gaps > expected).all()
    assert (gaps <= expected + 0.5).all()


# Failures.


def failing(monkeypatch, error, after=6):
    """Make the training raise an error within its second epoch."""
    calls, as_it_was = [], loop.augmented

    def broken(*words):
        calls.append(1)
        if len(calls) == after:
            raise error
        return as_it_was(*words)

    monkeypatch.setattr(loop, "augmented", broken)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), "memory is not enough to train five-by-five"),
        (MemoryError(), "Lower the batch size"),
        (RuntimeError("CUDA error: the device is gone"), "The GPU failed or is gone"),
        (torch.AcceleratorError("unspecified launch failure"), "The GPU failed or is gone"),
    ],
)
def test_a_device_that_fails_ends_the_run_with_a_sentence(config, tmp_path, monkeypatch, error, said):
    unbroken, _ = trained(config, tmp_path / "unbroken")
    with monkeypatch.context() as patch:
        failing(patch, error)
        with pytest.raises(DigitpadError, match=said) as failed:
            run(config, tmp_path / "runs", threads=1)
    assert failed.value.__cause__ is error
    folder, info = only_run(tmp_path / "runs")
    assert (info.state, info.problem, info.epochs_done) == ("failed", failed.value, 1)
    assert load_checkpoint(folder.best).info.epochs == 1
    assert not folder.is_being_trained()
    assert resume(folder, threads=1).problem == Message("")
    assert_same_end(folder, unbroken)


def test_a_fault_of_digitpad_is_not_hidden(config, tmp_path, monkeypatch):
    failing(monkeypatch, RuntimeError("shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="multiplied"):
        run(config, tmp_path, threads=1)
    assert only_run(tmp_path)[1].state == "failed"
    assert load_checkpoint(only_run(tmp_path)[0].last).info.epochs == 1


def test_memory_that_is_missing_at_the_start_leaves_no_run(config, tmp_path, monkeypatch):
    def full(*_words, **_more):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(preparing, "Training", full)
    with pytest.raises(DigitpadError, match="memory is not enough"):
        run(config, tmp_path, threads=1)
    assert list_runs(tmp_path) == []


def test_a_loss_that_is_no_number_keeps_the_last_good_checkpoint(config, tmp_path):
    # The rate explodes at the start of the second epoch.
    recipe = replace(
        RECIPE, optimiser="sgd", learning_rate=10, schedule="steps", milestones=(0,), factor=1e-4, epochs=2
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "learning_rate_at", lambda recipe, step, steps: 0.001 if step < steps // 2 else 1e30)
        with pytest.raises(DigitpadError, match="no longer a number") as failed:
            run(replace(config, recipe=recipe), tmp_path, threads=1)
    folder, info = only_run(tmp_path)
    assert (info.state, info.problem, info.epochs_done) == ("failed", failed.value, 1)
    for path in (folder.best, folder.last):
        assert load_checkpoint(path).info.epochs == 1
    assert all(math.isfinite(loss) for _, loss, _ in steps(folder))
    assert resume(folder, threads=1).state == "finished"


def test_weights_that_are_no_numbers_are_not_saved_though_nothing_is_tested(config, tmp_path, monkeypatch):
    control, prepared = RunControl(), []
    monkeypatch.setattr(module, "prepare", lambda *words: prepared.append(preparing.prepare(*words)) or prepared[0])

    def on_progress(said):
        if isinstance(said, StepsReport) and said.last == 5:
            with torch.no_grad():
                prepared[0].training.network[0].bias[0] = math.nan
            control.stop(skip_test=True)

    with pytest.raises(DigitpadError, match="no longer a number at step 5"):
        run(config, tmp_path, control=control, on_progress=on_progress, threads=1)
    folder, info = only_run(tmp_path)
    assert (info.state, info.epochs_done) == ("failed", 1)
    assert load_checkpoint(folder.last).info.epochs == 1


class Filling:
    """A disk that is full from the n-th time on that something is written to it."""

    def __init__(self, patch, count):
        self.left = count
        self._fsync = os.fsync
        patch.setattr("digitpad.storage.io.os.fsync", self.fsync)

    def fsync(self, file):
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self._fsync(file)


def test_a_disk_that_fills_up_at_any_write_ends_the_run_with_a_sentence(config, tmp_path, monkeypatch):
    config = replace(config, recipe=replace(RECIPE, epochs=2))
    unbroken, _ = trained(config, tmp_path / "unbroken")
    sentences = set()
    for count in range(1, 99):
        place = tmp_path / str(count)
        with monkeypatch.context() as patch:
            disk = Filling(patch, count)
            try:
                run(config, place, threads=1)
            except DigitpadError as error:
                sentences.add(str(error).replace(str(place), ""))
        folder, info = only_run(place)
        if disk.left >= 0:
            assert info.state == "finished"
            break
        assert (info.state, info.problem) == ("stopped", CUT_OFF)  # not even that could be written
        for path in (folder.best, folder.last):
            if path.exists():
                assert load_checkpoint(path).info.run == folder.path.name
        assert [step for step, _, _ in steps(folder)] == list(range(1, len(steps(folder)) + 1))
        assert not list(folder.path.glob("*.part"))
        if folder.resume.exists():
            resume(folder, threads=1)
            assert_same_end(folder, unbroken)
    assert count > 9
    assert all("disk is full" in sentence or "The disk that holds" in sentence for sentence in sentences)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_disk_that_is_really_full_costs_no_checkpoint(config, tmp_path, small_disk):
    unbroken, _ = trained(config, tmp_path / "unbroken")

    def fill(report):
        if isinstance(report, EpochReport) and report.epoch == 1:
            with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(1024))

    with pytest.raises(DigitpadError, match="disk"):
        run(config, small_disk / "runs", on_progress=fill, threads=1)
    folder, info = only_run(small_disk / "runs")
    assert info.state in ("stopped", "failed")
    for path in (folder.best, folder.last):
        assert load_checkpoint(path).info.epochs == 1
    assert not list(folder.path.glob("*.part"))
    (small_disk / "filler").unlink()
    assert resume(folder, threads=1).state == "finished"
    assert_same_end(folder, unbroken)


# A process that is killed.

KILLED = """
import json, os, random, signal, sys
from pathlib import Path
import torch
from digitpad.learning.training import loop as training
from digitpad.learning.models.checkpoints import as_network
from digitpad.reading.load import load_checkpoint
from digitpad.learning.training.runs import resume, run
from digitpad.domain.run import TrainingConfig
from digitpad.storage.recipe_store import load_recipe
from digitpad.storage.run_store import find_run, list_runs

place, data, recipe = Path(sys.argv[1]), sys.argv[2], load_recipe(Path(sys.argv[3]))
torch.set_num_threads(1)
training._REPORT_SECONDS = 0
config = TrainingConfig(recipe, seed=3, data=data, device="cpu")
run(config, place / "unbroken", threads=1)
random.seed(1)
kills, saved, left = 0, 0, 0

def moment():
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

class InPieces:
    # Written in three pieces, so that a file can be found with one or two of them.
    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def write(self, data):
        size = max(1, -(-len(data) // 3))
        for start in range(0, len(data), size):
            self._file.write(data[start : start + size])
            self._file.flush()
            moment()
        return len(data)

def in_pieces(path, mode="r", *words, opened=Path.open, **more):
    file = opened(path, mode, *words, **more)
    return InPieces(file) if "b" in mode and mode != "rb" else file

while True:
    left = random.randint(1, 120)  # an epoch saved takes some 40, a resumed run 25 before its first step
    child = os.fork()
    if not child:
        Path.open = in_pieces
        # Each file that is opened to be written, moved, removed or cut short is a moment too. Those that are read are
        # none: a state is opened for each of its tensors, and no run would come to save anything.
        moments = ("open", "os.rename", "os.remove", "os.truncate")
        sys.addaudithook(lambda event, words: moment() if event in moments and words[1:2] != ("r",) else None)
        known = list_runs(place / "killed")
        if known:
            resume(find_run(place / "killed", known[0].id), threads=1)
        else:
            run(config, place / "killed", threads=1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        break
    kills += 1
    for info in list_runs(place / "killed"):
        folder = find_run(place / "killed", info.id)
        for path in (folder.best, folder.last):
            if path.exists():
                load_checkpoint(path)
        if folder.resume.exists():
            saved += 1
        else:  # killed within the first epoch: it starts anew
            folder.path.rename(place / f"early-{kills}")
print(json.dumps({"status": os.WEXITSTATUS(status), "kills": kills, "saved": saved}))
"""


@pytest.mark.timeout(600)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")
def test_a_process_killed_many_times_while_it_saves_loses_nothing(mnist, tmp_path):
    # Large enough for its files to take a while to write, and with images held out, so that best and last differ.
    recipe = replace(RECIPE, network="sgd", epochs=12, validation_images=4, ema_decay=0.9, test_every=0)
    save_recipe(tmp_path / "tiny.json", recipe)
    words = [sys.executable, "-c", KILLED, str(tmp_path), str(mnist), str(tmp_path / "tiny.json")]
    done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[3], check=False)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said["status"] == 0
    assert said["kills"] >= said["saved"] >= 8
    assert_same_end(only_run(tmp_path / "killed")[0], only_run(tmp_path / "unbroken")[0])
