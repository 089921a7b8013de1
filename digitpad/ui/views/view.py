"""What every view has: it follows the drawing while it is seen, computes in a thread, and never slows the pad."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QLayout, QWidget

from digitpad.domain.errors import DigitpadError
from digitpad.services import TrainingService
from digitpad.ui.common.exports import ExportButton, Exporter, Picture
from digitpad.ui.common.layouts import row
from digitpad.ui.common.widgets import note_label
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.run_states import RunStates
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.training_session import TrainingSession
from digitpad.ui.session.worker import Latest, Worker

P = TypeVar("P")
R = TypeVar("R")

translate = QCoreApplication.translate

_SHARE = 2.0
"""How long a view waits after it was painted, in times of what that took: the pad has the window's thread meanwhile."""


class View(QWidget, Generic[R]):
    """Shows something of the last reading of the drawing: `work` says what is computed, `show_result` paints it.

    Nothing is computed while the view is hidden; when it is shown, it is brought up to date. Of many readings the
    latest is computed for.

    Signals:
        painted: the revision of a drawing that the view has been painted for.
        failed: a DigitpadError: what is to be shown could not be computed.
    """

    painted = Signal(int)
    failed = Signal(object)

    delay = 0
    """Milliseconds without another reading before a view that computes for long begins with the last one."""

    def __init__(self, live: LiveReader, worker: Worker) -> None:
        super().__init__()
        self._live = live
        self._results: Latest[tuple[Reading, R]] = Latest(worker, self._on_result, self._on_failed)
        self._number = 0  # of the job under way, if there is one
        self._under_way = self._again = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        self._free_at = 0.0  # when the view may be painted again, as `time.perf_counter` says
        live.answered.connect(self._on_answered)

    def work(self, reading: Reading) -> Callable[[], R]:
        """What computes the view for a reading, called in a thread; it must hold what it needs, and no widget."""
        raise NotImplementedError

    def show_result(self, reading: Reading, result: R) -> None:
        """Paint what was computed for a reading, on return."""
        raise NotImplementedError

    @property
    def invitation(self) -> str:
        """What is said where nothing is shown yet: to draw only where the pad is known to be empty."""
        latest = self._live.latest
        if latest is None:
            return translate("View", "Nothing has been read yet.")
        if latest.prediction.network_input.any():
            return translate("View", "Reading…")
        return translate("View", "Draw a digit on the pad.")

    @Slot()
    def refresh(self) -> None:
        """Compute the view anew for the last reading, if somebody looks at it."""
        if not self.isVisible() or self._live.latest is None:
            return
        left = round(1000 * (self._free_at - time.perf_counter()))
        if self._under_way:
            self._again = True
        elif left <= 0:
            self._compute()
        elif not self._soon.isActive():
            self._soon.start(left)

    @Slot()
    def _on_answered(self) -> None:
        if self.delay and self.isVisible():
            self._soon.start(self.delay)
        else:
            self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.stop()
        self._results.drop()
        self._under_way = self._again = False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.refresh()

    def _compute(self) -> None:
        reading = self._live.latest
        if reading is not None:
            self._under_way = True
            self._number += 1
            self._results.run(self._number, partial(_computed, reading, self.work(reading)))

    def _on_result(self, result: tuple[Reading, R]) -> None:
        reading, latest = result[0], self._live.latest
        if latest is not None and reading.generation == latest.generation:
            began = time.perf_counter()
            self.show_result(*result)
            ended = time.perf_counter()
            self._free_at = ended + _SHARE * (ended - began)
            self.painted.emit(reading.prediction.revision)
        self._go_on()

    def _on_failed(self, error: DigitpadError) -> None:
        self.failed.emit(error)
        self._go_on()

    def _go_on(self) -> None:
        again, self._under_way, self._again = self._again, False, False
        if again:
            self.refresh()


def introduced(words: str, *buttons: QWidget) -> QLayout:
    """The head of a view: what it is for, and at the right some buttons."""
    return row((note_label(words), 1), *buttons, spacing=16)


def _computed(reading: Reading, work: Callable[[], R]) -> tuple[Reading, R]:
    return reading, work()


class Figure(QWidget):
    """Something painted by `draw`, on the screen and in a picture that is saved alike."""

    def draw(self, painter: QPainter) -> None:
        """Paint all of it, as large as the widget is."""
        raise NotImplementedError

    def picture(self) -> Picture:
        """What is shown, to be saved or copied."""
        return Picture(self.size(), self.draw)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self.draw(painter)


class PointedFigure(Figure, Generic[P]):
    """A figure of places, one of which may lie under the pointer.

    Signals:
        hovered: another place lies there; None where there is none.
    """

    hovered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self._hovered: P | None = None

    def place_at(self, position: QPointF) -> P | None:
        """The place at a point of the widget."""
        raise NotImplementedError

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None)

    def _hover(self, place: P | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.hovered.emit(place)


class Views(QObject):
    """Makes the views when they are first shown, and ends their threads.

    Signals:
        shown: the id of a view and the revision of the drawing that it has been painted for.
        saved: a sentence about a file that was written.
        failed: a DigitpadError.
        selection_changed: whether a bar may be selected, and the digit that is, None for the most probable.
        digit_selected: to be emitted when a bar was selected.
        drawing_requested: Ink that is to be put on the pad.
        image_picked: an image that is to be put on the pad, uint8 (28, 28), 255 is ink.
        runs_changed: to be emitted when more is known of a run.
    """

    shown = Signal(str, int)
    drawing_requested = Signal(object)
    image_picked = Signal(object)
    saved = Signal(str)
    failed = Signal(object)
    selection_changed = Signal(bool, object)
    digit_selected = Signal(object)
    runs_changed = Signal()

    def __init__(
        self,
        live: LiveReader,
        session: TrainingSession,
        network: ActiveNetwork,
        states: RunStates,
        service: TrainingService,
        settings: Settings,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._live, self._network, self._states, self._service = live, network, states, service
        self._session, self._settings = session, settings
        names = "views", "loading", "map", "evaluation", "comparing", "samples"
        self._workers = [Worker(name, self) for name in names]
        self._worker, self._loader, self._map_worker, self._evaluations, self._opening, self._samples = self._workers
        self._exporter = Exporter(self._worker, window)
        self._exporter.saved.connect(self.saved)
        self._exporter.failed.connect(self.failed)

    def steps(self) -> QWidget:
        """The steps from pen to network."""
        from digitpad.ui.views.steps.view import StepsView  # here and below, since a start has no time for it

        return self._made("steps", StepsView(self._live, self._worker))

    def layers(self) -> QWidget:
        """What every layer makes of the drawing."""
        from digitpad.ui.views.layers.view import LayersView

        return self._made("layers", LayersView(self._live, self._worker))

    def why(self) -> QWidget:
        """Where the answer comes from."""
        from digitpad.ui.views.why.view import WhyView

        view = WhyView(self._live, self._worker, self._loader, self._service)
        view.selection_changed.connect(self.selection_changed)
        self.digit_selected.connect(view.select_digit)
        return self._made("why", view)

    def map(self) -> QWidget:
        """The map of the last hidden layer."""
        from digitpad.ui.views.map.view import MapView

        parts = self._live, self._worker, self._map_worker, self._network, self._states
        return self._made("map", MapView(*parts))

    def compare(self) -> QWidget:
        """The drawing as several networks read it."""
        from digitpad.ui.views.compare.view import CompareView

        view = CompareView(self._live, self._worker, self._opening, self._network, self._settings)
        self.runs_changed.connect(view.look_soon)
        return self._made("compare", view)

    def replay(self) -> QWidget:
        """The drawing in time."""
        from digitpad.ui.views.replay.view import ReplayView

        return self._made("replay", ReplayView(self._live, self._worker))

    def stress(self) -> QWidget:
        """What is read of the drawing when it is changed."""
        from digitpad.ui.views.stress.view import StressView

        view = StressView(self._live, self._worker, self._loader)
        view.drawing_requested.connect(self.drawing_requested)
        return self._made("stress", view)

    def evaluation(self) -> QWidget:
        """How well networks read labelled digits."""
        from digitpad.ui.views.evaluation.view import EvaluationView

        view = EvaluationView(self._network, self._settings, self._evaluations)
        view.image_picked.connect(self.image_picked)
        return self._with_exports(view)

    def samples(self) -> QWidget:
        """Test images as the network reads them."""
        from digitpad.ui.views.samples.view import SamplesView

        view = SamplesView(self._network, self._session, self._samples)
        view.image_picked.connect(self.image_picked)
        return self._with_exports(view)

    def stop(self) -> None:
        """End the threads."""
        for worker in self._workers:
            worker.stop()

    def _made(self, view_id: str, view: View[R]) -> QWidget:
        view.painted.connect(partial(self.shown.emit, view_id))
        view.failed.connect(self.failed)
        return self._with_exports(view)

    def _with_exports(self, view: QWidget) -> QWidget:
        for button in view.findChildren(ExportButton):
            button.requested.connect(self._exporter.save)
        return view
