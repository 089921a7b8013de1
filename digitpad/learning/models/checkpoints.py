"""Checkpoints with their network as a torch module; `digitpad.reading.checkpoint_file` has the file's format."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.learning.models.networks import blueprint
from digitpad.reading import checkpoint_file, load
from digitpad.reading.calibration import probabilities
from digitpad.reading.foreign.preparation import Digits


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network in evaluation mode on the CPU, and what is known of it."""

    network: nn.Sequential
    info: CheckpointInfo


def as_data(checkpoint: Checkpoint) -> checkpoint_file.Checkpoint:
    """The same as layers and arrays, which share their memory with the network's tensors."""
    arrays = {key: tensor.detach().cpu().numpy() for key, tensor in checkpoint.network.state_dict().items()}
    return checkpoint_file.Checkpoint(checkpoint.info, arrays)


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all.

    Raises:
        DigitpadError: it could not be written; a file that was there before is unharmed.
    """
    checkpoint_file.save_checkpoint(path, as_data(checkpoint))


def load_checkpoint(path: Path, digits: Digits | None = None) -> Checkpoint:
    """Read a checkpoint, or a foreign state_dict; see `digitpad.reading.load`.

    Raises:
        InputError: see there, or it is an ONNX network, which torch cannot read.
    """
    data = load.load_checkpoint(path, digits)
    if data.model is not None:
        text = "{file} is an ONNX network, which can read but not be trained or compute on this device."
        raise InputError(text, file=path.name)
    network = blueprint(data.info.layers).to_empty(device="cpu")
    network.load_state_dict({key: torch.from_numpy(array) for key, array in data.arrays.items()})
    return Checkpoint(network.eval(), data.info)


def reader_on(
    checkpoint: Checkpoint, device: torch.device
) -> Callable[[NDArray[np.uint8]], tuple[NDArray[np.float64], NDArray[np.float32]]]:
    """What reads on a device as `digitpad.reading.reader.Reader.read_batch` does on the CPU."""
    network, info = deepcopy(checkpoint.network).to(device), checkpoint.info

    def read(images: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        with torch.inference_mode():
            pixels = torch.from_numpy(images)[:, None].to(device).float() / 255
            logits = network((pixels - info.mean) / info.std)
            scores = torch.logsumexp(logits, dim=1).cpu().numpy()
        shares = probabilities(logits.cpu().numpy(), info.temperature)
        if not (np.isfinite(shares).all() and np.isfinite(scores).all()):
            raise InputError(
                "{name} computes probabilities that are not numbers; choose another checkpoint.", name=info.name
            )
        return shares, scores

    return read
