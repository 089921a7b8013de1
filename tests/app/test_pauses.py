"""The window's event loop never stands still, whatever is opened while imports, a run and a map go on."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.app.watchdog import BOUND


@pytest.mark.timeout(400)
def test_the_window_never_stands_still_while_everything_is_opened_amid_drawing_and_training(monkeypatch):
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)
    command = [sys.executable, "-m", "tests.app.watchdog"]
    # The time limit ends a window that stands still for good; it has shown its stacks on stderr.
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    measured = json.loads(done.stdout)
    assert measured["readings"] > 10
    assert measured["longest"] < BOUND, f"stood still during {measured['during']}"
