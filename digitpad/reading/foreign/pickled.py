"""Pickles of tensors, followed without running what is in them.

A pickle is a program for a small machine. This one follows it as far as a state_dict needs: it knows numbers, strings,
lists, tuples, dicts and tensors, and refuses every other instruction and every other class. Nothing that it makes is
ever hashed but strings and integers, so that the time it takes is bounded by the length of the pickle.
"""

from __future__ import annotations

import math
import pickletools
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import InputError, Message
from digitpad.reading.layers import MAX_PARAMETERS
from digitpad.reading.tensors import StoredTensor, numpy_dtype

MAX_INSTRUCTIONS = 500_000
"""Most instructions of a pickle; that of a network with 1,000 tensors and its optimiser has 60,000."""

MAX_DEPTH = 64
"""How deep containers may lie in each other at once; a training checkpoint's lie four deep."""

Content = Any
"""What a pickle may hold: None, bool, int, float, str, `StoredTensor`, and lists, tuples and dicts of these."""

_READABLE = {"Float": ("F32", 4), "Double": ("F64", 8), "Half": ("F16", 2), "BFloat16": ("BF16", 2), "Long": ("I64", 8)}
_OTHERS = {"Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1, "ComplexFloat": 8, "ComplexDouble": 16}
_STORAGES = _READABLE | {name: (name, size) for name, size in _OTHERS.items()}
"""torch's kinds of storages: what `StoredTensor` calls their numbers, and the bytes of each."""

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
_MARK = object()
"""Where an open container begins on the stack."""


class NotWeightsError(Exception):
    """The pickle asks for what a state_dict does not need: a class by its name, or what a message says."""

    def __init__(self, reason: Message | str) -> None:
        super().__init__(reason)
        self.reason = reason if isinstance(reason, Message) else reason[:80]


@dataclass(frozen=True)
class _Global:
    """A class or function that the pickle names."""

    name: str


@dataclass(frozen=True)
class Storage:
    """The numbers behind a tensor: which kind, the bytes of each, where, and how many the file says there are."""

    dtype: str
    itemsize: int
    key: str
    count: int


class Machine:
    """Follows pickles.

    Attributes:
        storages: those that were named, by key.
    """

    def __init__(self, name: str, read: Callable[[str], bytes | memoryview], byte_order: Literal["<", ">"]) -> None:
        """Follow pickles of a file of that name; `read` gives the bytes of a storage, from its start, by its key."""
        self.storages: dict[str, Storage] = {}
        self._name, self._read, self._byte_order = name, read, byte_order

    def run(self, stream: BinaryIO) -> Content:
        """Follow one pickle and give what it makes; the stream then stands behind it.

        Raises NotWeightsError where it holds more than a state_dict, and anything where it is cut off or damaged.
        """
        stack: list[Content] = []
        memo: dict[int, Content] = {}
        push, pop, depth = stack.append, stack.pop, 0
        argument: Any
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count > MAX_INSTRUCTIONS:
                raise NotWeightsError(Message("a pickle with too many instructions"))
            values: list[Content] = []
            if opcode.name in ("TUPLE", "APPENDS", "SETITEMS"):
                values, depth = list(iter(pop, _MARK))[::-1], depth - 1
            match opcode.name:
                case name if name in _VALUES:
                    push(argument)
                case name if name in _CONSTANTS:
                    push(copy(_CONSTANTS[name]))
                case "BINPUT" | "LONG_BINPUT":
                    memo[argument] = stack[-1]
                case "MEMOIZE":
                    memo[len(memo)] = stack[-1]
                case "BINGET" | "LONG_BINGET":
                    push(memo[argument])
                case "MARK":
                    depth += 1
                    if depth > MAX_DEPTH:
                        raise NotWeightsError(Message("values nested too deeply"))
                    push(_MARK)
                case "TUPLE":
                    push(tuple(values))
                case "TUPLE1" | "TUPLE2" | "TUPLE3" as name:
                    push(tuple([pop() for _ in range(int(name[-1]))][::-1]))
                case "APPEND" | "APPENDS" as name:
                    values = [pop()] if name == "APPEND" else values
                    _container(stack, list).extend(values)
                case "SETITEM" | "SETITEMS" as name:
                    values = [pop(), pop()][::-1] if name == "SETITEM" else values
                    pairs = zip(values[::2], values[1::2], strict=True)
                    _container(stack, dict).update({_key(key): value for key, value in pairs})
                case "GLOBAL":
                    push(_Global(argument.replace(" ", ".", 1)))
                case "STACK_GLOBAL":
                    attribute, module = pop(), pop()
                    if not isinstance(module, str) or not isinstance(attribute, str):
                        raise NotWeightsError(Message("a class without a name"))
                    push(_Global(f"{module}.{attribute}"))
                case "BINPERSID":
                    push(self._storage(pop()))
                case "REDUCE":
                    arguments, function = pop(), pop()
                    push(self._call(function, arguments))
                case "BUILD":  # a state_dict's attribute with versions, which nobody needs
                    pop()
                    _container(stack, dict)
                case "STOP":
                    (content,) = stack
                    return content
                case "PROTO" | "FRAME":
                    pass
                case name:
                    classes = [value.name for value in stack if isinstance(value, _Global)]
                    raise NotWeightsError(classes[-1] if classes else Message("the instruction {name}", name=name))
        raise ValueError("no end")

    def _storage(self, value: Content) -> Storage:
        """The storage that a persistent id names: ('storage', class, key, device, count), one more in old files."""
        match value:
            case ("storage", _Global(name), str(key), _, int(count), *_) if count >= 0:
                kind = name.removeprefix("torch.").removesuffix("Storage")
                if kind not in _STORAGES:
                    raise NotWeightsError(name)
                self.storages[key] = Storage(*_STORAGES[kind], key, count)
                return self.storages[key]
        raise NotWeightsError(Message("a reference to something other than a storage"))

    def _call(self, function: Content, arguments: Content) -> Content:
        """What a call gives; the only functions are those that torch puts tensors and state_dicts together with."""
        match function, arguments:
            case _Global("collections.OrderedDict"), ():
                return {}
            case _Global("collections.OrderedDict"), (list(pairs),) if all(len(pair) == 2 for pair in pairs):
                return {_key(key): value for key, value in pairs}
            case _Global("torch._utils._rebuild_parameter"), (StoredTensor() as tensor, *_):
                return tensor
            case _Global("torch._utils._rebuild_tensor_v2"), (Storage() as storage, int(offset), shape, strides, *_):
                if not _are_sizes(shape) or not _are_sizes(strides) or len(shape) != len(strides) or offset < 0:
                    raise NotWeightsError(Message("a tensor without a valid shape"))
                return StoredTensor(shape, storage.dtype, lambda: self._array(storage, offset, shape, strides))
            case _Global("torch.Size"), (tuple(sizes),):
                return sizes
        why = function.name if isinstance(function, _Global) else Message("a call of what is not a function")
        raise NotWeightsError(why)

    def _array(self, storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> NDArray[Any]:
        """A tensor's numbers; its shape is known to be a network's by now, yet need not fit its storage."""
        try:
            count = math.prod(shape)
            last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
            if count > MAX_PARAMETERS or (count and last >= storage.count):
                raise ValueError("more than the storage holds")
            dtype = numpy_dtype(storage.dtype).newbyteorder(self._byte_order)
            data = self._read(storage.key) if count else b""
            held = np.frombuffer(data, dtype, storage.count if count else 0)[offset:]
            view = np.lib.stride_tricks.as_strided(held, shape, [step * dtype.itemsize for step in strides])
            return view.astype(dtype.newbyteorder("="))
        except Exception as error:  # a damaged archive makes its reader raise many things
            raise cut_off(self._name) from error


def cut_off(name: str) -> InputError:
    """What is said of a file of that name which is not whole."""
    text = "{file} is not a whole PyTorch file; it may be cut off. Copy it anew or choose another."
    return InputError(text, file=name)


def _are_sizes(sizes: Content) -> bool:
    is_short = isinstance(sizes, tuple) and len(sizes) <= 8
    return is_short and all(type(size) is int and 0 <= size < 1 << 60 for size in sizes)


def _key(key: Content) -> str | int:
    """A dict's key, if it is one whose hash costs nothing."""
    if type(key) is not str and type(key) is not int:
        raise NotWeightsError(Message("a key that is not a name"))
    return key


def _container(stack: list[Content], kind: type) -> Any:  # noqa: ANN401 - a list or a dict
    """The container on top of the stack."""
    if not isinstance(stack[-1], kind):
        raise NotWeightsError(Message("a value that is not a container"))
    return stack[-1]
