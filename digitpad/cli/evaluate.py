"""digitpad evaluate: measures a checkpoint on labelled digits."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.cli.output import check_writable, print_json
from digitpad.domain.errors import InputError
from digitpad.domain.settings_fields import printable
from digitpad.storage.io import DEFAULT_CHECKPOINT, write_atomically

if TYPE_CHECKING:
    from digitpad.domain.checkpoint_info import CheckpointInfo
    from digitpad.reading.evaluation.evaluate import Evaluation, Read


def run(arguments: argparse.Namespace) -> int:
    """Print the figures, and write the page where one is asked for; errors are for `digitpad.cli.main`."""
    page: Path | None = arguments.page
    if page is not None:
        _check_page(page, arguments.data)  # before the minutes that the reading may take
    from digitpad.reading.evaluation.evaluate import evaluate_network
    from digitpad.reading.evaluation.labelled import read_labelled

    info, read, threads = _reader(arguments)
    data, rate = read_labelled(arguments.data), arguments.false_rejection_rate
    read_number = None
    if data.numbers:
        from digitpad.reading.load import open_reader
        from digitpad.reading.numbers.read import NumberReader

        numbers = NumberReader(open_reader(arguments.checkpoint))  # on the CPU, whatever reads the digits
        read_number = partial(numbers.predict, false_rejection_rate=rate)
    with _progress(len(data)) as on_progress:
        result = evaluate_network(info, read, data, rate, threads, on_progress, read_number).result
    if page is not None:
        from digitpad.reading.evaluation.page import evaluation_page

        write_atomically(page, evaluation_page(result, data, info, arguments.data.resolve().name, rate))
    if arguments.json:
        values = asdict(result)
        print_json(refused=values.pop("rejected"), **values)
    else:
        _print(result)
        if page is not None:
            print(f"wrote {page}")
    return 0


def _reader(arguments: argparse.Namespace) -> tuple[CheckpointInfo, Read, int]:
    """What is known of the checkpoint, what reads with it, and in how many threads; torch where the device needs it."""
    if arguments.device not in ("auto", "cpu"):
        from digitpad.learning.models.checkpoints import reader_on
        from digitpad.learning.models.devices import choose_device
        from digitpad.reading.load import load_checkpoint

        device = choose_device(arguments.device)
        checkpoint = load_checkpoint(arguments.checkpoint or DEFAULT_CHECKPOINT)
        return checkpoint.info, reader_on(checkpoint, device), 1
    from digitpad.platform.cores import cores
    from digitpad.reading.load import open_reader

    reader = open_reader(arguments.checkpoint)
    return reader.info, reader.read_batch, cores()


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[int], object] | None]:
    """A bar on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(desc="reading", total=total, unit="digit", leave=False, dynamic_ncols=True) as bar:
        yield bar.update


def _check_page(page: Path, data: Path) -> None:
    """Refuse a place for the page where it would replace something else, or where no file can be."""
    check_writable(page)
    if page.exists() and data.exists() and page.samefile(data):
        raise InputError(f"The page would replace {data}, which is to be evaluated; name another file.")
    if page.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{page} does not end in .html, so another file might be lost; name the page NAME.html.")


def _print(result: Evaluation) -> None:
    right, wrong = f"{result.accuracy:.2%} of {result.n:,} read right", f"{len(result.errors):,} wrong"
    print(f"{right}, {wrong}, {result.rejected:,} refused")
    print(f"expected calibration error {result.ece:.2%} (15 bins)")
    if result.writers_mean is not None:
        spread = "" if result.writers_sd is None else f" ± {result.writers_sd:.2%} (mean ± standard deviation)"
        writers = "1 writer" if len(result.writers) == 1 else f"{len(result.writers):,} writers"
        print(f"by writer: {result.writers_mean:.2%}{spread}, {writers}")
        weakest = []
        for each in sorted(result.writers, key=lambda writer: writer.accuracy)[:3]:
            name = printable(each.writer)  # without what could steer a terminal
            weakest.append(f"{name if len(name) <= 40 else f'{name[:39]}…'} {each.accuracy:.2%} of {each.n:,}")
        print("weakest: " + ", ".join(weakest))
    print("rows: label, columns: read as")
    print("      " + "".join(f"{digit:>6}" for digit in range(10)) + "   right")
    for digit, (row, accuracy) in enumerate(zip(result.confusion, result.digits, strict=True)):
        right = "–" if accuracy is None else f"{accuracy:.2%}"
        print(f"{digit:>6}" + "".join(f"{count:>6}" for count in row) + f"{right:>9}")
