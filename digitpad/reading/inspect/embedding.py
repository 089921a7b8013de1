"""The map of a network: labelled images, placed by what its last hidden layer makes of them, and a drawing among them.

Of a thousand images, the features of the networks that ship take 0.1 to 1 s, the plane of PCA some milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.errors import InputError
from digitpad.storage.datasets import read_digits

if TYPE_CHECKING:
    from digitpad.reading.checkpoint_file import Checkpoint
    from digitpad.reading.reader import Reader

Floats = NDArray[np.float32]

IMAGES = 1000
"""How many test images a map shows at most."""

COMPONENTS = 50
"""Principal components that are kept, as in t-SNE's paper."""

NEIGHBOURS = 8
"""Images next to a drawing that are named."""

_ESTIMATED_FROM = 5  # of them, where only they say where a drawing lies
_PART = 100  # images that are read before it is asked whether to go on


@dataclass(frozen=True, eq=False)
class MapImages:
    """Images of a map: uint8 (n, 28, 28), 255 is ink, and their labels, int64 (n,)."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class HiddenLayer:
    """What a network makes of images in its last hidden layer.

    Attributes:
        reader: the network.
        names: of the layers whose outputs are the features: one, or one of each network of an ensemble.
        is_output: whether these are the ten logits, since the network has no hidden layer.
        scale: features are divided by it, so that no square overflows.
        middle: the mean of the scaled features, float32 (d,).
        features: scaled, less that mean, float32 (n, d).
        squares: of their lengths, float32 (n,).
        probabilities: what the network says of each image, float32 (n, 10).
    """

    reader: Reader
    names: tuple[str, ...]
    is_output: bool
    scale: float
    middle: Floats
    features: Floats
    squares: Floats
    probabilities: Floats


@dataclass(frozen=True, eq=False)
class Layout:
    """Where images lie in the plane.

    Attributes:
        points: float32 (n, 2), within -1…1.
        places: the same in the scale that they were worked out in.
        projection: of PCA, what makes a point of a HiddenLayer's features, float32 (d, 2); None for t-SNE.
        shift: what is added then, float32 (2,).
        variance: share of the features' variance that the plane shows, 0 to 1; None for t-SNE.
    """

    points: Floats
    places: Floats
    projection: Floats | None = None
    shift: Floats | None = None
    variance: float | None = None


@dataclass(frozen=True, eq=False)
class Location:
    """Where a drawing lies.

    Attributes:
        point: in the plane.
        neighbours: the images nearest to it in feature space, the nearest first, int64 (k,).
        distances: to them, float32 (k,), in units of the typical distance between two images.
    """

    point: tuple[float, float]
    neighbours: NDArray[np.int64]
    distances: Floats


def map_images(choice: str) -> MapImages:
    """The first thousand test images of a data set; `digitpad.storage.datasets.read_digits` says which and raises."""
    pixels, labels = read_digits(choice, "test")
    return MapImages(pixels[:IMAGES], labels[:IMAGES].astype(np.int64))


def hidden_names(checkpoint: Checkpoint) -> tuple[str, ...]:
    """Names of what goes into the last linear layer of a network, for each network of an ensemble.

    Empty where there is none, or nothing comes before it but the image.
    """
    from digitpad.reading.inspect.layers import layers_of  # here, since it imports onnx, which a start does without

    last = {layer.member: layer for layer in layers_of(checkpoint) if layer.weight is not None}
    sources = [layer.source for layer in last.values() if layer.weight is not None and layer.weight.ndim == 2]
    names = tuple(source for source in sources if source is not None)
    return names if len(names) == len(last) else ()


def read_hidden(
    reader: Reader, pixels: NDArray[np.uint8], on_progress: Callable[[float], bool] = lambda _: True
) -> HiddenLayer | None:
    """Read images and keep what the last hidden layer makes of them.

    Args:
        reader: the network.
        pixels: uint8 (n, 28, 28), 255 is ink, n ≥ 1.
        on_progress: called with the share that is done, 0 to 1; whether to go on.

    Returns:
        None where it was not to go on.

    Raises:
        InputError: the network cannot be read with, or what it computes is not finite.
    """
    hidden = hidden_names(reader.checkpoint)
    names = hidden or ("logits",)
    parts = []
    for first in range(0, len(pixels), _PART):
        if not on_progress(first / len(pixels)):
            return None
        parts.append(reader.features(pixels[first : first + _PART], [*names, "probabilities"]))
    features = np.concatenate([_flat(part, names) for part in parts])
    if not np.isfinite(features).all():
        raise InputError(
            "No map can be drawn, because the outputs of the last hidden layer are not finite numbers. Choose another "
            "network, or train with a lower learning rate."
        )
    scale = float(np.abs(features).max()) or 1.0
    features /= scale
    middle = features.mean(axis=0)
    features -= middle
    squares = np.square(features).sum(axis=1)
    probabilities = np.concatenate([part["probabilities"] for part in parts])
    return HiddenLayer(reader, names, not hidden, scale, middle, features, squares, probabilities)


def principal_components(features: Floats) -> tuple[Floats, Floats]:
    """Scores, float32 (n, k), and directions, float32 (d, k), of centred features, (n, d), the largest variance first.

    At most `COMPONENTS` are given. Each direction's largest number is positive, so that the same features give the
    same plane.
    """
    count, size = features.shape
    kept = min(COMPONENTS, count, size)
    if size <= count:
        directions = np.linalg.eigh(features.T @ features)[1][:, ::-1][:, :kept]
    else:
        strengths, vectors = np.linalg.eigh(features @ features.T)
        lengths = np.sqrt(np.maximum(strengths[::-1][:kept], 1e-12))
        directions = features.T @ vectors[:, ::-1][:, :kept] / lengths
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0)
    directions = (directions * np.where(largest < 0, -1, 1)).astype(np.float32)
    return features @ directions, directions


def pca_layout(hidden: HiddenLayer, scores: Floats, directions: Floats, before: Layout | None = None) -> Layout:
    """The plane of the first two principal components, turned to lie on the one before as closely as it can.

    Args:
        hidden: the features.
        scores: see `principal_components`.
        directions: the same.
        before: of the same images.
    """
    plane = np.zeros((len(directions), 2), np.float32)
    plane[:, : directions.shape[1]] = directions[:, :2]
    turned = plane @ rotation(hidden.features @ plane, None if before is None else before.places)
    places = hidden.features @ turned
    middle, half = _extent(places)
    variance = float(np.square(scores[:, :2]).sum() / (hidden.squares.sum() or 1.0))
    return Layout((places - middle) / half, places, turned / half, -middle / half, variance)


def tsne_layout(places: Floats, before: Layout | None = None) -> Layout:
    """The places that t-SNE found, turned likewise."""
    places = places - places.mean(axis=0)
    if before is not None:
        places = places @ rotation(places, before.places)
    middle, half = _extent(places)
    return Layout((places - middle) / half, places)


def rotation(places: Floats, before: Floats | None) -> Floats:
    """The rotation or reflection, (2, 2), that lays places, (n, 2), on those before as closely as it can.

    Orthogonal Procrustes: P. Schönemann, Psychometrika 31 (1966). The identity where nothing is before.
    """
    if before is None or len(before) != len(places):
        return np.eye(2, dtype=np.float32)
    left, _, right = np.linalg.svd((places - places.mean(axis=0)).T @ (before - before.mean(axis=0)))
    turned: Floats = (left @ right).astype(np.float32)
    return turned


def locate(hidden: HiddenLayer, layout: Layout, drawing: NDArray[np.uint8]) -> Location | None:
    """Where a drawing lies in a map, and the images nearest to it in feature space.

    In the plane of PCA it has its own place. t-SNE has no function that places another image: there it is put at the
    mean of the 5 images that are nearest to it in feature space, each weighted by one over its distance. D. Kobak and
    P. Berens (Nature Communications 10, 2019) place new points so, with the median; the weights are D. Shepard's ('A
    two-dimensional interpolation function for irregularly-spaced data', ACM 1968). A drawing whose neighbours lie in
    different clusters is shown between them, and one unlike any digit still near some.

    Args:
        hidden: the network's features of the images.
        layout: where these lie.
        drawing: uint8 (28, 28), 255 is ink.

    Returns:
        None where what the network makes of the drawing is not finite.

    Raises:
        InputError: the network cannot be read with.
    """
    names = hidden.names
    own = _flat(hidden.reader.features(drawing[None], [*names, "probabilities"]), names)[0] / hidden.scale
    own -= hidden.middle
    if not np.isfinite(own).all():
        return None
    # The square of a distance but for a constant. einsum computes in this thread, where @ may wait for the BLAS's.
    order = np.argsort(hidden.squares - 2 * np.einsum("nd,d->n", hidden.features, own))[:NEIGHBOURS]
    distances = np.linalg.norm(hidden.features[order] - own, axis=1)
    if layout.projection is not None and layout.shift is not None:
        x, y = (np.einsum("d,dk->k", own, layout.projection) + layout.shift).tolist()
    else:
        nearest = order[:_ESTIMATED_FROM]
        weights = 1 / (distances[:_ESTIMATED_FROM] + 1e-6)
        x, y = ((weights[:, None] * layout.points[nearest]).sum(axis=0) / weights.sum()).tolist()
    typical = float(np.sqrt(2 * hidden.squares.mean())) or 1.0
    return Location((x, y), order, distances / typical)


def _flat(features: dict[str, Floats], names: tuple[str, ...]) -> Floats:
    """The features of some layers beside each other, (n, d)."""
    return np.concatenate([features[name].reshape(len(features[name]), -1) for name in names], axis=1)


def _extent(places: Floats) -> tuple[Floats, float]:
    """The middle of places, (2,), and half of their larger side."""
    low, high = places.min(axis=0), places.max(axis=0)
    middle: Floats = (low + high) / 2
    return middle, float((high - low).max()) / 2 or 1.0
