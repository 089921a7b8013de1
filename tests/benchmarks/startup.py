"""One start of digitpad in a fresh process: `python -m tests.benchmarks.startup TIME`, TIME being when it was started.

A two is drawn as soon as the window has painted. Prints a JSON object: seconds from TIME to the first point on the pad
and to the first answer, and the longest pause of the event loop in between, in milliseconds.
"""

import json
import sys

from PySide6.QtCore import QEventLoop, QTimer

from digitpad import app
from tests.benchmarks.hand import Hand, keep_settings_apart

TWO = [(30, 60), (35, 45), (50, 35), (70, 35), (82, 48), (80, 64), (66, 82), (48, 98), (34, 112), (60, 112), (88, 112)]


def main() -> None:
    started = float(sys.argv[1])
    folder = keep_settings_apart()
    window = app.create([])
    hand = Hand(window)
    window.show()
    painted = QEventLoop()
    QTimer.singleShot(0, painted.quit)  # the first paint comes before timers
    painted.exec()
    side = min(hand.pad.width(), hand.pad.height())
    hand.draw([[(x / 150 * side, y / 150 * side) for x, y in TWO]])
    watch = hand.watch
    window.close()
    folder.cleanup()
    if watch.taken_at is None or watch.answered_at is None:
        sys.exit("no answer came")
    print(
        json.dumps({"ink": watch.taken_at - started, "answer": watch.answered_at - started, "pause": max(watch.pause)})
    )


if __name__ == "__main__":
    main()
