"""A kill of every quick kind of write; `python -m tests.kill` does it 300 times, and while a run goes on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.kill.writes import KINDS

QUICK = [name for name, kind in KINDS.items() if kind.slow == 1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_loses_nothing_and_leaves_nothing():
    command = [sys.executable, "-m", "tests.kill", "--times", str(len(QUICK)), *QUICK]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
