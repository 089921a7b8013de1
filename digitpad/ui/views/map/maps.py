"""Works out the maps of the network that reads, and of the states of its run, in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.errors import DigitpadError
from digitpad.reading.inspect.embedding import Layout
from digitpad.ui.session.active_network import ActiveNetwork, Source
from digitpad.ui.session.run_states import RunStates
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.map.work import Job, Method, NetworkMap, OnProgress, Target, arrange_map, read_map

_SHOW_SECONDS = 0.1  # between two reports of how far something has come

_WHOLE = 3
"""Maps whose features are kept, so that the drawing is placed in them at once."""


class Maps(QObject):
    """One thing is computed at a time: reading the images, which gives the plane of PCA, or t-SNE.

    Then it is looked anew what is wanted: the latest network wins, and none that were skipped come later.

    Attributes:
        targets: whose maps can be had, the earliest state of a run first.
        at: the number of the one that is wanted.
        method: how it is to be arranged.
        doing: what is under way.
        laid_on: the map that is shown, which the next one is laid on.

    Signals:
        changed: another map is wanted or there, or something else is under way.
        progressed: the share that is done, 0 to 1; seconds that are left, None where that is not known; and the Layout
            as it is, None where there is none yet.
        failed: a DigitpadError.
    """

    changed = Signal()
    progressed = Signal(float, object, object)
    failed = Signal(object)

    def __init__(self, worker: Worker, network: ActiveNetwork, states: RunStates) -> None:
        super().__init__()
        self._worker, self._network, self._states = worker, network, states
        self.targets: list[Target] = []
        self.at = 0
        self.method: Method = "tsne"
        self.doing: Literal["reading", "tsne"] | None = None
        self.laid_on: NetworkMap | None = None
        self._data: str | None = None
        self._is_watched = False
        self._job: Job | None = None  # under way
        self._maps: dict[Target, NetworkMap] = {}
        self._unfinished: Target | None = None  # read, and not laid out by t-SNE yet
        self._refused: Target | None = None
        network.changed.connect(self._on_network_changed)

    @property
    def target(self) -> Target | None:
        """The one whose map is wanted."""
        return self.targets[self.at] if self.targets else None

    @property
    def is_latest(self) -> bool:
        """Whether that is the latest state of the network."""
        return self.at >= len(self.targets) - 1

    @property
    def known(self) -> list[NetworkMap]:
        """What there is of the map that is wanted; where that is the latest, of earlier ones too, the latest first."""
        candidates = self.targets[::-1] if self.is_latest else [self.targets[self.at]]
        return [self._maps[each] for each in candidates if each in self._maps]

    def watch(self, data: str | None) -> None:
        """Work out what is wanted from now on, of the images of a data set; what was refused is tried again."""
        self._is_watched, self._data, self._refused = True, data, None
        self._carry_on()

    def rest(self) -> None:
        """Break off, and work out nothing more."""
        self._is_watched = False
        self._break_off()

    def choose(self, method: Method, data: str | None) -> None:
        """Want another arrangement, or the images of another data set."""
        self.method, self._data = method, data
        self._break_off()
        self._carry_on()

    def go_to(self, at: int) -> None:
        """Want the map of another state of the run."""
        self.at, self._unfinished = at, None
        self._break_off()
        self._next()
        self.changed.emit()

    @Slot()
    def _on_network_changed(self) -> None:
        if self._is_watched:
            before = self.target
            self._look_at_network()
            if before is not None and before != self.target:
                if before.step is None or self.target is None or self.target.step is None:
                    self._break_off()  # another network reads
                elif self._job is not None:
                    self._job.is_hurried = True
            self._next()
            self.changed.emit()

    def _carry_on(self) -> None:
        self._look_at_network()
        self._next()
        self.changed.emit()

    def _look_at_network(self) -> None:
        """List the states of the network that reads; whoever looks at an earlier one still does."""
        reader, source, data = self._network.reader, self._network.state.source, self._data
        before, was_latest = self.target, self.is_latest
        in_run = self._states.states if source in (Source.IN_TRAINING, Source.JUST_TRAINED) else ()
        self.targets = [Target(state, data) for state in in_run if data]
        if reader is not None and data and not (in_run and source is Source.IN_TRAINING):
            self.targets.append(Target(reader, data))
        self._maps = {target: read for target, read in self._maps.items() if target in self.targets}
        self.at = max(len(self.targets) - 1, 0)
        steps = [target.step for target in self.targets if target.step is not None]
        if steps and not was_latest and before is not None and before.step is not None:
            self.at = int(np.abs(np.array(steps) - before.step).argmin())

    def _next(self) -> None:
        """Work out what is wanted and not there, unless something is under way."""
        target = self.target
        if self._job is not None or target is None or not self._is_watched:
            return
        read = self._maps.get(self._unfinished) if self._unfinished is not None else None
        self._unfinished = None
        # A state of a run that was just read is finished first, or none would be while the next comes soon.
        if read is None or self.method in read.layouts or not (self.is_latest or read.target == target):
            read = self._maps.get(target)
        if read is None or read.hidden is None:
            if target == self._refused:
                return
            layouts = read.layouts if read is not None else {}
            self.doing = "reading"
            self._run(partial(read_map, target, layouts, self._before(target)), self._on_read, target)
        elif self.method not in read.layouts:
            before = self._before(target) if target.step is not None else None
            layout = before.layouts.get("tsne") if before is not None else None
            self.doing = "tsne"
            self._run(partial(arrange_map, read, layout), self._keep, target)

    def _before(self, target: Target) -> NetworkMap | None:
        """The map of the nearest state of the same run; else the one that is shown, of the same images."""
        step = target.step
        others = [read for read in self._maps.values() if read.target != target and self.method in read.layouts]
        if step is not None and others:
            return min(others, key=lambda read: abs((read.target.step or 1 << 62) - step))
        shown = self.laid_on
        return shown if shown is not None and shown.target.data == target.data else None

    def _run(
        self,
        work: Callable[[Job, OnProgress], NetworkMap | None],
        done: Callable[[NetworkMap], None],
        target: Target,
    ) -> None:
        job = self._job = Job()
        began = time.perf_counter()
        shown_at, show = began, self._worker.relay(partial(self._on_progress, job))

        def on_progress(share: float, layout: Layout | None) -> None:
            nonlocal shown_at
            now = time.perf_counter()
            if layout is not None or share == 0 or now - shown_at >= _SHOW_SECONDS:
                shown_at = now
                show(share, (now - began) * (1 / share - 1) if share > 0.1 else None, layout)

        def on_done(read: NetworkMap | None) -> None:
            self._job = self.doing = None
            if read is not None and not job.is_cancelled:
                done(read)
            self._carry_on()

        def on_failed(error: DigitpadError) -> None:
            self._job = self.doing = None
            self._refused = target
            self.failed.emit(error)
            self._carry_on()

        self._worker.run(partial(work, job, on_progress), on_done, on_failed)

    def _on_progress(self, job: Job, share: float, left: float | None, layout: Layout | None) -> None:
        if job is self._job and not job.is_cancelled:
            self.progressed.emit(share, left, layout)

    def _on_read(self, read: NetworkMap) -> None:
        self._keep(read)
        self._unfinished = read.target

    def _keep(self, read: NetworkMap) -> None:
        self._maps.pop(read.target, None)
        self._maps[read.target] = read
        for target in list(self._maps)[:-_WHOLE]:
            self._maps[target] = self._maps[target].slimmed()

    def _break_off(self) -> None:
        if self._job is not None:
            self._job.is_cancelled = True
