"""The hint that a drawing like the one on the pad was kept before, as something else than is read now."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from digitpad.domain.rejection import NO_DIGIT
from digitpad.ui.common.layouts import row
from digitpad.ui.common.pixels import SIDE, coloured, ink_colours
from digitpad.ui.common.theme import current_theme, text_scale
from digitpad.ui.common.widgets import announce, named, note_label
from digitpad.ui.session.hand_work import Known

_MARGIN = 8
_PIXEL = 2
"""Side of an image's pixel at the usual text size, in pixels of the screen."""


class Hint(QFrame):
    """A sentence over the pad's lower edge, with the drawing that it is about; hidden where there is nothing to say."""

    def __init__(self, pad: QWidget) -> None:
        super().__init__(pad)
        named(self, "hand_hint", self.tr("Your earlier drawing"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the pad draws
        self._pad = pad
        self._picture = _Picture()
        self._words = note_label(name="hint_label")
        row(self._picture, (self._words, 1), parent=self, margin=_MARGIN)
        pad.installEventFilter(self)
        self.show_known(None)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_words"):
            self._place()

    def _place(self) -> None:
        """Take the room that the words need in one line, or as the pad has; a small one has no picture."""
        words, picture = self._words.fontMetrics().horizontalAdvance(self._words.text()), self._picture.width()
        self._picture.setVisible(3 * picture <= self._pad.width())
        width = min(picture + words + 4 * _MARGIN, self._pad.width() - 2 * _MARGIN)
        height = self.heightForWidth(width)
        self.setGeometry(_MARGIN, self._pad.height() - _MARGIN - height, width, height)

    def show_known(self, known: Known | None) -> None:
        """Show the drawing of the collection that is most like the one on the pad."""
        if known is not None:
            what = self.tr("no digit") if known.label == NO_DIGIT else str(known.label)
            words = self.tr("You drew this before as {what}.").format(what=what)
            self._words.setText(words)
            self._picture.show_image(known.image, self.tr("Your earlier drawing, kept as {what}").format(what=what))
            self._place()
            announce(self, words)
        self.setVisible(known is not None)


class _Picture(QWidget):
    """An image in the theme's colours, enlarged by a whole number of the screen's pixels."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "hint_picture")
        self._image = np.zeros((SIDE, SIDE), np.uint8)
        self._fit()

    def show_image(self, image: NDArray[np.uint8], words: str) -> None:
        """Show an image, uint8 (28, 28), 255 is ink, and say what it is."""
        self._image = image
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, scale = current_theme(), self.devicePixelRatioF()
        border = max(1, round(scale))
        side = int((self.width() * scale - 2 * border) // SIDE) * SIDE
        with QPainter(self) as painter:
            painter.scale(1 / scale, 1 / scale)
            painter.fillRect(0, 0, side + 2 * border, side + 2 * border, QColor(theme.line))
            painter.drawImage(QRectF(border, border, side, side), coloured(self._image[None], ink_colours(theme)))

    def _fit(self) -> None:
        side = round(_PIXEL * text_scale() * SIDE) + 2
        self.setFixedSize(side, side)
