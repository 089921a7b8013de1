"""The words of the command line, without anything that they do."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

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


@functools.cache  # a start of the window parses its words twice
def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(
        prog="digitpad", description="Draw a digit and watch a network read it. Without a subcommand, a window opens."
    )
    parser.add_argument("--version", action="version", version=f"digitpad {__version__}")
    _checkpoint(parser, default=None)
    _device(parser, default="auto")
    _verbose(parser, default=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    predict = commands.add_parser("predict", help="read pictures and ink files")
    _checkpoint(predict)
    _false_rejection_rate(predict)
    _json(predict)
    predict.add_argument("files", nargs="+", type=Path, metavar="FILE", help="PNG, JPEG, BMP, WebP, InkML or UNIPEN")

    evaluate = commands.add_parser("evaluate", help="measure a checkpoint on labelled digits")
    _checkpoint(evaluate)
    _device(evaluate)
    _false_rejection_rate(evaluate)
    evaluate.add_argument(
        "--page", type=Path, metavar="FILE.html", help="write a page with figures and pictures of what was read wrong"
    )
    _json(evaluate)
    evaluate.add_argument(
        "data", type=Path, metavar="DATA", help="an InkML or UNIPEN file, or a folder with MNIST's IDX files"
    )

    train = commands.add_parser("train", help="train a recipe's network and write a checkpoint; Ctrl+C saves and stops")
    train.add_argument("--recipe", metavar="ID", help="see 'digitpad recipes'; or a recipe's file")
    train.add_argument(
        "--epochs", type=_number(Recipe, "epochs"), metavar="N", help="instead of the recipe's own number"
    )
    seed = _number(TrainingConfig, "seed")
    train.add_argument("--seed", type=seed, default=0, metavar="N", help="decides everything random (default 0)")
    train.add_argument("--data", metavar="DIR", help="folder with MNIST's IDX files, or 'starter': 5,000 of its digits")
    train.add_argument(
        "--ink", type=Path, metavar="F", help="InkML or UNIPEN file of labelled drawings, for recipes that want it"
    )
    train.add_argument(
        "--hold-out",
        type=_number(Recipe, "validation_images"),
        metavar="N",
        help="choose the best epoch on N training images held out, a tenth at most",
    )
    train.add_argument(
        "--out", type=Path, metavar="F", help="checkpoint to write (default RECIPE.safetensors, also with --resume)"
    )
    train.add_argument(
        "--resume", type=Path, metavar="F", help="go on with a run: its id, its folder, or a checkpoint that it wrote"
    )
    train.add_argument("--tensorboard", type=Path, metavar="DIR", help="write logs for TensorBoard too")
    _device(train)
    _json(train)

    recipes = commands.add_parser("recipes", help="list the recipes")
    _json(recipes)

    export = commands.add_parser("export", help="write a network as a file for other programs")
    export.add_argument("--format", choices=("onnx",), default="onnx", help="what to write (default onnx)")
    _checkpoint(export)
    _false_rejection_rate(export)
    _json(export)
    export.add_argument("out", type=Path, metavar="OUT", help="file to write")
    for command in (predict, evaluate, train, recipes, export):
        _verbose(command)
    return parser


# A subcommand's own default would overwrite what stands before its name, so it has none.


def _checkpoint(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    text = "instead of the one that ships"
    parser.add_argument("--checkpoint", type=Path, metavar="F", default=default, help=text)


def _device(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    parser.add_argument("--device", choices=DEVICES, default=default, help="where to compute (default auto)")


def _false_rejection_rate(parser: argparse.ArgumentParser) -> None:
    text = "share of real digits that may be refused, 0 to 1, or 'never' to refuse nothing (default %(default)s)"
    parser.add_argument(
        "--false-rejection-rate", "--lost", type=_share, default=FALSE_REJECTION_RATE, metavar="RATE", help=text
    )


def _verbose(parser: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    parser.add_argument("--verbose", action="store_true", default=default, help="print the log on stderr too")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


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
