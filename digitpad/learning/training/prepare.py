"""What a run needs before its first step: data, augmented drawings, and a training that has not begun."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import DigitpadError, InputError, Message, joined
from digitpad.domain.recipe import check_recipe
from digitpad.domain.reports import Preparing
from digitpad.domain.run import TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.learning.data.datasets import cached_data
from digitpad.learning.data.images import Images, concatenated, split_validation
from digitpad.learning.data.pen_dataset import pen_images
from digitpad.learning.models.devices import choose_device, explained
from digitpad.learning.training.loop import Training
from digitpad.reading.zoo import NETWORKS
from digitpad.storage.datasets import STARTER, describe, download_folder
from digitpad.storage.io import data_folder

_PEN_DIGITS = "pendigits"
"""The folder of pen digits in a folder of data,"""

_PEN_FILES = ("train.inkml", "pendigits-orig.tra")
"""and the names that their file may have there: the second is the one under which they were published."""

_REPORT_SECONDS = 0.1
"""Time between two reports on the drawings."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a run begins with."""

    training: Training
    data: DataInfo
    words: Message  # on all images that it trains on
    unseen: int  # how many of the validation set's last images are by writers of whom it trains on none


def prepare(
    config: TrainingConfig, control: RunControl, on_progress: Callable[[Preparing], None], stopped: DigitpadError
) -> Prepared:
    """Make ready what a run needs before its first step.

    Args:
        config: what to train, on what, where.
        control: a pause is waited out, a stop is heeded.
        on_progress: called in this thread while drawings are augmented and rendered, where the recipe wants some.
        stopped: raised where the run is stopped.

    Raises:
        InputError: recipe, data or device cannot be used.
        DigitpadError: the run was stopped, or the memory is not enough.
    """
    reported_at, waited = 0.0, 0.0

    def check_stop() -> None:
        nonlocal waited
        asked = time.perf_counter()
        if not control.should_continue():
            raise stopped
        waited += time.perf_counter() - asked

    def on_drawing(done: int, total: int) -> None:
        nonlocal reported_at
        check_stop()
        now = time.perf_counter()
        if done == total or now - reported_at > _REPORT_SECONDS:
            reported_at = now
            on_progress(Preparing(done, total, (now - began - waited) / done * (total - done)))

    recipe = check_recipe(config.recipe)
    if recipe.network not in NETWORKS:
        text = "There is no network {network}; choose one of {networks}."
        raise InputError(text, network=repr(recipe.network), networks=", ".join(NETWORKS))
    if recipe.batch == 1 and ["batchnorm"] in NETWORKS[recipe.network]:
        said = "The network {network} normalises by batches. Choose a batch size of 2 or more."
        raise InputError(said, network=recipe.network)
    device = choose_device(config.device)
    info = describe(config.data)
    data, test = cached_data(info, "train"), cached_data(info, "test")
    title = Message("Starter set") if info.id == STARTER else info.title
    described = Message("{title}, {count} training images", title=title, count=len(data))
    data, validation = split_validation(data, recipe.validation_images)
    drawn, unseen_count = list[Images](), 0
    began = time.perf_counter()
    try:
        if recipe.stroke_variations or recipe.digit_styles or recipe.outliers:
            drawn, unseen, words = pen_images(recipe, config.ink or _pen_digits(), config.seed, on_progress=on_drawing)
            described = joined([described, words], "; ")
            if len(unseen):
                validation, unseen_count = concatenated(validation, unseen) if validation else unseen, len(unseen)
        check_stop()
        training = Training(recipe, data, test, validation, drawn=drawn, seed=config.seed, device=device)
        return Prepared(training, info, described, unseen_count)
    except (RuntimeError, MemoryError) as error:
        failure = explained(error, recipe)
        if failure is None:
            raise
        raise failure from error


def _pen_digits() -> Path:
    """The file of pen digits in a folder of data, or where it ought to be."""
    folders = dict.fromkeys([data_folder(), download_folder().parent])
    places = [folder / _PEN_DIGITS / name for folder in folders for name in _PEN_FILES]
    return next((place for place in places if os.path.isfile(place)), places[0])  # noqa: PTH113 - never raises
