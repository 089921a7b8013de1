"""Mouse, stylus and touch events as one kind of pointer step: the one place where Qt's pointers are told apart."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEventPoint, QMouseEvent, QPointingDevice, QTabletEvent, QTouchEvent

from digitpad.ink.strokes import MOUSE_PRESSURE

_Type = QEvent.Type
_PRESSES = _Type.MouseButtonPress, _Type.MouseButtonDblClick, _Type.TabletPress
_RELEASES = _Type.MouseButtonRelease, _Type.TabletRelease
_TOUCHES = _Type.TouchBegin, _Type.TouchUpdate, _Type.TouchEnd, _Type.TouchCancel

POINTER_EVENTS = frozenset({*_PRESSES, *_RELEASES, *_TOUCHES, _Type.MouseMove, _Type.TabletMove})
"""What a widget is sent by pointers. A stylus that leaves is told to the application alone."""

_LEFT = Qt.MouseButton.LeftButton


class PointerPhase(Enum):
    """What a pointer did."""

    PRESS = auto()
    MOVE = auto()
    RELEASE = auto()
    CANCEL = auto()


@dataclass(frozen=True)
class PointerStep:
    """One step of the pointer that draws."""

    phase: PointerPhase
    seconds: float  # on a clock that never goes back, from an arbitrary start
    position: QPointF | None = None  # in the widget's coordinates; None where the step has no place of its own
    pressure: float | None = None  # 0 to 1; None where the step tells none
    eraser: bool = False  # the eraser end of a stylus


class Pointer:
    """Follows one pointer at a time from press to release; the others are ignored meanwhile.

    Only a stylus takes over from another pointer, whose stroke is cancelled: it was a palm, or the mouse event that
    some systems send ahead of the stylus. A pointer that is pressed again without a release, which went elsewhere,
    ends its stroke and starts another.
    """

    def __init__(self) -> None:
        self._source: type[QEvent] | None = None  # the kind of event of the one that is followed
        self._finger: int  # the id of the one that is followed

    def read(self, event: QEvent) -> list[PointerStep]:
        """The steps that an event stands for, in their order; none where it is not of the pointer that draws."""
        before = self._source
        step = self._read(event)
        if step is None:
            return []
        if step.phase is not PointerPhase.PRESS or before is None:
            return [step]
        end = PointerPhase.RELEASE if before is self._source else PointerPhase.CANCEL
        return [PointerStep(end, step.seconds), step]

    def release(self) -> None:
        """Stop following the pointer that draws; what it still sends is ignored until it is pressed again."""
        self._source = None

    def _read(self, event: QEvent) -> PointerStep | None:
        if isinstance(event, QTouchEvent):
            return self._touch(event)
        return self._pen_or_mouse(event) if isinstance(event, QTabletEvent | QMouseEvent) else None

    def _pen_or_mouse(self, event: QTabletEvent | QMouseEvent) -> PointerStep | None:
        kind, is_pen = event.type(), isinstance(event, QTabletEvent)
        if kind in _PRESSES:
            is_taken = event.button() == _LEFT and (is_pen or self._source in (None, QMouseEvent))
            return self._step(PointerPhase.PRESS, event, event.position()) if is_taken else None
        if self._source is not type(event):
            return None
        if kind == _Type.TabletLeaveProximity:
            return self._step(PointerPhase.CANCEL, event)
        if kind in _RELEASES:
            return self._step(PointerPhase.RELEASE, event, event.position()) if event.button() == _LEFT else None
        if not event.buttons() & _LEFT:  # the release went elsewhere
            return self._step(PointerPhase.RELEASE, event)
        return self._step(PointerPhase.MOVE, event, event.position())

    def _touch(self, event: QTouchEvent) -> PointerStep | None:
        kind, points = event.type(), event.points()
        if kind == _Type.TouchBegin and points and self._source in (None, QTouchEvent):
            self._finger = points[0].id()
            return self._step(PointerPhase.PRESS, event, points[0].position())
        if self._source is not QTouchEvent:
            return None
        if kind == _Type.TouchCancel:
            return self._step(PointerPhase.CANCEL, event)
        for point in points:
            if point.id() == self._finger and point.state() == QEventPoint.State.Released:
                return self._step(PointerPhase.RELEASE, event, point.position())
            if point.id() == self._finger and point.state() == QEventPoint.State.Updated:
                return self._step(PointerPhase.MOVE, event, point.position())
        return None

    def _step(
        self, phase: PointerPhase, event: QMouseEvent | QTabletEvent | QTouchEvent, position: QPointF | None = None
    ) -> PointerStep:
        is_down, pressure, eraser = phase in (PointerPhase.PRESS, PointerPhase.MOVE), None, False
        self._source = type(event) if is_down else None
        if is_down and isinstance(event, QTabletEvent):
            pressure, eraser = event.pressure(), event.pointerType() == QPointingDevice.PointerType.Eraser
        elif is_down:
            pressure = MOUSE_PRESSURE
        return PointerStep(phase, event.timestamp() / 1000 or time.monotonic(), position, pressure, eraser)
