"""The layers of a network as it reads: what each is, where it takes its input from, and its weights.

Batch normalisation is folded into the convolution before it, dropout is left out, and so is what only gives the same
numbers another shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.graph import feature_names, folded
from digitpad.reading.layers import ACTIVATIONS, Module, Shape, network_of

Weights = NDArray[np.float32]

_POOLING = ("maxpool", "avgpool")
_SAME_NUMBERS = ("Identity", "Cast", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze")
_KINDS = {
    "Conv": "conv",
    "Gemm": "linear",
    "MatMul": "linear",
    "Relu": "relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "MaxPool": "maxpool",
    "AveragePool": "avgpool",
}


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer.

    Attributes:
        name: of what it gives, for `Reader.features`.
        kind: 'conv', 'linear', 'batchnorm', 'maxpool', 'avgpool', an activation such as 'relu', or, in a foreign ONNX
            file, the name of another operator.
        member: number of the network that it is part of, in an ensemble; else 0.
        shape: of what it gives: (channels, height, width) or (features,).
        parameters: number of its trained numbers.
        source: the name of the layer that it takes its input from; None for the image.
        numbers: of a convolution, kernel, stride and padding; of pooling, its size and stride; empty where they differ
            along the sides, and for others.
        weight: of a convolution float32 (channels, inputs, k, k), of a linear layer (features, inputs); else None.
        bias: float32 (channels,) or (features,), where there is a weight.
        scale: the name of the layer whose scale of colours it shares: the convolution before an activation or pooling,
            else itself.
    """

    name: str
    kind: str
    member: int
    shape: Shape
    parameters: int = 0
    source: str | None = None
    numbers: tuple[int, ...] = ()
    weight: Weights | None = None
    bias: Weights | None = None
    scale: str = ""

    @property
    def begins_module(self) -> bool:
        """Whether it is a convolution or a linear layer, which those after it belong to."""
        return self.weight is not None


def layers_of(checkpoint: Checkpoint) -> tuple[Layer, ...]:
    """The layers of any network in its order, those of an ensemble's members one after the other."""
    if checkpoint.model is not None:
        return tuple(_foreign(onnx.load_model_from_string(checkpoint.model), feature_names(checkpoint)))
    network = network_of(checkpoint.info.layers)
    return tuple(layer for number, member in enumerate(network.members) for layer in _own(number, member, checkpoint))


def _own(number: int, modules: tuple[Module, ...], checkpoint: Checkpoint) -> Iterator[Layer]:
    counted, source, scale = 0, None, ""
    parameters: dict[str, int] = {}
    for module in modules:
        counted += module.parameters
        parameters[module.name] = counted
    counted = 0
    for module, weights in folded(modules, checkpoint.arrays):
        if module.kind == "flatten":
            continue
        own, counted = parameters[module.name] - counted, parameters[module.name]
        has_weight = module.kind in ("conv", "linear")
        numbers = tuple(int(size) for size in module.numbers)
        if module.kind in _POOLING:
            numbers *= 2
        scale = scale if module.kind in (*ACTIVATIONS, *_POOLING, "batchnorm") and scale else module.name
        weight, bias = weights if has_weight else (None, None)
        yield Layer(module.name, module.kind, number, module.shape, own, source, numbers, weight, bias, scale)
        source = module.name


def _foreign(model: onnx.ModelProto, names: tuple[str, ...]) -> Iterator[Layer]:
    graph = model.graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    shapes = {
        value.name: tuple(side.dim_value for side in value.type.tensor_type.shape.dim[1:]) for value in graph.value_info
    }
    holds: dict[str, str | None] = {}  # the layer whose numbers a value holds; None for the image's
    scales: dict[str, str] = {}
    for node in graph.node:
        attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
        if node.op_type == "Constant" and "value" in attributes:
            constants[node.output[0]] = numpy_helper.to_array(attributes["value"])
            continue
        source = next((holds[name] for name in node.input if name in holds), None)
        name = node.output[0]
        if name not in names or node.op_type in _SAME_NUMBERS:
            holds[name] = source
            continue
        kind = _KINDS.get(node.op_type, node.op_type)
        held = [constants[value] for value in node.input if value in constants]
        count = sum(array.size for array in held if array.dtype.kind == "f" and array.size > 1)
        weight, bias = _weights(node, attributes, held)
        scale = scales.get(source or "", name) if weight is None else name
        scales[name], holds[name] = scale, name
        numbers = _numbers(kind, attributes)
        yield Layer(name, kind, 0, shapes[name], count, source, numbers, weight, bias, scale)


def _weights(
    node: onnx.NodeProto, attributes: Mapping[str, Any], held: list[NDArray[Any]]
) -> tuple[Weights | None, Weights | None]:
    """Weight and bias of a convolution or a linear layer whose weights are constants."""
    if node.op_type not in ("Conv", "Gemm", "MatMul") or not held or held[0].ndim not in (2, 4):
        return None, None
    if attributes.get("group", 1) != 1 or attributes.get("alpha", 1.0) != 1.0 or attributes.get("beta", 1.0) != 1.0:
        return None, None
    weight = held[0].astype(np.float32)
    if node.op_type == "MatMul" or (node.op_type == "Gemm" and not attributes.get("transB", 0)):
        weight = weight.T
    bias = held[1].astype(np.float32).ravel() if len(held) > 1 else np.zeros(len(weight), np.float32)
    return weight, np.broadcast_to(bias, (len(weight),))


def _numbers(kind: str, attributes: Mapping[str, Any]) -> tuple[int, ...]:
    """Kernel, stride and padding of a convolution, size and stride of pooling, where they are the same along all sides.

    Args:
        kind: see `Layer`.
        attributes: of an ONNX operator.
    """
    kernel, strides = attributes.get("kernel_shape", [0]), attributes.get("strides", [1])
    pads, dilations = attributes.get("pads", [0]), attributes.get("dilations", [1])
    if kind not in ("conv", *_POOLING) or attributes.get("auto_pad", b"NOTSET") != b"NOTSET" or set(dilations) != {1}:
        return ()
    if len(set(kernel)) > 1 or len(set(strides)) > 1 or len(set(pads)) > 1 or not kernel[0]:
        return ()
    if kind == "conv":
        return int(kernel[0]), int(strides[0]), int(pads[0])
    return (int(kernel[0]), int(strides[0])) if not pads[0] else ()
