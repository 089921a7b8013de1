"""The work of an evaluation: reads data, opens networks, lets them read; plain functions without Qt, for a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digitpad.domain.errors import CancelledError, InputError
from digitpad.platform.cores import cores

if TYPE_CHECKING:
    from digitpad.reading.evaluation.evaluate import Evaluated
    from digitpad.reading.evaluation.labelled import Labelled
    from digitpad.reading.reader import Reader


_ink_files: dict[tuple[Path, int], Labelled] = {}
"""The ink file that was read last, by its path and the time of its last change; rendering a large one takes seconds."""


@dataclass(frozen=True, eq=False)
class EvaluationRequest:
    """What is to be evaluated.

    Attributes:
        data: the id of a data set, whose test images are read, see `digitpad.storage.datasets`; or an ink file.
        networks: each one that reads, or its file.
        false_rejection_rate: share of real digits that may be rejected, None to reject nothing.
        title: the data's, for people.
    """

    data: str | Path
    networks: tuple[Reader | Path, ...]
    false_rejection_rate: float | None
    title: str = ""


@dataclass(frozen=True)
class EvaluationProgress:
    """How many of the images have been read, and how many seconds the rest takes at the pace so far."""

    done: int
    total: int
    remaining_seconds: float


def run_evaluation(
    request: EvaluationRequest,
    on_progress: Callable[[EvaluationProgress], object] = lambda _: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Evaluated, ...]:
    """Let each network read the data, one after the other, as many images at once as there are cores.

    The threads do not step back behind the window's: on a busy machine they would hold Python's lock for long, and the
    window would wait for it.

    Raises:
        InputError: the data or a network cannot be read.
        CancelledError: it was cancelled.
    """
    from digitpad.reading.evaluation.evaluate import evaluate_network
    from digitpad.reading.load import open_reader
    from digitpad.reading.reader import Reader

    data = read_data(request.data, is_cancelled)
    readers = [
        network if isinstance(network, Reader) else open_reader(network, is_cancelled) for network in request.networks
    ]
    began, done, total = time.perf_counter(), 0, len(data) * len(readers)

    def report(count: int) -> None:
        nonlocal done
        _check(is_cancelled)
        done += count
        on_progress(EvaluationProgress(done, total, (time.perf_counter() - began) * (total - done) / max(done, 1)))

    report(0)
    rate = request.false_rejection_rate
    return tuple(evaluate_network(each.info, each.read_batch, data, rate, cores(), report) for each in readers)


def read_first(
    count: int,
    data: str | Path,
    reader: Reader,
    false_rejection_rate: float | None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Evaluated:
    """Let a network read so many of the first of some data, in this thread.

    Raises:
        InputError: the data cannot be read, or the network cannot read them.
        CancelledError: it was cancelled.
    """
    from digitpad.reading.evaluation.evaluate import evaluate_network

    first = read_data(data, is_cancelled).first(count)
    return evaluate_network(
        reader.info, reader.read_batch, first, false_rejection_rate, on_progress=lambda _: _check(is_cancelled)
    )


def images_table(evaluated: Evaluated, numbers: Sequence[int]) -> list[Sequence[object]]:
    """Titles, and a row for each of some images, by their numbers from 0, with the ten probabilities."""
    data, digits = evaluated.data, evaluated.digits
    rows: list[Sequence[object]] = [
        ("index", "name", "writer", "label", "read_as", *(f"p{digit}" for digit in range(10)), "energy_score")
    ]
    for at in numbers:
        known = data.indices[at], data.names[at], data.writers[at], int(data.labels[at]), int(digits[at])
        rows.append((*known, *evaluated.probabilities[at].tolist(), float(evaluated.scores[at])))
    return rows


def report_page(evaluated: Evaluated, request: EvaluationRequest) -> bytes:
    """All that an evaluation came to, with pictures, as an HTML page that stands alone."""
    from digitpad.reading.evaluation.page import evaluation_page

    of, rate = evaluated, request.false_rejection_rate
    return evaluation_page(of.result, of.data, of.info, request.title, rate)


def read_data(source: str | Path, is_cancelled: Callable[[], bool] = lambda: False) -> Labelled:
    """Labelled digits: the test images of a data set by its id, or those of an ink file; numbers are left out.

    Raises:
        InputError: they cannot be read, or there are none.
        CancelledError: it was cancelled.
    """
    from digitpad.reading.evaluation.labelled import labelled_images, read_labelled
    from digitpad.storage.datasets import read_digits

    if isinstance(source, str):
        return labelled_images(*read_digits(source, "test"))
    try:
        key = source, source.stat().st_mtime_ns
    except OSError:
        key = source, 0  # reading says what is wrong
    found = _ink_files.get(key)
    if found is None:
        found = read_labelled(source, lambda: _check(is_cancelled)).digits
        if not len(found):
            raise InputError("{file} holds no drawing that is labelled with a single digit.", file=source.name)
        _ink_files.clear()
        _ink_files[key] = found
    return found


def _check(is_cancelled: Callable[[], bool]) -> None:
    if is_cancelled():
        raise CancelledError("The evaluation was cancelled.")
