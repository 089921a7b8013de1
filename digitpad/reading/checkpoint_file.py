"""Checkpoints: a network's weights in a safetensors file, with what rebuilds and describes the network.

The metadata has one entry, 'digitpad', a JSON object with 'format' (`FORMAT`) and the fields of `CheckpointInfo`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import DigitpadError, InputError, Message
from digitpad.domain.settings_fields import declared, from_values, shown, to_values
from digitpad.reading.layers import Network, network_of
from digitpad.reading.tensors import StoredTensor
from digitpad.storage.io import write_atomically
from digitpad.storage.json_object import json_object
from digitpad.storage.run_store import RunFolder

FORMAT = 1
"""Version of the metadata that this digitpad writes and the newest that it reads."""

_STORED = [*(name for name in declared(CheckpointInfo) if name not in ("name", "path")), "data_message"]
_ALWAYS = ("network", "layers", "parameters", "mean", "std", "recipe", "data", "date", "digitpad_version")
"""What is never missing."""


@dataclass(frozen=True)
class Preparation:
    """How the input of a foreign network must be prepared, as found by reading labelled digits.

    Attributes:
        name: 'unit' (0…1), 'signed' (-1…1), 'standard' (MNIST's mean and spread), 'bytes' (0…255), and the same with
            '-inverted' for black on white.
        mean, std: of the normalisation; pixels in 0…1 become (x - mean) / std.
        accuracy: share of the digits that were read right, 0 to 1.
        digits: how many digits were read; 0 where none were at hand and the customary way was taken.
    """

    name: str
    mean: float
    std: float
    accuracy: float = 0.0
    digits: int = 0

    @property
    def words(self) -> Message:
        """What was found, such as 'found: -1…1, reads 98.7 % of 500 starter digits'."""
        kind, _, inverted = self.name.partition("-")
        way: str | Message = {"unit": "0…1", "signed": "-1…1", "bytes": "0…255"}.get(kind, Message("mean and spread"))
        if inverted:
            way = Message("{way}, black on white", way=way)
        if not self.digits:
            return Message("{way}, as is customary", way=way)
        text = "found: {way}, reads {percent} % of {count} starter digits"
        return Message(text, way=way, percent=round(100 * self.accuracy, 1), count=self.digits)


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network as data.

    Attributes:
        info: what is known of it; its layers rebuild the network.
        arrays: its tensors by their name in the state_dict: float32, the counters of batch normalisation int64.
        model: a foreign ONNX file, with the input of `digitpad.reading.graph` put before it; None for a network of
            layers.
        preparation: how its input is prepared, where that had to be found out.
    """

    info: CheckpointInfo
    arrays: Mapping[str, NDArray[Any]]
    model: bytes | None = None
    preparation: Preparation | None = None


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all; a file that was there before is unharmed where it cannot be written.

    Raises InputError of a foreign ONNX file, which has no layers to write, and DigitpadError where it is not written.
    """
    if checkpoint.model is not None:
        raise InputError("{name} is an ONNX network; export it instead.", name=checkpoint.info.name)
    described = to_values(checkpoint.info)
    described = {"format": FORMAT, **{name: described[name] for name in _STORED if name in described}}
    tensors = {name: np.asarray(array, order="C") for name, array in checkpoint.arrays.items()}
    write_atomically(path, save(tensors, {"digitpad": json.dumps(described, ensure_ascii=False)}))


def checkpoint_of(path: Path, tensors: Mapping[str, StoredTensor], metadata: str) -> Checkpoint:
    """The checkpoint in a file that digitpad wrote, of its tensors and of its metadata's entry 'digitpad'.

    Raises InputError where the metadata is foreign or newer, or the tensors are not those that it speaks of.
    """
    info = _described(path.name, metadata)
    network = network_of(info.layers)
    arrays = filled(path.name, network, tensors)
    return Checkpoint(replace(info, name=_name(path, info), path=path, parameters=network.parameters), arrays)


def filled(name: str, network: Network, tensors: Mapping[str, StoredTensor]) -> dict[str, NDArray[Any]]:
    """A network's arrays, by name; nothing is read of a tensor before its shape is known to fit.

    Raises InputError where a tensor is missing, unknown, of another shape or kind, or holds a value that is not finite.
    """
    places = network.tensors
    wrong = [key for key, shape in places.items() if key not in tensors or not _fits(key, tensors[key], shape)]
    wrong += [key for key in tensors if key not in places]
    if wrong:
        text = "{name} does not fit the network it describes ({tensor}); choose another checkpoint."
        raise InputError(text, name=name, tensor=wrong[0][:80])
    arrays = {key: tensors[key].array() for key in places}
    for key, array in arrays.items():
        if not np.isfinite(array).all():
            text = "{name} holds weights that are not numbers ({key}); train it again or choose another."
            raise InputError(text, name=name, key=key)
    return arrays


def _fits(key: str, tensor: StoredTensor, shape: tuple[int, ...]) -> bool:
    is_kind = tensor.dtype == "I64" if key.endswith("num_batches_tracked") else tensor.is_float
    return tensor.shape == shape and is_kind


def _name(path: Path, info: CheckpointInfo) -> str:
    """The file's name; every run's folder calls its files the same, so there the run's name is put before it."""
    folder = path.absolute().parent
    if not info.run or folder.name != info.run:
        return path.stem
    try:
        name = RunFolder(folder).read_info().name
    except DigitpadError:
        name = info.recipe
    kind, _, number = path.stem.partition("-")
    return f"{name}, {kind} {number}" if number else f"{name}, {kind} epoch"


def _described(name: str, text: str) -> CheckpointInfo:
    """What a checkpoint's metadata says, every value checked; what a newer digitpad adds to it is left out."""
    try:
        said = json_object(text)
        version = said.get("format")
        if type(version) is not int or version < 1:
            raise InputError("Its format is {value}.", value=shown(version))
        missing = [key for key in _ALWAYS if key not in said]
        if missing and version <= FORMAT:
            raise InputError("The value {key} is missing.", key=missing[0])
        if version <= FORMAT:
            stored = {key: said[key] for key in _STORED if key in said}
            return from_values(CheckpointInfo, {**stored, "name": name})
    except InputError as error:
        foreign = "{name} describes its network in a way that digitpad cannot read; choose another checkpoint. {reason}"
        raise InputError(foreign, name=name, reason=error) from error
    newer = "{name} has checkpoint format {format}; this digitpad reads up to {newest}. Update digitpad."
    raise InputError(newer, name=name, format=version, newest=FORMAT)
