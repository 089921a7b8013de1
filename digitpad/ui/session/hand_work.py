"""What a hand's session does in its thread: the disk, and teaching; modules are imported there when they are needed."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import DigitpadError, InputError, Message
from digitpad.domain.teaching import DOUBTFUL, TeachingReport

if TYPE_CHECKING:
    from digitpad.ink.drawings import Drawing
    from digitpad.reading.reader import Reader
    from digitpad.reading.teaching.outcome import Taught
    from digitpad.reading.teaching.replay import Replay

_LIKE = 0.9
"""Cosine of the angle between the features of two drawings from which on they are alike."""

_DECIMALS = 4
"""Of the coordinates of a drawing in a file."""


@dataclass(frozen=True, eq=False)
class Collected:
    """What was collected of a hand.

    Attributes:
        learned: drawings to learn from.
        tested: drawings to test with, which are never learned from.
        steps: the taught checkpoints, the last one at the end.
        problem: what could not be read, None where everything could.
    """

    learned: tuple[Drawing, ...] = ()
    tested: tuple[Drawing, ...] = ()
    steps: tuple[Path, ...] = ()
    problem: Message | None = None


@dataclass(frozen=True, eq=False)
class ReadPart:
    """What the network before teaching and the one that was taught say of each of some drawings.

    Attributes:
        before, after: digits, `NO_DIGIT` where the drawing is rejected; nothing after where none was taught.
        suspicious: whether each may be labelled wrongly.
        images: network inputs, uint8 (n, 28, 28), 255 is ink.
        labels: what they are, int64 (n,).
    """

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    suspicious: tuple[bool, ...] = ()
    images: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 28, 28), np.uint8))
    labels: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def right(self) -> tuple[int, ...]:
        """How many the network before reads right, and the one that was taught, where there is one."""
        return tuple(int((self.labels == digits).sum()) for digits in (self.before, self.after) if digits)


@dataclass(frozen=True, eq=False)
class ReadHand:
    """What two networks say of the drawings to learn from, and of those to test with."""

    learned: ReadPart = field(default_factory=ReadPart)
    tested: ReadPart = field(default_factory=ReadPart)


@dataclass(frozen=True, eq=False)
class Known:
    """A drawing of the collection that is like another one.

    Attributes:
        label: what it was kept as, a digit or `NO_DIGIT`.
        image: its network input, uint8 (28, 28), 255 is ink.
    """

    label: int
    image: NDArray[np.uint8]


Loaded: TypeAlias = tuple[Collected, list[str]]
"""A hand, and the names of all hands."""

Stored: TypeAlias = tuple[TeachingReport, Path, Loaded]
"""What teaching came to, the step's file, and the hand with it."""


def nearest(reader: Reader, read: ReadPart, image: NDArray[np.uint8]) -> Known | None:
    """The drawing that a network finds most like an image, uint8 (28, 28), and not the same; None where none is."""
    if "hidden" not in reader.feature_names or not len(read.labels):
        return None
    hidden = reader.features(np.concatenate([image[None], read.images]), ["hidden"])["hidden"].reshape(
        len(read.images) + 1, -1
    )
    hidden /= np.maximum(np.linalg.norm(hidden, axis=1, keepdims=True), 1e-12)
    likeness = hidden[1:] @ hidden[0]
    likeness[(read.images == image).all(axis=(1, 2))] = 0
    best = int(likeness.argmax())
    return Known(int(read.labels[best]), read.images[best]) if likeness[best] >= _LIKE else None


class Teacher:
    """Lives in the thread: keeps the network that is taught, and its replay."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._reader: Reader | None = None
        self._replay: Replay | None = None
        self._step: tuple[Path, int] | None = None
        self._step_reader: Reader

    def _opened(self, base: Path | None) -> Reader:
        from digitpad.reading.load import open_reader

        if self._reader is None or base != self._path:
            is_there = base is not None and base.exists()  # a run, for one, may have been deleted since
            self._path, self._reader, self._replay = base, open_reader(base if is_there else None), None
        return self._reader

    def teach(self, name: str, base: Path | None, collected: Collected, last: Reader | None) -> Stored:
        """Teach, and write the step; see `digitpad.reading.teaching.teach.teach`."""
        from digitpad.reading.teaching.replay import replay_for
        from digitpad.reading.teaching.teach import teach

        reader = self._opened(base)
        self._replay = self._replay or replay_for(reader)
        taught = teach(reader, collected.learned, self._replay, tested=collected.tested, last=last)
        return stored(name, taught)

    def is_outdated(self, base: Path | None, teaching: Mapping[str, Any]) -> bool:
        """Whether the network of that name is another than the one that was taught, see `CheckpointInfo.teachings`."""
        from digitpad.reading.teaching.outcome import fingerprint

        reader, known = self._opened(base), teaching.get("fingerprint")
        return teaching["base"] == reader.info.name and known not in (None, fingerprint(reader.checkpoint))

    def _taught(self, step: Path) -> Reader:
        from digitpad.reading.load import open_reader

        version = step, step.stat().st_mtime_ns  # one that was taken back gives its name to the next
        if version != self._step:
            self._step_reader, self._step = open_reader(step), version
        return self._step_reader

    def read(self, base: Path | None, collected: Collected) -> ReadHand:
        """What the network before teaching and the last step say of all drawings."""
        if not collected.learned and not collected.tested:
            return ReadHand()
        readers = [self._opened(base), *(self._taught(step) for step in collected.steps[-1:])]
        return ReadHand(_read(readers, collected.learned), _read(readers, collected.tested))


def _read(readers: Sequence[Reader], drawings: Sequence[Drawing]) -> ReadPart:
    from digitpad.ink.fitting import fitted
    from digitpad.ink.raster.render import render
    from digitpad.reading.calibration import shown_digits
    from digitpad.reading.teaching.outcome import are_doubtful, label_shares

    if not drawings:
        return ReadPart()
    images = np.array([render(fitted(each.ink)) for each in drawings])
    labels = np.array([each.label for each in drawings])
    digits, shares = [], []
    for reader in readers:
        probabilities, scores = reader.read_batch(images)
        shown = shown_digits(probabilities, scores, reader.info.thresholds)
        digits.append(tuple(shown.tolist()))
        found = label_shares(probabilities, shown, labels)
        shares.append(np.where(are_doubtful(drawings, reader.info), 0.0, found))
    suspicious = (np.max(shares, axis=0) < DOUBTFUL).tolist()
    return ReadPart(digits[0], digits[1] if len(digits) > 1 else (), tuple(suspicious), images, labels)


def stored(name: str, taught: Taught, *, is_step: bool = False) -> Stored:
    """Write what was taught: as the next step where it is accepted or is to be one, else as what is offered."""
    from digitpad.reading.checkpoint_file import save_checkpoint

    path = _next_step(name) if is_step or taught.report.is_accepted else _offered(name)
    save_checkpoint(path, taught.checkpoint)
    return taught.report, path, loaded(name)


def taken(name: str) -> tuple[Path, Loaded]:
    """Make a step of what is offered."""
    path = _next_step(name)
    try:
        _offered(name).replace(path)
    except OSError as error:
        text = "What was learned could not be taken ({reason}). Teach the network again."
        raise DigitpadError(text, reason=error.strerror or error) from error
    return path, loaded(name)


def _next_step(name: str) -> Path:
    from digitpad.ink.formats.collection import hand_folder

    number = max((_number(path) for path in _steps(name)), default=0) + 1
    return hand_folder(name) / f"{name} {number}.safetensors"


def _offered(name: str) -> Path:
    from digitpad.ink.formats.collection import hand_folder

    return hand_folder(name) / "offered.safetensors"  # no step, for it has no number


def _steps(name: str) -> list[Path]:
    from digitpad.ink.formats.collection import hand_folder

    return sorted(filter(_number, hand_folder(name).glob("*.safetensors")), key=_number)


def _number(path: Path) -> int:
    last = path.stem.rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0


def loaded(name: str) -> Loaded:
    """A hand's drawings and steps, and the names of all hands."""
    from digitpad.ink.formats.collection import LEARNED, TESTED, hand_folder, hand_names, read_collected

    learned, tested = (read_collected(hand_folder(name) / file) for file in (LEARNED, TESTED))
    problem = learned.problem or tested.problem
    return Collected(learned.drawings, tested.drawings, tuple(_steps(name)), problem), hand_names()


def _parts(name: str) -> dict[Path, tuple[Drawing, ...]]:
    """The two files of a hand, that of the drawings to learn from first, and what they hold."""
    from digitpad.ink.formats.collection import LEARNED, TESTED, hand_folder, read_collected

    paths = [hand_folder(name) / file for file in (LEARNED, TESTED)]
    return {path: read_collected(path).drawings for path in paths}


def added(name: str, drawing: Drawing, is_test: bool) -> Loaded:
    """Keep a drawing; one that is there already stays in its part, and gets the new label."""
    parts = _parts(name)
    if any(_points(each) == _points(drawing) for drawings in parts.values() for each in drawings):
        return relabelled(name, [drawing], drawing.label)
    path = list(parts)[is_test]
    return written(name, {path: [*parts[path], drawing]})


def imported(name: str, path: Path) -> tuple[Loaded, int, int]:
    """Keep the labelled drawings of an ink file too, unless they are there; how many it holds, and how many are new.

    The hand's problem is that the file is broken, or how many had no label, if nothing else is.
    """
    from digitpad.ink.formats.collection import salvaged, with_no_digits
    from digitpad.ink.formats.opening import read_drawings

    problem: Message | None = None
    found: Sequence[Drawing]
    try:
        found = read_drawings(path)
    except InputError:
        found = salvaged(path)
        if not found:
            raise
        problem = Message(
            "{file} is broken. Drawings of it that could be read: {count}", file=path.name, count=len(found)
        )
    drawings = [each for each in with_no_digits(found) if each.ink.strokes]
    labelled = [each for each in drawings if each.label is not None]
    if not labelled:
        raise InputError("{file} holds no labelled digit. Choose another file.", file=path.name)
    parts = _parts(name)
    known = {_points(each) for drawings in parts.values() for each in drawings}
    new = {_points(each): each for each in labelled if _points(each) not in known}
    learned = next(iter(parts))
    hand, names = written(name, {learned: [*parts[learned], *new.values()]})
    if (skipped := len(drawings) - len(labelled)) and problem is None:
        text = "Left out drawings of {file} that are not labelled with a digit: {count}"
        problem = Message(text, count=skipped, file=path.name)
    return (replace(hand, problem=hand.problem or problem), names), len(labelled), len(new)


def exported(path: Path, drawings: Sequence[Drawing]) -> None:
    """Write drawings into an ink file, as the collection itself does, so that an import knows what is no digit."""
    from digitpad.ink.formats.collection import write_collected

    write_collected(path, drawings)


def relabelled(name: str, chosen: Sequence[Drawing], label: int | None) -> Loaded:
    """Give some drawings another label, or delete them where it is None; what was kept meanwhile stays."""
    left = Counter(_points(each) for each in chosen)
    parts: dict[Path, list[Drawing]] = {}
    for path, before in _parts(name).items():
        drawings = parts[path] = []
        for each in before:
            points = _points(each)
            is_chosen = left[points] > 0
            left[points] -= is_chosen
            if not is_chosen:
                drawings.append(each)
            elif label is not None:
                drawings.append(replace(each, label=label))
    return written(name, parts)


def _points(drawing: Drawing) -> tuple[bytes, ...]:
    """What a drawing is known by, whatever its label: where its strokes go, as a file has it."""
    return tuple((np.round(stroke.points[:, :2], _DECIMALS) + 0.0).tobytes() for stroke in drawing.ink.strokes)


def written(name: str, parts: Mapping[Path, Sequence[Drawing]]) -> Loaded:
    """Write all drawings of some of a hand's files."""
    from digitpad.ink.formats.collection import write_collected

    for path, drawings in parts.items():
        write_collected(path, drawings)
    return loaded(name)


def taken_back(name: str, step: Path) -> Loaded:
    """Remove a step."""
    with contextlib.suppress(OSError):
        step.unlink(missing_ok=True)
    return loaded(name)


def removed() -> Loaded:
    """Remove all hands."""
    from digitpad.ink.formats.collection import remove_hands

    remove_hands()
    return Collected(), []
