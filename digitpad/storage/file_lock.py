"""A lock that a process holds by a file, and that the system lets go of when the process ends, however it ends.

The system's lock on an open file is filelock's; the file is opened here. Its FileLock makes folders that are missing,
so that a run that was deleted would be back, cannot tell whether a lock is held but by taking it, and leaves a file
system without locks with one that outlives a crash.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

_WAITS = (0.01, 0.02, 0.04, 0.08, 0.0)
"""Seconds between attempts: another process may hold it for a moment, to see whether it is locked."""


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[bool]:
    """Lock a file, which is made where it does not exist, for the length of a `with` statement.

    Yields whether the lock was taken; False where this process or another holds it already. A file system without locks
    does without them. Raises OSError where the file cannot be opened.
    """
    with path.open("a+b") as file:  # "ab" would wait for the reader of a pipe
        for wait in _WAITS:
            is_held = _locked(file.fileno())
            if is_held:
                break
            time.sleep(wait)
        yield is_held


def is_locked(path: Path) -> bool:
    """Whether this process or another holds the lock; False where there is no such file."""
    try:
        with path.open("r+b") as file:
            return not _locked(file.fileno())
    except OSError:
        return False


def _locked(file: int) -> bool:
    """Lock an open file for as long as it is open, unless it is locked already."""
    from filelock import lock_descriptor  # here, since a start of the window does without it: it takes 0.05 s

    try:
        return lock_descriptor(file, blocking=False)
    except OSError:
        return True
