"""Networks as data: a list of layers in JSON values, from which the torch module is built.

A layer is a list, its kind first:

    ["conv", out, kernel, stride, padding]   convolution with bias
    ["conv-bn", out, kernel, stride, padding]  convolution without bias, then batch normalisation
    ["linear", out]                          fully connected
    ["batchnorm"]                            batch normalisation of a flat input
    ["relu"]  ["flatten"]  ["maxpool", size]  ["dropout", share]

The list travels in the checkpoint, so that a file rebuilds its network without running code of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from digitpad.errors import InputError
from digitpad.messages import CLASSES

Layers = Sequence[Sequence[Any]]

SIDE = 28
MAX_LAYERS = 64
MAX_PARAMETERS = 20_000_000
"""Bounds that keep a hostile file from exhausting the memory; the largest known network has 3.3 million."""


def _conv_bn(out: int, kernel: int = 3) -> list[list[Any]]:
    return [["conv-bn", out, kernel, 1, kernel // 2], ["relu"]]


def _conv_pool(out: int, kernel: int, padding: int) -> list[list[Any]]:
    return [["conv", out, kernel, 1, padding], ["relu"], ["maxpool", 2]]


NETWORKS: Mapping[str, Layers] = {
    "reader": [
        *_conv_bn(24, 5),
        ["maxpool", 2],
        *_conv_bn(48),
        *_conv_bn(64),
        ["maxpool", 2],
        *_conv_bn(96),
        *_conv_bn(96),
        ["flatten"],
        ["dropout", 0.3],
        ["linear", 10],
    ],
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
"""The networks that digitpad knows, by id: its own, and five that people meet in tutorials.

'reader' has 224,562 parameters and reads a digit in under 1 ms on one core.
"""

NORMALISATIONS: Mapping[str, tuple[float, float]] = {
    "reader": (0.1307, 0.3081),
    "classic": (0.5, 0.5),
    "five-by-five": (0.0, 1.0),
    "sgd": (0.5, 0.5),
    "mlp": (0.1307, 0.3081),
    "keras": (0.0, 1.0),
}
"""Mean and spread that each network's input is customarily normalised with, for weights that come without a word on it."""


def build(layers: Layers) -> nn.Sequential:
    """The network that a list of layers describes, with torch's default initialisation, in training mode.

    It takes float32 (n, 1, 28, 28), normalised, and gives float32 logits (n, 10).

    Raises:
        InputError: a layer is unknown, malformed or does not fit the one before it, there are too many layers or
            parameters, or the result is not ten logits.
    """
    if not isinstance(layers, list) or not 0 < len(layers) <= MAX_LAYERS:
        raise InputError(f"The network is described by {MAX_LAYERS} layers at most, as a list.")
    modules: list[nn.Module] = []
    shape: tuple[int, ...] = (1, SIDE, SIDE)
    parameters = 0
    for number, layer in enumerate(layers, 1):
        try:
            kind, *numbers = layer
            with torch.device("meta"):  # sizes are checked before any memory is taken
                made, shape = _layer(kind, numbers, shape)
        except (TypeError, ValueError, KeyError, RuntimeError) as error:
            raise InputError(f"Layer {number} of the network, {layer!r}, does not fit: {error}.") from error
        parameters += sum(tensor.numel() for module in made for tensor in module.parameters())
        modules += made
    if parameters > MAX_PARAMETERS:
        raise InputError(f"The network has {parameters:,} parameters; digitpad takes {MAX_PARAMETERS:,} at most.")
    if shape != (CLASSES,):
        raise InputError(f"The network ends in shape {shape}; digitpad needs ten outputs.")
    network = nn.Sequential(*modules).to_empty(device="cpu")
    for module in network:
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return network


def parameter_count(network: nn.Module) -> int:
    """Number of trained numbers in a network."""
    return sum(tensor.numel() for tensor in network.parameters())


def _layer(kind: str, numbers: list[Any], shape: tuple[int, ...]) -> tuple[list[nn.Module], tuple[int, ...]]:
    """The modules of one layer and the shape after it, without the batch."""
    if not all(type(number) in (int, float) and number >= 0 for number in numbers):
        raise ValueError("its numbers must be 0 or more")
    match kind, numbers:
        case ("conv" | "conv-bn"), [int(out), int(kernel), int(stride), int(padding)]:
            channels, height, width = shape
            after = tuple((side + 2 * padding - kernel) // stride + 1 for side in (height, width))
            _positive(out, kernel, stride, *after)
            plain = kind == "conv"
            made: list[nn.Module] = [nn.Conv2d(channels, out, kernel, stride, padding, bias=plain)]
            return (made if plain else [*made, nn.BatchNorm2d(out)]), (out, *after)
        case "maxpool", [int(size)]:
            channels, height, width = shape
            _positive(size, height // size if size else 0, width // size if size else 0)
            return [nn.MaxPool2d(size)], (channels, height // size, width // size)
        case "linear", [int(out)]:
            (features,) = shape
            _positive(out)
            return [nn.Linear(features, out)], (out,)
        case "batchnorm", []:
            (features,) = shape
            return [nn.BatchNorm1d(features)], shape
        case "dropout", [int() | float() as share] if share < 1:
            return [nn.Dropout(float(share))], shape
        case "relu", []:
            return [nn.ReLU()], shape
        case "flatten", []:
            flat = 1
            for size in shape:
                flat *= size
            return [nn.Flatten()], (flat,)
    raise ValueError("digitpad knows no such layer")


def _positive(*sizes: int) -> None:
    if min(sizes) < 1:
        raise ValueError("a size would be below 1")
