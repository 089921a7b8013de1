"""Networks as torch modules, built from the lists of layers that `digitpad.reading.layers` describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import nn

from digitpad.reading.layers import Layers, Module, network_of

_PLAIN: Mapping[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "flatten": nn.Flatten,
}


class Ensemble(nn.Module):
    """Networks side by side, each of which sees the whole image; their prediction is the mean of their logits.

    Ciresan, Meier and Schmidhuber, 'Multi-column deep neural networks for image classification' (2012). In training,
    each predicts for itself, so that each makes mistakes of its own.
    """

    def __init__(self, members: Sequence[nn.Sequential]) -> None:
        super().__init__()
        # The name is part of the keys in checkpoints.
        self.columns = nn.ModuleList(members)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits of (n, 1, 28, 28) images: (n, 10) in evaluation mode, (members · n, 10) in training mode."""
        logits = [member(images) for member in self.columns]
        return torch.cat(logits) if self.training else torch.stack(logits).mean(dim=0)


def build(layers: Layers) -> nn.Sequential:
    """The network that a list of layers describes, with torch's default initialisation, in training mode.

    It takes float32 (n, 1, 28, 28), normalised, and gives float32 logits (n, 10). Raises as `network_of`.
    """
    network = blueprint(layers).to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d)):
            module.reset_parameters()
    return network


def blueprint(layers: Layers) -> nn.Sequential:
    """The network that a list of layers describes, on torch's meta device: shapes without numbers, and without memory.

    Raises:
        InputError: see `network_of`.
    """
    network = network_of(layers)
    with torch.device("meta"):
        members = [nn.Sequential(*map(_built, member)) for member in network.members]
    return nn.Sequential(Ensemble(members)) if network.is_ensemble else members[0]


def _built(module: Module) -> nn.Module:
    """The torch module for one of a network's modules."""
    weight, numbers = module.tensors.get("weight", ()), module.numbers
    match module.kind:
        case "conv":
            kernel, stride, padding = map(int, numbers)
            return nn.Conv2d(weight[1], weight[0], kernel, stride, padding, bias="bias" in module.tensors)
        case "linear":
            return nn.Linear(weight[1], weight[0])
        case "batchnorm":
            return nn.BatchNorm2d(weight[0]) if len(module.shape) == 3 else nn.BatchNorm1d(weight[0])
        case "maxpool" | "avgpool" as kind:
            return (nn.MaxPool2d if kind == "maxpool" else nn.AvgPool2d)(int(numbers[0]))
        case "dropout":
            return nn.Dropout(float(numbers[0]))
        case kind:
            return _PLAIN[kind]()


def members(network: nn.Sequential) -> list[nn.Sequential]:
    """The members of an ensemble, each a network itself; any other network alone."""
    return (
        [cast(nn.Sequential, member) for member in network[0].columns]
        if isinstance(network[0], Ensemble)
        else [network]
    )


def first_member_layers(layers: Layers) -> Layers:
    """The layers of the first of `members`."""
    return cast(Layers, layers[0][1]) if layers[0][0] == "columns" else layers
