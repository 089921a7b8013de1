"""What the subcommands print alike."""

from __future__ import annotations

import json
import logging
import sys

_log = logging.getLogger(__name__)


def print_error(problem: object) -> None:
    """Say in one line on stderr what is wrong."""
    _log.info("%s", problem)
    print(f"digitpad: {' '.join(str(problem).split())}", file=sys.stderr)


def print_json(**values: object) -> None:
    """Print an object on a line of its own, at once."""
    print(json.dumps(values), flush=True)


def printable(name: str) -> str:
    """A name from a file, in one line, without what could steer a terminal."""
    line = "".join(character if character.isprintable() else " " for character in name)
    return line if len(line) <= 40 else f"{line[:39]}…"
