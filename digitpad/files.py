"""Writing files so that a crash, a full disk or a power cut leaves the old file or the new one, never half of one."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from digitpad.errors import DigitpadError


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: into a new file beside it, flushed to the disk, then renamed over it.

    Raises:
        DigitpadError: the folder is missing or not writable, or the disk is full; the old file is still there.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise DigitpadError(_sentence(path, error)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sentence(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path.name} was not written, because the disk is full. Free some space or choose another folder."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.name} was not written, because {path.parent} may not be written to. Choose another folder."
    if error.errno == errno.ENOENT:
        return f"{path.name} was not written, because the folder {path.parent} does not exist. Choose another folder."
    return f"{path.name} was not written ({error.strerror}). Choose another folder or name."
