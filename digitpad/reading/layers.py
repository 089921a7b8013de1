"""Networks as data: a list of layers in JSON values, worked out into modules, shapes and the names of their tensors.

A layer is a list, its kind first:

    ["conv", out, kernel, stride, padding]   convolution with bias
    ["conv-bn", out, kernel, stride, padding]  convolution without bias, then batch normalisation
    ["linear", out]                          fully connected
    ["batchnorm"]                            batch normalisation of channels, or of a flat input
    ["maxpool", size]  ["avgpool", size]     pooling, as far apart as it is wide
    ["relu"]  ["tanh"]  ["sigmoid"]  ["gelu"]  ["flatten"]  ["dropout", share]
    ["columns", layers, layers, …]           an ensemble: networks whose logits are averaged; the only layer then

The list travels in the checkpoint, so that a file rebuilds its network without running code of its own. The modules
stand one for one for those of a `torch.nn.Sequential`, and their tensors have the names of its state_dict.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from digitpad.domain.errors import InputError
from digitpad.domain.prediction import CLASSES
from digitpad.ink.raster.render import SIDE

Layers = Sequence[Sequence[Any]]
Shape = tuple[int, ...]

MAX_LAYERS = 64
MAX_MEMBERS = 8
MAX_PARAMETERS = 20_000_000
MAX_OUTPUTS = 250_000
MAX_MULTIPLY_ADDS = 300_000_000
"""Bounds that keep a hostile file from exhausting memory or patience, by its weights, by what a layer makes of one
image, or by what one image costs. The largest known network has 3.2 million parameters, 25,088 outputs in a layer and
29 million multiply-adds; 300 million take a tenth of a second in one thread."""

ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu")
"""Kinds of layers that change each number by itself."""


@dataclass(frozen=True)
class Module:
    """One module of a network.

    Attributes:
        kind: 'conv', 'batchnorm', 'linear', 'maxpool', 'avgpool', 'dropout', 'flatten', or one of `ACTIVATIONS`.
        name: its name in the state_dict, such as '3', or '0.columns.1.3' in an ensemble.
        shape: of what it gives, without the batch: (channels, height, width) or (features,).
        numbers: of a convolution, kernel, stride and padding; of pooling, its size; of dropout, its share.
        tensors: shapes of its tensors by their name in it, such as 'weight'.
        multiply_adds: how many multiplications one image costs; 0 for all but convolutions and linear layers.
    """

    kind: str
    name: str
    shape: Shape
    numbers: tuple[float, ...] = ()
    tensors: Mapping[str, Shape] = field(default_factory=dict)
    multiply_adds: int = 0

    @property
    def parameters(self) -> int:
        """Number of its trained numbers."""
        return sum(math.prod(self.tensors[leaf]) for leaf in ("weight", "bias") if leaf in self.tensors)


@dataclass(frozen=True)
class Network:
    """A network worked out: one list of modules, or several that an ensemble averages.

    Attributes:
        members: each network's modules in order.
        is_ensemble: whether its list says 'columns', if only with one of them.
    """

    members: tuple[tuple[Module, ...], ...]
    is_ensemble: bool = False

    def __iter__(self) -> Iterator[Module]:
        return (module for member in self.members for module in member)

    @property
    def parameters(self) -> int:
        """Number of its trained numbers."""
        return sum(module.parameters for module in self)

    @property
    def tensors(self) -> dict[str, Shape]:
        """The shape of every tensor of its state_dict, by name and in order."""
        return {f"{module.name}.{leaf}": shape for module in self for leaf, shape in module.tensors.items()}


def network_of(layers: object) -> Network:
    """The modules that a list of layers describes, for images of shape (1, 28, 28).

    Raises:
        InputError: a layer is unknown, malformed or does not fit the one before it, there are too many layers,
            parameters or multiply-adds, or the result is not ten logits.
    """
    if isinstance(layers, list) and len(layers) == 1 and isinstance(layers[0], list) and layers[0][:1] == ["columns"]:
        members = layers[0][1:]
        if not 0 < len(members) <= MAX_MEMBERS:
            text = "The network has {count} columns; digitpad takes 1 to {most}."
            raise InputError(text, count=len(members), most=MAX_MEMBERS)
        made = (_member(member, f"0.columns.{number}.") for number, member in enumerate(members))
        network = Network(tuple(made), is_ensemble=True)
    else:
        network = Network((_member(layers, ""),))
    size, costs = network.parameters, sum(module.multiply_adds for module in network)
    if size > MAX_PARAMETERS:
        text = "The network has {size} parameters; digitpad takes {most} at most."
        raise InputError(text, size=size, most=MAX_PARAMETERS)
    if costs > MAX_MULTIPLY_ADDS:
        text = "The network takes {costs} multiply-adds an image; digitpad allows {most}."
        raise InputError(text, costs=costs, most=MAX_MULTIPLY_ADDS)
    return network


def _member(layers: object, prefix: str) -> tuple[Module, ...]:
    """One network without columns, or one of the columns."""
    if not isinstance(layers, list) or not 0 < len(layers) <= MAX_LAYERS:
        raise InputError("The network is not described by a list of 1 to {most} layers.", most=MAX_LAYERS)
    modules: list[Module] = []
    shape: Shape = (1, SIDE, SIDE)
    for number, layer in enumerate(layers, 1):
        try:
            modules += _modules(layer, shape, prefix, len(modules))
        except InputError as error:
            text = "Layer {number} of the network, {layer}, does not fit: {reason}."
            raise InputError(text, number=number, layer=reprlib.repr(layer), reason=error) from error
        shape = modules[-1].shape
    if shape != (CLASSES,):
        raise InputError("The network ends in shape {shape}; digitpad needs ten outputs.", shape=shape)
    return tuple(modules)


def _modules(layer: object, shape: Shape, prefix: str, index: int) -> list[Module]:
    """The modules of one layer, given the shape before it, without the batch."""
    if not isinstance(layer, list) or not layer or not isinstance(layer[0], str):
        raise InputError("a layer is a list that starts with its kind")
    kind, *numbers = layer
    if not all(type(number) in (int, float) and 0 <= number <= MAX_PARAMETERS for number in numbers):
        raise InputError("its numbers must lie between 0 and {most}", most=MAX_PARAMETERS)
    name, arguments = f"{prefix}{index}", tuple(numbers)
    match kind, numbers:
        case (("conv" | "conv-bn"), [int(out), int(kernel), int(stride), int(padding)]):
            channels, height, width = _image(shape)
            _above_zero(out, kernel, stride)
            after = _sized(out, *((side + 2 * padding - kernel) // stride + 1 for side in (height, width)))
            weight = (out, channels, kernel, kernel)
            costs = math.prod(after[1:]) * _affordable(math.prod(weight))
            if kind == "conv":
                return [Module("conv", name, after, arguments[1:], {"weight": weight, "bias": (out,)}, costs)]
            normalised = Module("batchnorm", f"{prefix}{index + 1}", after, (), _batchnorm(out))
            return [Module("conv", name, after, arguments[1:], {"weight": weight}, costs), normalised]
        case (("maxpool" | "avgpool"), [int(size)]):
            channels, height, width = _image(shape)
            _above_zero(size)
            return [Module(kind, name, _sized(channels, height // size, width // size), arguments)]
        case "linear", [int(out)]:
            after, weights = _sized(out), _affordable(_flat(shape) * out)
            return [Module(kind, name, after, (), {"weight": (out, *shape), "bias": after}, weights)]
        case "batchnorm", []:
            return [Module(kind, name, shape, (), _batchnorm(shape[0]))]
        case "dropout", [int() | float() as share] if share < 1:
            return [Module(kind, name, shape, arguments)]
        case "flatten", []:
            return [Module(kind, name, (math.prod(shape),))]
        case _, [] if kind in ACTIVATIONS:
            return [Module(kind, name, shape)]
    raise InputError("digitpad knows no such layer")


def _batchnorm(features: int) -> dict[str, Shape]:
    """What batch normalisation holds, in the order of torch's state_dict."""
    each = dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (features,))
    return {**each, "num_batches_tracked": ()}


def _image(shape: Shape) -> Shape:
    if len(shape) != 3:
        raise InputError("it needs an image, and a flat layer is before it")
    return shape


def _flat(shape: Shape) -> int:
    if len(shape) != 1:
        raise InputError("it needs a flat input; put a 'flatten' before it")
    return shape[0]


def _above_zero(*sizes: int) -> None:
    if min(sizes) < 1:
        raise InputError("a size would be below 1")


def _sized(*shape: int) -> Shape:
    """The shape itself, where no size is below 1 and an image of that shape is affordable."""
    _above_zero(*shape)
    if math.prod(shape) > MAX_OUTPUTS:
        text = "it would make {count} numbers of one image; digitpad takes {most}"
        raise InputError(text, count=math.prod(shape), most=MAX_OUTPUTS)
    return shape


def _affordable(weights: int) -> int:
    """The number of weights itself, where it is affordable."""
    if weights > MAX_PARAMETERS:
        text = "it would have {weights} weights; digitpad takes {most} at most"
        raise InputError(text, weights=weights, most=MAX_PARAMETERS)
    return weights
