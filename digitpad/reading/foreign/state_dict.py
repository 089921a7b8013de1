"""Files that `torch.save` wrote, read without torch and without running what is in them.

Both of torch's formats are read: the zip archive, with the pickle in `data.pkl` and each storage in a file of its own,
and the older one, five pickles and storages after each other.
"""

from __future__ import annotations

import io
import mmap
import re
import struct
import zipfile
from functools import lru_cache
from pathlib import Path

from digitpad.domain.errors import InputError, Message
from digitpad.reading.foreign.pickled import Content, Machine, NotWeightsError, cut_off
from digitpad.reading.tensors import MAX_BYTES, MAX_TENSORS, StoredTensor

MAX_PICKLE_BYTES = 8 << 20
"""Bound on a pickle; numbers lie outside of it."""

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C


def read_state_dict(path: Path) -> dict[str, StoredTensor]:
    """The tensors of a .pt, .pth or .ckpt file, bare or under one of the usual keys, in the order of the file.

    Raises:
        InputError: the file is cut off, not a PyTorch file, too large, or holds more or other than weights.
    """
    try:
        content = _zipped(path) if zipfile.is_zipfile(path) else _legacy(path)
    except InputError:
        raise
    except NotWeightsError as error:
        text = (
            "{file} holds more than weights ({reason}). digitpad runs no code from files; save the network's "
            "state_dict() and load that."
        )
        raise InputError(text, file=path.name, reason=error.reason) from error
    except Exception as error:  # bytes from anywhere make the readers raise many things, and each means the same
        raise cut_off(path.name) from error
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not all(isinstance(value, StoredTensor) for value in content.values()):
        raise InputError("{file} holds no state_dict; save the network's state_dict() and load that.", file=path.name)
    if len(content) > MAX_TENSORS:
        text = "{file} holds {count} tensors; digitpad takes {most}. Choose another."
        raise InputError(text, file=path.name, count=len(content), most=MAX_TENSORS)
    return {str(key): tensor for key, tensor in content.items()}


def _zipped(path: Path) -> Content:
    """What is in a zip archive."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        if len(re.findall(rb"PK\x01\x02", mapped)) > 3 * MAX_TENSORS:  # entries of its directory
            raise NotWeightsError(Message("an archive of too many files"))
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        size = sum(entry.file_size for entry in entries.values())
        if size > MAX_BYTES:
            text = "{file} unpacks to {size} MB; a checkpoint has {most} at most. Choose another file."
            raise InputError(text, file=path.name, size=size >> 20, most=MAX_BYTES >> 20)
        pickled = next((name for name in entries if name.endswith("data.pkl")), "")
        folder = pickled.removesuffix("data.pkl")
        if f"{folder}constants.pkl" in entries:
            raise InputError(
                "{file} is a TorchScript program. digitpad runs no code from files; save the network's "
                "state_dict(), or export it to ONNX, and load that.",
                file=path.name,
            )
        if not pickled:
            raise InputError("{file} is a zip archive but not a PyTorch file; choose another.", file=path.name)
        if entries[pickled].file_size > MAX_PICKLE_BYTES:
            raise NotWeightsError(Message("a pickle of {size} MB", size=entries[pickled].file_size >> 20))
        data = archive.read(pickled)
        order = archive.read(f"{folder}byteorder") if f"{folder}byteorder" in entries else b"little"

    @lru_cache(maxsize=1)  # tensors may share one
    def storage(key: str) -> bytes:
        with zipfile.ZipFile(path) as archive:
            return archive.read(f"{folder}data/{key}")

    try:
        return Machine(path.name, storage, ">" if order == b"big" else "<").run(io.BytesIO(data))
    except NotWeightsError:
        if b"pytorch-lightning_version" in data:
            raise InputError(
                "{file} is a Lightning checkpoint with more than weights in it. digitpad runs no code from files;"
                " save the network's state_dict() with torch.save and load that.",
                file=path.name,
            ) from None
        raise


def _legacy(path: Path) -> Content:
    """What is in a file of the older format: magic number, version, system, content, keys; then the storages."""
    data = memoryview(path.read_bytes())
    stream = io.BytesIO(data)
    places: dict[str, int] = {}
    machine = Machine(path.name, lambda key: data[places[key] :], "<")
    first = machine.run(stream)
    if first != _LEGACY_MAGIC:
        if isinstance(first, (dict, list, tuple)):
            raise NotWeightsError(Message("a pickle without tensors of PyTorch"))
        raise ValueError("no magic number")
    _version, _system, content, keys = (machine.run(stream) for _ in range(4))
    for key in keys:
        if not isinstance(key, str) or key not in machine.storages:
            raise ValueError("a key without a storage")
        storage = machine.storages[key]
        if struct.unpack("<q", stream.read(8)) != (storage.count,):
            raise ValueError("a storage of another length")
        places[key] = stream.tell()
        if stream.seek(storage.count * storage.itemsize, io.SEEK_CUR) > len(data):
            raise ValueError("cut off")
    return content
