"""The log: what is written, when, and what happens to errors that no one catches."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import warnings

import pytest

from digitpad.storage import log
from digitpad.storage.log import log_file, log_folder, recorded

own = logging.getLogger("digitpad.test")


def fail():
    raise ValueError("a fault of the test's")


class Unwilling:
    def __del__(self):
        fail()


@pytest.fixture
def quiet_hooks(monkeypatch):
    """Python's own hooks, as a process has them: the test's own would fail the test."""
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)


def test_what_is_logged_goes_to_the_file_with_versions_before_it(capsys):
    def work():
        own.info("opened %s", "a file")
        own.debug("a detail")
        logging.getLogger("other").info("not digitpad's")
        return 3

    assert recorded(work, False) == 3
    written = log_file().read_text()
    assert "digitpad 0." in written.splitlines()[0]
    assert "digitpad.test [MainThread] opened a file" in written
    assert "numpy" in written
    assert "a detail" not in written
    assert "not digitpad's" not in written
    assert capsys.readouterr() == ("", "")


def test_verbose_goes_to_stderr_too_with_details(capsys):
    recorded(lambda: own.debug("a detail") or 0, True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "DEBUG digitpad.test [MainThread] a detail" in err


def test_afterwards_nothing_is_written_any_more(capsys):
    recorded(lambda: 0, True)
    before = log_file().read_text()
    own.critical("too late")
    assert log_file().read_text() == before
    assert "too late" not in capsys.readouterr().err


def test_the_file_stays_small_and_few_old_ones_are_kept():
    def work():
        for number in range(20_000):
            own.info("%s %s", number, "x" * 200)
        return 0

    recorded(work, False)
    files = sorted(log_folder().iterdir())
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) <= 1 << 20
    assert "19999 " in log_file().read_text()


def test_a_warning_is_in_the_file_at_once_and_one_of_python_s_too():
    def work():
        own.info("before")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(True)
            warnings.warn("something is old", DeprecationWarning, stacklevel=1)
        written = log_file().read_text()
        return 0 if "before" in written and "something is old" in written else 1

    assert recorded(work, False) == 0


def test_what_is_held_back_is_written_soon(monkeypatch):
    monkeypatch.setattr(log, "_HELD_SECONDS", 0.01)
    written = threading.Event()

    def work():
        own.info("soon")
        while not (log_file().exists() and "soon" in log_file().read_text()):
            assert not written.wait(0.01)
        return 0

    assert recorded(work, False) == 0


def test_an_unexpected_error_ends_with_status_1_and_one_line(capsys, quiet_hooks):
    called = []
    assert recorded(fail, False, lambda: called.append(True)) == 1
    assert capsys.readouterr() == ("", f"digitpad: something went wrong unexpectedly; {log_file()} says what\n")
    written = log_file().read_text()
    assert "Traceback (most recent call last):" in written
    assert "ValueError: a fault of the test's" in written
    assert called == [True]


def in_a_thread():
    thread = threading.Thread(target=fail, name="of the test")
    thread.start()
    thread.join()


def where_nothing_can_be_raised():
    Unwilling()


@pytest.mark.parametrize(
    ("work", "where"),
    [(in_a_thread, "unexpected error in of the test"), (where_nothing_can_be_raised, "Unwilling.__del__, where")],
)
def test_errors_elsewhere_are_written_and_reported(work, where, capsys, quiet_hooks):
    called = []
    assert recorded(lambda: work() or 0, False, lambda: called.append(threading.current_thread().name)) == 0
    written = log_file().read_text()
    assert where in written
    assert "ValueError: a fault of the test's" in written
    assert capsys.readouterr().err.count("\n") == 1
    assert called == ["of the test" if work is in_a_thread else "MainThread"]


def test_the_same_error_again_and_again_does_not_fill_the_log(capsys, quiet_hooks):
    def work():
        for _ in range(100):
            in_a_thread()
        return 0

    recorded(work, False)
    assert log_file().read_text().count("ValueError: a fault") == 10


def test_a_hook_that_someone_else_has_set_is_called_too(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda *given: seen.append(given[0]))
    recorded(fail, False)
    assert seen == [ValueError]


def test_a_log_that_cannot_be_written_disturbs_nothing(capsys, quiet_hooks):
    log_folder().parent.mkdir(parents=True)
    log_folder().write_text("a file where the folder should be")
    assert recorded(lambda: 5, False) == 5
    capsys.readouterr()
    recorded(fail, False)
    assert "ValueError: a fault" in capsys.readouterr().err  # the only place left


def test_it_needs_neither_qt_nor_anything_slow():
    program = """
import sys, digitpad.storage.log
print(sorted({"PySide6", "torch", "numpy", "platformdirs", "logging.handlers"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
