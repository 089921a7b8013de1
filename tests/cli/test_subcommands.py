"""The subcommands, called in this process."""

import io
import json
import os
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from digitpad.__main__ import main
from digitpad.ink.export import to_png
from digitpad.ink.inkml import Drawing, write_inkml
from digitpad.ink.strokes import Ink
from digitpad.learning.checkpoints import Checkpoint, load_checkpoint, save_checkpoint
from digitpad.learning.networks import NETWORKS, build
from digitpad.messages import CheckpointInfo
from tests.hand_drawn import drawings, drawn
from tests.learning.idx_files import hand_drawn_mnist


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in the test's own folder, without anybody's data sets."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)


@pytest.fixture
def call(capsys):
    """Runs a command line; returns its status, its lines on stdout, and its lines on stderr."""

    def called(*words):
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as ended:
            status = ended.code
        out, err = capsys.readouterr()
        return status, out.splitlines(), err.splitlines()

    return called


@pytest.fixture
def refused(call):
    """Runs a command line that must end with status 2 and one line on stderr; returns that line."""

    def called(*words, status=2):
        ended, out, err = call(*words)
        assert (ended, out, len(err)) == (status, [], 1), err
        assert err[0].startswith("digitpad: ")
        assert "Traceback" not in err[0]
        return err[0]

    return called


@pytest.fixture
def seven(tmp_path):
    (tmp_path / "seven.png").write_bytes(to_png(drawn(7)))
    return tmp_path / "seven.png"


@pytest.fixture
def ink(tmp_path):
    write_inkml(tmp_path / "ink.inkml", [Drawing(drawn(3), 3, None, "a"), Drawing(Ink(), None, None, "b")])
    return tmp_path / "ink.inkml"


@pytest.fixture
def blind(tmp_path):
    """A checkpoint that sees nothing and always says 4."""
    network = build([["flatten"], ["linear", 10]]).eval()
    with torch.no_grad():
        network[1].weight.zero_()
        network[1].bias.copy_(5.0 * (torch.arange(10) == 4))
    info = CheckpointInfo("blind", "custom", [["flatten"], ["linear", 10]])
    save_checkpoint(tmp_path / "blind.safetensors", Checkpoint(network, info))
    return tmp_path / "blind.safetensors"


# predict


def test_predict_reads_a_picture(call, seven):
    status, out, err = call("predict", seven, "--json")
    (said,) = map(json.loads, out)
    assert (status, err) == (0, [])
    assert said.keys() == {"file", "index", "digit", "confidence", "probabilities"}
    assert (said["file"], said["index"], said["digit"]) == (str(seven), 0, 7)
    assert said["confidence"] == max(said["probabilities"]) == said["probabilities"][7]
    assert sum(said["probabilities"]) == pytest.approx(1)


@pytest.mark.parametrize("ending", ["jpg", "bmp", "webp", "PNG"])
def test_predict_reads_every_format(call, seven, ending):
    path = seven.with_name(f"seven-{ending}.{ending}")
    Image.open(seven).convert("RGB").save(path)
    _, out, _ = call("predict", "--json", path)
    assert json.loads(out[0])["digit"] == 7


def test_predict_reads_every_drawing_of_every_file_in_order(call, seven, ink):
    status, out, err = call("predict", "--json", ink, seven, ink)
    said = [json.loads(line) for line in out]
    assert (status, err) == (0, [])
    assert [(s["file"], s["index"], s["digit"]) for s in said] == [
        *[(str(ink), 0, 3), (str(ink), 1, None)],
        (str(seven), 0, 7),
        *[(str(ink), 0, 3), (str(ink), 1, None)],
    ]
    assert said[1]["probabilities"] == [0.1] * 10


def test_predict_speaks_to_people(call, seven, ink):
    _, out, _ = call("predict", seven, ink)
    assert [line.split()[2] for line in out] == ["7", "3", "no"]
    assert out[0].endswith("%")
    assert out[2].endswith("no digit")


def test_one_bad_file_does_not_keep_the_others_from_being_read(call, seven, ink, tmp_path):
    (tmp_path / "broken.png").write_bytes(seven.read_bytes()[:300])
    status, out, err = call("predict", "--json", tmp_path / "broken.png", seven, tmp_path / "none.png", ink)
    assert status == 2
    assert [json.loads(line)["digit"] for line in out] == [7, 3, None]
    assert len(err) == 2
    assert "broken.png" in err[0]
    assert "none.png" in err[1]


def test_predict_refuses_what_it_cannot_read(refused, seven, tmp_path):
    Image.new("L", (9, 9)).save(tmp_path / "a.gif")
    (tmp_path / "text.png").write_text("7")
    (tmp_path / "cut.png").write_bytes(seven.read_bytes()[:200])
    (tmp_path / "empty.png").touch()
    (tmp_path / "cut.inkml").write_text("<ink><trace>1 2, 3")
    (tmp_path / "none.inkml").write_text('<ink xmlns="http://www.w3.org/2003/InkML"/>')
    (tmp_path / "folder").mkdir()
    for name in ("a.gif", "text.png", "cut.png", "empty.png", "cut.inkml", "none.inkml", "folder", "missing.png"):
        assert name in refused("predict", tmp_path / name)
    assert "does not exist" in refused("predict", "missing.png", "--json")
    refused("predict", "line\nbreak.png")
    refused("predict", "a\0b.png")


def test_a_name_that_the_terminal_cannot_show_is_escaped(monkeypatch, seven):
    for name in ("sieben-七.png", "\udcff.png"):
        try:
            path = seven.with_name(name)
            path.write_bytes(seven.read_bytes())
        except OSError:
            continue  # the file system takes no such name
        out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["predict", name]) == 0
        assert out.buffer.getvalue().split()[2] == b"7"


@pytest.mark.parametrize("before", [True, False])
def test_a_checkpoint_may_stand_before_or_after_the_subcommand(call, seven, blind, before):
    words = ["predict", "--json", seven]
    where = 0 if before else 1
    words[where:where] = ["--checkpoint", blind]
    status, out, _ = call(*words)
    assert (status, json.loads(out[0])["digit"]) == (0, 4)


def test_the_later_checkpoint_counts(call, seven, blind):
    status, out, _ = call("--checkpoint", "missing.pt", "predict", "--checkpoint", blind, seven, "--json")
    assert (status, json.loads(out[0])["digit"]) == (0, 4)


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_checkpoint_that_cannot_be_used_is_refused(refused, seven, tmp_path, command):
    (tmp_path / "cut.safetensors").write_bytes(b"\x40\0\0")
    for name in ("cut.safetensors", "missing.safetensors", "seven.png"):
        assert name in refused(command, "--checkpoint", tmp_path / name, seven)


# evaluate


def test_evaluate_counts_on_ink(call, tmp_path, blind):
    write_inkml(
        tmp_path / "ink.inkml", [*drawings(2), Drawing(Ink(), 4, None, "x"), Drawing(drawn(1), None, None, "y")]
    )
    status, out, err = call("evaluate", "--json", "--checkpoint", blind, tmp_path / "ink.inkml")
    (said,) = map(json.loads, out)
    assert (status, err) == (0, [])
    assert said.keys() == {"n", "accuracy", "confusion", "errors", "refused", "ece"}
    assert (said["n"], said["accuracy"], said["refused"]) == (21, 3 / 21, 1)
    assert [row[4] for row in said["confusion"]] == [2, 2, 2, 2, 3, 2, 2, 2, 2, 2]
    assert np.sum(said["confusion"]) == 21
    assert [error["label"] for error in said["errors"]] == [*range(4), *range(5, 10)] * 2
    sure = np.exp(5) / (np.exp(5) + 9)
    assert said["ece"] == pytest.approx(sure - 3 / 21, abs=1e-6)


def test_evaluate_reads_a_folder_of_mnist_and_speaks_to_people(call, tmp_path):
    status, out, err = call("evaluate", hand_drawn_mnist(tmp_path / "mnist", 2), "--device", "cpu")
    assert (status, err) == (0, [])
    assert out[0] == "100.00% of 20 read right, 0 wrong, 0 refused"
    assert len(out) == 14


def test_evaluate_refuses_what_it_cannot_read(refused, tmp_path, seven):
    folder = hand_drawn_mnist(tmp_path / "mnist", 1)
    (folder / "t10k-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03")
    assert "t10k-images" in refused("evaluate", folder)
    write_inkml(tmp_path / "plain.inkml", [Drawing(drawn(1), None, None, "y")])
    assert "no labelled drawing" in refused("evaluate", tmp_path / "plain.inkml", "--json")
    assert "missing" in refused("evaluate", tmp_path / "missing")
    refused("evaluate", seven)
    (tmp_path / "none").mkdir()
    assert "t10k-images" in refused("evaluate", tmp_path / "none")


# recipes


def test_recipes_lists(call):
    status, out, err = call("recipes", "--json")
    said = {recipe["id"]: recipe for recipe in map(json.loads, out)}
    assert (status, err) == (0, [])
    assert said["pen"].keys() == {"id", "title", "network", "parameters", "epochs"}
    assert (said["pen"]["network"], said["pen"]["parameters"]) == ("reader", 224_562)
    assert all(recipe["network"] in NETWORKS and recipe["epochs"] > 0 for recipe in said.values())
    _, plain, _ = call("recipes")
    assert [line.split()[0] for line in plain] == list(said)


# train


@pytest.fixture
def data(tmp_path):
    """Words for a short training."""
    write_inkml(tmp_path / "pen.inkml", drawings(6))
    folder = hand_drawn_mnist(tmp_path / "mnist")
    return ["--recipe", "pen", "--epochs", "1", "--data", folder, "--ink", tmp_path / "pen.inkml", "--device", "cpu"]


def test_train_writes_a_checkpoint_that_predict_reads(call, data, seven, tmp_path):
    out_file = tmp_path / "out" / "mine.safetensors"
    out_file.parent.mkdir()
    status, out, err = call("train", *data, "--epochs", 2, "--seed", 5, "--out", out_file, "--json")
    first, second, finished = map(json.loads, out)
    assert (status, err) == (0, [])
    assert first.keys() == {"event", "epoch", "train_seconds", "train_loss", "test_loss", "test_accuracy"}
    assert [first["event"], second["event"], finished["event"]] == ["epoch", "epoch", "finished"]
    assert (first["epoch"], second["epoch"]) == (1, 2)
    assert finished == {
        "event": "finished",
        "checkpoint": str(out_file),
        "train_seconds": second["train_seconds"],
        "test_accuracy": second["test_accuracy"],
    }
    info = load_checkpoint(out_file).info
    assert (info.seed, info.epochs, info.test_accuracy) == (5, 2, second["test_accuracy"])
    assert [path.name for path in out_file.parent.iterdir()] == ["mine.safetensors"]
    assert call("predict", "--checkpoint", out_file, seven)[0] == 0


def test_train_finds_its_data_and_its_file_s_name_by_itself(call, data, tmp_path, monkeypatch):
    (tmp_path / "pendigits").mkdir()
    (tmp_path / "pen.inkml").rename(tmp_path / "pendigits" / "train.inkml")
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path))
    status, out, err = call("train", "--recipe", "pen", "--epochs", "1", "--device", "cpu", "--hold-out", "10")
    assert (status, err) == (0, [])
    assert out[0].startswith("epoch   1/1")
    assert out[1].startswith("wrote pen.safetensors: ")
    assert load_checkpoint(tmp_path / "pen.safetensors").info.test_accuracy is None


def test_the_same_seed_writes_the_same_bytes(call, data, tmp_path):
    for name in "ab":
        assert call("train", *data, "--out", f"{name}.safetensors")[0] == 0
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


@pytest.fixture
def no_training(monkeypatch):
    """Fails the test if a training starts."""
    import digitpad.learning.runs

    monkeypatch.setattr(digitpad.learning.runs, "run_recipe", lambda *_: pytest.fail("training has started"))


def test_a_place_that_cannot_be_written_to_is_refused_before_the_training(refused, data, tmp_path, no_training):
    assert "nowhere" in refused("train", *data, "--out", tmp_path / "nowhere" / "a.safetensors")
    assert "is a folder" in refused("train", *data, "--out", tmp_path)
    (tmp_path / "file").touch()
    assert "does not exist" in refused("train", *data, "--out", tmp_path / "file" / "a.safetensors")


def test_a_folder_that_may_not_be_written_to_is_a_failure_before_the_training(refused, data, tmp_path, no_training):
    closed = tmp_path / "closed"
    closed.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    if os.access(closed, os.W_OK):  # root may write everywhere but here
        closed = Path("/proc")
        if not closed.is_dir():
            pytest.skip("root may write everywhere")
    assert "cannot be written to" in refused("train", *data, "--out", closed / "a.safetensors", status=1)


def test_a_disk_that_fills_up_while_training_is_a_failure(call, data, monkeypatch):
    import digitpad.files

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(digitpad.files.os, "fsync", full)
    status, out, err = call("train", *data, "--out", "a.safetensors", "--json")
    assert (status, len(out), len(err)) == (1, 1, 1)
    assert "disk is full" in err[0]


def test_train_refuses_what_it_cannot_use(refused, data, tmp_path):
    assert "There is no recipe 'pencil'; choose one of pen" in refused("train", "--recipe", "pencil")
    assert "--data" in refused("train", "--recipe", "pen")
    assert "--ink" in refused("train", "--recipe", "pen", "--data", tmp_path / "mnist")
    assert "train-images" in refused("train", *data, "--data", tmp_path)
    assert "does not exist" in refused("train", *data, "--ink", tmp_path / "none.inkml")
    assert "at most 29" in refused("train", *data, "--hold-out", 30)
    write_inkml(tmp_path / "few.inkml", drawings(2))
    assert "2 writers" in refused("train", *data, "--ink", tmp_path / "few.inkml")


@pytest.mark.skipif(torch.cuda.is_available(), reason="the device is there")
def test_a_device_that_is_not_there_is_refused(refused, data, tmp_path):
    write_inkml(tmp_path / "ink.inkml", drawings(1))
    assert "cuda is not available" in refused("train", *data, "--device", "cuda")
    assert "cuda is not available" in refused("evaluate", tmp_path / "ink.inkml", "--device", "cuda")
    assert "cuda is not available" in refused("--device", "cuda", "predict", tmp_path / "ink.inkml")


# Failures of its own.


def test_ctrl_c_ends_with_one_line(refused, seven, monkeypatch):
    import digitpad.learning.recognizer

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(digitpad.learning.recognizer, "open_recognizer", interrupted)
    assert refused("predict", seven, status=1) == "digitpad: stopped"


def test_a_library_that_is_missing_is_a_failure_in_one_line(refused, seven, monkeypatch):
    monkeypatch.setitem(sys.modules, "digitpad.learning.recognizer", None)
    assert "could not be loaded" in refused("predict", seven, status=1)


# Words.


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["draw"], "'draw'"),
        (["--colour"], "--colour"),
        (["predict"], "FILE"),
        (["predict", "--checkpoint"], "--checkpoint"),
        (["predict", "a.png", "--device", "cpu"], "--device"),
        (["evaluate"], "DATA"),
        (["evaluate", "a", "b"], "b"),
        (["evaluate", "a", "--device", "tpu"], "tpu"),
        (["train"], "--recipe"),
        (["train", "--recipe", "pen", "--epochs", "0"], "'0'"),
        (["train", "--recipe", "pen", "--epochs", "-1"], "'-1'"),
        (["train", "--recipe", "pen", "--epochs", "1.5"], "'1.5'"),
        (["train", "--recipe", "pen", "--epochs", "²"], "'²'"),
        (["train", "--recipe", "pen", "--epochs", "9" * 5000], "whole number"),
        (["train", "--recipe", "pen", "--hold-out", "0"], "'0'"),
        (["train", "--recipe", "pen", "--seed", "-1"], "'-1'"),
        (["train", "--recipe", "pen", "--seed", str(2**63)], "whole number"),
        (["train", "--recipe", "pen", "--seed", "one"], "'one'"),
        (["recipes", "--checkpoint", "a.pt"], "--checkpoint"),
        (["recipes", "two\nlines"], "two lines"),
        (["--json", "recipes"], "--json"),
        ([""], "''"),
    ],
)
def test_wrong_words_end_with_one_line(refused, words, said):
    line = refused(*words)
    assert said in line
    assert "--help" in line


@pytest.mark.parametrize("words", [["--help"], ["predict", "--help"], ["train", "-h"], ["--version"]])
def test_help_and_version_are_answered(call, words):
    status, out, err = call(*words)
    assert (status, err) == (0, [])
    assert out
