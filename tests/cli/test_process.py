"""The command as a process of its own: what only shows there."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad import __version__
from digitpad.domain.recipe import Recipe
from digitpad.ink.formats.export import to_png
from digitpad.ink.formats.inkml import write_inkml
from digitpad.reading.load import load_checkpoint
from digitpad.storage.log import log_file
from digitpad.storage.recipe_store import save_recipe
from digitpad.storage.run_store import list_runs, runs_folder
from tests.hand_drawn import drawings
from tests.learning.idx_files import hand_drawn_mnist

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "error", "-m", "digitpad"]


def run(*words, **kwargs):
    return subprocess.run([*COMMAND, *map(str, words)], stdin=subprocess.DEVNULL, cwd=ROOT, text=True, **kwargs)


@pytest.fixture
def ink(tmp_path):
    write_inkml(tmp_path / "ink.inkml", drawings(6))
    return tmp_path / "ink.inkml"


@pytest.fixture
def one_core():
    """One core for whatever is started: where others keep the cores busy, two threads wait for each other for long."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


def test_predict_prints_json_lines_and_nothing_else(ink):
    done = run("predict", "--json", ink, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [s["digit"] for s in said] == [d.label for d in drawings(6)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_evaluate_shows_a_bar_where_stderr_is_a_terminal(ink):
    import pty
    import termios

    seen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    done = run("evaluate", "--json", ink, stdout=subprocess.PIPE, stderr=terminal)
    bar = os.read(seen, 10_000).decode()
    os.close(terminal)
    os.close(seen)
    assert (done.returncode, json.loads(done.stdout)["n"]) == (0, 60)
    assert "reading" in bar
    assert "/60" in bar
    assert "reading" not in run("evaluate", ink, capture_output=True).stderr


def test_wrong_words_and_wrong_files_end_with_status_2_and_one_line(tmp_path):
    for words in (["draw"], ["evaluate", tmp_path]):
        done = run(*words, capture_output=True)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_version_help_and_wrong_words_need_neither_torch_nor_qt_nor_numpy():
    program = """
import sys
from digitpad.__main__ import main
for words in (["--version"], ["--help"], ["predict", "--help"], ["draw"], ["train", "--epochs", "0"]):
    try:
        main(words)
    except SystemExit:
        pass
print(sorted({"torch", "torchvision", "PySide6", "numpy", "PIL"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines()[0] == f"digitpad {__version__}"
    assert done.stdout.splitlines()[-1] == "[]"


FRESH = """
import sys
from digitpad.__main__ import main
status = main(sys.argv[1:])
print(status, sorted({"torch", "torchvision", "PySide6", "scipy", "sklearn"} & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "--json", "ink.inkml"],
        ["predict", "seven.png", "ink.inkml"],
        ["predict", "--checkpoint", "network.onnx", "ink.inkml"],
        ["evaluate", "--device", "cpu", "--page", "page.html", "ink.inkml"],
        ["evaluate", "--json", "mnist"],
        ["export", "--format", "onnx", "--json", "out.onnx"],
    ],
    ids=" ".join,
)
def test_reading_imports_neither_torch_nor_qt(ink, words):
    hand_drawn_mnist(ink.parent / "mnist", 1)
    (ink.parent / "seven.png").write_bytes(to_png(drawings(1)[7].ink))
    if "network.onnx" in words:
        run("export", ink.parent / "network.onnx")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", FRESH, *words], capture_output=True, text=True, cwd=ink.parent, env=environment
    )
    assert (done.stdout.splitlines()[-1], done.stderr) == ("0 []", "")


def test_train_prints_json_lines_and_nothing_else(tmp_path, one_core):
    out_file = tmp_path / "fast.safetensors"
    words = ["train", "--data", "starter", "--recipe", "fast", "--epochs", 1, "--json", "--out", out_file]
    done = run(*words, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    epoch, finished = map(json.loads, done.stdout.splitlines())
    assert epoch.keys() == {"event", "epoch", "train_seconds", "train_loss", "test_loss", "test_accuracy"}
    assert (epoch["event"], epoch["epoch"]) == ("epoch", 1)
    assert epoch["test_accuracy"] > 0.85
    assert finished.keys() == {"event", "checkpoint", "train_seconds", "test_accuracy"}
    assert (finished["event"], finished["checkpoint"]) == ("finished", str(out_file))
    assert finished["train_seconds"] == epoch["train_seconds"] > 0
    assert load_checkpoint(out_file).info.recipe == "fast"


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
def test_ctrl_c_while_training_saves_and_says_how_to_go_on(tmp_path, one_core):
    folder, recipe = hand_drawn_mnist(tmp_path / "mnist"), tmp_path / "long.json"
    save_recipe(recipe, Recipe(id="long", title="Long", network="five-by-five", epochs=1000))
    words = ["train", "--recipe", recipe, "--data", folder, "--json", "--device", "cpu"]
    command = [*COMMAND, *map(str, words), "--out", str(tmp_path / "a.safetensors")]
    # A group of its own, as a terminal gives one to a command.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )
    with process:
        assert json.loads(process.stdout.readline())["epoch"] == 1
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 1
    assert all(json.loads(line)["event"] == "epoch" for line in out.splitlines())
    (reported,) = [line for line in err.splitlines() if "--resume" in line]
    (info,) = list_runs(runs_folder())
    assert reported.endswith(f"Go on with --resume {info.id}")
    assert info.state == "stopped"
    assert load_checkpoint(tmp_path / "a.safetensors").info.run == info.id
    more = info.epochs_done + 1
    words = ["--resume", tmp_path / "a.safetensors", "--epochs", more, "--json"]
    done = run("train", *words, "--out", tmp_path / "b.safetensors", capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line).get("epoch") for line in done.stdout.splitlines()] == [more, None]


def test_a_reader_that_has_seen_enough_is_no_error(ink):
    read, write = os.pipe()
    os.close(read)
    done = run("predict", *[ink] * 3, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_cannot_be_written_is_one_line(ink):
    with Path("/dev/full").open("w") as full:
        done = run("predict", ink, stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "No space left" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes stdout")
def test_a_closed_stdout_is_no_traceback(ink):
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "predict", str(ink)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert "Traceback" not in done.stderr


def test_an_unexpected_error_is_one_line_that_names_the_log_and_status_1(ink):
    program = """
import sys
from digitpad.__main__ import main
from digitpad.ink.formats import opening

def fail(path):
    raise ValueError("out of luck")

opening.open_inks = fail
sys.exit(main(sys.argv[1:]))
"""
    words = [sys.executable, "-c", program, "predict", str(ink)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    line = f"digitpad: something went wrong unexpectedly; {log_file()} says what\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)
    assert "ValueError: out of luck" in log_file().read_text()
    assert "Traceback" in subprocess.run([*words, "--verbose"], capture_output=True, text=True, cwd=ROOT).stderr


def test_verbose_tells_on_stderr_what_was_opened_and_leaves_stdout_alone(ink):
    quiet, verbose = (run("predict", ink, *words, capture_output=True) for words in ([], ["--verbose"]))
    assert quiet.stdout == verbose.stdout
    assert quiet.stderr == ""
    assert f"opened {ink}: 60 drawings" in verbose.stderr
    assert f"opened {ink}: 60 drawings" in log_file().read_text()
