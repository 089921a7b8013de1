"""The subcommands, called in this process."""

import io
import json
import re
import sys
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from digitpad.__main__ import main
from digitpad.ink.drawings import Drawing
from digitpad.ink.formats.inkml import write_inkml
from digitpad.ink.raster.render import render
from digitpad.ink.strokes import Ink
from digitpad.learning.models.checkpoints import as_checkpoint, as_network
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import load_checkpoint
from digitpad.reading.zoo import NETWORKS
from tests.digit_styles import numbers_by_style, outliers_by_style
from tests.hand_drawn import drawings, drawn
from tests.learning.idx_files import hand_drawn_mnist

# predict


def test_predict_reads_a_picture(call, seven):
    status, out, err = call("predict", seven, "--json")
    (said,) = map(json.loads, out)
    assert (status, err) == (0, [])
    assert said.keys() == {"file", "index", "digit", "text", "confidence", "probabilities", "reason"}
    assert (said["file"], said["index"], said["digit"]) == (str(seven), 0, 7)
    assert (said["text"], said["reason"]) == ("7", None)
    assert said["confidence"] == max(said["probabilities"]) == said["probabilities"][7]
    assert sum(said["probabilities"]) == pytest.approx(1)


def test_predict_reads_numbers(call, tmp_path):
    numbers = [it for own in numbers_by_style().values() for it in own][:2]
    write_inkml(tmp_path / "numbers.inkml", numbers)
    _, out, _ = call("predict", "--json", tmp_path / "numbers.inkml")
    said = [json.loads(line) for line in out]
    assert [(each["text"], each["digit"], each["reason"]) for each in said] == [
        (it.number, None, "number") for it in numbers
    ]
    assert all(0 < each["confidence"] <= 1 and sum(each["probabilities"]) == pytest.approx(1) for each in said)
    _, out, _ = call("predict", tmp_path / "numbers.inkml")
    assert [line.split()[2] for line in out] == [it.number for it in numbers]


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
    assert out[2].endswith("no digit (empty)")


def test_predict_says_why_something_is_no_digit(call, tmp_path):
    dot, heart = (outliers_by_style()[style][0].ink for style in ("dot", "symbol-heart"))
    write_inkml(tmp_path / "ink.inkml", [Drawing(ink, None, None, str(i)) for i, ink in enumerate([Ink(), dot, heart])])
    _, out, _ = call("predict", "--json", tmp_path / "ink.inkml")
    said = [json.loads(line) for line in out]
    assert [each["reason"] for each in said] == ["empty", "too small", "rejected"]
    assert [(each["digit"], each["text"]) for each in said] == [(None, "")] * 3
    _, out, _ = call("predict", "--lost", "never", tmp_path / "ink.inkml")
    assert [line.split()[2] == "no" for line in out] == [True, False, False]


def test_one_bad_file_does_not_keep_the_others_from_being_read(call, seven, ink, tmp_path):
    (tmp_path / "broken.png").write_bytes(seven.read_bytes()[:300])
    status, out, err = call("predict", "--json", tmp_path / "broken.png", seven, tmp_path / "none.png", ink)
    assert status == 2
    assert [json.loads(line)["digit"] for line in out] == [7, 3, None]
    assert len(err) == 2
    assert "broken.png" in err[0]
    assert "none.png" in err[1]


def test_predict_refuses_what_it_cannot_read(fails, seven, tmp_path):
    Image.new("L", (9, 9)).save(tmp_path / "a.gif")
    (tmp_path / "text.png").write_text("7")
    (tmp_path / "cut.png").write_bytes(seven.read_bytes()[:200])
    (tmp_path / "empty.png").touch()
    (tmp_path / "cut.inkml").write_text("<ink><trace>1 2, 3")
    (tmp_path / "none.inkml").write_text('<ink xmlns="http://www.w3.org/2003/InkML"/>')
    (tmp_path / "folder").mkdir()
    for name in ("a.gif", "text.png", "cut.png", "empty.png", "cut.inkml", "none.inkml", "folder", "missing.png"):
        assert name in fails("predict", tmp_path / name)
    assert "does not exist" in fails("predict", "missing.png", "--json")
    assert fails("predict", ".").startswith("digitpad: . is a folder or a device")
    fails("predict", "line\nbreak.png")
    fails("predict", "a\0b.png")


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


def test_predict_reads_on_the_cpu_whatever_device_is_named(call, seven):
    status, out, _ = call("--device", "cuda", "predict", seven, "--json")
    assert (status, json.loads(out[0])["digit"]) == (0, 7)


def test_the_later_checkpoint_counts(call, seven, blind):
    status, out, _ = call("--checkpoint", "missing.pt", "predict", "--checkpoint", blind, seven, "--json")
    assert (status, json.loads(out[0])["digit"]) == (0, 4)


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_checkpoint_that_cannot_be_used_is_refused(fails, seven, tmp_path, command):
    (tmp_path / "cut.safetensors").write_bytes(b"\x40\0\0")
    for name in ("cut.safetensors", "missing.safetensors", "seven.png"):
        assert name in fails(command, "--checkpoint", tmp_path / name, seven)


# evaluate


def test_evaluate_counts_a_number_as_right_when_all_of_it_is(call, tmp_path):
    number = numbers_by_style()["plain"][0]
    wrong = replace(number, number=number.number[::-1], name="wrong")
    write_inkml(tmp_path / "mixed.inkml", [Drawing(drawn(3), 3, None, "a"), number, wrong])
    _, out, _ = call("evaluate", "--json", tmp_path / "mixed.inkml")
    said = json.loads(out[0])
    assert (said["n"], said["accuracy"], said["refused"]) == (3, pytest.approx(2 / 3), 0)
    assert np.sum(said["confusion"]) == 1
    (error,) = said["errors"]
    assert (error["index"], error["label"], error["digit"]) == (2, wrong.number, number.number)
    assert call("evaluate", tmp_path / "mixed.inkml", "--page", "page.html")[0] == 0


def test_predict_and_evaluate_agree_on_a_file_of_many_drawings(call, tmp_path):
    many = drawings(52, seed=1)
    write_inkml(tmp_path / "many.xml", many)
    _, out, _ = call("predict", "--json", tmp_path / "many.xml")
    read = list(map(json.loads, out))
    assert [said["index"] for said in read] == list(range(520))
    _, (line,), _ = call("evaluate", "--json", "--device", "cpu", tmp_path / "many.xml")
    said = json.loads(line)
    wrong = [(i, d.label, r["digit"]) for i, (d, r) in enumerate(zip(many, read, strict=True)) if r["digit"] != d.label]
    assert [(error["index"], error["label"], error["digit"]) for error in said["errors"]] == wrong
    assert said["accuracy"] == pytest.approx(1 - len(wrong) / 520)
    assert said["accuracy"] > 0.97


def test_evaluate_counts_on_ink(call, tmp_path, blind):
    write_inkml(tmp_path / "ink.inkml", [*drawings(2), Drawing(Ink(), 4, "x", "e"), Drawing(drawn(1), None, None, "y")])
    status, out, err = call("evaluate", "--json", "--checkpoint", blind, tmp_path / "ink.inkml")
    (said,) = map(json.loads, out)
    assert (status, err) == (0, [])
    assert said.keys() >= {"n", "accuracy", "confusion", "errors", "refused", "ece"}
    assert (said["n"], said["accuracy"], said["refused"]) == (21, 3 / 21, 1)
    assert [row[4] for row in said["confusion"]] == [2, 2, 2, 2, 3, 2, 2, 2, 2, 2]
    assert np.sum(said["confusion"]) == 21
    assert [error["label"] for error in said["errors"]] == [*range(4), *range(5, 10)] * 2
    sure = np.exp(5) / (np.exp(5) + 9)
    assert said["ece"] == pytest.approx(sure - 3 / 21, abs=1e-6)
    assert said["digits"] == [*[0] * 4, 1, *[0] * 5]
    assert said["writers"] == [
        {"writer": "writer 0", "n": 10, "accuracy": 0.1},
        {"writer": "writer 1", "n": 10, "accuracy": 0.1},
        {"writer": "x", "n": 1, "accuracy": 1.0},
    ]
    assert said["writers_mean"] == pytest.approx(0.4)
    assert said["writers_sd"] == pytest.approx(np.std([0.1, 0.1, 1], ddof=1))
    assert sum(held["count"] for held in said["reliability"]) == 21
    assert said["errors"][0].items() >= {"index": 0, "writer": "writer 0", "name": "d0-0"}.items()
    assert [(input_error["index"], input_error["writer"]) for input_error in said["refusals"]] == [(20, "x")]


def test_evaluate_reads_a_folder_of_mnist_and_speaks_to_people(call, tmp_path):
    status, out, err = call("evaluate", hand_drawn_mnist(tmp_path / "mnist", 2), "--device", "cpu")
    assert (status, err) == (0, [])
    assert out[0] == "100.00% of 20 read right, 0 wrong, 0 refused"
    assert len(out) == 14
    assert [line.split()[-1] for line in out[4:]] == ["100.00%"] * 10


def test_evaluate_tells_people_of_writers(call, tmp_path, blind):
    made = [*drawings(4), Drawing(drawn(4), 4, "a\nb\x9b31m" + "c" * 99, "e")]
    write_inkml(tmp_path / "ink.inkml", made)
    _, out, _ = call("evaluate", "--checkpoint", blind, tmp_path / "ink.inkml")
    assert out[2] == "by writer: 28.00% ± 40.25% (mean ± standard deviation), 5 writers"
    assert out[3] == "weakest: " + ", ".join(f"writer {i} 10.00% of 10" for i in range(3))
    write_inkml(tmp_path / "one.inkml", made[-1:])
    _, out, _ = call("evaluate", "--checkpoint", blind, tmp_path / "one.inkml")
    assert out[2] == "by writer: 100.00%, 1 writer"
    assert out[3] == f"weakest: a b 31m{'c' * 32}… 100.00% of 1"


def test_evaluate_writes_a_page(call, tmp_path, blind):
    write_inkml(tmp_path / "ink.inkml", drawings(2))
    status, out, err = call("evaluate", "--checkpoint", blind, tmp_path / "ink.inkml", "--page", tmp_path / "page.html")
    assert (status, err, out[-1]) == (0, [], f"wrote {tmp_path / 'page.html'}")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "How well blind reads ink.inkml" in page
    assert page.count("<img") == 18
    status, out, err = call("evaluate", hand_drawn_mnist(tmp_path / "mnist", 1), "--json", "--page", "page.HTM")
    assert (status, err, len(out)) == (0, [], 1)
    assert "reads mnist" in (tmp_path / "page.HTM").read_text(encoding="utf-8")


def test_evaluate_writes_its_page_over_nothing_else(fails, tmp_path, blind):
    data, ink = tmp_path / "data.html", tmp_path / "ink.inkml"
    for path in (data, ink):
        write_inkml(path, drawings(1))
    before = data.read_bytes()
    (tmp_path / "link.html").symlink_to(data)
    (tmp_path / "folder.html").mkdir()
    for page in ("data.html", "link.html"):
        assert "would replace" in fails("evaluate", "--checkpoint", blind, data, "--page", page)
    assert "does not end in .html" in fails("evaluate", data, "--page", blind)
    assert "would replace" in fails("evaluate", ink, "--page", ink)
    assert "is a folder" in fails("evaluate", ink, "--page", "folder.html")
    assert "nowhere does not exist" in fails("evaluate", ink, "--page", "nowhere/page.html")
    assert "cannot be a file" in fails("evaluate", ink, "--page", "a" * 300 + ".html")
    assert data.read_bytes() == before


@pytest.fixture
def strict(tmp_path, blind):
    """A checkpoint that always says 4 and knows two thresholds; its energy score lies between them."""
    known = load_checkpoint(blind)
    info = replace(known.info, thresholds=[[0.003, 4.0], [0.01, 6.0]])
    save_checkpoint(tmp_path / "strict.safetensors", as_checkpoint(as_network(known), info))
    return tmp_path / "strict.safetensors"


@pytest.mark.parametrize(
    ("words", "is_refused"),
    [([], False), (["--lost", "never"], False), (["--lost", "0"], False), (["--lost=.01"], True)],
)
def test_the_person_says_how_many_digits_may_be_rejected(call, seven, strict, tmp_path, words, is_refused):
    _, out, _ = call("predict", "--json", "--checkpoint", strict, *words, seven)
    assert json.loads(out[0])["digit"] == (None if is_refused else 4)
    write_inkml(tmp_path / "ink.inkml", drawings(1))
    _, out, _ = call("evaluate", "--json", "--checkpoint", strict, *words, tmp_path / "ink.inkml")
    assert json.loads(out[0])["refused"] == (10 if is_refused else 0)


@pytest.mark.parametrize("share", ["1.1", "-0.1", "nan", "some", ""])
@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_share_is_from_0_to_1(fails, command, share):
    assert "neither a number from 0 to 1 nor 'never'" in fails(command, "a.inkml", f"--lost={share}")


def test_evaluate_refuses_what_it_cannot_read(fails, tmp_path, seven):
    folder = hand_drawn_mnist(tmp_path / "mnist", 1)
    (folder / "t10k-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03")
    assert "t10k-images" in fails("evaluate", folder)
    write_inkml(tmp_path / "plain.inkml", [Drawing(drawn(1), None, None, "y")])
    assert "no labelled drawing" in fails("evaluate", tmp_path / "plain.inkml", "--json")
    assert "missing" in fails("evaluate", tmp_path / "missing")
    fails("evaluate", seven)
    (tmp_path / "none").mkdir()
    assert "t10k-images" in fails("evaluate", tmp_path / "none")


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_evaluate_on_a_device_that_is_not_there_is_a_sentence(fails, tmp_path, device):
    if getattr(torch, device).is_available():
        pytest.skip(f"{device} is there")
    assert f"The device {device} is not available" in fails("evaluate", "--device", device, tmp_path)


# export


def test_export_writes_what_reads_with_onnxruntime_alone(call, tmp_path, seven):
    status, out, err = call("export", "--format", "onnx", "--json", tmp_path / "a.onnx")
    (said,) = map(json.loads, out)
    assert (status, err, said.keys()) == (0, [], {"file", "max_abs_difference"})
    assert said["file"] == str(tmp_path / "a.onnx")
    assert 0 <= said["max_abs_difference"] <= 1e-5
    session = onnxruntime.InferenceSession(said["file"], providers=["CPUExecutionProvider"])
    (digit,) = session.run(["digit"], {"image": np.stack([render(drawn(7)), np.zeros((28, 28), np.uint8)])})
    assert digit.tolist() == [7, -1]


def test_export_takes_the_checkpoint_and_the_rate_that_are_named(call, tmp_path, strict):
    for words, digit in (((), 4), (("--false-rejection-rate", "0.01"), -1)):
        status, out, _ = call("export", "--checkpoint", strict, *words, tmp_path / "b.onnx")
        assert (status, len(out)) == (0, 1)
        assert out[0].startswith(f"wrote {tmp_path / 'b.onnx'}")
        session = onnxruntime.InferenceSession(tmp_path / "b.onnx", providers=["CPUExecutionProvider"])
        assert session.run(["digit"], {"image": np.full((1, 28, 28), 9, np.uint8)})[0].tolist() == [digit]


def test_what_was_exported_reads_here_too(call, tmp_path, seven):
    call("export", tmp_path / "a.onnx")
    _, out, _ = call("predict", "--json", seven)
    status, again, err = call("predict", "--json", "--checkpoint", tmp_path / "a.onnx", seven)
    assert (status, err) == (0, [])
    expected, found = json.loads(out[0]), json.loads(again[0])
    assert found["digit"] == 7
    assert found["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)


def test_export_refuses_what_it_cannot_use(fails, tmp_path, blind):
    before = blind.read_bytes()
    assert "is the checkpoint" in fails("export", "--checkpoint", blind, blind)
    assert blind.read_bytes() == before
    assert "is a folder" in fails("export", tmp_path)
    assert "nowhere does not exist" in fails("export", tmp_path / "nowhere" / "a.onnx")
    assert "missing.pt" in fails("export", "--checkpoint", "missing.pt", tmp_path / "a.onnx")
    assert "--format" in fails("export", "--format", "tflite", tmp_path / "a.onnx")
    assert "OUT" in fails("export")
    assert not (tmp_path / "a.onnx").exists()


# recipes


def test_recipes_lists(call):
    status, out, err = call("recipes", "--json")
    said = {recipe["id"]: recipe for recipe in map(json.loads, out)}
    assert (status, err) == (0, [])
    assert said["pen"].keys() == {"id", "title", "network", "parameters", "epochs"}
    assert (said["pen"]["network"], said["pen"]["parameters"]) == ("wider", 924_810)
    assert all(recipe["network"] in NETWORKS and recipe["epochs"] > 0 for recipe in said.values())
    _, plain, _ = call("recipes")
    assert [line.split()[0] for line in plain] == list(said)


# Failures of its own.


def test_ctrl_c_ends_with_one_line(fails, seven, monkeypatch):
    import digitpad.reading.load

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(digitpad.reading.load, "open_reader", interrupted)
    assert fails("predict", seven, status=1) == "digitpad: stopped"


def test_a_library_that_is_missing_is_a_failure_in_one_line(fails, seven, monkeypatch):
    monkeypatch.setitem(sys.modules, "digitpad.reading.load", None)
    assert "could not be loaded" in fails("predict", seven, status=1)


# teach


def test_teach_writes_a_checkpoint_and_says_what_it_came_to(call, blind, tmp_path):
    write_inkml(tmp_path / "mine.inkml", drawings(2))
    status, out, err = call("teach", tmp_path / "mine.inkml", "--checkpoint", blind, "--json")
    (said,) = map(json.loads, out)
    assert (status, err) == (0, [])
    assert list(said) == [
        *("event", "checkpoint", "seconds", "drawings"),
        *("own_before", "own_after", "others_before", "others_after", "accepted"),
    ]
    assert (said["event"], said["checkpoint"], said["drawings"]) == ("taught", "mine.safetensors", 20)
    assert said["own_before"] == pytest.approx(0.1)
    assert said["own_after"] > 0.3
    assert said["others_before"] == pytest.approx(0.1)
    assert said["accepted"] in (True, False)
    assert load_checkpoint(tmp_path / "mine.safetensors").info.teachings[0]["base"] == "blind"


def test_teach_speaks_to_people(call, blind, tmp_path):
    write_inkml(tmp_path / "mine.inkml", drawings(1))
    _, out, _ = call("teach", tmp_path / "mine.inkml", "--checkpoint", blind, "--out", "taught.safetensors")
    assert out[0].startswith("taught with 10 drawings in ")
    assert out[1].split() == ["read", "right,", "log", "loss", "before", "after", "of"]
    assert re.fullmatch(r"your drawings, left out( +\d+\.\d\d% +\d\.\d+){2} +10", out[2])
    assert any(line.startswith("Of 10 drawings of yours, left out, it reads ") for line in out)
    assert any("log loss" in line for line in out[6:])
    assert "10 drawings prove little: each of them counts 10.0 points." in out
    assert out[-2] in ("recommended", "not recommended")
    assert out[-1] == "wrote taught.safetensors"


def test_teach_needs_labels_and_a_name_of_its_own(fails, blind, tmp_path):
    write_inkml(tmp_path / "bare.inkml", [Drawing(drawn(3), None, None, "a")])
    assert "No drawing is labelled" in fails("teach", tmp_path / "bare.inkml", "--checkpoint", blind)
    assert not (tmp_path / "bare.safetensors").exists()
    line = fails("teach", tmp_path / "bare.inkml", "--checkpoint", blind, "--out", blind)
    assert "would be replaced" in line
    assert "does not exist" in fails("teach", "missing.inkml", "--checkpoint", blind)
