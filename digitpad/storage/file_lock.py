"""A lock that a process holds by a file, and that the system lets go of when the process ends, however it ends."""

from __future__ import annotations

import contextlib
import errno
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        # Not lockf: its locks belong to the process, which would lose them by looking at the file a second time.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


_BUSY = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK)
_WAITS = (0.01, 0.02, 0.04, 0.08, 0.0)
"""Seconds between attempts: somebody may be just looking whether it is locked."""


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[bool]:
    """Lock a file, which is made where it does not exist, for the length of a `with` statement.

    A file system without locks does without them.

    Yields:
        Whether this is the one who holds it; False where somebody else does, in this process or another.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("ab") as file:
        for wait in _WAITS:
            is_held = _locked(file.fileno())
            if is_held:
                break
            time.sleep(wait)
        yield is_held


def is_locked(path: Path) -> bool:
    """Whether somebody, in this process or another, holds the lock; False where there is no such file."""
    try:
        with path.open("r+b") as file:
            return not _locked(file.fileno())
    except OSError:
        return False


def _locked(file: int) -> bool:
    """Lock an open file for as long as it is open, unless it is locked already."""
    try:
        _lock(file)
    except OSError as error:
        return error.errno not in _BUSY
    return True
