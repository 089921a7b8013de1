"""The command as a process of its own: what only shows there."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad import __version__
from digitpad.ink.inkml import write_inkml
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


def test_predict_prints_json_lines_and_nothing_else(ink):
    done = run("predict", "--json", ink, capture_output=True)
    assert (done.returncode, done.stderr) == (0, "")
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [s["digit"] for s in said] == [d.label for d in drawings(6)]


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


def test_ctrl_c_while_training_ends_with_one_line(tmp_path, ink):
    folder = hand_drawn_mnist(tmp_path / "mnist")
    words = ["train", "--recipe", "pen", "--epochs", 1000, "--data", folder, "--ink", ink, "--json", "--device", "cpu"]
    command = [*COMMAND, *map(str, words), "--out", str(tmp_path / "a.safetensors")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    with process:
        assert json.loads(process.stdout.readline())["epoch"] == 1
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert err == "digitpad: stopped\n"
    assert process.returncode == 1
    assert all(json.loads(line)["event"] == "epoch" for line in out.splitlines())
    assert not list(tmp_path.glob("*.safetensors"))


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
