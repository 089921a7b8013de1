"""The file dialogs. They are opened, not waited for: the window lives on behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

CHECKPOINT_ENDINGS = (".safetensors", ".pt", ".pth")

Chosen = Callable[[Path], None]


def drawing_filter(context: QObject) -> list[str]:
    """Names of what can be opened on the pad."""
    return [
        context.tr("Drawings and pictures") + " (*.inkml *.png *.jpg *.jpeg *.bmp *.webp)",
        context.tr("All files") + " (*)",
    ]


def drawing_save_filter(context: QObject) -> list[str]:
    """Names of what strokes can be saved as."""
    return [context.tr("InkML drawing") + " (*.inkml)", context.tr("PNG picture") + " (*.png)", "SVG (*.svg)"]


def picture_save_filter(context: QObject) -> list[str]:
    """Names of what a picture can be saved as."""
    return [context.tr("PNG picture") + " (*.png)"]


def checkpoint_filter(context: QObject) -> list[str]:
    """Names of what can be loaded to read with."""
    return [context.tr("Checkpoints") + " (*.safetensors *.pt *.pth)", context.tr("All files") + " (*)"]


def ask_open(parent: QWidget, title: str, filters: Sequence[str], chosen: Chosen) -> None:
    """Ask for a file that exists."""
    dialog = _dialog(parent, title, filters, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()


def ask_save(parent: QWidget, title: str, name: str, filters: Sequence[str], chosen: Chosen) -> None:
    """Ask for a file to write; it gets the ending of the chosen filter where its name has none."""
    dialog = _dialog(parent, title, filters, chosen)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)

    def follow(filter_name: str) -> None:
        dialog.setDefaultSuffix(filter_name.rpartition("(*.")[2].split()[0].rstrip(")"))

    dialog.filterSelected.connect(follow)
    follow(filters[0])
    dialog.open()


def _dialog(parent: QWidget, title: str, filters: Sequence[str], chosen: Chosen) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setNameFilters(filters)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    return dialog
