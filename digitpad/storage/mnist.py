"""MNIST's official files: images and labels in the IDX format, gzipped or not, as arrays."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import math
import os
import struct
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import InputError, Message
from digitpad.domain.prediction import CLASSES

_IMAGES, _LABELS = 2051, 2049
_LIMIT = 200_000_000
"""Bytes of data above which a file is refused, unread: MNIST's largest has 47 million, and EMNIST's digits 188."""

_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}

MNIST_COUNTS = {"train": 60_000, "test": 10_000}
"""How many images each part of MNIST has."""

_SUMS = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""MD5 sums of MNIST's files, unpacked, as secml-zoo and others state them. Those that torchvision knows are of the
files as http://yann.lecun.com/exdb/mnist packed them, and differ where somebody else packed the same content."""


def mnist_digits(folder: Path, part: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """One part of MNIST, 'train' or 'test': images, uint8 (n, 28, 28), 255 is ink, and labels, uint8 (n,), 0 to 9.

    http://yann.lecun.com/exdb/mnist describes the files.

    Raises:
        InputError: a file is missing, damaged, or not what its name says; the sentence names it.
    """
    count_mnist(folder, part)  # by the headers, before a thousand times as many labels as images are read
    names = _FILES[part]
    images, labels = _read_idx(folder, names[0], _IMAGES, 3), _read_idx(folder, names[1], _LABELS, 1)
    _check_shapes(folder, names, images.shape, labels.shape)
    if labels.max() >= CLASSES:
        text = "{name} holds the label {largest}; MNIST's go from 0 to 9."
        raise InputError(text, name=names[1], largest=int(labels.max()))
    return images, labels


def foreign_file(images: NDArray[np.uint8], labels: NDArray[np.uint8], part: str) -> str | None:
    """The first file of a part, 'train' or 'test', whose images or labels are not MNIST's, by its MD5 sum.

    None where they all are. Takes 0.1 s for MNIST's 47 MB.
    """
    for name, magic, array in zip(_FILES[part], (_IMAGES, _LABELS), (images, labels), strict=True):
        found = hashlib.md5(struct.pack(f">{1 + array.ndim}I", magic, *array.shape), usedforsecurity=False)
        found.update(np.ascontiguousarray(array).reshape(-1).data)
        if found.hexdigest() != _SUMS[name]:
            return name
    return None


def count_mnist(folder: Path, part: str) -> int:
    """How many images one part of MNIST, 'train' or 'test', has by its files' headers; nothing else of them is read.

    Raises:
        InputError: a file is missing, or its header is not what its name says; the sentence names it.
    """
    names = _FILES[part]
    with (
        _opened(folder, names[0], _IMAGES, 3) as (_, _, images),
        _opened(folder, names[1], _LABELS, 1) as (_, _, labels),
    ):
        _check_shapes(folder, names, images, labels)
    return images[0]


def missing_files(folder: Path) -> list[str]:
    """Names of those of MNIST's four files that a folder does not hold, whether gzipped or not."""
    return [name for name in _SUMS if not any(map(os.path.lexists, _spellings(folder, name)))]


def files_stamp(folder: Path, part: str) -> tuple[tuple[str, int, int], ...]:
    """Name, time of the last change in ns and size in bytes of each of a part's files, to tell when they change."""
    found = []
    for path in chain.from_iterable(_spellings(folder, name) for name in _FILES[part]):
        with contextlib.suppress(OSError, ValueError):  # a ValueError: the folder's name holds a null character
            status = path.stat()
            found.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(found)


def _spellings(folder: Path, name: str) -> tuple[Path, ...]:
    return folder / name, folder / f"{name}.gz", folder / name.replace("-idx", ".idx")


def _check_shapes(folder: Path, names: tuple[str, str], images: tuple[int, ...], labels: tuple[int, ...]) -> None:
    if images[0] != labels[0]:
        text = "{folder} holds {images} images and {labels} labels; fetch both files anew."
        raise InputError(text, folder=folder, images=images[0], labels=labels[0])
    if not images[0]:
        raise InputError("{folder} holds {name} without a single image; fetch it anew.", folder=folder, name=names[0])
    if images[1:] != (28, 28):
        text = "{name} holds images of {height}×{width} pixels; MNIST's are 28×28."
        raise InputError(text, name=names[0], height=images[1], width=images[2])


def _read_idx(folder: Path, name: str, magic: int, dimensions: int) -> NDArray[np.uint8]:
    with _opened(folder, name, magic, dimensions) as (path, file, shape):
        size, held = math.prod(shape), 0
        data = np.empty(size, dtype=np.uint8)
        while held < size and (piece := file.read(min(size - held, 1 << 20))):  # never all of it twice in memory
            data[held : held + len(piece)] = np.frombuffer(piece, dtype=np.uint8)
            held += len(piece)
        more = file.read(1)
    if held < size or more:
        text = "{path} should hold {size} bytes of data and holds {held}; fetch it anew."
        raise InputError(text, path=path, size=size, held=Message("more") if more else held)
    return data.reshape(shape)


@contextlib.contextmanager
def _opened(
    folder: Path, name: str, magic: int, dimensions: int
) -> Iterator[tuple[Path, BinaryIO | gzip.GzipFile, tuple[int, ...]]]:
    """An IDX file's path, the file at the start of its data, and the shape that its header gives them."""
    path = folder / name
    start = 4 + 4 * dimensions
    try:
        for path in _spellings(folder, name):
            if path.is_file():
                break
        else:
            text = "{folder} does not hold {name} or {name}.gz; choose the folder with MNIST's files, or download them."
            raise InputError(text, folder=folder, name=name)
        # gzip.open() would warn of a file that it leaves open where reading fails.
        with path.open("rb") as plain, gzip.GzipFile(fileobj=plain) if path.suffix == ".gz" else plain as file:
            header = file.read(start)
            if len(header) < start or int.from_bytes(header[:4], "big") != magic:
                text = "{path} is not the IDX file its name says (wrong magic number); fetch it anew."
                raise InputError(text, path=path)
            shape = struct.unpack(f">{dimensions}I", header[4:])
            if math.prod(shape) > _LIMIT:
                text = "{path} says that it holds {size} bytes; {most} can be read. Fetch it anew."
                raise InputError(text, path=path, size=math.prod(shape), most=_LIMIT)
            yield path, file, shape
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or Message("it is cut off or damaged")
        raise InputError("{path} cannot be read ({reason}); fetch it anew.", path=path, reason=reason) from error
