"""The map of the last hidden layer: test images as dots, near each other where the network finds them alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractAnimation, QEvent, QPointF, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.domain.data_info import Embedding
from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.format import numeral
from digitpad.ui.common.theme import current_theme, reduced_motion
from digitpad.ui.common.widgets import named
from digitpad.ui.map.paint import EmbeddingPainter

MOVE_MILLISECONDS = 300
"""How long dots take to their new places."""

SIDE_WIDTH = 288
"""Width of what stands beside the map, in pixels."""

_GAP = 16
_REACH = 8.0  # pixels within which a dot is under the cursor
_VOTERS = 5  # dots next to the drawing that say whose cluster it is in

Points = NDArray[np.float32]


class EmbeddingMapView(QWidget):
    """A square map with a legend beside it; the person's drawing is a ring with a cross in it.

    A dot under the cursor, or chosen with the arrow keys, shows its test image and says which digit that is.
    """

    shown_changed = Signal(bool)  # whether it can be seen from now on; a map that nobody sees need not be computed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "embedding_map", self.tr("Map of the last hidden layer"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._embedding: Embedding | None = None
        self._images: NDArray[np.uint8] | None = None
        self.drawing: tuple[float, float] | None = None
        """Where the person's drawing is on the map, within -1…1; None where it is not."""
        self._from: Points = np.zeros((0, 2), np.float32)
        self._drawing_from: tuple[float, float] | None = None
        self._selected: int | None = None
        self._busy = False
        self._move = QVariantAnimation(self, duration=MOVE_MILLISECONDS, startValue=0.0, endValue=1.0)
        self._move.valueChanged.connect(lambda _share: self.update())
        self._painter = EmbeddingPainter(current_theme())
        self._dots: QPixmap | None = None
        self._describe()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._painter, self._dots = EmbeddingPainter(current_theme()), None
        super().changeEvent(event)

    def set_images(self, pixels: NDArray[np.uint8]) -> None:
        """Take the test images of the map, uint8 (n, 28, 28), 255 is ink, to show the one under the cursor."""
        self._images = pixels
        self.update()

    def show_embedding(self, embedding: Embedding) -> None:
        """Show a map; dots of the one before move to their new places, unless reduced motion is asked for."""
        before, drawing_before = self._places()
        same = self._embedding is not None and np.array_equal(self._embedding.labels, embedding.labels)
        self._move.stop()
        self._embedding, self.drawing, self._dots = embedding, embedding.drawing, None
        if not same:
            self._selected = None
        if same and self.isVisible() and not reduced_motion():
            self._from, self._drawing_from = before, drawing_before
            self._move.start()
        self._describe()

    def move_drawing(self, point: tuple[float, float] | None) -> None:
        """Put the person's drawing at a place of the map, within -1…1, or nowhere."""
        if point != self.drawing:
            self.drawing, self._drawing_from = point, None
            self._describe()

    def clear(self) -> None:
        self._move.stop()
        self._embedding = self.drawing = self._selected = None
        self._describe()

    def show_busy(self, busy: bool) -> None:
        if busy != self._busy:
            self._busy = busy
            self._describe()

    def sizeHint(self) -> QSize:
        return QSize(260 + _GAP + SIDE_WIDTH, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(140 + _GAP + SIDE_WIDTH, 140)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._embedding is None:
                self._painter.paint_empty(painter, QRectF(self.rect()), self._empty_text(), self.hasFocus())
                return
            area, (points, drawing) = self._area(), self._places()
            self._painter.paint_frame(painter, area, self.hasFocus())
            if self._move.state() == QAbstractAnimation.State.Running:
                self._painter.paint_dots(painter, area, points, self._embedding.labels)
            else:
                painter.drawPixmap(0, 0, self._still_dots(area))
            if self._selected is not None:
                self._painter.paint_selected_dot(painter, area, points[self._selected])
            if drawing is not None:
                self._painter.paint_drawing(painter, area, drawing)
            left = area.right() + _GAP
            side = QRectF(left, 0, min(self.width() - left, SIDE_WIDTH), self.height())
            note = self.tr("Working out the next map…") if self._busy else self._count(self._embedding)
            digits = np.unique(self._embedding.labels).tolist()
            side.setTop(self._painter.paint_side(painter, side, self._title(self._embedding), note, digits))
            dot, images = self._selected, self._images
            image = None if dot is None or images is None or dot >= len(images) else images[dot]
            self._painter.paint_words(painter, side, self._drawing_text(), self._selected_text(), image)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._select(self._dot_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._select(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = -1 if self._embedding is None else len(self._embedding.labels) - 1
        key, now = Qt.Key(event.key()), self._selected
        after, before = (0, last) if now is None else (min(now + 1, last), max(now - 1, 0))
        dots = {Qt.Key.Key_Right: after, Qt.Key.Key_Down: after, Qt.Key.Key_Left: before, Qt.Key.Key_Up: before}
        dots |= {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        if key in dots and last >= 0:
            self._select(dots[key])
        elif key == Qt.Key.Key_Escape and now is not None:
            self._select(None)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown_changed.emit(False)

    def _area(self) -> QRectF:
        side = min(self.height(), max(self.width() - SIDE_WIDTH - _GAP, 100))
        return QRectF(0, 0, side, side)

    def _still_dots(self, area: QRectF) -> QPixmap:
        """The dots as a picture, painted once, so that a drawing that moves among them costs 1 ms instead of 5."""
        ratio = self.devicePixelRatio()
        size = QSize(round(area.width() * ratio), round(area.height() * ratio))
        if self._dots is None or self._dots.size() != size:
            assert self._embedding is not None
            self._dots = QPixmap(size)
            self._dots.setDevicePixelRatio(ratio)
            self._dots.fill(Qt.GlobalColor.transparent)
            with QPainter(self._dots) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._painter.paint_dots(painter, area, self._embedding.points, self._embedding.labels)
        return self._dots

    def _places(self) -> tuple[Points, tuple[float, float] | None]:
        """Where the dots and the drawing are now, within -1…1."""
        if self._embedding is None:
            return np.zeros((0, 2), np.float32), None
        points, drawing = self._embedding.points, self.drawing
        if self._move.state() != QAbstractAnimation.State.Running:
            return points, drawing
        share = float(self._move.currentValue())
        if drawing is not None and self._drawing_from is not None:
            (x, y), (x0, y0) = drawing, self._drawing_from
            drawing = x0 + (x - x0) * share, y0 + (y - y0) * share
        return self._from + (points - self._from) * np.float32(share), drawing

    def _dot_at(self, position: QPointF) -> int | None:
        points, _ = self._places()
        if not len(points):
            return None
        away = self._painter.to_pixels(self._area(), points) - (position.x(), position.y())
        distances = np.hypot(away[:, 0], away[:, 1])
        nearest = int(distances.argmin())
        return nearest if distances[nearest] <= _REACH else None

    def _select(self, dot: int | None) -> None:
        if dot != self._selected:
            self._selected = dot
            self._describe()

    def _nearest_cluster(self) -> int | None:
        """The digit of most dots next to the drawing."""
        if self._embedding is None or self.drawing is None or not len(self._embedding.points):
            return None
        away = self._embedding.points - np.array(self.drawing, np.float32)
        voters = np.argsort(np.hypot(away[:, 0], away[:, 1]))[:_VOTERS]
        return int(np.bincount(self._embedding.labels[voters], minlength=CLASSES).argmax())

    def _empty_text(self) -> str:
        if self._busy:
            return self.tr("Working out the first map…")
        return self.tr("While a network trains, a map of how it sees test images appears here.")

    def _title(self, embedding: Embedding) -> str:
        return self.tr("After {step} steps").format(step=numeral(embedding.step))

    def _count(self, embedding: Embedding) -> str:
        return self.tr("{count} test images; near means alike").format(count=numeral(len(embedding.labels)))

    def _drawing_text(self) -> str:
        cluster = self._nearest_cluster()
        return "" if cluster is None else self.tr("your digit, nearest to the {digit}s").format(digit=cluster)

    def _selected_text(self) -> str:
        if self._selected is None or self._embedding is None:
            return ""
        digit = int(self._embedding.labels[self._selected])
        return self.tr("test image {number}: a {digit}").format(number=self._selected + 1, digit=digit)

    def _describe(self) -> None:
        """Show, and say: the step, how many dots, where the drawing is, and the selected dot."""
        self.update()
        if self._embedding is None:
            said = [self._empty_text()]
        else:
            busy = self.tr("Working out the next map") if self._busy else ""
            shown = f"{self._title(self._embedding)}: {self._count(self._embedding)}"
            said = [shown, self._drawing_text(), self._selected_text(), busy]
        text = ". ".join(part.rstrip(".") for part in said if part)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
        self.setToolTip(self._selected_text())
