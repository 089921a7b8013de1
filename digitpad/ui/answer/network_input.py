"""What the network sees: its 28×28 input, enlarged pixel by pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ink.raster.render import BOX, SIDE
from digitpad.ui.common.pixels import coloured, network_colours
from digitpad.ui.common.theme import LIGHT, current_theme
from digitpad.ui.common.widgets import describe

_CROSS = 1.5
"""Half the length of the cross at the centre of mass, in pixels of the network input."""


class NetworkInput(QWidget):
    """The image as large as whole pixels allow, light ink on dark ground as in MNIST whatever the theme.

    Over it, in the accent colour, lie the 20×20 box that the ink was fitted into, centred on the ink, and a cross at
    the centre of mass.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network_input")
        self.setAccessibleName(self.tr("Network input"))
        self._overlays = self.tr(
            "Dashed: the 20×20 box that the drawing is scaled to. Cross: its centre of mass, moved to the middle."
        )
        self.setToolTip(f"<p>{self._overlays}</p>")  # plain text would be one long line
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._pixels = np.zeros((SIDE, SIDE), dtype=np.uint8)
        self.show_input(None)

    def show_input(self, image: NDArray[np.uint8] | None) -> None:
        """Show an image.

        Args:
            image: uint8 (28, 28), 255 is ink, which is copied; None or all 0 for empty.

        Raises:
            ValueError: the image has another shape.
        """
        pixels = np.zeros((SIDE, SIDE), dtype=np.uint8) if image is None else np.array(image, dtype=np.uint8)
        if pixels.shape != (SIDE, SIDE):
            raise ValueError(f"the network input is {SIDE}×{SIDE} pixels, not {pixels.shape}")
        self._pixels = pixels
        if pixels.any():
            text = self.tr("28×28 image, ink in {count} of 784 pixels").format(count=np.count_nonzero(pixels))
            text = f"{text}. {self._overlays}"
        else:
            text = self.tr("Empty")
        describe(self, text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(6 * SIDE + 2, 6 * SIDE + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * SIDE + 2, 3 * SIDE + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, scale = current_theme(), self.devicePixelRatioF()
        border = max(1, round(scale))
        side = int(min(self.width(), self.height()) * scale) - 2 * border
        pixel = max(1, side // SIDE)
        side = pixel * SIDE
        with QPainter(self) as painter:
            painter.scale(1 / scale, 1 / scale)
            painter.fillRect(0, 0, side + 2 * border, side + 2 * border, QColor(theme.line))
            painter.translate(border, border)
            painter.drawImage(QRectF(0, 0, side, side), coloured(self._pixels[None], network_colours(theme)))
            if self._pixels.any():
                self._paint_overlays(painter, pixel, border)

    def _paint_overlays(self, painter: QPainter, pixel: int, hairline: int) -> None:
        corner, cross = _overlays(self._pixels)
        overlay = QColor(LIGHT.accent)  # the deeper accent stands out from white ink and from dark ground
        painter.setPen(QPen(overlay, hairline, Qt.PenStyle.DashLine))
        inset = hairline / 2
        box = QRectF(corner.x() * pixel, corner.y() * pixel, BOX * pixel, BOX * pixel)
        painter.drawRect(box.adjusted(inset, inset, -inset, -inset))
        painter.setPen(QPen(overlay, 2 * hairline))
        centre, reach = cross * pixel, _CROSS * pixel
        painter.drawLine(centre - QPointF(reach, 0), centre + QPointF(reach, 0))
        painter.drawLine(centre - QPointF(0, reach), centre + QPointF(0, reach))


def _overlays(pixels: NDArray[np.uint8]) -> tuple[QPointF, QPointF]:
    """Top left of the 20×20 box and the centre of mass, in pixels from the image's corner.

    Ink that is centred by its mass may lie so near to an edge that a box centred on it would leave the image; the box
    then stands at the edge.
    """
    places = []
    for axis in (1, 0):
        profile = pixels.sum(axis=1 - axis, dtype=np.int64)
        inked = np.flatnonzero(profile)
        middle = (inked[0] + inked[-1] + 1) / 2
        mass = float(profile @ (np.arange(SIDE) + 0.5)) / float(profile.sum())
        places.append((float(np.clip(np.floor(middle - BOX / 2), 0, SIDE - BOX)), mass))
    (left, x), (top, y) = places
    return QPointF(left, top), QPointF(x, y)
