"""Runs on disk: a folder each, listed, renamed, exported and deleted. Needs neither torch nor Qt.

A run is the folder `<runs>/<id>/` with

- `run.json`: what is known of it, a `RunInfo`; the id is the folder's name;
- `curves.jsonl`: its reports, a JSON object a line, each with its kind: 'steps', 'interim' or 'epoch';
- `best.safetensors`, `last.safetensors`: its checkpoints; `epoch-3.safetensors`: that of an epoch, where it was to keep
  each;
- `resume.safetensors`: what it takes to go on from the last saved state;
- `lock`: locked by the process that trains the run, for as long as it does. The system lets go of the lock when that
  process ends, however it ends, so a crash leaves no run locked.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from digitpad.domain.errors import NOTHING, DigitpadError, InputError, Message
from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import Report
from digitpad.domain.run import LONGEST_NAME, RunInfo
from digitpad.domain.settings_fields import printable
from digitpad.storage.file_lock import file_lock, is_locked
from digitpad.storage.io import explained, open_file, read_file, unfinished, user_folder, write_atomically
from digitpad.storage.run_json import (
    info_from_json,
    info_to_json,
    reports_from_lines,
    reports_to_lines,
    reports_until,
)

Which = Literal["best", "last"]
"""A checkpoint of a run."""

CUT_OFF = Message("The run was cut off: digitpad ended before it did.")
"""`RunInfo.problem` of a run that is 'running' on disk while no process trains it."""

_LARGEST_INFO, _LARGEST_CHECKPOINT = 1 << 20, 1 << 28
"""Bytes of the two files above which they are refused, unread."""

_LONGEST_TAIL = 1 << 20
"""Bytes at the end of the curves in which a torn line begins."""

_infos = threading.RLock()
"""Held while a run.json is read or written: Windows replaces no file that is open, and no rename must be undone."""


def runs_folder() -> Path:
    """The folder that keeps the user's runs; it need not exist."""
    return user_folder() / "runs"


class RunFolder:
    """One run's folder, with the files of its best and last checkpoint and of its training state."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.best, self.last = path / "best.safetensors", path / "last.safetensors"
        self.resume = path / "resume.safetensors"
        self._info, self._curves, self._lock = path / "run.json", path / "curves.jsonl", path / "lock"

    def epoch(self, number: int) -> Path:
        """The file of an epoch's checkpoint, whether or not it is kept."""
        return self.path / f"epoch-{number}.safetensors"

    def epochs(self) -> list[int]:
        """The epochs whose checkpoints are kept, in rising order."""
        numbers = [path.stem.partition("-")[2] for path in self.path.glob("epoch-*.safetensors")]
        return sorted(int(number) for number in numbers if number.isdecimal())

    def read_info(self) -> RunInfo:
        """What is known of the run; InputError where run.json is damaged, DigitpadError where it cannot be read."""
        with _infos:
            return info_from_json(read_file(self._info, _LARGEST_INFO), self.path.name)

    def write_info(self, info: RunInfo) -> None:
        """Write what is known of the run, whole or not at all.

        Raises:
            DigitpadError: the folder is gone or not writable, or the disk is full; the old file is still there.
        """
        with _infos:
            write_atomically(self._info, info_to_json(info))

    def update_info(self, change: Callable[[RunInfo], RunInfo]) -> RunInfo:
        """Change what is known of the run, and keep what another thread wrote: a run may be renamed while it trains.

        Returns what is known from then on; raises as `read_info` and `write_info` do.
        """
        with _infos:
            info = change(self.read_info())
            self.write_info(info)
        return info

    def append(self, reports: Iterable[Report]) -> None:
        """Add reports to the curves; they are on the disk afterwards.

        A report with a number that is not finite has no place on a curve and is left out.

        Raises:
            DigitpadError: the folder is gone or not writable, or the disk is full; what was there before still is.
        """
        with explained(self._curves), self._curves.open("a+b", buffering=0) as file:
            # A line that a power cut has torn is dropped: the last one without an end.
            start = file.seek(max(0, file.tell() - _LONGEST_TAIL))
            end = start + file.read(_LONGEST_TAIL).rfind(b"\n") + 1
            file.truncate(end)
            try:
                rest = memoryview(reports_to_lines(reports))
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    file.truncate(end)
                raise

    def reports(self) -> list[Report]:
        """The reports so far, without torn or strange lines; DigitpadError where they cannot be read."""
        if not self._curves.exists():
            return []
        with open_file(self._curves) as file:
            return reports_from_lines(file)

    def cut_after(self, step: int) -> list[Report]:
        """Drop the reports of the steps after `step`, whole or not at all: a resumed run reports them again.

        Returns the reports that are left; raises DigitpadError where they cannot be read or written.
        """
        reports = reports_until(self.reports(), step)
        write_atomically(self._curves, reports_to_lines(reports))
        return reports

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """Hold the run while it is trained, so that nobody else trains or deletes it; for a `with` statement.

        Raises:
            DigitpadError: it is being trained, here or by another digitpad, or was deleted, or may not be written to.
        """
        lock = self._lock
        with contextlib.ExitStack() as held:
            with explained(lock):
                is_held = held.enter_context(file_lock(lock))
            if not is_held:
                raise DigitpadError("The run {run} is being trained. Stop it first.", run=self.path.name)
            if not lock.exists():
                raise DigitpadError("The run {run} was deleted. Train anew.", run=self.path.name)
            yield

    def is_being_trained(self) -> bool:
        """Whether a process, this one or another, trains it now."""
        return is_locked(self._lock)


def create(
    recipe: Recipe, seed: int, data: Message, data_id: str, device: str, folder: Path, ink: str = ""
) -> RunFolder:
    """Make the folder of a run that starts now, in the folder of runs; hold it with `RunFolder.training` from then on.

    See `RunInfo` for the values. The run is called by its recipe's id, with a number where there is a run of that name:
    'fast', 'fast 2'.

    Raises:
        DigitpadError: the folder cannot be made or written to, or the disk is full; nothing is left behind.
    """
    now = datetime.now(UTC)
    plain = re.sub("[^a-z0-9]+", "-", recipe.id.lower())[:40].strip("-") or "run"
    stem = f"{now:%Y%m%d-%H%M%S}-{plain}"
    started = now.isoformat(timespec="seconds")
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        taken = {info.name for info in list_runs(folder)}
        short, rest = recipe.id[:LONGEST_NAME], recipe.id[: LONGEST_NAME - 6]
        names = itertools.chain([short], (f"{rest} {number}" for number in itertools.count(2)))
        name = next(name for name in names if name not in taken)
        with unfinished(folder) as temporary:  # a run is there whole or not at all
            temporary.mkdir()
            RunFolder(temporary).write_info(RunInfo(stem, name, recipe, seed, data, data_id, device, started, ink=ink))
            for number in itertools.count(1):
                path = folder / (stem if number == 1 else f"{stem}-{number}")
                if not os.path.lexists(path):
                    with contextlib.suppress(FileExistsError):
                        temporary.rename(path)
                        return RunFolder(path)
    raise AssertionError("unreachable")


def find_run(folder: Path, run_id: str) -> RunFolder:
    """The run of an id.

    Raises:
        InputError: the runs folder holds no such folder; a link that leads elsewhere is none.
    """
    path = folder / run_id
    is_name = bool(run_id) and Path(run_id).name == run_id and not run_id.startswith(".")
    try:
        # A link, or one of Windows' junctions, resolves to another path than its own.
        is_own = is_name and path.is_dir() and path.resolve() == folder.resolve() / run_id
    except OSError:
        is_own = False
    if not is_own:
        text = "There is no run {run} in {folder}. It may have been deleted."
        raise InputError(text, run=repr(run_id), folder=folder)
    return RunFolder(path)


def list_runs(folder: Path) -> list[RunInfo]:
    """What is known of each run in a folder, the newest first; DigitpadError where the folder cannot be read.

    Other files and folders are left out. A run that was cut off is 'stopped', with `CUT_OFF` as its problem. One whose
    run.json cannot be used is 'failed', with what is wrong as its problem, no recipe, and its id as its name: it can be
    deleted. Every run.json stays as it is. The folder need not exist.
    """
    with explained(folder):
        names = [path.name for path in folder.iterdir()] if folder.exists() else []
    found = []
    for name in names:
        with contextlib.suppress(InputError, OSError):  # no folder, or one that was deleted since
            run = find_run(folder, name)
            try:
                found.append(_known(run))
            except DigitpadError as error:
                if any(path.is_file() for path in (run.path / "run.json", run.best, run.last)):
                    found.append(_damaged(run, error))
    return sorted(found, key=lambda info: (datetime.fromisoformat(info.started), info.id), reverse=True)


def _known(run: RunFolder) -> RunInfo:
    info = run.read_info()
    if info.state == "running" and not run.is_being_trained():
        info = run.read_info()  # it may have ended since it was read
        if info.state == "running":
            info = replace(info, state="stopped", problem=CUT_OFF)
    return info


def _damaged(run: RunFolder, error: Message) -> RunInfo:
    text = "{problem} Its checkpoints are still in {folder}; delete the run where you need none of them."
    changed = datetime.fromtimestamp(min(max(run.path.stat().st_mtime, 0), 2**32), UTC)  # a file may be of any year
    name, recipe, started = run.path.name, Recipe("", "", "", epochs=0), changed.isoformat(timespec="seconds")
    problem = Message(text, problem=error.alone(), folder=run.path)
    return RunInfo(name, name, recipe, 0, NOTHING, "", "cpu", started, state="failed", problem=problem)


def rename_run(run: RunFolder, name: str) -> RunInfo:
    """Give a run another name, not its folder; returns what is known of the run from then on.

    Raises InputError where the name is empty or too long, and as `RunFolder.update_info` does.
    """
    name = printable(name)
    if not 0 < len(name) <= LONGEST_NAME:
        raise InputError("A run's name has 1 to {most} characters. Choose another.", most=LONGEST_NAME)
    return run.update_info(lambda info: replace(info, name=name))


def delete_run(folder: Path, run_id: str) -> None:
    """Delete a run with its checkpoints; its folder is moved aside first, so that a run is never listed by halves.

    Raises InputError where there is no such run, and DigitpadError where it is being trained or the folder may not be
    changed; it is still there then.
    """
    run = find_run(folder, run_id)
    if run.is_being_trained():
        raise DigitpadError("The run {run} is being trained. Stop it first.", run=run_id)
    with explained(run.path), unfinished(folder) as gone:
        run.path.rename(gone)


def export_checkpoint(run: RunFolder, which: Which, target: Path) -> None:
    """Copy a run's best or last checkpoint to a file, whole or not at all.

    Raises InputError where the run has none yet, and DigitpadError where it cannot be read or written.
    """
    path = run.best if which == "best" else run.last
    if not path.is_file():
        text = "The run {run} has no {which} checkpoint yet. It gets one after its first epoch."
        raise InputError(text, run=run.path.name, which=which)
    write_atomically(target, read_file(path, _LARGEST_CHECKPOINT))
