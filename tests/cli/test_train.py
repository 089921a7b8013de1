"""The subcommand train, called in this process."""

import json
import os
import stat
from pathlib import Path

import pytest
import torch

from digitpad.files import data_folder
from digitpad.ink.inkml import write_inkml
from digitpad.learning.checkpoints import load_checkpoint
from tests.hand_drawn import drawings
from tests.learning.idx_files import hand_drawn_mnist


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


def test_without_a_word_the_user_s_data_folder_is_looked_into(call, refused, data, tmp_path, monkeypatch):
    folder = data_folder()
    if not folder.is_relative_to(tmp_path):
        pytest.skip("this system's data folder cannot be moved")
    words = ["train", "--recipe", "pen", "--epochs", "1", "--device", "cpu"]
    assert (folder.name, "digitpad" in folder.parent.parts) == ("digitpad", False)
    line = refused(*words)
    assert f"{folder / 'mnist'} does not exist" in line
    assert "--data" in line
    folder.mkdir(parents=True)
    (tmp_path / "mnist").rename(folder / "mnist")
    line = refused(*words)
    assert f"{folder / 'pendigits' / 'train.inkml'} does not exist" in line
    assert "--ink" in line
    (folder / "pendigits").mkdir()
    (tmp_path / "pen.inkml").rename(folder / "pendigits" / "train.inkml")
    assert call(*words)[0] == 0
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path))
    assert str(tmp_path / "mnist") in refused(*words)
    monkeypatch.setenv("DIGITPAD_DATA_DIR", "")
    assert data_folder() == folder


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


def test_a_name_that_no_file_can_have_is_refused_before_the_training(refused, data, no_training):
    assert "cannot be a file (File name too long)" in refused("train", *data, "--out", "x" * 300)
    assert "its name is not valid" in refused("train", *data, "--out", "a\0b")
    if Path("/dev/null").is_char_device():
        assert "is a device" in refused("train", *data, "--out", "/dev/null")


def test_a_link_to_a_folder_that_is_gone_is_refused_before_the_training(refused, data, tmp_path, no_training):
    try:
        (tmp_path / "link").symlink_to(tmp_path / "gone" / "a.safetensors")
    except OSError:
        pytest.skip("links cannot be made here")
    assert f"{tmp_path / 'gone'} does not exist" in refused("train", *data, "--out", tmp_path / "link")


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
