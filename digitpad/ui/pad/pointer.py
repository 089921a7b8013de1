"""Mouse, stylus and touch events as one kind of pointer step: the one place where Qt's pointers are told apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, Qt
from PySide6.QtGui import QEventPoint, QMouseEvent, QPointingDevice, QTabletEvent, QTouchEvent

from digitpad.ink.strokes import MOUSE_PRESSURE

POINTER_EVENTS = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.TabletPress,
        QEvent.Type.TabletMove,
        QEvent.Type.TabletRelease,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TouchEnd,
        QEvent.Type.TouchCancel,
    }
)
"""What a widget is sent by pointers. A stylus that leaves is told to the application alone."""

_LEFT = Qt.MouseButton.LeftButton


class Phase(Enum):
    """What a pointer did."""

    PRESS = auto()
    MOVE = auto()
    RELEASE = auto()
    CANCEL = auto()


@dataclass(frozen=True)
class PointerStep:
    """One step of the pointer that draws.

    Attributes:
        phase: what it did.
        position: where, in the widget's coordinates with fractions; None where the step has no place of its own.
        pressure: 0 to 1; None where the step tells none.
        seconds: time of the step on a clock that never goes back, from an arbitrary start.
        eraser: whether it is the eraser end of a stylus.
    """

    phase: Phase
    position: QPointF | None = None
    pressure: float | None = None
    seconds: float = 0.0
    eraser: bool = False


class _Source(Enum):
    MOUSE = auto()
    TABLET = auto()
    TOUCH = auto()


class Pointer:
    """Follows one pointer at a time from press to release; the others are ignored meanwhile.

    Only a stylus takes over from another pointer, whose stroke is cancelled: it was a palm, or the mouse event that
    some systems send ahead of the stylus. A pointer that is pressed again without a release, which went elsewhere,
    ends its stroke and starts another.
    """

    def __init__(self) -> None:
        self._source: _Source | None = None
        self._finger = -1
        self._clock = QElapsedTimer()
        self._clock.start()

    def read(self, event: QEvent) -> list[PointerStep]:
        """The steps that an event stands for, in their order; none where it is not of the pointer that draws."""
        before = self._source
        step = self._read(event)
        if step is None:
            return []
        if step.phase is not Phase.PRESS or before is None:
            return [step]
        end = Phase.RELEASE if before is self._source else Phase.CANCEL
        return [PointerStep(end, seconds=step.seconds), step]

    def release(self) -> None:
        """Stop following the pointer that draws; what it still sends is ignored until it is pressed again."""
        self._source = None

    def _read(self, event: QEvent) -> PointerStep | None:
        if isinstance(event, QTabletEvent):
            return self._tablet(event)
        if isinstance(event, QTouchEvent):
            return self._touch(event)
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        return None

    def _mouse(self, event: QMouseEvent) -> PointerStep | None:
        kind = event.type()
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            if event.button() != _LEFT or self._source in (_Source.TABLET, _Source.TOUCH):
                return None
            return self._step(_Source.MOUSE, Phase.PRESS, event, event.position(), MOUSE_PRESSURE)
        if self._source is not _Source.MOUSE:
            return None
        if kind == QEvent.Type.MouseButtonRelease:
            return self._step(None, Phase.RELEASE, event, event.position()) if event.button() == _LEFT else None
        if not event.buttons() & _LEFT:  # the release went elsewhere
            return self._step(None, Phase.RELEASE, event)
        return self._step(_Source.MOUSE, Phase.MOVE, event, event.position(), MOUSE_PRESSURE)

    def _tablet(self, event: QTabletEvent) -> PointerStep | None:
        kind = event.type()
        eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
        if kind == QEvent.Type.TabletPress:
            if event.button() != _LEFT:
                return None
            return self._step(_Source.TABLET, Phase.PRESS, event, event.position(), event.pressure(), eraser)
        if self._source is not _Source.TABLET:
            return None
        if kind == QEvent.Type.TabletLeaveProximity:
            return self._step(None, Phase.CANCEL, event)
        if kind == QEvent.Type.TabletRelease:
            return self._step(None, Phase.RELEASE, event, event.position()) if event.button() == _LEFT else None
        if not event.buttons() & _LEFT:
            return self._step(None, Phase.RELEASE, event)
        return self._step(_Source.TABLET, Phase.MOVE, event, event.position(), event.pressure(), eraser)

    def _touch(self, event: QTouchEvent) -> PointerStep | None:
        kind = event.type()
        if kind == QEvent.Type.TouchCancel:
            return self._step(None, Phase.CANCEL, event) if self._source is _Source.TOUCH else None
        points = event.points()
        if kind == QEvent.Type.TouchBegin and points and self._source in (None, _Source.TOUCH):
            self._finger = points[0].id()
            return self._step(_Source.TOUCH, Phase.PRESS, event, points[0].position(), MOUSE_PRESSURE)
        if self._source is not _Source.TOUCH:
            return None
        for point in points:
            if point.id() == self._finger and point.state() == QEventPoint.State.Released:
                return self._step(None, Phase.RELEASE, event, point.position())
            if point.id() == self._finger and point.state() == QEventPoint.State.Updated:
                return self._step(_Source.TOUCH, Phase.MOVE, event, point.position(), MOUSE_PRESSURE)
        return None

    def _step(
        self,
        source: _Source | None,
        phase: Phase,
        event: QMouseEvent | QTabletEvent | QTouchEvent,
        position: QPointF | None = None,
        pressure: float | None = None,
        eraser: bool = False,
    ) -> PointerStep:
        self._source = source
        milliseconds = event.timestamp() or self._clock.msecsSinceReference() + self._clock.elapsed()
        return PointerStep(phase, position, pressure, milliseconds / 1000, eraser)
