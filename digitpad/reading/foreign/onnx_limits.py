"""What is refused of foreign ONNX files: too much to parse, keep in memory or compute, and operators not on a list.

The operators on it neither loop nor make numbers of their own, and every size must be known before anything runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import onnx
from onnx import TensorProto
from onnx.defs import onnx_opset_version

from digitpad.domain.errors import InputError
from digitpad.ink.raster.render import SIDE
from digitpad.reading.layers import MAX_MULTIPLY_ADDS, MAX_OUTPUTS, MAX_PARAMETERS, Shape

MAX_ONNX_BYTES = 4 * MAX_PARAMETERS + (4 << 20)
MAX_DESCRIPTION = 4 << 20
"""Most bytes of a file, and of what is in it besides weights: a byte of that may take a hundred in memory."""

MAX_NODES = 500

_ELEMENT_COSTS = 10
"""Multiply-adds that take as long as a power or an error function of one number; other operators count the same."""

_OPERATORS = frozenset(
    """
    Abs Add ArgMax AveragePool BatchNormalization Cast Clip Concat Constant Conv Div Dropout Elu Erf Exp Flatten
    Gather Gelu Gemm GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Identity InstanceNormalization LRN
    LayerNormalization LeakyRelu Less Log LogSoftmax MatMul Max MaxPool Min Mish Mul Neg Not Or PRelu Pad Pow
    Reciprocal ReduceLogSumExp ReduceMax ReduceMean ReduceSum Relu Reshape Selu Shape Sigmoid Slice Softmax Softplus
    Softsign Split Sqrt Squeeze Sub Sum Tanh ThresholdedRelu Transpose Unsqueeze
    """.split()  # noqa: SIM905 - a list of them would take sixty lines
)
FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE)


def check_description(data: bytes) -> None:
    """Raise OverflowError where more than a network needs are not weights; any exception where it is damaged."""
    _described(memoryview(data), _MODEL, MAX_DESCRIPTION)


def check_contents(name: str, model: onnx.ModelProto) -> int:
    """Refuse what digitpad does not take, and give the number of weights."""
    graph = model.graph
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    used = {node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}" for node in graph.node}
    strange = sorted(used - _OPERATORS)
    if strange:
        text = "{name} uses the operator {strange}, which digitpad does not take from files."
        raise InputError(text, name=name, strange=strange[0][:80])
    if not versions or not 7 <= versions[0] <= onnx_opset_version():
        text = "{name} has a version of ONNX that digitpad does not read; export it with opset 17."
        raise InputError(text, name=name)
    if len(graph.node) > MAX_NODES or model.functions or model.training_info or graph.sparse_initializer:
        text = "{name} is more than a network for 28×28 images; digitpad takes {most} operators at most."
        raise InputError(text, name=name, most=MAX_NODES)
    attributes = [attribute for node in graph.node for attribute in node.attribute]
    if any(held.HasField("g") or held.graphs or held.tensors or held.HasField("sparse_tensor") for held in attributes):
        raise InputError("{name} holds graphs within its graph, which digitpad does not take from files.", name=name)
    tensors = [*graph.initializer, *(attribute.t for attribute in attributes if attribute.HasField("t"))]
    if any(tensor.data_location == TensorProto.EXTERNAL or tensor.external_data for tensor in tensors):
        text = "{name} keeps its weights in another file; save it with all weights inside and load that."
        raise InputError(text, name=name)
    count: int = sum(math.prod(tensor.dims) for tensor in tensors if tensor.data_type in FLOATS)
    if count > MAX_PARAMETERS or any(side < 0 for tensor in tensors for side in tensor.dims):
        text = "{name} has {count} weights; digitpad takes {most} at most."
        raise InputError(text, name=name, count=count, most=MAX_PARAMETERS)
    return count


def check_sizes(name: str, graph: onnx.GraphProto, shapes: Mapping[str, Shape], held: set[str]) -> None:
    """Refuse values whose size is unknown or too large, and what computes for long."""
    costs = 0
    for node in graph.node:
        for value in filter(None, node.output):
            if value not in shapes:
                text = "{name} computes sizes as it goes ({value}); export it with fixed sizes."
                raise InputError(text, name=name, value=value[:80])
            if math.prod(shapes[value]) > MAX_OUTPUTS and value not in held:
                text = "{name} makes {size} numbers of one image; choose another file."
                raise InputError(text, name=name, size=math.prod(shapes[value]))
        made = math.prod(shapes[node.output[0]])
        if node.op_type == "Conv" and node.input[1] in shapes:
            costs += made * math.prod(shapes[node.input[1]][1:])
        elif node.op_type in ("Gemm", "MatMul") and node.input[0] in shapes:
            costs += made * max(shapes[node.input[0]], default=1)
        elif node.op_type.endswith("Pool"):
            kernels = [attribute.ints for attribute in node.attribute if attribute.name == "kernel_shape"]
            costs += made * math.prod(kernels[0] if kernels else [SIDE] * 2)
        else:
            costs += _ELEMENT_COSTS * max(math.prod(shapes.get(value, ())) for value in [*node.input, *node.output])
    if costs > MAX_MULTIPLY_ADDS:
        text = "{name} takes {costs} multiply-adds an image; digitpad allows {most}."
        raise InputError(text, name=name, costs=costs, most=MAX_MULTIPLY_ADDS)


_MODEL: Mapping[int, Mapping[int, object] | None] = {
    7: {1: {5: {5: {9: None, 4: None}}}, 5: {9: None, 4: None}},
}
"""Fields of ModelProto that lead to weights: graph, then node, attribute, tensor, or initializer; their raw bytes."""


def _described(data: memoryview, fields: Mapping[int, object], most: int) -> int:
    """How many bytes of a protobuf message are not weights, counted without making objects of it.

    Raises:
        OverflowError: they are more than `most`.
        ValueError, IndexError: it is cut off or no protobuf.
    """
    place, count = 0, 0
    while place < len(data):
        start = place
        tag, place = _varint(data, place)
        length, wire = 0, tag & 7
        if wire == 0:
            _, place = _varint(data, place)
        elif wire == 2:
            length, place = _varint(data, place)
        elif wire in (1, 5):
            place += 8 if wire == 1 else 4
        else:
            raise ValueError("no protobuf")
        if place + length > len(data):
            raise ValueError("cut off")
        count += place - start
        inner = fields.get(tag >> 3, 0) if wire == 2 else None
        if isinstance(inner, Mapping):
            count += _described(data[place : place + length], inner, most - count)
        elif inner is not None:
            count += length
        if count > most:
            raise OverflowError
        place += length
    return count


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    """A number of variable length, and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
    raise ValueError("no protobuf")
