"""Ink as a picture in device pixels, kept up to date piece by piece.

Finished ink is painted once into an image; a change repaints only what it touched, tile by tile, and what takes long
goes on in `work`, so that no event waits for it. Long strokes are painted in parts, whose outlines are made when they
are first seen. The stroke that grows is painted on top as one path of at most `_CHUNK` pieces; when that is full it
goes into the image too. So the cost of a new point depends neither on the number of strokes nor on the length of the
one that grows.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from digitpad.ink.geometry import smooth
from digitpad.ink.outline import CURVE_STEP
from digitpad.ink.strokes import PRESSURE, Floats, Ink, Picture, Stroke, pressure_width
from digitpad.ui.pad.stroke_paths import REACH, StrokePaths, filled_path, meet
from digitpad.ui.pad.view import View

_CHUNK = 16
"""Points that the open end of a growing stroke has at most."""

_KEPT_FROM, _KEPT_CHANGES, _KEPT_BYTES = 2000, 256, 64 << 20
"""Points in a changed region from which on its pixels are kept, so that undo puts them back, and most that is kept: a
thousand strokes that cross take 130 ms to paint anew; a few take no longer than putting them back."""

_AT_ONCE, _SLICE = 4000, 0.008
"""Points painted whatever it takes, so that a small drawing appears in one step, a path counting as `_PATH` more; after
that, seconds that a slice of the work may take."""

_PATH, _CORNERS = 40, 8
"""What filling a path costs, in points, and corners of an outline for each point of a stroke, roughly."""

_TILE = 128
"""Side in pixels of the tiles in which a crowd of strokes is painted anew."""


@dataclass
class _Tile:
    """A part of the widget that is to be painted anew: a picture of it in device pixels, and what that still lacks."""

    region: QRect
    place: QPoint = field(default_factory=QPoint)
    image: QImage = field(default_factory=QImage)
    paths: Iterator[QPainterPath] = field(default_factory=lambda: iter(()))


class InkLayer:
    """Paints ink for a widget. Methods that change the picture return the part of the widget that shows the change."""

    def __init__(self) -> None:
        self._paths = StrokePaths()
        self._colour, self._paper = QColor(), QColor()
        self._rect, self._ink, self.view = QRect(), Ink(), View()
        self._finished = QImage()
        self._image = QImage()  # the finished ink with the full chunks of the growing stroke
        self._full = QRect()  # where the two may differ
        self._kept: deque[tuple[Ink, QPoint, QImage]] = deque(maxlen=_KEPT_CHANGES)  # ink and pixels before a change
        self._tiles: deque[_Tile] = deque()  # the first may be half painted
        self._open, self._open_from = QPainterPath(), 0

    @property
    def is_unfinished(self) -> bool:
        return bool(self._tiles)

    def fits(self, size: QSize, ratio: float) -> bool:
        return self._rect.size() == size and self._finished.devicePixelRatio() == ratio

    def rebuild(self, size: QSize, ratio: float, colour: QColor, paper: QColor) -> None:
        """Paint finished ink anew for a widget's size and device pixel ratio; a growing stroke is forgotten."""
        self._colour, self._paper = colour, paper
        self._rect = QRect(QPoint(0, 0), size)
        self.view = View.fit(size)
        pixels = QSize(int(np.ceil(size.width() * ratio)), int(np.ceil(size.height() * ratio)))
        self._finished = QImage(pixels, QImage.Format.Format_RGB32)
        self._finished.fill(paper)
        self._finished.setDevicePixelRatio(ratio)
        self._image = QImage(self._finished)
        self._kept.clear()
        self._tiles.clear()
        self._full, self._open, self._open_from = QRect(), QPainterPath(), 0
        self._repaint(self._rect)

    def show(self, ink: Ink, within: QRect | None = None) -> QRect:
        """Show some finished ink, which differs `within` a part of the widget at most; a growing stroke goes."""
        new, only_added = [], False
        if self._ink.picture is not ink.picture:
            within = self._rect
        elif within is None:
            before, after = set(self._ink.strokes), set(ink.strokes)
            new = [stroke for stroke in ink.strokes if stroke not in before]
            gone = [stroke for stroke in self._ink.strokes if stroke not in after]
            within, only_added = self._covered([*gone, *new]), not gone
        region = within.intersected(self._rect)
        shown, self._ink = self._ink, ink
        self._paths.keep(ink.strokes)
        if self._finished.isNull():  # not on a screen yet
            return region
        put_back = self._put_back(ink)
        if not put_back:
            self._keep(shown, region)
        drawn = only_added and not put_back and _cost(new) <= _AT_ONCE
        if drawn:
            with QPainter(self._finished) as painter:
                painter.setClipRect(region)
                self._fill(painter, self._paths.of(new))
        self._full = self._full.united(region)
        self.discard()
        if not put_back and (self._tiles or not drawn):
            self._repaint(region)
        return region

    def work(self) -> QRect:
        """Paint on for a moment, unless a stroke is growing; returns the part of the widget that is done."""
        end, cost, done, is_over = time.perf_counter() + _SLICE, 0, QRect(), False

        def for_a_moment(paths: Iterator[QPainterPath]) -> Iterator[QPainterPath]:
            nonlocal cost, is_over
            for path in paths:
                yield path
                cost += path.elementCount() // _CORNERS + _PATH
                if cost > _AT_ONCE and time.perf_counter() > end:
                    is_over = True
                    return

        while self._tiles and self._open.isEmpty():
            tile = self._tiles[0]
            if tile.image.isNull():
                self._begin(tile)
            with QPainter(tile.image) as painter:
                painter.translate(-tile.place)
                painter.scale(self._ratio, self._ratio)
                self._fill(painter, for_a_moment(tile.paths))
            if is_over:
                return done
            for image in (self._finished, self._image):
                _put(image, [(tile.place, tile.image)])
            done = done.united(tile.region)
            self._tiles.popleft()
        return done

    def grow(self, points: Floats, width: float) -> QRect:
        """Show a growing stroke, whose points but the last ones have been shown before."""
        while len(points) - self._open_from > _CHUNK:
            self._bake(points, width)
        curve = smooth(points[self._open_from :], CURVE_STEP)
        self._open = filled_path(curve[1:] if self._open_from else curve, width)
        low, high = points[-4:, :2].min(axis=0), points[-4:, :2].max(axis=0)
        widest = float(pressure_width(width, points[-4:, PRESSURE]).max())
        return self.view.to_widget((*low, *high), widest / 2).intersected(self._rect)

    def discard(self) -> None:
        """Forget the growing stroke."""
        if not self._full.isEmpty():
            with QPainter(self._image) as painter:
                painter.setClipRect(self._full)
                painter.drawImage(0, 0, self._finished)
        self._full, self._open, self._open_from = QRect(), QPainterPath(), 0

    def paint(self, painter: QPainter) -> None:
        """Paint the ink, as far as the painter's clip lets it."""
        painter.drawImage(0, 0, self._image)
        if not self._open.isEmpty():
            self._fill(painter, [self._open])

    def _bake(self, points: Floats, width: float) -> None:
        """Put the full chunk into the image; the open one goes on at the middle between its last two points."""
        end = self._open_from + _CHUNK - 2
        curve = smooth(points[self._open_from : end + 1], CURVE_STEP)[1 if self._open_from else 0 : -1]
        path = filled_path(curve, width)
        with QPainter(self._image) as painter:
            self._fill(painter, [path])
        box = path.controlPointRect()
        self._full = self._full.united(self.view.to_widget((box.left(), box.top(), box.right(), box.bottom()), 0.0))
        self._open_from = end - 1

    def _keep(self, ink: Ink, region: QRect) -> None:
        """Keep a region's pixels, which show some ink and are to be painted over, where painting them takes long.

        None are kept where some are not painted yet: what is put back is a whole series of changes.
        """
        if self._tiles or _cost(self._touching(region)) < _KEPT_FROM:
            self._kept.clear()
        elif not region.isEmpty():
            pixels = self._pixels(region)
            self._kept.append((ink, pixels.topLeft(), self._finished.copy(pixels)))
            self._kept[-1][2].setDevicePixelRatio(1.0)
            while sum(image.sizeInBytes() for _, _, image in self._kept) > _KEPT_BYTES:
                self._kept.popleft()

    def _put_back(self, ink: Ink) -> bool:
        """Take back the changes made since some ink was shown, if what they painted over is all kept."""
        if all(kept is not ink for kept, _, _ in self._kept):
            return False
        self._tiles.clear()  # when the last pixels were kept there were none
        images, kept = [], None
        while kept is not ink:
            kept, place, image = self._kept.pop()
            images.append((place, image))
        _put(self._finished, images)
        return True

    def _repaint(self, region: QRect) -> None:
        """Paint a region anew: a few strokes now, a crowd in tiles that `work` finishes."""
        if region.isEmpty():
            return
        begun = [tile for tile in self._tiles if not tile.image.isNull()]
        waiting = [tile for tile in self._tiles if tile.image.isNull() and not region.contains(tile.region)]
        tiles = [region]
        if _cost(self._touching(region)) > _AT_ONCE:
            tiles = [
                QRect(x, y, _TILE, _TILE).intersected(region)
                for y in range(region.top(), region.bottom() + 1, _TILE)
                for x in range(region.left(), region.right() + 1, _TILE)
            ]
        self._tiles = deque([*begun, *map(_Tile, tiles), *waiting])
        self.work()

    def _begin(self, tile: _Tile) -> None:
        pixels = self._pixels(tile.region)
        tile.place, tile.image = pixels.topLeft(), QImage(pixels.size(), QImage.Format.Format_RGB32)
        tile.image.fill(self._paper)
        if self._ink.picture is not None:
            with QPainter(tile.image) as painter:
                painter.translate(-tile.place)
                painter.scale(self._ratio, self._ratio)
                _draw_picture(painter, self._ink.picture, self.view)
        tile.paths = self._paths.of(self._touching(tile.region), self.view.area(tile.region))

    def _touching(self, region: QRect) -> list[Stroke]:
        """The strokes that may touch a region."""
        boxes = self._ink.boxes + np.array([-1, -1, 1, 1]) * REACH * self._ink.widths[:, None]
        return [self._ink.strokes[i] for i in np.flatnonzero(meet(boxes, self.view.area(region))).tolist()]

    def _pixels(self, region: QRect) -> QRect:
        """The device pixels of a region."""
        scaled = QRectF(QPointF(region.topLeft()) * self._ratio, QSizeF(region.size()) * self._ratio)
        return scaled.toAlignedRect().intersected(self._finished.rect())

    @property
    def _ratio(self) -> float:
        return self._finished.devicePixelRatio()

    def _covered(self, strokes: Sequence[Stroke]) -> QRect:
        """Where in the widget some strokes lie."""
        if not strokes:
            return QRect()
        return self.view.to_widget(Ink(tuple(strokes)).bounds, REACH * max(stroke.width for stroke in strokes))

    def _fill(self, painter: QPainter, paths: Iterable[QPainterPath]) -> None:
        """Fill paths given in canvas units."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.view.left, self.view.top)
        painter.scale(self.view.scale, self.view.scale)
        for path in paths:
            painter.fillPath(path, self._colour)
        painter.restore()


def _cost(strokes: Iterable[Stroke]) -> int:
    """What painting some strokes costs, in points."""
    return sum(len(stroke.points) + _PATH for stroke in strokes)


def _put(target: QImage, images: Iterable[tuple[QPoint, QImage]]) -> None:
    """Paint images over an image, one after the other, all in device pixels."""
    ratio = target.devicePixelRatio()
    target.setDevicePixelRatio(1.0)
    with QPainter(target) as painter:
        for place, image in images:
            painter.drawImage(place, image)
    target.setDevicePixelRatio(ratio)


def _draw_picture(painter: QPainter, picture: Picture, view: View) -> None:
    """A picture as large as fits on the pad, in its middle."""
    height, width = picture.pixels.shape[:2]
    pixels = np.ascontiguousarray(picture.pixels)
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    left, top, width_shown, height_shown = picture.place
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(view.rect((left, top, left + width_shown, top + height_shown)), image)
