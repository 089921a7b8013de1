"""The outlines of strokes as paths that Qt fills, made when they are first seen, of long strokes part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, Qt
from PySide6.QtGui import QPainterPath

from digitpad.ink.geometry import smooth
from digitpad.ink.outline import CURVE_STEP, outline
from digitpad.ink.strokes import Floats, Stroke

REACH = 0.8
"""How far from its centre line a stroke covers the pad at most, at full pressure, in widths of its pen."""

_PART = 1024
"""Points of a stroke that are painted as one path; where the rims of two meet, they are a little darker."""

_ELEMENT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])


_SPARE = 100
"""Strokes whose paths are kept though they are not on the pad, beside as many as are: undo may bring them back."""


class StrokePaths:
    """The paths of strokes, in canvas units, kept while they may be seen: undo keeps strokes without a limit."""

    def __init__(self) -> None:
        self._strokes: dict[Stroke, _Parts] = {}

    def keep(self, strokes: Sequence[Stroke]) -> None:
        """Forget the paths of other strokes than these, once there are many."""
        if len(self._strokes) > 2 * len(strokes) + _SPARE:
            self._strokes = {stroke: self._strokes[stroke] for stroke in strokes if stroke in self._strokes}

    def of(self, strokes: Iterable[Stroke], area: Floats | None = None) -> Iterator[QPainterPath]:
        """The outlines of strokes, of long ones those that may touch an area, as left, top, right and bottom."""
        for stroke in strokes:
            if stroke not in self._strokes:
                self._strokes[stroke] = _Parts(stroke)
            yield from self._strokes[stroke].within(area)


class _Parts:
    """The outlines of a stroke's parts."""

    def __init__(self, stroke: Stroke) -> None:
        points, last = stroke.points, max(len(stroke.points) - 1, 1)
        # a part goes from the middle of one line between two points to the middle of another, where curves meet
        starts = range(0, max(last - 1, 1), _PART)
        self._points, self._width = points, stroke.width
        self._spans = [(start, min(start + _PART + 1, last)) for start in starts]
        parts = [points[start : end + 1, :2] for start, end in self._spans]
        corners = np.array([(part.min(axis=0), part.max(axis=0)) for part in parts]) if len(parts) > 1 else np.empty(0)
        self._boxes = corners.reshape(-1, 4) + np.array([-1, -1, 1, 1]) * REACH * stroke.width
        self._paths: dict[int, QPainterPath] = {}

    def within(self, area: Floats | None) -> Iterator[QPainterPath]:
        parts = list(range(len(self._spans)))
        if area is not None and len(parts) > 1:
            parts = np.flatnonzero(meet(self._boxes, area)).tolist()
        for part in parts:
            if part not in self._paths:
                start, end = self._spans[part]
                curve = smooth(self._points[start : end + 1], CURVE_STEP)
                curve = curve[1 if start else 0 : None if part == len(self._spans) - 1 else -1]
                self._paths[part] = filled_path(curve, self._width)
            yield self._paths[part]


def meet(boxes: Floats, area: Floats) -> NDArray[np.bool_]:
    """Which boxes, (n, 4), have something in common with another, all as left, top, right and bottom."""
    return np.asarray(((boxes[:, :2] <= area[2:]) & (boxes[:, 2:] >= area[:2])).all(axis=1))


def filled_path(curve: Floats, width: float) -> QPainterPath:
    """A line's outline in canvas units, to be filled by winding; for its arguments see `outline`.

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
