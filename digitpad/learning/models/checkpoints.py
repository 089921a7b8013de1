"""Checkpoints to torch modules and back; `digitpad.reading` reads and writes their files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.learning.models.networks import blueprint
from digitpad.reading.calibration import probabilities
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.reader import check_finite


def as_checkpoint(network: nn.Sequential, info: CheckpointInfo) -> Checkpoint:
    """A network as data; arrays of a network on the CPU share their memory with its tensors."""
    return Checkpoint(info, {key: tensor.detach().cpu().numpy() for key, tensor in network.state_dict().items()})


def as_network(checkpoint: Checkpoint) -> nn.Sequential:
    """The network of a checkpoint, on the CPU in evaluation mode, with a memory of its own.

    Raises:
        InputError: it is an ONNX network, which torch cannot read.
    """
    if checkpoint.model is not None:
        text = "{name} is an ONNX network, which can read but not be trained or compute on this device."
        raise InputError(text, name=checkpoint.info.name)
    network = blueprint(checkpoint.info.layers).to_empty(device="cpu")
    network.load_state_dict({key: torch.from_numpy(array) for key, array in checkpoint.arrays.items()})
    return network.eval()


def reader_on(
    checkpoint: Checkpoint, device: torch.device
) -> Callable[[NDArray[np.uint8]], tuple[NDArray[np.float64], NDArray[np.float32]]]:
    """What reads on a device as `digitpad.reading.reader.Reader.read_batch` does on the CPU; raises as `as_network`."""
    network, info = as_network(checkpoint).to(device), checkpoint.info

    def read(images: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        with torch.inference_mode():
            pixels = torch.from_numpy(images)[:, None].to(device).float() / 255
            logits = network((pixels - info.mean) / info.std)
            scores = torch.logsumexp(logits, dim=1).cpu().numpy()
        shares = probabilities(logits.cpu().numpy(), info.temperature)
        check_finite(shares, scores, info.name)
        return shares, scores

    return read
