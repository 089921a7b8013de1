import random

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from digitpad.domain.errors import InputError
from digitpad.learning.models.networks import build
from digitpad.reading.layers import MAX_LAYERS
from digitpad.reading.zoo import NETWORKS, NORMALISATIONS
from tests.reading.networks import parameter_count

END = [["flatten"], ["linear", 10]]


@pytest.mark.parametrize(
    ("network", "parameters"),
    [
        ("wide", 601_546),
        ("wider", 924_810),
        ("columns", 958_238),
        # Each sum: weights and biases of the layers that the tutorials name.
        ("classic", 9 * 32 + 32 + 9 * 32 * 64 + 64 + 3136 * 1024 + 1024 + 10240 + 10),
        ("five-by-five", 25 * 16 + 16 + 25 * 16 * 32 + 32 + 1568 * 10 + 10),
        ("sgd", 9 * 32 + 32 + 9 * 32 * 64 + 64 + 3136 * 128 + 128 + 1280 + 10),
        ("mlp", 784 * 300 + 300 + 2 * 300 + 300 * 100 + 100 + 2 * 100 + 1000 + 10),
        ("keras", 9 * 32 + 32 + 9 * 32 * 64 + 64 + 1600 * 64 + 64 + 640 + 10),
    ],
)
def test_known_networks_have_the_parameters_that_were_published(network, parameters):
    built = build(NETWORKS[network])
    assert parameter_count(built) == parameters
    assert built.training
    assert built.eval()(torch.zeros(2, 1, 28, 28)).shape == (2, 10)


def test_every_network_has_a_normalisation():
    assert NORMALISATIONS.keys() == NETWORKS.keys()


def test_columns_read_by_the_mean_of_their_logits_and_learn_each_for_itself():
    torch.manual_seed(3)
    network = build([["columns", END, END, END]])
    images = torch.rand(2, 1, 28, 28)
    each = [column(images) for column in network[0].columns]
    assert not torch.equal(each[0], each[1])  # each has first weights of its own
    torch.testing.assert_close(network(images), torch.cat(each))
    torch.testing.assert_close(network.eval()(images), sum(each) / 3)


def test_weights_are_initialised_and_follow_the_seed():
    def weights(seed):
        torch.manual_seed(seed)
        return torch.cat([p.detach().flatten() for p in build(NETWORKS["wide"]).parameters()])

    one, same, other = weights(1), weights(1), weights(2)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.isfinite(one).all()
    assert 0.01 < one.std() < 1


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([], "1 to 64 layers"),
        ("flatten", "1 to 64 layers"),
        (None, "1 to 64 layers"),
        ({"flatten": 1}, "1 to 64 layers"),
        ([["relu"]] * MAX_LAYERS + END, "1 to 64 layers"),
        (["flatten", ["linear", 10]], "Layer 1 of the network, 'flatten'"),
        ([{"flatten": 1}, ["linear", 10]], "starts with its kind"),
        ([[], *END], "starts with its kind"),
        ([[["flatten"]], *END], "starts with its kind"),
        ([["attention", 8], *END], "knows no such layer"),
        ([["flatten", 1], ["linear", 10]], "knows no such layer"),
        ([["conv", 4, 3, 1], *END], "knows no such layer"),
        ([["conv", 4.0, 3, 1, 1], *END], "knows no such layer"),
        ([["conv", True, 3, 1, 1], *END], "numbers must lie between"),
        ([["conv", -4, 3, 1, 1], *END], "numbers must lie between"),
        ([["conv", 10**30, 3, 1, 1], *END], "numbers must lie between"),
        ([["dropout", float("nan")], *END], "numbers must lie between"),
        ([["dropout", 1], *END], "knows no such layer"),
        ([["conv", 4, 3, 0, 1], *END], "below 1"),
        ([["conv", 0, 3, 1, 1], *END], "below 1"),
        ([["conv", 4, 29, 1, 0], *END], "below 1"),
        ([["maxpool", 0], *END], "below 1"),
        ([["maxpool", 29], *END], "below 1"),
        ([["flatten"], ["linear", 0]], "below 1"),
        ([["linear", 10]], "'flatten' before it"),
        ([["flatten"], ["maxpool", 2], ["linear", 10]], "needs an image"),
        ([["flatten"], ["conv", 4, 3, 1, 1], ["linear", 10]], "needs an image"),
        ([["conv", 1, 1, 1, 10**6], ["maxpool", 10**6], *END], "numbers of one image"),
        ([["conv", 2000, 3, 1, 1], *END], "numbers of one image"),
        ([["conv", 64, 5000, 1, 2500], *END], "weights"),
        ([["flatten"], ["linear", 100_000], ["linear", 10]], "weights"),
        ([["flatten"], ["linear", 12_000], ["linear", 1_000], ["linear", 10]], "20,000,000 at most"),
        ([["flatten"]], "ten outputs"),
        ([["flatten"], ["linear", 9]], "ten outputs"),
        ([["maxpool", 28]], "ten outputs"),
        ([["conv", 10, 28, 1, 0]], "ten outputs"),
        ([["columns"]], "0 columns"),
        ([["columns", *[END] * 9]], "9 columns"),
        ([["columns", END, [["flatten"]]]], "ten outputs"),
        ([["columns", END, 7]], "1 to 64 layers"),
        ([["columns", [["columns", END]]]], "its numbers must lie between"),
        ([["columns", END], ["relu"]], "its numbers must lie between"),
        ([["columns", *[[["flatten"], ["linear", 3000], ["linear", 1000], *END[-1:]]] * 8]], "42,"),
    ],
)
def test_malformed_layers_are_refused_with_a_sentence(layers, said):
    with pytest.raises(InputError) as fails:
        build(layers)
    assert said in str(fails.value)
    assert len(str(fails.value)) < 300


NUMBERS = st.one_of(
    st.integers(0, 40), st.integers(), st.floats(), st.sampled_from([10**5, 10**9, 2**63, 10**30]), st.booleans()
)
KINDS = st.sampled_from(["columns", "conv", "conv-bn", "linear", "batchnorm", "relu", "flatten", "maxpool", "dropout"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
NEARLY = st.lists(st.tuples(KINDS, st.lists(NUMBERS, max_size=4)).map(lambda layer: [layer[0], *layer[1]]), max_size=8)


COLUMNS = st.lists(NEARLY.map(lambda layers: [*layers, *END]) | JSON, max_size=3)


@given(JSON | NEARLY | NEARLY.map(lambda layers: [*layers, *END]) | COLUMNS.map(lambda parts: [["columns", *parts]]))
@example([["columns", END, END]])
@example([["conv", 4, 3, 0, 1], *END])
def test_any_value_becomes_ten_logits_or_a_sentence(layers):
    try:
        network = build(layers)
    except InputError:
        return
    assert network.eval()(torch.zeros(1, 1, 28, 28)).shape == (1, 10)


def test_hostile_sizes_cost_no_memory():
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for size in (3_000, 10**5, 10**7, 2 * 10**7, 10**9, 2**62, 2**63, 10**30):
        for layer in (["conv", size, 3, 1, 1], ["conv", 1, size, 1, size], ["conv", 1, 1, 1, size], ["linear", size]):
            with pytest.raises(InputError):
                build([["flatten"], ["linear", 9_000], layer, *END] if layer[0] == "linear" else [layer, *END])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB


def test_deeply_nested_values_end_as_a_sentence():
    layer = []
    for _ in range(100_000):
        layer = [layer]
    with pytest.raises(InputError):
        build([layer])
    while layer:  # taken apart by hand: Python's own way down would recurse
        layer = layer.pop()


def test_any_chain_of_sensible_layers_is_built():
    choose = random.Random(0)
    for _ in range(20):
        convolutions = [
            [
                choose.choice(["conv", "conv-bn"]),
                choose.randint(1, 8),
                choose.choice([1, 3, 5]),
                choose.choice([1, 2]),
                2,
            ]
            for _ in range(choose.randint(0, 3))
        ]
        dense = [["linear", choose.randint(1, 30)], ["batchnorm"], ["relu"], ["dropout", choose.random()]]
        network = build([*convolutions, ["maxpool", 2], ["flatten"], *dense, ["linear", 10]])
        assert network(torch.rand(3, 1, 28, 28)).shape == (3, 10)
