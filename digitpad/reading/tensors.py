"""Named tensors in a file: their shapes first, their numbers only when they are asked for."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from digitpad.domain.errors import InputError
from digitpad.reading.layers import Shape
from digitpad.storage.io import open_file

MAX_BYTES = 256 << 20
"""Size above which a file cannot be a checkpoint of a network that digitpad takes."""

MAX_HEADER_BYTES = 1 << 20
"""Longest description of a file's tensors and metadata; that of the largest network that digitpad takes is 200 KB."""

MAX_TENSORS = 4096
"""Most tensors in a file."""

_DTYPES: Mapping[str, str] = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "U8": "|u1"}
"""NumPy's names for the kinds of numbers in networks and random states; bfloat16 is the upper half of a float32."""


@dataclass(frozen=True, eq=False)
class StoredTensor:
    """A tensor in a file.

    Attributes:
        shape: its sizes; what it holds may be more than the file, or the memory, until `array` has checked it.
        dtype: 'F64', 'F32', 'F16', 'BF16', 'I64' and 'U8' can be read; another name cannot.
        load: its numbers in that kind, of that shape; bfloat16 as uint16.
    """

    shape: Shape
    dtype: str
    load: Callable[[], NDArray[Any]]

    @property
    def is_float(self) -> bool:
        """Whether it holds floating-point numbers that can be read."""
        return self.dtype in _DTYPES and self.dtype not in ("I64", "U8")

    def array(self) -> NDArray[Any]:
        """Its numbers: float32, or int64 or uint8 where it holds such. Too large for float32 becomes infinite.

        Raises:
            InputError: the file has changed or is damaged.
        """
        held = self.load()
        if self.dtype == "BF16":
            return (held.astype(np.uint32) << 16).view(np.float32)
        if held.dtype.kind in "iu":
            return held
        with np.errstate(over="ignore"):
            return np.asarray(held, dtype=np.float32, order="C")


def numpy_dtype(name: str) -> np.dtype[Any]:
    """NumPy's little-endian type for a kind of numbers that can be read."""
    return np.dtype(_DTYPES[name])


def check_file(path: Path) -> None:
    """Refuse what is not a file, cannot be opened, or is too large to be a checkpoint.

    Raises:
        InputError: with a sentence about that.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
    if size > MAX_BYTES:
        text = "{file} has {size} MB; a checkpoint has {most} at most. Choose another file."
        raise InputError(text, file=path.name, size=size >> 20, most=MAX_BYTES >> 20)


def read_safetensors(path: Path) -> tuple[dict[str, StoredTensor], dict[str, str]]:
    """A safetensors file's tensors, in the order in which people count, and its metadata.

    Raises:
        InputError: the file is missing, cut off, damaged, of another kind, or describes more than a network needs.
    """
    with open_file(path) as file:  # it begins with the length of its header, then has the header, a JSON object
        start = file.read(9)
        length = int.from_bytes(start[:8], "little")
        if MAX_HEADER_BYTES < length <= MAX_BYTES and start[8:] == b"{":
            text = "{file} describes its tensors in {length} MB; digitpad takes {most} at most. Choose another file."
            raise InputError(text, file=path.name, length=length >> 20, most=MAX_HEADER_BYTES >> 20)
        try:
            if length > MAX_HEADER_BYTES:
                raise ValueError("the header's length")
            with safe_open(path, framework="numpy"):
                pass  # checks the header: that tensors fill the file, each as its shape asks
            header = json.loads(start[8:] + file.read(length - 1))
        except Exception as error:  # bytes from anywhere make the reader raise many things, and each means the same
            said = "{file} is cut off or damaged; copy it anew or choose another."
            if not start:
                said = "{file} is empty; copy it anew or choose another."
            elif start[8:] not in (b"{", b"") or length > MAX_BYTES:
                said = "{file} is damaged or not a safetensors file; copy it again or choose another."
            raise InputError(said, file=path.name) from error
    metadata = header.pop("__metadata__", None) or {}
    if len(header) > MAX_TENSORS:
        text = "{file} holds {count} tensors; digitpad takes {most}. Choose another."
        raise InputError(text, file=path.name, count=len(header), most=MAX_TENSORS)
    tensors = {key: _stored(path, 8 + length, header[key]) for key in sorted(header, key=_counting)}
    return tensors, metadata


def _stored(path: Path, start: int, entry: Mapping[str, Any]) -> StoredTensor:
    shape, dtype = tuple(entry["shape"]), entry["dtype"]

    def load() -> NDArray[Any]:
        try:
            held = np.fromfile(path, numpy_dtype(dtype), math.prod(shape), offset=start + entry["data_offsets"][0])
            return held.reshape(shape)
        except (OSError, ValueError) as error:
            raise InputError("{file} changed while it was read; open it anew.", file=path.name) from error

    return StoredTensor(shape, dtype, load)


def _counting(key: str) -> list[tuple[int, str]]:
    """Sorts names as people count, 'conv9' before 'conv10': safetensors sorts them by letters."""
    pieces = re.split("([0-9]+)", key)  # every second one is a number; the longer number is the larger
    return [(len(piece) if index % 2 else 0, piece) for index, piece in enumerate(pieces)]
