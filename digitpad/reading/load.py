"""Loading: any file that holds a network, digitpad's own and others'."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import CancelledError, InputError
from digitpad.ink.raster.render import SIDE
from digitpad.reading.checkpoint_file import Checkpoint, Preparation, checkpoint_of, filled
from digitpad.reading.foreign.preparation import PREPARATIONS, find_preparation
from digitpad.reading.graph import build_graph
from digitpad.reading.layers import network_of
from digitpad.reading.reader import Reader, session_of
from digitpad.reading.tensors import StoredTensor, check_file, read_safetensors
from digitpad.reading.zoo import NORMALISATIONS
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.storage.starter import starter_digits

_log = logging.getLogger(__name__)

OPENING_SECONDS = 5.0
"""Time that a foreign network has for all that it reads before it is opened."""

_LOOK_SECONDS = 0.05
"""How often it is asked meanwhile whether the opening is cancelled."""

_PART = 16
"""Images that it then reads at once, since it is stopped between operators only."""

_Run = Callable[[Any, NDArray[np.float32]], NDArray[np.float32]]
_IsCancelled = Callable[[], bool]


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint, see `open_reader`."""
    return open_reader(path).checkpoint


def open_reader(path: Path | None = None, is_cancelled: _IsCancelled = lambda: False) -> Reader:
    """A reader from a checkpoint or a foreign network: a plain state_dict (.pt, .pth, .ckpt, .safetensors) or ONNX.

    Where None, the checkpoint that ships is opened. How a foreign network's input was prepared is found out by reading
    digits of the starter set; meanwhile, and before each step that takes long, it is asked whether that is cancelled.

    Raises:
        InputError: the file is missing, truncated, foreign, oversized, wrongly shaped, or of a newer format.
        CancelledError: it was cancelled.
    """
    path = path or DEFAULT_CHECKPOINT
    check_file(path)
    ending = path.suffix.lower()
    if ending == ".onnx":
        checkpoint = _from_onnx(path, is_cancelled)
    elif ending in (".pt", ".pth", ".ckpt"):
        from digitpad.reading.foreign.state_dict import read_state_dict  # here, since few files need it

        checkpoint = _from_state_dict(path, read_state_dict(path), is_cancelled)
    else:
        tensors, metadata = read_safetensors(path)
        own = metadata.get("digitpad")
        checkpoint = _from_state_dict(path, tensors, is_cancelled) if own is None else checkpoint_of(path, tensors, own)
    _check(path.name, is_cancelled)
    reader = Reader(checkpoint)
    blank_and_full = np.zeros((2, SIDE, SIDE), np.uint8)
    blank_and_full[1] = 255
    try:  # finite weights may still be too large, or a variance below 0
        reader.read_batch(blank_and_full)
    except InputError as error:
        text = "{file} computes outputs that are not numbers; train it again or choose another."
        raise InputError(text, file=path.name) from error
    _log.info("opened the network %s", path)
    return reader


def _from_state_dict(path: Path, tensors: dict[str, StoredTensor], is_cancelled: _IsCancelled) -> Checkpoint:
    """A plain state_dict as a checkpoint: its layers, and the preparation of its input."""
    from digitpad.reading.foreign.architecture import Candidate, candidates

    def checkpoint_for(candidate: Candidate, way: Preparation) -> Checkpoint:
        network = network_of(candidate.layers)
        layers, size = [list(layer) for layer in candidate.layers], network.parameters
        info = CheckpointInfo(path.stem, candidate.network, layers, size, way.mean, way.std, path=path)
        return Checkpoint(info, filled(path.name, network, candidate.tensors), preparation=way)

    def logits_of(candidate: Candidate, run: _Run) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
        _check(path.name, is_cancelled)
        graph = build_graph(checkpoint_for(candidate, PREPARATIONS[0]), ["logits"], is_prepared=True)
        return partial(run, session_of(graph, path.name))

    found = candidates(path.name, tensors)
    customary = NORMALISATIONS.get(found[0].network, (0.1307, 0.3081))
    way = next(way for way in PREPARATIONS if (way.mean, way.std) == customary)
    with _limited_time(path.name, is_cancelled) as run:
        networks = [(candidate.unlikeliness, partial(logits_of, candidate, run)) for candidate in found]
        index, way = find_preparation(networks, starter_digits(), way)
    return checkpoint_for(found[index], way)


def _from_onnx(path: Path, is_cancelled: _IsCancelled) -> Checkpoint:
    """An ONNX file as a checkpoint: what its outputs are, and the preparation of its input."""
    from onnx import TensorProto

    from digitpad.reading.foreign.onnx_file import read_onnx

    file = read_onnx(path)
    with _limited_time(path.name, is_cancelled) as run:
        session = session_of(file.prepared(0.0, 1.0, is_probability=False, is_prepared=True), path.name)
        blank = np.zeros((1, SIDE, SIDE), np.float32)
        first = run(session, blank)
        if file.has_batches:  # some graphs say so, and yet fix the number of images within
            try:
                has_batches = len(run(session, np.repeat(blank, 3, axis=0))) == 3
            except InputError:
                has_batches = False
            _check(path.name, is_cancelled)
            file = replace(file, has_batches=has_batches)
            session = session_of(file.prepared(0.0, 1.0, is_probability=False, is_prepared=True), path.name)
        is_probability = bool((first >= 0).all() and np.isclose(first.sum(), 1, atol=1e-3))

        def logits(images: NDArray[np.float32]) -> NDArray[np.float32]:
            parts = [images] if file.has_batches else list(images[:, None])
            outputs = np.concatenate([run(session, part) for part in parts])
            return np.log(np.maximum(outputs, 1e-30)) if is_probability else outputs

        ways = [way for way in PREPARATIONS if file.kind != TensorProto.UINT8 or way.name.startswith("bytes")]
        _, way = find_preparation([(0.0, lambda: logits)], starter_digits(), ways[0], ways)
    model = file.prepared(way.mean, way.std, is_probability=is_probability)
    info = CheckpointInfo(path.stem, "onnx", [], file.parameters, way.mean, way.std, path=path)
    return Checkpoint(info, {}, model, way)


@contextmanager
def _limited_time(name: str, is_cancelled: _IsCancelled) -> Iterator[_Run]:
    """What runs a foreign network on images; it raises TimeoutError once `OPENING_SECONDS` are over.

    Raises:
        InputError: the network cannot read images, or a TimeoutError was let through.
        CancelledError: it was cancelled.
    """
    options = onnxruntime.RunOptions()
    options.log_severity_level = 4
    end, is_over = time.monotonic() + OPENING_SECONDS, threading.Event()

    def watch() -> None:
        while time.monotonic() < end and not is_cancelled():
            if is_over.wait(_LOOK_SECONDS):
                return
        options.terminate = True

    watcher = threading.Thread(target=watch)

    def run(session: Any, images: NDArray[np.float32]) -> NDArray[np.float32]:  # noqa: ANN401
        parts = [images[start : start + _PART] for start in range(0, len(images), _PART)]
        try:
            return np.concatenate([session.run(["logits"], {"image": part}, options)[0] for part in parts])
        except Exception as error:  # the library has some ten classes of errors without a common one
            if options.terminate:
                _check(name, is_cancelled)
                raise TimeoutError from error
            text = "{name} does not read a 28×28 image; choose another file."
            raise InputError(text, name=name) from error

    watcher.start()
    try:
        yield run
    except TimeoutError as error:
        raise InputError("{name} takes too long to read a 28×28 image; choose another file.", name=name) from error
    finally:
        is_over.set()
        watcher.join()


def _check(name: str, is_cancelled: _IsCancelled) -> None:
    if is_cancelled():
        raise CancelledError("Opening {name} was cancelled.", name=name)
