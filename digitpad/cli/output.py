"""What the subcommands print alike, and where they may write."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from pathlib import Path

from digitpad.domain.errors import DigitpadError, InputError, reason

_log = logging.getLogger(__name__)


def print_error(problem: object) -> None:
    """Say in one line on stderr what is wrong."""
    _log.info("%s", problem)
    print(f"digitpad: {' '.join(str(problem).split())}", file=sys.stderr)


def print_json(**values: object) -> None:
    """Print an object on a line of its own, at once."""
    print(json.dumps(values), flush=True)


def check_writable(out: Path) -> None:
    """Refuse, before the work is done, a place where its result could not be written.

    Raises InputError of a folder, a device or what lies in no folder, DigitpadError where the folder is not writable.
    """
    place = out.parent
    try:
        place = Path(os.path.realpath(out)).parent  # a link stays, and the file that it leads to is written
        if not stat.S_ISREG(out.stat().st_mode):
            raise InputError(f"{out} is {'a folder' if out.is_dir() else 'a device'}; name a file.")
    except (FileNotFoundError, NotADirectoryError):
        if not place.is_dir():
            raise InputError(f"The folder {place} does not exist; make it, or name another.") from None
    except PermissionError as error:
        raise _not_writable(place, error) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{out} cannot be a file ({reason(error)}); name another.") from error
    import tempfile  # here, since few subcommands write

    try:
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        raise _not_writable(place, error) from error


def _not_writable(place: Path, error: OSError) -> DigitpadError:
    return DigitpadError(f"{place} cannot be written to ({error.strerror}); choose another folder.")
