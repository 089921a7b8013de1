"""Checkpoints: a network's weights in a safetensors file, with what rebuilds and describes the network.

The metadata has one entry, 'digitpad', a JSON object with 'format' (`FORMAT`) and the fields of `CheckpointInfo`.
A plain state_dict, from a .pt or .pth file or a foreign safetensors file, is read where its tensors have the shapes
of a network that digitpad knows. Nothing is ever unpickled beyond torch's `weights_only` reader.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from digitpad.errors import InputError
from digitpad.files import write_atomically
from digitpad.learning.networks import NETWORKS, NORMALISATIONS, build, parameter_count
from digitpad.messages import CheckpointInfo

FORMAT = 1
"""Version of the metadata that this digitpad writes and the newest that it reads."""

MAX_BYTES = 256 << 20
"""Size above which a file cannot be a checkpoint of a network that digitpad takes."""

_STORED = [field.name for field in fields(CheckpointInfo) if field.name not in ("name", "path")]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network in evaluation mode on the CPU, and what is known of it."""

    network: nn.Sequential
    info: CheckpointInfo


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all.

    Raises:
        DigitpadError: it could not be written; a file that was there before is unharmed.
    """
    described = asdict(checkpoint.info)
    described = {"format": FORMAT, **{name: described[name] for name in _STORED}}
    tensors = {name: tensor.contiguous() for name, tensor in checkpoint.network.state_dict().items()}
    write_atomically(path, save(tensors, {"digitpad": json.dumps(described, ensure_ascii=False)}))


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint, or a plain state_dict of a network that digitpad knows.

    Raises:
        InputError: the file is missing, truncated, foreign, oversized, wrongly shaped, or of a newer format.
    """
    name = path.name
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}); check its name and folder.") from error
    if not path.is_file():
        raise InputError(f"{path} is a folder; choose a checkpoint file in it.")
    if size > MAX_BYTES:
        raise InputError(
            f"{name} has {size >> 20:,} MB; a checkpoint has {MAX_BYTES >> 20} at most. Choose another file."
        )
    if path.suffix.lower() in (".pt", ".pth"):
        tensors, metadata = _read_state_dict(path), None
    else:
        tensors, metadata = _read_safetensors(path)
    for key, tensor in tensors.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise InputError(f"{name} holds weights that are not numbers ({key}); train it again or choose another.")
    info = _described(name, metadata) if metadata is not None else _recognised(name, tensors)
    network = build(info.layers)
    _fill(name, network, tensors)
    return Checkpoint(
        network.eval(), replace(info, name=path.stem, path=path, parameters=parameter_count(network))
    )


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], str | None]:
    """The file's tensors and digitpad's entry in its metadata, if it has one."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            # Clones, so that nothing refers to the mapped file after it is closed.
            return {key: file.get_tensor(key).clone() for key in file.keys()}, metadata.get("digitpad")  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError, KeyError) as error:
        raise InputError(
            f"{path.name} is not a whole safetensors file ({error}); it may be cut off. Copy it anew or choose another."
        ) from error


def _read_state_dict(path: Path) -> dict[str, Tensor]:
    """The tensors of a file that torch wrote, bare or under one of the usual keys."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{path.name} holds more than weights, and digitpad runs no code from files; "
            "save its state_dict() and load that."
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InputError(
            f"{path.name} is not a whole PyTorch file; it may be cut off. Copy it anew or choose another."
        ) from error
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not all(isinstance(tensor, Tensor) for tensor in content.values()):
        raise InputError(f"{path.name} holds no state_dict; save the network's state_dict() and load that.")
    return {str(key): tensor for key, tensor in content.items()}


def _described(name: str, text: str) -> CheckpointInfo:
    """What a checkpoint's metadata says, every value checked."""
    foreign = f"{name} describes its network in a way that digitpad cannot read"
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{foreign}; choose another checkpoint.") from error
    if not isinstance(said, dict) or type(said.get("format")) is not int:
        raise InputError(f"{foreign}; choose another checkpoint.")
    if said["format"] > FORMAT:
        raise InputError(
            f"{name} has checkpoint format {said['format']}; this digitpad reads up to {FORMAT}. Update digitpad."
        )
    wanted: Mapping[str, tuple[type, ...]] = {
        "network": (str,),
        "layers": (list,),
        "parameters": (int,),
        "mean": (int, float),
        "std": (int, float),
        "recipe": (str,),
        "seed": (int, type(None)),
        "data": (str,),
        "epochs": (int, type(None)),
        "test_accuracy": (int, float, type(None)),
        "date": (str,),
        "digitpad_version": (str,),
    }
    values: dict[str, Any] = {}
    for key, types in wanted.items():
        value = said.get(key)
        if not isinstance(value, types) or isinstance(value, bool) or (isinstance(value, str) and len(value) > 1000):
            raise InputError(f"{foreign} (its {key}); choose another checkpoint.")
        values[key] = value
    if not (abs(values["mean"]) <= 255 and 0 < values["std"] <= 255):
        raise InputError(f"{foreign} (its normalisation); choose another checkpoint.")
    return CheckpointInfo(name=name, **values)


def _recognised(name: str, tensors: Mapping[str, Tensor]) -> CheckpointInfo:
    """Which known network a plain state_dict belongs to, told by the shapes of its tensors in their order."""
    shapes = sorted(tuple(tensor.shape) for tensor in tensors.values())
    for network_id, layers in NETWORKS.items():
        if sorted(tuple(tensor.shape) for tensor in build(layers).state_dict().values()) == shapes:
            mean, std = NORMALISATIONS[network_id]
            return CheckpointInfo(name=name, network=network_id, layers=list(layers), mean=mean, std=std)
    known = ", ".join(NETWORKS)
    raise InputError(f"{name} holds the weights of a network that digitpad does not know (it knows {known}).")


def _fill(name: str, network: nn.Sequential, tensors: Mapping[str, Tensor]) -> None:
    """Put tensors into a network: by name where the names fit, else in their order."""
    places = network.state_dict()
    if places.keys() != tensors.keys() and len(places) == len(tensors):
        tensors = dict(zip(places, tensors.values(), strict=True))
    wrong = [key for key in places if key not in tensors or tensors[key].shape != places[key].shape]
    if wrong or len(places) != len(tensors):
        what = wrong[0] if wrong else next(key for key in tensors if key not in places)
        raise InputError(f"{name} does not fit the network it describes ({what}); choose another checkpoint.")
    network.load_state_dict(dict(tensors))
