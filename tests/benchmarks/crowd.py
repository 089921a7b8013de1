"""Benchmark of a crowded pad: how long the window's thread is held up. Run it on a quiet machine.

python -m tests.benchmarks.crowd [--strokes 10000] [--points 100000]
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from threading import Thread

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from digitpad.ink.raster.render import render
from digitpad.ink.strokes import PAD_SIDE, Ink, Stroke
from digitpad.ui.pad.canvas import Canvas, Tool

SIDE = 590
"""Side of the pad in pixels."""


def crowd(count: int, seed: int = 0) -> Ink:
    """Some strokes of 30 points, as large as digits on a page of them, all over the pad."""
    random = np.random.default_rng(seed)
    turns = np.linspace(0, 5, 30)
    curl = np.stack([np.cos(turns) * turns, np.sin(turns) * 5], axis=1) * 8
    places = random.uniform(0, PAD_SIDE, (count, 1, 2)) + curl * random.uniform(0.3, 1.5, (count, 1, 1))
    return Ink(tuple(Stroke.of(place) for place in places))


def scribble(count: int) -> Ink:
    """One stroke that winds over the whole pad."""
    turns = np.linspace(0, count / 50, count)
    places = 500 + np.linspace(20, 480, count)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    return Ink((Stroke.of(places),))


def send(canvas: Canvas, kind: QEvent.Type, x: float, y: float) -> None:
    """Send a mouse event, then paint what it changed."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    place = QPointF(x, y)
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)
    QApplication.processEvents()


def drag(canvas: Canvas) -> list[float]:
    """Milliseconds that each event of a drag over the pad takes, then each moment of what is left to paint."""
    places = [(100 + 8 * step, 150 + 4 * step) for step in range(41)]
    kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * 40, QEvent.Type.MouseButtonRelease]
    return [
        timed(partial(send, canvas, kind, *place)) for kind, place in zip(kinds, [*places, places[-1]], strict=True)
    ] + settle(canvas)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that something takes."""
    begun = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - begun)


def settle(canvas: Canvas) -> list[float]:
    """Milliseconds that each turn of the event loop takes until all is painted."""
    timer, times = canvas.findChild(QTimer), [timed(QApplication.processEvents)]
    while timer is not None and timer.isActive():
        times.append(timed(QApplication.processEvents))
    return times


def pauses_while_reading(ink: Ink) -> float:
    """The longest time in milliseconds that another thread leaves this one waiting while it renders some ink."""
    reading = Thread(target=render, args=(ink,))
    reading.start()
    times, last = [], time.perf_counter()
    while reading.is_alive():
        time.sleep(0.001)
        times.append(time.perf_counter() - last)
        last = time.perf_counter()
    return 1e3 * max(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--strokes", type=int, default=10_000)
    parser.add_argument("--points", type=int, default=100_000)
    words = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    print(f"{'':28} longest pause    in all, ms")
    for name, ink in (
        (f"{words.strokes:,} strokes", crowd(words.strokes)),
        (f"a stroke of {words.points:,} points", scribble(words.points)),
    ):
        canvas = Canvas()
        canvas.resize(SIDE, SIDE)
        canvas.show()
        application.processEvents()
        steps: dict[str, Callable[[], object]] = {
            "open": partial(canvas.set_ink, ink),
            "draw": partial(canvas.set_tool, Tool.PEN),
            "erase": partial(canvas.set_tool, Tool.ERASER),
            "undo": canvas.undo,
            "resize": partial(canvas.resize, SIDE - 50, SIDE - 50),
        }
        for what, step in steps.items():
            times = [timed(step)]
            times += drag(canvas) if what in ("draw", "erase") else settle(canvas)
            print(f"{name}: {what:<8}".rjust(32), f"{max(times):10.0f} {sum(times):10.0f}")
        print(f"{name}: read    ".rjust(32), f"{pauses_while_reading(ink):10.0f} {timed(partial(render, ink)):10.0f}")
        canvas.close()


if __name__ == "__main__":
    main()
