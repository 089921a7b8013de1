"""A person's collection: drawings with labels to learn from, and drawings to test with, by the name of the hand.

Each hand is a folder in the user's own, with two InkML files; in both, a drawing without a label is no digit. The
drawings to test with are never learned from, so that they can measure progress.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digitpad.domain.errors import InputError, Message
from digitpad.domain.rejection import NO_DIGIT
from digitpad.domain.teaching import check_hand_name
from digitpad.ink.drawings import MAX_BYTES, Drawing
from digitpad.ink.formats.inkml import read_inkml, write_inkml
from digitpad.storage.io import explained, read_file, user_folder, write_atomically

_log = logging.getLogger(__name__)

LEARNED, TESTED = "drawings.inkml", "test.inkml"
"""The files of a hand: the drawings that are learned from, and those that it is tested with."""

_NAME = re.compile("drawing-[0-9]+")
"""What `write_collected` calls a drawing."""

_GROUP = re.compile(rb"<traceGroup\b.*?</traceGroup>", re.DOTALL)


def hands_folder() -> Path:
    """The folder with a folder for each hand; it need not exist."""
    return user_folder() / "hands"


def hand_names() -> list[str]:
    """Names of the hands that there are, in the order of the alphabet."""
    folder = hands_folder()
    with explained(folder):
        return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def hand_folder(name: str) -> Path:
    """The folder of a hand; InputError where a folder cannot have such a name."""
    check_hand_name(name)
    return hands_folder() / name


@dataclass(frozen=True, eq=False)
class Collected:
    """What a file of a collection holds.

    Attributes:
        drawings: each with a digit as its label, or `NO_DIGIT`.
        problem: what could not be read, None where everything could.
    """

    drawings: tuple[Drawing, ...]
    problem: Message | None = None


def read_collected(path: Path) -> Collected:
    """The drawings of a collection's file, none where there is no file; of a broken one, those that can be read.

    The broken file is set aside beside it, so that nothing of it is lost when the drawings are written again.
    """
    if not path.exists():
        return Collected(())
    try:
        return Collected(_labelled(read_inkml(path)))
    except InputError as error:
        _log.warning("a collection is broken: %s", error)
        aside = path.with_name(f"{path.name}.broken")
        drawings = _labelled(salvaged(path))
        with contextlib.suppress(OSError):
            shutil.copyfile(path, aside)
        text = "{file} is broken: {count} of its drawings could be read. What it held lies in {aside}."
        return Collected(drawings, Message(text, file=path.name, count=len(drawings), aside=aside))


def write_collected(path: Path, drawings: Sequence[Drawing]) -> None:
    """Write the drawings of a collection's file, whole or not at all.

    Raises:
        DigitpadError: it could not be written; the old file is still there.
    """
    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    unlabelled = [replace(each, label=None) if each.label == NO_DIGIT else each for each in drawings]
    write_inkml(path, [replace(each, name=f"drawing-{number}") for number, each in enumerate(unlabelled)])


def with_no_digits(drawings: Sequence[Drawing]) -> tuple[Drawing, ...]:
    """Drawings of an ink file; those of a collection, known by their names, are `NO_DIGIT` where they lack a label."""
    is_own = all(_NAME.fullmatch(each.name) for each in drawings)
    lack = [is_own and each.label is None and each.number is None for each in drawings]
    return tuple(replace(each, label=NO_DIGIT) if is_so else each for each, is_so in zip(drawings, lack, strict=True))


def remove_hands() -> None:
    """Remove every hand with all its drawings and checkpoints; DigitpadError where one cannot be removed."""
    folder = hands_folder()
    with explained(folder):
        if folder.is_dir():
            shutil.rmtree(folder)


def _labelled(drawings: Sequence[Drawing]) -> tuple[Drawing, ...]:
    kept = [each for each in drawings if each.ink.strokes and each.number is None]
    return tuple(replace(each, label=NO_DIGIT) if each.label is None else each for each in kept)


def salvaged(path: Path) -> tuple[Drawing, ...]:
    """Those drawings of a broken InkML file that are whole, each read for itself."""
    try:
        data = read_file(path, MAX_BYTES)
    except InputError:
        return ()
    head = data.partition(b"<traceGroup")[0]
    drawings: list[Drawing] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        part = Path(folder) / path.name
        for group in _GROUP.findall(data):
            try:
                write_atomically(part, head + group + b"</ink>")
                drawings += read_inkml(part)
            except InputError:
                _log.warning("a drawing of %s cannot be read", path)
    return tuple(drawings)
