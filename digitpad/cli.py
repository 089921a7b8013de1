"""The subcommands: each reads its words, calls one function of the domain, and prints what came of it."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict

from digitpad.cli_train import recipes, train
from digitpad.errors import DigitpadError, InputError
from digitpad.files import DEFAULT_CHECKPOINT

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
        "train": train,
        "recipes": recipes,
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
    from digitpad.learning.devices import choose_device
    from digitpad.learning.evaluation import evaluate, read_labelled

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
