import errno
import json
import os
import pickle
import re
import signal
import struct
import subprocess
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save

from digitpad.errors import DigitpadError, InputError
from digitpad.learning.checkpoints import FORMAT, MAX_BYTES, Checkpoint, load_checkpoint, save_checkpoint
from digitpad.learning.networks import NETWORKS, NORMALISATIONS, build, parameter_count
from digitpad.learning.recognizer import Recognizer
from digitpad.messages import CheckpointInfo
from tests.hand_drawn import drawn

SMALL = [["conv-bn", 4, 5, 2, 2], ["relu"], ["flatten"], ["linear", 10]]
SMALL_INFO = CheckpointInfo(
    name="small",
    network="custom",
    layers=SMALL,
    parameters=7978,
    mean=0.25,
    std=0.5,
    recipe="own ‘recipe’ №7",
    seed=17,
    data="MNIST, 60,000 training images",
    epochs=3,
    test_accuracy=0.9876,
    date="2025-01-31",
    digitpad_version="0.1.0",
)


def network(layers=SMALL, seed=0):
    """A network with statistics that are not those it was born with."""
    torch.manual_seed(seed)
    made = build(layers)
    made(torch.rand(8, 1, 28, 28))
    return made.eval()


def refusal(path):
    with pytest.raises(InputError) as refused:
        load_checkpoint(path)
    sentence = str(refused.value)
    assert path.name in sentence
    assert len(sentence) < 1000
    return sentence


def metadata(**changes):
    said = {"format": FORMAT} | {k: getattr(SMALL_INFO, k) for k in vars(SMALL_INFO) if k not in ("name", "path")}
    return json.dumps(said | changes)


def write(path, tensors=None, described=None):
    """A safetensors file like digitpad's own, with what a test changes about it."""
    tensors = network().state_dict() if tensors is None else tensors
    path.write_bytes(save(tensors, {"digitpad": metadata() if described is None else described}))
    return path


def same(one, other):
    one, other = one.state_dict(), other.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "small.safetensors"
    save_checkpoint(path, Checkpoint(network(), SMALL_INFO))
    return path


# What digitpad wrote itself.


def test_weights_description_and_answers_survive_the_disk(saved):
    loaded = load_checkpoint(saved)
    assert same(loaded.network, network())
    assert not loaded.network.training
    assert vars(loaded.info) == {**vars(SMALL_INFO), "path": saved, "parameters": parameter_count(loaded.network)}
    before = Recognizer(Checkpoint(network(), SMALL_INFO)).predict(drawn(3))
    assert Recognizer(loaded).predict(drawn(3)).probabilities == before.probabilities


@pytest.mark.parametrize("known", NETWORKS)
def test_every_known_network_survives_the_disk(tmp_path, known):
    made = network(NETWORKS[known])
    save_checkpoint(tmp_path / "a.safetensors", Checkpoint(made, CheckpointInfo("a", known, list(NETWORKS[known]))))
    assert same(load_checkpoint(tmp_path / "a.safetensors").network, made)


def test_the_metadata_says_what_rebuilds_and_describes_the_network(saved):
    with safe_open(saved, framework="pt") as file:
        said = json.loads(file.metadata()["digitpad"])
    assert said.pop("format") == 1
    assert said == {key: value for key, value in vars(SMALL_INFO).items() if key not in ("name", "path")}


def test_what_is_not_known_stays_unknown(tmp_path):
    info = CheckpointInfo("a", "custom", SMALL)
    save_checkpoint(tmp_path / "a.safetensors", Checkpoint(network(), info))
    read = load_checkpoint(tmp_path / "a.safetensors").info
    assert (read.seed, read.epochs, read.test_accuracy, read.date) == (None, None, None, "")


# Files that are damaged, foreign or no files.


def test_a_truncated_file_is_refused_wherever_it_ends(saved):
    whole = saved.read_bytes()
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    for end in {0, 1, 7, 8, 9, header - 1, header, header + 1, len(whole) - 1, *range(10, len(whole), 611)}:
        saved.write_bytes(whole[:end])
        assert "not a whole safetensors file" in refusal(saved)


@pytest.mark.parametrize("ending", ["safetensors", "pt", "pth", "onnx"])
@pytest.mark.parametrize(
    "content", [b"", b"\0", b"GIF89a" * 100, b"\xff" * 4096, b"PK\3\4" + b"a" * 99, b"\x80\2}q\0."]
)
def test_garbage_is_refused(tmp_path, ending, content):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(content)
    refusal(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(data=st.data())
def test_a_file_with_some_bytes_changed_loads_or_is_refused(tmp_path, data):
    whole = bytearray(write(tmp_path / "a.safetensors").read_bytes())
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    places = st.integers(0, header - 1) | st.integers(0, len(whole) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=3)):
        whole[place] = byte
    (tmp_path / "a.safetensors").write_bytes(whole)
    loaded_or_refused(tmp_path / "a.safetensors")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(data=st.data())
def test_a_pt_file_with_some_bytes_changed_loads_or_is_refused(tmp_path, data):
    path = tmp_path / "a.pt"
    torch.save(network(NETWORKS["five-by-five"]).state_dict(), path)
    whole = bytearray(path.read_bytes())
    places = st.integers(0, 1500) | st.integers(len(whole) - 1500, len(whole) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=3)):
        whole[place] = byte
    path.write_bytes(whole)
    loaded_or_refused(path)


def loaded_or_refused(path):
    try:
        loaded = load_checkpoint(path)
    except InputError:
        return
    assert loaded.network(torch.zeros(1, 1, 28, 28)).shape == (1, 10)


def test_what_is_no_file_is_refused(tmp_path):
    assert "is a folder" in refusal(tmp_path)
    assert "No such file" in refusal(tmp_path / "missing.safetensors")
    assert "name is not valid" in refusal(tmp_path / "a\0b.safetensors")
    assert "File name too long" in str(refusal_of_long_name(tmp_path / ("a" * 300)))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.pt")
        assert "is no file" in refusal(tmp_path / "pipe.pt")


def refusal_of_long_name(path):
    with pytest.raises(InputError) as refused:
        load_checkpoint(path)
    return refused.value


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(saved):
    saved.chmod(0)
    assert "Permission denied" in refusal(saved)


@pytest.mark.parametrize("ending", ["safetensors", "pt"])
def test_an_oversized_file_is_not_read(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    path.touch()
    os.truncate(path, 1 << 40)
    assert f"{MAX_BYTES >> 20} at most" in refusal(path)


def test_a_foreign_safetensors_file_is_refused(tmp_path):
    path = tmp_path / "bert.safetensors"
    path.write_bytes(save({"embeddings.weight": torch.zeros(7, 5)}))
    assert "does not know" in refusal(path)


# Metadata from elsewhere.


@pytest.mark.parametrize("version", [FORMAT + 1, 10**9])
def test_a_newer_format_asks_for_an_update(tmp_path, version):
    assert "Update digitpad" in refusal(write(tmp_path / "a.safetensors", described=metadata(format=version)))


@pytest.mark.parametrize(
    "described",
    [
        *("", "null", "[]", "7", "{", "{}", '"format"', "[" * 100_000, "1" * 5000, metadata()[:-1]),
        *(metadata(format=version) for version in ("1", True, 0, 1.0)),
    ],
)
def test_metadata_that_is_no_description_is_refused(tmp_path, described):
    assert "cannot read" in refusal(write(tmp_path / "a.safetensors", described=described))


WRONG = {
    "network": [None, 7, ["reader"], "a" * 1001],
    "layers": [None, "reader", {"0": ["flatten"]}, 1],
    "parameters": [None, "many", 1.5, True],
    "mean": [None, "0", float("nan"), float("inf"), 10**400, 256, True],
    "std": [None, "1", 0, 0.0, -1, float("nan"), 1e-300, 1e300],
    "recipe": [None, 1, "a" * 1001],
    "seed": ["0", 1.5, 2**65, False],
    "data": [None, ["MNIST"]],
    "epochs": ["3", -1, 10**10, 1.0],
    "test_accuracy": ["0.99", 99.5, -0.1, float("nan"), True],
    "date": [None, 20250131],
    "digitpad_version": [None, 0.1],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG.items() for value in values])
def test_a_field_of_a_wrong_type_or_size_is_refused_by_name(tmp_path, field, value):
    assert f"(its {field})" in refusal(write(tmp_path / "a.safetensors", described=metadata(**{field: value})))


@pytest.mark.parametrize("field", WRONG)
def test_a_missing_field_is_refused_unless_it_may_be_unknown(tmp_path, field):
    said = json.loads(metadata())
    del said[field]
    path = write(tmp_path / "a.safetensors", described=json.dumps(said))
    if field in ("seed", "epochs", "test_accuracy"):
        assert getattr(load_checkpoint(path).info, field) is None
    else:
        assert f"(its {field})" in refusal(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(field=st.sampled_from([*WRONG, "format", "something else"]), value=JSON)
@example(field="layers", value=[["conv", 4, 5, 0, 2], ["relu"], ["flatten"], ["linear", 10]])
@example(field="layers", value=[["conv-bn", 4, 5, 2, 10**9], ["relu"], ["flatten"], ["linear", 10]])
def test_any_value_in_any_field_loads_or_is_refused(tmp_path, field, value):
    path = write(tmp_path / "a.safetensors", described=metadata(**{field: value}))
    loaded_or_refused(path)


# Weights that are not what the metadata says.


@pytest.mark.parametrize(
    "layers", [[["conv-bn", 5, 5, 2, 2], *SMALL[1:]], [*SMALL[:2], *SMALL[2:]][1:], [["relu"], *SMALL]]
)
def test_layers_that_do_not_match_the_tensors_are_refused(tmp_path, layers):
    assert "fit" in refusal(write(tmp_path / "a.safetensors", described=metadata(layers=layers)))


def test_an_extra_and_a_missing_tensor_are_refused_by_name(tmp_path):
    tensors = network().state_dict()
    assert "(extra)" in refusal(write(tmp_path / "a.safetensors", {**tensors, "extra": torch.zeros(3)}))
    del tensors["1.running_var"]
    assert "(1.running_var)" in refusal(write(tmp_path / "a.safetensors", tensors))


def test_renamed_tensors_are_refused(tmp_path):
    tensors = {f"net.{key}": tensor for key, tensor in network().state_dict().items()}
    assert "does not fit" in refusal(write(tmp_path / "a.safetensors", tensors))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_numbers_are_refused(tmp_path, value):
    tensors = network().state_dict()
    tensors["4.weight"][3, 7] = value
    assert "not numbers (4.weight)" in refusal(write(tmp_path / "a.safetensors", tensors))


def test_weights_whose_answers_are_not_numbers_are_refused(tmp_path):
    negative = network().state_dict()
    negative["1.running_var"][2] = -1.0
    assert "answers are not numbers" in refusal(write(tmp_path / "a.safetensors", negative))
    huge = {key: t * 1e38 if t.is_floating_point() else t for key, t in network().state_dict().items()}
    assert "not numbers" in refusal(write(tmp_path / "b.safetensors", huge))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("ending", ["safetensors", "pt"])
def test_other_precisions_are_read_as_single(tmp_path, dtype, ending):
    made = network(NETWORKS["five-by-five"])
    tensors = {key: tensor.to(dtype) for key, tensor in made.state_dict().items()}
    path = tmp_path / f"half.{ending}"
    if ending == "pt":
        torch.save(tensors, path)
    else:
        path.write_bytes(save(tensors))
    for key, tensor in load_checkpoint(path).network.state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, made.state_dict()[key].to(dtype).float())


def test_a_number_too_large_for_single_precision_is_refused(tmp_path):
    tensors = {key: t.double() if t.is_floating_point() else t for key, t in network().state_dict().items()}
    tensors["4.weight"][0, 0] = 1e300
    assert "not numbers" in refusal(write(tmp_path / "a.safetensors", tensors))


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.complex64, torch.float8_e4m3fn])
def test_tensors_that_are_no_weights_are_refused(tmp_path, dtype):
    tensors = network().state_dict()
    tensors["4.weight"] = torch.zeros(tensors["4.weight"].shape, dtype=dtype)
    assert "(4.weight)" in refusal(write(tmp_path / "a.safetensors", tensors))


# Files that torch wrote.


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.system, (f"touch {self.trace}",)


@pytest.mark.parametrize("ending", ["pt", "pth", "PT"])
@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_file_does_not_run(tmp_path, ending, zipped):
    path, trace = tmp_path / f"evil.{ending}", tmp_path / "it-ran"
    torch.save({"state_dict": Evil(trace)}, path, _use_new_zipfile_serialization=zipped)
    assert "runs no code" in refusal(path)
    path.write_bytes(pickle.dumps(Evil(trace)))
    refusal(path)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Evil(trace)))
    assert trace.exists(), "the file is not evil, so the test shows nothing"


def test_a_whole_pickled_network_is_refused(tmp_path):
    torch.save(network(), tmp_path / "whole.pt")
    assert "state_dict()" in refusal(tmp_path / "whole.pt")


def declared(known, shuffled=False):
    """A known network's tensors as somebody else's class holds them: other names, perhaps another order."""
    modules = OrderedDict()
    for key, tensor in network(NETWORKS[known]).state_dict().items():
        modules.setdefault(key.split(".")[0], {})[key.split(".")[1]] = tensor
    count, named = {"conv": 0, "bn": 0, "fc": 0}, []
    for parts in modules.values():
        kind = "bn" if "running_var" in parts else "conv" if parts["weight"].ndim == 4 else "fc"
        count[kind] += 1
        named.append((f"{kind}{count[kind]}", parts))
    if shuffled:  # first all that is alike, as in many an __init__
        named.sort(key=lambda module: module[0])
    return OrderedDict((f"{name}.{leaf}", tensor) for name, parts in named for leaf, tensor in parts.items())


@pytest.mark.parametrize("known", NETWORKS)
@pytest.mark.parametrize(
    ("shuffled", "key"),
    [(False, None), (True, None), (True, "state_dict"), (False, "model_state_dict"), (False, "model")],
)
def test_a_state_dict_of_a_known_network_is_read_whatever_its_names(tmp_path, known, shuffled, key):
    tensors = declared(known, shuffled)
    torch.save(tensors if key is None else {"epoch": 5, "loss": 0.1, key: tensors}, tmp_path / "mine.pth")
    loaded = load_checkpoint(tmp_path / "mine.pth")
    assert same(loaded.network, network(NETWORKS[known]))
    assert (loaded.info.name, loaded.info.network, loaded.info.recipe) == ("mine", known, "")
    assert (loaded.info.mean, loaded.info.std) == NORMALISATIONS[known]
    assert loaded.info.parameters == parameter_count(loaded.network)


@pytest.mark.parametrize("known", NETWORKS)
def test_a_foreign_safetensors_file_of_a_known_network_is_read(tmp_path, known):
    (tmp_path / "mine.safetensors").write_bytes(save(dict(declared(known))))
    assert same(load_checkpoint(tmp_path / "mine.safetensors").network, network(NETWORKS[known]))


def test_parameters_and_the_old_file_format_are_read(tmp_path):
    made = network(NETWORKS["keras"])
    parameters = {f"module.{name}": parameter for name, parameter in made.named_parameters()}
    torch.save(parameters, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert same(load_checkpoint(tmp_path / "old.pt").network, made)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"a": 1},
        {"state_dict": {}},
        {"state_dict": 7},
        [torch.zeros(3)],
        torch.zeros(3),
        None,
        {"fc.weight": torch.zeros(10, 784), "fc.bias": torch.zeros(10)},
        {"weight": torch.zeros(2)},
        {3: torch.zeros(2)},
    ],
)
def test_a_file_without_a_known_network_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "other.pt")
    sentence = refusal(tmp_path / "other.pt")
    assert "does not know" in sentence or "no state_dict" in sentence


def test_a_truncated_pt_file_is_refused_wherever_it_ends(tmp_path):
    path = tmp_path / "cut.pt"
    torch.save(declared("five-by-five"), path)
    whole = path.read_bytes()
    for end in {1, 3, 4, 64, 1000, len(whole) - 1, len(whole) - 22, *range(2, len(whole), 19973)}:
        path.write_bytes(whole[:end])
        refusal(path)


def test_tensors_that_claim_more_than_the_file_holds_cost_no_memory(tmp_path):
    path = tmp_path / "claims.pt"
    tensors = declared("five-by-five")
    for claimed in (torch.zeros(1).expand(10**14), torch.zeros(1).expand(10**7, 10**7)):
        torch.save({**tensors, "fc1.weight": claimed}, path)
        assert path.stat().st_size < 1 << 20
        assert "does not know" in refusal(path)


@pytest.mark.parametrize("made", ["sparse", "meta"])
def test_tensors_without_dense_numbers_are_refused(tmp_path, made):
    tensors = declared("five-by-five")
    weight = tensors["fc1.weight"]
    tensors["fc1.weight"] = weight.to_sparse() if made == "sparse" else weight.to("meta")
    torch.save(tensors, tmp_path / "odd.pt")
    refusal(tmp_path / "odd.pt")


def test_an_archive_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.pt"
    torch.save(declared("five-by-five"), path)
    zeros = bytes(1 << 20)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("a/data/99", "w") as file:
        for _ in range((MAX_BYTES >> 20) + 1):
            file.write(zeros)
    assert path.stat().st_size < 1 << 20
    assert "unpacks to" in refusal(path)


# Writing.


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(saved, monkeypatch, code):
    before = saved.read_bytes()

    def full(_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DigitpadError) as failed:
        save_checkpoint(saved, Checkpoint(network(seed=1), SMALL_INFO))
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
        save_checkpoint(path, Checkpoint(network(), SMALL_INFO))
        with pytest.raises(DigitpadError, match="disk is full"):
            save_checkpoint(path, Checkpoint(network(seed=1), SMALL_INFO))
        assert same(load_checkpoint(path).network, network())
        assert list(disk.iterdir()) == [path]
    finally:
        subprocess.run(["umount", disk], check=True)


SAVE_FOREVER = """
import sys
from pathlib import Path
from digitpad.learning.checkpoints import load_checkpoint, save_checkpoint
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
        cwd=Path(__file__).parents[2],
    )
    with process:
        for _ in range(5):
            assert process.stdout.readline()
        # Kill it in the middle of a save: as soon as its unfinished file lies there.
        while not any(path.suffix == ".part" for path in saved.parent.iterdir()):
            assert process.poll() is None
        process.kill()
    assert same(load_checkpoint(saved).network, network())
    assert all(re.fullmatch(r"\.small\.safetensors\.[0-9a-f]{8}\.part", p.name) for p in saved.parent.glob(".*"))
