"""Files that mean harm, or are broken: each is refused with a sentence, soon, and without much memory."""

import contextlib
import struct
import time
import zipfile
from collections import OrderedDict
from fractions import Fraction

import numpy as np
import onnx
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from digitpad.domain.errors import CancelledError, InputError
from digitpad.reading.foreign import onnx_limits as onnx_module
from digitpad.reading.load import load_checkpoint, open_reader
from tests.learning.small_checkpoint import metadata, write
from tests.reading.foreign.networks import onnx_file

resource = pytest.importorskip("resource")


@pytest.fixture(autouse=True)
def soon_and_without_much_memory():
    """What is refused takes no more than seconds and 300 MB."""
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert time.process_time() - start < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KiB


def error_text(path):
    with pytest.raises(InputError) as refused:
        load_checkpoint(path)
    assert path.name in str(refused.value)
    assert len(str(refused.value)) < 1000
    return str(refused.value)


# PyTorch's files.


def archive(path, data, **files):
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("a/data.pkl", data)
        for name, content in files.items():
            zipped.writestr(f"a/{name}", content)


LEVELS = b")" + b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(60))
"""A tuple nested 60 deep, each level holding the next one twice: PUT and GET make it short."""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x80\x02}" + LEVELS + b"K\x01s.", "a key that is not a name"),
        (b"\x80\x04\x8c\x02os" + LEVELS + b"\x93.", "a class without a name"),
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_what_takes_for_ever_to_hash_or_to_write_out_is_refused(tmp_path, zipped, data, reason):
    path = tmp_path / "mine.pt"
    archive(path, data) if zipped else path.write_bytes(data)
    assert f"({reason})" in error_text(path)


def test_why_a_pickle_is_refused_can_be_translated(tmp_path):
    archive(tmp_path / "mine.pt", b"\x80\x02}]K\x01s.")
    with pytest.raises(InputError) as refused:
        load_checkpoint(tmp_path / "mine.pt")
    assert "(A KEY THAT IS NOT A NAME)" in refused.value.said(lambda text: text if "{" in text else text.upper())


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x02" + b"(" * 100_000,
        b"\x80\x02" + b"]" * 600_000 + b".",
        b"\x80\x02" + b"]" + b"(" * 30 + b"t" * 30 + b".",
        b"\x80\x02" + b")\x85" * 200_000 + b".",
        b"\x80\x02]" + b"]q\x00h\x00a" * 100 + b".",
        b"\x80\x02X\xff\xff\xff\x7fa.",
        b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa.",
        b"\x80\x02\x8a\xff" + b"\xff" * 255 + b".",
        b"cos\nsystem\n(S'touch it'\ntR.",
        b"\x80\x02cbuiltins\neval\nX\x01\x00\x00\x001\x85R.",
        b"\x80\x02h\x07.",
        b"\x80\x02s.",
        b"\x80\x02.",
        b"",
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_of_another_kind_is_refused(tmp_path, data, zipped):
    path = tmp_path / "mine.pt"
    archive(path, data) if zipped else path.write_bytes(data)
    error_text(path)


def test_an_archive_of_a_million_files_is_refused(tmp_path):
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    directory = entry * 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, len(directory), 0, 0)
    (tmp_path / "mine.pt").write_bytes(directory + end)
    assert "too many files" in error_text(tmp_path / "mine.pt")


def test_a_torchscript_program_is_called_one(tmp_path):
    archive(tmp_path / "mine.pt", b"\x80\x02}.", **{"constants.pkl": b"\x80\x02).", "code/a.py": b""})
    assert "is a TorchScript program" in error_text(tmp_path / "mine.pt")


def test_a_lightning_checkpoint_is_read_where_it_holds_weights_and_plain_values_and_called_one_where_not(tmp_path):
    held = OrderedDict({"model.fc.weight": torch.randn(10, 784), "model.fc.bias": torch.zeros(10)})
    content = {"epoch": 3, "pytorch-lightning_version": "2.4.0", "state_dict": held, "hyper_parameters": {"lr": 1e-3}}
    torch.save(content, tmp_path / "mine.ckpt")
    assert load_checkpoint(tmp_path / "mine.ckpt").info.layers == [["flatten"], ["linear", 10]]
    torch.save({**content, "callbacks": Fraction(1, 2)}, tmp_path / "mine.ckpt")
    assert "is a Lightning checkpoint with more than weights" in error_text(tmp_path / "mine.ckpt")


def test_tensors_that_share_a_storage_or_are_laid_out_otherwise_are_read(tmp_path):
    both = torch.randn(20, 784)
    held = {"fc.weight": both[1::2], "fc.bias": torch.arange(20.0)[5:15]}
    torch.save(held, tmp_path / "mine.pt")
    arrays = load_checkpoint(tmp_path / "mine.pt").arrays
    np.testing.assert_array_equal(arrays["1.weight"], both[1::2].numpy())
    np.testing.assert_array_equal(arrays["1.bias"], np.arange(5, 15))


# Checkpoints.


@pytest.mark.parametrize(
    "layers",
    [
        [["conv", 1, 1001, 1, 500], ["flatten"], ["linear", 10]],
        [*[["conv-bn", 300, 5, 1, 2]] * 3, ["flatten"], ["linear", 10]],
        [["flatten"], *[["linear", 4000]] * 60, ["linear", 10]],
    ],
)
def test_a_checkpoint_that_computes_for_long_is_refused(tmp_path, layers):
    path = write(tmp_path / "a.safetensors", described=metadata(layers=layers))
    with pytest.raises(InputError, match="takes"):
        load_checkpoint(path)


def test_a_checkpoint_of_many_empty_tensors_is_refused(tmp_path):
    header = "{" + ",".join(f'"{i}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for i in range(400_000)) + "}"
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(header)) + header.encode())
    assert "describes its tensors in" in error_text(tmp_path / "a.safetensors")
    header = "{" + ",".join(f'"{i}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}' for i in range(5000)) + "}"
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(header)) + header.encode())
    assert "holds 5,000 tensors" in error_text(tmp_path / "a.safetensors")


def test_a_checkpoint_of_much_metadata_is_refused(tmp_path):
    path = write(tmp_path / "a.safetensors", described="[" + "{}," * 10_000_000 + "{}]")
    assert "describes its tensors in" in error_text(path)


# ONNX.

GEMM = helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)
WEIGHT = {"w": np.zeros((10, 784), np.float32)}


def test_an_onnx_file_by_hand_is_read(tmp_path):
    onnx_file(tmp_path / "a.onnx", [GEMM], ["N", 784], WEIGHT)
    assert load_checkpoint(tmp_path / "a.onnx").info.network == "onnx"


HOSTILE = {
    "uses the operator Loop": ([helper.make_node("Loop", ["x"], ["y"])], {}),
    "uses the operator ConstantOfShape": ([helper.make_node("ConstantOfShape", ["w"], ["z"]), GEMM], {}),
    "uses the operator ai.onnx.ml.TreeEnsemble": (
        [helper.make_node("TreeEnsemble", ["x"], ["y"], domain="ai.onnx.ml")],
        {"domain": "ai.onnx.ml"},
    ),
    "uses the operator custom.Evil": ([helper.make_node("Evil", ["x"], ["y"], domain="custom")], {"domain": "custom"}),
    "; choose another file": ([helper.make_node("Gemm", ["x", "w"], ["y"])], {}),
    "damaged or not an ONNX file": ([helper.make_node("Gemm", ["x", "v"], ["y"])], {}),
    "500 operators": ([helper.make_node("Relu", ["x"], [f"r{i}"]) for i in range(501)] + [GEMM], {}),
    "numbers of one image": (
        [
            helper.make_node("Transpose", ["x"], ["t"]),
            helper.make_node("MatMul", ["t", "x"], ["outer"]),
            GEMM,
        ],
        {},
    ),
}


@pytest.mark.parametrize("said", HOSTILE)
def test_an_onnx_file_that_asks_for_more_is_refused(tmp_path, said):
    nodes, changes = HOSTILE[said]
    onnx_file(tmp_path / "a.onnx", nodes, [1, 784], WEIGHT, **changes)
    assert said in error_text(tmp_path / "a.onnx")


@pytest.mark.parametrize(
    ("shape", "output", "said"),
    [
        ([1, 3, 28, 28], (1, 10), "does not take one 28×28 image"),
        ([1, 785], (1, 10), "does not take one 28×28 image"),
        ([64, 784], (64, 10), "takes 64 images at once"),
    ],
)
def test_an_onnx_file_with_another_input_is_refused(tmp_path, shape, output, said):
    nodes = [
        helper.make_node("Flatten", ["x"], ["f"]),
        helper.make_node("Gemm", ["f", "w"], ["y"], transB=1),
    ]
    weights = {"w": np.zeros((10, int(np.prod(shape[1:]))), np.float32)}
    onnx_file(tmp_path / "a.onnx", nodes, shape, weights, output=output)
    assert said in error_text(tmp_path / "a.onnx")


def test_an_onnx_file_with_other_outputs_is_refused(tmp_path):
    onnx_file(tmp_path / "a.onnx", [GEMM], ["N", 784], {"w": np.zeros((26, 784), np.float32)}, output=("N", 26))
    assert "does not give ten numbers" in error_text(tmp_path / "a.onnx")


def test_an_onnx_file_with_weights_elsewhere_is_refused(tmp_path):
    onnx_file(tmp_path / "a.onnx", [GEMM], ["N", 784], WEIGHT)
    model = onnx.load(tmp_path / "a.onnx")
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    (tmp_path / "a.onnx").write_bytes(model.SerializeToString())
    assert "keeps its weights in another file" in error_text(tmp_path / "a.onnx")


@pytest.mark.parametrize("what", ["node", "initializer", "input"])
def test_an_onnx_file_of_millions_of_empty_parts_is_refused(tmp_path, what):
    field = {"node": 1, "initializer": 5, "input": 11}[what]
    graph = bytes([field << 3 | 2, 0]) * 10_000_000
    (tmp_path / "a.onnx").write_bytes(b"\x3a" + onnx_varint(len(graph)) + graph)
    assert "describes more than a network" in error_text(tmp_path / "a.onnx")


def onnx_varint(number):
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def test_a_network_that_takes_too_long_for_its_first_image_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("digitpad.reading.load.OPENING_SECONDS", 0.0)
    monkeypatch.setattr(onnx_module, "MAX_MULTIPLY_ADDS", 10**12)
    nodes = [helper.make_node("Gemm", [f"v{i}", "s"], [f"v{i + 1}"]) for i in range(300)]
    nodes = [
        helper.make_node("Identity", ["x"], ["v0"]),
        *nodes,
        helper.make_node("Gemm", ["v300", "w"], ["y"], transB=1),
    ]
    onnx_file(tmp_path / "a.onnx", nodes, ["N", 784], {**WEIGHT, "s": np.eye(784, dtype=np.float32)})
    assert "takes too long" in error_text(tmp_path / "a.onnx")


def elementwise_for_long(path):
    """A convolution that makes 244,000 numbers of an image, and 399 operators on each of them."""
    kinds = ["Erf", "Pow"]
    nodes = [
        helper.make_node("Reshape", ["x", "to"], ["i"]),
        helper.make_node("Conv", ["i", "k"], ["v0"], pads=[1, 1, 1, 1]),
        *(helper.make_node(kinds[i % 2], [f"v{i}", "p"][: 1 + i % 2], [f"v{i + 1}"]) for i in range(399)),
        helper.make_node("GlobalAveragePool", ["v399"], ["g"]),
        helper.make_node("Flatten", ["g"], ["f"]),
        helper.make_node("Gemm", ["f", "w"], ["y"], transB=1),
    ]
    weights = {"to": np.array([-1, 1, 28, 28]), "k": np.ones((311, 1, 3, 3), np.float32)}
    weights |= {"p": np.array(1.5, np.float32), "w": np.ones((10, 311), np.float32)}
    onnx_file(path, nodes, ["N", 784], weights)


def test_an_onnx_file_of_many_elementwise_operators_is_refused(tmp_path):
    elementwise_for_long(tmp_path / "a.onnx")
    assert "multiply-adds an image" in error_text(tmp_path / "a.onnx")


def test_a_network_that_takes_too_long_for_the_digits_that_it_is_tried_on_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_module, "MAX_MULTIPLY_ADDS", 10**12)
    monkeypatch.setattr("digitpad.reading.load.OPENING_SECONDS", 3.0)
    elementwise_for_long(tmp_path / "a.onnx")
    start = time.monotonic()
    assert "takes too long" in error_text(tmp_path / "a.onnx")
    assert time.monotonic() - start < 30


def test_the_opening_of_a_slow_network_is_cancelled_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_module, "MAX_MULTIPLY_ADDS", 10**12)
    monkeypatch.setattr("digitpad.reading.load.OPENING_SECONDS", 60.0)
    elementwise_for_long(tmp_path / "a.onnx")
    start = time.monotonic()
    with pytest.raises(CancelledError):
        open_reader(tmp_path / "a.onnx", lambda: time.monotonic() > start + 0.5)
    assert time.monotonic() - start < 10


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_an_onnx_file_with_some_bytes_changed_loads_or_is_refused(tmp_path, data):
    path = tmp_path / "a.onnx"
    nodes = [
        helper.make_node("Reshape", ["x", "to"], ["i"]),
        helper.make_node("Conv", ["i", "k"], ["c"], strides=[3, 3]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("Flatten", ["r"], ["f"]),
        helper.make_node("Gemm", ["f", "w"], ["y"], transB=1),
    ]
    weights = {"to": np.array([-1, 1, 28, 28]), "k": np.ones((1, 1, 4, 4), np.float32)}
    onnx_file(path, nodes, ["N", 784], {**weights, "w": np.ones((10, 81), np.float32)})
    whole = bytearray(path.read_bytes())
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), min_size=1, max_size=4)
    ):
        whole[place] = byte
    path.write_bytes(whole[: data.draw(st.integers(len(whole) // 2, len(whole)) | st.just(len(whole)))])
    with contextlib.suppress(InputError):
        load_checkpoint(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.binary(max_size=200), st.sampled_from(["pt", "ckpt", "safetensors", "onnx"]))
def test_any_bytes_are_refused_with_a_sentence(tmp_path, data, ending):
    path = tmp_path / f"a.{ending}"
    path.write_bytes(data)
    error_text(path)
