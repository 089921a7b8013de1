"""What goes wrong unexpectedly is in the log, and the window says where that lies."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMessageBox

from digitpad.storage.log import log_file, log_folder
from digitpad.ui.training.page import TrainingPage
from tests.app.pad import SEVEN

FAULTS = """
import sys
import threading

from PySide6.QtCore import QThread, QTimer, qWarning

from digitpad import app
from digitpad.ui.common.notice import Notice


def in_a_slot():
    raise ValueError("in a slot")


class Thread(QThread):
    def run(self):
        raise ValueError("in a thread of Qt")


def in_a_thread():
    raise ValueError("in a thread of Python")


qt_thread = Thread()
faults = [in_a_slot, qt_thread.start, threading.Thread(target=in_a_thread).start]


def create(argv, create=app.create):
    window = create(argv)
    notice = window.findChild(Notice, "notice")

    def say():
        print(notice.text, flush=True)
        notice.close_message()
        QTimer.singleShot(0, faults.pop(0) if faults else window.close)

    notice.opened.connect(say)
    qWarning("Qt is not content")
    QTimer.singleShot(0, faults.pop(0))
    return window


app.create = create
status = app.run(sys.argv[1:])
qt_thread.wait()
sys.exit(status)
"""


def faulty_process(*words):
    command = [sys.executable, "-c", FAULTS, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_faults_in_every_thread_are_logged_and_the_window_says_where():
    done = faulty_process()
    said = done.stdout.splitlines()
    assert (done.returncode, len(said)) == (0, 3), done.stderr
    assert {line.partition(": ")[2] for line in said} == {str(log_file())}
    line = f"digitpad: something went wrong unexpectedly; {log_file()} says what"
    assert [each.endswith(line) for each in done.stderr.splitlines()] == [True] * 3
    written = log_file().read_text()
    for place in ("a slot", "a thread of Qt", "a thread of Python"):
        assert f"ValueError: in {place}\n" in written
    assert "WARNING digitpad.qt [MainThread] default: Qt is not content" in written


def test_verbose_shows_tracebacks_in_the_terminal():
    done = faulty_process("--verbose")
    assert done.stderr.count("Traceback (most recent call last):") == 3
    assert "Qt is not content" in done.stderr


@pytest.fixture
def show_log(pad):
    (action,) = [action for action in pad.window.findChildren(QAction) if action.text() == "Show log folder"]
    return action


def test_the_help_menu_shows_the_log_s_folder(show_log, monkeypatch):
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()) or True)
    log_folder().mkdir(parents=True)
    show_log.trigger()
    assert shown == [str(log_folder())]


def test_where_no_program_shows_folders_the_window_says_which_one_it_is(pad, show_log, monkeypatch):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    log_folder().mkdir(parents=True)
    show_log.trigger()
    box = pad.window.findChild(QMessageBox)
    assert str(log_folder()) in box.text()
    box.close()


def test_what_is_opened_and_what_is_refused_is_logged_in_english(pad, caplog, tmp_path):
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    with caplog.at_level(logging.INFO, "digitpad"):
        pad.draw(SEVEN)
        pad.answer()
        pad.qtbot.waitUntil(lambda: pad.window.findChild(TrainingPage) is not None)
        pad.window.findChild(TrainingPage).load_requested.emit(tmp_path / "broken.safetensors")
        pad.qtbot.waitUntil(lambda: "refused: broken.safetensors" in caplog.text)
    assert "pen.safetensors" in caplog.text
