"""ONNX files that other programs wrote, with one 28×28 input and ten outputs.

Nothing in such a file runs code, but it may point to other files, ask for much memory or compute for long:
`digitpad.reading.foreign.onnx_limits` says what is refused before anything runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import TensorProto, helper, shape_inference

from digitpad.domain.errors import InputError
from digitpad.domain.prediction import CLASSES
from digitpad.ink.raster.render import SIDE
from digitpad.reading.foreign.onnx_limits import FLOATS, MAX_ONNX_BYTES, check_contents, check_description, check_sizes
from digitpad.reading.graph import IR_VERSION, GraphBuilder
from digitpad.reading.layers import Shape

_LAYOUTS: tuple[Shape, ...] = ((1, SIDE, SIDE), (SIDE, SIDE, 1), (SIDE, SIDE), (SIDE * SIDE,))


@dataclass(frozen=True, eq=False)
class OnnxFile:
    """A foreign ONNX model that has been checked.

    Attributes:
        model: the model; every name in it begins with 'net/', so that others can be put beside them.
        input: the name of its input.
        kind: what that takes, a number of `TensorProto`.
        layout: its shape without the batch.
        output: the name of its output.
        has_batches: whether the number of images is left open.
        parameters: number of its weights.
    """

    model: onnx.ModelProto
    input: str
    kind: int
    layout: Shape
    output: str
    has_batches: bool
    parameters: int

    def prepared(self, mean: float, std: float, *, is_probability: bool, is_prepared: bool = False) -> bytes:
        """The model from `image` to `logits`, as `digitpad.reading.graph` continues it.

        Pixels in 0…1 become (x - mean) / std, unless `image` is float32 that is prepared already. Where the model gives
        probabilities, their logarithm is taken.
        """
        model, batch = onnx.ModelProto(), -1 if self.has_batches else 1
        model.CopyFrom(self.model)
        opset = next(entry.version for entry in model.opset_import if not entry.domain)
        before, after = GraphBuilder(opset, "prepare/"), GraphBuilder(opset, "close/")
        shape = (batch, *self.layout)
        image = before.reshaped("image", shape) if is_prepared else before.normalised(shape, mean, std)
        if self.kind == TensorProto.UINT8:
            image = before.node("Add", [image, before.scalar(0.5)])  # rounds, where casting cuts off
        before.node("Cast", [image], self.input, to=self.kind)
        outputs = after.reshaped(after.node("Cast", [self.output], to=TensorProto.FLOAT), (-1, CLASSES))
        if is_probability:
            outputs = after.node("Log", [after.node("Max", [outputs, after.scalar(1e-30)])])
        after.node("Identity", [outputs], "logits")
        graph, own = model.graph, list(model.graph.node)
        del graph.node[:], graph.input[:], graph.output[:]
        graph.node.extend([*before.nodes, *own, *after.nodes])
        graph.initializer.extend([*before.constants, *after.constants])
        kind = TensorProto.FLOAT if is_prepared else TensorProto.UINT8
        sides = ["N" if self.has_batches else 1, SIDE, SIDE]
        graph.input.append(helper.make_tensor_value_info("image", kind, sides))
        if is_prepared:
            graph.output.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, [sides[0], CLASSES]))
        data: bytes = model.SerializeToString()
        return data


def read_onnx(path: Path) -> OnnxFile:
    """Read and check an ONNX file; nothing in it is run.

    Raises:
        InputError: it is cut off, not an ONNX file, too large, uses what digitpad does not take, or has another input
            or output.
    """
    size = path.stat().st_size
    if size > MAX_ONNX_BYTES:
        text = "{file} has {size} MB; an ONNX file has {most} at most."
        raise InputError(text, file=path.name, size=size >> 20, most=MAX_ONNX_BYTES >> 20)
    try:
        data = path.read_bytes()
        check_description(data)
        model = onnx.load_model_from_string(data)
        del data
        parameters = check_contents(path.name, model)
        skeleton = _skeleton(model)
        onnx.checker.check_model(skeleton)
    except InputError:
        raise
    except OverflowError as error:
        text = "{file} describes more than a network for 28×28 images needs; choose another."
        raise InputError(text, file=path.name) from error
    except Exception as error:  # bytes from anywhere make the parser and checker raise many things
        text = "{file} is damaged or not an ONNX file; copy it again or choose another."
        raise InputError(text, file=path.name) from error
    return _placed(path.name, model, skeleton, parameters)


def _skeleton(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with one image as its input, and large weights as inputs too: all that sizes depend on, little memory.

    Small constants stay, since shapes may be computed from them.
    """
    graph = model.graph
    held = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in held]
    small = [tensor for tensor in graph.initializer if math.prod(tensor.dims) <= 64]
    large = [
        helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
        for tensor in graph.initializer
        if math.prod(tensor.dims) > 64
    ]
    made = helper.make_graph(list(graph.node), "skeleton", [*inputs, *large], list(graph.output), small)
    skeleton = helper.make_model(made, opset_imports=model.opset_import, ir_version=max(model.ir_version, IR_VERSION))
    batch = skeleton.graph.input[0].type.tensor_type.shape.dim[:1] if inputs else []
    for side in batch:
        side.dim_value = side.dim_value or 1
    for value in skeleton.graph.output:  # what a file says of these may name a batch of another size
        for side in value.type.tensor_type.shape.dim:
            side.Clear()
    return skeleton


def _placed(name: str, model: onnx.ModelProto, skeleton: onnx.ModelProto, parameters: int) -> OnnxFile:
    """The model with its input and output found, once every size in it is known and affordable."""
    try:
        inferred = shape_inference.infer_shapes(skeleton, check_type=True, strict_mode=True, data_prop=True).graph
    except Exception as error:  # the library raises what its C++ side raises
        text = "{name} holds operators that do not fit each other; choose another file."
        raise InputError(text, name=name) from error
    held = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in held]
    values = [*inferred.value_info, *inferred.input, *inferred.output]
    shapes: dict[str, Shape] = {tensor.name: tuple(tensor.dims) for tensor in inferred.initializer}
    for value in values:
        sides = value.type.tensor_type.shape.dim
        if value.type.tensor_type.HasField("shape") and all(side.HasField("dim_value") for side in sides):
            shapes[value.name] = tuple(side.dim_value for side in sides)
    check_sizes(name, inferred, shapes, held)
    takes = [value for value in inputs if shapes.get(value.name, ())[1:] in _LAYOUTS]
    kinds = (*FLOATS, TensorProto.UINT8)
    if len(inputs) != 1 or not takes or takes[0].type.tensor_type.elem_type not in kinds:
        raise InputError("{name} does not take one 28×28 image of one channel; choose another file.", name=name)
    if shapes[takes[0].name][0] != 1:
        text = "{name} takes {shape} images at once; export it with a batch of 1."
        raise InputError(text, name=name, shape=shapes[takes[0].name][0])
    gives = [value for value in inferred.output if math.prod(shapes.get(value.name, ())) == CLASSES]
    if len(gives) != 1 or gives[0].type.tensor_type.elem_type not in FLOATS:
        raise InputError("{name} does not give ten numbers for ten digits; choose another file.", name=name)
    has_batches = not takes[0].type.tensor_type.shape.dim[0].dim_value
    renamed = _renamed(model, values)
    kind, layout = takes[0].type.tensor_type.elem_type, shapes[takes[0].name][1:]
    return OnnxFile(renamed, f"net/{takes[0].name}", kind, layout, f"net/{gives[0].name}", has_batches, parameters)


def _renamed(model: onnx.ModelProto, values: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
    """The model with 'net/' before all names, and the sizes of its values, with a batch of any size."""
    graph = model.graph
    for node in graph.node:
        node.input[:] = [f"net/{value}" if value else "" for value in node.input]
        node.output[:] = [f"net/{value}" if value else "" for value in node.output]
    for tensor in graph.initializer:
        tensor.name = f"net/{tensor.name}"
    del graph.value_info[:]
    made = {value for node in graph.node for value in node.output}
    for value in values:
        if f"net/{value.name}" in made and len(value.type.tensor_type.shape.dim) in (2, 4):
            entry = graph.value_info.add()
            entry.CopyFrom(value)
            entry.name = f"net/{value.name}"
            entry.type.tensor_type.shape.dim[0].dim_param = "N"
    for entry in model.opset_import:
        entry.domain = ""
    model.ir_version = max(model.ir_version, IR_VERSION)
    del model.metadata_props[:]
    return model
