"""What the project relies on in Qt, Python and pytest, and the order in which a start imports things."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QPainterPath

from digitpad.ui.session.settings import Settings

ROOT = Path(__file__).parents[1]


def run(*words, **options):
    """Run this Python in a process of its own."""
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=120, check=False, **options)


def test_calls_into_qt_leave_the_reference_count_of_none_alone():
    # PySide6 6.12.0 on Python 3.11 takes one from None at each call, until the process dies. From 3.12 on None cannot
    # die and its count never moves.
    path = QPainterPath()
    before = sys.getrefcount(None)
    for _ in range(1000):
        path.moveTo(0, 0)
    assert abs(sys.getrefcount(None) - before) < 100


START = """
import sys

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from digitpad import app

LATE = {"torch", "torchvision", "safetensors", "PIL", "pyqtgraph", "sklearn", "scipy", "tqdm", "filelock", "onnx"}


class FirstPaint(QObject):
    loaded = None

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and self.loaded is None:
            self.loaded = LATE & set(sys.modules)
        return False


window = app.create([])
print("created with", sorted(LATE & set(sys.modules)))
first = FirstPaint()
window.findChild(QWidget, "canvas").installEventFilter(first)
window.show()
while first.loaded is None:
    QApplication.processEvents()
print("painted with", sorted(first.loaded))
window.close()
"""


@pytest.mark.parametrize("pages", [[], ["steps", "layers"], ["map", "replay"]])
def test_a_window_is_built_and_painted_before_anything_heavy_is_imported(qapp, pages):
    settings = Settings()
    settings.pages = pages
    settings.stop()
    done = run("-c", START, cwd=ROOT)
    assert (done.stdout, done.stderr, done.returncode) == ("created with []\npainted with []\n", "", 0)


ALARMS = """
import threading
import warnings

from PySide6.QtCore import QObject, QThread, Signal, qWarning
from PySide6.QtWidgets import QWidget


class Sender(QObject):
    said = Signal()


def fail():
    raise ValueError("in a slot")


def test_qt_warning(qapp):
    qWarning("something is wrong")


def test_slot(qapp):
    sender = Sender()
    sender.said.connect(fail)
    sender.said.emit()


def test_python_warning():
    warnings.warn("something is old", DeprecationWarning)


never = threading.Event()


def test_python_thread():
    threading.Thread(target=never.wait, daemon=True).start()


threads = []


def test_qt_thread(qapp):
    threads.append(QThread())
    threads[0].start()


def test_quiet(qapp):
    threads[0].quit()
    threads[0].wait()
    QWidget().show()
"""


def test_the_alarms_ring(tmp_path):
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_alarms.py").write_text(ALARMS)
    # One process, since a test here ends what the one before has left behind.
    words = (
        "-m",
        "pytest",
        "-n0",
        "-p",
        "no:randomly",
        "-c",
        ROOT / "pyproject.toml",
        "--rootdir",
        tmp_path,
        "-rA",
        tmp_path,
    )
    done = run(*words, cwd=tmp_path, env={**os.environ, "COLUMNS": "300"})
    summary = done.stdout.partition("short test summary info")[2]
    for line in (
        "FAILED test_alarms.py::test_qt_warning",
        "FAILED test_alarms.py::test_slot - Failed: CALL ERROR: Exceptions caught in Qt event loop",
        "FAILED test_alarms.py::test_python_warning - DeprecationWarning: something is old",
        "ERROR test_alarms.py::test_python_thread - AssertionError: threads left behind: {<Thread",
        "ERROR test_alarms.py::test_qt_thread - AssertionError: threads left behind: {<PySide6.QtCore.QThread",
        "PASSED test_alarms.py::test_quiet",
    ):
        assert line in summary, done.stdout
    assert "QtWarningMsg: something is wrong" in done.stdout
