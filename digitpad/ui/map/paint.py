"""How the map of the last hidden layer is painted; `digitpad.ui.map.view` says what."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap

from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.digit_colours import digit_colour
from digitpad.ui.common.theme import NOTE_PIXELS, Theme, mix, text_font

_MARGIN = 14.0  # between the map's edge and the outermost dots
_DOT = 4.4  # a dot's diameter, to the middle of its rim
_SPRITE = 7  # side of the picture that holds a dot
_LEGEND_COLUMNS = 5
_PREVIEW = 56  # two pixels for each of the image's


class EmbeddingPainter:
    """Paints a map in the colours of a theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._font, self._bold, self._note = text_font(), text_font(bold=True), text_font(NOTE_PIXELS)
        self._row = QFontMetricsF(self._font).height() + 4
        self._colours = [QColor(digit_colour(digit, theme)) for digit in range(CLASSES)]
        self._ratio, self._dots = 0.0, list[QPixmap]()
        # A rim keeps the palest dots visible on white, and the darkest on black.
        self._rims = [QColor(mix(digit_colour(digit, theme), theme.text, 0.45)) for digit in range(CLASSES)]

    @staticmethod
    def to_pixels(area: QRectF, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Places within -1…1 as the map's pixels; y grows upwards in the one and downwards in the other."""
        half, centre = area.width() / 2 - _MARGIN, area.center()
        return np.asarray((centre.x(), centre.y()) + points * np.array([half, -half]))

    def paint_empty(self, painter: QPainter, area: QRectF, text: str, focused: bool) -> None:
        """Paint a quiet sentence."""
        self.paint_frame(painter, area, focused)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap.value
        self._write(painter, area.adjusted(16, 0, -16, 0), text, colour=self._theme.quiet, flags=flags)

    def paint_dots(
        self, painter: QPainter, area: QRectF, points: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> None:
        """Paint dots, (n, 2) within -1…1, with their digits, (n,), and the digit of each cluster at its median."""
        pixels = self.to_pixels(area, points)
        dots = self._dots_at(painter.device().devicePixelRatio())
        for (x, y), label in zip((pixels - _SPRITE / 2).tolist(), labels.tolist(), strict=True):
            painter.drawPixmap(QPointF(x, y), dots[label])
        for digit in np.unique(labels).tolist():
            x, y = np.median(pixels[labels == digit], axis=0)
            self._halo_text(painter, QPointF(x, y), str(digit))

    def paint_selected_dot(self, painter: QPainter, area: QRectF, point: NDArray[np.float32]) -> None:
        """Paint a ring round a dot, (2,)."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((self._theme.surface, 4.0), (self._theme.text, 1.5)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawEllipse(QPointF(*self.to_pixels(area, point)), 6, 6)

    def paint_drawing(self, painter: QPainter, area: QRectF, point: tuple[float, float]) -> None:
        """Paint a ring with a cross at the place of the person's drawing."""
        self._mark(painter, QPointF(*self.to_pixels(area, np.array(point))))

    def paint_side(self, painter: QPainter, area: QRectF, title: str, note: str, digits: list[int]) -> float:
        """Paint two lines and a legend beside the map; returns where they end, in pixels."""
        left, width, y = area.left(), area.width(), area.top() + 8
        self._write(painter, QRectF(left, y, width, self._row), title, self._bold)
        self._write(painter, QRectF(left, y + self._row, width, self._row), note, self._note, self._theme.quiet)
        y += 2 * self._row + 8
        for place, digit in enumerate(digits):
            column, row = place % _LEGEND_COLUMNS, place // _LEGEND_COLUMNS
            x, middle = left + column * 48, y + (row + 0.5) * self._row
            painter.setPen(QPen(self._rims[digit], 1))
            painter.setBrush(self._colours[digit])
            painter.drawEllipse(QPointF(x + 5, middle), 4.5, 4.5)
            self._write(painter, QRectF(x + 16, middle - self._row / 2, 30, self._row), str(digit))
        return y + self._row * -(-len(digits) // _LEGEND_COLUMNS) + 8

    def paint_words(
        self, painter: QPainter, area: QRectF, drawing: str, selected: str, image: NDArray[np.uint8] | None
    ) -> None:
        """Paint words on the person's drawing and on the chosen dot, '' for none, and its image, uint8 (28, 28)."""
        left, width, y = area.left(), area.width(), area.top()
        if drawing:
            self._mark(painter, QPointF(left + 8, y + self._row / 2))
            self._write(painter, QRectF(left + 24, y, width - 24, self._row), drawing)
        y += self._row + 8
        if selected and image is not None:
            ink = np.ascontiguousarray(image).tobytes()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            shown = QImage(ink, 28, 28, 28, QImage.Format.Format_Grayscale8)
            painter.drawImage(QRectF(left, y, _PREVIEW, _PREVIEW), shown)
            left += _PREVIEW + 8
        self._write(painter, QRectF(left, y, area.right() - left, _PREVIEW), selected)

    def _write(
        self,
        painter: QPainter,
        area: QRectF,
        text: str,
        font: QFont | None = None,
        colour: str = "",
        flags: int = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    ) -> None:
        painter.setFont(font or self._font)
        painter.setPen(QColor(colour or self._theme.text))
        painter.drawText(area, flags, text)

    def _dots_at(self, ratio: float) -> list[QPixmap]:
        """A picture of each digit's dot: 500 of them are painted in a tenth of the time of 500 ellipses."""
        if ratio != self._ratio:
            self._ratio, self._dots = ratio, []
            for colour, rim in zip(self._colours, self._rims, strict=True):
                dot = QPixmap(round(_SPRITE * ratio), round(_SPRITE * ratio))
                dot.setDevicePixelRatio(ratio)
                dot.fill(Qt.GlobalColor.transparent)
                with QPainter(dot) as painter:
                    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                    painter.setPen(QPen(rim, 0.8))
                    painter.setBrush(colour)
                    painter.drawEllipse(QPointF(_SPRITE / 2, _SPRITE / 2), _DOT / 2, _DOT / 2)
                self._dots.append(dot)
        return self._dots

    def paint_frame(self, painter: QPainter, area: QRectF, focused: bool) -> None:
        """Paint the ground with its hairline, or with the accent where the keyboard is here."""
        width = 2 if focused else 1
        painter.setPen(QPen(QColor(self._theme.accent if focused else self._theme.line), width))
        painter.setBrush(QColor(self._theme.surface))
        painter.drawRoundedRect(area.adjusted(width / 2, width / 2, -width / 2, -width / 2), 6, 6)

    def _halo_text(self, painter: QPainter, middle: QPointF, text: str) -> None:
        """Bold text with a rim in the ground's colour, so that it can be read over dots."""
        path = QPainterPath()
        path.addText(0, 0, self._bold, text)
        path.translate(middle - path.boundingRect().center())
        halo = QPen(QColor(self._theme.surface), 4)
        halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, halo)
        painter.fillPath(path, QBrush(QColor(self._theme.text)))

    def _mark(self, painter: QPainter, middle: QPointF) -> None:
        """A ring with a cross, in the accent colour: the person's drawing."""
        across, down = QPointF(7, 0), QPointF(0, 7)
        for colour, width in ((self._theme.surface, 5.0), (self._theme.accent, 2.0)):
            painter.setPen(QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, 7, 7)
            painter.drawLine(middle - across, middle + across)
            painter.drawLine(middle - down, middle + down)
