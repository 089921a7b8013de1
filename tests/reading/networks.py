"""Networks with random weights, as torch modules and as checkpoints, and what torch reads with them."""

import torch
from torch import nn

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.learning.models.checkpoints import as_checkpoint
from digitpad.learning.models.networks import build


def random_network(layers, seed=0):
    """A torch module in evaluation mode whose batch normalisation does something."""
    torch.manual_seed(seed)
    network = build(layers)
    with torch.no_grad():
        for _ in range(3):
            network(torch.rand(8, 1, 28, 28) * 2 - 0.3)
        for module in network.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                module.weight.uniform_(0.5, 2)
                module.bias.uniform_(-1, 1)
    return network.eval()


def checkpoint_for(network, layers, **info):
    """A torch module as a checkpoint."""
    return as_checkpoint(network, CheckpointInfo("random", "custom", list(layers), **info))


def torch_logits(network, images, mean=0.0, std=1.0):
    """What torch answers to uint8 (n, 28, 28) images: float32 (n, 10)."""
    with torch.inference_mode():
        return network((torch.tensor(images).float()[:, None] / 255 - mean) / std)


def parameter_count(network):
    """Number of trained numbers in a torch module."""
    return sum(tensor.numel() for tensor in network.parameters())
