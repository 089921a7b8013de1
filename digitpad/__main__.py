"""The command: the window without a subcommand, else the subcommand."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from digitpad import arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run digitpad with command-line words, without the program's name; None takes the process's own.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if arguments.parse(words).command is None:
        from digitpad import app

        return app.run(words)
    from digitpad import cli

    return cli.run(arguments.parse(words))


if __name__ == "__main__":
    sys.exit(main())
