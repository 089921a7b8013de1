"""Keeps the map of the last hidden layer up to date with a network in training, while somebody looks at it."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import cast

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.data_info import Embedding
from digitpad.domain.run import RunInfo
from digitpad.services import LiveNetwork, MapMaker, Pixels, TrainingService
from digitpad.ui.map.view import EmbeddingMapView
from digitpad.ui.session.tasks import Tasks

_MOST_WAITING = 32
"""Networks that wait to be drawn; `five-by-five` has 24 tests."""


class MapFollower(QObject):
    """One map under way, and of the networks waiting the latest; of a recipe that tests within an epoch, all of those.

    Nothing is computed while nobody looks; who looks later sees the map move on from the first that waits.

    Signals:
        failed: a sentence: the map could not be drawn.
    """

    failed = Signal(str)

    def __init__(
        self, training_service: TrainingService, view: EmbeddingMapView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._training_service, self._view = training_service, view
        self._tasks = Tasks(self)
        self._maker: MapMaker | None = None
        self._run: RunInfo | None = None
        self._busy = False
        self._placing = False
        self._waiting: deque[LiveNetwork] = deque(maxlen=_MOST_WAITING)
        self._drawing: Pixels | None = None
        self._placed: Pixels | None = None  # the drawing whose place the view shows
        view.shown_changed.connect(self._next)
        view.shown_changed.connect(self._place)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody looks at the map."""
        return self._view.isVisible()

    @Slot(object)
    def begin(self, info: RunInfo) -> None:
        """A run begins: its map starts afresh."""
        self._waiting.clear()
        self._placed = None
        self._view.clear()
        if self._maker is not None:
            self._maker.close()
            self._maker = None
        self._run = info

    @Slot(object)
    def follow(self, live: LiveNetwork) -> None:
        """Draw the map of a network in training, once somebody looks and the maps before are done."""
        if self._run is None:
            return
        every = self._run.recipe.test_every
        # The network of a step comes again with the test after it.
        if self._waiting and (self._waiting[-1].step == live.step or not every or self._waiting[-1].step % every):
            self._waiting.pop()
        self._waiting.append(live)
        self._next()

    def take_drawing(self, drawing: Pixels | None) -> None:
        """Let the person's own point follow the pen; uint8 (28, 28), None where nothing is drawn."""
        self._drawing = drawing
        if drawing is None:
            self._placed = None
            self._view.move_drawing(None)
        else:
            self._place()

    def stop(self) -> None:
        """End the thread and whatever computes."""
        self._waiting.clear()
        if self._maker is not None:
            self._maker.close()
        self._tasks.stop()

    @Slot()
    def _next(self) -> None:
        """Make the map's maker, or let it draw the network that waits."""
        run, maker = self._run, self._maker
        if self._busy or not self._waiting or run is None or not self.is_wanted:
            return
        self._busy = True
        self._view.show_busy(True)
        failed = partial(self._on_failed, run)
        if maker is None:
            self._tasks.run(partial(self._training_service.map_maker, run.data_id), partial(self._on_made, run), failed)
        else:
            update = partial(maker.update, self._waiting.popleft(), self._drawing)
            self._tasks.run(update, partial(self._on_map, run, self._drawing), failed)

    def _on_made(self, run: RunInfo, result: object) -> None:
        maker = cast(MapMaker, result)
        self._end_work()
        if run is self._run:
            self._maker = maker
            self._view.set_images(maker.pixels)
        else:
            maker.close()  # another run has begun meanwhile
        self._next()

    def _on_map(self, run: RunInfo, drawing: Pixels | None, embedding: object) -> None:
        self._end_work()
        if run is self._run:
            self._placed = drawing
            self._view.show_embedding(cast(Embedding, embedding))
            if self._drawing is None:
                self._view.move_drawing(None)
        self._next()
        self._place()

    @Slot()
    def _place(self) -> None:
        """Find the drawing's place in the map, unless it is known or being looked for."""
        if self._drawing is self._placed or self._drawing is None or self._maker is None:
            return
        if self.is_wanted and not self._placing and not self._busy:
            self._placing = True
            place, run = partial(self._maker.place, self._drawing), self._run
            self._tasks.run(place, partial(self._on_placed, run, self._drawing), self._on_unplaced)

    def _on_placed(self, run: RunInfo | None, drawing: Pixels, point: object) -> None:
        self._placing = False
        if run is self._run and self._drawing is not None:
            self._placed = drawing
            self._view.move_drawing(cast(tuple[float, float] | None, point))
            self._place()

    def _on_unplaced(self, sentence: str) -> None:
        self._placing = False
        self.failed.emit(sentence)

    def _on_failed(self, run: RunInfo, sentence: str) -> None:
        self._end_work()
        if run is self._run:
            self.failed.emit(sentence)
        else:
            self._next()  # what failed was the map of the run before, which was closed

    def _end_work(self) -> None:
        self._busy = False
        self._view.show_busy(False)
