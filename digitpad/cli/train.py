"""The subcommands train and recipes."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import EpochReport, Preparing, Report, Samples, StepsReport
from digitpad.domain.run import RunInfo, TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.storage.run_store import RunFolder, export_checkpoint, find_run, runs_folder

if TYPE_CHECKING:
    from tqdm import tqdm

    from digitpad.learning.training.tensorboard import Logs

_SAID = ("epoch", "train_seconds", "train_loss", "test_loss", "test_accuracy")


def train(arguments: argparse.Namespace) -> int:
    """Train, or go on with a run; Ctrl+C saves and stops.

    Returns:
        0 where the run was finished, 1 where it was stopped before.

    Raises:
        InputError: the words, the recipe, the data or the device cannot be used.
        DigitpadError: the training failed, or a file could not be written.
    """
    from digitpad.learning.training.runs import resume, run

    resumed = None if arguments.resume is None else _resumed(arguments.resume)
    recipe = resumed.read_info().recipe if resumed else _recipe(arguments)
    if resumed and arguments.recipe not in (None, recipe.id):
        raise InputError(
            f"The run was trained with the recipe {recipe.id}, not {arguments.recipe}. Leave --recipe out."
        )
    out = arguments.out or Path(f"{recipe.id}.safetensors")
    _check_writable(out)
    control = RunControl()
    with _Reporter(out, arguments.json, arguments.tensorboard) as reporter, _stopped_by_interrupt(control):
        if resumed:
            # 'auto' is the kind of device that the run was trained on.
            device = None if arguments.device == "auto" else arguments.device
            info = resume(
                resumed,
                epochs=arguments.epochs,
                device=device,
                ink=arguments.ink,
                control=control,
                on_progress=reporter.on_progress,
            )
        else:
            config = TrainingConfig(recipe, arguments.seed, _data(arguments, control), arguments.device, arguments.ink)
            info = run(config, runs_folder(), control=control, on_progress=reporter.on_progress)
    folder = find_run(runs_folder(), info.id) if resumed is None else resumed
    export_checkpoint(folder, "best", out)
    return _say_end(info, out, arguments.json)


def recipes(arguments: argparse.Namespace) -> int:
    """List the recipes that ship and the person's own."""
    from digitpad.reading.layers import network_of
    from digitpad.reading.zoo import NETWORKS

    for recipe in _recipes().values():
        parameters = network_of(NETWORKS[recipe.network]).parameters
        if arguments.json:
            said = {
                "id": recipe.id,
                "title": recipe.title,
                "network": recipe.network,
                "parameters": parameters,
                "epochs": recipe.epochs,
            }
            print(json.dumps(said))
        else:
            epochs = "epoch " if recipe.epochs == 1 else "epochs"
            print(f"{recipe.id:<14}{parameters:>10,} parameters {recipe.epochs:>4} {epochs}  {recipe.teaches}")
    return 0


def _recipes() -> dict[str, Recipe]:
    from digitpad.learning.training.recipes import RECIPES
    from digitpad.reading.zoo import NETWORKS
    from digitpad.storage.recipe_store import own_recipes

    own, problems = own_recipes()
    for problem in problems:
        print(f"digitpad: {problem}", file=sys.stderr)
    return {**{recipe.id: recipe for recipe in own if recipe.network in NETWORKS}, **RECIPES}


def _recipe(arguments: argparse.Namespace) -> Recipe:
    """The recipe that the words name, with their changes."""
    from digitpad.storage.recipe_store import load_recipe

    if arguments.recipe is None:
        raise InputError("A run needs a recipe. Name one with --recipe; 'digitpad recipes' lists them.")
    if arguments.recipe.endswith(".json"):
        recipe = load_recipe(Path(arguments.recipe))
    else:
        known = _recipes()
        if arguments.recipe not in known:
            raise InputError(f"There is no recipe {arguments.recipe!r}; choose one of {', '.join(known)}.")
        recipe = known[arguments.recipe]
    if arguments.epochs:
        recipe = replace(recipe, epochs=arguments.epochs)
    return replace(recipe, validation_images=arguments.hold_out) if arguments.hold_out else recipe


def _resumed(named: Path) -> RunFolder:
    """The run that a word names: by its folder, its id, or a checkpoint that it wrote."""
    from digitpad.learning.models.checkpoints import load_checkpoint

    if named.is_dir():
        if not (named / "run.json").is_file():
            raise InputError(f"The folder {named} holds no run. Name a run's id or folder.")
        return RunFolder(named.resolve())
    if named.name == "resume.safetensors":
        return RunFolder(named.absolute().parent)
    if not named.exists():
        return find_run(runs_folder(), str(named))
    run = load_checkpoint(named).info.run
    if not run:
        raise InputError(f"{named} does not say which run it comes from. Name the run's folder.")
    return find_run(runs_folder(), run)


def _data(arguments: argparse.Namespace, control: RunControl) -> str:
    """The data to train on: what the words name, else MNIST, which is fetched where files of it are missing."""
    from digitpad.learning.data.datasets import MNIST, STARTER, available, cached_data, can_be_fetched, describe

    if arguments.data is not None:
        return describe(arguments.data).id
    try:
        if can_be_fetched():
            _fetch_mnist(control)
        for part in ("train", "test"):
            cached_data(MNIST, part)  # here, where what else can be done is known; the run finds them read
    except DigitpadError as error:
        raise InputError(
            f"{error} Try again, name a folder with --data, or train on what ships with --data {STARTER}."
        ) from error
    for problem in available()[1]:
        print(f"digitpad: {problem}", file=sys.stderr)
    return MNIST


def _fetch_mnist(control: RunControl) -> None:
    from tqdm import tqdm

    from digitpad.learning.data.datasets import download_folder
    from digitpad.learning.data.download import download_mnist

    with tqdm(desc="fetching MNIST", unit="B", unit_scale=True, leave=False, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        download_mnist(download_folder(), show, lambda: control.is_stopped)


class _Reporter:
    """Says how a run goes: lines on stdout, a bar on a terminal, logs for TensorBoard; copies each best checkpoint."""

    def __init__(self, out: Path, as_json: bool, logs: Path | None) -> None:
        from tqdm import tqdm

        self._out, self._as_json = out, as_json
        self._run = ""
        self._bar: tqdm[None] = tqdm(unit="step", leave=False, disable=True if as_json else None, dynamic_ncols=True)
        self._logs: Logs | None = None
        if logs is not None:
            from digitpad.learning.training.tensorboard import Logs

            self._logs = Logs(logs)

    def __enter__(self) -> _Reporter:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        if self._logs is not None:
            self._logs.close()

    def on_progress(self, now: RunInfo | Report | Samples | Preparing) -> None:
        """Say what a run says of itself."""
        if isinstance(now, RunInfo):
            self._run = now.id
            self._bar.set_description(refresh=False)
            self._bar.unit = "step"
            self._bar.total = None
            self._bar.reset()
            return
        if isinstance(now, Preparing):
            self._bar.unit, self._bar.total = "drawing", now.total
            self._bar.set_description("varying drawings", refresh=False)
            self._bar.update(now.done - self._bar.n)
            return
        if isinstance(now, Samples):
            self._say_samples(now)
            return
        if self._logs is not None:
            self._logs.add(now)
        if isinstance(now, StepsReport):
            self._bar.total = now.steps
            self._bar.set_postfix_str(f"loss {now.losses[-1]:.4f}, {now.images_per_second:,.0f} images/s")
            self._bar.update(now.last - self._bar.n)
        elif isinstance(now, EpochReport):
            self._say_epoch(now)

    def _say_samples(self, now: Samples) -> None:
        if self._as_json:
            return
        labels = " ".join(map(str, now.labels))
        if now.predictions is None or now.probabilities is None:
            lines = [f"first training images: labels {labels}"]
        else:
            lines = [f"first test images: read as {' '.join(map(str, now.predictions))}, labels {labels}"]
            for number, outputs in enumerate(now.probabilities[: now.outputs], 1):
                ten = "  ".join(f"{digit}: {share:.1%}" for digit, share in enumerate(outputs))
                lines.append(f"outputs for test image {number}:  {ten}")
        self._bar.clear()
        print("\n".join(lines), flush=True)
        self._bar.refresh()

    def _say_epoch(self, now: EpochReport) -> None:
        if now.is_best:
            with contextlib.suppress(InputError):  # a run that is resumed from a folder elsewhere
                export_checkpoint(find_run(runs_folder(), self._run), "best", self._out)
        if self._as_json:
            said = {name: value for name, value in asdict(now).items() if name in _SAID}
            print(json.dumps({"event": "epoch", **said}), flush=True)
            return
        held_out = "" if now.validation_accuracy is None else f"  held out {now.validation_accuracy:.2%}"
        self._bar.clear()
        print(
            f"epoch {now.epoch:>3}/{now.epochs}  {now.train_seconds:8.1f} s  training loss {now.train_loss:.4f}  "
            f"test loss {now.test_loss:.4f}  test accuracy {now.test_accuracy:.2%}{held_out}",
            flush=True,
        )
        self._bar.refresh()


@contextlib.contextmanager
def _stopped_by_interrupt(control: RunControl) -> Iterator[None]:
    """Let the first Ctrl+C end the run after the step under way, and the second one break it off."""

    def stop(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        print("digitpad: stopping; Ctrl+C again breaks off", file=sys.stderr)
        control.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _say_end(info: RunInfo, out: Path, as_json: bool) -> int:
    accuracy = info.best_accuracy or 0.0
    if info.state == "finished":
        if as_json:
            said = {"checkpoint": str(out), "train_seconds": info.train_seconds, "test_accuracy": accuracy}
            print(json.dumps({"event": "finished", **said}))
        else:
            print(f"wrote {out}: {accuracy:.2%} after {info.train_seconds:.1f} s of training")
        return 0
    print(
        f"digitpad: stopped after {info.epochs_done} of {info.recipe.epochs} epochs; wrote {out}. "
        f"Go on with --resume {info.id}",
        file=sys.stderr,
    )
    return 1


def _check_writable(out: Path) -> None:
    """Refuse, before hours of training, a place where the checkpoint could not be written after them."""
    place = out.parent
    try:
        place = Path(os.path.realpath(out)).parent  # a link stays, and the file that it leads to is written
        if not stat.S_ISREG(out.stat().st_mode):
            raise InputError(f"{out} is {'a folder' if out.is_dir() else 'a device'}; name a file with --out.")
    except (FileNotFoundError, NotADirectoryError):
        if not place.is_dir():
            raise InputError(f"The folder {place} does not exist; make it, or name another with --out.") from None
    except PermissionError as error:
        raise DigitpadError(f"{place} cannot be written to ({error.strerror}); choose another --out.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not valid"
        raise InputError(f"{out} cannot be a file ({reason}); name another with --out.") from error
    try:
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        raise DigitpadError(f"{place} cannot be written to ({error.strerror}); choose another --out.") from error
