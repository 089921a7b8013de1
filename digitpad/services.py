"""Learning as the window asks for it: one service whose functions import torch when they are first called.

Import this before PySide6. Once that is there, it reads the source of each module that is imported
(shibokensupport.feature), which makes NumPy and digitpad's own modules take 20 to 30 ms longer; and on Windows
onnxruntime's DLL does not load after Qt's (microsoft/onnxruntime 26127).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import digitpad.ink.raster.render  # noqa: F401 - the window needs it, and it needs no Qt
from digitpad.domain.data_info import DataInfo, ImagePage
from digitpad.domain.errors import DigitpadError, Message
from digitpad.domain.recipe import Augmentation, Recipe
from digitpad.domain.reports import Preparing, Report
from digitpad.domain.run import OnProgress, RunInfo, TrainingConfig
from digitpad.domain.run_control import RunControl
from digitpad.platform.cores import background_threads, step_back
from digitpad.platform.torch_import import import_in_steps, import_torch
from digitpad.storage.run_store import find_run, runs_folder

if TYPE_CHECKING:
    from digitpad.ink.drawings import Drawing
    from digitpad.reading.checkpoint_file import Checkpoint
    from digitpad.reading.inspect.attribution import Attribution, Method
    from digitpad.reading.reader import Reader
    from digitpad.reading.teaching.outcome import Taught

if sys.platform == "win32":
    import onnxruntime  # noqa: F401

Pixels = NDArray[np.uint8]

_PREPARED = (
    "pyqtgraph",
    "sympy",
    "torch.fx.experimental.symbolic_shapes",
    "torch._dynamo",
    "digitpad.learning.training.runs",
)
"""What the first run and its plots import. sympy and the symbolic shapes are a third of torch._dynamo, which torch's
optimisers import; they stand for themselves so that the steps are shorter."""


def load_torch() -> None:
    """Import torch, without stopping the window for long.

    Raises:
        DigitpadError: it cannot be imported.
    """
    try:
        import_torch()
    except (ImportError, OSError) as error:
        text = "PyTorch could not be loaded ({reason}). Install it anew as README.md says."
        raise DigitpadError(text, reason=error) from error


@dataclass(frozen=True, eq=False)
class LiveNetwork:
    """What reads with a network in training as it was after some steps."""

    reader: Reader
    step: int


if TYPE_CHECKING:
    from digitpad.learning.data import datasets, download, pages
    from digitpad.learning.inspect import gradients
    from digitpad.learning.models import devices
    from digitpad.learning.training import fine_tune, runs
else:

    class _Lazy:
        """A module of `digitpad.learning`, imported when it is first used, and torch before it."""

        def __init__(self, name: str) -> None:
            self._name = f"digitpad.learning.{name}"

        def __getattr__(self, name: str) -> object:
            load_torch()
            return getattr(importlib.import_module(self._name), name)

    datasets, download, pages = _Lazy("data.datasets"), _Lazy("data.download"), _Lazy("data.pages")
    gradients = _Lazy("inspect.gradients")
    devices, fine_tune, runs = _Lazy("models.devices"), _Lazy("training.fine_tune"), _Lazy("training.runs")


OnNetwork = Callable[[LiveNetwork], None]


class TrainingService:
    """Training and data for the window; every function is called in a thread other than the window's."""

    @property
    def recipes(self) -> Sequence[Recipe]:
        """The recipes that ship; the first call reads their files."""
        from digitpad.learning.training.recipes import RECIPES

        return tuple(RECIPES.values())

    def prepare(self, wait: Callable[[], bool]) -> None:
        """Import what the plots and the first optimiser need.

        These are 900 modules, more than a second of waiting for a person.

        Args:
            wait: called before each step, under no lock; returns when nobody draws, and whether to go on. It must not
                raise: after an import that was broken off, a process cannot import torch again.
        """
        load_torch()
        step_back()
        import_in_steps(_PREPARED, wait)

    def run(self, config: TrainingConfig, control: RunControl, on_progress: OnProgress, show: OnNetwork) -> RunInfo:
        """See `digitpad.learning.training.runs.run`; one core is left to the window."""
        load_torch()
        threads, show_live = background_threads(), _shower(show)
        return runs.run(
            config, runs_folder(), control=control, on_progress=on_progress, show=show_live, threads=threads
        )

    def resume(self, run_id: str, control: RunControl, on_progress: OnProgress, show: OnNetwork) -> RunInfo:
        """See `digitpad.learning.training.runs.resume`; one core is left to the window."""
        load_torch()
        threads, show_live = background_threads(), _shower(show)
        folder = find_run(runs_folder(), run_id)
        return runs.resume(folder, control=control, on_progress=on_progress, show=show_live, threads=threads)

    def fine_tune(
        self,
        base: Path | None,
        drawings: Sequence[Drawing],
        tested: Sequence[Drawing],
        last: Checkpoint | None,
        control: RunControl,
        on_progress: Callable[[Preparing | Report], None],
    ) -> Taught:
        """Fine-tune the checkpoint of a file, the one that ships where None; one core is left to the window.

        See `digitpad.learning.training.fine_tune.fine_tune`.
        """
        from digitpad.reading.load import open_reader

        checkpoint = open_reader(base).checkpoint
        self.prepare(control.should_continue)
        threads = background_threads()
        return fine_tune.fine_tune(
            checkpoint, drawings, tested, last=last, control=control, on_progress=on_progress, threads=threads
        )

    def networks(self) -> list[tuple[str, int]]:
        """Id of each network, and its number of parameters."""
        from digitpad.reading.layers import network_of
        from digitpad.reading.zoo import NETWORKS

        return [(name, network_of(layers).parameters) for name, layers in NETWORKS.items()]

    def devices(self) -> dict[str, bool]:
        """Whether each device that a run may ask for is available; see `digitpad.learning.models.devices`."""
        return {"auto": True, **devices.devices()}

    def data(self) -> tuple[list[DataInfo], list[Message]]:
        """See `digitpad.storage.datasets.available`."""
        from digitpad.storage.datasets import available

        return available()

    def describe(self, choice: str) -> DataInfo:
        """See `digitpad.storage.datasets.describe`."""
        from digitpad.storage.datasets import describe

        return describe(choice)

    def download(self, progress: Callable[[int, int], None], cancelled: Callable[[], bool]) -> None:
        """See `digitpad.learning.data.download.download_mnist`."""
        from digitpad.storage.datasets import download_folder

        download.download_mnist(download_folder(), progress, cancelled)

    def image_page(self, data_id: str, part: str, digit: int | None, start: int, count: int) -> ImagePage:
        """See `digitpad.learning.data.pages.image_page`."""
        return pages.image_page(datasets.cached_data(data_id, part), digit, start, count)

    def augment(self, pixels: Pixels, augmentation: Augmentation, count: int, seed: int) -> Pixels:
        """See `digitpad.learning.data.pages.augmented_examples`."""
        return pages.augmented_examples(pixels, augmentation, count, seed)

    def prepare_gradients(self, checkpoint: Checkpoint) -> None:
        """Import what `attribute` needs, and compute with it once, which takes longer the first time."""
        self.attribute(checkpoint, np.zeros((28, 28), np.uint8), 0, "gradient_times_input")

    def attribute(
        self,
        checkpoint: Checkpoint,
        network_input: Pixels,
        digit: int,
        method: Method,
        *,
        layer: str = "",
        steps: int = 16,
        go_on: Callable[[], bool] = lambda: True,
    ) -> Attribution | None:
        """See `digitpad.learning.inspect.gradients.attribute`."""
        return gradients.attribute(checkpoint, network_input, digit, method, layer=layer, steps=steps, go_on=go_on)


def _shower(show: OnNetwork) -> Callable[[Checkpoint, int], None]:
    from digitpad.reading.reader import Reader

    return lambda checkpoint, step: show(LiveNetwork(Reader(checkpoint), step))
