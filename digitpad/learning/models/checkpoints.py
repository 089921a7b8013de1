"""Checkpoints: a network's weights in a safetensors file, with what rebuilds and describes the network.

The metadata has one entry, 'digitpad', a JSON object with 'format' (`FORMAT`) and the fields of `CheckpointInfo`.
A plain state_dict, from a .pt or .pth file or a foreign safetensors file, is read where its modules have the shapes of
a network that digitpad knows. Nothing is ever unpickled beyond torch's `weights_only` reader.
"""

from __future__ import annotations

import json
import logging
import pickle
import re
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError, reason
from digitpad.learning.evaluation.calibration import TEMPERATURES
from digitpad.learning.models.networks import NETWORKS, NORMALISATIONS, SIDE, blueprint, parameter_count
from digitpad.storage.io import write_atomically

FORMAT = 1
"""Version of the metadata that this digitpad writes and the newest that it reads."""

MAX_BYTES = 256 << 20
"""Size above which a file cannot be a checkpoint of a network that digitpad takes."""

MAX_THRESHOLDS = 100
"""Most rows of thresholds; digitpad writes eight."""

_log = logging.getLogger(__name__)

_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)

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
    _check(path)
    name = path.name
    if path.suffix.lower() in (".pt", ".pth"):
        tensors, metadata = _read_state_dict(path), None
    else:
        tensors, metadata = read_safetensors(path, "digitpad")
        tensors = {key: tensors[key] for key in sorted(tensors, key=_counting)}
    if metadata is not None:
        info = _described(name, metadata)
    else:
        info, tensors = _recognised(name, tensors)
    network = _filled(name, blueprint(info.layers), tensors).eval()
    _try(network, info)
    _log.info("opened the checkpoint %s", path)
    return Checkpoint(network, replace(info, name=_name(path, info), path=path, parameters=parameter_count(network)))


def _name(path: Path, info: CheckpointInfo) -> str:
    """The file's name; every run's folder calls its files the same, so there the recipe's id is put before it."""
    in_run = bool(info.run) and path.absolute().parent.name == info.run
    return f"{info.recipe} · {path.stem}" if in_run else path.stem


def _check(path: Path) -> None:
    """Refuse what is no file, cannot be opened, or is too large."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError("{path} is a folder; choose a checkpoint file in it.", path=path)
        if not path.is_file():
            raise InputError("{path} is no file; choose a checkpoint file.", path=path)
        path.open("rb").close()
    except (OSError, ValueError) as error:
        text = "{path} cannot be opened ({reason}); check its name and folder."
        raise InputError(text, path=path, reason=reason(error)) from error
    if size > MAX_BYTES:
        text = "{file} has {size} MB; a checkpoint has {most} at most. Choose another file."
        raise InputError(text, file=path.name, size=size >> 20, most=MAX_BYTES >> 20)


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
        raise _broken(path) from error


def _broken(path: Path) -> InputError:
    """What is wrong with a file that safetensors cannot read: it begins with its header's length, then the header."""
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        text = "{file} cannot be read ({reason}); copy it anew or choose another."
        return InputError(text, file=path.name, reason=error.strerror)
    length = int.from_bytes(start[:8], "little")
    if not start:
        return InputError("{file} is empty; copy it anew or choose another.", file=path.name)
    if start[8:] not in (b"{", b"") or length > MAX_BYTES:
        return InputError("{file} is no safetensors file; copy it anew or choose another.", file=path.name)
    return InputError("{file} is cut off or damaged; copy it anew or choose another.", file=path.name)


def _read_state_dict(path: Path) -> dict[str, Tensor]:
    """The tensors of a file that torch wrote, bare or under one of the usual keys."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
            if size > MAX_BYTES:
                text = "{file} unpacks to {size} MB; a checkpoint has {most} at most. Choose another file."
                raise InputError(text, file=path.name, size=size >> 20, most=MAX_BYTES >> 20)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except InputError:
        raise
    except pickle.UnpicklingError as error:
        raise InputError(
            "{file} holds more than weights, or is no PyTorch file. digitpad runs no code from files; save the "
            "network's state_dict() and load that.",
            file=path.name,
        ) from error
    except Exception as error:  # bytes from anywhere make the reader raise many things, and each means the same
        text = "{file} is not a whole PyTorch file; it may be cut off. Copy it anew or choose another."
        raise InputError(text, file=path.name) from error
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not all(isinstance(tensor, Tensor) for tensor in content.values()):
        raise InputError("{file} holds no state_dict; save the network's state_dict() and load that.", file=path.name)
    return {str(key): tensor for key, tensor in content.items()}


def _described(name: str, text: str) -> CheckpointInfo:
    """What a checkpoint's metadata says, every value checked."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _foreign(name, "metadata") from error
    if not isinstance(said, dict) or type(said.get("format")) is not int:
        raise _foreign(name, "metadata")
    if said["format"] < 1:
        raise _foreign(name, "format")
    if said["format"] > FORMAT:
        raise InputError(
            "{name} has checkpoint format {format}; this digitpad reads up to {newest}. Update digitpad.",
            name=name,
            format=said["format"],
            newest=FORMAT,
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
        "temperature": (int, float),
        "thresholds": (list,),
        "run": (str,),
    }
    later: Mapping[str, Any] = {"temperature": 1.0, "thresholds": [], "run": ""}
    values: dict[str, Any] = {}
    for key, types in wanted.items():
        value = said.get(key, later.get(key))  # files of digitpad 0.1 lack some
        if not isinstance(value, types) or isinstance(value, bool) or (isinstance(value, str) and len(value) > 1000):
            raise _foreign(name, key)
        values[key] = value
    ranges: Mapping[str, tuple[float, float]] = {
        "mean": (-255, 255),
        "std": (1e-6, 255),
        "seed": (-(2**63), 2**64),
        "epochs": (0, 10**9),
        "test_accuracy": (0, 1),
        "temperature": TEMPERATURES,
    }
    if not _are_thresholds(values["thresholds"]):
        raise _foreign(name, "thresholds")
    for key, (low, high) in ranges.items():
        if values[key] is not None and not low <= values[key] <= high:
            raise _foreign(name, key)
    return CheckpointInfo(name=name, **values)


def _foreign(name: str, key: str) -> InputError:
    text = "{name} describes its network in a way that digitpad cannot read (its {key}); choose another checkpoint."
    return InputError(text, name=name, key=key)


def _are_thresholds(rows: list[Any]) -> bool:
    """Whether these are some rows of a share, 0 to 1, and a finite number."""
    return len(rows) <= MAX_THRESHOLDS and all(
        isinstance(row, list)
        and len(row) == 2
        and all(type(number) in (int, float) and abs(number) < 1e6 for number in row)
        and 0 <= row[0] <= 1
        for row in rows
    )


def _recognised(name: str, tensors: Mapping[str, Tensor]) -> tuple[CheckpointInfo, dict[str, Tensor]]:
    """Which known network a plain state_dict belongs to, and its tensors by that network's names."""
    for network_id, layers in NETWORKS.items():
        renamed = _renamed(tensors, blueprint(layers).state_dict())
        if renamed is not None:
            mean, std = NORMALISATIONS[network_id]
            return CheckpointInfo(name=name, network=network_id, layers=list(layers), mean=mean, std=std), renamed
    known = ", ".join(NETWORKS)
    text = "{name} holds the weights of a network that digitpad does not know; it knows {known}. Choose another file."
    raise InputError(text, name=name, known=known)


def _renamed(tensors: Mapping[str, Tensor], places: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
    """Foreign tensors by the names of `places`, or None where they belong to another network.

    Modules are told by the names and shapes of what they hold, since files hold them in the order in which they were
    declared or in that of the alphabet; modules that are alike are taken in the file's order.
    """
    theirs, renamed = _modules(tensors), {}
    for ours, parts in _modules(places).items():
        shapes = {leaf: tensor.shape for leaf, tensor in parts.items()}
        for module, held in theirs.items():
            if {leaf: tensor.shape for leaf, tensor in held.items()} == shapes:
                renamed.update({f"{ours}.{leaf}": tensor for leaf, tensor in held.items()})
                del theirs[module]
                break
        else:
            return None
    return None if theirs else renamed


def _counting(key: str) -> list[tuple[int, str]]:
    """Sorts names as people count, 'conv9' before 'conv10': safetensors sorts them by letters."""
    pieces = re.split("([0-9]+)", key)  # every second one is a number; the longer number is the larger
    return [(len(piece) if index % 2 else 0, piece) for index, piece in enumerate(pieces)]


def _modules(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
    """Tensors by module, then by their name in it: 'conv1.weight' is 'weight' in 'conv1'."""
    modules: dict[str, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        module, _, leaf = key.rpartition(".")
        modules.setdefault(module, {})[leaf] = tensor
    return modules


def _filled(name: str, network: nn.Sequential, tensors: Mapping[str, Tensor]) -> nn.Sequential:
    """A blueprint with its tensors, by name; nothing is read of a tensor before its shape is known to fit."""
    places = network.state_dict()
    wrong = [key for key, place in places.items() if key not in tensors or not _fits(tensors[key], place)]
    wrong += [key for key in tensors if key not in places]
    if wrong:
        text = "{name} does not fit the network it describes ({tensor}); choose another checkpoint."
        raise InputError(text, name=name, tensor=wrong[0][:80])
    network = network.to_empty(device="cpu")
    network.load_state_dict(dict(tensors))
    for key, place in network.state_dict().items():
        if not torch.isfinite(place).all():
            text = "{name} holds weights that are not numbers ({key}); train it again or choose another."
            raise InputError(text, name=name, key=key)
    return network


def _fits(tensor: Tensor, place: Tensor) -> bool:
    dense = tensor.layout == torch.strided and tensor.device.type == "cpu"
    return (
        dense
        and tensor.shape == place.shape
        and tensor.dtype in (_FLOATS if place.is_floating_point() else (place.dtype,))
    )


def _try(network: nn.Sequential, info: CheckpointInfo) -> None:
    """Refuse finite weights whose answers are not: they are too large, or a variance is below 0."""
    blank_and_full = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1).expand(2, 1, SIDE, SIDE)
    with torch.inference_mode():
        if not torch.isfinite(network((blank_and_full - info.mean) / info.std)).all():
            text = "{name} holds weights whose answers are not numbers; train it again or choose another."
            raise InputError(text, name=info.name)
