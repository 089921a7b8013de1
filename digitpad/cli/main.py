"""The subcommands: finds the one that the words name, and turns what stops it into a line and an exit status."""

from __future__ import annotations

import argparse
import io
import os
import sys
from importlib import import_module

from digitpad.cli.output import print_error
from digitpad.domain.errors import DigitpadError, InputError


def run(arguments: argparse.Namespace) -> int:
    """Run a subcommand: the function `run` of the module of its name, which alone is imported.

    Returns:
        The exit status: 0 on success, 2 on input that cannot be used, 1 on another failure; the latter two with a line
        on stderr, or one for each of several files that cannot be used.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may hold what the terminal cannot show
    try:
        status: int = import_module(f"digitpad.cli.{arguments.command}").run(arguments)
        print(end="", flush=True)
    except DigitpadError as error:
        print_error(error)
        return 2 if isinstance(error, InputError) else 1
    except BrokenPipeError:
        _abandon_output()
        return 1
    except KeyboardInterrupt:
        problem = "stopped"
    except ImportError as error:
        problem = f"a library could not be loaded ({error}); install digitpad anew as README.md says"
    except OSError as error:
        if error.filename is not None:  # a file or folder that the words name, and not the output
            print_error(f"{error.filename} cannot be used ({error.strerror}); name another")
            return 2
        _abandon_output()
        problem = f"the output could not be written ({error.strerror}); free some space or write it elsewhere"
    else:
        return status
    print_error(problem)
    return 1


def _abandon_output() -> None:
    """The interpreter must not write to a broken stdout again while it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
