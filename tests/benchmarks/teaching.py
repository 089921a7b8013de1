"""What teaching a network a person's hand does, for writers whom the network has never seen.

    python -m tests.benchmarks.teaching FILE.inkml [FOLDER] [--first 1 3 5 10] [--mnist FOLDER]

FOLDER holds the checkpoints fold-0 … fold-4 of `tests.benchmarks.writers`, each of which is judged on the writers that
it was trained without; those that are missing are left out. Without FOLDER, the checkpoint that ships is judged on its
own unseen writers. Each writer's first k drawings of each digit are taught, and the rest is judged. MNIST's test images
and the other unseen writers' digits show what that costs. "taken" counts a taught network only where it was accepted,
else the one before it, as the window does. A digit that is rejected is not read right, as in the window; errors by the
most probable digit alone, rejected or not, stand beside.

Corrections: three drawings that were read as the same wrong digit are taught alone, and the writer's others that were
are judged. As strangers make few such mistakes, each fold's first writer also makes them with every digit turned by
40 degrees.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.rejection import FALSE_REJECTION_RATE, NO_DIGIT
from digitpad.ink.drawings import Drawing
from digitpad.ink.fitting import fitted
from digitpad.ink.raster.render import render
from digitpad.learning.data.pen_dataset import LEFT_OUT, read_pen
from digitpad.reading.calibration import energy_scores, shown_digits, thresholds
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.load import open_reader
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.head import head_inputs, head_of
from digitpad.reading.teaching.replay import Group, Replay, replay_for
from digitpad.reading.teaching.teach import teach
from digitpad.storage.io import DEFAULT_CHECKPOINT, data_folder
from digitpad.storage.mnist import mnist_digits
from digitpad.synthesis.paths import ink_of, paths_of, rotation
from tests.digit_styles import more_outliers_by_style, outliers_by_style

Which = NDArray[np.bool_] | slice

_TURNED, _CORRECTED = 40, 3
"""By how many degrees drawings are turned, and how many of a kind are corrected."""


@dataclass(frozen=True)
class Row:
    """What teaching one writer did: counts of errors, and changes in points.

    Attributes:
        writer: who.
        rest: how many drawings were judged.
        before, after: how many of them are not read right.
        misread_before, misread_after: of how many the most probable digit is wrong, rejected or not.
        mnist, others: points by which more of MNIST's test images, and of other writers' digits, are read right.
        rejected, outliers: percent of the drawings, and of outliers, that are rejected afterwards.
        seconds: how long it took.
        is_accepted: whether it is taken without asking.
    """

    writer: str
    rest: int
    before: int
    after: int
    misread_before: int
    misread_after: int
    mnist: float
    others: float
    rejected: float
    outliers: float
    seconds: float
    is_accepted: bool


def main() -> None:
    """Teach and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ink", type=Path)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--first", type=int, nargs="+", default=[1, 3, 5, 10])
    parser.add_argument("--mnist", type=Path, default=data_folder() / "mnist")
    words = parser.parse_args()
    folds = [(DEFAULT_CHECKPOINT, LEFT_OUT - 1)]
    if words.folder is not None:
        paths = [words.folder / f"fold-{fold}.safetensors" for fold in range(LEFT_OUT)]
        folds = [(path, fold) for fold, path in enumerate(paths) if path.exists()]
    rows: dict[int, list[Row]] = {first: [] for first in words.first}
    corrections: list[tuple[str, int, int, int]] = []
    for path, fold in folds:
        reader, drawings = open_reader(path), read_pen(words.ink, fold)[1]
        if not reader.info.thresholds:
            images = [*mnist_digits(words.mnist, "test")[0], *(render(fitted(it.ink)) for it in drawings)]
            found = thresholds(reader.read_batch(np.array(images))[1])
            reader = Reader(replace(reader.checkpoint, info=replace(reader.info, thresholds=found)))
        replay = replay_for(reader)
        for first, row in measured(reader, replay, drawings, words.first, words.mnist):
            rows[first].append(row)
        corrections += corrected(reader, replay, drawings)
    for first, made in rows.items():
        print_rows(first, made)
    for kind in sorted({kind for kind, *_ in corrections}):
        right, accurate, count = np.sum([counts for it, *counts in corrections if it == kind], axis=0)
        print(
            f"corrections, {kind}: {right} of {count} read right ({right / count:.0%}), "
            f"{accurate} by the most probable digit ({accurate / count:.0%})"
        )


def corrected(reader: Reader, replay: Replay, drawings: Sequence[Drawing]) -> list[tuple[str, int, int, int]]:
    """What corrections do: of what kind, how many others are read right then, of how many the most probable digit is.

    They are counted for each digit of a writer that was read as the same wrong one more than three times, or rejected.
    The last number is how many such others there are.
    """
    writers = sorted({str(it.writer) for it in drawings})
    turn = rotation(np.deg2rad(_TURNED))
    turned = [
        replace(it, ink=ink_of([path @ turn.T for path in paths_of(it.ink)]))
        for it in drawings
        if str(it.writer) == writers[0]
    ]
    rows = []
    for title, some in (("as drawn", drawings), ("turned", turned)):
        read = _shown(reader, some)
        kinds: dict[tuple[str, int, int], list[Drawing]] = {}
        for it, digit in zip(some, read.tolist(), strict=True):
            if it.label is not None and it.label != digit:
                kinds.setdefault((str(it.writer), it.label, digit), []).append(it)
        for (_, label, digit), wrong in kinds.items():
            if rest := wrong[_CORRECTED:]:
                after = Reader(teach(reader, wrong[:_CORRECTED], replay).checkpoint)
                right, accurate = (
                    int((_shown(after, rest, rate) == label).sum()) for rate in (FALSE_REJECTION_RATE, None)
                )
                kind = f"{title}, {'rejected' if digit == NO_DIGIT else 'misread'} before"
                rows.append((kind, right, accurate, len(rest)))
    return rows


def _shown(reader: Reader, drawings: Sequence[Drawing], rate: float | None = FALSE_REJECTION_RATE) -> NDArray[np.int64]:
    probabilities, scores = reader.read_batch(np.array([render(fitted(it.ink)) for it in drawings]))
    return shown_digits(probabilities, scores, reader.info.thresholds, rate)


def measured(
    reader: Reader, replay: Replay, drawings: Sequence[Drawing], firsts: Sequence[int], mnist: Path
) -> list[tuple[int, Row]]:
    """Rows for each number of first drawings and each writer."""
    images, labels = mnist_digits(mnist, "test")

    def group(pictures: Sequence[NDArray[np.uint8]], targets: NDArray[np.int64]) -> Group:
        return Group(head_inputs(reader, replay.head, np.asarray(pictures)), targets)

    test = group(images, labels.astype(np.int64))
    own = group([render(fitted(it.ink)) for it in drawings], np.array([it.label for it in drawings]))
    styles = [*outliers_by_style().values(), *more_outliers_by_style().values()]
    outliers = [render(fitted(it.ink)) for style in styles for it in style]
    strange = group(outliers, np.full(len(outliers), -1))
    writers = np.array([str(it.writer) for it in drawings])
    ranks = np.array([sum(_alike(it, other) for other in drawings[:index]) for index, it in enumerate(drawings)])
    rows = []
    for first in firsts:
        for writer in sorted(set(writers)):
            is_taught = (writers == writer) & (ranks < first)
            taught = teach(reader, [drawings[index] for index in np.flatnonzero(is_taught)], replay)
            before, after = (_Read(it) for it in (reader.checkpoint, taught.checkpoint))
            rest, others = (writers == writer) & ~is_taught, writers != writer
            row = Row(
                writer,
                int(rest.sum()),
                before.errors(own, rest),
                after.errors(own, rest),
                before.misread(own, rest),
                after.misread(own, rest),
                _change(before, after, test),
                _change(before, after, own, others),
                100 * after.rejected(own, rest),
                100 * after.rejected(strange),
                taught.report.seconds,
                taught.report.is_accepted,
            )
            print(first, row, flush=True)
            rows.append((first, row))
    return rows


def _alike(one: Drawing, other: Drawing) -> bool:
    return (one.writer, one.label) == (other.writer, other.label)


class _Read:
    """What a network makes of groups, or of which of them."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._head, self._thresholds = head_of(checkpoint), checkpoint.info.thresholds

    def _shown(self, group: Group, which: Which) -> NDArray[np.int64]:
        logits = self._head.logits(group.inputs[which])
        return shown_digits(logits, energy_scores(logits), self._thresholds)

    def errors(self, group: Group, which: Which = slice(None)) -> int:
        return int((self._shown(group, which) != group.labels[which]).sum())

    def misread(self, group: Group, which: Which = slice(None)) -> int:
        return int((self._head.logits(group.inputs[which]).argmax(axis=1) != group.labels[which]).sum())

    def rejected(self, group: Group, which: Which = slice(None)) -> float:
        return float((self._shown(group, which) == NO_DIGIT).mean())


def _change(before: _Read, after: _Read, group: Group, which: Which = slice(None)) -> float:
    """Points that the share read right rose by."""
    return 100 * (before.errors(group, which) - after.errors(group, which)) / len(group.labels[which])


def print_rows(first: int, rows: Sequence[Row]) -> None:
    """The figures of issue and README."""
    worst = sorted(rows, key=lambda row: -row.before / row.rest)[:3]
    perfect = [200 * row.after / row.rest for row in rows if not row.before]

    def fall(some: Sequence[Row], taken: Callable[[Row], bool] = lambda _: True) -> str:
        words = []
        for kind, title in (("", "errors"), ("misread_", "by the most probable digit")):
            before = sum(getattr(row, f"{kind}before") for row in some)
            after = sum(getattr(row, f"{kind}after" if taken(row) else f"{kind}before") for row in some)
            words.append(f"{before} to {after} {title} ({after / max(before, 1) - 1:+.0%})")
        return ", ".join(words)

    def points(values: Sequence[float]) -> str:
        return f"{np.mean(values):+.3f} in the mean, {min(values):+.3f} at worst"

    print(f"after {first} of each digit, {len(rows)} writers, {sum(row.is_accepted for row in rows)} accepted")
    print(f"  their other drawings: {fall(rows)}; worst three: {fall(worst)}")
    print(f"  taken: {fall(rows, lambda row: row.is_accepted)}")
    print(f"  new errors in 200 of writers without any: {max(perfect, default=0):.1f} at most")
    for title, some in (("taught", rows), ("taken", [row for row in rows if row.is_accepted])):
        if some:
            mnist, others = points([row.mnist for row in some]), points([row.others for row in some])
            print(f"  {title}: points of MNIST's test images {mnist}; of other writers' digits {others}")
    rejected, outliers = np.mean([row.rejected for row in rows]), np.mean([row.outliers for row in rows])
    print(f"  digits rejected {rejected:.2f} %, outliers rejected {outliers:.1f} %")
    print(f"  seconds {np.median([row.seconds for row in rows]):.2f}, {max(row.seconds for row in rows):.2f} at most")


if __name__ == "__main__":
    main()
