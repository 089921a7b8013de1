"""The map as a picture that is zoomed and moved: a mark with its digit for each image, and the drawing among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractAnimation,
    QEvent,
    QPoint,
    QPointF,
    QSize,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy

from digitpad.ui.common.theme import current_theme, reduced_motion, text_font, text_scale
from digitpad.ui.common.widgets import named
from digitpad.ui.views.map.marks import Callout, paint_callout, paint_mark, sprite_of
from digitpad.ui.views.view import Figure

GLIDE_MILLISECONDS = 300
"""How long marks take to their new places."""

_MARK = 13.0  # diameter in pixels at the usual text size
_MARGIN = 12.0
_CLOSEST = 40.0  # times as large as the whole map
_ZOOM, _PAN = 1.5, 0.15  # by a key; the second in sides of what is seen

Points = NDArray[np.float32]
Place = tuple[float, float]

_CENTRED = int(Qt.AlignmentFlag.AlignCenter)


class MapFigure(Figure):
    """Marks within -1…1. The wheel zooms about the pointer, dragging moves; keys do both, and go from mark to mark.

    Signals:
        hovered: the number of the mark under the pointer or the keyboard's, None where there is none.
    """

    hovered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        keys = self.tr(
            "Turn the wheel to zoom, drag to move, click twice to see all.\nThe arrow keys go from image to image, "
            "with Shift they move the map; + and - zoom, 0 shows all."
        )
        named(self, "map_figure", self.tr("Map of the last hidden layer"), keys)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._invitation = ""
        self._from = self._to = np.zeros((0, 2), np.float32)
        self._labels = np.zeros(0, np.int64)
        self._wrong = np.zeros(0, bool)
        self._middle, self._zoom = (0.0, 0.0), 1.0
        self._drawing: Place | None = None
        self._neighbours: Sequence[int] = ()
        self._marked: int | None = None
        self._callout: Callout | None = None
        self._pressed: QPointF | None = None
        self._ground: QPixmap | None = None  # the marks as they are seen now
        self._glide = QVariantAnimation(self, duration=GLIDE_MILLISECONDS, startValue=0.0, endValue=1.0)
        self._glide.valueChanged.connect(self._repaint_marks)

    def show_points(
        self, points: Points, labels: NDArray[np.int64], wrong: NDArray[np.bool_], *, glides: bool = True
    ) -> None:
        """Paint marks at other places.

        Args:
            points: float32 (n, 2), within -1…1.
            labels: which digits, (n,).
            wrong: which images are read wrong, (n,).
            glides: whether marks may move there by and by, where they are as many as before.
        """
        if points is self._to and labels is self._labels and wrong is self._wrong:
            return
        self._from, self._to, self._labels, self._wrong = self._points, points, labels, wrong
        self._glide.stop()
        if glides and len(self._from) == len(points) and self.isVisible() and not reduced_motion():
            self._glide.start()
        self._repaint_marks()

    def show_invitation(self, words: str) -> None:
        """Say this for as long as there are no marks."""
        if words != self._invitation:
            self._invitation = words
            self._repaint_marks()

    def show_drawing(self, place: Place | None, neighbours: Sequence[int]) -> None:
        """Put the drawing somewhere, or nowhere, with lines to the marks that are nearest to it in feature space."""
        if (place, neighbours) != (self._drawing, self._neighbours):
            self._drawing, self._neighbours = place, neighbours
            self.update()

    def mark(self, number: int | None, callout: Callout | None) -> None:
        """Put a ring round a mark, with something said beside it, or round none."""
        self._marked, self._callout = number, callout
        if number is not None and not self.rect().contains(self._at(self._points[number]).toPoint()):
            self._middle = tuple(self._points[number].tolist())
            self._repaint_marks()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 250)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 220)

    @property
    def _points(self) -> Points:
        """Where the marks are now."""
        if self._glide.state() != QAbstractAnimation.State.Running or len(self._from) != len(self._to):
            return self._to
        return self._from + (self._to - self._from) * np.float32(self._glide.currentValue())

    # Painting.

    def paintEvent(self, _event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._ground is None or self._ground.size() != self.size() * ratio:
            self._ground = QPixmap(self.size() * ratio)
            self._ground.setDevicePixelRatio(ratio)
            with QPainter(self._ground) as painter:
                self._draw_marks(painter, is_quick=True)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._ground)
            self._draw_rest(painter)

    def draw(self, painter: QPainter) -> None:
        """Paint all of it, sharp in any size."""
        self._draw_marks(painter, is_quick=False)
        self._draw_rest(painter)

    def _draw_marks(self, painter: QPainter, *, is_quick: bool) -> None:
        theme = current_theme()
        painter.fillRect(self.rect(), QColor(theme.surface))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not len(self._to):
            painter.setPen(QColor(theme.quiet))
            painter.setFont(text_font())
            inside = self.rect().adjusted(16, 16, -16, -16)
            painter.drawText(inside, _CENTRED | int(Qt.TextFlag.TextWordWrap), self._invitation)
            return
        painter.setClipRect(self.rect())
        places = self._all_at(self._points)
        size = self._mark_size
        seen = ((places > -size) & (places < (self.width() + size, self.height() + size))).all(axis=1)
        # Those that are read wrong come last, so that none of them is hidden.
        for number in [*np.flatnonzero(seen & ~self._wrong).tolist(), *np.flatnonzero(seen & self._wrong).tolist()]:
            kind = int(self._labels[number]), bool(self._wrong[number]), theme, size
            at = QPointF(*places[number].tolist())
            if is_quick:
                sprite = sprite_of(*kind, self.devicePixelRatioF())
                half = sprite.deviceIndependentSize().width() / 2
                painter.drawImage(at - QPointF(half, half), sprite)
            else:
                paint_mark(painter, at, *kind)

    def _draw_rest(self, painter: QPainter) -> None:
        """The drawing, the lines to its neighbours, and the mark that is looked at."""
        if not len(self._to):
            return
        theme, size, points = current_theme(), self._mark_size, self._points
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._drawing is not None:
            at = self._at(self._drawing)
            painter.setPen(QPen(QColor(theme.accent), 2))
            for number in self._neighbours:
                painter.drawLine(at, self._at(points[number]))
            radius = size * 0.75
            for colour, width in ((theme.surface, 5.0), (theme.accent, 2.5)):
                painter.setPen(QPen(QColor(colour), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(at, radius, radius)
                painter.drawLine(at - QPointF(radius * 1.6, 0), at + QPointF(radius * 1.6, 0))
                painter.drawLine(at - QPointF(0, radius * 1.6), at + QPointF(0, radius * 1.6))
        if self._marked is not None and self._marked < len(points):
            at = self._at(points[self._marked])
            for colour, width in ((theme.surface, 5.0), (theme.text, 2.0)):
                painter.setPen(QPen(QColor(colour), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(at, size * 0.8, size * 0.8)
            if self._callout is not None:
                paint_callout(painter, at, self._callout, size + 4, self.size())

    def _repaint_marks(self) -> None:
        self._ground = None
        self.update()

    # Where things are.

    @property
    def _mark_size(self) -> float:
        size: float = _MARK * text_scale() * min(self._zoom**0.35, 2.0)
        return round(2 * size) / 2

    @property
    def _unit(self) -> float:
        """Pixels of the map's own unit."""
        side = min(self.width(), self.height()) - 2 * _MARGIN * text_scale()
        return max(side / 2, 1.0) * self._zoom

    def _all_at(self, points: Points) -> NDArray[np.float64]:
        middle = np.array((self.width() / 2, self.height() / 2))
        return middle + (points.astype(np.float64) - self._middle) * (self._unit, -self._unit)

    def _at(self, point: Place | Points) -> QPointF:
        x, y = self._all_at(np.asarray([point], np.float32))[0].tolist()
        return QPointF(x, y)

    def _nearest(self, position: QPointF) -> int | None:
        """The mark under a place."""
        if not len(self._to):
            return None
        away = np.hypot(*(self._all_at(self._points) - (position.x(), position.y())).T)
        nearest = int(away.argmin())
        return nearest if away[nearest] <= self._mark_size * 0.7 else None

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Show things so many times as large, while the place that is zoomed about stays where it is."""
        about = about or QPointF(self.width() / 2, self.height() / 2)
        before = self._unit
        self._zoom = min(max(self._zoom * factor, 1.0), _CLOSEST)
        away = about - QPointF(self.width() / 2, self.height() / 2)
        shift = 1 / before - 1 / self._unit
        self._move_to(self._middle[0] + away.x() * shift, self._middle[1] - away.y() * shift)

    def show_whole(self) -> None:
        """Show all of the map."""
        self._zoom = 1.0
        self._move_to(0.0, 0.0)

    def _move_to(self, x: float, y: float) -> None:
        self._middle = min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0)
        self._repaint_marks()

    # What a person does.

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(_ZOOM ** (event.angleDelta().y() / 240), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = event.position() - self._pressed
            self._pressed = event.position()
            self._move_to(self._middle[0] - moved.x() / self._unit, self._middle[1] + moved.y() / self._unit)
        else:
            self.hovered.emit(self._nearest(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        self.hovered.emit(self._nearest(event.position()))

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.show_whole()

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, is_shifted = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        ways = {
            Qt.Key.Key_Left: QPoint(-1, 0),
            Qt.Key.Key_Right: QPoint(1, 0),
            Qt.Key.Key_Up: QPoint(0, -1),
            Qt.Key.Key_Down: QPoint(0, 1),
        }
        if key in ways and is_shifted:
            way = ways[Qt.Key(key)]
            step = 2 * _PAN / self._zoom
            self._move_to(self._middle[0] + way.x() * step, self._middle[1] - way.y() * step)
        elif key in ways and len(self._to):
            self.hovered.emit(self._next(ways[Qt.Key(key)]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_ZOOM)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / _ZOOM)
        elif key == Qt.Key.Key_0:
            self.show_whole()
        elif key == Qt.Key.Key_Escape and self._marked is not None:
            self.hovered.emit(None)
        else:
            super().keyPressEvent(event)

    def _next(self, way: QPoint) -> int | None:
        """The nearest mark in a direction from the marked one; from the drawing, or the middle, where none is."""
        places = self._all_at(self._points)
        if self._marked is None:
            start = self._at(self._drawing or self._middle)
            return int(np.hypot(*(places - (start.x(), start.y())).T).argmin())
        away = places - places[self._marked]
        ahead = away @ (way.x(), way.y())
        aside = np.abs(away @ (way.y(), way.x()))
        cost = np.where((ahead > 0) & (ahead >= aside), ahead + aside, np.inf)
        nearest = int(cost.argmin())
        return nearest if np.isfinite(cost[nearest]) else self._marked

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._repaint_marks()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._repaint_marks()
