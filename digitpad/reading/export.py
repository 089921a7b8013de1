"""Export: a checkpoint as one ONNX file that reads pictures with onnxruntime alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.ink.raster.render import SIDE, render
from digitpad.reading.checkpoint_file import Checkpoint
from digitpad.reading.graph import OUTPUTS, build_graph
from digitpad.reading.reader import Reader, session_of
from digitpad.storage.io import shipped, write_atomically
from digitpad.synthesis.digit_styles import styled_digit
from digitpad.synthesis.paths import ink_of

MAX_DIFFERENCE = 1e-5
"""How far the file's probabilities may be from the reader's."""

_METADATA = "name network recipe epochs date test_accuracy digitpad_version temperature thresholds"
_LICENCE = "MIT, as digitpad; the data's own licences are in digitpad's model cards"


def export_onnx(checkpoint: Checkpoint, path: Path, false_rejection_rate: float | None = FALSE_REJECTION_RATE) -> float:
    """Write a checkpoint as an ONNX file, once its outputs are the reader's.

    The file takes `image`, uint8 (N, 28, 28), 255 is ink, and gives `probabilities`, float32 (N, 10), `score`, float32
    (N), the log-sum-exp of the logits, and `digit`, int64 (N), -1 where the image is blank or rejected as no digit.

    Args:
        checkpoint: the network.
        path: where to write.
        false_rejection_rate: share of real digits that `digit` may reject, None to reject blank images alone.

    Returns:
        The largest difference between a probability of the file and the reader's.

    Raises:
        InputError: the file is the checkpoint's own.
        DigitpadError: the file's outputs would differ, or cannot be written; an old file is still there.
    """
    own = checkpoint.info.path
    if own is not None and own.exists() and path.exists() and path.samefile(own):
        raise InputError("{file} is the checkpoint that is to be exported; name another file.", file=path.name)
    model = build_graph(checkpoint, (*OUTPUTS, "digit"), false_rejection_rate)
    helper.set_model_props(model, _metadata(checkpoint, false_rejection_rate))
    onnx.checker.check_model(model)
    images = _drawn()
    expected, scores = Reader(checkpoint).read_batch(images)
    session = session_of(model, path.name)
    size = len(images) if isinstance(session.get_inputs()[0].shape[0], str) else 1
    parts = [images[start : start + size] for start in range(0, len(images), size)]
    found = [session.run([*OUTPUTS, "digit"], {"image": part}) for part in parts]
    probabilities, found_scores, digits = (np.concatenate(outputs) for outputs in zip(*found, strict=True))
    difference = float(np.abs(probabilities - expected).max())
    is_digit = digits == np.where(digits == -1, -1, expected.argmax(axis=1))
    if difference > MAX_DIFFERENCE or not np.allclose(found_scores, scores, atol=1e-3) or not is_digit.all():
        text = (
            "{file} was not written: the outputs of the exported network differ from digitpad's (by {difference}). "
            "This is a fault of digitpad; please report it."
        )
        raise DigitpadError(text, file=path.name, difference=f"{difference:.2g}")
    write_atomically(path, model.SerializeToString())
    return difference


def _metadata(checkpoint: Checkpoint, false_rejection_rate: float | None) -> dict[str, str]:
    """What is known of the network, for the file's metadata."""
    info = checkpoint.info
    is_shipped = info.path is not None and info.path.resolve().parent == shipped("checkpoints").resolve()
    known = {
        **{name: getattr(info, name) for name in _METADATA.split()},
        "data": str(info.data),
        "false_rejection_rate": false_rejection_rate,
        "licence": _LICENCE if is_shipped else "",
        "input": "uint8 (N, 28, 28), 255 is ink: the digit in a box of 20×20, its centre of mass in the middle",
    }
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in known.items()
        if value not in ("", None)
    }


def _drawn() -> NDArray[np.uint8]:
    """Thirty digits in various styles, and a blank image."""
    random = np.random.default_rng(0)
    drawn = [render(ink_of(styled_digit(digit, random))) for _ in range(3) for digit in range(10)]
    return np.stack([*drawn, np.zeros((SIDE, SIDE), np.uint8)])
