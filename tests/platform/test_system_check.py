import ctypes
import importlib.abc
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from digitpad import __main__
from digitpad.platform import system_check

ROOT = Path(__file__).parents[2]

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="screens and libraries are looked for on Linux only")


@pytest.fixture
def screen(monkeypatch):
    """Say which screens the environment names."""

    def say(**names):
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in names.items():
            monkeypatch.setenv(name, value)

    return say


@pytest.fixture
def lacking(monkeypatch):
    """Let libraries be missing: a plugin that needs one does not load, nor does the library itself."""

    def lack(*libraries):
        def load(name, *rest):
            for library in libraries:
                if Path(name).name in (library, "libqxcb.so"):
                    raise OSError(f"{library}: cannot open shared object file: No such file or directory")

        monkeypatch.setattr(ctypes, "CDLL", load)

    return lack


class Missing(importlib.abc.MetaPathFinder):
    """Fails the import of Qt's widgets as Python does where a library is missing."""

    def __init__(self, message):
        self.message = message

    def find_spec(self, name, path, target=None):
        if name == "PySide6.QtWidgets":
            raise ImportError(self.message)


@pytest.fixture
def broken_qt(monkeypatch):
    def break_with(message):
        monkeypatch.delitem(sys.modules, "PySide6.QtWidgets", raising=False)
        monkeypatch.delattr(PySide6, "QtWidgets", raising=False)
        monkeypatch.setattr(sys, "meta_path", [Missing(message), *sys.meta_path])

    return break_with


@linux_only
def test_without_a_screen_it_says_so(screen):
    screen()
    assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in system_check.problem()


@linux_only
@pytest.mark.parametrize(
    "names",
    [
        {"QT_QPA_PLATFORM": "offscreen"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"},
        {"QT_QPA_PLATFORM": "wayland", "DISPLAY": ":0"},
    ],
)
def test_where_x11_is_not_used_its_libraries_may_be_missing(screen, lacking, names):
    screen(**names)
    lacking("libxcb-cursor.so.0")
    assert system_check.problem() is None


@linux_only
@pytest.mark.parametrize(
    "names", [{"DISPLAY": ":0"}, {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}]
)
def test_every_library_missing_for_x11_is_named_with_its_packages(screen, lacking, names):
    screen(**names)
    lacking("libxcb-cursor.so.0", "libxkbcommon-x11.so.0")
    problem = system_check.problem()
    assert problem == (
        "Qt needs libxkbcommon-x11.so.0 and libxcb-cursor.so.0, which this system lacks. "
        "On Debian and Ubuntu: sudo apt install libxkbcommon-x11-0 libxcb-cursor0 – "
        "on Fedora: sudo dnf install libxkbcommon-x11 xcb-util-cursor"
    )


@pytest.fixture
def x11_libraries():
    """Skip where the libraries that X11 needs are missing, for then there is something else to say first."""
    try:
        ctypes.CDLL(str(Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"))
    except OSError as error:
        pytest.skip(str(error))


@linux_only
@pytest.mark.parametrize("platform", [{}, {"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "wayland-0"}])
@pytest.mark.parametrize("display", [":65000", "nonsense"])
def test_a_screen_that_cannot_be_reached_is_named(screen, x11_libraries, platform, display):
    screen(DISPLAY=display, **platform)
    assert f"DISPLAY names, {display}, cannot be reached" in system_check.problem()


@linux_only
def test_x11_without_a_screen_is_reported(screen):
    screen(QT_QPA_PLATFORM="xcb")
    assert "DISPLAY is not set" in system_check.problem()


@linux_only
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs a virtual screen")
def test_nothing_speaks_against_a_screen_that_is_there(screen, x11_libraries):
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        with os.fdopen(read) as said:
            screen(DISPLAY=f":{said.readline().strip()}")
        assert system_check.problem() is None
    finally:
        server.terminate()
        server.wait()


@linux_only
def test_the_plugin_for_x11_is_where_it_is_looked_for():
    assert (Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so").is_file()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("libEGL.so.1: cannot open shared object file: No such file or directory", "apt install libegl1"),
        ("libnew.so.9: cannot open shared object file: No such file or directory", "Qt needs libnew.so.9"),
        ("/lib/libm.so.6: version `GLIBC_2.99' not found", "Install digitpad anew"),
    ],
)
def test_a_qt_that_cannot_be_imported_is_reported(broken_qt, message, said):
    broken_qt(message)
    problem = system_check.problem()
    assert said in problem
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("version", "python", "bad"), [("6.12.0", (3, 11), 1), ("6.12.0", (3, 12), 0), ("6.11.3", (3, 11), 0)]
)
def test_the_qt_that_kills_python_is_refused(monkeypatch, version, python, bad):
    monkeypatch.setattr(PySide6, "__version__", version)
    monkeypatch.setattr(sys, "version_info", python)
    problem = system_check.problem()
    assert (problem is not None) == bool(bad)


def test_the_command_says_it_in_one_line_and_makes_no_window(monkeypatch, capsys):
    monkeypatch.setattr(system_check, "problem", lambda: "Something is missing.")
    assert __main__.main([]) == 1
    assert capsys.readouterr() == ("", "digitpad: Something is missing.\n")


def said_by_a_process(**screens):
    """The one line with which the command ends where the environment names some screens."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    env = {name: value for name, value in os.environ.items() if name not in hidden} | screens
    command = [sys.executable, "-m", "digitpad"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    return done.stderr


@linux_only
@pytest.mark.parametrize("screens", [{}, {"QT_QPA_PLATFORM": "xcb"}])
def test_a_process_without_a_screen_ends_with_a_sentence_not_with_a_core_dump(screens):
    assert said_by_a_process(**screens).startswith("digitpad: There is no screen")


@linux_only
def test_a_process_whose_screen_cannot_be_reached_ends_with_a_sentence(x11_libraries):
    assert said_by_a_process(DISPLAY=":65000").startswith("digitpad: The screen that DISPLAY names, :65000,")


def test_a_subcommand_needs_no_screen(monkeypatch, capsys, screen):
    screen()
    monkeypatch.setattr(system_check, "problem", lambda: "never asked")
    assert __main__.main(["recipes"]) == 0
    assert "pen" in capsys.readouterr().out


@linux_only
def test_an_interrupted_window_ends_without_a_traceback_or_an_abort():
    script = """
import os, signal, sys
from digitpad import __main__, app
show = app.MainWindow.showEvent
def interrupted(window, event):
    show(window, event)
    os.kill(os.getpid(), signal.SIGINT)
app.MainWindow.showEvent = interrupted
sys.exit(__main__.main([]))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_the_command_imports_what_needs_no_qt_before_qt():
    script = """
import sys
from digitpad import __main__, app
assert list(sys.modules).index("PySide6") > list(sys.modules).index("digitpad.services")
"""
    order = """
import sys
from digitpad import __main__
from digitpad.platform import system_check
system_check.problem = lambda: print("digitpad.services" in sys.modules, "PySide6" in sys.modules) or "enough"
__main__.main([])
"""
    for program, said in ((script, ""), (order, "True False\n")):
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.stdout == said, done.stderr
