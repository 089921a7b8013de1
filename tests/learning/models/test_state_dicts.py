import os
import pickle
import zipfile
from collections import OrderedDict

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from digitpad.learning.models.checkpoints import as_network
from digitpad.reading.load import load_checkpoint
from digitpad.reading.tensors import MAX_BYTES
from digitpad.reading.zoo import NETWORKS, NORMALISATIONS
from tests.learning.small_checkpoint import input_error, loaded_or_error, network, same
from tests.reading.networks import parameter_count

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
    assert "runs no code" in input_error(path)
    path.write_bytes(pickle.dumps(Evil(trace)))
    input_error(path)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Evil(trace)))
    assert trace.exists(), "the file is not evil, so the test shows nothing"


def test_a_whole_pickled_network_is_refused(tmp_path):
    torch.save(network(), tmp_path / "whole.pt")
    assert "state_dict()" in input_error(tmp_path / "whole.pt")


FOREIGN = [name for name in NETWORKS if name != "columns"]
"""Networks that somebody else may have written too: columns have names and an order of digitpad's own."""


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


@pytest.mark.parametrize("known", FOREIGN)
@pytest.mark.parametrize(
    ("shuffled", "key"),
    [(False, None), (True, None), (True, "state_dict"), (False, "model_state_dict"), (False, "model")],
)
def test_a_state_dict_of_a_known_network_is_read_whatever_its_names(tmp_path, known, shuffled, key):
    tensors = declared(known, shuffled)
    torch.save(tensors if key is None else {"epoch": 5, "loss": 0.1, key: tensors}, tmp_path / "mine.pth")
    loaded = load_checkpoint(tmp_path / "mine.pth")
    assert same(as_network(loaded), network(NETWORKS[known]))
    assert (loaded.info.name, loaded.info.network, loaded.info.recipe) == ("mine", known, "")
    assert (loaded.info.mean, loaded.info.std) == NORMALISATIONS[known]
    assert loaded.info.parameters == parameter_count(as_network(loaded))


@pytest.mark.parametrize("known", FOREIGN)
def test_a_foreign_safetensors_file_of_a_known_network_is_read(tmp_path, known):
    (tmp_path / "mine.safetensors").write_bytes(save(dict(declared(known))))
    assert same(as_network(load_checkpoint(tmp_path / "mine.safetensors")), network(NETWORKS[known]))


@pytest.mark.parametrize("known", NETWORKS)
def test_a_network_of_digitpad_s_own_whose_description_is_missing_keeps_every_tensor_in_its_place(tmp_path, known):
    made = network(NETWORKS[known])
    with torch.no_grad():  # no two tensors are the same, so that none can stand in for another
        for index, tensor in enumerate(made.state_dict().values()):
            tensor.fill_(index + 1)
    (tmp_path / "mine.safetensors").write_bytes(save(made.state_dict()))
    torch.save(made.state_dict(), tmp_path / "mine.pt")
    assert same(as_network(load_checkpoint(tmp_path / "mine.safetensors")), made)
    assert same(as_network(load_checkpoint(tmp_path / "mine.pt")), made)


def test_numbers_in_names_are_counted_however_long_they_are(tmp_path):
    tensors = {f"layer{'9' * 5000}{key}": tensor for key, tensor in declared("five-by-five").items()}
    (tmp_path / "mine.safetensors").write_bytes(save(tensors))
    assert same(as_network(load_checkpoint(tmp_path / "mine.safetensors")), network(NETWORKS["five-by-five"]))


def test_parameters_and_the_old_file_format_are_read(tmp_path):
    made = network(NETWORKS["keras"])
    parameters = {f"module.{name}": parameter for name, parameter in made.named_parameters()}
    torch.save(parameters, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert same(as_network(load_checkpoint(tmp_path / "old.pt")), made)


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
        {"weight": torch.zeros(2)},
        {3: torch.zeros(2)},
    ],
)
def test_a_file_without_a_known_network_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "other.pt")
    sentence = input_error(tmp_path / "other.pt")
    assert "does not know" in sentence or "no state_dict" in sentence


def test_a_truncated_pt_file_is_refused_wherever_it_ends(tmp_path):
    path = tmp_path / "cut.pt"
    torch.save(declared("five-by-five"), path)
    whole = path.read_bytes()
    for end in {1, 3, 4, 64, 1000, len(whole) - 1, len(whole) - 22, *range(2, len(whole), 19973)}:
        path.write_bytes(whole[:end])
        input_error(path)


def test_tensors_that_claim_more_than_the_file_holds_cost_no_memory(tmp_path):
    path = tmp_path / "claims.pt"
    tensors = declared("five-by-five")
    for claimed in (torch.zeros(1).expand(10**14), torch.zeros(1).expand(10**7, 10**7)):
        torch.save({**tensors, "fc1.weight": claimed}, path)
        assert path.stat().st_size < 1 << 20
        assert "does not know" in input_error(path)


@pytest.mark.parametrize("made", ["sparse", "meta"])
def test_tensors_without_dense_numbers_are_refused(tmp_path, made):
    tensors = declared("five-by-five")
    weight = tensors["fc1.weight"]
    tensors["fc1.weight"] = weight.to_sparse() if made == "sparse" else weight.to("meta")
    torch.save(tensors, tmp_path / "odd.pt")
    input_error(tmp_path / "odd.pt")


def test_an_archive_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.pt"
    torch.save(declared("five-by-five"), path)
    zeros = bytes(1 << 20)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("a/data/99", "w") as file:
        for _ in range((MAX_BYTES >> 20) + 1):
            file.write(zeros)
    assert path.stat().st_size < 1 << 20
    assert "unpacks to" in input_error(path)


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
    loaded_or_error(path)
