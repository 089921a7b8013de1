"""Benchmark of the pad: how right, how soon, how steady. Run it on a quiet machine.

    python -m tests.benchmarks.pad FILE.inkml [--limit 500] [--device mouse|tablet] [--seed 0] [--runs 5] [--json]

FILE holds labelled drawings. Each is drawn on the real window with real events, at a random place and size.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from PySide6.QtWidgets import QApplication

from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.opening import read_drawings
from digitpad.ink.strokes import PAD_SIDE, Ink, Stroke
from tests.benchmarks.hand import Hand, Line, Watch, keep_settings_apart

PACED = 100
"""Drawings that are drawn at a pen's pace; the rest would only take long."""

CROWD = 1000
"""Strokes on the full canvas."""

Figures = dict[str, float]

BOUNDS: dict[str, tuple[str, str]] = {
    "accuracy": ("digits read right", "≥ 0.96"),
    "no_answer": ("digits without an answer", "0"),
    "ink_p50_ms": ("pointer event to painted ink, median, ms", ""),
    "ink_p99_ms": ("pointer event to painted ink, 99th percentile, ms", "≤ 5"),
    "ink_full_p50_ms": (f"the same with {CROWD} strokes on the canvas, median, ms", ""),
    "ink_full_p99_ms": (f"the same with {CROWD} strokes on the canvas, 99th percentile, ms", ""),
    "ink_full_ratio": ("full canvas against empty, 99th percentiles", "≤ 1.5"),
    "answer_p50_ms": ("pointer event to bars, median, ms", "≤ 6"),
    "answer_p99_ms": ("pointer event to bars, 99th percentile, ms", "≤ 16"),
    "answered": ("pointer events whose ink was read, share", ""),
    "pause_max_ms": ("longest pause of the event loop while drawing, ms", "≤ 33"),
    "pause_full_max_ms": (f"the same with {CROWD} strokes on the canvas, ms", "≤ 33"),
    "startup_ink_s": ("process start to a window that takes ink, s", "≤ 0.5"),
    "startup_answer_s": ("process start to the first answer, s", ""),
    "import_torch_s": ("python -c 'import torch', s", ""),
    "startup_ratio": ("first answer against import torch", "≤ 1.5"),
    "startup_pause_ms": ("longest pause of the event loop while torch is imported, ms", ""),
    "same_half_size": ("same answer at half the size", "≥ 0.99"),
    "same_elsewhere": ("same answer at another place", "≥ 0.99"),
    "same_wider_pen": ("same answer with twice the pen width", "≥ 0.99"),
    "same_all": ("same answer with all three at once", "≥ 0.99"),
}
"""Words and bound of each figure, in the order of the table."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pad", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path, help="InkML file of labelled drawings")
    parser.add_argument("--limit", type=int, default=500, help="drawings to use (default 500)")
    parser.add_argument("--device", choices=("mouse", "tablet"), default="mouse")
    parser.add_argument("--seed", type=int, default=0, help="decides which drawings, where and how large (default 0)")
    parser.add_argument("--runs", type=int, default=5, help="fresh starts of which the median is taken (default 5)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    words = parser.parse_args()
    rng = random.Random(words.seed)
    drawings = [drawing for drawing in read_drawings(words.file) if drawing.label is not None]
    rng.shuffle(drawings)
    drawings = drawings[: words.limit]
    machine = f"{os.cpu_count()} CPUs, {platform.platform()}, Python {platform.python_version()}"
    figures = startup(words.runs) | at_the_window(drawings, words.device, rng) | invariance(drawings, rng)
    rounded = {name: round(figures[name], 4) for name in BOUNDS if name in figures}
    if words.json:
        print(json.dumps({"machine": machine, "device": words.device, "n": len(drawings), **rounded}))
        return
    print(f"{machine}\n{len(drawings)} drawings, {words.device}\n")
    for name, value in rounded.items():
        meaning, bound = BOUNDS[name]
        print(f"{meaning:<66} {value:>9.3f}  {bound}")


def startup(runs: int) -> Figures:
    """Fresh processes, by turns with others that only import torch; medians."""
    starts, imports = [], []
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch"], check=True)
        imports.append(time.perf_counter() - begun)
        command = [sys.executable, "-m", "tests.benchmarks.startup", repr(time.time())]
        starts.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    if not runs:
        return {}
    ink, answer, pause = (median(start[name] for start in starts) for name in ("ink", "answer", "pause"))
    return {
        "startup_ink_s": ink,
        "startup_answer_s": answer,
        "import_torch_s": median(imports),
        "startup_ratio": answer / median(imports),
        "startup_pause_ms": pause,
    }


def at_the_window(drawings: list[Drawing], device: str, rng: random.Random) -> Figures:
    """Accuracy with events at once, then times at a pen's pace on an empty canvas and on a full one."""
    from digitpad import app

    folder = keep_settings_apart()
    window = app.create([])
    hand = Hand(window, device)
    window.show()
    hand.draw(placed(drawings[0].ink, hand, rng))  # the answer to the first one comes when torch is there
    digits = []
    for drawing in drawings:
        hand.pad.clear_ink()
        digits.append(hand.draw(placed(drawing.ink, hand, rng), interval=0))
    right = sum(digit == drawing.label for digit, drawing in zip(digits, drawings, strict=True))
    crowd = crowded(drawings, rng)
    empty, full = Watch(), Watch()
    for drawing in drawings[:PACED]:
        for watch, before in (
            (empty, Ink()),
            (full, crowd),
        ):  # by turns, so that a busy moment of the machine hits both
            hand.pad.set_ink(before)
            QApplication.processEvents()
            hand.watch = watch
            hand.draw(placed(drawing.ink, hand, rng))
    window.close()
    folder.cleanup()
    return {
        "accuracy": right / len(drawings),
        "no_answer": digits.count(None),
        "ink_p50_ms": float(np.percentile(empty.ink, 50)),
        "ink_p99_ms": float(np.percentile(empty.ink, 99)),
        "ink_full_p50_ms": float(np.percentile(full.ink, 50)),
        "ink_full_p99_ms": float(np.percentile(full.ink, 99)),
        "ink_full_ratio": float(np.percentile(full.ink, 99) / np.percentile(empty.ink, 99)),
        "answer_p50_ms": float(np.percentile(empty.answer, 50)),
        "answer_p99_ms": float(np.percentile(empty.answer, 99)),
        "answered": len(empty.answer) / len(empty.ink),
        "pause_max_ms": max(empty.pause),
        "pause_full_max_ms": max(full.pause),
    }


def placed(ink: Ink, hand: Hand, rng: random.Random) -> list[Line]:
    """Ink at a random place and size on the pad, as lines in its widget coordinates."""
    room = np.array([hand.pad.width(), hand.pad.height()])
    left, top, right, bottom = ink.bounds
    extent = np.array([right - left, bottom - top])
    scale = rng.uniform(0.3, 0.85) * room.min() / max(*extent, 1e-6)
    corner = np.array([rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95)]) * (room - extent * scale)
    return [[(x, y) for x, y in (stroke.points[:, :2] - (left, top)) * scale + corner] for stroke in ink.strokes]


def crowded(drawings: list[Drawing], rng: random.Random) -> Ink:
    """`CROWD` strokes of the drawings, small, all over the pad."""
    strokes: list[Stroke] = []
    while len(strokes) < CROWD:
        ink = rng.choice(drawings).ink
        left, top, right, bottom = ink.bounds
        scale = 0.1 * PAD_SIDE / max(right - left, bottom - top, 1e-6)
        corner = np.array([rng.uniform(0.0, 0.9), rng.uniform(0.0, 0.9)]) * PAD_SIDE
        strokes += moved(ink, scale, corner - np.array([left, top]) * scale, 0.25).strokes
    return Ink(tuple(strokes[:CROWD]))


def moved(ink: Ink, scale: float, shift: np.ndarray, width: float) -> Ink:
    """Ink scaled, then shifted, with its pen's width multiplied."""
    strokes = []
    for stroke in ink.strokes:
        points = stroke.points.copy()
        points[:, :2] = points[:, :2] * scale + shift
        strokes.append(replace(stroke, points=points, width=stroke.width * width))
    return Ink(tuple(strokes))


def invariance(drawings: list[Drawing], rng: random.Random) -> Figures:
    """Share of drawings that are read the same when they are drawn otherwise."""
    from digitpad.reading.load import open_reader

    reader = open_reader()
    digits = [reader.predict(drawing.ink).digit for drawing in drawings]

    def same(scale: float, far: float, width: float) -> float:
        rest = [
            reader.predict(moved(drawing.ink, scale, rng.uniform(-far, far) * np.ones(2), width)).digit
            for drawing in drawings
        ]
        return float(np.mean([digit == other for digit, other in zip(digits, rest, strict=True)]))

    return {
        "same_half_size": same(0.5, 0.0, 1.0),
        "same_elsewhere": same(1.0, PAD_SIDE, 1.0),
        "same_wider_pen": same(1.0, 0.0, 2.0),
        "same_all": same(0.5, PAD_SIDE, 2.0),
    }


if __name__ == "__main__":
    main()
