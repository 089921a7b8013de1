"""The command line's arguments; nothing is done here."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from digitpad import __version__
from digitpad.domain.errors import InputError
from digitpad.domain.recipe import Recipe
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.domain.run import TrainingConfig
from digitpad.domain.settings_fields import declared

DEVICES = ("auto", "cpu", "cuda", "mps")


class _OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage before it, and ends with status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"digitpad: {' '.join(message.split())}; see '{self.prog} --help'\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What a command line asks for; `command` is None where it asks for the window.

    Raises:
        SystemExit: 0 after --help or --version, 2 on words that cannot be used, which one line on stderr explains.
    """
    return _parser().parse_args(list(argv))


_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "--checkpoint": {"type": Path, "metavar": "F", "help": "instead of the one that ships"},
    "--device": {"choices": DEVICES, "help": "where to compute (default auto)"},
    "--json": {"action": "store_true", "help": "print one JSON object a line"},
    "--verbose": {"action": "store_true", "help": "print the log on stderr too"},
}
"""What several commands take, and some before their name too."""


@functools.cache  # a start of the window parses its words twice
def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(
        prog="digitpad", description="Draw a digit and watch a network read it. Without a subcommand, a window opens."
    )
    parser.add_argument("--version", action="version", version=f"digitpad {__version__}")
    _add(parser, "--checkpoint", "--device", "--verbose")
    parser.set_defaults(checkpoint=None, device="auto", verbose=False, json=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, does: str, *options: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=does)
        _add(made, *options, "--json", "--verbose")
        return made

    predict = command("predict", "read pictures and ink files", "--checkpoint")
    predict.add_argument("files", nargs="+", type=Path, metavar="FILE", help="PNG, JPEG, BMP, WebP, InkML or UNIPEN")

    evaluate = command("evaluate", "measure a checkpoint on labelled digits", "--checkpoint", "--device")
    evaluate.add_argument(
        "--page", type=Path, metavar="FILE.html", help="write a page with figures and pictures of what was read wrong"
    )
    evaluate.add_argument(
        "data", type=Path, metavar="DATA", help="an InkML or UNIPEN file, or a folder with MNIST's IDX files"
    )

    train = command("train", "train a recipe's network and write a checkpoint; Ctrl+C saves and stops", "--device")
    epochs, seed = _number(Recipe, "epochs"), _number(TrainingConfig, "seed")
    held_out = _number(Recipe, "validation_images")
    add = train.add_argument
    add("--recipe", metavar="ID", help="see 'digitpad recipes'; or a recipe's file")
    add("--epochs", type=epochs, metavar="N", help="instead of the recipe's own number")
    add("--seed", type=seed, default=0, metavar="N", help="decides everything random (default 0)")
    add("--data", metavar="DIR", help="folder with MNIST's IDX files, or 'starter': 5,000 of its digits")
    add("--ink", type=Path, metavar="F", help="InkML or UNIPEN file of labelled drawings, for recipes that want it")
    text = "choose the best epoch, temperature and thresholds on N training images held out, a tenth at most"
    add("--hold-out", type=held_out, metavar="N", help=text)
    text = "checkpoint to write (default RECIPE.safetensors, also with --resume)"
    add("--out", type=Path, metavar="F", help=text)
    text = "go on with a run: its id, its folder, or a checkpoint that it wrote"
    add("--resume", type=Path, metavar="F", help=text)
    add("--keep-epochs", action="store_true", help="keep the checkpoint of every epoch in the run's folder")
    add("--tensorboard", type=Path, metavar="DIR", help="write logs for TensorBoard too")

    command("recipes", "list the recipes")

    teach = command("teach", "teach a network a person's hand from labelled drawings", "--checkpoint")
    teach.add_argument("--out", type=Path, metavar="F", help="checkpoint to write (default DRAWINGS.safetensors)")
    teach.add_argument("drawings", type=Path, metavar="DRAWINGS", help="InkML or UNIPEN file of labelled drawings")

    export = command("export", "write a network as a file for other programs", "--checkpoint")
    export.add_argument("--format", choices=("onnx",), default="onnx", help="what to write (default onnx)")
    export.add_argument("out", type=Path, metavar="OUT", help="file to write")

    rejection: dict[str, Any] = {"type": _share, "default": FALSE_REJECTION_RATE, "metavar": "RATE"}
    text = "share of real digits that may be refused, 0 to 1, or 'never' to refuse nothing (default %(default)s)"
    for made in (predict, evaluate, export):
        made.add_argument("--false-rejection-rate", "--lost", **rejection, help=text)
    return parser


def _add(parser: argparse.ArgumentParser, *options: str) -> None:
    for option in options:  # a subcommand's default would overwrite what stands before its name, so it has none
        parser.add_argument(option, default=argparse.SUPPRESS, **_OPTIONS[option])


def _share(text: str) -> float | None:
    if text == "never":
        return None
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number from 0 to 1 nor 'never'")
    return share


def _number(kind: type, name: str) -> Callable[[str], int]:
    """Reads a whole number as the field of a dataclass declares it."""

    def read(text: str) -> int:
        try:
            return int(declared(kind)[name].checked(int(text) if text.isdecimal() and len(text) <= 20 else text))
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error

    return read
