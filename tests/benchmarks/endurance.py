"""Benchmark of long use. Run it on a quiet machine; it takes some twenty minutes.

    python -m tests.benchmarks.endurance [--minutes 10] [--closings 60] [--seed 0] [--json]

First one window is drawn on, trains twenty times and reads with one checkpoint after the other, and what it holds in
its second half is compared. Then windows are closed at random moments: while they start, while somebody draws, while
PyTorch is imported, and while a run goes on.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QSpinBox

from digitpad import app
from digitpad.storage.io import shipped
from tests.app.pad import FOUR, SEVEN, Pad
from tests.app.training import Training
from tests.benchmarks.hand import keep_settings_apart, rest

RUNS = 20

BOUNDS = {
    "growth_mb": ("memory that the second half takes more, MB", "≤ 10"),
    "threads": ("threads at the end, less those at half time", "0"),
    "files": ("open files at the end, less those at half time", "0"),
    "objects": ("objects that Python collects, at the end against half time", "≤ 1.02"),
    "closing_max_s": ("from closing to the end of the process, longest, s", "≤ 2"),
    "closing_failed": ("closings after which the status was not 0", "0"),
}
"""Words and bound of each figure, in the order of the table."""


def _wait(condition):
    until = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < until, "what was started does not come"
        rest(5)


def _held(pad, training):
    """Memory in MB, threads, open files and objects, after what can be given back was."""
    pad.shown.clear()
    training.reports.clear()
    rest(1500)
    gc.collect()
    process = Path("/proc/self")
    memory = int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    counts = (len(list((process / name).iterdir())) for name in ("task", "fd"))
    return (memory, *counts, len(gc.get_objects()))


def long_use(minutes: float) -> dict[str, float]:
    """Draw, train and switch checkpoints, the same in every twentieth of the time."""
    folder = keep_settings_apart()
    window = app.create([])
    pad = Pad(SimpleNamespace(waitUntil=_wait), window)
    window.show()
    training = Training(pad).ready()
    checkpoints = cycle(sorted(shipped("checkpoints").glob("*.safetensors")))
    began, samples = time.monotonic(), []
    for number in range(RUNS):
        while time.monotonic() < began + minutes * 60 * (number + 0.5) / RUNS:
            pad.draw(SEVEN)
            pad.draw(FOUR)
            pad.answer()
            pad.canvas.clear_ink()
            rest(100)
        training.train()
        training.network.open(next(checkpoints))
        _wait(lambda: not training.network.state.is_opening)
        pad.draw(SEVEN)
        pad.answer()
        pad.canvas.clear_ink()
        samples.append(_held(pad, training))
        print(number, *samples[-1], file=sys.stderr, flush=True)
    window.close()
    folder.cleanup()
    half = samples[RUNS // 2 :]
    first, last = half[: len(half) // 2], half[-(len(half) // 2) :]
    # A library may give memory back late: what is held at least tells whether it grows.
    (memory, threads, files, objects), after = (tuple(map(min, zip(*part, strict=True))) for part in (first, last))
    return {
        "growth_mb": after[0] - memory,
        "threads": after[1] - threads,
        "files": after[2] - files,
        "objects": after[3] / objects,
    }


def _close_soon(seconds: float, trains: bool) -> None:
    """Open a window, let somebody draw and perhaps train, close it after so many seconds, and print when."""
    folder = keep_settings_apart()
    window = app.create([])
    pad = Pad(SimpleNamespace(waitUntil=_wait), window)
    window.show()
    end = time.monotonic() + seconds
    if trains:
        training = Training(pad)
        training.open()
        pad.widget("epochs_spin", QSpinBox).setValue(1000)
        training.press("train_button")
    while time.monotonic() < end:
        pad.draw(SEVEN)
        rest(20)
        pad.canvas.clear_ink()
    began = time.time()
    window.close()
    if window.isVisible():  # it asks, while a run goes on
        training.answer_question("Stop and close")
        _wait(lambda: not window.isVisible())
    print(began, flush=True)
    folder.cleanup()


def closings(count: int, rng: random.Random) -> dict[str, float]:
    """Close windows at random moments, each in a process of its own."""
    taken, failed = [0.0], 0
    for number in range(count):
        words = [str(rng.uniform(0, 8)), "trains" if number % 2 else ""]
        command = [sys.executable, "-m", "tests.benchmarks.endurance", "--close", *words]
        done = subprocess.run(command, capture_output=True, text=True)
        ended = time.time()
        failed += done.returncode != 0
        if done.stdout:
            taken.append(ended - float(done.stdout.split()[0]))
        print(number, *words, f"{taken[-1]:.2f} s, status {done.returncode}", done.stderr, file=sys.stderr, flush=True)
    return {"closing_max_s": max(taken), "closing_failed": failed}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.endurance", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--closings", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--close", nargs=2, help=argparse.SUPPRESS)
    words = parser.parse_args()
    os.environ.pop("DIGITPAD_DATA_DIR", None)  # the starter set, which is there for everybody
    if words.close:
        _close_soon(float(words.close[0]), bool(words.close[1]))
        return
    figures = long_use(words.minutes) if words.minutes else {}
    figures |= closings(words.closings, random.Random(words.seed)) if words.closings else {}
    if words.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        meaning, bound = BOUNDS[name]
        print(f"{meaning:<66} {value:>9.3f}  {bound}")


if __name__ == "__main__":
    main()
