import json
import re

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from digitpad.learning.models.checkpoints import as_network
from digitpad.reading.checkpoint_file import FORMAT
from digitpad.reading.load import load_checkpoint
from digitpad.reading.zoo import NETWORKS
from tests.learning.small_checkpoint import SMALL, input_error, loaded_or_error, metadata, network, write

# Metadata from elsewhere.


@pytest.mark.parametrize("version", [FORMAT + 1, 10**9])
def test_a_newer_format_asks_for_an_update(tmp_path, version):
    assert "Update digitpad" in input_error(write(tmp_path / "a.safetensors", described=metadata(format=version)))


@pytest.mark.parametrize(
    "described",
    [
        *("", "null", "[]", "7", "{", "{}", '"format"', "[" * 100_000, "1" * 5000, metadata()[:-1]),
        *(metadata(format=version) for version in ("1", True, 0, 1.0)),
    ],
)
def test_metadata_that_is_no_description_is_refused(tmp_path, described):
    assert "cannot read" in input_error(write(tmp_path / "a.safetensors", described=described))


WRONG = {
    "network": [None, 7, ["wide"], "a" * 1001],
    "layers": [None, "wide", {"0": ["flatten"]}, 1],
    "parameters": [None, "many", 1.5, True],
    "mean": [None, "0", float("nan"), float("inf"), 10**400, 256, True],
    "std": [None, "1", 0, 0.0, float("nan"), 1e-300, 1e300],
    "recipe": [None, 1, "a" * 1001],
    "seed": ["0", 1.5, 2**65, False],
    "data": [None, ["MNIST"]],
    "epochs": ["3", -1, 10**10, 1.0],
    "test_accuracy": ["0.99", 99.5, -0.1, float("nan"), True],
    "date": [None, 20250131],
    "temperature": [None, "1", 0, -1.0, 21, float("nan"), True],
    "thresholds": [
        None,
        7,
        {"0.01": 1},
        [1],
        [[0.01]],
        [[0.01, 1, 2]],
        [[0.01, "1"]],
        [[True, 1]],
        [[1.5, 0]],
        [[0.01, float("nan")]],
        [[0.01, 1e300]],
        [[0.01, 1.0]] * 101,
    ],
    "digitpad_version": [None, 0.1],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG.items() for value in values])
def test_a_field_of_a_wrong_type_or_size_is_refused_by_name(tmp_path, field, value):
    described = metadata(**{field: value})
    said = input_error(write(tmp_path / "a.safetensors", described=described))
    assert ("holds" if re.search("NaN|Infinity", described) else f"The value {field} is ") in said


@pytest.mark.parametrize("field", WRONG)
def test_a_missing_field_is_refused_unless_it_may_be_unknown(tmp_path, field):
    said = json.loads(metadata())
    del said[field]
    path = write(tmp_path / "a.safetensors", described=json.dumps(said))
    if field in ("temperature", "thresholds"):  # which came later
        assert getattr(load_checkpoint(path).info, field) == {"temperature": 1.0, "thresholds": []}[field]
    elif field in ("seed", "epochs", "test_accuracy"):
        assert getattr(load_checkpoint(path).info, field) is None
    else:
        assert f"The value {field} is " in input_error(path)


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
    loaded_or_error(path)


# Weights that are not what the metadata says.


@pytest.mark.parametrize(
    "layers", [[["conv-bn", 5, 5, 2, 2], *SMALL[1:]], [*SMALL[:2], *SMALL[2:]][1:], [["relu"], *SMALL]]
)
def test_layers_that_do_not_match_the_tensors_are_refused(tmp_path, layers):
    assert "fit" in input_error(write(tmp_path / "a.safetensors", described=metadata(layers=layers)))


def test_an_extra_and_a_missing_tensor_are_refused_by_name(tmp_path):
    tensors = network().state_dict()
    assert "(extra)" in input_error(write(tmp_path / "a.safetensors", {**tensors, "extra": torch.zeros(3)}))
    del tensors["1.running_var"]
    assert "(1.running_var)" in input_error(write(tmp_path / "a.safetensors", tensors))


def test_renamed_tensors_are_refused(tmp_path):
    tensors = {f"net.{key}": tensor for key, tensor in network().state_dict().items()}
    assert "does not fit" in input_error(write(tmp_path / "a.safetensors", tensors))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_numbers_are_refused(tmp_path, value):
    tensors = network().state_dict()
    tensors["4.weight"][3, 7] = value
    assert "not numbers (4.weight)" in input_error(write(tmp_path / "a.safetensors", tensors))


def test_weights_whose_answers_are_not_numbers_are_refused(tmp_path):
    negative = network().state_dict()
    negative["1.running_var"][2] = -1.0
    assert "outputs that are not numbers" in input_error(write(tmp_path / "a.safetensors", negative))
    huge = {key: t * 1e38 if t.is_floating_point() else t for key, t in network().state_dict().items()}
    assert "not numbers" in input_error(write(tmp_path / "b.safetensors", huge))


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
    for key, tensor in as_network(load_checkpoint(path)).state_dict().items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, made.state_dict()[key].to(dtype).float())


def test_a_number_too_large_for_single_precision_is_refused(tmp_path):
    tensors = {key: t.double() if t.is_floating_point() else t for key, t in network().state_dict().items()}
    tensors["4.weight"][0, 0] = 1e300
    assert "not numbers" in input_error(write(tmp_path / "a.safetensors", tensors))


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.complex64, torch.float8_e4m3fn])
def test_tensors_that_are_no_weights_are_refused(tmp_path, dtype):
    tensors = network().state_dict()
    tensors["4.weight"] = torch.zeros(tensors["4.weight"].shape, dtype=dtype)
    assert "(4.weight)" in input_error(write(tmp_path / "a.safetensors", tensors))
