"""What keeps the pad's ink for the next start."""

from __future__ import annotations

import subprocess
import sys

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
