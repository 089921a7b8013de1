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
            raise DigitpadError("{path} is a folder or a device, and not a file. Choose another name.", path=path)
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
        raise _unwritten(target, error) from error


def _unwritten(path: Path, error: OSError | ValueError) -> DigitpadError:
    if not isinstance(error, OSError):
        return DigitpadError("{file} is no name that a file can have. Choose another.", file=repr(path.name))
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        said = "{file} was not written, because the disk is full. Free some space or choose another folder."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        said = "{file} was not written, because {folder} may not be written to. Choose another folder."
    elif error.errno == errno.ENOENT:
        said = "{file} was not written, because the folder {folder} does not exist. Choose another folder."
    else:
        said = "{file} was not written ({reason}). Choose another folder or name."
    return DigitpadError(said, file=path.name, folder=path.parent, reason=error.strerror)
