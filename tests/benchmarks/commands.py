"""How long commands that read take, whole processes, the median of five. Run it on a quiet machine.

    python -m tests.benchmarks.commands [--rounds 5] [--data FOLDER]

FOLDER holds MNIST's files; without it `mnist/` in the folder that DIGITPAD_DATA_DIR names is read.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from digitpad.ink.formats.export import to_png
from digitpad.storage.io import data_folder, shipped
from tests.hand_drawn import drawn

PREDICT_BOUND, EVALUATE_BOUND = 0.6, 6.0
"""Seconds that a picture, and MNIST's 10,000 test images, may take."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=data_folder() / "mnist")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder, "seven.png")
        picture.write_bytes(to_png(drawn(7)))
        commands: list[tuple[float | None, list[str]]] = [
            (PREDICT_BOUND, ["predict", str(picture)]),
            (None, ["export", str(Path(folder, "digitpad.onnx"))]),
        ]
        for name in ("pen", "best"):
            checkpoint = shipped("checkpoints", f"{name}.safetensors")
            commands.append((EVALUATE_BOUND, ["evaluate", "--checkpoint", str(checkpoint), str(words.data)]))
        for bound, command in commands:
            wall, cpu = zip(*(_seconds(command) for _ in range(words.rounds)), strict=True)
            most = f" (≤ {bound:g})" if bound else ""
            said = " ".join(Path(word).name for word in command)
            print(
                f"{said}: {statistics.median(wall):.2f} s{most}, {min(wall):.2f} to {max(wall):.2f}; "
                f"of processors {statistics.median(cpu):.2f} s"
            )


def _seconds(command: list[str]) -> tuple[float, float]:
    """Seconds that a command took, and that it kept processors busy."""
    before, started = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "digitpad", *command], check=True, stdout=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - started, os.times()
    return seconds, sum(after[2:4]) - sum(before[2:4])


if __name__ == "__main__":
    main()
