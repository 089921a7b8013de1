"""Loading: any file that holds a network, digitpad's own and others'."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from digitpad.domain.errors import InputError
from digitpad.ink.raster.render import SIDE
from digitpad.reading.checkpoint_file import Checkpoint, checkpoint_of
from digitpad.reading.reader import Reader
from digitpad.reading.tensors import check_file, read_safetensors
from digitpad.storage.io import DEFAULT_CHECKPOINT


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        InputError: the file is missing, truncated, foreign, oversized, wrongly shaped, or of a newer format.
    """
    return _opened(path, threads=1)[0]


def open_reader(path: Path | None = None, threads: int = 1) -> Reader:
    """A reader from a checkpoint file, or from the one that ships where None.

    Raises:
        InputError: see `load_checkpoint`.
    """
    return _opened(path or DEFAULT_CHECKPOINT, threads)[1]


def _opened(path: Path, threads: int) -> tuple[Checkpoint, Reader]:
    """A checkpoint and its reader, which has been tried."""
    check_file(path)
    tensors, metadata = read_safetensors(path)
    checkpoint = checkpoint_of(path, tensors, metadata["digitpad"])
    reader = Reader(checkpoint, threads)
    blank_and_full = np.zeros((2, SIDE, SIDE), np.uint8)
    blank_and_full[1] = 255
    try:  # finite weights may still be too large, or a variance below 0
        reader.read_batch(blank_and_full)
    except InputError as error:
        raise InputError(
            f"{path.name} holds weights whose answers are not numbers; train it again or choose another."
        ) from error
    return checkpoint, reader
