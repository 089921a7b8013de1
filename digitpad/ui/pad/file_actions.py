"""Drawings, pictures and checkpoints in and out of the window: dialogs, clipboard and drops."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget

from digitpad.ui.common.dialogs import (
    CHECKPOINT_ENDINGS,
    ask_open,
    ask_save,
    checkpoint_filter,
    checkpoint_save_filter,
    drawing_filter,
    drawing_save_filter,
    picture_save_filter,
)
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.pad.file_tasks import FileTasks, local_files


class FileActions(QObject):
    """Asks a person what to open and where to save, and hands it to `FileTasks`.

    Signals:
        checkpoint_chosen: the Path of a checkpoint that is to be read with.
        failed: a sentence: what was dropped or pasted cannot be opened.
        remarked: a sentence about what was done.
    """

    checkpoint_chosen = Signal(object)
    failed = Signal(str)
    remarked = Signal(str)

    def __init__(self, files: FileTasks, canvas: Canvas, window: QWidget) -> None:
        super().__init__(window)
        self._files, self._canvas, self._window = files, canvas, window

    def enter(self, event: QDragEnterEvent) -> None:
        """Take files and pictures, as copies."""
        if local_files(event.mimeData()) or event.mimeData().hasImage():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def drop(self, event: QDropEvent) -> None:
        """Open the first file that was dropped, or the picture."""
        if self._take(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)  # a source may delete what was moved
            event.accept()
        else:
            self.failed.emit(self.tr("That cannot be opened here. Drop a file or a picture."))

    @Slot()
    def paste(self) -> None:
        """Open what the clipboard holds."""
        if not self._take(QApplication.clipboard().mimeData()):
            self.failed.emit(self.tr("There is no picture on the clipboard. Copy one and paste again."))

    @Slot()
    def copy(self) -> None:
        """Put the drawing on the clipboard as a picture."""
        self._files.copy(self._canvas.ink)

    @Slot()
    def ask_for_drawing(self) -> None:
        """Ask for a drawing or picture and open it."""
        ask_open(self._window, self.tr("Open a drawing or picture"), drawing_filter(), self._files.open)

    @Slot()
    def ask_where_to_save(self) -> None:
        """Ask for a file and save the drawing there."""
        ink = self._canvas.ink
        names = picture_save_filter() if ink.picture is not None else drawing_save_filter()
        title = self.tr("Save the drawing")
        ask_save(self._window, title, "digit", names, lambda path: self._files.save(path, ink))

    @Slot()
    def ask_for_checkpoint(self) -> None:
        """Ask for a checkpoint to read with."""
        ask_open(self._window, self.tr("Load a checkpoint"), checkpoint_filter(), self.checkpoint_chosen.emit)

    def ask_where_to_save_checkpoint(self, source: Path) -> None:
        """Ask for a file and copy a checkpoint there."""
        names, title = checkpoint_save_filter(source.suffix), self.tr("Save the checkpoint")
        ask_save(self._window, title, source.name, names, lambda path: self._files.copy_checkpoint(source, path))

    def _take(self, mime: QMimeData) -> bool:
        """Open what a drop or the clipboard holds: a checkpoint, a drawing or a picture; False where it is none."""
        paths = local_files(mime)
        if not paths:
            return self._files.take(mime)
        if paths[0].suffix.lower() in CHECKPOINT_ENDINGS:
            self.checkpoint_chosen.emit(paths[0])
        else:
            self._files.open(paths[0])
        if len(paths) > 1:
            self.remarked.emit(self.tr("Only {name} is opened, the first of them").format(name=paths[0].name))
        return True
