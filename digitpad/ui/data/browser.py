"""The data browser: a data set as pictures, by digit, and what augmentation does to one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QDialog,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from digitpad.domain.data_info import DataInfo, ImagePage
from digitpad.domain.errors import DigitpadError
from digitpad.domain.prediction import CLASSES
from digitpad.domain.recipe import Augmentation
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.pixels import SIDE, coloured, ink_colours, paint_images
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, mix, text_font
from digitpad.ui.common.widgets import named, note_label
from digitpad.ui.data.augmentation_preview import Augment, AugmentationPreview
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.session.worker import Latest, Worker

Load = Callable[[str, str, int | None, int, int], ImagePage]
"""Reads images: the data set's id, 'train' or 'test', the digit or None for all, the first one's number, how many."""

_PANEL_WIDTH = 296


class ClassButton(QAbstractButton):
    """Chooses a digit, or all: shows its mean image, and how many images there are as a bar and a figure."""

    def __init__(self, digit: int | None, parent: QWidget | None = None) -> None:
        super().__init__(parent, checkable=True, text=self.tr("All") if digit is None else str(digit))
        tip = self.tr("All digits (A)") if digit is None else self.tr("Only this digit ({digit})").format(digit=digit)
        named(self, "all_digits" if digit is None else f"digit_{digit}", tip=tip)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        across = QSizePolicy.Policy.Fixed if digit is None else QSizePolicy.Policy.Expanding
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self._digit = digit
        self.show_count(None, 0.0, None)

    def show_count(self, count: int | None, share: float, mean: NDArray[np.uint8] | None) -> None:
        """Show how many images there are, None where unknown, a bar, 0 to 1, and their mean, uint8 (28, 28) or None."""
        self._mean, self._share = mean, share
        self._figure = "" if count is None else numeral(count)
        name = self.tr("All digits") if self._digit is None else self.tr("Digit {digit}").format(digit=self._digit)
        if count is not None:
            name = self.tr("{digit}, {count} images").format(digit=name, count=self._figure)
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(48 if self._digit is None else 2 * SIDE + 8, 2 * SIDE + 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(48 if self._digit is None else 2 * SIDE, 2 * SIDE + 40)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, is_all = current_theme(), self._digit is None
        picture = QRectF(0, 6, self.width(), 2 * SIDE)
        bar = QRectF(6, picture.bottom() + 4, self.width() - 12, 4)
        words = QRectF(6, bar.bottom() + 2, self.width() - 12, 20)
        middle, centre = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignCenter
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.isChecked() or self.underMouse():
                tint = (theme.accent, 0.16) if self.isChecked() else (theme.text, 0.07)
                painter.setBrush(QColor(mix(theme.window, *tint)))
            painter.setPen(QPen(QColor(theme.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
            if not is_all:
                painter.setPen(Qt.PenStyle.NoPen)
                for share, colour in ((1.0, theme.line), (self._share, theme.accent)):
                    painter.setBrush(QColor(colour))
                    painter.drawRoundedRect(QRectF(bar.topLeft(), QSizeF(share * bar.width(), bar.height())), 2, 2)
            painter.setPen(QColor(theme.text))
            painter.setFont(text_font(bold=True))
            flags = centre if is_all else middle | Qt.AlignmentFlag.AlignLeft
            painter.drawText(picture if is_all else words, flags, self.text())
            painter.setPen(QColor(theme.quiet))
            painter.setFont(text_font(NOTE_PIXELS))
            flags = centre if is_all else middle | Qt.AlignmentFlag.AlignRight
            painter.drawText(words.adjusted(-6, 0, 6, 0) if is_all else words, flags, self._figure)
            if self._mean is not None:
                scale = self.devicePixelRatioF()
                painter.scale(1 / scale, 1 / scale)
                side = SIDE * max(1, int(2 * SIDE * scale) // SIDE)
                corner = (round(self.width() * scale) - side) // 2, round(picture.top() * scale)
                paint_images(painter, coloured(self._mean[None], ink_colours(theme)), [corner], side)


class DataBrowser(QDialog):
    """A window beside the main one: what to show above, the images to the left, augmentation to the right."""

    image_picked = Signal(object)  # uint8 (28, 28): an image that is to be put on the pad
    augmentation_taken_over = Signal(object)  # the Augmentation that a recipe is to have

    def __init__(self, worker: Worker, load: Load, augment: Augment, parent: QWidget | None = None) -> None:
        """The worker runs `load` and `augment`; whoever made it stops it before this window is deleted."""
        super().__init__(parent, modal=False)
        self.setObjectName("data_browser")
        self.setWindowTitle(self.tr("Data"))
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint)
        self._load = load
        self._task = Latest(worker, self._on_loaded, self._on_failed)
        self._number = 0  # of what is to be shown: data set, part and digit
        self._shown = 0  # the same of what is shown
        self._data: tuple[DataInfo, ...] = ()
        self._sets, self._part = named(QComboBox(), "data_set"), named(QComboBox(), "part")
        self._notice = Notice()
        self._grid = DigitGrid()
        self._grid.page_requested.connect(self._load_page)
        note = note_label()
        note.setToolTip(self.tr("Page up, page down and the wheel turn pages; the arrow keys select an image."))
        self._grid.described.connect(note.setText)
        self._preview = AugmentationPreview(worker, augment)
        self._preview.setFixedWidth(_PANEL_WIDTH)
        self._preview.taken_over.connect(self.augmentation_taken_over)
        self._grid.selected.connect(self._preview.versions.show_sample)
        self._grid.picked.connect(self.image_picked)
        pick = QToolButton()
        pick.setDefaultAction(self._grid.pick)
        self._classes = {digit: ClassButton(digit) for digit in (None, *range(CLASSES))}
        group = QButtonGroup(self)
        for digit, button in self._classes.items():
            group.addButton(button)
            QShortcut(QKeySequence("A" if digit is None else str(digit)), self).activated.connect(button.click)
        self._classes[None].setChecked(True)
        group.buttonToggled.connect(self._on_digit_toggled)
        choices = row()
        for words, box in ((self.tr("&Data set"), self._sets), (self.tr("&Images"), self._part)):
            label = QLabel(words)
            label.setBuddy(box)
            box.setAccessibleName(words.replace("&", ""))  # Qt's own is the value
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.activated.connect(self._on_selected)
            choices.addLayout(row(label, box, 8))
        choices.addStretch(1)
        digits = row(*self._classes.values(), spacing=0)
        below = row((column((self._grid, 1), row((note, 1), pick)), 1), self._preview, spacing=16)
        column(choices, digits, self._notice, (below, 1), parent=self, margin=16)
        self.show_data((), "")
        self.resize(900, 672)

    def set_augmentation(self, augmentation: Augmentation) -> None:
        self._preview.set_augmentation(augmentation)

    def show_data(self, data: Sequence[DataInfo], current_id: str) -> None:
        """Offer data sets and show one, the first where there is no such; images are read once the window is open."""
        self._data = tuple(data)
        self._sets.clear()
        for info in self._data:
            self._sets.addItem(info.title, info.id)
        self._sets.setCurrentIndex(max(0, self._sets.findData(current_id)) if data else -1)
        self._sets.setEnabled(bool(data))
        self._on_selected()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._shown != self._number:
            self._start()

    @property
    def _current(self) -> DataInfo | None:
        index = self._sets.currentIndex()
        return self._data[index] if index >= 0 else None

    @Slot()
    def _on_selected(self) -> None:
        """Start anew with the chosen data set and part, also where they are the same: what failed is tried again."""
        info, part = self._current, max(0, self._part.currentIndex())
        self._part.clear()
        if info is not None:
            training, test = self.tr("Training"), self.tr("Test")
            self._part.addItem(f"{training} ({numeral(info.train)})", "train")
            self._part.addItem(f"{test} ({numeral(info.test)})", "test")
            self._part.setCurrentIndex(part)
        self._part.setEnabled(info is not None)
        for button in self._classes.values():
            button.show_count(None, 0.0, None)
        self._grid.clear(self.tr("There is no data set yet.") if info is None else self.tr("Reading the images…"))
        self._notice.close_message()
        self._start()

    @Slot(QAbstractButton, bool)
    def _on_digit_toggled(self, _button: QAbstractButton, checked: bool) -> None:
        if checked:
            self._start()

    def _start(self) -> None:
        """Ask for the first images of what is to be shown from now on."""
        self._number += 1
        self._load_page(0, 2 * self._grid.capacity)

    @Slot(int, int)
    def _load_page(self, first: int, count: int) -> None:
        info = self._current
        if info is None:
            self._task.drop()
        elif self.isVisible():
            part = str(self._part.currentData())
            digit = next(digit for digit, button in self._classes.items() if button.isChecked())
            self._task.run(self._number, lambda: (first, self._load(info.id, part, digit, first, count)))

    def _on_loaded(self, loaded: tuple[int, ImagePage]) -> None:
        first, page = loaded
        self._notice.close_message()
        is_new, self._shown = self._shown != self._number, self._number
        self._grid.show_page(first, page, anew=is_new)
        if is_new:
            most = max(page.counts) or 1
            for digit, (count, mean) in enumerate(zip(page.counts, page.means, strict=True)):
                self._classes[digit].show_count(count, count / most, mean)
            self._classes[None].show_count(sum(page.counts), 0.0, None)
        if not self._preview.versions.has_sample:
            self._grid.select(0)

    def _on_failed(self, error: DigitpadError) -> None:
        self._notice.say(error)
        if self._shown != self._number:
            self._grid.clear(self.tr("These images could not be read."))
