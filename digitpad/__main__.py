"""The command: the window without a subcommand, else the subcommand."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from digitpad.cli import parser as arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run digitpad with command-line words, without the program's name; None takes the process's own.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    parsed = arguments.parse(words)
    if parsed.command is not None:
        from digitpad.cli import main as cli
        from digitpad.storage.log import recorded

        return recorded(lambda: cli.run(parsed), parsed.verbose)

    import digitpad.services  # noqa: F401 - before Qt, see there
    from digitpad.platform import system_check

    problem = system_check.problem()
    if problem is not None:
        sys.stderr.write(f"digitpad: {problem}\n")
        return 1
    # Ctrl+C in the terminal ends the process at once; Python's own way, an exception amid Qt's events, aborts it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from digitpad import app

    return app.run(words)


if __name__ == "__main__":
    sys.exit(main())
