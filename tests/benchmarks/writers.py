"""How well the recipe `pen` reads strangers: it is trained five times, each time without a fifth of the writers.

    python -m tests.benchmarks.writers FILE.inkml FOLDER [--epochs N] [--fold K]

FOLDER keeps a checkpoint for each fold; a fold whose checkpoint is there is not trained again. All five take some hours
on two cores. No writer's own digits take part in anything that decides on them: the last epoch is taken, and
temperature and thresholds that are applied to one half of the strangers come from the other half of them.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.recipe import Recipe
from digitpad.domain.rejection import FALSE_REJECTION_RATE, threshold
from digitpad.domain.reports import EpochReport
from digitpad.ink.drawings import Drawing
from digitpad.learning.data.datasets import cached_data
from digitpad.learning.data.images import OUTLIER, split_validation
from digitpad.learning.data.pen_dataset import LEFT_OUT, pen_images, read_pen, rendered
from digitpad.learning.models.checkpoints import as_checkpoint, as_network
from digitpad.learning.training.loop import Training, batched_logits
from digitpad.learning.training.losses import energy_score
from digitpad.learning.training.recipes import RECIPES
from digitpad.platform.cores import cores
from digitpad.reading.calibration import calibration_error, fit_temperature, probabilities, reliability, thresholds
from digitpad.reading.checkpoint_file import Checkpoint, save_checkpoint
from digitpad.reading.load import load_checkpoint
from digitpad.reading.zoo import NETWORKS
from tests.digit_styles import more_outliers_by_style, outliers_by_style


def main() -> None:
    """Train what is missing and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ink", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--fold", type=int, choices=range(LEFT_OUT))
    words = parser.parse_args()
    recipe = RECIPES["pen"]
    recipe = replace(recipe, epochs=words.epochs or recipe.epochs)
    torch.set_num_threads(cores())
    words.folder.mkdir(parents=True, exist_ok=True)
    folds = range(LEFT_OUT) if words.fold is None else [words.fold]
    figures = [_fold(recipe, words.ink, words.folder / f"fold-{fold}.safetensors", fold) for fold in folds]
    accuracies = [accuracy for fold in figures for accuracy in fold["writers"].values()]
    print(f"{len(accuracies)} writers: {np.mean(accuracies):.2%} ± {np.std(accuracies, ddof=1):.2%}")
    for name in ("error", "refused", "others"):
        print(f"{name}: {np.mean([fold[name] for fold in figures]):.2%}")


def _fold(recipe: Recipe, ink: Path, path: Path, fold: int) -> dict[str, object]:
    _, unseen_writers = read_pen(ink, fold)
    if not path.exists():
        save_checkpoint(path, _trained(recipe, ink, fold))
    network = as_network(load_checkpoint(path))
    logits, others_seen = _answers(network, recipe, unseen_writers), _answers(network, recipe, _no_digits())
    labels = torch.tensor([drawing.label for drawing in unseen_writers])
    right = (logits.argmax(dim=1) == labels).numpy()
    names = sorted({str(drawing.writer) for drawing in unseen_writers})
    halves = np.array([names.index(str(drawing.writer)) % 2 == 0 for drawing in unseen_writers])
    confidence, rejected, spotted = np.empty(len(unseen_writers)), np.empty(len(unseen_writers), bool), []
    for half in (halves, ~halves):
        temperature = fit_temperature(logits[~half].numpy(), labels[~half].numpy())
        lowest = threshold(thresholds(energy_score(logits[~half]).numpy()), FALSE_REJECTION_RATE)
        confidence[half] = torch.from_numpy(probabilities(logits[half].numpy(), temperature).max(axis=1))
        rejected[half] = energy_score(logits[half]) < lowest
        spotted.append(float((energy_score(others_seen) < lowest).float().mean()))
    writers = {
        str(writer): float(right[[drawing.writer == writer for drawing in unseen_writers]].mean()) for writer in names
    }
    figures = {
        "writers": writers,
        "error": calibration_error(reliability(confidence, right)),
        "refused": float(rejected.mean()),
        "others": float(np.mean(spotted)),
    }
    print(f"fold {fold}: {right.mean():.2%} of {len(unseen_writers):,} read right; {figures}", flush=True)
    return figures


def _trained(recipe: Recipe, ink: Path, fold: int) -> Checkpoint:
    data, _ = split_validation(cached_data("mnist", "train"), recipe.validation_images)
    drawn, _, words = pen_images(recipe, ink, seed=fold, fold=fold)
    training = Training(recipe, data, cached_data("mnist", "test"), drawn=drawn, seed=fold)
    for report in training.reports():
        if isinstance(report, EpochReport):
            print(f"fold {fold}, epoch {report.epoch}: {report.train_seconds:.0f} s", flush=True)
    layers = list(NETWORKS[recipe.network])
    info = CheckpointInfo(
        "fold", recipe.network, layers, mean=recipe.mean, std=recipe.std, recipe=recipe.id, data=words
    )
    return as_checkpoint(training.snapshot(), info)


def _answers(network: torch.nn.Module, recipe: Recipe, drawings: list[Drawing]) -> torch.Tensor:
    return batched_logits(network, rendered(drawings).pixels, recipe.mean, recipe.std, torch.device("cpu"))


def _no_digits() -> list[Drawing]:
    """What is no digit, drawn by hand; it took no part in any training."""
    styles = [*outliers_by_style().values(), *more_outliers_by_style().values()]
    return [replace(drawing, label=OUTLIER) for style in styles for drawing in style]


if __name__ == "__main__":
    main()
