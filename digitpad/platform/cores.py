"""The cores that this process may use, and threads that leave them to the window."""

from __future__ import annotations

import os
import sys
import threading

_NICENESS = 5
"""How far work in the background steps back behind reading and the window, on systems where a thread can."""


def cores() -> int:
    """How many cores this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def step_back() -> None:
    """Let this thread, and those that it starts from now on, step back behind reading and the window."""
    # Linux has a niceness for each thread; elsewhere it is the process's, and the window's thread would step back too.
    if sys.platform == "linux":
        thread = threading.get_native_id()
        # Who started digitpad nicer than that may not take it back.
        os.setpriority(os.PRIO_PROCESS, thread, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


def background_threads() -> int:
    """Let this thread step back; the number of threads that long work may use, which leaves one core to the window."""
    step_back()
    return max(1, cores() - 1)
