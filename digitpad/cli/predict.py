"""digitpad predict: reads pictures and ink files."""

from __future__ import annotations

import argparse
from itertools import chain

from digitpad.cli.output import print_error, print_json
from digitpad.domain.errors import InputError

_PRINTED = ("digit", "text", "confidence", "probabilities", "reason")


def run(arguments: argparse.Namespace) -> int:
    """Read each drawing of each file; one that cannot be used leaves the others to be read.

    Returns:
        2 where a file could not be used, else 0.
    """
    from digitpad.ink.formats.opening import open_inks
    from digitpad.reading.load import open_reader
    from digitpad.reading.numbers.read import NumberReader
    from digitpad.reading.numbers.sheet import predict_sheet

    reader = NumberReader(open_reader(arguments.checkpoint))
    status = 0
    for file in arguments.files:
        try:
            inks = open_inks(file)
            if not inks:
                raise InputError("{file} holds no drawing; choose another file.", file=file.name)
        except InputError as error:
            print_error(error)
            status = 2
            continue
        sheets = (predict_sheet(reader, ink, arguments.false_rejection_rate) for ink in inks)
        for index, prediction in enumerate(chain.from_iterable(sheets)):
            if arguments.json:
                print_json(file=str(file), index=index, **{name: getattr(prediction, name) for name in _PRINTED})
            elif prediction.text:
                print(f"{file}  {index:>4}  {prediction.text}  {prediction.confidence:6.1%}")
            else:
                print(f"{file}  {index:>4}  no digit ({prediction.reason})")
    return status
