"""digitpad train: trains a recipe's network, or goes on with a run."""

from __future__ import annotations

import argparse
import contextlib
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from digitpad.cli.output import check_writable, print_error, print_json
from digitpad.cli.recipes import known_recipes
from digitpad.cli.train_progress import TrainProgress
from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Recipe
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.storage.io import remove_unfinished
from digitpad.storage.run_store import RunFolder, export_checkpoint, find_run, runs_folder


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on with a run; Ctrl+C saves and stops. Errors are for `digitpad.cli.main`.

    Returns 0 where the run was finished, 1 where it was stopped before.
    """
    from digitpad.learning.training import runs

    remove_unfinished()
    resumed = None if arguments.resume is None else _resumed(arguments.resume)
    recipe = resumed.read_info().recipe if resumed else _recipe(arguments)
    if resumed and arguments.recipe not in (None, recipe.id):
        raise InputError(
            f"The run was trained with the recipe {recipe.id}, not {arguments.recipe}. Leave --recipe out."
        )
    out = arguments.out or Path(f"{recipe.id}.safetensors")
    check_writable(out)
    control = RunControl()
    with TrainProgress(out, arguments.json, arguments.tensorboard) as progress, _stopped_by_interrupt(control):
        if resumed:
            info = runs.resume(
                resumed,
                epochs=arguments.epochs,
                device=None if arguments.device == "auto" else arguments.device,  # where it was trained before
                ink=arguments.ink,
                control=control,
                on_progress=progress.on_progress,
            )
        else:
            config = TrainingConfig(recipe, arguments.seed, _data(arguments, control), arguments.device, arguments.ink)
            info = runs.run(config, runs_folder(), control=control, on_progress=progress.on_progress)
    folder = resumed or find_run(runs_folder(), info.id)
    try:
        export_checkpoint(folder, "best", out)
    except DigitpadError as error:
        raise type(error)(f"{error} What was trained is in {folder.path}.") from error
    return _print_end(info, out, arguments.json)


def _recipe(arguments: argparse.Namespace) -> Recipe:
    """The recipe that the words name, with their changes."""
    if arguments.recipe is None:
        raise InputError("A run needs a recipe. Name one with --recipe; 'digitpad recipes' lists them.")
    if arguments.recipe.endswith(".json"):
        from digitpad.storage.recipe_store import load_recipe

        recipe = load_recipe(Path(arguments.recipe))
    else:
        known = known_recipes()
        if arguments.recipe not in known:
            raise InputError(f"There is no recipe {arguments.recipe!r}; choose one of {', '.join(known)}.")
        recipe = known[arguments.recipe]
    return replace(
        recipe,
        epochs=arguments.epochs or recipe.epochs,
        keep_epochs=arguments.keep_epochs or recipe.keep_epochs,
        validation_images=recipe.validation_images if arguments.hold_out is None else arguments.hold_out,
    )


def _resumed(named: Path) -> RunFolder:
    """The run that a word names: by its folder, its id, or a checkpoint that it wrote."""
    if named.is_dir():
        if not (named / "run.json").is_file():
            raise InputError(f"The folder {named} holds no run. Name a run's id or folder.")
        return RunFolder(named.resolve())
    if named.name == "resume.safetensors":
        return RunFolder(named.absolute().parent)
    if not named.exists():
        return find_run(runs_folder(), str(named))
    from digitpad.reading.load import load_checkpoint

    run = load_checkpoint(named).info.run
    if not run:
        raise InputError(f"{named} does not say which run it comes from. Name the run's folder.")
    return find_run(runs_folder(), run)


def _data(arguments: argparse.Namespace, control: RunControl) -> str:
    """The data to train on: what the words name, else MNIST, which is fetched where files of it are missing."""
    from digitpad.storage.datasets import MNIST, STARTER, available, can_be_fetched, describe, read_digits

    if arguments.data is not None:
        return describe(arguments.data).id
    try:
        if can_be_fetched():
            _fetch_mnist(control)
        for part in ("train", "test"):
            read_digits(MNIST, part)  # here, where what else can be done is known; the run finds them read
    except DigitpadError as error:
        raise InputError(
            f"{error} Try again, name a folder with --data, or train on what ships with --data {STARTER}."
        ) from error
    for problem in available()[1]:
        print_error(problem)
    return MNIST


def _fetch_mnist(control: RunControl) -> None:
    from tqdm import tqdm

    from digitpad.learning.data.download import download_mnist
    from digitpad.storage.datasets import download_folder

    with tqdm(desc="fetching MNIST", unit="B", unit_scale=True, leave=False, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        download_mnist(download_folder(), show, lambda: control.is_stopped)


@contextlib.contextmanager
def _stopped_by_interrupt(control: RunControl) -> Iterator[None]:
    """Let the first Ctrl+C end the run after the step under way, and the second one break it off."""

    def stop(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        print_error("stopping; Ctrl+C again breaks off")
        control.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _print_end(info: RunInfo, out: Path, as_json: bool) -> int:
    if info.state != "finished":
        print_error(
            f"stopped after {info.epochs_done} of {info.recipe.epochs} epochs; wrote {out}. "
            f"Go on with --resume {info.id}"
        )
        return 1
    accuracy = info.best_accuracy or 0.0
    if as_json:
        seconds = info.train_seconds
        print_json(event="finished", checkpoint=str(out), train_seconds=seconds, test_accuracy=accuracy)
    else:
        print(f"wrote {out}: {accuracy:.2%} after {info.train_seconds:.1f} s of training")
    return 0
