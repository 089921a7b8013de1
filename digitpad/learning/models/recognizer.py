"""Reading: from a network input to ten probabilities."""

from __future__ import annotations

import math
from copy import deepcopy
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils import convert_conv2d_weight_memory_format, fuse_conv_bn_eval

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import InputError
from digitpad.domain.prediction import CLASSES, Prediction
from digitpad.domain.rejection import FALSE_REJECTION_RATE, threshold
from digitpad.ink.raster.render import SIDE, render
from digitpad.ink.strokes import Ink
from digitpad.learning.models.checkpoints import Checkpoint, load_checkpoint
from digitpad.learning.models.devices import choose_device
from digitpad.learning.models.networks import Ensemble
from digitpad.learning.training.losses import energy_score
from digitpad.reading.calibration import probabilities
from digitpad.storage.io import DEFAULT_CHECKPOINT


class Recognizer:
    """A network that reads one drawing at a time.

    Attributes:
        info: what is known of the checkpoint.
        device: where it computes: 'cpu', 'cuda' or 'mps'.
        false_rejection_rate: share of real digits that may be rejected with the outliers, None to reject nothing; can
            be set.
    """

    def __init__(self, checkpoint: Checkpoint, device: torch.device | None = None) -> None:
        """Ready the network for reading, on the CPU unless another device is given."""
        self.info: CheckpointInfo = checkpoint.info
        self.false_rejection_rate: float | None = FALSE_REJECTION_RATE
        self._device = device or torch.device("cpu")
        self.device: str = self._device.type
        self._network = convert_conv2d_weight_memory_format(
            _fused(deepcopy(checkpoint.network).eval()).to(self._device), torch.channels_last
        )

    def read(self, network_input: NDArray[np.uint8]) -> tuple[tuple[float, ...], float]:
        """Read one image.

        Args:
            network_input: uint8 (28, 28), 255 is ink.

        Returns:
            Ten calibrated probabilities that sum to 1, and the energy score.

        Raises:
            InputError: the network's answer is not a number.
        """
        with torch.inference_mode():
            pixels = torch.tensor(network_input, dtype=torch.float32, device=self._device)[None, None]
            logits = self._network((pixels / 255 - self.info.mean) / self.info.std)
            logits = logits.cpu()
            shares = probabilities(logits.numpy(), self.info.temperature)[0].tolist()
        if not all(map(math.isfinite, shares)):
            raise InputError("{name} answers with what is no number; choose another checkpoint.", name=self.info.name)
        return tuple(shares), float(energy_score(logits))

    def predict(self, ink: Ink, revision: int = 0) -> Prediction:
        """Read some ink. Where nothing is drawn, there is no digit, and every probability is 0.1.

        Where what is drawn is refused as no digit, the probabilities are those of the digits that it comes nearest to.
        """
        network_input = render(ink)
        if not network_input.any():
            return Prediction(revision, None, (1 / CLASSES,) * CLASSES, network_input)
        shares, score = self.read(network_input)
        lowest = threshold(self.info.thresholds, self.false_rejection_rate)
        # The network sees all ink at one size, and so cannot tell a speck from a one.
        is_refused = score < lowest or (math.isfinite(lowest) and ink.is_speck)
        return Prediction(revision, None if is_refused else int(np.argmax(shares)), shares, network_input)


def open_recognizer(path: Path | None = None, device: str = "auto") -> Recognizer:
    """A recognizer from a checkpoint file, or from the one that ships where None.

    Args:
        path: the checkpoint.
        device: 'cpu', 'cuda', 'mps', or 'auto', which is the CPU: one drawing at a time is read sooner there than it
            travels to another device and back.

    Raises:
        InputError: see `load_checkpoint`, or the device is not there.
    """
    torch.set_num_threads(1)  # two threads that share so little work wait for each other longer than they save
    recognizer = Recognizer(
        load_checkpoint(path or DEFAULT_CHECKPOINT), choose_device("cpu" if device == "auto" else device)
    )
    recognizer.read(np.zeros((SIDE, SIDE), np.uint8))  # the first reading sets up torch's kernels
    return recognizer


def _fused(network: nn.Sequential) -> nn.Sequential:
    """The same function with batch normalisation folded into the convolutions before it: a third fewer calls.

    Args:
        network: in evaluation mode; other layers of it are shared.
    """
    layers: list[nn.Module] = []
    for layer in network:
        if isinstance(layer, nn.BatchNorm2d) and layers and isinstance(layers[-1], nn.Conv2d):
            layers[-1] = fuse_conv_bn_eval(layers[-1], layer)
        elif isinstance(layer, Ensemble):
            layers.append(Ensemble([_fused(cast(nn.Sequential, member)) for member in layer.columns]))
        elif not isinstance(layer, nn.Dropout):
            layers.append(layer)
    return nn.Sequential(*layers).eval()
