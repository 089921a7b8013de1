"""Images of digits as a grid that scrolls through a whole data set while it holds only a few screens of it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSignalBlocker, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from digitpad.domain.data_info import ImagePage
from digitpad.ui.common.exports import Picture
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.pixels import SIDE, coloured, ink_colours, paint_images
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font
from digitpad.ui.common.widgets import announce, named
from digitpad.ui.data.read_images import ReadImages

_ENLARGED = 2
"""Pixels of the window for a pixel of an image, at least; on a screen of another scale the nearest whole number."""

_MANY = 200
"""Where more images than these would fit they become larger: easier to look at, and quicker to paint."""

_GAP = 4
_CENTRED = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
_FRAME = 2


class DigitGrid(QAbstractScrollArea):
    """Rows of images with their labels; scrolls by whole rows and holds the images around those it shows.

    Clicks and arrow keys select an image; a double click, Enter and the context menu pick the one selected, and so does
    a click where it should. Where images come with what was read, that stands below them.
    """

    page_requested = Signal(int, int)  # first and count of images that are to be handed to `show_page`
    selected = Signal(object, int)  # uint8 (28, 28) and label of the image that was selected
    picked = Signal(object)  # uint8 (28, 28): an image that is to be put on the pad
    described = Signal(str)  # words on what is shown and selected, also its accessible description

    def __init__(self, parent: QWidget | None = None, *, picks_at_click: bool = False) -> None:
        super().__init__(parent)
        self._picks_at_click = picks_at_click
        named(self, "digit_grid", self.tr("Images"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # no column comes or goes with it
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setAccessibleName(self.tr("Place in the data set"))
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.pick = QAction(self.tr("Put on the pad"), self, enabled=False)
        self.pick.setToolTip(self.tr("Let the network read this image (Enter, or a double click)"))
        self.pick.triggered.connect(self._on_pick)
        self.addAction(self.pick)
        self._read: ReadImages | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._columns = self._rows = 1
        self._side, self._pitch = _ENLARGED * SIDE, QSize(1, 1)  # in pixels of the device
        self._asked: tuple[int, int] | None = None
        self.clear("")

    @property
    def capacity(self) -> int:
        return self._columns * self._rows

    @property
    def shown(self) -> range:
        """Numbers of the images shown, from 0, whether they are there yet or not."""
        first = self.verticalScrollBar().value() * self._columns
        return range(first, min(first + self.capacity, self._matches))

    def clear(self, message: str) -> None:
        self._message, self._read = message, None
        self._show(0, np.zeros((0, SIDE, SIDE), dtype=np.uint8), np.zeros(0, dtype=np.int64), 0, anew=True)

    def show_page(self, first: int, page: ImagePage, *, anew: bool) -> None:
        """Take images from the number `first` on, from 0, best those of the latest `page_requested`.

        Where they are shown anew, others than those so far, nothing is selected, and the first row is shown.
        """
        self._read = None
        self._message = "" if page.matches else self.tr("There are no such images.")
        self._show(first, page.pixels, page.labels, page.matches, anew=anew)

    def show_images(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        read: ReadImages | None = None,
        *,
        anew: bool = True,
        keeps_place: bool = False,
    ) -> None:
        """Show images with their labels and what was read of them, none of which are asked for later.

        Args:
            images: uint8 (n, 28, 28), 255 is ink.
            labels: int64 (n,), 0 to 9.
            read: what was read of them, where it is known.
            anew: whether they are others than before, so that none is selected.
            keeps_place: whether it does not scroll back to the first of others.
        """
        top = self.shown.start if keeps_place else 0
        self._message, self._read = "" if len(labels) else self.tr("There are no such images."), read
        self._show(0, images, labels, len(labels), anew=anew)
        if keeps_place:
            self.verticalScrollBar().setValue(top // self._columns)

    @property
    def row_height(self) -> int:
        """Height of a row of images in pixels."""
        return math.ceil(self._pitch.height() / self.viewport().devicePixelRatioF())

    def picture(self) -> Picture:
        """The images shown, to be saved or copied."""
        return Picture(self.viewport().size(), self._draw)

    def select(self, number: int) -> None:
        """Select an image by its number, from 0, and scroll to it."""
        if not 0 <= number < self._matches:
            return
        self._selected, self._is_reported = number, False
        row = number // self._columns
        top = self.verticalScrollBar().value()
        self.verticalScrollBar().setValue(min(max(top, row - self._rows + 1), row))
        self._report_selection()
        self._describe()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(8, 6) * (_ENLARGED * SIDE + _GAP) + QSize(self.verticalScrollBar().sizeHint().width(), 0)

    def minimumSizeHint(self) -> QSize:
        return QSize(3, 2) * (_ENLARGED * SIDE + _GAP) + QSize(self.verticalScrollBar().sizeHint().width(), 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            self._draw(painter)

    def _draw(self, painter: QPainter) -> None:
        scale, theme = self.viewport().devicePixelRatioF(), current_theme()
        side, pitch, inset = self._side, self._pitch, round(_GAP * scale) // 2
        shown = self.shown
        there = range(max(shown.start, self._first), min(shown.stop, self._first + len(self._pixels)))
        cells = [divmod(index, self._columns) for index in range(len(shown))]
        corners = [(column * pitch.width() + inset, row * pitch.height() + inset) for row, column in cells]
        if self._message:
            painter.setPen(QColor(theme.quiet))
            painter.drawText(self.viewport().rect(), _CENTRED, self._message)
        painter.scale(1 / scale, 1 / scale)
        if len(there) < len(shown):
            for x, y in corners:
                painter.fillRect(x, y, side, side, QColor(theme.surface))
        places = [corners[number - shown.start] for number in there]
        held = [number - self._first for number in there]
        paint_images(painter, coloured(self._pixels[held], ink_colours(theme)), places, side)
        if self._selected in shown:
            width = round(_FRAME * scale) or 1
            frame = QRectF(*corners[self._selected - shown.start], side, side)
            painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.quiet), width))
            painter.drawRect(frame.adjusted(-width / 2, -width / 2, width / 2, width / 2))
        painter.scale(scale, scale)
        below = QPointF(0, side / scale + _GAP / 2) if self._read else QPointF(_FRAME, 0)
        for (x, y), number in zip(places, held, strict=True):
            label = int(self._labels[number])
            words, is_wrong = self._read.caption(number, label) if self._read else (str(label), False)
            painter.setFont(self._label_font if is_wrong or not self._read else text_font(NOTE_PIXELS))
            quiet = theme.quiet if self._read else theme.accent_text
            painter.setPen(QColor(theme.amber if is_wrong else quiet))
            painter.drawText(QPointF(x, y) / scale + below + QPointF(0, painter.fontMetrics().ascent()), words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position().toPoint())
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) and number is not None:
            self.select(number)
            if self._picks_at_click and event.button() == Qt.MouseButton.LeftButton:
                self.pick.trigger()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and not self._picks_at_click and self._number_at(event.position().toPoint()) is not None:
            self.pick.trigger()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, down, right = Qt.Key(event.key()), self._columns, 1
        steps = {Qt.Key.Key_Left: -right, Qt.Key.Key_Right: right, Qt.Key.Key_Up: -down, Qt.Key.Key_Down: down}
        places = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self._matches - 1}
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pick.trigger()
        elif key in steps:
            self.select(self.shown.start if self._selected < 0 else self._selected + steps[key])
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._turn_page(forward=key == Qt.Key.Key_PageDown)
        elif key in places:
            self.select(places[key])
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._selected < 0 and event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.select(self.shown.start)
        self.viewport().update()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        self.viewport().update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._lay_out(self.shown.start)

    def event(self, event: QEvent) -> bool:
        """Lay the images out anew on a screen of another scale."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._lay_out(self.shown.start)
        return super().event(event)

    def _show(
        self, first: int, pixels: NDArray[np.uint8], labels: NDArray[np.int64], matches: int, *, anew: bool
    ) -> None:
        top = 0 if anew else self.shown.start
        self._first, self._pixels, self._labels, self._matches = first, pixels, labels, matches
        if anew:
            self._selected, self._is_reported, self._asked = -1, True, None
        self._lay_out(top)
        self._report_selection()

    def _lay_out(self, first: int) -> None:
        """Fit columns and rows into the viewport, with an image, by its number, in the first row if possible."""
        scale = self.viewport().devicePixelRatioF()
        width, height = int(self.viewport().width() * scale), int(self.viewport().height() * scale)
        self._label_font = text_font(NOTE_PIXELS, bold=True)
        metrics, gap = QFontMetricsF(self._label_font), round(_GAP * scale)
        caption = QSizeF(metrics.horizontalAdvance(f"0→0 {percent(1, 0)}"), metrics.height() + _GAP) * scale
        caption = caption if self._read else QSizeF()
        least = max(_ENLARGED, int(caption.width() / scale) // SIDE)  # large type goes with large images
        for enlarged in range(8, least - 1, -1):
            self._side = SIDE * max(1, round(enlarged * scale))
            wide = max(self._side, math.ceil(caption.width())) + gap
            self._pitch = QSize(wide, self._side + math.ceil(caption.height()) + gap)
            self._columns = max(1, width // self._pitch.width())
            self._rows = max(1, height // self._pitch.height())
            if self.capacity >= _MANY:
                break
        bar = self.verticalScrollBar()
        with QSignalBlocker(bar):  # range, then value: what lies between is never shown
            bar.setRange(0, max(0, -(-self._matches // self._columns) - self._rows))
            bar.setPageStep(self._rows)
            bar.setValue(first // self._columns)
        bar.update()
        self._on_scrolled()

    @Slot()
    def _on_scrolled(self) -> None:
        shown = self.shown
        if shown and not (self._first <= shown.start and shown.stop <= self._first + len(self._pixels)):
            # A screen before and one after come with it, so that the next rows are there at once.
            first = max(0, shown.start - self.capacity)
            wanted = first, min(self._matches, shown.stop + self.capacity) - first
            if wanted != self._asked:
                self._asked = wanted
                self.page_requested.emit(*wanted)
        self._describe()
        self.viewport().update()

    def _number_at(self, place: QPoint) -> int | None:
        scale = self.viewport().devicePixelRatioF()
        column = int(place.x() * scale) // self._pitch.width()
        row = int(place.y() * scale) // self._pitch.height()
        number = self.shown.start + row * self._columns + column
        return number if column < self._columns and number in self.shown else None

    def _turn_page(self, *, forward: bool) -> None:
        way, bar = 1 if forward else -1, self.verticalScrollBar()
        bar.setValue(bar.value() + way * self._rows)
        if self._selected >= 0:
            self.select(min(max(self._selected + way * self.capacity, 0), self._matches - 1))

    def _report_selection(self) -> None:
        """Say what is selected as soon as it is there."""
        index = self._selected - self._first
        self.pick.setEnabled(self._selected >= 0 and 0 <= index < len(self._pixels))
        if not self._is_reported and 0 <= index < len(self._pixels):
            self._is_reported = True
            label = int(self._labels[index])
            self._describe()
            announce(self, self._selected_words())
            self.selected.emit(self._pixels[index].copy(), label)

    @Slot()
    def _on_pick(self) -> None:
        self.picked.emit(self._pixels[self._selected - self._first].copy())

    def _selected_words(self) -> str:
        index = self._selected - self._first
        if not 0 <= index < len(self._pixels):
            return self.tr("Image {number} selected").format(number=numeral(self._selected + 1))
        words = self.tr("Image {number} selected, label {label}")
        said = words.format(number=numeral(self._selected + 1), label=self._labels[index])
        return said if self._read is None else f"{said}, {self._read.words(index)}"

    def _describe(self) -> None:
        shown = self.shown
        if shown:
            first, last, count = map(numeral, (shown.start + 1, shown.stop, self._matches))
            words = self.tr("Images {first} to {last} of {all}").format(first=first, last=last, all=count)
            if self._selected >= 0:
                words = f"{words} · {self._selected_words()}"
        else:
            words = self._message
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            self.described.emit(words)
