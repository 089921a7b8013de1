"""The map of a network's last hidden layer: the places of 500 test images and a person's drawing.

On two cores that had other work too, 500 images took 1.9 to 3.1 s for the first map, 1.3 s of them to start the process
that computes it (`digitpad.learning.inspect.embedding_worker` says why it is one), and 0.6 to 1.3 s for each later one.
"""

from __future__ import annotations

import math
import threading
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from digitpad.domain.data_info import Embedding
from digitpad.domain.errors import DigitpadError, InputError
from digitpad.learning.data.images import Images
from digitpad.learning.inspect.embedding_worker import MapProcess
from digitpad.learning.models.networks import first_member

MAP_IMAGES = 500
"""How many of the first test images the map shows."""

NEIGHBOURS = 5
"""How many of them say where a drawing lies."""

_CHUNK = 100
"""Images read at once: a large network's activations stay below some 20 MB."""

_ENDED = "The map of the last hidden layer was not computed, because its process ended. Training goes on without it."


def hidden_part(network: nn.Sequential) -> nn.Sequential:
    """A copy, on the CPU and for reading, of all before the last linear layer; of an ensemble, of its first member.

    Raises:
        InputError: the network has no linear layer.
    """
    network = first_member(network)
    linear = [number for number, layer in enumerate(network) if isinstance(layer, nn.Linear)]
    if not linear:
        raise InputError("The network has no last hidden layer, since it has no linear layer. Choose another network.")
    return deepcopy(network[: linear[-1]]).cpu().eval()


@dataclass(frozen=True, eq=False)
class _Placed:
    """A finished map, with what places a drawing in it."""

    hidden: nn.Sequential
    mean: float
    std: float
    scale: float  # features are divided by it, so that no square overflows
    features: Tensor  # float32 (n, d), scaled, less their mean
    middle: Tensor  # float32 (d), that mean
    squares: Tensor  # float32 (n), of the features' lengths
    places: NDArray[np.float32]  # (n, 2), t-SNE's own scale
    points: NDArray[np.float32]  # (n, 2), within -1…1


class EmbeddingMap:
    """Maps of the same test images, each moved on from the one before.

    `update` is for one thread; `place` and `close` may be called from any, also while `update` is under way.
    """

    def __init__(self, images: Images) -> None:
        """Take the first 500 of some test images. The process starts with the first update."""
        self._pixels = images.pixels[:MAP_IMAGES].cpu()
        self._labels = images.labels[:MAP_IMAGES].cpu().numpy().astype(np.int64)
        self._placed: _Placed | None = None
        self._process: MapProcess | None = None
        self._closed = False
        self._lock = threading.Lock()  # so that `close` misses no process that is just being started

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The images of the map, uint8 (n, 28, 28), 255 is ink."""
        return self._pixels[:, 0].numpy()

    def update(
        self, network: nn.Sequential, mean: float, std: float, step: int, drawing: NDArray[np.uint8] | None
    ) -> Embedding:
        """Compute the next map; takes a second, or three the first time.

        It starts from the map before and is turned to lie on it as closely as it can (orthogonal Procrustes; P.
        Schönemann, Psychometrika 31, 1966), so that the map moves on instead of jumping.

        Args:
            network: ends in a linear layer; nobody else may change it until this returns.
            mean: subtracted from pixels in 0…1.
            std: the divisor after that.
            step: steps that it has been trained for.
            drawing: the person's drawing, uint8 (28, 28), 255 is ink, or None.

        Raises:
            InputError: the network's last hidden layer computes what is no number, or it has none.
            DigitpadError: the process that computes the map ended, or the map was closed.
        """
        process = self._running_process()
        hidden = hidden_part(network)
        features = _features(hidden, (self._pixels / 255 - mean) / std)
        if not torch.isfinite(features).all():
            raise InputError(
                "The map of the last hidden layer cannot be drawn, because the network computes what is no number. "
                "Train with a lower learning rate."
            )
        scale = float(features.abs().max()) or 1.0
        features = features / scale
        middle = features.mean(dim=0)
        features = features - middle
        before = self._placed.places if self._placed else np.zeros((0, 2), np.float32)
        places = aligned(self._computed(process, features.numpy(), before), before)
        squares = features.square().sum(dim=1)
        self._placed = _Placed(hidden, mean, std, scale, features, middle, squares, places, _scaled(places))
        return Embedding(step, self._placed.points, self._labels, None if drawing is None else self.place(drawing))

    def place(self, drawing: NDArray[np.uint8]) -> tuple[float, float] | None:
        """Where a drawing lies in the last map, or None where there is no map yet or nothing is drawn.

        t-SNE has no function that places another image. The drawing is put at the mean of the 5 test images that are
        nearest to it in the last hidden layer, each weighted by one over its distance. D. Kobak and P. Berens, Nature
        Communications 10 (2019), place new points so, with the median; the weights are D. Shepard's (A two-dimensional
        interpolation function for irregularly-spaced data, ACM 1968). A drawing whose neighbours lie in different
        clusters is shown between them, and one unlike any digit still near some.

        The drawing is uint8 (28, 28), 255 is ink. Takes 0.2 to 2.3 ms with one thread of torch, by the network, so that
        it can follow the pen.
        """
        placed = self._placed
        if placed is None or not drawing.any():
            return None
        pixels = torch.tensor(drawing, dtype=torch.float32)[None, None]
        own = _features(placed.hidden, (pixels / 255 - placed.mean) / placed.std) / placed.scale
        own = own[0] - placed.middle
        # The square of a distance but for a constant: a third of the time of subtracting. It is inexact where small.
        ranks = placed.squares - 2 * (placed.features @ own)
        nearest = ranks.topk(min(NEIGHBOURS, len(ranks)), largest=False).indices
        weights = 1 / (torch.linalg.vector_norm(placed.features[nearest] - own, dim=1).numpy() + 1e-6)
        x, y = (weights[:, None] * placed.points[nearest.numpy()]).sum(axis=0) / weights.sum()
        return (float(x), float(y)) if math.isfinite(x) and math.isfinite(y) else None

    def close(self) -> None:
        """End the process. An update that is under way, or asked for later, raises DigitpadError."""
        with self._lock:
            self._closed = True
            self._end_process()

    def _running_process(self) -> MapProcess:
        with self._lock:
            if self._closed:
                raise DigitpadError(_ENDED)
            if self._process is None or not self._process.is_alive():
                self._end_process()
                try:
                    self._process = MapProcess()
                except OSError as error:
                    raise DigitpadError(_ENDED) from error
            return self._process

    def _computed(
        self, process: MapProcess, features: NDArray[np.float32], before: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        try:
            return process.compute(features, before)
        except (OSError, EOFError) as error:
            with self._lock:
                self._end_process()  # the next update starts another
            raise DigitpadError(_ENDED) from error

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


def _features(hidden: nn.Sequential, images: Tensor) -> Tensor:
    with torch.inference_mode():
        return torch.cat([hidden(chunk).flatten(1) for chunk in torch.split(images, _CHUNK)])


def aligned(places: NDArray[np.float32], before: NDArray[np.float32]) -> NDArray[np.float32]:
    """Places about the origin, turned or mirrored to lie as near to those before as they can (Procrustes)."""
    centred: NDArray[np.float32] = places - places.mean(axis=0)
    if len(before) == len(centred):
        left, _, right = np.linalg.svd(centred.T @ before)
        centred = centred @ (left @ right)
    return centred


def _scaled(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Places in the largest size at which they lie within -1…1."""
    middle = (places.max(axis=0) + places.min(axis=0)) / 2
    half = float(np.ptp(places, axis=0).max()) / 2 or 1.0
    within: NDArray[np.float32] = np.clip((places - middle) / half, -1, 1)
    return within
