"""torch is imported to train, and for nothing else: each in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import shutil, sys, time
from pathlib import Path
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from digitpad.app import create
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.ui.pad.files import Files
from tests.app.pad import SEVEN, Pad

class Bot:
    def waitUntil(self, condition):
        until = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < until
            QTest.qWait(5)

window, folder = create([]), Path(sys.argv[2])
pad = Pad(Bot(), window)
window.show()
pad.draw(SEVEN)
assert pad.answer().digit == 7
if sys.argv[1] == "train":  # it takes seconds, and once is enough
    panel = pad.widget("checkpoint_panel")
    files = window.findChild(Files)
    shutil.copy(DEFAULT_CHECKPOINT, folder / "mine.safetensors")
    files.checkpoint_selected.emit(folder / "mine.safetensors")
    pad.qtbot.waitUntil(lambda: panel.accessibleName() == "Checkpoint mine")
    export = next(action for action in window.findChildren(QAction) if action.text() == "Export network…")
    export.trigger()
    dialog = window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(folder / "out.onnx"))
    dialog.close()
    pad.qtbot.waitUntil(lambda: "largest difference" in window.statusBar().currentMessage())
    files.checkpoint_selected.emit(folder / "out.onnx")
    pad.qtbot.waitUntil(lambda: panel.accessibleName() == "Checkpoint out")
    pad.canvas.clear_ink()
    pad.draw(SEVEN)
    assert pad.answer().digit == 7
    window.findChild(QAction, "show_evaluation").trigger()
    pad.qtbot.waitUntil(lambda: pad.widget("evaluation_data").count() > 2)
print("torch" in sys.modules)
text = window.findChild(QLabel, "training_text")
if sys.argv[1] == "train":
    window.findChild(QPushButton, "train_button").click()
    print(text.text())
    pad.qtbot.waitUntil(lambda: "Loading" not in text.text())
    window.findChild(QPushButton, "stop_button").click()
    pad.qtbot.waitUntil(window.findChild(QPushButton, "train_button").isEnabled)
else:
    window.findChild(QAction, "show_training").trigger()
    pad.qtbot.waitUntil(lambda: "torch" in sys.modules)
print("torch" in sys.modules)
window.close()
"""


@pytest.mark.parametrize(("wanted", "said"), [("open", []), ("train", ["Loading PyTorch…"])])
def test_the_window_reads_loads_and_exports_without_torch_until_somebody_trains(tmp_path, monkeypatch, wanted, said):
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, wanted, str(tmp_path)], capture_output=True, text=True, timeout=180
    )
    assert (done.stdout.splitlines(), done.returncode) == (["False", *said, "True"], 0), done.stderr
    assert set(done.stderr.splitlines()) <= {"This plugin does not support propagateSizeHints()"}
