"""What keeps the pad's ink for the next start."""

from __future__ import annotations

import subprocess
import sys

from digitpad.ink.formats.session_ink import keep_ink, kept_ink
from digitpad.ink.strokes import Ink
from digitpad.ui.session.drawing_keeper import DrawingKeeper, session_folder
from tests.hand_drawn import drawn

FIRST_START = """
import sys
from PySide6.QtCore import QCoreApplication, QThread
from digitpad.ui.session.drawing_keeper import DrawingKeeper
application = QCoreApplication([])
keeper = DrawingKeeper(True)
keeper.restore()
keeper.stop()
print(sorted({"PIL", "defusedxml", "digitpad.ink.formats.session_ink"} & set(sys.modules)))
"""


def test_a_start_without_a_kept_drawing_imports_nothing_for_it():
    done = subprocess.run([sys.executable, "-c", FIRST_START], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_what_was_restored_is_kept_again_once_something_else_was_drawn(qtbot):
    keep_ink(session_folder(), drawn(4))
    keeper, restored = DrawingKeeper(True), []
    keeper.restored.connect(restored.append)
    with qtbot.waitSignal(keeper.restored):
        keeper.restore()
    keeper.take(1, restored[0])
    keeper.take(2, Ink((*restored[0].strokes, *drawn(1).strokes)))
    keeper.take(3, restored[0])  # undone
    keeper.stop()
    assert len(kept_ink(session_folder()).strokes) == 2
