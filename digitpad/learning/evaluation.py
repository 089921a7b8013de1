"""How well a checkpoint reads labelled digits."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from digitpad.errors import InputError
from digitpad.ink.inkml import read_inkml
from digitpad.ink.render import render
from digitpad.learning.calibration import calibration_error, probabilities, reliability
from digitpad.learning.checkpoints import Checkpoint
from digitpad.learning.data import Images, read_mnist
from digitpad.learning.refusal import evidence
from digitpad.learning.training import logits
from digitpad.messages import CLASSES
from digitpad.strictness import LOST, threshold


@dataclass(frozen=True)
class Mistake:
    """One digit that was read wrong: its place in the data from 0, its label, what was read, how surely."""

    index: int
    label: int
    digit: int
    confidence: float


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation came to.

    Attributes:
        n: labelled digits.
        accuracy: share read right, 0 to 1.
        confusion: ten rows by label, ten columns by what was read: counts.
        errors: what was read wrong, in the order of the data.
        refused: digits that the app would call none.
        ece: expected calibration error over 15 bins, 0 to 1.
    """

    n: int
    accuracy: float
    confusion: list[list[int]]
    errors: list[Mistake]
    refused: int
    ece: float


def read_labelled(path: Path) -> Images:
    """Labelled digits as network inputs: an InkML file's labelled drawings, or the test part of MNIST in a folder.

    Raises:
        InputError: the file or folder cannot be read, or holds nothing that is labelled.
    """
    if path.is_dir():
        return read_mnist(path, "test")
    drawings = [(drawing.ink, drawing.label) for drawing in read_inkml(path) if drawing.label is not None]
    if not drawings:
        raise InputError(f'{path.name} holds no labelled drawing; label each with <annotation type="truth">.')
    pixels = np.stack([render(ink) for ink, _ in drawings])[:, None]
    return Images(torch.from_numpy(pixels), torch.tensor([label for _, label in drawings]))


def evaluate(
    checkpoint: Checkpoint, data: Images, device: torch.device | None = None, lost: float | None = LOST
) -> Evaluation:
    """Read every digit and compare with its label, whether or not it is refused. Empty drawings count as refused.

    Args:
        checkpoint: the network to judge.
        data: labelled network inputs.
        device: where to compute; the CPU where None.
        lost: share of real digits that may be lost, see `digitpad.strictness`.

    Raises:
        InputError: the network's answers are not numbers.
    """
    device = device or torch.device("cpu")
    # A copy, since the checkpoint's own stays on the CPU; with channels last, the CPU takes a quarter less time.
    network = deepcopy(checkpoint.network).to(device).to(memory_format=torch.channels_last)
    answers = logits(network, data.pixels, checkpoint.info.mean, checkpoint.info.std, device)
    if not torch.isfinite(answers).all():
        raise InputError(f"{checkpoint.info.name} answers with what is no number; choose another checkpoint.")
    shares = probabilities(answers, checkpoint.info.temperature).numpy()
    labels, read, confidence = data.labels.numpy(), shares.argmax(axis=1), shares.max(axis=1)
    is_empty = (data.pixels == 0).flatten(1).all(dim=1)
    is_refused = is_empty | (evidence(answers) < threshold(checkpoint.info.thresholds, lost))
    confusion = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    np.add.at(confusion, (labels, read), 1)
    wrong = np.flatnonzero(labels != read)
    return Evaluation(
        n=len(labels),
        accuracy=float(np.mean(labels == read)),
        confusion=confusion.tolist(),
        errors=[Mistake(int(i), int(labels[i]), int(read[i]), float(confidence[i])) for i in wrong],
        refused=int(is_refused.sum()),
        ece=calibration_error(reliability(confidence, labels == read)),
    )
