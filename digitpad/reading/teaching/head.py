"""A network's head: its last layers, which teaching changes, apart from the layers before them, which stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import InputError
from digitpad.platform.cores import cores
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.layers import Module, network_of
from digitpad.reading.reader import Reader

Floats = NDArray[np.float32]

_PART = 64


@dataclass(frozen=True, eq=False)
class Head:
    """The last linear layer; and the one before it, where nothing but a ReLU (and dropout) lies between the two.

    The last layers of an ensemble's members, whose logits are averaged, count as one that sees all their features.

    Attributes:
        inputs: names of the features that go in, see `digitpad.reading.graph`; of an ensemble one of each member.
        weight, bias: of the last layer, float32 (10, hidden) and (10,).
        first_weight, first_bias: of the layer before it, float32 (hidden, inputs) and (hidden,); None where there is
            none.
        names: of the modules that hold them, the last layer of each member, and the first layer at the end.
    """

    inputs: tuple[str, ...]
    weight: Floats
    bias: Floats
    first_weight: Floats | None
    first_bias: Floats | None
    names: tuple[str, ...]

    def hidden(self, inputs: Floats) -> Floats:
        """What goes into the last layer, float32 (n, hidden), before its ReLU where there is a first layer."""
        if self.first_weight is None or self.first_bias is None:
            return inputs
        made: Floats = inputs @ self.first_weight.T + self.first_bias
        return made

    def logits(self, inputs: Floats) -> Floats:
        """Float32 (n, 10)."""
        hidden = self.hidden(inputs)
        seen = hidden if self.first_weight is None else np.maximum(hidden, 0)
        made: Floats = seen @ self.weight.T + self.bias
        return made

    def changed(self, weight: Floats, bias: Floats) -> Head:
        """This head with something added to the weights and the bias of its last layer."""
        return replace(self, weight=self.weight + weight, bias=self.bias + bias)

    def widened(self, first_weight: Floats, first_bias: Floats, weight: Floats) -> Head:
        """This head with more units in the layer before the last.

        Args:
            first_weight: of the units, float32 (units, inputs).
            first_bias: of the units, float32 (units,).
            weight: what they add to the logits, float32 (10, units).
        """
        return replace(
            self,
            weight=np.concatenate([self.weight, weight], axis=1),
            first_weight=np.concatenate([_known(self.first_weight), first_weight]),
            first_bias=np.concatenate([_known(self.first_bias), first_bias]),
        )

    def put_into(self, checkpoint: Checkpoint) -> Checkpoint:
        """A checkpoint with this head in it."""
        arrays, info, last = dict(checkpoint.arrays), checkpoint.info, list(self.names)
        if self.first_weight is not None:
            first = last.pop()
            arrays |= {f"{first}.weight": self.first_weight, f"{first}.bias": _known(self.first_bias)}
            layers = [list(layer) for layer in info.layers]
            linear = [layer for layer in layers if layer[0] == "linear"]
            linear[-2][1] = len(self.first_weight)
            info = replace(info, layers=layers, parameters=network_of(layers).parameters)
        before = [checkpoint.arrays[f"{name}.weight"] for name in last]
        ends = np.cumsum([weight.shape[1] for weight in before])[:-1]
        for name, part in zip(last, np.split(self.weight, ends, axis=1), strict=True):
            arrays[f"{name}.weight"] = np.ascontiguousarray(part * len(last))
        shift = self.bias - _mean_bias(checkpoint.arrays, last)
        arrays |= {f"{name}.bias": arrays[f"{name}.bias"] + shift for name in last}
        return Checkpoint(info, arrays)


def _known(array: Floats | None) -> Floats:
    assert array is not None, "the head has no layer before its last"
    return array


def head_of(checkpoint: Checkpoint) -> Head:
    """The head of a network.

    Raises:
        InputError: it is a foreign ONNX file, whose layers are not known.
    """
    if checkpoint.model is not None:
        text = "{name} is an ONNX network, which cannot be taught. Choose a checkpoint."
        raise InputError(text, name=checkpoint.info.name)
    arrays, network = checkpoint.arrays, network_of(checkpoint.info.layers)
    members = [[module for module in member if module.kind != "dropout"] for member in network.members]
    lasts = [_last_linear(member) for member in members]
    names = [member[last].name for member, last in zip(members, lasts, strict=True)]
    weight = np.concatenate([arrays[f"{name}.weight"] / np.float32(len(names)) for name in names], axis=1)
    bias = _mean_bias(arrays, names)
    member, last = members[0], lasts[0]
    if len(members) == 1 and last >= 3 and [module.kind for module in member[last - 2 : last]] == ["linear", "relu"]:
        before, first = member[last - 3].name, member[last - 2].name
        return Head((before,), weight, bias, arrays[f"{first}.weight"], arrays[f"{first}.bias"], (*names, first))
    inputs = tuple(member[last - 1].name for member, last in zip(members, lasts, strict=True))
    return Head(inputs, weight, bias, None, None, tuple(names))


def _last_linear(modules: Sequence[Module]) -> int:
    (*_, last) = (index for index, module in enumerate(modules) if module.kind == "linear")
    if last != len(modules) - 1 or last == 0:
        raise InputError("The network does not end in a linear layer, and cannot be taught. Choose another checkpoint.")
    return last


def _mean_bias(arrays: Mapping[str, NDArray[Any]], names: Sequence[str]) -> Floats:
    bias: Floats = np.mean([arrays[f"{name}.bias"] for name in names], axis=0, dtype=np.float32)
    return bias


def head_inputs(reader: Reader, head: Head, images: NDArray[np.uint8]) -> Floats:
    """What goes into a network's head, float32 (n, inputs), of images, uint8 (n, 28, 28); read in several threads."""

    def read(part: NDArray[np.uint8]) -> Floats:
        made = reader.features(part, head.inputs)
        return np.concatenate([made[name].reshape(len(part), -1) for name in head.inputs], axis=1)

    parts = [images[start : start + _PART] for start in range(0, max(len(images), 1), _PART)]
    with ThreadPoolExecutor(cores()) as pool:
        return np.concatenate(list(pool.map(read, parts)))
