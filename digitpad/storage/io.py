"""Where the project's own files lie, reading files from anywhere, and writing whole files or none."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from digitpad.domain.errors import DigitpadError, InputError, reason
from digitpad.storage.file_lock import file_lock, is_locked

_log = logging.getLogger(__name__)

_PACKAGE = Path(__file__).parents[1]
_NOTES = "unfinished"

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def shipped(*parts: str) -> Path:
    """Path of a file that ships with digitpad, as in `shipped("resources", "icons")`.

    An installed wheel carries `resources/` and `checkpoints/` inside the package, a clone beside it.
    """
    inside = _PACKAGE.joinpath(*parts)
    return inside if inside.exists() else _PACKAGE.parent.joinpath(*parts)


DEFAULT_CHECKPOINT = shipped("checkpoints", "pen.safetensors")
"""The checkpoint that ships."""


def user_folder() -> Path:
    """The user's own folder for what digitpad keeps; it need not exist."""
    from platformdirs import user_data_path  # here, since a start of the window does without it

    return user_data_path("digitpad", appauthor=False)


def data_folder() -> Path:
    """The folder that holds data sets, `mnist/` among them: DIGITPAD_DATA_DIR, else the user's own for digitpad.

    It need not exist.
    """
    named = os.environ.get("DIGITPAD_DATA_DIR")
    return Path(named) if named else user_folder()


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn a failure of the system into a DigitpadError about a path."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            said = "The disk that holds {path} is full. Free some space and try again."
        elif error.errno in _FORBIDDEN:
            said = "{path} may not be read or changed. Close what uses it, or change its permissions."
        elif error.errno == errno.ENOENT:
            said = "{path} does not exist. It may have been moved or deleted."
        else:
            said = "{path} cannot be used ({reason}). Look at it with another program."
        raise DigitpadError(said, path=path, reason=error.strerror) from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say in a sentence why a file cannot be read, whatever is raised meanwhile; what was not expected is logged.

    Raises:
        InputError: instead of any exception other than a DigitpadError.
    """
    try:
        yield
    except DigitpadError:
        raise
    except FileNotFoundError as error:
        raise InputError("{file} does not exist. Check its name and folder.", file=path.name) from error
    except Exception as error:
        if (isinstance(error, OSError) and error.errno is not None) or "\0" in str(path):
            text = "{file} cannot be opened ({reason}). Choose another file."
            raise InputError(text, file=path.name, reason=reason(error)) from error
        _log.exception("%s could not be read", path)
        raise InputError("{file} is damaged and cannot be read. Copy or save it again.", file=path.name) from error


@contextlib.contextmanager
def open_file(path: Path) -> Iterator[BinaryIO]:
    """A regular file, open for reading; a pipe or a device, which may let its reader wait for ever, is not opened.

    Raises:
        InputError: it is missing, a folder, a device or a pipe, or may not be read, or reading it fails; see `reading`.
    """

    def opened(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))

    no_file = InputError("{path} is a folder or a device, and no file. Choose a file.", path=path)
    with reading(path):
        if path.is_dir():  # Windows would say that access is denied
            raise no_file
        with open(path, "rb", opener=opened) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise no_file
            yield file


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        InputError: as `open_file` does, or it has more than `limit` bytes.
    """
    with open_file(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        text = "{file} is too large to be read: no file of its kind has more than {most} bytes. Choose another file."
        raise InputError(text, file=path.name, most=limit)
    return data


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: into a new file beside it, flushed to the disk, then renamed over it.

    A symbolic link stays one; the file that it leads to is written.

    Raises:
        InputError: the folder is missing, or a file cannot have that name.
        DigitpadError: the folder is not writable, or the disk is full; the old file is still there.
    """
    target = path
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            raise InputError("{path} is a folder or a device, and not a file. Choose another name.", path=path)
        with unfinished(target.parent) as temporary:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
    except (OSError, ValueError) as error:  # a ValueError: the name holds a null character
        raise _unwritten(target, error) from error


@contextlib.contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """A path in a folder for a file or folder that is made there and renamed; what is left of it is removed.

    A note of it is kept and locked meanwhile, by which `remove_unfinished` finds what a process left that was killed.
    """
    temporary = folder / f".{os.urandom(4).hex()}.part"  # short, since the target's name may be as long as names can be
    note = user_folder() / _NOTES / temporary.name
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # it does without where the user's data folder cannot be written to
            note.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(file_lock(note))
            note.write_bytes(os.fsencode(temporary.absolute()))
        try:
            yield temporary
        finally:
            _remove(temporary)
            held.close()
            _forget(note, temporary)


def remove_unfinished() -> None:
    """Remove unfinished files of processes that were killed: those whose note no process holds."""
    with contextlib.suppress(OSError):
        for note in (user_folder() / _NOTES).glob(".*.part"):
            with contextlib.suppress(OSError, ValueError):
                if not is_locked(note):
                    left = Path(os.fsdecode(note.read_bytes()))
                    if left.name == note.name:
                        _remove(left)
                    _forget(note, left)


def _forget(note: Path, temporary: Path) -> None:
    if temporary.name != note.name or not os.path.lexists(temporary):  # another program may have it open
        _remove(note)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _unwritten(path: Path, error: OSError | ValueError) -> DigitpadError:
    kind, number = DigitpadError, getattr(error, "errno", None)
    if number in _FULL:
        said = "{file} was not written, because the disk is full. Free some space or choose another folder."
    elif number in _FORBIDDEN:
        said = "{file} was not written, because {folder} may not be written to. Choose another folder."
    elif number in (errno.ENOENT, errno.ENOTDIR):
        kind = InputError
        said = "{file} was not written, because the folder {folder} does not exist. Choose another folder."
    elif number is None or number in (errno.ENAMETOOLONG, errno.EINVAL):
        kind, said = InputError, "{file} is no name that a file can have ({reason}). Choose another."
    else:
        said = "{file} was not written ({reason}). Choose another folder or name."
    return kind(said, file=path.name.replace("\0", "?"), folder=path.parent, reason=reason(error))
