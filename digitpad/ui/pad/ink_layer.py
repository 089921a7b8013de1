"""Ink as a picture in device pixels, kept up to date piece by piece.

Finished ink is painted once into an image; a change repaints only what it touched. The stroke that grows is painted on
top as one path of at most `_CHUNK` pieces; when that is full it goes into the image too. So the cost of a new point
depends neither on the number of strokes nor on the length of the one that grows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from digitpad.ink.geometry import smooth
from digitpad.ink.outline import CURVE_STEP, outline
from digitpad.ink.strokes import PAD_SIDE, PRESSURE, Floats, Ink, Picture, Stroke, pressure_width

_CHUNK = 16
"""Points that the open end of a growing stroke has at most."""

_KEPT_CHANGES, _KEPT_BYTES = 256, 64 << 20
"""Most that is kept of what changes painted over, so that undo puts it back: a thousand strokes that cross take 130 ms
to paint anew."""

_MARGIN = 2.0
"""Pixels round a change that are painted anew for antialiasing's sake."""

_ELEMENT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])


@dataclass(frozen=True)
class View:
    """Where the pad lies in the widget: widget coordinates are canvas units times `scale` plus `left` and `top`."""

    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    @staticmethod
    def fit(size: QSize) -> View:
        """The pad as a square as large as fits, in the middle of the widget."""
        side = max(1, min(size.width(), size.height()))
        return View(side / PAD_SIDE, (size.width() - side) / 2, (size.height() - side) / 2)

    def to_canvas(self, position: QPointF) -> tuple[float, float]:
        """A place in the widget in canvas units."""
        return (position.x() - self.left) / self.scale, (position.y() - self.top) / self.scale

    def to_widget(self, bounds: tuple[float, float, float, float], reach: float) -> QRect:
        """The widget's pixels that ink within some bounds covers when its lines reach that far from their middle."""
        left, top, right, bottom = bounds
        corner = QPointF((left - reach) * self.scale + self.left, (top - reach) * self.scale + self.top)
        other = QPointF((right + reach) * self.scale + self.left, (bottom + reach) * self.scale + self.top)
        return QRectF(corner, other).adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN).toAlignedRect()


class InkLayer:
    """Paints ink for a widget. Methods that change the picture return the part of the widget that shows the change."""

    def __init__(self) -> None:
        self._paths: WeakKeyDictionary[Stroke, QPainterPath] = WeakKeyDictionary()
        self._colour, self._paper = QColor(), QColor()
        self._rect = QRect()
        self._ink = Ink()
        self.view = View()
        self._finished = QImage()
        self._image = QImage()  # the finished ink with the full chunks of the growing stroke
        self._full = QRect()  # where the two may differ
        self._kept: deque[tuple[Ink, QPoint, QImage]] = deque(maxlen=_KEPT_CHANGES)  # ink and pixels before a change
        self._open = QPainterPath()
        self._open_from = 0

    def fits(self, size: QSize, ratio: float) -> bool:
        """Whether the picture is made for that size and device pixel ratio."""
        return self._rect.size() == size and self._finished.devicePixelRatio() == ratio

    def rebuild(self, size: QSize, ratio: float, colour: QColor, paper: QColor) -> None:
        """Paint finished ink anew for a widget's size and device pixel ratio; a growing stroke is forgotten."""
        self._colour, self._paper = colour, paper
        self._rect = QRect(QPoint(0, 0), size)
        self.view = View.fit(size)
        pixels = QSize(int(np.ceil(size.width() * ratio)), int(np.ceil(size.height() * ratio)))
        self._finished = QImage(pixels, QImage.Format.Format_RGB32)
        self._finished.setDevicePixelRatio(ratio)
        self._image = QImage(self._finished)
        self._kept.clear()
        self._repaint(self._rect)
        self._full = self._rect
        self.discard()

    def show(self, ink: Ink, within: QRect | None = None) -> QRect:
        """Show some finished ink; a growing stroke is forgotten.

        Args:
            ink: the ink.
            within: where in the widget it differs from what was shown at most, if that is known.

        Returns:
            The part of the widget in which it differs.
        """
        before, after = set(self._ink.strokes), set(ink.strokes)
        gone = [stroke for stroke in self._ink.strokes if stroke not in after]
        new = [stroke for stroke in ink.strokes if stroke not in before]
        region = QRect() if within is None else within
        if self._ink.picture is not ink.picture:
            region = self._rect
        elif within is None:
            for stroke in (*gone, *new):
                region = region.united(self._covered(stroke))
        region = region.intersected(self._rect)
        if self._finished.isNull():  # not on a screen yet
            self._ink = ink
            return region
        only_added = not gone and self._ink.picture is ink.picture
        shown, self._ink = self._ink, ink
        if not self._put_back(ink):
            self._keep(shown, region)
            if only_added:
                self._draw(new, region)
            else:
                self._repaint(region)
        self._full = self._full.united(region)
        self.discard()
        return region

    def grow(self, points: Floats, width: float) -> QRect:
        """Show a growing stroke, whose points but the last ones have been shown before."""
        while len(points) - self._open_from > _CHUNK:
            self._bake(points, width)
        curve = smooth(points[self._open_from :], CURVE_STEP)
        self._open = _path(curve[1:] if self._open_from else curve, width)
        low, high = points[-4:, :2].min(axis=0), points[-4:, :2].max(axis=0)
        widest = float(pressure_width(width, points[-4:, PRESSURE]).max())
        return self.view.to_widget((*low, *high), widest / 2).intersected(self._rect)

    def discard(self) -> None:
        """Forget the growing stroke."""
        if not self._full.isEmpty():
            painter = QPainter(self._image)
            painter.setClipRect(self._full)
            painter.drawImage(0, 0, self._finished)
            painter.end()
        self._full = QRect()
        self._open = QPainterPath()
        self._open_from = 0

    def paint(self, painter: QPainter) -> None:
        """Paint the ink, as far as the painter's clip lets it."""
        painter.drawImage(0, 0, self._image)
        if not self._open.isEmpty():
            self._fill(painter, [self._open])

    def _bake(self, points: Floats, width: float) -> None:
        """Put the full chunk into the image; the open one goes on at the middle between its last two points."""
        end = self._open_from + _CHUNK - 2
        curve = smooth(points[self._open_from : end + 1], CURVE_STEP)[1 if self._open_from else 0 : -1]
        path = _path(curve, width)
        painter = QPainter(self._image)
        self._fill(painter, [path])
        painter.end()
        box = path.controlPointRect()
        self._full = self._full.united(self.view.to_widget((box.left(), box.top(), box.right(), box.bottom()), 0.0))
        self._open_from = end - 1

    def _keep(self, ink: Ink, region: QRect) -> None:
        """Keep a region's pixels, which show some ink and are to be painted over."""
        if not region.isEmpty():
            ratio = self._finished.devicePixelRatio()
            scaled = QRectF(QPointF(region.topLeft()) * ratio, QSizeF(region.size()) * ratio)
            pixels = scaled.toAlignedRect().intersected(self._finished.rect())
            self._kept.append((ink, pixels.topLeft(), self._finished.copy(pixels)))
            self._kept[-1][2].setDevicePixelRatio(1.0)
            while sum(image.sizeInBytes() for _, _, image in self._kept) > _KEPT_BYTES:
                self._kept.popleft()

    def _put_back(self, ink: Ink) -> bool:
        """Take back the changes made since some ink was shown, if what they painted over is all kept."""
        if all(kept is not ink for kept, _, _ in self._kept):
            return False
        ratio, kept = self._finished.devicePixelRatio(), None
        self._finished.setDevicePixelRatio(1.0)
        painter = QPainter(self._finished)
        while kept is not ink:
            kept, place, image = self._kept.pop()
            painter.drawImage(place, image)
        painter.end()
        self._finished.setDevicePixelRatio(ratio)
        return True

    def _repaint(self, region: QRect) -> None:
        painter = QPainter(self._finished)
        painter.setClipRect(region)
        painter.fillRect(region, self._paper)
        if self._ink.picture is not None:
            _draw_picture(painter, self._ink.picture, self.view)
        painter.end()
        self._draw(self._ink.strokes, region)

    def _draw(self, strokes: Iterable[Stroke], region: QRect) -> None:
        """Draw those of some strokes that touch a region, inside it."""
        touched = [stroke for stroke in strokes if self._covered(stroke).intersects(region)]
        for stroke in touched:
            if stroke not in self._paths:
                self._paths[stroke] = _path(smooth(stroke.points, CURVE_STEP), stroke.width)
        painter = QPainter(self._finished)
        painter.setClipRect(region)
        self._fill(painter, [self._paths[stroke] for stroke in touched])
        painter.end()

    def _fill(self, painter: QPainter, paths: list[QPainterPath]) -> None:
        """Fill paths given in canvas units."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.view.left, self.view.top)
        painter.scale(self.view.scale, self.view.scale)
        for path in paths:
            painter.fillPath(path, self._colour)
        painter.restore()

    def _covered(self, stroke: Stroke) -> QRect:
        widest = float(pressure_width(stroke.width, stroke.points[:, PRESSURE]).max())
        return self.view.to_widget(stroke.bounds, widest / 2)


def _path(curve: Floats, width: float) -> QPainterPath:
    """A line's outline in canvas units, to be filled by winding.

    The path is read from a stream, in Qt's own format of it: made point by point in Python it takes ten times as long.
    """
    polygons = outline(curve, width)
    corners = np.concatenate(polygons)
    elements = np.empty(len(corners), _ELEMENT)
    elements["type"] = QPainterPath.ElementType.LineToElement.value
    starts = np.cumsum([0] + [len(polygon) for polygon in polygons[:-1]])
    elements["type"][starts] = QPainterPath.ElementType.MoveToElement.value
    elements["x"], elements["y"] = corners.T
    ends = np.array([starts[-1], Qt.FillRule.WindingFill.value], ">i4")
    data = QByteArray(np.array([len(corners)], ">i4").tobytes() + elements.tobytes() + ends.tobytes())
    path = QPainterPath()
    QDataStream(data) >> path
    return path


def _draw_picture(painter: QPainter, picture: Picture, view: View) -> None:
    """A picture as large as fits on the pad, in its middle."""
    height, width = picture.pixels.shape[:2]
    pixels = np.ascontiguousarray(picture.pixels)
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    side = PAD_SIDE * view.scale
    size = QSizeF(width, height).scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
    corner = QPointF(view.left + (side - size.width()) / 2, view.top + (side - size.height()) / 2)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(corner, size), image)
