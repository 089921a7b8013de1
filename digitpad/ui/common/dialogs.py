"""The file dialogs. They are opened, not waited for: the window lives on behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from digitpad.ink.formats.endings import INK_ENDINGS, PICTURE_ENDINGS

CHECKPOINT_ENDINGS = (".safetensors", ".onnx", ".pt", ".pth", ".ckpt")

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
    endings = " ".join(f"*{ending}" for ending in CHECKPOINT_ENDINGS)
    return [translate("dialogs", "Checkpoints") + f" ({endings})", _all_files()]


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
    return _ask(
        parent,
        "close_question",
        translate("dialogs", "A training run is under way. Stop it and close digitpad?"),
        translate("dialogs", "What was learned is kept, and the run can be resumed from the list of runs."),
        (translate("dialogs", "Stop and close"), translate("dialogs", "Keep training")),
        stop,
    )


def ask_before_deleting(parent: QWidget, title: str, delete: Callable[[], None]) -> QMessageBox:
    """Ask whether a recipe of the person's own is to be deleted."""
    return _ask(
        parent,
        "delete_question",
        translate("dialogs", "Delete your recipe “{title}”?").format(title=title),
        translate("dialogs", "This cannot be undone. Runs that were trained with it stay."),
        (translate("dialogs", "Delete"), translate("dialogs", "Keep")),
        delete,
    )


def ask_before_deleting_run(parent: QWidget, name: str, delete: Callable[[], None]) -> QMessageBox:
    """Ask whether a run is to be deleted, which a name tells from all others."""
    return _ask(
        parent,
        "delete_question",
        translate("dialogs", "Delete “{name}” and its checkpoints?").format(name=name),
        translate("dialogs", "This cannot be undone."),
        (translate("dialogs", "Delete"), translate("dialogs", "Keep")),
        delete,
    )


def _ask(
    parent: QWidget, name: str, text: str, more: str, answers: tuple[str, str], accepted: Callable[[], None]
) -> QMessageBox:
    """Ask a question with two answers; the second is under the keys."""
    question = QMessageBox(parent)
    question.setObjectName(name)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.setIcon(QMessageBox.Icon.Question)
    question.setTextFormat(Qt.TextFormat.PlainText)
    question.setText(text)
    question.setInformativeText(more)
    accept = question.addButton(answers[0], QMessageBox.ButtonRole.AcceptRole)
    keep = question.addButton(answers[1], QMessageBox.ButtonRole.RejectRole)
    accept.setObjectName("confirm_button")
    keep.setObjectName("keep_button")
    question.setDefaultButton(keep)
    question.setEscapeButton(keep)
    accept.clicked.connect(accepted)
    question.open()
    return question
