"""Drawings and checkpoints as files, and the clipboard; the work on them is done in a thread."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QClipboard, QGuiApplication, QImage

from digitpad.domain.errors import InputError
from digitpad.ink.strokes import Ink
from digitpad.ui.common.format import numeral
from digitpad.ui.session.worker import Worker


class FileTasks(QObject):
    """Opens, saves, copies and pastes.

    Signals:
        opened: an Ink that takes the pad.
        saved, checkpoint_saved: the Path that a drawing, or a copy of a checkpoint, was written to.
        remarked: a sentence about what was opened.
        failed, checkpoint_failed: a DigitpadError that says what went wrong with a drawing, or a copy of a checkpoint.
    """

    opened = Signal(object)
    saved = Signal(object)
    checkpoint_saved = Signal(object)
    remarked = Signal(str)
    failed = Signal(object)
    checkpoint_failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = Worker("files", self)

    def open(self, path: Path) -> None:
        """Open a drawing or picture; of a file with many drawings, the first."""
        self._worker.run(partial(_opened, path), partial(self._on_opened, path), self.failed.emit)

    def save(self, path: Path, ink: Ink) -> None:
        """Save some ink as what the path's ending says."""
        self._worker.run(partial(_saved, path, ink), self.saved.emit, self.failed.emit)

    def copy_checkpoint(self, source: Path, target: Path) -> None:
        """Copy a checkpoint, whole or not at all."""
        self._worker.run(partial(_copied, source, target), self.checkpoint_saved.emit, self.checkpoint_failed.emit)

    def copy(self, ink: Ink) -> None:
        """Put the drawing on the clipboard as a picture."""
        self._worker.run(partial(_png, ink), self._on_png, self.failed.emit)

    def take(self, mime: QMimeData | None) -> bool:
        """Take a picture from the clipboard or a drop; False where there is none."""
        image = mime.imageData() if mime is not None and mime.hasImage() else None
        if not isinstance(image, QImage) or image.isNull():
            return False
        self._worker.run(partial(_from_image, image.copy()), self.opened.emit, self.failed.emit)
        return True

    def stop(self) -> None:
        """End the thread when what was asked for is done."""
        self._worker.stop()

    def _on_opened(self, path: Path, opened: tuple[Ink, int]) -> None:
        ink, count = opened
        self.opened.emit(ink)
        if count > 1:
            text = self.tr("{file} holds {count} drawings; the first is shown.")
            self.remarked.emit(text.format(file=path.name, count=numeral(count)))

    def _on_png(self, png: bytes) -> None:
        QGuiApplication.clipboard().setImage(QImage.fromData(png), QClipboard.Mode.Clipboard)


def local_files(mime: QMimeData | None) -> list[Path]:
    """The files on this machine that a drop or the clipboard names."""
    return [] if mime is None else [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


# Pillow and the XML parser are imported in the thread, where they are used: a start has no time for them.


def _opened(path: Path) -> tuple[Ink, int]:
    """The first drawing of a file that is not empty, and how many there are."""
    from digitpad.ink.formats.opening import open_inks

    inks = [ink for ink in open_inks(path) if not ink.is_empty]
    if not inks:
        raise InputError("{file} holds no drawing; choose another file.", file=path.name)
    return inks[0], len(inks)


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
    from digitpad.storage.io import write_atomically

    if target.suffix != source.suffix:
        text = "This checkpoint cannot be saved as {file}; end the name in {suffix}."
        raise InputError(text, file=target.name, suffix=source.suffix)
    try:
        content = source.read_bytes()
    except OSError as error:
        text = "{path} cannot be read ({reason}); load another checkpoint."
        raise InputError(text, path=source, reason=error.strerror) from error
    write_atomically(target, content)
    return target


def _png(ink: Ink) -> bytes:
    from digitpad.ink.formats.export import to_png

    return to_png(ink)
