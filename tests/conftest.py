"""What every test gets: Qt without a screen, settings of its own, English words, and no thread left behind.

Qt warnings and exceptions in slots fail a test too: pytest-qt sees to that, as `pyproject.toml` asks.
`tests/test_platform.py` shows that each of these alarms rings.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from functools import partialmethod
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"

import pytest
import shiboken6
from hypothesis import settings
from PySide6.QtCore import QSettings, QThread
from pytestqt.qtbot import QtBot

# A property holds on a slow or busy machine too.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A shell that starts the tests in its background has them ignore Ctrl+C, and so would the processes that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SLOW = (
    *("app", "fuzz", "kill", "test_packaging.py", "test_platform.py", "platform/test_torch_import.py"),
    *("cli/test_process.py", "cli/test_train.py", "learning/training", "learning/models", "synthesis"),
    *("learning/data/test_download.py", "reading/foreign", "reading/teaching", "reading/test_hostile.py"),
    *("reading/test_reader.py", "reading/evaluation/test_page.py", "ink/raster/test_picture.py"),
)
"""Folders and files that are left to the slow half: whole windows, processes and runs, training, foreign and hostile
networks, and thousands of drawings."""

PATIENCE = 60_000
"""Milliseconds that a test waits for what must happen: on a busy machine everything takes long, and a fault longer."""


class PatientBot(QtBot):
    """Waits a minute where pytest-qt gives up after one second or five."""

    waitUntil = partialmethod(QtBot.waitUntil, timeout=PATIENCE)
    waitSignal = partialmethod(QtBot.waitSignal, timeout=PATIENCE)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=PATIENCE)
    waitExposed = partialmethod(QtBot.waitExposed, timeout=PATIENCE)
    waitActive = partialmethod(QtBot.waitActive, timeout=PATIENCE)


def pytest_configure():
    # A thread that collects what is left of a window lets Shiboken delete its widgets twice. The window collects in its
    # own thread; without a window, tests do.
    gc.disable()


def pytest_runtest_teardown():
    if gc.get_count()[0] > 50_000:
        gc.collect()


def pytest_collection_modifyitems(items):
    """Mark as slow what `SLOW` names."""
    here = Path(__file__).parent
    for item in items:
        if any(item.path.is_relative_to(here / name) for name in SLOW):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def qtbot(qapp, request):
    """pytest-qt's, with patience."""
    return PatientBot(request)


def _set_home(home, monkeypatch):
    for name in ("config", "data", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))


@pytest.fixture(scope="session", autouse=True)
def home_of_fixtures(tmp_path_factory):
    """Keep what a module's fixtures store away from the person's folders too: they are made before those of a test."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        _set_home(tmp_path_factory.mktemp("home"), monkeypatch)
        yield


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory, monkeypatch):
    """Keep what a test or a process that it starts stores in a folder of its own, away from the person's."""
    home = tmp_path_factory.mktemp("home")
    _set_home(home, monkeypatch)
    # Qt looks at the environment once only, so this process is told as well.
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(home / "config"))


@pytest.fixture(autouse=True)
def plain_style(request):
    """Give the application back its style, colours and font, which all later tests would have otherwise."""
    if "qapp" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("qapp")
    font, palette, style = app.font(), app.palette(), app.style().name()
    yield
    if app.styleSheet():
        app.setStyleSheet("")
        app.setStyle(style)
        app.setPalette(palette)
        app.setFont(font)
        app.styleHints().unsetColorScheme()


def _data_set(*parts: str) -> Path:
    """A data set in the folder that DIGITPAD_DATA_DIR names; without it, the test is skipped."""
    folder = os.environ.get("DIGITPAD_DATA_DIR")
    if not folder:
        pytest.skip("DIGITPAD_DATA_DIR names no folder with data sets")
    path = Path(folder, *parts)
    if not path.exists():
        pytest.skip(f"{path} does not exist")
    return path


@pytest.fixture(scope="session")
def mnist():
    """The folder with MNIST's four files."""
    return _data_set("mnist")


@pytest.fixture(scope="session")
def pen_digits():
    """The InkML file of digits written on a tablet by 30 people."""
    return _data_set("pendigits", "train.inkml")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Let what a test printed and logged travel between processes: a file's name may hold what UTF-8 cannot."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True)
def no_thread_left():
    """Fail a test that leaves a thread running, Python's or Qt's."""
    before = _running()
    yield
    left = _running() - before
    assert not left, f"threads left behind: {left}"


def _running() -> set[threading.Thread | QThread]:
    # A dummy stands for a thread that Python did not start, long after its end: the list of Qt's threads covers those.
    python = {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)}
    qt = {thing for thing in shiboken6.getAllValidWrappers() if isinstance(thing, QThread) and thing.isRunning()}
    return python | (qt - {QThread.currentThread()})
