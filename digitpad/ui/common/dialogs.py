"""The file dialogs. They are opened, not waited for: the window lives on behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from digitpad.ink.formats.endings import INK_ENDINGS, PICTURE_ENDINGS

CHECKPOINT_ENDINGS = (".safetensors", ".pt", ".pth")

translate = QCoreApplication.translate

Chosen = Callable[[Path], None]


def drawing_filter() -> list[str]:
    """Names of what can be opened on the pad."""
    endings = " ".join(f"*{ending}" for ending in (*INK_ENDINGS, *PICTURE_ENDINGS))
    return [translate("dialogs", "Drawings and pictures") + f" ({endings})", _all_files()]


def drawing_save_filter() -> list[str]:
    """Names of what strokes can be saved as."""
    return [translate("dialogs", "InkML drawing") + " (*.inkml)", *picture_save_filter(), "SVG (*.svg)"]


def picture_save_filter() -> list[str]:
    """Names of what a picture can be saved as."""
    return [translate("dialogs", "PNG picture") + " (*.png)"]


def checkpoint_filter() -> list[str]:
    """Names of what can be loaded to read with."""
    return [translate("dialogs", "Checkpoints") + " (*.safetensors *.pt *.pth)", _all_files()]


def checkpoint_save_filter(ending: str) -> list[str]:
    """Names of what a checkpoint can be saved as: what it is, with its ending as in '.safetensors'."""
    return [translate("dialogs", "Checkpoint") + f" (*{ending})"]


def recipe_filter() -> list[str]:
    """Names of what a recipe is kept in."""
    return [translate("dialogs", "Recipe") + " (*.json)"]


def curves_filter(kind: str) -> list[str]:
    """Names of what curves can be saved as: 'png' or 'csv'."""
    if kind == "png":
        return picture_save_filter()
    return [translate("dialogs", "Table") + " (*.csv)"]


def _all_files() -> str:
    return translate("dialogs", "All files") + " (*)"


def ask_open(parent: QWidget, title: str, filters: Sequence[str], selected: Chosen) -> None:
    """Ask for a file that exists."""
    dialog = _dialog(parent, title, filters, selected)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()


def ask_save(parent: QWidget, title: str, name: str, filters: Sequence[str], selected: Chosen) -> None:
    """Ask for a file to write; it gets the ending of the chosen filter where its name has none."""
    dialog = _dialog(parent, title, filters, selected)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)

    def follow(filter_name: str) -> None:
        dialog.setDefaultSuffix(filter_name.rpartition("(*.")[2].split()[0].rstrip(")"))

    dialog.filterSelected.connect(follow)
    follow(filters[0])
    dialog.open()


def _dialog(parent: QWidget, title: str, filters: Sequence[str], selected: Chosen) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setNameFilters(filters)
    dialog.fileSelected.connect(lambda name: selected(Path(name)))
    return dialog


def ask_before_closing(parent: QWidget, stop: Callable[[], None]) -> QMessageBox:
    """Ask whether a run that goes on is to be stopped, so that the window can be closed."""
    question = QMessageBox(parent)
    question.setObjectName("close_question")
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.setIcon(QMessageBox.Icon.Question)
    question.setText(translate("dialogs", "A training run is under way. Stop it and close digitpad?"))
    question.setInformativeText(
        translate("dialogs", "What was learned is kept, and the run can be resumed from the list of runs.")
    )
    accept = question.addButton(translate("dialogs", "Stop and close"), QMessageBox.ButtonRole.AcceptRole)
    keep = question.addButton(translate("dialogs", "Keep training"), QMessageBox.ButtonRole.RejectRole)
    question.setDefaultButton(keep)
    question.setEscapeButton(keep)
    accept.clicked.connect(stop)
    question.open()
    return question
