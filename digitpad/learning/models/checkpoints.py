"""Checkpoints with their network as a torch module; `digitpad.reading.checkpoint_file` has the file's format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor, nn

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.learning.models.networks import blueprint
from digitpad.reading import checkpoint_file, load
from digitpad.reading.foreign.preparation import Digits
from digitpad.reading.tensors import broken_file


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


def read_safetensors(path: Path, entry: str) -> tuple[dict[str, Tensor], str | None]:
    """A safetensors file's tensors and one entry of its metadata, None where it has no such entry.

    Raises:
        InputError: the file is missing, cut off, damaged or of another kind.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            # Clones, so that nothing refers to the mapped file after it is closed.
            return {key: file.get_tensor(key).clone() for key in file.keys()}, metadata.get(entry)  # noqa: SIM118
    except Exception as error:  # bytes from anywhere make the reader raise many things, and each means the same
        raise broken_file(path) from error
