"""What the window asks of learning: plain functions, each called in a thread, so that `ui` needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitpad.domain.data_info import DataInfo, Embedding, Gallery
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.reports import Preparing, Report, Samples
from digitpad.domain.run import RunInfo, RunWish
from digitpad.domain.run_control import Control
from digitpad.ui.session.reading_thread import Recognizer

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class LiveNetwork:
    """A network in training, as it was at one step.

    Attributes:
        recognizer: what reads with it.
        step: steps that it had been trained for.
        network: what `MapMaker.update` takes.
    """

    recognizer: Recognizer
    step: int
    network: object


Tell = Callable[[RunInfo | Report | Samples | Preparing], None]
ShowNetwork = Callable[[LiveNetwork], None]


class MapMaker(Protocol):
    """Maps of a network's last hidden layer, each moved on from the one before."""

    @property
    def pixels(self) -> Pixels:
        """The images of the map, uint8 (n, 28, 28)."""

    def update(self, live: LiveNetwork, drawing: Pixels | None) -> Embedding:
        """Compute the next map; takes seconds."""

    def place(self, drawing: Pixels) -> tuple[float, float] | None:
        """Where a drawing lies in the last map."""

    def close(self) -> None:
        """End what computes; may be called from any thread."""


class Laboratory(Protocol):
    """Training and data, away from the window's thread. Every function may raise DigitpadError with a sentence."""

    recipes: Sequence[Recipe]
    """The recipes that ship."""

    def prepare(self, wait: Callable[[], None]) -> None:
        """Have ready what the first run needs; `wait` is called often, and returns when nobody draws."""

    def run(self, wish: RunWish, control: Control, tell: Tell, show: ShowNetwork) -> RunInfo:
        """Train what is wished; returns when it was finished or stopped."""

    def resume(self, run_id: str, control: Control, tell: Tell, show: ShowNetwork) -> RunInfo:
        """Go on with a run."""

    def networks(self) -> list[tuple[str, str]]:
        """Id of each network, and words with its number of parameters."""

    def devices(self) -> dict[str, bool]:
        """Whether each device that a run may ask for, as in `RunWish.device`, is there."""

    def data(self) -> tuple[list[DataInfo], list[str]]:
        """The data sets that are there, and sentences on those that should be and are broken."""

    def describe(self, choice: str) -> DataInfo:
        """What a folder holds; see `DataInfo.id`."""

    def download(self, progress: Callable[[int, int], None], cancelled: Callable[[], bool]) -> None:
        """Fetch MNIST into the user's data folder."""

    def gallery(self, data_id: str, part: str, digit: int | None, start: int, count: int) -> Gallery:
        """A page of a data set."""

    def augment(self, pixels: Pixels, augmentation: Augmentation, count: int, seed: int) -> Pixels:
        """What augmentation makes of an image."""

    def map_maker(self, data_id: str) -> MapMaker:
        """A map of a data set's first 500 test images."""
