"""Keeps the map of the last hidden layer up to date with a network in training, while somebody looks at it."""

from __future__ import annotations

from collections import deque
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.data_info import Embedding
from digitpad.domain.errors import DigitpadError
from digitpad.domain.run import RunInfo
from digitpad.services import LiveNetwork, MapMaker, Pixels, TrainingService
from digitpad.ui.map.view import EmbeddingMapView
from digitpad.ui.session.worker import Latest, Worker

_MOST_SKIPPED = 32
"""Networks that wait to be drawn after the latest; `five-by-five` has 24 tests."""


class MapFollower(QObject):
    """One map under way, and of the networks waiting the latest first.

    Of a recipe that tests within an epoch, those that were skipped come after it, so that a person can look back
    through the run. Nothing is computed while nobody looks.
    """

    failed = Signal(object)  # a DigitpadError: the map could not be drawn

    def __init__(
        self, training_service: TrainingService, view: EmbeddingMapView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._training_service, self._view = training_service, view
        self._worker = Worker("map", self)
        self._places: Latest[tuple[float, float] | None] = Latest(self._worker, view.move_drawing, self.failed.emit)
        self._maker: MapMaker | None = None
        self._run: RunInfo | None = None
        self._number = 0  # of the run
        self._busy = False
        self._latest: LiveNetwork | None = None
        self._skipped: deque[LiveNetwork] = deque(maxlen=_MOST_SKIPPED)
        self._drawing: Pixels | None = None
        view.shown_changed.connect(self._next)
        view.shown_changed.connect(self._place)

    @Slot(object)
    def begin(self, info: RunInfo) -> None:
        """A run begins: its map starts afresh."""
        self._forget()
        self._places.drop()
        self._view.clear()
        if self._maker is not None:
            self._maker.close()
            self._maker = None
        self._run = info
        self._number += 1

    @Slot(object)
    def follow(self, live: LiveNetwork) -> None:
        """Draw the map of a network in training, once somebody looks and the map under way is done."""
        if self._run is None:
            return
        every, before = self._run.recipe.test_every, self._latest
        # The network of a step comes again with the test after it.
        if before is not None and before.step != live.step and every and before.step % every == 0:
            self._skipped.append(before)
        self._latest = live
        self._next()

    def take_drawing(self, drawing: Pixels | None) -> None:
        """Let the person's own point follow the pen; uint8 (28, 28), None where nothing is drawn."""
        self._drawing = drawing
        if drawing is None:
            self._places.drop()
            self._view.move_drawing(None)
        else:
            self._place()

    def stop(self) -> None:
        """End the thread and whatever computes."""
        self._forget()
        if self._maker is not None:
            self._maker.close()
        self._worker.stop()

    def _forget(self) -> None:
        self._latest = None
        self._skipped.clear()

    @Slot()
    def _next(self) -> None:
        """Make the map's maker, or let it draw the latest network that waits."""
        run, maker = self._run, self._maker
        is_waiting = self._latest is not None or bool(self._skipped)
        if self._busy or not is_waiting or run is None or not self._view.isVisible():
            return
        self._set_busy(True)
        failed = partial(self._on_failed, run)
        if maker is None:
            make = partial(self._training_service.map_maker, run.data_id)
            self._worker.run(make, partial(self._on_made, run), failed)
        else:
            drawing = self._drawing if self._latest is not None else None
            live, self._latest = self._latest or self._skipped.pop(), None
            update = partial(maker.update, live.reader, live.step, drawing)
            self._worker.run(update, partial(self._on_map, run, drawing), failed)

    def _on_made(self, run: RunInfo, maker: MapMaker) -> None:
        self._set_busy(False)
        if run is self._run:
            self._maker = maker
            self._view.set_images(maker.pixels)
        else:
            maker.close()  # another run has begun meanwhile
        self._next()

    def _on_map(self, run: RunInfo, drawing: Pixels | None, embedding: Embedding) -> None:
        self._set_busy(False)
        if run is self._run:
            self._view.show_embedding(embedding)
            if self._drawing is None:
                self._view.move_drawing(None)
            elif self._drawing is not drawing:
                self._place()
        self._next()

    @Slot()
    def _place(self) -> None:
        """Find the drawing's place in the map; one that is worked out goes first."""
        if self._drawing is not None and self._maker is not None and self._view.isVisible():
            self._places.run(self._number, partial(self._maker.place, self._drawing))

    def _on_failed(self, run: RunInfo, error: DigitpadError) -> None:
        self._set_busy(False)
        if run is self._run:
            self.failed.emit(error)
        else:
            self._next()  # what failed was the map of the run before, which was closed

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.show_busy(busy)
