"""The subcommands train and recipes, called in this process."""

import contextlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tqdm import tqdm

import digitpad.learning.data.download
import digitpad.learning.training.runs
import digitpad.storage.run_store
from digitpad.cli.train_progress import TrainProgress
from digitpad.domain.errors import DigitpadError, Message
from digitpad.domain.recipe import Recipe
from digitpad.domain.reports import Preparing, StepsReport
from digitpad.domain.run import RunInfo
from digitpad.ink.formats.inkml import write_inkml
from digitpad.learning.data.images import read_mnist
from digitpad.learning.models.checkpoints import as_network
from digitpad.learning.training.loop import normalised
from digitpad.learning.training.recipes import RECIPES
from digitpad.reading.load import load_checkpoint
from digitpad.storage.datasets import download_folder
from digitpad.storage.io import data_folder
from digitpad.storage.recipe_store import keep_recipe, save_recipe
from digitpad.storage.run_store import find_run, list_runs, runs_folder
from tests.hand_drawn import drawings
from tests.learning.idx_files import hand_drawn_mnist
from tests.learning.small_checkpoint import same

OWN = Recipe(id="own", title="My own", network="five-by-five", epochs=2, batch=10)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing is downloaded: whoever tries gets what a machine without a network says."""

    def offline(folder, *_):
        raise DigitpadError("MNIST could not be downloaded: there is no network.")

    monkeypatch.setattr(digitpad.learning.data.download, "download_mnist", offline)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch):
    """One thread of torch, and none of tqdm's for bars that stand still."""
    monkeypatch.setattr(digitpad.learning.training.runs, "cores", lambda: 1)
    monkeypatch.setattr(tqdm, "monitor_interval", 0)


@pytest.fixture
def own(tmp_path):
    """Words for a training of a second."""
    save_recipe(tmp_path / "own.json", OWN)
    return ["--recipe", "own.json", "--data", hand_drawn_mnist(tmp_path / "mnist"), "--device", "cpu"]


@pytest.fixture
def data(tmp_path):
    """Words for a short training."""
    write_inkml(tmp_path / "pen.inkml", drawings(6))
    folder = hand_drawn_mnist(tmp_path / "mnist")
    recipe = replace(RECIPES["pen"], network="small", epochs=1, digit_styles=10, outliers=60, validation_images=5)
    save_recipe(tmp_path / "pen.json", recipe)
    return ["--recipe", "pen.json", "--data", folder, "--ink", tmp_path / "pen.inkml", "--device", "cpu"]


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
    assert (info.seed, info.epochs, info.test_accuracy) == (5, 2, None)  # these are not MNIST's test images
    assert [path.name for path in out_file.parent.iterdir()] == ["mine.safetensors"]
    assert call("predict", "--checkpoint", out_file, seven)[0] == 0


def test_train_finds_its_data_and_its_file_s_name_by_itself(call, data, tmp_path, monkeypatch):
    (tmp_path / "pendigits").mkdir()
    (tmp_path / "pen.inkml").rename(tmp_path / "pendigits" / "train.inkml")
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path))
    status, out, err = call("train", "--recipe", "pen.json", "--device", "cpu", "--hold-out", "10")
    assert (status, err) == (0, [])
    assert out[0].startswith("epoch   1/1")
    assert out[1].startswith("wrote pen.safetensors: ")
    assert "held out" in out[0]
    assert str(load_checkpoint(tmp_path / "pen.safetensors").info.data).startswith(
        "mnist, 30 training images; 50 pen digits"
    )


def test_without_a_word_the_user_s_data_folder_is_looked_into(call, fails, data, tmp_path, monkeypatch):
    folder = data_folder()
    if not folder.is_relative_to(tmp_path.parent):
        pytest.skip("this system's data folder cannot be moved")
    words = ["train", "--recipe", "pen.json", "--device", "cpu"]
    assert (folder.name, "digitpad" in folder.parent.parts) == ("digitpad", False)
    assert "there is no network. Try again, name a folder with --data, or" in fails(*words)
    folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "mnist").rename(folder / "mnist")
    line = fails(*words)
    assert f"{folder / 'pendigits' / 'train.inkml'} does not exist" in line
    assert "name one with --ink on the command line, or choose another recipe" in line
    (folder / "pendigits").mkdir()
    (tmp_path / "pen.inkml").rename(folder / "pendigits" / "train.inkml")
    assert call(*words)[0] == 0
    monkeypatch.setenv("DIGITPAD_DATA_DIR", "")
    assert data_folder() == folder


def test_the_images_of_a_recipe_are_reported_in_lines_and_left_out_of_json(call, own):
    save_recipe(Path("own.json"), replace(OWN, samples_before=12, samples_after=4, outputs_after=1))
    status, out, err = call("train", *own)
    assert (status, err) == (0, [])
    before, epoch, _, after, outputs, wrote = out
    # The hand-drawn digits come from 0 to 9, writer by writer.
    assert before == "first training images: labels 0 1 2 3 4 5 6 7 8 9 0 1"
    assert (epoch[:5], wrote[:5]) == ("epoch", "wrote")
    network = as_network(load_checkpoint(Path("own.safetensors")))
    test = read_mnist(own[3], "test").pixels[:4]
    with torch.no_grad():
        results = network(normalised(test, OWN.mean, OWN.std)).softmax(1)
    assert after == f"first test images: read as {' '.join(map(str, results.argmax(1).tolist()))}, labels 0 1 2 3"
    assert outputs == "outputs for test image 1:  " + "  ".join(f"{n}: {p:.1%}" for n, p in enumerate(results[0]))
    status, out, err = call("train", *own, "--json")
    assert [json.loads(line)["event"] for line in out] == ["epoch", "epoch", "finished"]
    assert (status, err) == (0, [])


@pytest.fixture
def no_training(monkeypatch):
    """Fails the test if a training starts."""
    monkeypatch.setattr(digitpad.learning.training.runs, "run", lambda *_, **__: pytest.fail("training has started"))


def test_a_place_that_cannot_be_written_to_is_refused_before_the_training(fails, data, tmp_path, no_training):
    assert "nowhere" in fails("train", *data, "--out", tmp_path / "nowhere" / "a.safetensors")
    assert "is a folder" in fails("train", *data, "--out", tmp_path)
    (tmp_path / "file").touch()
    assert "does not exist" in fails("train", *data, "--out", tmp_path / "file" / "a.safetensors")


def test_a_name_that_no_file_can_have_is_refused_before_the_training(fails, data, no_training):
    assert "cannot be a file (File name too long)" in fails("train", *data, "--out", "x" * 300)
    assert "its name is not valid" in fails("train", *data, "--out", "a\0b")
    if Path("/dev/null").is_char_device():
        assert "is a device" in fails("train", *data, "--out", "/dev/null")


def test_a_link_to_a_folder_that_is_gone_is_refused_before_the_training(fails, data, tmp_path, no_training):
    try:
        (tmp_path / "link").symlink_to(tmp_path / "gone" / "a.safetensors")
    except OSError:
        pytest.skip("links cannot be made here")
    assert f"{tmp_path / 'gone'} does not exist" in fails("train", *data, "--out", tmp_path / "link")


def test_a_folder_that_may_not_be_written_to_is_a_failure_before_the_training(fails, data, tmp_path, no_training):
    closed = tmp_path / "closed"
    closed.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    if os.access(closed, os.W_OK):  # root may write everywhere but here
        closed = Path("/proc")
        if not closed.is_dir():
            pytest.skip("root may write everywhere")
    assert "cannot be written to" in fails("train", *data, "--out", closed / "a.safetensors", status=1)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_disk_that_fills_up_while_training_is_a_failure(fails, own, monkeypatch, count):
    calls = []

    def full(_):
        calls.append(1)
        if len(calls) > count:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(digitpad.storage.io.os, "fsync", full)
    assert "disk" in fails("train", *own, "--out", "a.safetensors", "--json", status=1)
    assert not Path("a.safetensors").exists()


def test_train_refuses_what_it_cannot_use(fails, data, tmp_path):
    assert "There is no recipe 'pencil'; choose one of fast, best, pen" in fails("train", "--recipe", "pencil")
    assert "--data starter" in fails("train", "--recipe", "pen")
    assert "labelled drawings" in fails("train", "--recipe", "pen", "--data", tmp_path / "mnist")
    assert "train-images" in fails("train", *data, "--data", tmp_path)
    assert "does not exist" in fails("train", *data, "--ink", tmp_path / "none.inkml")
    assert "Name one with --recipe" in fails("train")
    assert "from 1 to 1,000" in fails("train", *data, "--epochs", 1001)
    assert "from 0 to 50,000" in fails("train", *data, "--hold-out", 50_001)
    write_inkml(tmp_path / "few.inkml", drawings(2))
    assert "2 writers" in fails("train", *data, "--ink", tmp_path / "few.inkml")


@pytest.mark.skipif(torch.cuda.is_available(), reason="the device is there")
def test_a_device_that_is_not_there_is_refused(fails, data):
    assert "cuda is not available" in fails("train", *data, "--device", "cuda")


def test_the_same_seed_writes_the_same_weights(call, own, tmp_path):
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        assert call("train", *own, "--seed", seed, "--out", f"{name}.safetensors")[0] == 0
    one, again, other = (load_checkpoint(tmp_path / f"{name}.safetensors") for name in "abc")
    assert same(as_network(one), as_network(again))
    assert not same(as_network(one), as_network(other))
    assert one.info.run != again.info.run


def test_a_recipe_s_file_trains_and_so_does_one_that_was_kept(call, own, fails, tmp_path):
    assert call("train", *own)[0] == 0
    assert load_checkpoint(tmp_path / "own.safetensors").info.recipe == "own"
    assert "no recipe 'own'" in fails("train", *own, "--recipe", "own")
    keep_recipe(OWN)
    assert call("train", *own, "--recipe", "own", "--out", "kept.safetensors")[0] == 0
    one, other = load_checkpoint(tmp_path / "own.safetensors"), load_checkpoint(tmp_path / "kept.safetensors")
    assert same(as_network(one), as_network(other))


def test_a_recipe_s_file_that_cannot_be_used_is_refused(fails, own, tmp_path):
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "wild.json").write_text((tmp_path / "own.json").read_text().replace("five-by-five", "ten-by-ten"))
    assert "missing.json does not exist" in fails("train", *own, "--recipe", "missing.json")
    assert "broken.json is no recipe that can be used" in fails("train", *own, "--recipe", "broken.json")
    assert "no network 'ten-by-ten'" in fails("train", *own, "--recipe", "wild.json")


def test_recipes_lists_one_s_own_first_and_says_which_cannot_be_used(call):
    keep_recipe(OWN)
    keep_recipe(replace(OWN, id="foreign", network="ten-by-ten"))
    (keep_recipe(OWN).parent / "broken.json").write_text("{")
    status, out, err = call("recipes", "--json")
    said = {recipe["id"]: recipe for recipe in map(json.loads, out)}
    assert said["own"] == {"id": "own", "title": "My own", "network": "five-by-five", "parameters": 28_938, "epochs": 2}
    assert {"fast", "best", "classic", "five-by-five", "sgd", "mlp", "keras"} < set(said)
    assert "foreign" not in said
    assert status == 0
    assert len(err) == 1
    assert "broken.json" in err[0]


def test_mnist_is_fetched_where_it_is_nowhere(call, own, monkeypatch):
    def fetched(folder, progress, cancelled):
        assert not cancelled()
        folder.parent.mkdir(parents=True, exist_ok=True)
        progress(3, 10)
        hand_drawn_mnist(folder)

    monkeypatch.setattr(digitpad.learning.data.download, "download_mnist", fetched)
    status, out, err = call("train", "--recipe", "own.json", "--device", "cpu", "--json")
    assert (status, err) == (0, [])
    assert [json.loads(line)["event"] for line in out] == ["epoch", "epoch", "finished"]
    assert str(list_runs(runs_folder())[0].data) == "mnist, 30 training images"
    assert download_folder().is_dir()


def test_without_a_network_the_starter_set_is_offered(fails, own):
    line = fails("train", "--recipe", "own.json", "--json")
    assert "there is no network" in line
    assert "--data starter" in line
    assert list_runs(runs_folder()) == []


@pytest.mark.parametrize("variable", [True, False])
def test_mnist_that_is_there_but_broken_is_named_and_not_fetched_again(fails, own, monkeypatch, tmp_path, variable):
    monkeypatch.setattr(digitpad.learning.data.download, "download_mnist", lambda *_: pytest.fail("fetched"))
    folder = tmp_path / "some" / "mnist" if variable else download_folder()
    if variable:
        monkeypatch.setenv("DIGITPAD_DATA_DIR", str(folder.parent))
    folder.mkdir(parents=True, exist_ok=True)
    hand_drawn_mnist(folder)
    (folder / "t10k-images-idx3-ubyte").write_bytes(b"")
    line = fails("train", "--recipe", "own.json")
    assert "t10k-images" in line
    assert "--data starter" in line


def test_a_download_that_failed_is_tried_again_and_one_that_was_broken_off_goes_on(call, fails, own, monkeypatch):
    assert "there is no network" in fails("train", "--recipe", "own.json")
    download_folder().mkdir(parents=True, exist_ok=True)
    assert "there is no network" in fails("train", "--recipe", "own.json")
    hand_drawn_mnist(download_folder())
    missing = download_folder() / "t10k-images-idx3-ubyte"
    content = missing.read_bytes()
    missing.unlink()
    monkeypatch.setattr(
        digitpad.learning.data.download, "download_mnist", lambda *_: missing.write_bytes(content) and None
    )
    assert call("train", "--recipe", "own.json", "--device", "cpu")[0] == 0


def test_a_broken_mnist_in_the_named_folder_is_said_where_the_user_s_own_is_used(call, own, monkeypatch, tmp_path):
    monkeypatch.setenv("DIGITPAD_DATA_DIR", str(tmp_path / "some"))
    for folder in (download_folder(), tmp_path / "some" / "mnist"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        hand_drawn_mnist(folder)
    (tmp_path / "some" / "mnist" / "t10k-labels-idx1-ubyte").write_bytes(b"")
    status, _, err = call("train", "--recipe", "own.json", "--device", "cpu", "--json")
    assert (status, len(err)) == (0, 1)
    assert str(tmp_path / "some" / "mnist" / "t10k-labels-idx1-ubyte") in err[0]
    assert err[0].endswith(f"{download_folder()} is used instead.")


def test_a_full_disk_of_the_file_does_not_end_the_run(call, own, monkeypatch):
    written, refused = digitpad.storage.run_store.write_atomically, []

    def full(path, data):
        if path.name != "mine.safetensors":
            return written(path, data)
        refused.append(path)
        raise DigitpadError("mine.safetensors was not written, because the disk is full.")

    monkeypatch.setattr(digitpad.storage.run_store, "write_atomically", full)
    status, out, err = call("train", *own, "--epochs", 3, "--out", "mine.safetensors", "--json")
    (info,) = list_runs(runs_folder())
    assert (status, info.state, info.epochs_done, len(out)) == (1, "finished", 3, 3)
    assert len(err) == 2
    assert "disk is full. The training goes on" in err[0]
    assert err[1].endswith(f"disk is full. What was trained is in {runs_folder() / info.id}.")
    assert load_checkpoint(find_run(runs_folder(), info.id).best).info.epochs == 3


def test_the_bar_is_on_a_terminal_even_beside_json(own, monkeypatch):
    pty = pytest.importorskip("pty", reason="needs a terminal")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    terminal, stderr = pty.openpty()
    pytest.importorskip("termios").tcsetwinsize(stderr, (24, 100))
    words = ["train", *map(str, own), "--epochs", "30", "--json"]
    command = [sys.executable, "-m", "digitpad", *words]
    shown = b""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr) as process:
        os.close(stderr)
        with contextlib.suppress(OSError):  # what Linux says where nobody writes to a terminal any more
            while part := os.read(terminal, 4096):
                shown += part
        out = process.stdout.read()
    os.close(terminal)
    assert process.returncode == 0
    assert b"step/s, loss" in shown
    assert {json.loads(line)["event"] for line in out.splitlines()} == {"epoch", "finished"}


@pytest.mark.parametrize(
    "words",
    [["evaluate"], ["train", "--resume"], ["predict"], ["train", "--data", "starter", "--recipe", "fast", "--out"]],
)
def test_a_name_that_is_too_long_is_the_input_s_fault(fails, words):
    assert "File name too long" in fails(*words, "x" * 300)


# Stopping and going on.


@pytest.fixture
def interrupted(monkeypatch):
    """Presses Ctrl+C as often as asked at the first steps of a training."""

    def arm(times, kind=StepsReport):
        reported = TrainProgress.on_progress
        left = [times]

        def on_progress(reporter, report):
            reported(reporter, report)
            while isinstance(report, kind) and left[0]:
                left[0] -= 1
                signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(TrainProgress, "on_progress", on_progress)

    return arm


def test_one_ctrl_c_saves_and_the_run_goes_on_by_whatever_names_it(call, own, interrupted, monkeypatch, tmp_path):
    assert call("train", *own, "--seed", 7, "--out", "unbroken.safetensors")[0] == 0
    monkeypatch.setattr("digitpad.learning.training.loop._REPORT_SECONDS", 0)
    names = {"id": None, "folder": None, "checkpoint": tmp_path / "stopped.safetensors", "state": None}
    before = signal.getsignal(signal.SIGINT)
    for kind, name in names.items():
        known = {info.id for info in list_runs(runs_folder())}
        interrupted(1)
        status, out, err = call("train", *own, "--seed", 7, "--out", "stopped.safetensors", "--json")
        (info,) = [info for info in list_runs(runs_folder()) if info.id not in known]
        assert (status, out, info.state, info.epochs_done) == (1, [], "stopped", 0)
        assert err == [
            "digitpad: stopping; Ctrl+C again breaks off",
            f"digitpad: stopped after 0 of 2 epochs; wrote stopped.safetensors. Go on with --resume {info.id}",
        ]
        assert load_checkpoint(tmp_path / "stopped.safetensors").info.run == info.id
        folder = find_run(runs_folder(), info.id)
        name = {"id": info.id, "folder": folder.path, "state": folder.resume}.get(kind, name)
        out_file = tmp_path / f"{kind}.safetensors"
        status, out, err = call("train", "--resume", name, "--out", out_file, "--json")
        assert (status, err) == (0, [])
        assert [json.loads(line)["event"] for line in out] == ["epoch", "epoch", "finished"]
        assert [report["epoch"] for report in map(json.loads, out[:2])] == [1, 2]
        unbroken = load_checkpoint(tmp_path / "unbroken.safetensors")
        assert same(as_network(load_checkpoint(out_file)), as_network(unbroken))
    assert signal.getsignal(signal.SIGINT) is before


def test_the_bar_counts_drawings_and_then_begins_anew_with_steps(tmp_path):
    written = io.StringIO()
    with TrainProgress(tmp_path / "out.safetensors", False, None) as progress:
        bar = progress.bar = tqdm(unit="step", file=written, mininterval=0)
        for done in (1, 500):
            progress.on_progress(Preparing(done, 1000, 1.0))
            assert (bar.n, bar.total, bar.unit) == (done, 1000, "drawing")
        assert "varying drawings:  50%" in written.getvalue()
        written.truncate(0)
        progress.on_progress(RunInfo("a", "own", OWN, 0, Message("mnist"), "mnist", "cpu", "2026-01-01T00:00:00+00:00"))
        progress.on_progress(StepsReport(1, (2.3, 2.2), (0.1, 0.1), 1, 2, 40, 900.0, 0.1, 3.0))
        assert (bar.n, bar.total, bar.unit) == (2, 40, "step")
        assert "drawing" not in written.getvalue()
        assert "1000" not in written.getvalue()


def test_a_ctrl_c_while_drawings_are_varied_leaves_no_run(call, own, interrupted, tmp_path):
    save_recipe(tmp_path / "own.json", replace(OWN, digit_styles=10_000))
    interrupted(1, Preparing)
    status, out, err = call("train", *own, "--json")
    assert (status, out) == (1, [])
    assert err == [
        "digitpad: stopping; Ctrl+C again breaks off",
        "digitpad: The run was stopped before its first step; nothing was trained.",
    ]
    assert list_runs(runs_folder()) == []


def test_a_second_ctrl_c_breaks_off(call, own, interrupted):
    interrupted(2)
    status, out, err = call("train", *own)
    assert (status, out, err[-1]) == (1, [], "digitpad: stopped")
    assert list_runs(runs_folder())[0].state == "stopped"


def test_what_cannot_be_gone_on_with_is_refused(call, fails, own, blind, tmp_path):
    assert call("train", *own)[0] == 0
    (info,) = list_runs(runs_folder())
    assert "has completed all its epochs (2)" in fails("train", "--resume", info.id)
    assert "the recipe own, not fast" in fails("train", "--resume", info.id, "--recipe", "fast")
    assert "no run 'nothing'" in fails("train", "--resume", "nothing")
    assert "holds no run" in fails("train", "--resume", tmp_path)
    assert "holds no run" in fails("train", "--resume", "")
    assert "does not say which run" in fails("train", "--resume", blind)
    assert "own.json" in fails("train", "--resume", tmp_path / "own.json")
    assert not (tmp_path / "lock").exists()
    status, out, _ = call("train", "--resume", info.id, "--epochs", 3, "--json")
    assert (status, [json.loads(line).get("epoch") for line in out]) == (0, [3, None])
    find_run(runs_folder(), info.id).resume.write_bytes(b"")
    assert "resume.safetensors" in fails("train", "--resume", info.id, "--epochs", 4)


def test_a_run_goes_on_where_it_was_trained_unless_another_device_is_named(call, own, monkeypatch):
    assert call("train", *own)[0] == 0
    wanted = []

    def resume(folder, *, device, **_):
        wanted.append(device)
        raise DigitpadError("enough")

    monkeypatch.setattr(digitpad.learning.training.runs, "resume", resume)
    run = list_runs(runs_folder())[0].id
    for words in ([], ["--device", "auto"], ["--device", "cpu"]):
        assert call("train", "--resume", run, *words)[2] == ["digitpad: enough"]
    assert call("--device", "mps", "train", "--resume", run)[0] == 1
    assert wanted == [None, None, "cpu", "mps"]


# TensorBoard


def test_without_tensorboard_a_sentence_says_how_to_get_it(fails, own, monkeypatch, tmp_path, no_training):
    for name in ("tensorboard", "torch.utils.tensorboard"):
        monkeypatch.setitem(sys.modules, name, None)
    line = fails("train", *own, "--tensorboard", tmp_path / "logs")
    assert "TensorBoard is not installed" in line
    assert "pip install tensorboard" in line


def test_logs_get_every_report(call, own, monkeypatch, tmp_path):
    logged = []

    class Writer:
        def __init__(self, folder):
            assert folder == str(tmp_path / "logs")

        def add_scalar(self, name, value, step):
            logged.append((name, step))

        def close(self):
            logged.append("closed")

    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", type(sys)("fake"))
    sys.modules["torch.utils.tensorboard"].SummaryWriter = Writer
    assert call("train", *own, "--tensorboard", tmp_path / "logs", "--hold-out", 3)[0] == 0
    assert logged[-1] == "closed"
    # 27 images: two batches of ten and one of seven, twice.
    assert [step for name, step in logged[:-1] if name == "loss/step"] == [1, 2, 3, 4, 5, 6]
    assert {name for name, step in logged[:-1] if step == 6} == {
        *["loss/step", "rate", "loss/training", "loss/test"],
        *["accuracy/training", "accuracy/test", "accuracy/held out"],
    }
