"""The icons: line drawings in `resources/icons`, coloured by the theme and sharp at any size and screen scale."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from digitpad.storage.io import shipped
from digitpad.ui.common.theme import Theme, disabled_colour


def icon(name: str, theme: Theme) -> QIcon:
    """An icon that is rendered for each size when it is first shown there.

    The name is a file's of `resources/icons` without its ending, FileNotFoundError where there is none; 'app' keeps its
    own colours. The others have the theme's: text, paler where disabled, the accent where checked.
    """
    return QIcon(_LineIcon((shipped("resources", "icons") / f"{name}.svg").read_bytes(), theme))


_CLONES: list[QIconEngine] = []
"""PySide6 (6.8 to 6.11 were tried) does not hand a clone over to Qt: one that Python lets go of crashes the process. Qt
clones an engine only when a copied icon is changed, which digitpad never does."""


class _LineIcon(QIconEngine):
    """Paints one SVG, every `currentColor` in it replaced by the colour of the icon's mode."""

    def __init__(self, drawing: bytes, theme: Theme) -> None:
        super().__init__()
        self._drawing = drawing
        self._theme = theme
        self._pixmaps: dict[tuple[int, int, float, str], QPixmap] = {}

    def clone(self) -> QIconEngine:
        copy = _LineIcon(self._drawing, self._theme)
        _CLONES.append(copy)
        return copy

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint the icon at the scale of the device that `painter` paints on."""
        scale = painter.device().devicePixelRatio()
        painter.drawPixmap(rect, self._rendered(rect.size(), scale, mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        return self._rendered(size, scale, mode, state)

    def _rendered(self, size: QSize, scale: float, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon in the layout's pixels, each of which is `scale` device pixels."""
        colour = self._colour(mode, state)
        key = (size.width(), size.height(), scale, colour)
        if key not in self._pixmaps:
            pixmap = QPixmap(size * scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            renderer = QSvgRenderer(self._drawing.replace(b"currentColor", colour.encode()))
            renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
            with QPainter(pixmap) as painter:
                renderer.render(painter, QRectF(pixmap.rect()))
            pixmap.setDevicePixelRatio(scale)
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return disabled_colour(self._theme)
        return self._theme.accent_text if state == QIcon.State.On else self._theme.text
