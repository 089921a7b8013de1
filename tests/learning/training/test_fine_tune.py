"""Fine-tuning to a hand: what is learned and judged, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.reports import EpochReport, Preparing, StepsReport
from digitpad.domain.run_control import RunControl
from digitpad.ink.drawings import Drawing
from digitpad.learning.training.fine_tune import RECIPE, fine_tune
from digitpad.reading.calibration import shown_digits
from digitpad.reading.load import load_checkpoint
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.replay import guard_images
from digitpad.storage.io import shipped
from tests.hand_drawn import drawings, drawn

QUICK = replace(RECIPE, epochs=1, learning_rate=0.003, stroke_variations=1, digit_styles=2, outliers=20)


@pytest.fixture(autouse=True)
def _without_mnist(monkeypatch, tmp_path):
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path))


@pytest.fixture(scope="module")
def checkpoint():
    return load_checkpoint(shipped("checkpoints", "fast.safetensors"))


def turned_fours(count, seed=0):
    """Fours of somebody who writes them lying on their side."""
    random = np.random.default_rng(seed)
    return [Drawing(drawn(4, random.uniform(54, 66), random.uniform(-0.1, 0.1)), 4, "a", "b") for _ in range(count)]


@pytest.fixture(scope="module")
def own():
    return [*(each for each in drawings(10) if each.label != 4), *turned_fours(10)]


def test_all_layers_learn_a_hand_and_drawings_left_out_show_it(checkpoint, own):
    reports, recipe = [], replace(QUICK, epochs=2, stroke_variations=4, digit_styles=20, outliers=300)
    info = replace(checkpoint.info, teachings=[{"base": "fast", "drawings": 0, "date": "", "learned": []}])
    last = replace(checkpoint, info=info)
    taught = fine_tune(
        checkpoint, own, drawings(1, seed=1), last=last, recipe=recipe, threads=1, on_progress=reports.append
    )
    before, after = Reader(checkpoint), Reader(taught.checkpoint)
    new = turned_fours(20, seed=1)
    assert sum(before.predict(each.ink).digit == 4 for each in new) <= 4
    assert sum(after.predict(each.ink).digit == 4 for each in new) >= 16
    report = taught.report
    assert (report.drawings, report.own.before.n, report.is_fine_tuned) == (80, 20, True)
    assert report.own.after.errors < report.own.before.errors
    assert report.unlearned == replace(report.own, last=report.own.before)
    assert report.others.after.accuracy > 0.95
    assert report.others.last == report.others.before
    for part, (images, labels) in zip((report.others, report.styled, report.outliers), guard_images(), strict=True):
        digits = shown_digits(*before.read_batch(images), checkpoint.info.thresholds)
        assert (part.before.n, part.before.errors) == (len(labels), (digits != labels).sum())
    (step,) = taught.checkpoint.info.teachings
    assert (step["base"], step["drawings"], step.get("is_fine_tuned")) == ("fast", 80, True)
    changed = [name for name, array in checkpoint.arrays.items() if (array != taught.checkpoint.arrays[name]).any()]
    assert {name for name in checkpoint.arrays if name.endswith("weight")} <= set(changed)
    assert [kind for kind in dict.fromkeys(map(type, reports)) if kind is not Preparing] == [StepsReport, EpochReport]
    assert reports[-1].validation_accuracy is not None


def test_what_guards_is_not_trained_on(checkpoint, own, monkeypatch):
    seen = []

    def stop(recipe, data, *_, **__):
        seen.extend(image.tobytes() for image in data.pixels.numpy())
        raise DigitpadError("That is all.")

    monkeypatch.setattr("digitpad.learning.training.fine_tune.Training", stop)
    with pytest.raises(DigitpadError, match="all"):
        fine_tune(checkpoint, own, recipe=QUICK, threads=1)
    assert len(seen) > 3000
    for images, _ in guard_images():
        assert not {image.tobytes() for image in images} & set(seen)


def test_drawings_to_test_with_are_what_judges_where_there_are_enough(checkpoint, own):
    def made(tested):
        control, reports = RunControl(), []

        def stop(report):
            reports.append(report)
            control.stop()

        with pytest.raises(DigitpadError):
            fine_tune(checkpoint, own, tested, recipe=QUICK, control=control, on_progress=stop, threads=1)
        return reports[0].total

    # Of the twenty that are left out else, each is learned from, as it is and with a variation.
    assert made(drawings(2, seed=1)) - made(drawings(1, seed=1)) == 2 * 20


def test_too_few_drawings_are_refused_in_a_sentence(checkpoint, own):
    with pytest.raises(InputError, match="10 drawings of each digit; of 0, 4 there are fewer"):
        fine_tune(checkpoint, own[1:-1], recipe=QUICK, threads=1)


@pytest.mark.parametrize("kind", [Preparing, StepsReport])
def test_it_can_be_stopped(checkpoint, own, kind):
    control = RunControl()

    def stop(report):
        assert not control.is_stopped, "it went on"
        if isinstance(report, kind):
            control.stop()

    with pytest.raises(DigitpadError, match="reads as before"):
        fine_tune(checkpoint, own, recipe=replace(QUICK, outliers=300), control=control, on_progress=stop, threads=1)
