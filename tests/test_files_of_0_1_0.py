"""What digitpad 0.1.0 wrote: an own recipe, a run that was stopped, its checkpoint and the settings all open."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings

from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.reports import EpochReport, InterimReport, StepsReport
from digitpad.learning.training.runs import resume
from digitpad.reading.load import load_checkpoint
from digitpad.storage.recipe_store import load_recipe, recipe_to_json
from digitpad.storage.run_store import find_run, list_runs
from digitpad.ui.session.settings import Settings
from tests.learning.idx_files import write_part

FILES = Path(__file__).parent / "files_of_0_1_0"
RUN = "20261124-210203-own-small"
RECIPE = Recipe(
    id="every-key",
    title="Every key",
    network="small",
    epochs=3,
    teaches="Whether files of 0.1.0 open.",
    batch=50,
    optimiser="sgd",
    learning_rate=0.02,
    momentum=0.8,
    weight_decay=0.02,
    schedule="steps",
    milestones=(1, 2),
    factor=0.5,
    label_smoothing=0.05,
    ema_decay=0.9,
    precision="mixed",
    mean=0.25,
    std=0.5,
    stroke_variations=2,
    digit_styles=100,
    outliers=500,
    validation_images=20,
    test_batch=64,
    test_every=2,
    test_images=20,
    samples_before=3,
    samples_after=4,
    outputs_after=1,
    augmentation=Augmentation(10, 0.1, 0.06, 0.15, 2.0, 0.8, 0.1, 0.1),
)


@pytest.fixture
def runs(tmp_path):
    """A folder with the run, whose images are those it was trained on."""
    folder, images = tmp_path / "runs" / RUN, tmp_path / "digits"
    shutil.copytree(FILES / RUN, folder)
    rows, columns = np.mgrid[:28, :28]
    for part, count in (("train", 200), ("test", 50)):
        labels = np.arange(count) % 10
        pixels = [(rows * (digit + 1) + columns * (10 - digit) + 3 * i) % 256 for i, digit in enumerate(labels)]
        write_part(images, part, np.array(pixels, np.uint8), labels.astype(np.uint8))
    info = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**info, "data_id": str(images)}))
    return folder.parent


def test_a_recipe_opens_and_is_written_again_as_it_was():
    assert load_recipe(FILES / "every-key.json") == RECIPE
    written = json.loads((FILES / "every-key.json").read_text())
    assert json.loads(recipe_to_json(RECIPE)) == written


def test_a_run_is_listed_and_its_curves_are_read(runs):
    (info,) = list_runs(runs)
    assert (info.name, info.seed, info.state, info.epochs_done) == ("A run of 0.1.0", 2**63 - 1, "stopped", 1)
    assert (info.recipe.ema_decay, info.recipe.augmentation) == (0.9, RECIPE.augmentation)
    reports = find_run(runs, RUN).reports()
    assert [type(report) for report in reports] == [
        *(StepsReport, StepsReport, InterimReport, StepsReport, StepsReport, InterimReport, EpochReport)
    ]
    assert reports[0].learning_rates == (0.02,)
    assert reports[-1].validation_accuracy == pytest.approx(0.1)


def test_a_run_is_gone_on_with(runs):
    run, reports = find_run(runs, RUN), []
    info = resume(run, on_progress=reports.append, threads=1)
    assert (info.state, info.epochs_done, info.seed) == ("finished", 3, 2**63 - 1)
    assert next(report.first for report in reports if isinstance(report, StepsReport)) == 5
    assert [report.epoch for report in run.reports() if isinstance(report, EpochReport)] == [1, 2, 3]


def test_a_checkpoint_opens():
    info = load_checkpoint(FILES / RUN / "best.safetensors").info
    assert (info.recipe, info.network, info.seed, info.epochs, info.run) == ("own-small", "small", 2**63 - 1, 1, RUN)
    assert (info.mean, info.std, info.parameters, info.digitpad_version) == (0.25, 0.5, 26_234, "0.1.0")


def test_settings_are_kept():
    stored = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "digitpad", "digitpad").fileName()
    Path(stored).parent.mkdir(parents=True)
    shutil.copy(FILES / "digitpad.ini", stored)
    settings = Settings()
    assert (settings.theme, settings.pen_width, settings.false_rejection_rate) == ("dark", 20, 0.01)
    assert settings.pages == ["training"]
    assert [path.name for path in settings.recent] == ["best.safetensors", "first.safetensors"]
