"""The subcommands: each reads its words, calls one function of the domain, and prints what came of it."""

from __future__ import annotations

import argparse
import io
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.errors import DigitpadError, InputError
from digitpad.files import DEFAULT_CHECKPOINT, data_folder
from digitpad.messages import EpochReport
from digitpad.recipe import Recipe

if TYPE_CHECKING:
    from digitpad.learning.runs import Sources

# torch takes seconds to import, so each subcommand imports what it needs: --help and wrong words answer at once.


def run(arguments: argparse.Namespace) -> int:
    """Run a subcommand.

    Returns:
        The exit status: 0 on success, 2 on input that cannot be used, 1 on another failure; the latter two with a line
        on stderr, or one for each of several files that cannot be used.
    """
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "predict": _predict,
        "evaluate": _evaluate,
        "train": _train,
        "recipes": _recipes,
    }
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may hold what the terminal cannot show
    try:
        status = commands[arguments.command](arguments)
        print(end="", flush=True)
    except DigitpadError as error:
        return _fail(error)
    except KeyboardInterrupt:
        return _fail("stopped")
    except BrokenPipeError:
        _abandon_output()
        return 1
    except ImportError as error:
        return _fail(f"a library could not be loaded ({error}); install digitpad anew as README.md says")
    except OSError as error:
        _abandon_output()
        return _fail(f"the output could not be written ({error.strerror}); free some space or write it elsewhere")
    return status


def _fail(error: DigitpadError | str) -> int:
    """Say in one line on stderr what went wrong; returns the exit status."""
    print(f"digitpad: {' '.join(str(error).split())}", file=sys.stderr)
    return 2 if isinstance(error, InputError) else 1


def _abandon_output() -> None:
    """The interpreter must not write to a broken stdout again while it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _predict(arguments: argparse.Namespace) -> int:
    from digitpad.ink.opening import open_inks
    from digitpad.learning.recognizer import open_recognizer

    recognizer = open_recognizer(arguments.checkpoint, arguments.device)
    status = 0
    for file in arguments.files:
        try:
            inks = open_inks(file)
            if not inks:
                raise InputError(f"{file.name} holds no drawing; choose another file.")
        except InputError as error:
            status = _fail(error)  # the other files are read all the same
            continue
        for index, prediction in enumerate(map(recognizer.predict, inks)):
            said = {
                "file": str(file),
                "index": index,
                "digit": prediction.digit,
                "confidence": prediction.confidence,
                "probabilities": list(prediction.probabilities),
            }
            if arguments.json:
                print(json.dumps(said))
            elif prediction.digit is None:
                print(f"{file}  {index:>4}  no digit")
            else:
                print(f"{file}  {index:>4}  {prediction.digit}  {prediction.confidence:6.1%}")
    return status


def _evaluate(arguments: argparse.Namespace) -> int:
    from digitpad.learning.checkpoints import load_checkpoint
    from digitpad.learning.evaluation import evaluate, read_labelled
    from digitpad.learning.training import choose_device

    checkpoint = load_checkpoint(arguments.checkpoint or DEFAULT_CHECKPOINT)
    result = evaluate(checkpoint, read_labelled(arguments.data), choose_device(arguments.device))
    if arguments.json:
        print(json.dumps(asdict(result)))
        return 0
    print(f"{result.accuracy:.2%} of {result.n:,} read right, {len(result.errors):,} wrong, {result.refused:,} refused")
    print(f"expected calibration error {result.ece:.2%} (15 bins)")
    print("rows: label, columns: read as")
    print("      " + "".join(f"{digit:>6}" for digit in range(10)))
    for digit, row in enumerate(result.confusion):
        print(f"{digit:>6}" + "".join(f"{count:>6}" for count in row))
    return 0


def _train(arguments: argparse.Namespace) -> int:
    from digitpad.learning.checkpoints import save_checkpoint
    from digitpad.learning.recipes import RECIPES
    from digitpad.learning.runs import run_recipe
    from digitpad.learning.training import choose_device

    if arguments.recipe not in RECIPES:
        raise InputError(f"There is no recipe {arguments.recipe!r}; choose one of {', '.join(RECIPES)}.")
    recipe = RECIPES[arguments.recipe]
    if arguments.epochs:
        recipe = replace(recipe, epochs=arguments.epochs)
    out = arguments.out or Path(f"{recipe.id}.safetensors")
    _check_writable(out)
    sources = _sources(arguments, recipe)

    def report(now: EpochReport) -> None:
        if arguments.json:
            said = {key: value for key, value in asdict(now).items() if key != "epochs"}
            print(json.dumps({"event": "epoch", **said}), flush=True)
        else:
            print(
                f"epoch {now.epoch:>3}/{now.epochs}  {now.train_seconds:8.1f} s  training loss {now.train_loss:.4f}  "
                f"test loss {now.test_loss:.4f}  test accuracy {now.test_accuracy:.2%}",
                flush=True,
            )

    device = choose_device(arguments.device)
    checkpoint, last = run_recipe(recipe, sources, arguments.seed, device, report)
    save_checkpoint(out, checkpoint)
    if arguments.json:
        said = {"checkpoint": str(out), "train_seconds": last.train_seconds, "test_accuracy": last.test_accuracy}
        print(json.dumps({"event": "finished", **said}))
    else:
        print(f"wrote {out}: {last.test_accuracy:.2%} after {last.train_seconds:.0f} s of training")
    return 0


def _sources(arguments: argparse.Namespace, recipe: Recipe) -> Sources:
    """The data to train on: what the words name, else what lies in the data folder."""
    from digitpad.learning.runs import Sources

    mnist, ink = arguments.data, arguments.ink
    if mnist is None:
        mnist = data_folder() / "mnist"
        if not mnist.is_dir():
            raise InputError(f"There is no MNIST to train on: {mnist} does not exist. Name its folder with --data.")
    if ink is None and recipe.copies:
        ink = data_folder() / "pendigits" / "train.inkml"
        if not ink.is_file():
            raise InputError(f"There are no pen strokes to train on: {ink} does not exist. Name a file with --ink.")
    return Sources(mnist, ink, arguments.hold_out)


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


def _recipes(arguments: argparse.Namespace) -> int:
    from digitpad.learning.networks import NETWORKS, build, parameter_count
    from digitpad.learning.recipes import RECIPES

    for recipe in RECIPES.values():
        parameters = parameter_count(build(NETWORKS[recipe.network]))
        said = {
            "id": recipe.id,
            "title": recipe.title,
            "network": recipe.network,
            "parameters": parameters,
            "epochs": recipe.epochs,
        }
        print(json.dumps(said) if arguments.json else f"{recipe.id:<14}{parameters:>10,} parameters  {recipe.title}")
    return 0
