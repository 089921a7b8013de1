"""The map of a network's last hidden layer: the places of 500 test images and a person's drawing.

On two cores that had other work too, 500 images took 1.9 to 3.1 s for the first map, 1.3 s of them to start the process
that computes it (`digitpad.learning.inspect.embedding_worker` says why it is one), and 0.6 to 1.3 s for each later one.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.data_info import Embedding
from digitpad.domain.errors import DigitpadError, InputError
from digitpad.learning.data.images import Images
from digitpad.learning.inspect.embedding_worker import MapProcess
from digitpad.reading.reader import Reader

MAP_IMAGES = 500
"""How many of the first test images the map shows."""

NEIGHBOURS = 5
"""How many of them say where a drawing lies."""

_HIDDEN = "hidden"
_ENDED = "The map of the last hidden layer was not computed, because its process ended. Training goes on without it."


@dataclass(frozen=True, eq=False)
class _Placed:
    """A finished map, with what places a drawing in it."""

    reader: Reader
    step: int
    scale: float  # features are divided by it, so that no square overflows
    middle: NDArray[np.float32]  # (d,), the mean of the scaled features
    features: NDArray[np.float32]  # (n, d), scaled, less that mean
    squares: NDArray[np.float32]  # (n,), of their lengths
    points: NDArray[np.float32]  # (n, 2), within -1…1


class EmbeddingMap:
    """Maps of the same test images, each moved on from the one before.

    `update` is for one thread; `place` and `close` may be called from any, also while `update` is under way.

    Attributes:
        pixels: the images of the map, uint8 (n, 28, 28), 255 is ink.
    """

    def __init__(self, images: Images) -> None:
        """Take the first 500 of some test images. The process starts with the first update."""
        self.pixels: NDArray[np.uint8] = images.pixels[:MAP_IMAGES, 0].cpu().numpy()
        self._labels: NDArray[np.int64] = images.labels[:MAP_IMAGES].cpu().numpy()
        self._placed: _Placed | None = None  # the one with the most steps
        self._before = np.zeros((0, 2), np.float32)
        self._process: MapProcess | None = None
        self._closed = False
        self._lock = threading.Lock()  # so that `close` misses no process that is just being started

    def update(self, reader: Reader, step: int, drawing: NDArray[np.uint8] | None) -> Embedding:
        """Compute the next map; takes a second, or three the first time.

        It starts from the map before and is turned to lie on it as closely as it can (orthogonal Procrustes; P.
        Schönemann, Psychometrika 31, 1966), so that the map moves on instead of jumping.

        Args:
            reader: reads with the network.
            step: steps that it has been trained for.
            drawing: the person's drawing, uint8 (28, 28), 255 is ink, or None.

        Raises:
            InputError: the network has no last hidden layer, or the layer's outputs are not finite.
            DigitpadError: the process that computes the map ended, or the map was closed.
        """
        process = self._running_process()
        features = reader.features(self.pixels, [_HIDDEN])[_HIDDEN].reshape(len(self.pixels), -1)
        if not np.isfinite(features).all():
            raise InputError(
                "The map of the last hidden layer cannot be drawn, because the outputs of that layer are not finite "
                "numbers. Train with a lower learning rate."
            )
        scale = float(np.abs(features).max()) or 1.0
        features = features / scale
        middle = features.mean(axis=0)
        features -= middle
        self._before = aligned(self._computed(process, features, self._before), self._before)
        points, squares = _scaled(self._before), np.square(features).sum(axis=1)
        if self._placed is None or step >= self._placed.step:
            self._placed = _Placed(reader, step, scale, middle, features, squares, points)
        return Embedding(step, points, self._labels, None if drawing is None else self.place(drawing))

    def place(self, drawing: NDArray[np.uint8]) -> tuple[float, float] | None:
        """Where a drawing lies in the map of the most steps, or None where there is no map yet or nothing is drawn.

        t-SNE has no function that places another image. The drawing is put at the mean of the 5 test images that are
        nearest to it in the last hidden layer, each weighted by one over its distance. D. Kobak and P. Berens, Nature
        Communications 10 (2019), place new points so, with the median; the weights are D. Shepard's (A two-dimensional
        interpolation function for irregularly-spaced data, ACM 1968). A drawing whose neighbours lie in different
        clusters is shown between them, and one unlike any digit still near some.

        The drawing is uint8 (28, 28), 255 is ink. Takes 0.1 to 0.8 ms, by the network, so that it can follow the
        pen.
        """
        placed = self._placed
        if placed is None or not drawing.any():
            return None
        own = placed.reader.features(drawing[None], [_HIDDEN])[_HIDDEN].reshape(-1) / placed.scale - placed.middle
        # The square of a distance but for a constant: a third of the time of subtracting. It is inexact where small.
        # einsum computes in this thread, where @ may wait for other threads of the BLAS, up to 30 ms on a busy machine.
        nearest = np.argsort(placed.squares - 2 * np.einsum("nd,d->n", placed.features, own))[:NEIGHBOURS]
        weights = 1 / (np.linalg.norm(placed.features[nearest] - own, axis=1) + 1e-6)
        x, y = (weights[:, None] * placed.points[nearest]).sum(axis=0) / weights.sum()
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
