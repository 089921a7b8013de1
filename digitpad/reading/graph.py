"""Graphs: a checkpoint as an ONNX model, with everything inside from the uint8 image to the ten probabilities.

The model takes `image`, uint8 (N, 28, 28), 255 is ink, and gives what is asked for by name:

    probabilities   float32 (N, 10): softmax of the logits divided by the checkpoint's temperature
    score           float32 (N,): log-sum-exp of the logits, the negative energy of Liu et al., 'Energy-based
                    out-of-distribution detection' (2020); low where no digit is seen
    digit           int64 (N,): the most probable digit, -1 where the image is blank or the score is below the threshold
    logits          float32 (N, 10), before the temperature
    hidden          float32 (N, features): what goes into the last linear layer (of an ensemble's first network)
    a module's name  what it gives, see `digitpad.reading.layers.Module`; batch normalisation is folded into the
                    convolution or linear layer before it, which then gives nothing of its own, and dropout is left out

Batch normalisation has torch's ε of 1e-5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from digitpad.domain.errors import InputError
from digitpad.domain.rejection import threshold
from digitpad.ink.raster.render import SIDE
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.layers import Module, network_of

OPSET, IR_VERSION = 17, 8
"""Versions of ONNX that onnxruntime reads since 1.12, of 2022."""

OUTPUTS = ("probabilities", "score")
"""What every reading gives."""

SwitchedOff = Mapping[str, Sequence[int]]
"""Channels by the name of the module that gives them."""

_EPSILON = 1e-5
_ACTIVATIONS = {"relu": "Relu", "tanh": "Tanh", "sigmoid": "Sigmoid"}
_SHAPES: Mapping[str, tuple[int, list[Any] | None]] = {
    "probabilities": (TensorProto.FLOAT, ["N", 10]),
    "score": (TensorProto.FLOAT, ["N"]),
    "digit": (TensorProto.INT64, ["N"]),
    "logits": (TensorProto.FLOAT, ["N", 10]),
}


class GraphBuilder:
    """Collects nodes and constants; names of its own begin with `prefix`."""

    def __init__(self, opset: int = OPSET, prefix: str = "") -> None:
        self.opset = opset
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[TensorProto] = []
        self._prefix = prefix

    def node(self, kind: str, inputs: Sequence[str], name: str | None = None, **attributes: Any) -> str:  # noqa: ANN401
        """Add an operator with one output and give that output's name, a new one where none is asked for."""
        output = name or f"{self._prefix}{kind}:{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, array: NDArray[Any]) -> str:
        """Add a constant and give its name."""
        name = f"{self._prefix}constant:{len(self.constants)}"
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        self.constants.append(TensorProto(name=name, data_type=kind, dims=array.shape, raw_data=array.tobytes()))
        return name

    def scalar(self, value: float) -> str:
        """Add a float32 number and give its name."""
        return self.constant(np.array(value, np.float32))

    def reshaped(self, value: str, shape: Sequence[int], name: str | None = None) -> str:
        """The same numbers in another shape, -1 for what is left."""
        return self.node("Reshape", [value, self.constant(np.array(shape, np.int64))], name)

    def normalised(self, shape: Sequence[int], mean: float, std: float) -> str:
        """The image as float32 of some shape, pixels in 0…1 having become (x - mean) / std."""
        pixels = self.reshaped(self.node("Cast", ["image"], to=TensorProto.FLOAT), shape)
        scaled = self.node("Mul", [pixels, self.scalar(1 / (255 * std))])
        return self.node("Add", [scaled, self.scalar(-mean / std)])

    def reduced(self, kind: str, value: str, name: str | None = None) -> str:
        """A reduction over axis 1, which becomes an input with version 18 for all but sums."""
        if self.opset < 18:
            return self.node(kind, [value], name, axes=[1], keepdims=0)
        return self.node(kind, [value, self.constant(np.array([1], np.int64))], name, keepdims=0)

    def add_outputs(self, temperature: float, lowest: float | None) -> None:
        """Add what is made of `logits`; `digit` too where the lowest score to accept is given."""
        self.node("Softmax", [self.node("Div", ["logits", self.scalar(temperature)])], "probabilities", axis=1)
        self.reduced("ReduceLogSumExp", "logits", "score")
        if lowest is not None:
            is_low = self.node("Less", ["score", self.scalar(max(lowest, float(np.finfo(np.float32).min)))])
            pixels = self.node("Flatten", [self.node("Cast", ["image"], to=TensorProto.FLOAT)])
            is_blank = self.node("Less", [self.reduced("ReduceMax", pixels), self.scalar(1)])
            is_rejected = self.node("Cast", [self.node("Or", [is_low, is_blank])], to=TensorProto.INT64)
            digit = self.node("ArgMax", ["logits"], axis=1, keepdims=0)
            one_more = self.node("Add", [digit, self.constant(np.array(1, np.int64))])
            self.node("Sub", [digit, self.node("Mul", [is_rejected, one_more])], "digit")  # -1, in any version of ONNX


def build_graph(
    checkpoint: Checkpoint,
    outputs: Sequence[str] = OUTPUTS,
    false_rejection_rate: float | None = None,
    *,
    is_prepared: bool = False,
    switched_off: SwitchedOff = MappingProxyType({}),
) -> onnx.ModelProto:
    """The ONNX model of a checkpoint.

    Args:
        checkpoint: a network.
        outputs: what the model is to give, see above, 'digit' among them or not.
        false_rejection_rate: share of real digits that `digit` may reject, None to reject blank images alone.
        is_prepared: whether a network of layers takes `image` as float32 that has been normalised already.
        switched_off: channels, or features of a flat layer, that become 0, by the name of the module that gives them.

    Raises:
        InputError: the network has no output of such a name.
    """
    info = checkpoint.info
    lowest = threshold(info.thresholds, false_rejection_rate) if "digit" in outputs else None
    model, values = _foreign(checkpoint.model) if checkpoint.model is not None else _own(checkpoint, is_prepared)
    opset = next(entry.version for entry in model.opset_import if not entry.domain)
    builder = GraphBuilder(opset, "answer/")
    for name, channels in switched_off.items():
        _switch_off(builder, model.graph, *values[name], channels)
    builder.add_outputs(info.temperature, lowest)
    for output in outputs:
        if output in _SHAPES:
            kind, shape = _SHAPES[output]
        elif output in values:
            kind, (value, shape) = TensorProto.FLOAT, values[output]
            if value != output:
                builder.node("Identity", [value], output)
        else:
            text = "{name} has no layer called {output}; it has {value}."
            raise InputError(text, name=info.name, output=output[:80], value=", ".join(values)[:800])
        model.graph.output.append(helper.make_tensor_value_info(output, kind, shape))
    model.graph.node.extend(builder.nodes)
    model.graph.initializer.extend(builder.constants)
    return model


def _switch_off(
    builder: GraphBuilder, graph: onnx.GraphProto, value: str, shape: list[Any] | None, channels: Sequence[int]
) -> None:
    """Multiply some channels of a value by 0, before anything takes them."""
    assert shape is not None
    mask = np.ones((1, shape[1], *[1] * len(shape[2:])), np.float32)
    mask[:, list(channels)] = 0
    nodes = list(graph.node)
    at = next(index for index, node in enumerate(nodes) if value in node.output)
    whole = f"{value}/whole"
    nodes[at].output[list(nodes[at].output).index(value)] = whole
    nodes.insert(at + 1, helper.make_node("Mul", [whole, builder.constant(mask)], [value]))
    del graph.node[:]
    graph.node.extend(nodes)


def feature_names(checkpoint: Checkpoint) -> tuple[str, ...]:
    """What `build_graph` can give besides the outputs: names of modules or a foreign model's values, 'logits'."""
    values = (_foreign(checkpoint.model) if checkpoint.model is not None else _own(checkpoint))[1]
    return (*values, "logits")


Values = dict[str, tuple[str, list[Any] | None]]
"""What can be asked for by name: the value in the graph that holds it, and its shape, None where unknown."""


def _own(checkpoint: Checkpoint, is_prepared: bool = False) -> tuple[onnx.ModelProto, Values]:
    """The model of a network of layers, as far as its logits, and what else it can give."""
    info, builder = checkpoint.info, GraphBuilder()
    network = network_of(info.layers)
    shape = (-1, 1, SIDE, SIDE)
    image = builder.reshaped("image", shape) if is_prepared else builder.normalised(shape, info.mean, info.std)
    values: Values = {}
    logits = [_member(builder, folded(member, checkpoint.arrays), image, values) for member in network.members]
    builder.node("Mean", logits, "logits") if len(logits) > 1 else builder.node("Identity", logits, "logits")
    kind = TensorProto.FLOAT if is_prepared else TensorProto.UINT8
    taken = helper.make_tensor_value_info("image", kind, ["N", SIDE, SIDE])
    graph = helper.make_graph(builder.nodes, "digitpad", [taken], [], builder.constants)
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="digitpad"), values


def _foreign(data: bytes) -> tuple[onnx.ModelProto, Values]:
    """A foreign model, and all its values of known shapes."""
    model = onnx.load_model_from_string(data)
    values: Values = {}
    for value in model.graph.value_info:
        kind = value.type.tensor_type
        if kind.elem_type == TensorProto.FLOAT and kind.HasField("shape") and len(kind.shape.dim) in (2, 4):
            values[value.name] = value.name, ["N", *(side.dim_value for side in kind.shape.dim[1:])]
    return model, values


Folded = tuple[Module, tuple[NDArray[np.float32], ...]]
"""A module with its weight and bias, where it has some."""


def folded(modules: Sequence[Module], arrays: Mapping[str, NDArray[Any]]) -> list[Folded]:
    """A network's modules as they read: each with weight and bias where it has some, without dropout.

    Batch normalisation is folded into the convolution or linear layer before it, which takes its name; where there is
    none, its weight is a scale and its bias a shift.
    """
    made: list[Folded] = []
    for module in modules:
        name = module.name
        if module.kind == "batchnorm":
            mean, variance = arrays[f"{name}.running_mean"], arrays[f"{name}.running_var"]
            with np.errstate(all="ignore"):  # NaN and infinity are found when the network is tried
                scale = arrays[f"{name}.weight"] / np.sqrt(variance.astype(np.float64) + _EPSILON)
                shift = arrays[f"{name}.bias"] - mean * scale
                if made and made[-1][0].kind in ("conv", "linear"):
                    before, (weight, bias) = made.pop()
                    shift = bias * scale + shift
                    scale = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
                    module = replace(before, name=name)
                elif len(module.shape) == 3:
                    scale, shift = scale.reshape(-1, 1, 1), shift.reshape(-1, 1, 1)
                made.append((module, (scale.astype(np.float32), shift.astype(np.float32))))
        elif module.kind in ("conv", "linear"):
            weight = arrays[f"{name}.weight"]
            bias = arrays[f"{name}.bias"] if "bias" in module.tensors else np.zeros(len(weight), np.float32)
            made.append((module, (weight, bias)))
        elif module.kind != "dropout":
            made.append((module, ()))
    return made


def _member(builder: GraphBuilder, modules: Sequence[Folded], value: str, values: Values) -> str:
    """Add one network's nodes and give the name of its logits; `values` learns what holds each module's output."""
    last_linear = max((index for index, (module, _) in enumerate(modules) if module.kind == "linear"), default=None)
    shape: tuple[int, ...] = (1, SIDE, SIDE)
    for index, (module, weights) in enumerate(modules):
        if index == last_linear:
            values.setdefault("hidden", (value, ["N", *shape]))
        inputs = [value, *(builder.constant(array) for array in weights)]
        match module.kind:
            case "conv":
                kernel, stride, padding = (int(number) for number in module.numbers)
                value = builder.node(
                    "Conv", inputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[padding] * 4
                )
            case "linear":
                value = builder.node("Gemm", inputs, transB=1)
            case "batchnorm":
                value = builder.node("Add", [builder.node("Mul", inputs[:2]), inputs[2]])
            case "maxpool" | "avgpool":
                size = [int(module.numbers[0])] * 2
                kind = "MaxPool" if module.kind == "maxpool" else "AveragePool"
                value = builder.node(kind, inputs, kernel_shape=size, strides=size)
            case "flatten":
                value = builder.node("Flatten", inputs, axis=1)
            case "gelu":
                erf = builder.node("Erf", [builder.node("Mul", [value, builder.scalar(math.sqrt(0.5))])])
                half = builder.node("Mul", [value, builder.scalar(0.5)])
                value = builder.node("Mul", [half, builder.node("Add", [erf, builder.scalar(1)])])
            case kind:
                value = builder.node(_ACTIVATIONS[kind], inputs)
        shape = module.shape
        values[module.name] = value, ["N", *shape]
    return value
