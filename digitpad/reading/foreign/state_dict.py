"""Files that `torch.save` wrote, read without torch and without running what is in them.

A pickle is a program for a small machine. This one follows it as far as a state_dict needs: it knows numbers, strings,
lists, tuples, dicts and tensors, and refuses every other instruction and every other class. Nothing that it makes is
ever hashed but strings and integers, so that the time it takes is bounded by the length of the pickle.

Both of torch's formats are read: the zip archive, with the pickle in `data.pkl` and each storage in a file of its own,
and the older one, five pickles and storages after each other.
"""

from __future__ import annotations

import io
import math
import mmap
import pickletools
import re
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import InputError, Message
from digitpad.reading.layers import MAX_PARAMETERS
from digitpad.reading.tensors import MAX_BYTES, MAX_TENSORS, StoredTensor, numpy_dtype

MAX_PICKLE_BYTES = 8 << 20
MAX_INSTRUCTIONS = 500_000
"""Bounds on a pickle; that of a network with 1,000 tensors and its optimiser has 60,000 instructions."""

MAX_DEPTH = 64
"""How deep containers may lie in each other at once; a training checkpoint's lie four deep."""

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_STORAGES = {
    "FloatStorage": "F32",
    "DoubleStorage": "F64",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "LongStorage": "I64",
    **{f"{name}Storage": name for name in ("Int", "Short", "Char", "Byte", "Bool")},
    **{f"{name}Storage": name for name in ("ComplexFloat", "ComplexDouble")},
}
"""torch's classes of storages, and what `StoredTensor` calls their numbers; the last cannot be read."""

Content = Any
"""What a pickle may hold: None, bool, int, float, str, `StoredTensor`, and lists, tuples and dicts of these."""


class _Refused(Exception):  # noqa: N818 - becomes an error with the file's name
    """The pickle asks for what a state_dict does not need: a class by its name, or what a message says."""

    def __init__(self, reason: Message | str) -> None:
        super().__init__(reason)
        self.reason = reason if isinstance(reason, Message) else reason[:80]


@dataclass(frozen=True)
class _Global:
    """A class or function that the pickle names."""

    name: str


@dataclass(frozen=True)
class _Storage:
    """The numbers behind a tensor: which kind, where, and how many the file says there are."""

    dtype: str
    key: str
    count: int


@dataclass
class _Mark:
    """Where an open container begins on the stack."""


def read_state_dict(path: Path) -> dict[str, StoredTensor]:
    """The tensors of a .pt, .pth or .ckpt file, bare or under one of the usual keys, in the order of the file.

    Raises:
        InputError: the file is cut off, not a PyTorch file, too large, or holds more or other than weights.
    """
    try:
        content = _zipped(path) if zipfile.is_zipfile(path) else _legacy(path)
    except InputError:
        raise
    except _Refused as error:
        text = (
            "{file} holds more than weights ({reason}). digitpad runs no code from files; save the network's "
            "state_dict() and load that."
        )
        raise InputError(text, file=path.name, reason=error.reason) from error
    except Exception as error:  # bytes from anywhere make the readers raise many things, and each means the same
        text = "{file} is not a whole PyTorch file; it may be cut off. Copy it anew or choose another."
        raise InputError(text, file=path.name) from error
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
            raise _Refused(Message("an archive of too many files"))
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
            raise _Refused(Message("a pickle of {size} MB", size=entries[pickled].file_size >> 20))
        data = archive.read(pickled)
        order = archive.read(f"{folder}byteorder") if f"{folder}byteorder" in entries else b"little"

    @lru_cache(maxsize=1)  # tensors may share one
    def storage(key: str) -> bytes:
        with zipfile.ZipFile(path) as archive:
            return archive.read(f"{folder}data/{key}")

    try:
        return _run(io.BytesIO(data), _Machine(path.name, storage, ">" if order == b"big" else "<"))
    except _Refused:
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
    machine = _Machine(path.name, lambda key: data[places[key] :], "<")
    first = _run(stream, _Machine(path.name, machine.storage, "<"))
    if first != _LEGACY_MAGIC:
        if isinstance(first, (dict, list, tuple)):
            raise _Refused(Message("a pickle without tensors of PyTorch"))
        raise ValueError("no magic number")
    for _ in range(2):
        _run(stream, _Machine(path.name, machine.storage, "<"))
    content = _run(stream, machine)
    for key in _run(stream, _Machine(path.name, machine.storage, "<")):
        if not isinstance(key, str) or key not in machine.counts:
            raise ValueError("a key without a storage")
        (count,) = struct.unpack("<q", stream.read(8))
        dtype, declared = machine.counts[key]
        if count != declared:
            raise ValueError("a storage of another length")
        places[key] = stream.tell()
        if stream.seek(count * _itemsize(dtype), io.SEEK_CUR) > len(data):
            raise ValueError("cut off")
    return content


def _itemsize(dtype: str) -> int:
    sizes = {"Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1, "ComplexFloat": 8, "ComplexDouble": 16}
    return sizes[dtype] if dtype in sizes else numpy_dtype(dtype).itemsize


class _Machine:
    """What a pickle's instructions work on, and what they may do.

    Attributes:
        storage: gives the bytes of a storage, from its start.
        counts: for each storage that was named, the kind of its numbers and how many there are.
    """

    def __init__(self, name: str, storage: Callable[[str], bytes | memoryview], byte_order: Literal["<", ">"]) -> None:
        self.name = name
        self.storage = storage
        self.counts: dict[str, tuple[str, int]] = {}
        self._byte_order = byte_order

    def persistent(self, value: Content) -> _Storage:
        """The storage that a persistent id names: ('storage', class, key, device, count), one more in old files."""
        match value:
            case ("storage", _Global(name), str(key), _, int(count), *_) if count >= 0:
                kind = _STORAGES.get(name.removeprefix("torch."))
                if kind is None:
                    raise _Refused(name)
                self.counts[key] = kind, count
                return _Storage(kind, key, count)
        raise _Refused(Message("a reference to something other than a storage"))

    def call(self, function: Content, arguments: Content) -> Content:
        """What a call gives; the only functions are those that torch puts tensors and state_dicts together with."""
        match function, arguments:
            case _Global("collections.OrderedDict"), ():
                return {}
            case _Global("collections.OrderedDict"), (list(pairs),) if all(len(pair) == 2 for pair in pairs):
                return {_key(key): value for key, value in pairs}
            case _Global("torch._utils._rebuild_parameter"), (StoredTensor() as tensor, *_):
                return tensor
            case _Global("torch._utils._rebuild_tensor_v2"), (_Storage() as storage, int(offset), shape, strides, *_):
                if not _are_sizes(shape) or not _are_sizes(strides) or len(shape) != len(strides) or offset < 0:
                    raise _Refused(Message("a tensor without a valid shape"))
                return StoredTensor(shape, storage.dtype, lambda: self._array(storage, offset, shape, strides))
            case _Global("torch.Size"), (tuple(sizes),):
                return sizes
        raise _Refused(function.name if isinstance(function, _Global) else Message("a call of what is not a function"))

    def _array(self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> NDArray[Any]:
        """A tensor's numbers; its shape is known to be a network's by now, yet need not fit its storage."""
        try:
            count = math.prod(shape)
            last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
            if count > MAX_PARAMETERS or (count and last >= storage.count):
                raise ValueError("more than the storage holds")
            dtype = numpy_dtype(storage.dtype).newbyteorder(self._byte_order)
            held = (
                np.frombuffer(self.storage(storage.key), dtype, storage.count)[offset:] if count else np.empty(0, dtype)
            )
            view = np.lib.stride_tricks.as_strided(held, shape, [step * dtype.itemsize for step in strides])
            return view.astype(dtype.newbyteorder("="))
        except Exception as error:  # a damaged archive makes its reader raise many things
            text = "{name} is not a whole PyTorch file; it may be cut off. Copy it anew or choose another."
            raise InputError(text, name=self.name) from error


def _are_sizes(sizes: Content) -> bool:
    return (
        isinstance(sizes, tuple)
        and len(sizes) <= 8
        and all(type(size) is int and 0 <= size < 1 << 60 for size in sizes)
    )


def _key(key: Content) -> str | int:
    """A dict's key, if it is one whose hash costs nothing."""
    if type(key) is not str and type(key) is not int:
        raise _Refused(Message("a key that is not a name"))
    return key


def _run(stream: BinaryIO, machine: _Machine) -> Content:
    """Follow one pickle and give what it makes; the stream then stands behind it."""
    stack: list[Content] = []
    memo: dict[int, Content] = {}
    depth = 0
    argument: Any
    for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
        name = opcode.name
        if count > MAX_INSTRUCTIONS:
            raise _Refused(Message("a pickle with too many instructions"))
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            made = _CONSTANTS[name]
            stack.append(made.copy() if isinstance(made, (list, dict)) else made)
        elif name in ("BINPUT", "LONG_BINPUT"):
            memo[argument] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name == "MARK":
            depth += 1
            if depth > MAX_DEPTH:
                raise _Refused(Message("values nested too deeply"))
            stack.append(_Mark())
        elif name in ("TUPLE", "SETITEMS", "APPENDS"):
            depth -= 1
            values = _since_mark(stack)
            if name == "TUPLE":
                stack.append(tuple(values))
            elif name == "APPENDS":
                _container(stack, list).extend(values)
            else:
                pairs = zip(values[::2], values[1::2], strict=True)
                _container(stack, dict).update({_key(key): value for key, value in pairs})
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            size = int(name[-1])
            if len(stack) < size:
                raise ValueError("an empty stack")
            stack[-size:] = [tuple(stack[-size:])]
        elif name == "SETITEM":
            value, key = stack.pop(), _key(stack.pop())
            _container(stack, dict)[key] = value
        elif name == "APPEND":
            value = stack.pop()
            _container(stack, list).append(value)
        elif name == "GLOBAL":
            stack.append(_Global(argument.replace(" ", ".", 1)))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            if not isinstance(module, str) or not isinstance(attribute, str):
                raise _Refused(Message("a class without a name"))
            stack.append(_Global(f"{module}.{attribute}"))
        elif name == "BINPERSID":
            stack.append(machine.persistent(stack.pop()))
        elif name == "REDUCE":
            arguments, function = stack.pop(), stack.pop()
            stack.append(machine.call(function, arguments))
        elif name == "BUILD":  # a state_dict's attribute with versions, which nobody needs
            stack.pop()
            _container(stack, dict)
        elif name == "STOP":
            (content,) = stack
            return content
        elif name not in ("PROTO", "FRAME"):
            classes = [value.name for value in stack if isinstance(value, _Global)]
            raise _Refused(classes[-1] if classes else Message("the instruction {name}", name=name))
    raise ValueError("no end")


_VALUES = frozenset(
    ("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE", "SHORT_BINUNICODE", "BINFLOAT", "SHORT_BINBYTES")
)
_CONSTANTS: Mapping[str, Content] = {
    "NONE": None,
    "NEWTRUE": True,
    "NEWFALSE": False,
    "EMPTY_TUPLE": (),
    "EMPTY_LIST": [],
    "EMPTY_DICT": {},
}


def _since_mark(stack: list[Content]) -> list[Content]:
    """Take what lies above the last mark off the stack, and the mark."""
    values: list[Content] = []
    while not isinstance(value := stack.pop(), _Mark):
        values.append(value)
    return values[::-1]


def _container(stack: list[Content], kind: type) -> Any:  # noqa: ANN401 - a list or a dict
    """The container on top of the stack."""
    if not isinstance(stack[-1], kind):
        raise _Refused(Message("a value that is not a container"))
    return stack[-1]
