"""Measures how long the window's event loop stands still while a person draws, trains and opens everything at once.

`python -m tests.app.watchdog` prints the longest pause as JSON, in a process of its own: only there does the import of
torch go on in the background, as after a start. Each pause of a second shows the stack of every thread on stderr.
"""

from __future__ import annotations

import faulthandler
import json
import time
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from digitpad import app
from tests.app.pad import Pad
from tests.app.training import MAP, Training

BOUND = 1.0  # seconds
_SCHEDULE = Path("/proc/thread-self/schedstat")
_STROKE = [(0.3 + 0.02 * step, 0.25 + 0.05 * (step % 4)) for step in range(12)]


def _held_up():
    """Seconds that this thread has waited for a processor: the machine's doing, not the window's; 0 where unknown."""
    return int(_SCHEDULE.read_text().split()[1]) / 1e9 if _SCHEDULE.exists() else 0.0


class Heartbeat(QTimer):
    """Beats in the window's thread, and knows the longest time between two beats."""

    def __init__(self, parent):
        super().__init__(parent, interval=20)
        self.longest, self.during, self.step = 0.0, "", ""
        self._before = time.perf_counter() - _held_up()
        self.timeout.connect(self._beat)

    def _beat(self):
        now = time.perf_counter() - _held_up()
        if now - self._before > self.longest:
            self.longest, self.during = now - self._before, self.step
        self._before = now
        faulthandler.dump_traceback_later(BOUND)


def _scribble(pad):
    """Draw for ever, an event for each step; clear the pad now and then."""
    left = Qt.MouseButton.LeftButton
    for number in cycle(range(10)):
        QTest.mousePress(pad.canvas, left, pos=pad.at(*_STROKE[0]))
        for place in _STROKE[1:]:
            yield
            QTest.mouseMove(pad.canvas, pad.at(*place))
        QTest.mouseRelease(pad.canvas, left, pos=pad.at(*_STROKE[-1]))
        if number == 9:
            pad.canvas.clear_ink()


def _wait(condition):
    until = time.monotonic() + 100
    while not condition():
        assert time.monotonic() < until, "what was opened or started does not come"
        QTest.qWait(5)


def main():
    """Draw from the first moment on; open data browser, recipe editor and every page amid imports, a run and a map."""
    window = app.create([])
    pad = Pad(SimpleNamespace(waitUntil=_wait), window)
    training = Training(pad)
    heart, pen, strokes = Heartbeat(window), QTimer(window, interval=10), _scribble(pad)
    pen.timeout.connect(lambda: next(strokes))

    def open_all(step):
        heart.step = step
        training.press("browse_data_button")
        training.press("edit_recipe_button")
        names = ("data_browser", "recipe_editor")
        _wait(lambda: all(pad.widget(name) is not None and pad.widget(name).isVisible() for name in names))
        for number in range(4):
            heart.step = f"{step}, page {number}"
            training.open_tab(number)
            count = len(pad.shown)
            _wait(lambda before=count: len(pad.shown) > before)
        for name in names:
            pad.widget(name).close()

    heart.start()
    heart.step = "start"
    window.show()
    pen.start()
    _wait(lambda: pad.canvas.ink.strokes)
    open_all("imports")
    heart.step = "begin of a run"
    training.start_long()
    open_all("run")
    heart.step = "map"
    training.open_tab(MAP)
    _wait(lambda: " at step " in training.said_of_map())
    open_all("run and map")
    heart.step = "end"
    training.stop()
    pen.stop()
    heart.stop()
    faulthandler.cancel_dump_traceback_later()
    window.close()
    print(json.dumps({"longest": heart.longest, "during": heart.during, "readings": len(pad.shown)}))


if __name__ == "__main__":
    main()
