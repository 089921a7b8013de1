"""What augmentation does: an image beside changed versions of it, live while the strengths are moved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from digitpad.domain.recipe import Augmentation
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.pixels import SIDE, coloured, ink_colours
from digitpad.ui.common.theme import current_theme
from digitpad.ui.common.widgets import named, push_button
from digitpad.ui.data.augmentation_fields import AugmentationFields
from digitpad.ui.session.worker import Latest, Worker

VERSIONS = 12
"""How many changed versions are shown."""

Augment = Callable[[NDArray[np.uint8], Augmentation, int, int], NDArray[np.uint8]]
"""Changes an image, uint8 (28, 28), in so many random ways, decided by a seed: uint8 (count, 28, 28)."""

_CELL = SIDE + 2  # an image with a margin
_PREVIEW_WIDTH = 8 * _CELL + 8


class Versions(QWidget):
    """An image, and twelve versions of it half as large, each as large as whole pixels allow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "augmented_versions", self.tr("An image and augmented versions of it"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._sample: NDArray[np.uint8] | None = None
        self._versions = np.zeros((0, SIDE, SIDE), dtype=np.uint8)

    def show_images(self, sample: NDArray[np.uint8] | None, versions: NDArray[np.uint8]) -> None:
        """Show an image, uint8 (28, 28), and versions of it, uint8 (up to 12, 28, 28)."""
        self._sample, self._versions = sample, versions[:VERSIONS]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(4, 4) * 2 * _CELL

    def minimumSizeHint(self) -> QSize:
        return QSize(8, 2) * _CELL

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, scale = current_theme(), self.devicePixelRatioF()
        with QPainter(self) as painter:
            if self._sample is None:
                painter.setPen(QColor(theme.quiet))
                flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
                painter.drawText(self.rect(), flags, self.tr("Select an image to see what augmentation does to it."))
                return
            width, height = int(self.width() * scale / _CELL), self.height() * scale / _CELL
            fitted = {across: int(min(width // across, height * across / 16)) or 1 for across in (8, 4)}
            columns, pixel = max(fitted.items(), key=lambda item: item[1])
            mosaic = np.zeros((16 // columns * _CELL, columns * _CELL), np.uint8)
            mosaic[2 : 2 * _CELL - 2, 2 : 2 * _CELL - 2] = self._sample.repeat(2, 0).repeat(2, 1)
            cells = [(row, column) for row in range(2) for column in range(2, columns)]
            cells += [(row, column) for row in range(2, 4) for column in range(columns)]
            for (row, column), version in zip(cells, self._versions, strict=False):
                y, x = row * _CELL + 1, column * _CELL + 1
                mosaic[y : y + SIDE, x : x + SIDE] = version
            painter.scale(pixel / scale, pixel / scale)
            painter.drawImage(0, 0, coloured(mosaic[None], ink_colours(theme)))
            painter.setPen(QColor(theme.accent))
            painter.drawRect(QRectF(0.5, 0.5, 2 * _CELL - 1, 2 * _CELL - 1))


class AugmentedVersions(QWidget):
    """An image and twelve augmented versions of it, which follow the strengths in a thread."""

    def __init__(self, worker: Worker, augment: Augment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._augment = augment
        self._task = Latest(worker, self._on_augmented, lambda error: self.notice.say(error))
        self._augmentation = Augmentation()
        self._sample: NDArray[np.uint8] | None = None
        self._label = self._number = self._seed = 0
        self._versions = Versions()
        self.notice = Notice()
        tip = self.tr("Change the image in other random ways of the same strength")
        self.again = push_button(self.tr("Again"), "again_button", self._on_again, tip)
        self.again.setAutoDefault(False)  # in a dialog, Enter would press it
        column(self.notice, self._versions, parent=self)

    @property
    def has_sample(self) -> bool:
        return self._sample is not None

    @Slot(object, int)
    def show_sample(self, pixels: NDArray[np.uint8], label: int) -> None:
        """Show what happens to an image, uint8 (28, 28), 255 is ink, of a digit."""
        if self._sample is None:  # later on, a sample and its versions change together
            self._versions.show_images(pixels, np.zeros((0, SIDE, SIDE), dtype=np.uint8))
        self._sample, self._label = pixels, label
        self._number += 1
        self._request()

    def show_augmentation(self, augmentation: Augmentation) -> None:
        """Show what these strengths do."""
        self._augmentation = augmentation
        self._request()

    @Slot()
    def _on_again(self) -> None:
        self._seed += 1
        self._request()

    def _request(self) -> None:
        sample = self._sample
        if sample is not None:
            augmentation, seed = self._augmentation, self._seed
            self._task.run(self._number, lambda: self._augment(sample, augmentation, VERSIONS, seed))

    def _on_augmented(self, versions: NDArray[np.uint8]) -> None:
        self.notice.close_message()
        self._versions.show_images(self._sample, versions)
        words = self.tr("An image with the label {label} and {count} versions of it")
        self._versions.setAccessibleDescription(words.format(label=self._label, count=len(versions)))


class AugmentationPreview(QWidget):
    """An image, twelve augmented versions, and a slider for each strength."""

    taken_over = Signal(object)  # the Augmentation that a recipe is to have

    def __init__(self, worker: Worker, augment: Augment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("augmentation_preview")
        self._recipes = Augmentation()
        self.versions, self._fields = AugmentedVersions(worker, augment), AugmentationFields(has_sliders=True)
        tip = self.tr("Set every strength to the chosen recipe's")
        self._reset = push_button(self.tr("Reset"), "reset_button", self._on_reset, tip)
        tip = self.tr("Open the recipe with these strengths, to train with them or to keep it as your own")
        self._take = push_button(self.tr("Use in recipe…"), "take_over_button", self._on_take, tip)
        for button in (self._reset, self._take):
            button.setAutoDefault(False)  # in a dialog, Enter would press it
        buttons = row((self.versions.again, 1), (self._reset, 1), (self._take, 1))
        column(self.versions, self._fields, buttons, None, parent=self)
        self._fields.edited.connect(self._follow)
        self._follow()

    @property
    def augmentation(self) -> Augmentation:
        return self._fields.augmentation()

    def set_augmentation(self, augmentation: Augmentation) -> None:
        """Start from a recipe's strengths."""
        self._recipes = augmentation
        self._fields.show_augmentation(augmentation)

    @Slot()
    def _on_reset(self) -> None:
        self.set_augmentation(self._recipes)

    @Slot()
    def _on_take(self) -> None:
        self.taken_over.emit(self.augmentation)

    @Slot()
    def _follow(self) -> None:
        for button in (self._reset, self._take):
            button.setEnabled(self.augmentation != self._recipes)
        self.versions.show_augmentation(self.augmentation)


class AugmentationEditor(QWidget):
    """Boxes for exact strengths, beside an image and twelve augmented versions. `edited`: a strength is another one."""

    edited = Signal()
    sample_requested = Signal(int)  # show what happens to another image, by its number

    def __init__(self, worker: Worker, augment: Augment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.versions, self.fields = AugmentedVersions(worker, augment), AugmentationFields(has_sliders=False)
        self._sample = 0
        tip = self.tr("Show what augmentation does to another image of the data")
        another = push_button(self.tr("Another image"), "another_button", self._on_another, tip)
        another.setAutoDefault(False)
        words = self.tr(
            "Every image is varied anew, at random, each time the network sees it. The network then learns what "
            "makes a digit, and not the images by heart."
        )
        left = column(QLabel(words, wordWrap=True), self.fields, None, spacing=16)
        right = column(self.versions, row((self.versions.again, 1), (another, 1)), None)
        row((left, 1), right, parent=self, spacing=32, margin=16)
        self.versions.setFixedWidth(_PREVIEW_WIDTH)
        self.fields.edited.connect(self._follow)

    @Slot()
    def _on_another(self) -> None:
        self._sample += 1
        self.sample_requested.emit(self._sample)

    @Slot()
    def _follow(self) -> None:
        self.versions.show_augmentation(self.fields.augmentation())
        self.edited.emit()
