"""The subcommands: each reads its words, calls one function of the domain, and prints what came of it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from digitpad import __version__
from digitpad.errors import DigitpadError, InputError
from digitpad.messages import EpochReport

# torch takes seconds to import, so each subcommand imports what it needs: --help and wrong words answer at once.


def run(arguments: argparse.Namespace) -> int:
    """Run a subcommand.

    Returns:
        The exit status: 0 on success, 2 on input that cannot be used, 1 on another failure; the latter two with one
        line on stderr.
    """
    commands: dict[str, Callable[[argparse.Namespace], None]] = {
        "predict": _predict,
        "evaluate": _evaluate,
        "train": _train,
        "recipes": _recipes,
    }
    try:
        commands[arguments.command](arguments)
        sys.stdout.flush()
    except DigitpadError as error:
        print(f"digitpad: {' '.join(str(error).split())}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    except KeyboardInterrupt:
        print("digitpad: stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of the pipe has seen enough; the interpreter must not write to it again while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _predict(arguments: argparse.Namespace) -> None:
    from digitpad.learning.recognizer import open_recognizer

    recognizer = open_recognizer(arguments.checkpoint)
    for file in arguments.files:
        for index, prediction in enumerate(map(recognizer.predict, _inks(file))):
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


def _evaluate(arguments: argparse.Namespace) -> None:
    from digitpad.learning.checkpoints import load_checkpoint
    from digitpad.learning.evaluation import evaluate, read_labelled
    from digitpad.learning.recognizer import DEFAULT_CHECKPOINT
    from digitpad.learning.training import choose_device

    checkpoint = load_checkpoint(arguments.checkpoint or DEFAULT_CHECKPOINT)
    result = evaluate(checkpoint, read_labelled(arguments.data), choose_device(arguments.device))
    if arguments.json:
        print(json.dumps(asdict(result)))
        return
    print(f"{result.accuracy:.2%} of {result.n:,} read right, {len(result.errors):,} wrong, {result.refused:,} refused")
    print(f"expected calibration error {result.ece:.2%} (15 bins)")
    print("rows: label, columns: read as")
    print("      " + "".join(f"{digit:>6}" for digit in range(10)))
    for digit, row in enumerate(result.confusion):
        print(f"{digit:>6}" + "".join(f"{count:>6}" for count in row))


def _train(arguments: argparse.Namespace) -> None:
    from digitpad.learning.checkpoints import Checkpoint, save_checkpoint
    from digitpad.learning.data import Images, read_mnist
    from digitpad.learning.networks import NETWORKS, parameter_count
    from digitpad.learning.recipes import RECIPES
    from digitpad.learning.training import choose_device, train
    from digitpad.messages import CheckpointInfo

    if arguments.recipe not in RECIPES:
        raise InputError(f"There is no recipe {arguments.recipe!r}; choose one of {', '.join(RECIPES)}.")
    recipe = RECIPES[arguments.recipe]
    if arguments.epochs:
        recipe = replace(recipe, epochs=arguments.epochs)
    folder = _mnist_folder(arguments.data)
    data, used = read_mnist(folder, "train"), "MNIST, 60,000 training images"
    if arguments.hold_out:
        kept = len(data) - arguments.hold_out
        if kept < 1:
            raise InputError(f"--hold-out takes up to {len(data) - 1:,} of the {len(data):,} training images.")
        data, test = Images(data.pixels[:kept], data.labels[:kept]), Images(data.pixels[kept:], data.labels[kept:])
    else:
        test = read_mnist(folder, "test")
    used = f"MNIST, {len(data):,} training images"
    reports: list[EpochReport] = []

    def report(now: EpochReport) -> None:
        reports.append(now)
        if arguments.json:
            said = asdict(now)
            del said["epochs"]
            print(json.dumps({"event": "epoch", **said}), flush=True)
        else:
            print(
                f"epoch {now.epoch:>3}/{now.epochs}  {now.train_seconds:8.1f} s  training loss {now.train_loss:.4f}  "
                f"test loss {now.test_loss:.4f}  test accuracy {now.test_accuracy:.2%}",
                flush=True,
            )

    device = choose_device(arguments.device)
    network = train(recipe, data, test, seed=arguments.seed, device=device, report=report)
    last = reports[-1]
    out = arguments.out or Path(f"{recipe.id}.safetensors")
    info = CheckpointInfo(
        name=out.stem,
        network=recipe.network,
        layers=list(NETWORKS[recipe.network]),
        parameters=parameter_count(network),
        mean=recipe.mean,
        std=recipe.std,
        recipe=recipe.id,
        seed=arguments.seed,
        data=used,
        epochs=recipe.epochs,
        test_accuracy=None if arguments.hold_out else last.test_accuracy,
        date=datetime.now(UTC).date().isoformat(),
        digitpad_version=__version__,
    )
    save_checkpoint(out, Checkpoint(network, info))
    if arguments.json:
        said = {"checkpoint": str(out), "train_seconds": last.train_seconds, "test_accuracy": last.test_accuracy}
        print(json.dumps({"event": "finished", **said}))
    else:
        print(f"wrote {out}: {last.test_accuracy:.2%} after {last.train_seconds:.0f} s of training")


def _recipes(arguments: argparse.Namespace) -> None:
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


def _inks(file: Path) -> Iterator["Ink"]:
    ...


def _mnist_folder(given: Path | None) -> Path:
    """Where MNIST's files lie: the folder given, or mnist/ in the folder that DIGITPAD_DATA_DIR names."""
    if given is not None:
        return given
    root = os.environ.get("DIGITPAD_DATA_DIR")
    if not root:
        raise InputError("There is no data to train on; name the folder with MNIST's files with --data.")
    return Path(root) / "mnist"
