"""The subcommands: each reads its words, calls one function of the domain, and prints what came of it."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.cli.train import recipes, train
from digitpad.domain.errors import DigitpadError, InputError
from digitpad.storage.io import DEFAULT_CHECKPOINT, write_atomically

if TYPE_CHECKING:
    from digitpad.learning.evaluation.evaluate import Evaluation

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
    from digitpad.ink.formats.opening import open_inks
    from digitpad.learning.models.recognizer import open_recognizer

    recognizer = open_recognizer(arguments.checkpoint, arguments.device)
    recognizer.false_rejection_rate = arguments.false_rejection_rate
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
    from digitpad.learning.evaluation.evaluate import evaluate, read_labelled
    from digitpad.learning.models.checkpoints import load_checkpoint
    from digitpad.learning.models.devices import choose_device

    page = arguments.page
    if page is not None:
        _check_page(page, arguments.data)  # before the minutes that the reading may take
    checkpoint = load_checkpoint(arguments.checkpoint or DEFAULT_CHECKPOINT)
    data = read_labelled(arguments.data)
    result = evaluate(checkpoint, data, choose_device(arguments.device), arguments.false_rejection_rate)
    if page is not None:
        from digitpad.learning.evaluation.page import evaluation_page

        source = arguments.data.resolve().name
        write_atomically(page, evaluation_page(result, data, checkpoint.info, source, arguments.false_rejection_rate))
    if arguments.json:
        values = asdict(result)
        values["refused"] = values.pop("rejected")
        print(json.dumps(values))
    else:
        _say_evaluation(result)
        if page is not None:
            print(f"wrote {page}")
    return 0


def _check_page(page: Path, data: Path) -> None:
    """Refuse a place for the page where it would replace something else, or where no file can be."""
    try:
        if page.is_dir():
            raise InputError(f"{page} is a folder; name a file for the page, such as {page / 'page.html'}.")
        if page.exists() and data.exists() and page.samefile(data):
            raise InputError(f"The page would replace {data}, which is to be evaluated; name another file.")
        if page.suffix.lower() not in (".html", ".htm"):
            raise InputError(f"{page} does not end in .html, so another file might be lost; name the page NAME.html.")
        if not page.parent.is_dir():
            raise InputError(f"The folder {page.parent} does not exist; make it, or name another for the page.")
    except OSError as error:
        raise InputError(f"{page} cannot be a file ({error.strerror}); name another for the page.") from error


def _say_evaluation(result: Evaluation) -> None:
    print(
        f"{result.accuracy:.2%} of {result.n:,} read right, {len(result.errors):,} wrong, {result.rejected:,} refused"
    )
    print(f"expected calibration error {result.ece:.2%} (15 bins)")
    if result.writers_mean is not None:
        spread = "" if result.writers_sd is None else f" ± {result.writers_sd:.2%} (mean ± standard deviation)"
        writers = "1 writer" if len(result.writers) == 1 else f"{len(result.writers):,} writers"
        print(f"by writer: {result.writers_mean:.2%}{spread}, {writers}")
        weakest = sorted(result.writers, key=lambda writer: writer.accuracy)[:3]
        said = ", ".join(f"{_printable(each.writer)} {each.accuracy:.2%} of {each.n:,}" for each in weakest)
        print(f"weakest: {said}")
    print("rows: label, columns: read as")
    print("      " + "".join(f"{digit:>6}" for digit in range(10)) + "   right")
    for digit, (row, accuracy) in enumerate(zip(result.confusion, result.digits, strict=True)):
        right = "–" if accuracy is None else f"{accuracy:.2%}"
        print(f"{digit:>6}" + "".join(f"{count:>6}" for count in row) + f"{right:>9}")


def _printable(name: str) -> str:
    """A name from a file, in one line, without what could steer a terminal."""
    line = "".join(character if character.isprintable() else " " for character in name)
    return line if len(line) <= 40 else f"{line[:39]}…"
