"""Drawings, pictures and checkpoints in and out of the window: dialogs, clipboard and drops. A thread does the work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QClipboard, QDragEnterEvent, QDropEvent, QImage, Qt
from PySide6.QtWidgets import QApplication, QWidget

from digitpad.domain.errors import InputError
from digitpad.ink.strokes import Box, Ink, Picture
from digitpad.ui.common.dialogs import CHECKPOINT_ENDINGS, ask_open, ask_open_many, ask_save, file_filters
from digitpad.ui.common.format import numeral, saved_words
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.crop_frame import CropFrame
from digitpad.ui.pad.drop_sign import DropSign
from digitpad.ui.pad.series import DrawingSeries
from digitpad.ui.session.worker import Latest, Worker

if TYPE_CHECKING:
    from digitpad.ink.formats.opening import Sheet
    from digitpad.reading.reader import Reader

_LARGEST_CHECKPOINT = 1 << 29
"""Bytes of a checkpoint that is copied, at most."""


class Files(QObject):
    """Asks a person what to open and where to save, and does it."""

    checkpoint_selected = Signal(object)  # the Path of a checkpoint that is to be read with
    done = Signal()  # a drawing was opened or saved
    checkpoint_done = Signal()  # a checkpoint was copied
    remarked = Signal(str)  # a sentence about what was done
    failed = Signal(object)  # what went wrong with a drawing: a sentence or an error
    checkpoint_failed = Signal(object)  # the same of the copy of a checkpoint

    def __init__(self, canvas: Canvas, window: QWidget) -> None:
        super().__init__(window)
        self._canvas, self._window = canvas, window
        self._worker = Worker("files", self)
        self._sign = DropSign(canvas)
        self._frame = CropFrame(canvas)
        self._frame.crop_changed.connect(self._on_crop_changed)
        self._frame.found_nothing.connect(self._on_nothing_found)
        canvas.ink_changed.connect(self._on_ink_changed)
        self._is_cropping = False  # whether the pad takes a part of its picture just now
        self._drawings = 0  # how often something else was put there
        self._cropping: Latest[Ink] = Latest(self._worker, self._on_cropped, self.failed.emit)
        self.series = DrawingSeries(canvas, self._worker, self)
        self.series.failed.connect(self.failed)

    def stop(self) -> None:
        self._worker.stop()

    def enter(self, event: QDragEnterEvent) -> None:
        if _local_files(event.mimeData()) or event.mimeData().hasImage():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._sign.show()

    def leave(self) -> None:
        """What was dragged over the window goes elsewhere."""
        self._sign.hide()

    def drop(self, event: QDropEvent) -> None:
        """Open the files that were dropped, or the picture."""
        self._sign.hide()
        if self._take(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)  # a source may delete what was moved
            event.accept()
        else:
            self.failed.emit(self.tr("That cannot be opened here. Drop a file or a picture."))

    @Slot()
    def paste(self) -> None:
        if not self._take(QApplication.clipboard().mimeData()):
            self.failed.emit(self.tr("There is no picture on the clipboard. Copy one and paste again."))

    @Slot()
    def copy(self) -> None:
        self._worker.run(partial(_png, self._canvas.ink), _to_clipboard, self.failed.emit)

    @Slot(object)
    def show_image(self, pixels: NDArray[np.uint8]) -> None:
        """Put an image of the data on the pad: uint8 (28, 28), 255 is ink, which the network sees as it is."""
        self.show_drawing(Ink(picture=Picture.of_image(pixels)))

    @Slot()
    def ask_for_drawing(self) -> None:
        title, names = self.tr("Open drawings or pictures"), file_filters("drawings", "all")
        ask_open_many(self._window, title, names, self._open)

    @Slot()
    def ask_where_to_save(self) -> None:
        """Ask for a file and save the drawing there."""
        ink = self._canvas.ink
        names = file_filters(".png") if ink.picture is not None else file_filters(".inkml", ".png", ".svg")

        def save(path: Path) -> None:
            self._worker.run(partial(_saved, path, ink), self._on_saved, self.failed.emit)

        ask_save(self._window, self.tr("Save the drawing"), "digit", names, save)

    @Slot()
    def ask_for_checkpoint(self) -> None:
        names = file_filters("checkpoints", "all")
        ask_open(self._window, self.tr("Load a checkpoint"), names, self.checkpoint_selected.emit)

    def ask_where_to_save_checkpoint(self, source: Path) -> None:
        """Ask for a file and copy a checkpoint there."""
        names, title = file_filters(source.suffix), self.tr("Save the checkpoint")

        def copy(path: Path) -> None:
            self._worker.run(partial(_copied, source, path), self._on_checkpoint_saved, self.checkpoint_failed.emit)

        ask_save(self._window, title, source.name, names, copy)

    def ask_where_to_export(self, reader: Reader, false_rejection_rate: float | None) -> None:
        """Ask for a file and write there, as an ONNX network, what reads."""

        def export(path: Path) -> None:
            work = partial(_exported, reader, path, false_rejection_rate)
            self._worker.run(work, partial(self._on_exported, path), self.checkpoint_failed.emit)

        ask_save(self._window, self.tr("Export the network"), f"{reader.info.name}.onnx", file_filters(".onnx"), export)

    def _take(self, mime: QMimeData) -> bool:
        """Open what a drop or the clipboard holds: a checkpoint, a drawing or a picture; False where it is none."""
        paths = _local_files(mime)
        if not paths:
            image = mime.imageData() if mime.hasImage() else None
            if not isinstance(image, QImage) or image.isNull():
                return False
            self._worker.run(partial(_from_image, image.copy()), self.show_drawing, self.failed.emit)
            return True
        if paths[0].suffix.lower() in CHECKPOINT_ENDINGS:
            self.checkpoint_selected.emit(paths[0])
            if len(paths) > 1:
                self.remarked.emit(self.tr("Only {name} is opened, the first of them").format(name=paths[0].name))
        else:
            self._open(paths)
        return True

    def _open(self, paths: Sequence[Path]) -> None:
        """Open drawings and pictures."""
        self._worker.run(partial(_opened, paths), self._on_files_opened, self.failed.emit)

    def _on_files_opened(self, opened: tuple[list[Sheet], Ink, InputError | None]) -> None:
        sheets, ink, problem = opened
        self.done.emit()
        self.series.begin(sheets, ink)
        if problem is not None:
            self.failed.emit(problem)

    @Slot(object)
    def show_drawing(self, ink: Ink) -> None:
        """Put a drawing on the pad, which can be undone; what was opened before can be gone through no more."""
        self.series.end()
        self.done.emit()
        self._canvas.set_ink(ink)

    @Slot(object)
    def _on_crop_changed(self, crop: Box | None) -> None:
        picture = self._canvas.ink.picture
        if picture is not None:
            self._cropping.run(self._drawings, partial(_cropped, picture, crop))

    def _on_cropped(self, ink: Ink) -> None:
        self.done.emit()
        self._is_cropping = True
        self._canvas.exchange_ink(ink)
        self._is_cropping = False

    @Slot()
    def _on_ink_changed(self) -> None:
        """Forget the part of a picture that is being worked out when anything else is put on the pad."""
        if not self._is_cropping:
            self._drawings += 1
            self._cropping.drop()

    @Slot()
    def _on_nothing_found(self) -> None:
        text = self.tr(
            "Nothing in this picture stands out as ink. Move the frame over the digit, or choose another one."
        )
        self.failed.emit(text)

    def _on_saved(self, path: Path) -> None:
        self.done.emit()
        self.remarked.emit(saved_words(path))

    def _on_checkpoint_saved(self, path: Path) -> None:
        self.checkpoint_done.emit()
        self.remarked.emit(saved_words(path))

    def _on_exported(self, path: Path, difference: float) -> None:
        self.checkpoint_done.emit()
        text = self.tr("Saved {path}; largest difference {difference}")
        self.remarked.emit(text.format(path=path, difference=numeral(difference, digits=1)))


def _to_clipboard(png: bytes) -> None:
    QApplication.clipboard().setImage(QImage.fromData(png), QClipboard.Mode.Clipboard)


def _local_files(mime: QMimeData | None) -> list[Path]:
    """The files on this machine that a drop or the clipboard names."""
    return [] if mime is None else [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


# Pillow and the XML parser are imported in the thread, where they are used: a start has no time for them.


def _opened(paths: Sequence[Path]) -> tuple[list[Sheet], Ink, InputError | None]:
    from digitpad.ink.formats.opening import open_sheets

    return open_sheets(paths)


def _cropped(picture: Picture, crop: Box | None) -> Ink:
    from digitpad.ink.formats.opening import cropped

    return cropped(picture, crop)


def _from_image(image: QImage) -> Ink:
    from PIL import Image

    from digitpad.ink.formats.opening import from_picture

    return from_picture(Image.fromarray(_pixels(image)))


def _pixels(image: QImage) -> NDArray[np.uint8]:
    """RGBA pixels, uint8 (h, w, 4), of an image: a copy, for what constBits shows dies with its QImage."""
    rgba = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(rgba.constBits(), np.uint8).reshape(rgba.height(), rgba.bytesPerLine())
    return rows[:, : rgba.width() * 4].reshape(rgba.height(), rgba.width(), 4).copy()


def _saved(path: Path, ink: Ink) -> Path:
    from digitpad.ink.formats.opening import save_ink

    save_ink(path, ink)
    return path


def _copied(source: Path, target: Path) -> Path:
    from digitpad.storage.io import read_file, write_atomically

    if target.suffix != source.suffix:
        text = "This checkpoint cannot be saved as {file}; end the name in {suffix}."
        raise InputError(text, file=target.name, suffix=source.suffix)
    write_atomically(target, read_file(source, _LARGEST_CHECKPOINT))
    return target


def _exported(reader: Reader, path: Path, false_rejection_rate: float | None) -> float:
    """The largest difference between a probability of the file and the reader's."""
    from digitpad.reading.export import export_onnx

    return export_onnx(reader.checkpoint, path, false_rejection_rate=false_rejection_rate)


def _png(ink: Ink) -> bytes:
    from digitpad.ink.formats.export import to_png

    return to_png(ink)
