import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitpad.domain.errors import InputError
from digitpad.learning.models.networks import build
from digitpad.reading.layers import MAX_MULTIPLY_ADDS, network_of
from digitpad.reading.zoo import NETWORKS, NORMALISATIONS
from tests.reading.networks import parameter_count

END = [["flatten"], ["linear", 10]]


@pytest.mark.parametrize("known", NETWORKS)
def test_tensors_have_the_names_order_and_shapes_of_torch_s_state_dict(known):
    network, built = network_of(NETWORKS[known]), build(NETWORKS[known])
    assert list(network.tensors.items()) == [(key, tuple(t.shape)) for key, t in built.state_dict().items()]
    assert network.parameters == parameter_count(built)


def test_every_network_has_a_normalisation():
    assert NORMALISATIONS.keys() == NETWORKS.keys()


def test_multiply_adds_are_those_worked_out_by_hand():
    network = network_of([["conv", 4, 5, 2, 2], ["relu"], ["maxpool", 2], ["flatten"], ["linear", 10]])
    assert [module.multiply_adds for module in network] == [14 * 14 * 4 * 25, 0, 0, 0, 4 * 7 * 7 * 10]
    assert [module.shape for module in network] == [(4, 14, 14), (4, 14, 14), (4, 7, 7), (196,), (10,)]


@pytest.mark.parametrize(
    "layers",
    [
        [["conv", 1, 1001, 1, 500], *END],
        [["conv", 64, 3, 1, 1], *[["conv", 64, 3, 1, 1]] * 20, *END],
        [["columns", *[[["conv", 16, 5, 1, 2], *[["conv", 64, 5, 1, 2]] * 2, *END]] * 4]],
    ],
)
def test_a_network_that_computes_for_long_is_refused(layers):
    with pytest.raises(InputError, match=f"multiply-adds an image; digitpad allows {MAX_MULTIPLY_ADDS:,}"):
        network_of(layers)


KINDS = st.sampled_from(["columns", "conv", "conv-bn", "linear", "batchnorm", "relu", "tanh", "flatten", "maxpool"])
NUMBERS = st.one_of(st.integers(0, 40), st.integers(), st.floats(), st.sampled_from([10**9, 2**63, 10**30]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
NEARLY = st.lists(st.tuples(KINDS, st.lists(NUMBERS, max_size=4)).map(lambda layer: [layer[0], *layer[1]]), max_size=8)


@given(JSON | NEARLY | NEARLY.map(lambda layers: [*layers, *END]))
def test_any_value_becomes_ten_logits_or_a_sentence(layers):
    try:
        network = network_of(layers)
    except InputError:
        return
    assert {member[-1].shape for member in network.members} == {(10,)}
