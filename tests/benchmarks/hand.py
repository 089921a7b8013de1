"""A hand that draws on the real window with real events, and a watch on how soon the window follows."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass, field

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, QSettings, Qt, QTimer, Slot
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from digitpad.domain.prediction import Prediction

PEN_INTERVAL = 8
"""Milliseconds between two events of a pen at 125 Hz."""

_BEAT = 2
"""Milliseconds between two beats by which pauses of the event loop are found."""

_PATIENCE = 30_000
"""Milliseconds that a hand waits for the answer to what it drew, torch's import included."""

Line = list[tuple[float, float]]
"""A stroke in the pad's widget coordinates."""


@dataclass
class Watch:
    """What was measured while a hand drew, in milliseconds.

    Attributes:
        ink: from each pointer event that changed the ink to the end of the paint that shows it.
        answer: from each pointer event whose ink was read to the bars that show the answer.
        pause: between neighbouring turns of the event loop.
        taken_at: clock time when the first point was on the pad.
        answered_at: clock time when the first digit was shown.
    """

    ink: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    pause: list[float] = field(default_factory=list)
    taken_at: float | None = None
    answered_at: float | None = None


class Hand(QObject):
    """Draws one drawing at a time and waits for the answer to it.

    Attributes:
        watch: what was measured since it was put there; replace it to start anew.
        pad: the widget that is drawn on.
    """

    def __init__(self, window: QMainWindow, device: str = "mouse") -> None:
        """Take a window, shown or not, and the device to draw with: 'mouse' or 'tablet'."""
        super().__init__()
        self.watch = Watch()
        self.pad = window.findChild(QWidget, "canvas")
        self.pad.installEventFilter(self)
        window.prediction_shown.connect(self._on_shown)
        kind, pointer = QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen
        able = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure
        self._pen = QPointingDevice("pen", 1, kind, pointer, able, 1, 1) if device == "tablet" else None
        self._steps: list[tuple[str, QPointF]] = []
        self._unpainted: list[float] = []
        self._sent: dict[int, float] = {}
        self._shown: Prediction | None = None
        self._loop = QEventLoop()
        self._pace, self._beat, self._limit = QTimer(self), QTimer(self), QTimer(self)
        for timer, slot in ((self._pace, self._step), (self._beat, self._on_beat), (self._limit, self._loop.quit)):
            timer.setTimerType(Qt.TimerType.PreciseTimer)
            timer.timeout.connect(slot)
        self._beat.setInterval(_BEAT)
        self._limit.setInterval(_PATIENCE)

    def draw(self, lines: list[Line], interval: int = PEN_INTERVAL) -> int | None:
        """Draw some lines, one event every `interval` milliseconds, or at once where 0.

        Returns:
            The digit that the window shows for them in the end; None where no answer came.
        """
        for line in lines:
            places = [QPointF(x, y) for x, y in line]
            self._steps += [("press", places[0]), *(("move", at) for at in places[1:]), ("release", places[-1])]
        self._shown, self._sent, self._last_beat = None, {}, time.perf_counter()
        for timer in (self._beat, self._limit):
            timer.start()
        self._pace.start(interval)
        if not self._done:
            self._loop.exec()
        for timer in (self._pace, self._beat, self._limit):
            timer.stop()
        return self._shown.digit if self._done and self._shown is not None else None

    @property
    def _done(self) -> bool:
        shown = self._shown
        return not self._steps and shown is not None and shown.revision == self.pad.revision

    @Slot()
    def _step(self) -> None:
        if not self._steps:
            self._pace.stop()
            if self._done:
                self._loop.quit()
            return
        event = self._event(*self._steps.pop(0))
        before, at = self.pad.revision, time.perf_counter()
        QApplication.sendEvent(self.pad, event)
        if self.pad.revision != before:
            self._unpainted.append(at)
            self._sent[self.pad.revision] = at
            self.watch.taken_at = self.watch.taken_at or time.time()

    def _event(self, kind: str, place: QPointF) -> QMouseEvent | QTabletEvent:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button, buttons = (none if kind == "move" else left), (none if kind == "release" else left)
        everywhere, plain = QPointF(self.pad.mapToGlobal(place)), Qt.KeyboardModifier.NoModifier
        if self._pen is None:
            mouse = {
                "press": QEvent.Type.MouseButtonPress,
                "move": QEvent.Type.MouseMove,
                "release": QEvent.Type.MouseButtonRelease,
            }
            return QMouseEvent(mouse[kind], place, everywhere, button, buttons, plain)
        tablet = {
            "press": QEvent.Type.TabletPress,
            "move": QEvent.Type.TabletMove,
            "release": QEvent.Type.TabletRelease,
        }
        pressure = 0.0 if kind == "release" else 0.6
        return QTabletEvent(
            tablet[kind], self._pen, place, everywhere, pressure, 0, 0, 0.0, 0.0, 0.0, plain, button, buttons
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the pad paint here, so that the end of the paint is known."""
        if event.type() != QEvent.Type.Paint:
            return False
        watched.event(event)
        now = time.perf_counter()
        self.watch.ink += [(now - at) * 1000 for at in self._unpainted]
        self._unpainted = []
        return True

    @Slot(object)
    def _on_shown(self, prediction: Prediction) -> None:
        self._shown = prediction
        if prediction.revision in self._sent:
            self.watch.answer.append((time.perf_counter() - self._sent[prediction.revision]) * 1000)
            self.watch.answered_at = self.watch.answered_at or time.time()
        if self._done:
            self._loop.quit()

    @Slot()
    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.watch.pause.append((now - self._last_beat) * 1000)
        self._last_beat = now


def rest(milliseconds: int) -> None:
    """Let the event loop run. Unlike QTest.qWait this lets other threads run too."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def keep_settings_apart() -> tempfile.TemporaryDirectory[str]:
    """Keep what the windows to come store in a folder of its own, which goes with the returned object."""
    folder = tempfile.TemporaryDirectory()
    os.environ["XDG_DATA_HOME"] = folder.name
    for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, folder.name)
    return folder
