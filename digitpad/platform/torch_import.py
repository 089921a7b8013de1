"""Importing torch and other large libraries in a second thread without stopping the window.

A plain `import torch` in a thread stops every other thread of Python three times over, for about 220, 80 and 60 ms on
a 2.6 GHz core: while the dynamic loader relocates torch's libraries, because `import` holds the interpreter's lock
meanwhile, and while the garbage collector looks through the hundred thousands of objects that the import makes. A
loader that is called through ctypes runs without the lock, and the collector can wait: what is left is one pause of
about 16 ms.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

_LIBRARIES = {
    "linux": ("libtorch_cpu.so", "libtorch_python.so"),
    "darwin": ("libtorch_cpu.dylib", "libtorch_python.dylib"),
}
"""The large ones, each after those it needs. On Windows torch itself loads its libraries through ctypes."""


_importing = threading.Lock()
"""Held by the thread that imports torch. A second one would wait for the dynamic loader with the interpreter's lock."""


def import_torch() -> None:
    """Import torch, gently towards the other threads; returns when it is there, whichever thread imports it."""
    with _importing:
        if "torch" not in sys.modules:
            _preload()
            import_gently("torch")


def import_gently(name: str) -> None:
    """Import a module while the garbage collector waits; does nothing where it is there already."""
    if name in sys.modules:
        return
    collecting = gc.isenabled()
    gc.disable()
    try:
        importlib.import_module(name)
    finally:
        if collecting:
            gc.enable()
    # What an import made stays until the end: later collections need not look at it, which is 60 ms each for torch.
    gc.freeze()


def import_in_steps(names: Iterable[str], wait: Callable[[], bool]) -> None:
    """Import modules one after the other, and call `wait` before each, so that a long import can make way, or end.

    Args:
        names: the modules.
        wait: whether to go on.

    Python holds its import lock while it looks for a module. Nothing may wait for the window under that lock, because
    the window may be waiting for it to import something itself; between two imports no lock is held.
    """
    for name in names:
        if not wait():
            return
        import_gently(name)


def _preload() -> None:
    """Load torch's libraries without the interpreter's lock. Where that fails, the import does it, less gently."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return
    folder = Path(spec.origin).parent / "lib"
    for name in _LIBRARIES.get(sys.platform, ()):
        loader = ctypes.CDLL(None)
        loader.dlopen.argtypes, loader.dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
        loader.dlopen(os.fsencode(folder / name), os.RTLD_NOW)
