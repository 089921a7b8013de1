"""The drawing as a file and on the clipboard; the work on files and pictures is done in a thread."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QClipboard, QGuiApplication, QImage

from digitpad.errors import InputError
from digitpad.ink.strokes import Ink
from digitpad.ui.tasks import Tasks


class DrawingFiles(QObject):
    """Opens, saves, copies and pastes.

    Signals:
        opened: an Ink that takes the pad.
        saved: the Path that a drawing was written to.
        failed: a sentence that says what went wrong.
    """

    opened = Signal(object)
    saved = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = Tasks(self)
        self._tasks.failed.connect(self.failed)

    def open(self, path: Path) -> None:
        """Open a drawing or picture."""
        self._tasks.run(partial(_opened, path), self._on_opened)

    def save(self, path: Path, ink: Ink) -> None:
        """Save some ink as what the path's ending says."""
        self._tasks.run(partial(_saved, path, ink), self._on_saved)

    def copy_file(self, source: Path, target: Path) -> None:
        """Copy a file, whole or not at all."""
        self._tasks.run(partial(_copied, source, target), self._on_saved)

    def copy(self, ink: Ink) -> None:
        """Put the drawing on the clipboard as a picture."""
        self._tasks.run(partial(_png, ink), self._on_png)

    def paste(self) -> None:
        """Read the clipboard's picture."""
        mime = QGuiApplication.clipboard().mimeData()
        if not self.take(mime):
            self.failed.emit(self.tr("There is no picture on the clipboard. Copy one and paste again."))

    def take(self, mime: QMimeData | None) -> bool:
        """Take a picture from the clipboard or a drop; False where there is none."""
        if mime is None or not mime.hasImage():
            return False
        image = cast(QImage, mime.imageData()).convertToFormat(QImage.Format.Format_RGBA8888)
        if image.isNull():
            return False
        # A copy: the view that constBits gives dies with its QImage.
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels = rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4).copy()
        self._tasks.run(partial(_from_pixels, pixels), self._on_opened)
        return True

    def stop(self) -> None:
        """End the thread when what was asked for is done."""
        self._tasks.stop()

    def _on_opened(self, ink: object) -> None:
        self.opened.emit(ink)

    def _on_saved(self, path: object) -> None:
        self.saved.emit(path)

    def _on_png(self, png: object) -> None:
        image = QImage.fromData(cast(bytes, png))
        QGuiApplication.clipboard().setImage(image, QClipboard.Mode.Clipboard)


# Pillow and the XML parser are imported in the thread, where they are used: a start has no time for them.


def _opened(path: Path) -> Ink:
    from digitpad.ink.inkml import fitted
    from digitpad.ink.opening import open_inks

    inks = open_inks(path)
    if not inks or inks[0].is_empty:
        raise InputError(f"{path.name} holds no drawing; choose another file.")
    return inks[0] if inks[0].picture is not None else fitted(inks[0])


def _from_pixels(pixels: np.ndarray) -> Ink:
    from PIL import Image

    from digitpad.ink.opening import from_picture

    return from_picture(Image.fromarray(pixels))


def _saved(path: Path, ink: Ink) -> Path:
    from digitpad.ink.opening import save_ink

    save_ink(path, ink)
    return path


def _copied(source: Path, target: Path) -> Path:
    from digitpad.files import write_atomically

    try:
        content = source.read_bytes()
    except OSError as error:
        raise InputError(f"{source.name} cannot be read ({error.strerror}); load another checkpoint.") from error
    write_atomically(target, content)
    return target


def _png(ink: Ink) -> bytes:
    from digitpad.ink.export import to_png

    return to_png(ink)
