"""Networks as data: a list of layers in JSON values, from which the torch module is built.

A layer is a list, its kind first:

    ["conv", out, kernel, stride, padding]   convolution with bias
    ["conv-bn", out, kernel, stride, padding]  convolution without bias, then batch normalisation
    ["linear", out]                          fully connected
    ["batchnorm"]                            batch normalisation of a flat input
    ["relu"]  ["flatten"]  ["maxpool", size]  ["dropout", share]
    ["columns", layers, layers, …]           networks beside each other, whose answers are averaged; the only layer then

The list travels in the checkpoint, so that a file rebuilds its network without running code of its own.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from torch import nn

from digitpad.domain.errors import InputError
from digitpad.domain.prediction import CLASSES

Layers = Sequence[Sequence[Any]]

SIDE = 28
MAX_LAYERS = 64
MAX_MEMBERS = 8
MAX_PARAMETERS = 20_000_000
MAX_OUTPUTS = 250_000
"""Bounds that keep a hostile file from exhausting the memory, by its weights or by what a layer makes of one image. The
largest known network has 3.2 million parameters and 25,088 outputs in a layer."""


def _conv_bn(out: int, kernel: int = 3) -> list[list[Any]]:
    return [["conv-bn", out, kernel, 1, kernel // 2], ["relu"]]


def _conv_pool(out: int, kernel: int, padding: int) -> list[list[Any]]:
    return [["conv", out, kernel, 1, padding], ["relu"], ["maxpool", 2]]


class Ensemble(nn.Module):
    """Networks side by side, each of which sees the whole image; they read by the mean of their logits.

    Ciresan, Meier and Schmidhuber, 'Multi-column deep neural networks for image classification' (2012). While they
    learn, each answers for itself, (columns · n, 10) for n images, so that each makes mistakes of its own.
    """

    def __init__(self, members: Sequence[nn.Sequential]) -> None:
        super().__init__()
        # The name is part of the keys in checkpoints.
        self.columns = nn.ModuleList(members)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits of (n, 1, 28, 28) images: (n, 10) where they read, (columns · n, 10) where they learn."""
        logits = [member(images) for member in self.columns]
        return torch.cat(logits) if self.training else torch.stack(logits).mean(dim=0)


def _conv_stage(outs: tuple[int, int, int], dropout: float) -> list[list[Any]]:
    """Two convolutions without padding, and a third that halves the size where others would pool."""
    first, second, third = outs
    return [
        ["conv-bn", first, 3, 1, 0],
        ["relu"],
        ["conv-bn", second, 3, 1, 0],
        ["relu"],
        ["conv-bn", third, 5, 2, 2],
        ["relu"],
        ["dropout", dropout],
    ]


def _strided(first: tuple[int, int, int], second: tuple[int, int, int], dropout: float) -> list[list[Any]]:
    """Two stages of `_conv_stage`, and a hidden layer of 128."""
    hidden: list[list[Any]] = [["flatten"], ["linear", 128], ["relu"], ["dropout", dropout], ["linear", 10]]
    return [*_conv_stage(first, dropout), *_conv_stage(second, dropout), *hidden]


_MEMBERS: list[list[Any]] = [
    _strided((32, 32, 32), (64, 64, 64), dropout=0.3),
    [
        *_conv_bn(32),
        *_conv_bn(32),
        ["maxpool", 2],
        *_conv_bn(64),
        *_conv_bn(64),
        ["maxpool", 2],
        *_conv_bn(96),
        *_conv_bn(96),
        ["maxpool", 2],
        ["flatten"],
        ["dropout", 0.4],
        ["linear", 10],
    ],
    [
        ["conv-bn", 32, 3, 1, 0],
        ["relu"],
        ["conv-bn", 48, 4, 2, 1],
        ["relu"],
        *_conv_bn(96),
        *_conv_bn(96),
        ["maxpool", 2],
        *_conv_bn(128),
        *_conv_bn(128),
        ["maxpool", 2],
        ["flatten"],
        ["dropout", 0.4],
        ["linear", 10],
    ],
]
"""Three networks that see differently: by strides, by pooling, and wide at half the size.

Chosen on 10,000 held-out training images: the lowest cross entropy of each over temperatures was 0.0154, 0.0136 and
0.0139, that of the mean of their logits 0.0133. Each gets 33 or 34 images wrong, and nearly the same ones, so that this
number does not tell which is better.
"""

NETWORKS: Mapping[str, Layers] = {
    "small": [
        ["conv-bn", 16, 5, 2, 0],
        ["maxpool", 2],  # before the ReLU, which commutes with it and so has a quarter of the numbers to look at
        ["relu"],
        *_conv_bn(32),
        ["conv-bn", 64, 3, 1, 0],
        ["maxpool", 2],
        ["relu"],
        ["flatten"],
        ["linear", 10],
    ],
    "wide": _strided((32, 32, 48), (96, 96, 96), dropout=0.2),
    "columns": [["columns", *_MEMBERS]],
    "classic": [
        *_conv_pool(32, 3, 1),
        *_conv_pool(64, 3, 1),
        ["flatten"],
        ["linear", 1024],
        ["relu"],
        ["linear", 10],
    ],
    "five-by-five": [*_conv_pool(16, 5, 2), *_conv_pool(32, 5, 2), ["flatten"], ["linear", 10]],
    "sgd": [*_conv_pool(32, 3, 1), *_conv_pool(64, 3, 1), ["flatten"], ["linear", 128], ["relu"], ["linear", 10]],
    "mlp": [
        ["flatten"],
        ["linear", 300],
        ["batchnorm"],
        ["relu"],
        ["linear", 100],
        ["batchnorm"],
        ["relu"],
        ["linear", 10],
    ],
    "keras": [*_conv_pool(32, 3, 0), *_conv_pool(64, 3, 0), ["flatten"], ["linear", 64], ["relu"], ["linear", 10]],
}
"""The networks that digitpad knows, by id: its own, and five that people meet in tutorials."""

NORMALISATIONS: Mapping[str, tuple[float, float]] = {
    "small": (0.1307, 0.3081),
    "wide": (0.1307, 0.3081),
    "columns": (0.1307, 0.3081),
    "classic": (0.5, 0.5),
    "five-by-five": (0.0, 1.0),
    "sgd": (0.5, 0.5),
    "mlp": (0.1307, 0.3081),
    "keras": (0.0, 1.0),
}
"""Mean and spread that each network's input is customarily normalised with, for weights that come without a word."""


def build(layers: Layers) -> nn.Sequential:
    """The network that a list of layers describes, with torch's default initialisation, in training mode.

    It takes float32 (n, 1, 28, 28), normalised, and gives float32 logits (n, 10).

    Raises:
        InputError: see `blueprint`.
    """
    network = blueprint(layers).to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d)):
            module.reset_parameters()
    return network


def blueprint(layers: Layers) -> nn.Sequential:
    """The network that a list of layers describes, on torch's meta device: shapes without numbers, and without memory.

    Raises:
        InputError: a layer is unknown, malformed or does not fit the one before it, there are too many layers or
            parameters, or the result is not ten logits.
    """
    if isinstance(layers, list) and len(layers) == 1 and isinstance(layers[0], list) and layers[0][:1] == ["columns"]:
        members = layers[0][1:]
        if not 0 < len(members) <= MAX_MEMBERS:
            said = "The network has {count} columns; digitpad takes 1 to {most}."
            raise InputError(said, count=len(members), most=MAX_MEMBERS)
        network = nn.Sequential(Ensemble([_member(member) for member in members]))
    else:
        network = _member(layers)
    parameters = parameter_count(network)
    if parameters > MAX_PARAMETERS:
        text = "The network has {parameters} parameters; digitpad takes {most} at most."
        raise InputError(text, parameters=parameters, most=MAX_PARAMETERS)
    return network


def _member(layers: object) -> nn.Sequential:
    """One network without columns, or one of the columns."""
    if not isinstance(layers, list) or not 0 < len(layers) <= MAX_LAYERS:
        raise InputError("The network is not described by a list of 1 to {most} layers.", most=MAX_LAYERS)
    modules: list[nn.Module] = []
    shape: tuple[int, ...] = (1, SIDE, SIDE)
    for number, layer in enumerate(layers, 1):
        try:
            with torch.device("meta"):  # sizes are checked before any memory is taken
                made, shape = _layer(layer, shape)
        except InputError as error:
            text = "Layer {number} of the network, {layer}, does not fit: {reason}."
            raise InputError(text, number=number, layer=reprlib.repr(layer), reason=error) from error
        modules += made
    if shape != (CLASSES,):
        raise InputError("The network ends in shape {shape}; digitpad needs ten outputs.", shape=shape)
    return nn.Sequential(*modules)


def first_member(network: nn.Sequential) -> nn.Sequential:
    """The first of a network's columns, which is a network itself; the whole where it has none."""
    return cast(nn.Sequential, network[0].columns[0]) if isinstance(network[0], Ensemble) else network


def first_member_layers(layers: Layers) -> Layers:
    """The layers of what `first_member` gives."""
    return cast(Layers, layers[0][1]) if layers[0][0] == "columns" else layers


def parameter_count(network: nn.Module) -> int:
    """Number of trained numbers in a network."""
    return sum(tensor.numel() for tensor in network.parameters())


def _layer(layer: object, shape: tuple[int, ...]) -> tuple[list[nn.Module], tuple[int, ...]]:
    """The modules of one layer and the shape after it, without the batch."""
    if not isinstance(layer, list) or not layer or not isinstance(layer[0], str):
        raise InputError("a layer is a list that starts with its kind")
    kind, *numbers = layer
    if not all(type(number) in (int, float) and 0 <= number <= MAX_PARAMETERS for number in numbers):
        raise InputError("its numbers must lie between 0 and {most}", most=MAX_PARAMETERS)
    match kind, numbers:
        case (("conv" | "conv-bn"), [int(out), int(kernel), int(stride), int(padding)]):
            channels, height, width = _picture(shape)
            _above_zero(out, kernel, stride)
            after = _sized(out, *((side + 2 * padding - kernel) // stride + 1 for side in (height, width)))
            _affordable(channels * kernel * kernel * out)
            plain = kind == "conv"
            made: list[nn.Module] = [nn.Conv2d(channels, out, kernel, stride, padding, bias=plain)]
            return (made if plain else [*made, nn.BatchNorm2d(out)]), after
        case "maxpool", [int(size)]:
            channels, height, width = _picture(shape)
            _above_zero(size)
            return [nn.MaxPool2d(size)], _sized(channels, height // size, width // size)
        case "linear", [int(out)]:
            features, after = _flat(shape), _sized(out)
            _affordable(features * out)
            return [nn.Linear(features, out)], after
        case "batchnorm", []:
            return [nn.BatchNorm1d(_flat(shape))], shape
        case "dropout", [int() | float() as share] if share < 1:
            return [nn.Dropout(float(share))], shape
        case "relu", []:
            return [nn.ReLU()], shape
        case "flatten", []:
            return [nn.Flatten()], (math.prod(shape),)
    raise InputError("digitpad knows no such layer")


def _picture(shape: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) != 3:
        raise InputError("it needs an image, and a flat layer is before it")
    return shape


def _flat(shape: tuple[int, ...]) -> int:
    if len(shape) != 1:
        raise InputError("it needs a flat input; put a 'flatten' before it")
    return shape[0]


def _above_zero(*sizes: int) -> None:
    if min(sizes) < 1:
        raise InputError("a size would be below 1")


def _sized(*shape: int) -> tuple[int, ...]:
    """The shape itself, where no size is below 1 and an image of that shape is affordable."""
    _above_zero(*shape)
    if math.prod(shape) > MAX_OUTPUTS:
        text = "it would make {count} numbers of one image; digitpad takes {most}"
        raise InputError(text, count=math.prod(shape), most=MAX_OUTPUTS)
    return shape


def _affordable(weights: int) -> None:
    if weights > MAX_PARAMETERS:
        text = "it would have {weights} weights; digitpad takes {most} at most"
        raise InputError(text, weights=weights, most=MAX_PARAMETERS)
