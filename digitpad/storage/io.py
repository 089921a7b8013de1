"""Where the project's own files lie, and writing so that no half-written file is ever left behind."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from digitpad.domain.errors import DigitpadError

_PACKAGE = Path(__file__).parents[1]


def shipped(*parts: str) -> Path:
    """Path of a file that ships with digitpad, as in `shipped("resources", "icons")`.

    An installed wheel carries `resources/` and `checkpoints/` inside the package, a clone beside it.
    """
    inside = _PACKAGE.joinpath(*parts)
    return inside if inside.exists() else _PACKAGE.parent.joinpath(*parts)


DEFAULT_CHECKPOINT = shipped("checkpoints", "pen.safetensors")
"""The checkpoint that ships."""


def data_folder() -> Path:
    """The folder that holds data sets, `mnist/` among them: DIGITPAD_DATA_DIR, else the user's own for digitpad.

    It need not exist.
    """
    named = os.environ.get("DIGITPAD_DATA_DIR")
    if named:
        return Path(named)
    from platformdirs import user_data_path  # here, since a start of the window does without it

    return user_data_path("digitpad", appauthor=False)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: into a new file beside it, flushed to the disk, then renamed over it.

    A symbolic link stays one; the file that it leads to is written.

    Raises:
        DigitpadError: the folder is missing or not writable, the name is no file's, or the disk is full; the old file
            is still there.
    """
    target, temporary = path, None
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            raise DigitpadError(f"{path} is a folder or a device, and not a file. Choose another name.")
        # Its name is short, since the target's may be as long as names can be.
        temporary = target.with_name(f".{secrets.token_hex(4)}.part")
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except (OSError, ValueError) as error:  # a ValueError: the name holds a null character
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise DigitpadError(_sentence(target, error)) from error


def _sentence(path: Path, error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return f"{path.name!r} is no name that a file can have. Choose another."
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return f"{path.name} was not written, because the disk is full. Free some space or choose another folder."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.name} was not written, because {path.parent} may not be written to. Choose another folder."
    if error.errno == errno.ENOENT:
        return f"{path.name} was not written, because the folder {path.parent} does not exist. Choose another folder."
    return f"{path.name} was not written ({error.strerror}). Choose another folder or name."
