"""Kill writes: python -m tests.kill [--times 300] [--seed 0] [KIND ...]

A child writes the same file, or trains, again and again and is killed with SIGKILL at a random moment. Afterwards what
it had finished must be there and whole, and after what a start of digitpad cleans up, nothing may lie beside it. The
status is 1 where something was lost or left. Needs `os.fork`, so not Windows.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.kill.writes import KINDS, Kind

_SECONDS = 0.25
"""Within so many seconds after the first write a child is killed; a window has as many times as long as `Kind.slow`."""

_PATIENCE = 120.0


def killed(kind: Kind, folder: Path, rng: random.Random) -> str:
    """Let a child write, kill it, and look at what is there; returns what is wrong, '' for nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _alone(folder, lambda: kind.write(folder, lambda: os.write(writing, b".")))
    os.close(writing)
    first = os.read(reading, 1)  # after the first write; '' where the child failed
    time.sleep(rng.uniform(0, _SECONDS * kind.slow) if first else 0)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as rest:
        finished = len(first + rest.read())
    if not first:
        return "the child wrote nothing"
    return _asked(folder, lambda: kind.check(folder, finished) or _left(kind, folder))


def _left(kind: Kind, folder: Path) -> str:
    """What lies about after the next start."""
    kind.start()
    expected = kind.expected
    left = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not any(path.relative_to(folder).match(pattern) for pattern in expected)
    ]
    return f"left behind: {left}" if left else ""


def _asked(folder: Path, question: Callable[[], str]) -> str:
    """The answer of another child, with the user's folders in a folder."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _alone(folder, lambda: os.write(writing, question().encode()))
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        text = answer.read().decode()
    _, status = os.waitpid(child, 0)
    return text or ("" if status == 0 else f"the check ended with status {status}")


def _alone(folder: Path, work: Callable[[], object]) -> None:
    """Do something in a child whose user's folders lie in a folder, and end it."""
    for name in ("DATA", "CONFIG", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name.lower())
    os.environ["HOME"] = str(folder)
    status = 1
    try:
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - the child ends here whatever happens
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def main() -> int:
    """Kill every kind of write in turn and print what was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; all where none is named")
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    chosen = [KINDS[name] for name in words.kinds or KINDS]
    for kind in chosen:
        kind.load()
    rng, faults, began = random.Random(words.seed), 0, time.monotonic()
    for number in range(words.times):
        kind = chosen[number % len(chosen)]
        with tempfile.TemporaryDirectory() as folder:
            signal.alarm(int(_PATIENCE))
            fault = killed(kind, Path(folder), rng)
            signal.alarm(0)
        if fault:
            faults += 1
            print(f"{number} {kind.name}: {fault}", flush=True)
    names = ", ".join(kind.name for kind in chosen)
    print(f"{words.times} kills of {names} in {time.monotonic() - began:.0f} s: {faults} with something lost or left")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
