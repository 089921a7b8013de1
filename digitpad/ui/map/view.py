"""The map of the last hidden layer: test images as dots, near each other where the network finds them alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractAnimation,
    QEvent,
    QPoint,
    QPointF,
    QSignalBlocker,
    QSize,
    Qt,
    QVariantAnimation,
    Signal,
    Slot,
)
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPixmap, QRegion, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QSlider, QWidget

from digitpad.domain.data_info import Embedding
from digitpad.domain.prediction import CLASSES
from digitpad.ui.common.digit_colours import digit_colour
from digitpad.ui.common.exports import ExportButton, Picture, Table
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.pixels import coloured, ink_colours
from digitpad.ui.common.theme import current_theme, mix, reduced_motion, text_font, text_scale
from digitpad.ui.common.widgets import Placeholder, describe, legend, named, note_label
from digitpad.ui.map.plot import MapPlot, Place, Points

MOVE_MILLISECONDS = 300
"""How long dots take to their new places."""

_SIDE_WIDTH = 220
_PREVIEW = 56  # two pixels for each of the image's
_VOTERS = 5  # dots next to the drawing that say whose cluster it is in
_ZOOM = 1.5

_step = attrgetter("step")


class EmbeddingMapView(QFrame):
    """A map with a legend beside it; the person's drawing is a ring with a cross in it.

    A dot under the cursor, or selected with the arrow keys, shows its test image and says which digit that is. The
    latest map is shown, unless a slider was moved back to an earlier one.

    Attributes:
        drawing: where the person's drawing is on the latest map, within -1…1; None where it is not.
    """

    shown_changed = Signal(bool)  # whether it can be seen from now on; a map that nobody sees need not be computed

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        keys = self.tr(
            "Turn the wheel to zoom, drag to move.\nThe arrow keys go through the images.\n+ and - zoom, 0 shows all."
        )
        named(self, "embedding_map", self.tr("Map of the last hidden layer"), keys)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(140 + _SIDE_WIDTH, 240)
        self.drawing: Place | None = None
        self._maps: list[Embedding] = []
        self._images: NDArray[np.uint8] | None = None
        self._from: Points = np.zeros((0, 2), np.float32)
        self._selected: int | None = None
        self._busy = False
        self._plot: MapPlot | None = None
        self._move = QVariantAnimation(self, duration=MOVE_MILLISECONDS, startValue=0.0, endValue=1.0)
        self._move.valueChanged.connect(self._show)
        self._title, self._note, self._legend = QLabel(wordWrap=True), note_label(), QLabel(wordWrap=True)
        self._title.setFont(text_font(bold=True))
        self._mark, self._preview, self._words = QLabel(), QLabel(), QLabel(wordWrap=True)
        tip = self.tr("Move back to the earlier maps of this run")
        self._slider = named(QSlider(Qt.Orientation.Horizontal), "map_slider", self.tr("Maps of this run"), tip)
        self._slider.valueChanged.connect(self._show)
        self.export = ExportButton(lambda: "map", self.picture, self._table)
        self._side = side = QWidget()
        texts = (self._title, self._note, self._slider, self._legend, self._mark)
        column(*texts, row(self._preview, (self._words, 1)), None, row(None, self.export), parent=side)
        self._content = QWidget()
        self._columns = row(side, parent=self._content)
        self._pages = Placeholder("", self._content)
        column(self._pages, parent=self, margin=2)
        self.changeEvent(QEvent(QEvent.Type.FontChange))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._side.setFixedWidth(round(_SIDE_WIDTH * text_scale()))
            if self._plot is not None:
                self._plot.set_colours(current_theme())
            self._show()

    def set_images(self, pixels: NDArray[np.uint8]) -> None:
        """Take the test images of the map, uint8 (n, 28, 28), 255 is ink, to show the one under the cursor."""
        self._images = pixels
        self._describe()

    def show_embedding(self, embedding: Embedding) -> None:
        """Keep a map among those of the run, by its step, and show it if it is the latest and nobody looks back.

        Dots of the map before move to their new places, unless reduced motion is asked for.
        """
        places, shown, follows = self._places(), self._shown, self._is_latest
        at = bisect_left(self._maps, embedding.step, key=_step)
        self._maps[at:] = [embedding, *(later for later in self._maps[at:] if later.step > embedding.step)]
        last = len(self._maps) - 1
        with QSignalBlocker(self._slider):
            self._slider.setMaximum(last)
            self._slider.setValue(last if follows or shown is None else bisect_left(self._maps, shown.step, key=_step))
        if at == last:
            self.drawing = embedding.drawing
        if self._shown is embedding:
            self._move.stop()
            if shown is None or not np.array_equal(shown.labels, embedding.labels):
                self._selected = None
            elif self.isVisible() and not reduced_motion():
                self._from = places
                self._move.start()
        self._show()

    def move_drawing(self, point: Place | None) -> None:
        """Put the person's drawing at a place of the latest map, within -1…1, or nowhere."""
        if point != self.drawing:
            self.drawing = point
            self._describe()

    def clear(self) -> None:
        """Show no map any more."""
        self._move.stop()
        self._maps, self.drawing, self._selected = [], None, None
        self._slider.setMaximum(0)
        self._describe()

    def show_busy(self, busy: bool) -> None:
        """Say whether a map is being computed."""
        if busy != self._busy:
            self._busy = busy
            self._describe()

    def picture(self) -> Picture:
        """The map and what is said beside it."""
        return Picture(self._content.size() + QSize(16, 16), self._paint)

    def leaveEvent(self, event: QEvent) -> None:
        self._select(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = -1 if self._shown is None else len(self._shown.labels) - 1
        key, now = Qt.Key(event.key()), self._selected
        after, before = (0, last) if now is None else (min(now + 1, last), max(now - 1, 0))
        dots = {Qt.Key.Key_Right: after, Qt.Key.Key_Down: after, Qt.Key.Key_Left: before, Qt.Key.Key_Up: before}
        dots |= {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        zooms = {Qt.Key.Key_Plus: 1 / _ZOOM, Qt.Key.Key_Equal: 1 / _ZOOM, Qt.Key.Key_Minus: _ZOOM}
        if key in dots and last >= 0:
            self._select(dots[key])
        elif key == Qt.Key.Key_Escape and now is not None:
            self._select(None)
        elif key in zooms and self._plot is not None:
            self._plot.zoom(zooms[key])
        elif key == Qt.Key.Key_0 and self._plot is not None:
            self._plot.show_whole()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown_changed.emit(False)

    @property
    def _shown(self) -> Embedding | None:
        return self._maps[self._slider.value()] if self._maps else None

    @property
    def _is_latest(self) -> bool:  # nobody looks back
        return self._slider.value() == self._slider.maximum()

    @property
    def _drawing(self) -> Place | None:
        """The drawing's place on the map that is shown: it is worked out for the latest alone."""
        return self.drawing if self._is_latest else None

    @Slot()
    def _show(self) -> None:
        """Draw the map that is shown now, and say what it is."""
        embedding = self._shown
        if embedding is not None:
            if self._plot is None:
                self._plot = MapPlot()
                self._plot.set_colours(current_theme())
                self._plot.area.scene().sigMouseMoved.connect(self._on_mouse_moved)
                self._columns.insertWidget(0, self._plot.area, 1)
            theme, digits = current_theme(), np.flatnonzero(np.bincount(embedding.labels)).tolist()
            # Text in a dot's own colour could be too pale to be seen.
            colours = [mix(digit_colour(digit, theme), theme.text, 0.15) for digit in digits]
            self._legend.setText(legend((colour, "●", str(it)) for colour, it in zip(colours, digits, strict=True)))
            self._plot.show(self._places(), embedding.labels)
        self._describe()

    def _places(self) -> Points:
        """Where the dots are now, (n, 2) within -1…1."""
        if self._shown is None:
            return np.zeros((0, 2), np.float32)
        if self._move.state() != QAbstractAnimation.State.Running:
            return self._shown.points
        share = np.float32(self._move.currentValue())
        return self._from + (self._shown.points - self._from) * share

    @Slot(object)
    def _on_mouse_moved(self, position: QPointF) -> None:
        if self._plot is not None:
            self._select(self._plot.dot_at(position))

    def _select(self, dot: int | None) -> None:
        if dot != self._selected and self._plot is not None:
            self._selected = dot
            self._describe()

    def _nearest_cluster(self) -> int | None:
        """The digit of most dots next to the drawing."""
        if self._shown is None or self._drawing is None or not len(self._shown.points):
            return None
        away = self._shown.points - np.array(self._drawing, np.float32)
        voters = np.argsort(np.square(away).sum(axis=1))[:_VOTERS]
        return int(np.bincount(self._shown.labels[voters], minlength=CLASSES).argmax())

    def _describe(self) -> None:
        """Mark and say where the drawing and the selected dot are, and say the step and how many dots."""
        embedding = self._shown
        if self._plot is not None:
            self._plot.mark(self._selected, self._drawing)
        self._pages.show_content(embedding is not None)
        if embedding is None:
            words = self.tr("While a network trains, a map of how it sees test images appears here.")
            said = [self.tr("Working out the first map…") if self._busy else words]
            self._pages.label.setText(said[0])
        else:
            busy = self.tr("Working out another map…") if self._busy else ""
            title = self.tr("After {step} steps").format(step=numeral(embedding.step))
            note = self.tr("{count} test images; near means alike").format(count=numeral(len(embedding.labels)))
            if not self._is_latest:
                note = self.tr("An earlier map; the latest is after {step} steps")
                note = note.format(step=numeral(self._maps[-1].step))
            drawing = dot = ""
            if (cluster := self._nearest_cluster()) is not None:
                drawing = self.tr("your digit, nearest to the {digit}s").format(digit=cluster)
            if (number := self._selected) is not None:
                dot = self.tr("test image {number}: a {digit}")
                dot = dot.format(number=number + 1, digit=embedding.labels[number])
            self._title.setText(title)
            self._note.setText(busy if busy and self._is_latest else note)
            self._slider.setVisible(len(self._maps) > 1)
            self._mark.setText(legend([(current_theme().accent, "⊕", drawing)]) if drawing else "")
            self._preview.setPixmap(self._image(number))
            self._words.setText(dot)
            said = [f"{title}: {note}", drawing, dot, busy]
        describe(self, ". ".join(part.rstrip(".…") for part in said if part))

    def _image(self, dot: int | None) -> QPixmap:
        if dot is None or self._images is None or dot >= len(self._images):
            return QPixmap()
        image = coloured(self._images[dot : dot + 1], ink_colours(current_theme()))
        return QPixmap.fromImage(image.scaled(_PREVIEW, _PREVIEW))

    def _paint(self, painter: QPainter) -> None:
        if self._plot is not None:
            self._plot.set_export(True)
            self._content.render(painter, QPoint(8, 8), QRegion(), QWidget.RenderFlag.DrawChildren)
            self._plot.set_export(False)

    def _table(self) -> Table:
        """All maps of the run, a row for each dot; a drawing has no number."""
        rows: list[Sequence[object]] = [("step", "image", "digit", "x", "y")]
        for it in self._maps:
            images = zip(it.labels.tolist(), it.points.tolist(), strict=True)
            rows += [(it.step, number, digit, *place) for number, (digit, place) in enumerate(images, 1)]
        if self._maps and self.drawing is not None:
            rows.append((self._maps[-1].step, None, None, *self.drawing))
        return lambda: rows
