import errno
import json
import os
import re
import signal
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import DigitpadError, InputError
from digitpad.learning.models.checkpoints import as_checkpoint, as_network
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import load_checkpoint
from digitpad.reading.reader import Reader
from digitpad.reading.teaching.head import head_of
from digitpad.reading.tensors import MAX_BYTES
from digitpad.reading.zoo import NETWORKS
from tests.hand_drawn import drawn
from tests.learning.small_checkpoint import (
    SMALL,
    SMALL_INFO,
    input_error,
    loaded_or_error,
    network,
    same,
    write,
)
from tests.reading.networks import parameter_count

# What digitpad wrote itself.


def test_weights_description_and_answers_survive_the_disk(saved):
    loaded = load_checkpoint(saved)
    assert same(as_network(loaded), network())
    assert not as_network(loaded).training
    assert vars(loaded.info) == {**vars(SMALL_INFO), "path": saved, "parameters": parameter_count(as_network(loaded))}
    before = Reader(as_checkpoint(network(), SMALL_INFO)).predict(drawn(3))
    assert Reader(loaded).predict(drawn(3)).probabilities == before.probabilities


@pytest.mark.parametrize("known", NETWORKS)
def test_every_known_network_survives_the_disk(tmp_path, known):
    made = network(NETWORKS[known])
    save_checkpoint(tmp_path / "a.safetensors", as_checkpoint(made, CheckpointInfo("a", known, list(NETWORKS[known]))))
    assert same(as_network(load_checkpoint(tmp_path / "a.safetensors")), made)


def test_a_network_that_teaching_widened_is_built_as_wide():
    layers = [["flatten"], ["linear", 8], ["relu"], ["dropout", 0.2], ["linear", 10]]
    made = as_checkpoint(network(layers), CheckpointInfo("a", "custom", layers))
    zeros = np.zeros((3, 784), np.float32), np.ones(3, np.float32), np.full((10, 3), 2, np.float32)
    widened = as_network(head_of(made).widened(*zeros).put_into(made))
    with torch.no_grad():
        assert (widened[1].out_features, widened[4].in_features) == (11, 11)
        images = torch.rand(2, 1, 28, 28)
        torch.testing.assert_close(widened(images), network(layers)(images) + 6)


def test_the_metadata_says_what_rebuilds_and_describes_the_network(saved):
    with safe_open(saved, framework="pt") as file:
        said = json.loads(file.metadata()["digitpad"])
    assert said.pop("format") == 1
    message = {"text": "{title}, {count} training images", "values": {"title": "MNIST", "count": 60_000}}
    assert said.pop("data_message") == message
    known = {**vars(SMALL_INFO), "data": "MNIST, 60,000 training images"}
    assert said == {key: value for key, value in known.items() if key not in ("name", "path")}


def test_what_is_not_known_stays_unknown(tmp_path):
    info = CheckpointInfo("a", "custom", SMALL)
    save_checkpoint(tmp_path / "a.safetensors", as_checkpoint(network(), info))
    read = load_checkpoint(tmp_path / "a.safetensors").info
    assert (read.seed, read.epochs, read.test_accuracy, read.date) == (None, None, None, "")


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("runs/20260101-000000-best/best.safetensors", "best, best epoch"),
        ("runs/20260101-000000-best/last.safetensors", "best, last epoch"),
        ("checkpoints/best.safetensors", "best"),
        ("checkpoints/last.safetensors", "last"),
    ],
)
def test_a_checkpoint_in_its_run_s_folder_is_named_after_the_recipe_too_and_a_copy_is_not(tmp_path, place, name):
    info = replace(SMALL_INFO, recipe="best", run="20260101-000000-best")
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    save_checkpoint(path, as_checkpoint(network(), info))
    assert load_checkpoint(path).info.name == name


# Files that are damaged, foreign or no files.


def test_a_truncated_file_is_refused_wherever_it_ends(saved):
    whole = saved.read_bytes()
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    for end in {0, 1, 7, 8, 9, header - 1, header, header + 1, len(whole) - 1, *range(10, len(whole), 611)}:
        saved.write_bytes(whole[:end])
        said = "is cut off or damaged" if end else "is empty"
        assert input_error(saved) == f"small.safetensors {said}; copy it anew or choose another."


@pytest.mark.parametrize("content", [b"hello, I am a text", b"GIF89a" * 100, b"PK\3\4" + b"a" * 99, b"\xff" * 4096])
def test_what_is_another_file_is_not_called_damaged(tmp_path, content):
    (tmp_path / "a.safetensors").write_bytes(content)
    assert "a.safetensors is damaged or not a safetensors file; " in input_error(tmp_path / "a.safetensors")


@pytest.mark.parametrize("ending", ["safetensors", "pt", "pth", "onnx"])
@pytest.mark.parametrize(
    "content", [b"", b"\0", b"GIF89a" * 100, b"\xff" * 4096, b"PK\3\4" + b"a" * 99, b"\x80\2}q\0."]
)
def test_garbage_is_refused(tmp_path, ending, content):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(content)
    input_error(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(data=st.data())
def test_a_file_with_some_bytes_changed_loads_or_is_refused(tmp_path, data):
    whole = bytearray(write(tmp_path / "a.safetensors").read_bytes())
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    places = st.integers(0, header - 1) | st.integers(0, len(whole) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=3)):
        whole[place] = byte
    (tmp_path / "a.safetensors").write_bytes(whole)
    loaded_or_error(tmp_path / "a.safetensors")


def test_what_is_no_file_is_refused(tmp_path):
    assert "is a folder" in input_error(tmp_path)
    assert "does not exist" in input_error(tmp_path / "missing.safetensors")
    assert "name is not valid" in input_error(tmp_path / "a\0b.safetensors")
    assert "File name too long" in str(error_of_long_name(tmp_path / ("a" * 300)))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.pt")
        assert "and no file" in input_error(tmp_path / "pipe.pt")


def error_of_long_name(path):
    with pytest.raises(InputError) as fails:
        load_checkpoint(path)
    return fails.value


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(saved):
    saved.chmod(0)
    assert "Permission denied" in input_error(saved)


@pytest.mark.parametrize("ending", ["safetensors", "pt"])
def test_an_oversized_file_is_not_read(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    path.touch()
    os.truncate(path, 1 << 40)
    assert f"{MAX_BYTES >> 20} at most" in input_error(path)


def test_a_foreign_safetensors_file_is_refused(tmp_path):
    path = tmp_path / "bert.safetensors"
    path.write_bytes(save({"embeddings.weight": torch.zeros(7, 5)}))
    assert "does not know" in input_error(path)


# Writing.


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(saved, monkeypatch, code):
    before = saved.read_bytes()

    def full(_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DigitpadError) as failed:
        save_checkpoint(saved, as_checkpoint(network(seed=1), SMALL_INFO))
    assert not isinstance(failed.value, InputError)
    assert ("disk is full" in str(failed.value)) == (code == errno.ENOSPC)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir() if path.is_file()] == [saved.name]


def test_a_small_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        path = disk / "a.safetensors"
        save_checkpoint(path, as_checkpoint(network(), SMALL_INFO))
        with pytest.raises(DigitpadError, match="disk is full"):
            save_checkpoint(path, as_checkpoint(network(seed=1), SMALL_INFO))
        assert same(as_network(load_checkpoint(path)), network())
        assert list(disk.iterdir()) == [path]
    finally:
        subprocess.run(["umount", disk], check=True)


SAVE_FOREVER = """
import sys
from pathlib import Path
from digitpad.learning.models.checkpoints import as_checkpoint, as_network
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import load_checkpoint
path = Path(sys.argv[1])
checkpoint = load_checkpoint(path)
print("ready", flush=True)
while True:
    save_checkpoint(path, checkpoint)
    print("saved", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_process_killed_while_it_saves_leaves_a_whole_file(saved):
    process = subprocess.Popen(
        [sys.executable, "-c", SAVE_FOREVER, str(saved)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    with process:
        for _ in range(5):
            assert process.stdout.readline()
        # Kill it in the middle of a save: as soon as its unfinished file lies there.
        while not any(path.suffix == ".part" for path in saved.parent.iterdir()):
            assert process.poll() is None
        process.kill()
    assert same(as_network(load_checkpoint(saved)), network())
    assert all(re.fullmatch(r"\.[0-9a-f]{8}\.part", p.name) for p in saved.parent.glob(".*"))
