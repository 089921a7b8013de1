"""Keeps the map of the last hidden layer up to date with a network in training, while somebody looks at it."""

from __future__ import annotations

from functools import partial
from typing import cast

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.messages import Embedding, RunInfo
from digitpad.ui.embedding_map import EmbeddingMapView
from digitpad.ui.laboratory import Laboratory, LiveNetwork, MapMaker, Pixels
from digitpad.ui.tasks import Tasks


class MapFollower(QObject):
    """One map under way and one network waiting, the latest.

    Signals:
        wanted: whether networks in training are needed from now on.
        failed: a sentence: the map could not be drawn.
    """

    wanted = Signal(bool)
    failed = Signal(str)

    def __init__(self, laboratory: Laboratory, view: EmbeddingMapView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._laboratory, self._view = laboratory, view
        self._tasks = Tasks(self)
        self._maker: MapMaker | None = None
        self._run: RunInfo | None = None
        self._busy = False
        self._placing = False
        self._waiting: LiveNetwork | None = None
        self._drawing: Pixels | None = None
        view.shown_changed.connect(self.wanted)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody looks at the map."""
        return self._view.isVisible()

    @Slot(object)
    def begin(self, info: RunInfo) -> None:
        """A run begins: its map starts afresh."""
        self._waiting = None
        self._view.clear()
        if self._maker is not None:
            self._maker.close()
            self._maker = None
        self._run = info

    @Slot(object)
    def follow(self, live: LiveNetwork) -> None:
        """Draw the map of a network in training, if anybody looks and once the map before is done."""
        if self.is_wanted and self._run is not None:
            self._waiting = live
            self._next()

    def take_drawing(self, drawing: Pixels | None) -> None:
        """Let the person's own point follow the pen; uint8 (28, 28), None where nothing is drawn."""
        self._drawing = drawing
        if drawing is None:
            self._view.move_drawing(None)
        elif self.is_wanted and self._maker is not None and not self._placing and not self._busy:
            self._placing = True
            self._tasks.run(partial(self._maker.place, drawing), partial(self._on_placed, drawing), self._on_failed)

    def stop(self) -> None:
        """End the thread and whatever computes."""
        self._waiting = None
        if self._maker is not None:
            self._maker.close()
        self._tasks.stop()

    def _next(self) -> None:
        if self._busy or self._waiting is None or self._run is None:
            return
        live, self._waiting = self._waiting, None
        self._busy = True
        self._view.show_busy(True)
        update = partial(self._update, self._maker, self._run, live, self._drawing)
        self._tasks.run(update, self._on_map, self._on_failed)

    def _update(
        self, maker: MapMaker | None, run: RunInfo, live: LiveNetwork, drawing: Pixels | None
    ) -> tuple[MapMaker, RunInfo, Embedding]:
        """In the tasks' thread."""
        maker = maker or self._laboratory.map_maker(run.data_id)
        return maker, run, maker.update(live, drawing)

    def _on_map(self, result: object) -> None:
        maker, run, embedding = cast(tuple[MapMaker, RunInfo, Embedding], result)
        self._busy = False
        self._view.show_busy(False)
        if run is not self._run:
            maker.close()  # another run has begun meanwhile
        else:
            if self._maker is None:
                self._maker = maker
                self._view.set_images(maker.pixels)
            self._view.show_embedding(embedding)
        self._next()

    def _on_placed(self, drawing: Pixels, point: object) -> None:
        self._placing = False
        self._view.move_drawing(cast(tuple[float, float] | None, point))
        if self._drawing is not None and self._drawing is not drawing:
            self.take_drawing(self._drawing)

    def _on_failed(self, sentence: str) -> None:
        was_placing, self._placing = self._placing, False
        if not was_placing:
            self._busy = False
        self._view.show_busy(False)
        self.failed.emit(sentence)
