"""The frame on a picture in which the digit is looked for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QRegion
from PySide6.QtWidgets import QWidget

from digitpad.ink.strokes import WHOLE, Box, Ink, Picture
from digitpad.ui.common.format import percent
from digitpad.ui.common.widgets import named
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.view import View

_REACH = 8
"""Pixels on both sides of the frame's line in which the pointer takes hold of it; inside, the pad is drawn on."""

_HANDLE = 8
"""Side of the squares at its corners, in pixels."""

_MARGIN, _STEP, _SMALLEST = 0.08, 0.02, 0.05
"""Shares of the picture: round the ink that was found, moved by a key, and the smallest frame's sides."""

_Sides = tuple[bool, bool, bool, bool]  # left, top, right, bottom
_ALL: _Sides = (True, True, True, True)
_KEYS = {
    Qt.Key.Key_Left: (-_STEP, 0.0),
    Qt.Key.Key_Right: (_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, -_STEP),
    Qt.Key.Key_Down: (0.0, _STEP),
}


class CropFrame(QWidget):
    """Shown while a picture is on the pad; moved by its sides and resized by its corners, or with the arrow keys."""

    crop_changed = Signal(object)  # the Box in which the digit is to be looked for, None for the whole picture
    found_nothing = Signal()  # there is no ink in the picture, or in the part that was chosen

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        named(self, "crop_frame", self.tr("Frame in which the digit is looked for"))
        self.setToolTip(
            self.tr(
                "The digit is looked for in this frame. Drag its sides to move it and its corners to resize it, or use "
                "the arrow keys, with Shift to resize; Home finds the digit again."
            )
        )
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)  # the pad would draw
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self._canvas = canvas
        self._picture: Picture | None = None
        self._frame = WHOLE
        self._held: tuple[QPointF, Box, _Sides] | None = None  # place of the press, frame then, and the sides that move
        canvas.installEventFilter(self)
        canvas.ink_changed.connect(self._on_ink_changed)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    @Slot(int, object, bool)
    def _on_ink_changed(self, _revision: int, ink: Ink, _grew: bool) -> None:
        picture, before = ink.picture, self._picture
        if picture is before:
            return
        self._picture = picture
        self.setVisible(picture is not None)
        if picture is None:
            self._held = None
            return
        if self._held is None:
            self._frame = picture.crop or _around(picture.box)
            self._place()
        if not picture.network_input.any():
            self.found_nothing.emit()

    def _picture_rect(self) -> QRectF:
        assert self._picture is not None
        left, top, width, height = self._picture.place
        return View.fit(self._canvas.size()).rect((left, top, left + width, top + height))

    def _place(self) -> None:
        """Lay the widget over the frame's line, and let go of what is inside."""
        if self._picture is None:
            return
        whole = self._picture_rect()
        x, y = (whole.x() + self._frame[0] * whole.width(), whole.y() + self._frame[1] * whole.height())
        end, foot = (whole.x() + self._frame[2] * whole.width(), whole.y() + self._frame[3] * whole.height())
        frame = QRectF(x, y, end - x, foot - y).toRect()
        self.setGeometry(frame.adjusted(-_REACH, -_REACH, _REACH, _REACH))
        inside = self.rect().adjusted(2 * _REACH, 2 * _REACH, -2 * _REACH, -2 * _REACH)
        self.setMask(QRegion(self.rect()) - QRegion(inside))
        words = self.tr("From {left} to {right} of its width and from {top} to {bottom} of its height")
        values = {
            name: percent(share, 0) for name, share in zip(("left", "top", "right", "bottom"), self._frame, strict=True)
        }
        self.setAccessibleDescription(words.format(**values))

    def paintEvent(self, event: QPaintEvent) -> None:
        line = self.rect().adjusted(_REACH, _REACH, -_REACH - 1, -_REACH - 1)
        accent = self.palette().color(QPalette.ColorRole.Accent)
        with QPainter(self) as painter:
            painter.setPen(QPen(QColor("white"), 4))
            painter.drawRect(line)
            painter.setPen(QPen(accent, 3 if self.hasFocus() else 1.5))
            painter.drawRect(line)
            half = _HANDLE // 2
            for corner in (line.topLeft(), line.topRight(), line.bottomLeft(), line.bottomRight()):
                painter.fillRect(corner.x() - half, corner.y() - half, _HANDLE, _HANDLE, accent)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus()
            self._held = self.mapToParent(event.position()), self._frame, self._sides(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            left, top, right, _bottom = self._sides(event.position())
            if left and right:
                self.setCursor(Qt.CursorShape.SizeAllCursor)
            else:
                self.setCursor(Qt.CursorShape.SizeFDiagCursor if left == top else Qt.CursorShape.SizeBDiagCursor)
            return
        start, frame, sides = self._held
        whole, way = self._picture_rect(), self.mapToParent(event.position()) - start
        self._change(frame, way.x() / whole.width(), way.y() / whole.height(), sides)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the frame with the arrows; with Shift its lower right corner; Home looks in the whole picture again."""
        step, shift = _KEYS.get(Qt.Key(event.key())), event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Home:
            self.crop_changed.emit(None)
        elif step is not None:
            self._change(self._frame, *step, (False, False, True, True) if shift else _ALL)
        else:
            super().keyPressEvent(event)

    def _sides(self, place: QPointF) -> _Sides:
        """Which sides go with the pointer from a place on the line: two at a corner, all elsewhere."""
        near = 2.0 * _REACH
        left, right = place.x() <= near, place.x() >= self.width() - near
        top, bottom = place.y() <= near, place.y() >= self.height() - near
        return (left, top, right, bottom) if (left or right) and (top or bottom) else _ALL

    def _change(self, frame: Box, x: float, y: float, sides: _Sides) -> None:
        """Move some sides of a frame by shares of the picture, as far as it goes."""
        left, top, right, bottom = frame
        if all(sides):
            x, y = min(max(x, -left), 1 - right), min(max(y, -top), 1 - bottom)
        left, top = left + x * sides[0], top + y * sides[1]
        right, bottom = right + x * sides[2], bottom + y * sides[3]
        left, right = _apart(left, right, sides[0])
        top, bottom = _apart(top, bottom, sides[1])
        if (left, top, right, bottom) != self._frame:
            self._frame = left, top, right, bottom
            self._place()
            self.update()
            self.crop_changed.emit(self._frame)


def _apart(low: float, high: float, is_low: bool) -> tuple[float, float]:
    """Two sides within the picture, of which the one that moves stays `_SMALLEST` apart from the other."""
    if is_low:
        return min(max(low, 0.0), high - _SMALLEST), high
    return low, max(min(high, 1.0), low + _SMALLEST)


def _around(box: Box) -> Box:
    """A box with a margin, within the picture."""
    left, top, right, bottom = box
    return max(left - _MARGIN, 0.0), max(top - _MARGIN, 0.0), min(right + _MARGIN, 1.0), min(bottom + _MARGIN, 1.0)
