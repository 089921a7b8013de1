"""Where the pad lies in its widget."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize

from digitpad.ink.strokes import PAD_SIDE, Floats

_MARGIN = 2.0
"""Pixels round a change that are painted anew for antialiasing's sake."""


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
        return (position.x() - self.left) / self.scale, (position.y() - self.top) / self.scale

    def area(self, region: QRect) -> Floats:
        """Left, top, right and bottom of a part of the widget in canvas units, with `_MARGIN`."""
        corners: Floats = np.array([(region.left(), region.top()), (region.right() + 1, region.bottom() + 1)])
        corners = (corners + np.array([[-_MARGIN], [_MARGIN]]) - (self.left, self.top)) / self.scale
        return corners.ravel()

    def rect(self, bounds: tuple[float, float, float, float]) -> QRectF:
        """The widget's part with some left, top, right and bottom in canvas units."""
        left, top, right, bottom = bounds
        corner = QPointF(left * self.scale + self.left, top * self.scale + self.top)
        return QRectF(corner, QPointF(right * self.scale + self.left, bottom * self.scale + self.top))

    def to_widget(self, bounds: tuple[float, float, float, float], reach: float) -> QRect:
        """The widget's pixels that ink within some bounds covers when its lines reach that far from their middle."""
        left, top, right, bottom = bounds
        covered = self.rect((left - reach, top - reach, right + reach, bottom + reach))
        return covered.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN).toAlignedRect()
