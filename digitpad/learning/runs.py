"""A run: one training with a recipe, from data on disk to a checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch

from digitpad import __version__
from digitpad.errors import InputError
from digitpad.learning.checkpoints import Checkpoint
from digitpad.learning.data import Images, read_mnist
from digitpad.learning.networks import NETWORKS, parameter_count
from digitpad.learning.pen import joined, read_pen, varied
from digitpad.learning.training import train
from digitpad.messages import CheckpointInfo, EpochReport
from digitpad.recipe import Recipe


@dataclass(frozen=True)
class Sources:
    """Where a run's data lie.

    Attributes:
        mnist: folder with MNIST's four IDX files.
        ink: InkML file of labelled drawings, for recipes that train on them.
        hold_out: how many of the last training images to test on in place of MNIST's test images, for choices
            between recipes; None trains on all and tests on the test images.
    """

    mnist: Path
    ink: Path | None = None
    hold_out: int | None = None


def run_recipe(
    recipe: Recipe,
    sources: Sources,
    seed: int = 0,
    device: torch.device | None = None,
    report: Callable[[EpochReport], None] = lambda _: None,
) -> tuple[Checkpoint, EpochReport]:
    """Read the data, train, and describe what came of it.

    Args:
        recipe: what to train and how.
        sources: where the data lie.
        seed: decides everything random.
        device: where to compute; the CPU where None.
        report: called after each epoch, in this thread.

    Returns:
        The checkpoint, not yet written, and the last epoch's report.

    Raises:
        InputError: the data cannot be used.
        DigitpadError: the training failed.
    """
    data, test, described = _read(recipe, sources, seed)
    reports: list[EpochReport] = []

    def keep(now: EpochReport) -> None:
        reports.append(now)
        report(now)

    network = train(recipe, data, test, seed=seed, device=device, report=keep)
    info = CheckpointInfo(
        name=recipe.id,
        network=recipe.network,
        layers=list(NETWORKS[recipe.network]),
        parameters=parameter_count(network),
        mean=recipe.mean,
        std=recipe.std,
        recipe=recipe.id,
        seed=seed,
        data=described,
        epochs=recipe.epochs,
        test_accuracy=None if sources.hold_out else reports[-1].test_accuracy,
        date=datetime.now(UTC).date().isoformat(),
        digitpad_version=__version__,
    )
    return Checkpoint(network, info), reports[-1]


def _read(recipe: Recipe, sources: Sources, seed: int) -> tuple[Images, Images, str]:
    """Training images, test images, and words on the former."""
    data = read_mnist(sources.mnist, "train")
    if sources.hold_out is None:
        test = read_mnist(sources.mnist, "test")
    else:
        kept = len(data) - sources.hold_out
        if kept < 1:
            raise InputError(f"Of {len(data):,} training images at most {len(data) - 1:,} can be held out.")
        test = Images(data.pixels[kept:], data.labels[kept:])
        data = Images(data.pixels[:kept], data.labels[:kept])
    described = f"MNIST, {len(data):,} training images"
    if recipe.copies:
        if sources.ink is None:
            raise InputError(f"The recipe {recipe.id} trains on pen strokes too; name the InkML file with --ink.")
        drawings, _ = read_pen(sources.ink)
        writers = len({drawing.writer for drawing in drawings})
        data = joined(data, varied(drawings, recipe.copies, seed))
        described += f"; {len(drawings):,} pen digits of {writers} writers, {recipe.copies} variations each"
    return data, test, described
