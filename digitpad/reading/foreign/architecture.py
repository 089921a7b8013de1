"""Which layers a plain state_dict belongs to: a network that digitpad knows, or what its tensors' shapes allow.

Shapes give channels, kernels and features, and that of the first linear layer the size of the image before it. They do
not give strides, padding, pooling and activations: every likely combination that leads to that size is a candidate, and
reading digits shows which of them is right (`digitpad.reading.foreign.preparation`).
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitpad.domain.errors import InputError, Message
from digitpad.domain.prediction import CLASSES
from digitpad.ink.raster.render import SIDE
from digitpad.reading.layers import ACTIVATIONS, MAX_LAYERS, Layers, Shape, network_of
from digitpad.reading.tensors import StoredTensor
from digitpad.reading.zoo import NETWORKS

GEOMETRIES = 6
"""How many combinations of strides, padding and pooling are candidates, the likeliest first."""

_UNUSUAL = {"tanh": 0.5, "sigmoid": 0.5, "gelu": 2.0}
"""How unusual activations other than ReLU are in networks for MNIST; GELU is nearly like it."""

_TRIED = 20_000
"""How many are looked at, at most, to find them."""


@dataclass(frozen=True)
class Candidate:
    """What a state_dict may be.

    Attributes:
        network: id of a network that digitpad knows, or 'custom'.
        layers: its layers.
        tensors: the file's tensors by the names that those layers give them.
        unlikeliness: how unusual it is, from 0: of two that read alike, the more usual one is meant.
    """

    network: str
    layers: Layers
    tensors: Mapping[str, StoredTensor]
    unlikeliness: float = 0.0


@dataclass(frozen=True)
class _Part:
    """One module of the state_dict."""

    name: str
    kind: str
    shape: Shape
    tensors: Mapping[str, StoredTensor]


def candidates(name: str, tensors: Mapping[str, StoredTensor]) -> list[Candidate]:
    """What a state_dict may be, the likeliest first; one at least. The tensors are in the order of the file.

    Raises InputError where they are not a plain stack of convolutions and linear layers from 28×28 to ten.
    """
    for network_id, layers in NETWORKS.items():
        renamed = _renamed(tensors, network_of(layers).tensors)
        if renamed is not None:
            return [Candidate(network_id, layers, renamed)]
    found = list(_stacks(name, _parts(name, tensors)))
    if not found:
        raise _unknown(name, Message("no strides, padding and pooling lead from 28×28 to its first linear layer"))
    return found


def _unknown(name: str, why: Message) -> InputError:
    text = "{name} holds the weights of a network that digitpad does not know ({reason}). Choose another file."
    return InputError(text, name=name, reason=why)


def _no_layer(name: str, tensor: str, shape: Shape) -> InputError:
    why = Message("{tensor}, {shape}, does not follow on the layer before it", tensor=tensor[:80], shape=list(shape))
    return _unknown(name, why)


def _renamed(tensors: Mapping[str, StoredTensor], places: Mapping[str, Shape]) -> dict[str, StoredTensor] | None:
    """Foreign tensors by the names of `places`, or None where they belong to another network.

    Modules are recognised by the names and shapes of their tensors, since files hold them in the order of declaration
    or of the alphabet; modules that are alike are taken in the file's order.
    """
    theirs, renamed = _modules(tensors), {}
    for ours, shapes in _modules(places).items():
        for module, held in theirs.items():
            if {leaf: tensor.shape for leaf, tensor in held.items()} == shapes:
                renamed.update({f"{ours}.{leaf}": tensor for leaf, tensor in held.items()})
                del theirs[module]
                break
        else:
            return None
    return None if theirs else renamed


def _modules(tensors: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Tensors by module, then by their name in it: 'conv1.weight' is 'weight' in 'conv1'."""
    modules: dict[str, dict[str, Any]] = {}
    for key, tensor in tensors.items():
        module, _, leaf = key.rpartition(".")
        modules.setdefault(module, {})[leaf] = tensor
    return modules


def _parts(name: str, tensors: Mapping[str, StoredTensor]) -> list[_Part]:
    """The modules of a state_dict with their kinds; an InputError names any of another kind."""
    parts = []
    for module, held in _modules(tensors).items():
        kind, weight = _kind({leaf: tensor.shape for leaf, tensor in held.items()})
        if not kind or not all(tensor.is_float for leaf, tensor in held.items() if leaf != "num_batches_tracked"):
            leaf, tensor = next(iter(held.items()))
            place, shape = f"{module}.{leaf}".strip(".")[:80], list(tensor.shape)[:8]
            why = Message("{tensor}, {dtype} {shape}, fits no layer", tensor=place, dtype=tensor.dtype, shape=shape)
            raise _unknown(name, why)
        parts.append(_Part(module, kind, weight, held))
    return parts


def _kind(shapes: Mapping[str, Shape]) -> tuple[str, Shape]:
    """A module's kind by the shapes of its tensors, '' where it is none, and the shape of its weight."""
    weight, bias = shapes.get("weight", ()), shapes.get("bias")
    if bias not in (None, weight[:1]) or 0 in weight:
        return "", ()
    if shapes.keys() <= {"weight", "bias"}:
        if len(weight) == 4 and weight[2] == weight[3]:
            return "conv", weight
        if len(weight) == 2:
            return "linear", weight
    elif len(weight) == 1 and bias and {shapes.get("running_mean"), shapes.get("running_var")} == {weight}:
        return "batchnorm", weight
    return "", ()


def _stacks(name: str, parts: Sequence[_Part]) -> Iterator[Candidate]:
    """All stacks that the parts make, the likeliest first."""
    convolutions = _chained(name, [part for part in parts if part.kind == "conv"], 1)
    linears = _chained(name, [part for part in parts if part.kind == "linear"], None)
    norms = _placed_norms(name, [*convolutions, *linears], [part for part in parts if part.kind == "batchnorm"])
    last = linears[-1] if linears else convolutions[-1] if convolutions else None
    if last is None or last.shape[0] != CLASSES:
        why = Message("its last layer has {count} outputs and not ten", count=last.shape[0] if last else 0)
        raise _unknown(name, why)
    orders = (False, True) if norms else (False,)  # whether the activation comes before the batch normalisation
    for geometry in _geometries(convolutions, linears[0].shape[1] if linears else CLASSES):
        pools = ("maxpool", "avgpool") if any(step[2] for step in geometry.steps) else ("maxpool",)
        for pool, activation, is_norm_last in itertools.product(pools, ACTIVATIONS, orders):
            if len(convolutions) + len(linears) == 1 and activation != ACTIVATIONS[0]:
                continue  # there is nothing between layers
            layers, placed = _assembled(convolutions, linears, norms, geometry, pool, activation, is_norm_last)
            try:
                if len(layers) <= MAX_LAYERS and network_of(layers):
                    unlikeliness = geometry.unlikeliness + _UNUSUAL.get(activation, 0.0) + is_norm_last
                    yield Candidate("custom", layers, placed, unlikeliness)
            except InputError:
                continue  # it computes for too long


def _chained(name: str, parts: list[_Part], width: int | None) -> list[_Part]:
    """Parts in the order in which each takes what the one before gives; the file's order where that is possible."""
    if width is None and parts:  # the linear layer that no other feeds is the first
        fed = {part.shape[0] for part in parts}
        width = next((part.shape[1] for part in parts if part.shape[1] not in fed), parts[0].shape[1])
    chain, left = [], list(parts)
    while left:
        part = next((part for part in left if part.shape[1] == width), None)
        if part is None:
            raise _no_layer(name, f"{left[0].name}.weight", left[0].shape)
        left.remove(part)
        chain.append(part)
        width = part.shape[0]
    return chain


def _placed_norms(name: str, layers: Sequence[_Part], norms: Sequence[_Part]) -> dict[str, _Part]:
    """Which batch normalisation comes after which layer: in order, each after the first of as many features."""
    placed: dict[str, _Part] = {}
    for norm in norms:
        layer = next((part for part in layers if part.shape[:1] == norm.shape and part.name not in placed), None)
        if layer is None:
            raise _no_layer(name, f"{norm.name}.weight", norm.shape)
        placed[layer.name] = norm
    return placed


@dataclass(frozen=True)
class _Geometry:
    """For each convolution its stride, padding and the pooling after it, 0 for none; at last the average pooling."""

    steps: tuple[tuple[int, int, int], ...]
    pooled: int = 0
    unlikeliness: float = 0.0


def _geometries(convolutions: Sequence[_Part], features: int) -> list[_Geometry]:
    """The likeliest ways from 28×28 through some convolutions to as many features."""
    found: list[_Geometry] = []
    number = itertools.count()  # among equally likely ones, the first found first
    queue: list[tuple[float, int, int, tuple[tuple[int, int, int], ...]]] = [(0.0, 0, SIDE, ())]
    for _ in range(_TRIED):
        if not queue or len(found) == 2 * GEOMETRIES:
            break
        cost, _, side, steps = heapq.heappop(queue)
        if len(steps) == len(convolutions):
            channels = convolutions[-1].shape[0] if convolutions else 1
            if channels * side * side == features:
                found.append(_Geometry(steps, 0, cost))
            elif channels == features:
                found.append(_Geometry(steps, side, cost + 2.0 * (steps[-1][2] > 0)))
            continue
        kernel = convolutions[len(steps)].shape[2]
        for stride, padding, pool in itertools.product((1, 2), {0, kernel // 2}, (2, 0, 3)):
            after = ((side + 2 * padding - kernel) // stride + 1) // max(pool, 1)
            if after >= 1 and (stride == 1 or kernel > 1):
                step = (stride, padding, pool)
                dearer = cost + _unlikeliness(step, steps, len(convolutions))
                heapq.heappush(queue, (dearer, next(number), after, (*steps, step)))
    return sorted(found, key=lambda geometry: geometry.unlikeliness)[:GEOMETRIES]


def _unlikeliness(step: tuple[int, int, int], before: Sequence[tuple[int, int, int]], count: int) -> float:
    """How unusual it is for a convolution, after those before it, to have such a stride, padding and pooling."""
    stride, padding, pool = step
    cost = 3.0 * (stride - 1) + (2.0 if pool == 3 else 0.0) + (4.0 if stride > 1 and pool else 0.0)
    cost += 0.3 if not pool and len(before) + 1 == count else 0.0
    if before:
        cost += 1.0 * ((padding > 0) != (before[-1][1] > 0)) + 0.5 * ((pool > 0) != (before[-1][2] > 0))
    return cost


def _assembled(
    convolutions: Sequence[_Part],
    linears: Sequence[_Part],
    norms: Mapping[str, _Part],
    geometry: _Geometry,
    pool: str,
    activation: str,
    is_norm_last: bool,
) -> tuple[list[list[Any]], dict[str, StoredTensor]]:
    """A stack's layers, and its tensors by the names that they give them."""
    layers: list[list[Any]] = []
    placed: dict[str, StoredTensor] = {}

    def add(layer: list[Any], part: _Part | None = None) -> None:
        if part is not None:
            zeros = StoredTensor(part.shape[:1], "F32", lambda: np.zeros(part.shape[0], np.float32))
            counter = StoredTensor((), "I64", lambda: np.zeros((), np.int64))
            missing = {"bias": zeros} if part.kind != "batchnorm" else {"num_batches_tracked": counter}
            placed.update({f"{len(layers)}.{leaf}": tensor for leaf, tensor in {**missing, **part.tensors}.items()})
        layers.append(layer)

    def activate(part: _Part, is_last: bool) -> None:
        norm = norms.get(part.name)
        if norm and not is_norm_last:
            add(["batchnorm"], norm)
        if not is_last:
            add([activation])
        if norm and is_norm_last:
            add(["batchnorm"], norm)

    for part, (stride, padding, size) in zip(convolutions, geometry.steps, strict=True):
        add(["conv", part.shape[0], part.shape[2], stride, padding], part)
        activate(part, is_last=not linears and part is convolutions[-1])
        if size:
            add([pool, size])
    if geometry.pooled:
        add(["avgpool", geometry.pooled])
    add(["flatten"])
    for part in linears:
        add(["linear", part.shape[0]], part)
        activate(part, is_last=part is linears[-1])
    return layers, placed
