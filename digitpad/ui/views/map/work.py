"""What the map computes in its thread: features and the plane of PCA at once, t-SNE after that."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.platform.cores import step_back
from digitpad.reading.inspect.embedding import (
    HiddenLayer,
    Layout,
    MapImages,
    map_images,
    pca_layout,
    principal_components,
    read_hidden,
    tsne_layout,
)
from digitpad.reading.inspect.tsne import (
    EXAGGERATION,
    MOVED_EXAGGERATION,
    MOVED_STEPS,
    STEPS,
    affinities,
    first_places,
    tsne,
)
from digitpad.ui.session.run_states import RunState

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader

Method = Literal["tsne", "pca"]


class Job:
    """What the window says to the job under way, whose thread asks for it."""

    def __init__(self) -> None:
        self.is_cancelled = False
        """What comes of it is not wanted any more."""

        self.is_hurried = False
        """A later state of the run waits: t-SNE may stop early, and goes on with that."""


_FRAME_SECONDS = 0.08  # between two that are shown
_HURRIED_SECONDS = 1.0  # after which t-SNE stops where a later state waits

OnProgress = Callable[[float, Layout | None], None]


@dataclass(frozen=True)
class Target:
    """Whose map: a network, and the data set that its images are from."""

    network: Reader | RunState
    data: str

    @property
    def info(self) -> CheckpointInfo:
        """What is known of the network."""
        return self.network.checkpoint.info

    @property
    def step(self) -> int | None:
        """Of the run, where it is a network in training."""
        return self.network.step if isinstance(self.network, RunState) else None


@dataclass(frozen=True, eq=False)
class NetworkMap:
    """A map.

    Attributes:
        target: whose it is.
        images: what it shows.
        probabilities: what the network says of each image, float32 (n, 10).
        size: number of features.
        is_output: see `HiddenLayer`.
        layouts: where the images lie, by method.
        hidden: the features; None where they were given up to save memory.
        scores: their principal components, likewise.
    """

    target: Target
    images: MapImages
    probabilities: NDArray[np.float32]
    size: int
    is_output: bool
    layouts: Mapping[Method, Layout] = field(default_factory=dict)
    hidden: HiddenLayer | None = None
    scores: NDArray[np.float32] | None = None

    def slimmed(self) -> NetworkMap:
        """Without what takes memory."""
        return replace(self, hidden=None, scores=None)


def read_map(
    target: Target, layouts: Mapping[Method, Layout], before: NetworkMap | None, job: Job, on_progress: OnProgress
) -> NetworkMap | None:
    """Read the images with the network, and lay them in the plane of PCA.

    Args:
        target: whose map.
        layouts: those that are known already.
        before: a map that this one is to be laid on.
        job: asked whether to go on.
        on_progress: called with the share that is done, 0 to 1, and None.

    Returns:
        None where it was cancelled.

    Raises:
        DigitpadError: images or network cannot be read.
    """
    from digitpad.reading.reader import Reader  # here, since a start of the window does without it

    step_back()
    images, network = map_images(target.data), target.network
    reader = Reader(network.checkpoint) if isinstance(network, RunState) else network

    def goes_on(share: float) -> bool:
        on_progress(share, None)
        return not job.is_cancelled

    hidden = read_hidden(reader, images.pixels, goes_on)
    if hidden is None:
        return None
    scores, directions = principal_components(hidden.features)
    if "pca" not in layouts:
        on = before.layouts.get("pca") if before is not None else None
        layouts = {**layouts, "pca": pca_layout(hidden, scores, directions, on)}
    return NetworkMap(
        target,
        images,
        hidden.probabilities,
        hidden.features.shape[1],
        hidden.is_output,
        layouts,
        hidden,
        scores,
    )


def arrange_map(read: NetworkMap, before: Layout | None, job: Job, on_progress: OnProgress) -> NetworkMap | None:
    """Lay the images out by t-SNE.

    Args:
        read: a map with its features.
        before: the layout of the same run's network at another step, which this one moves on from; None for a first.
        job: asked whether to go on.
        on_progress: called with the share that is done, 0 to 1, and now and then with the layout as it is.

    Returns:
        None where it was cancelled.
    """
    step_back()
    assert read.scores is not None
    on_progress(0.0, None)
    if len(read.scores) < 2:
        return replace(read, layouts={**read.layouts, "tsne": read.layouts["pca"]})
    joint = affinities(read.scores)
    steps, exaggeration, start = (
        (STEPS, EXAGGERATION, first_places(read.scores))
        if before is None
        else (MOVED_STEPS, MOVED_EXAGGERATION, before.places)
    )
    lies_on, began = before or read.layouts["pca"], time.perf_counter()
    shown_at = began

    def on_step(step: int, places: NDArray[np.float32]) -> bool:
        nonlocal shown_at
        layout, now = None, time.perf_counter()
        if now - shown_at >= _FRAME_SECONDS:
            layout, shown_at = tsne_layout(places, lies_on), now
        on_progress(step / steps, layout)
        return not (job.is_cancelled or (job.is_hurried and now - began > _HURRIED_SECONDS))

    places = tsne(joint, start, steps, exaggeration, on_step)
    if job.is_cancelled:
        return None
    return replace(read, layouts={**read.layouts, "tsne": tsne_layout(places, lies_on)})
