"""The file dialogs. They are opened, not waited for: the window lives on behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from digitpad.ink.formats.endings import INK_ENDINGS, PICTURE_ENDINGS
from digitpad.ui.common.widgets import named

CHECKPOINT_ENDINGS = (".safetensors", ".onnx", ".pt", ".pth", ".ckpt")

translate = QCoreApplication.translate

OnSelected = Callable[[Path], None]


def file_filters(*kinds: str) -> list[str]:
    """Names of what a file dialog offers: 'drawings', 'checkpoints', 'recipe', 'all', or a kind by its ending."""
    names: dict[str, tuple[str, Sequence[str]]] = {
        "drawings": (translate("dialogs", "Drawings and pictures"), (*INK_ENDINGS, *PICTURE_ENDINGS)),
        "checkpoints": (translate("dialogs", "Checkpoints"), CHECKPOINT_ENDINGS),
        "recipe": (translate("dialogs", "Recipe"), (".json",)),
        "all": (translate("dialogs", "All files"), ("",)),
        ".inkml": (translate("dialogs", "InkML drawing"), (".inkml",)),
        ".png": (translate("dialogs", "PNG picture"), (".png",)),
        ".csv": (translate("dialogs", "Table"), (".csv",)),
        ".svg": ("SVG", (".svg",)),
        ".html": (translate("dialogs", "Web page"), (".html",)),
    }
    offered = [names.get(kind) or (translate("dialogs", "Checkpoint"), (kind,)) for kind in kinds]
    return [f"{name} ({' '.join(f'*{ending}' for ending in endings)})" for name, endings in offered]


def ask_open(parent: QWidget, title: str, filters: Sequence[str], selected: OnSelected) -> None:
    """Ask for a file that exists."""
    dialog = _dialog(parent, title, filters, selected)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()


def ask_open_many(
    parent: QWidget, title: str, filters: Sequence[str], selected: Callable[[Sequence[Path]], None]
) -> None:
    """Ask for one file or more that exist."""
    dialog = _dialog(parent, title, filters, lambda path: selected([path]))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    # of a single file, Qt tells in both ways
    dialog.filesSelected.connect(lambda names: selected([Path(name) for name in names]) if len(names) > 1 else None)
    dialog.open()


def ask_save(parent: QWidget, title: str, name: str, filters: Sequence[str], selected: OnSelected) -> None:
    """Ask for a file to write; it gets the ending of the chosen filter where its name has none."""
    dialog = _dialog(parent, title, filters, selected)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)

    def follow(filter_name: str) -> None:
        dialog.setDefaultSuffix(filter_name.rpartition("(*.")[2].split()[0].rstrip(")"))

    dialog.filterSelected.connect(follow)
    follow(filters[0])
    dialog.open()


def _dialog(parent: QWidget, title: str, filters: Sequence[str], selected: OnSelected) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setNameFilters(filters)
    dialog.fileSelected.connect(lambda name: selected(Path(name)))
    return dialog


def ask_before_closing(parent: QWidget, stop: Callable[[], None]) -> QMessageBox:
    """Ask whether a run that goes on is to be stopped, so that the window can be closed."""
    text = translate("dialogs", "A training run is under way. Stop it and close digitpad?")
    more = translate("dialogs", "What was learned is kept, and the run can be resumed from the list of runs.")
    accept, keep = translate("dialogs", "Stop and close"), translate("dialogs", "Keep training")
    return _ask(parent, "close_question", text, more, accept, keep, stop)


def ask_before_deleting(parent: QWidget, title: str, delete: Callable[[], None]) -> QMessageBox:
    """Ask whether a recipe of the person's own is to be deleted."""
    text = translate("dialogs", "Delete your recipe “{title}”?").format(title=title)
    more = translate("dialogs", "This cannot be undone. Runs that were trained with it stay.")
    accept, keep = translate("dialogs", "Delete"), translate("dialogs", "Keep")
    return _ask(parent, "delete_question", text, more, accept, keep, delete)


def ask_before_deleting_run(parent: QWidget, name: str, delete: Callable[[], None]) -> QMessageBox:
    """Ask whether a run is to be deleted, which a name tells from all others."""
    text = translate("dialogs", "Delete “{name}” and its checkpoints?").format(name=name)
    more = translate("dialogs", "This cannot be undone.")
    accept, keep = translate("dialogs", "Delete"), translate("dialogs", "Keep")
    return _ask(parent, "delete_question", text, more, accept, keep, delete)


def ask_before_removing_hands(parent: QWidget, remove: Callable[[], None]) -> QMessageBox:
    """Ask whether every collected drawing is to be removed."""
    text = translate("dialogs", "Remove all collected drawings of every hand, and what was taught with them?")
    more = translate("dialogs", "This cannot be undone.")
    accept, keep = translate("dialogs", "Remove"), translate("dialogs", "Keep")
    return _ask(parent, "delete_question", text, more, accept, keep, remove)


def _ask(
    parent: QWidget, name: str, text: str, more: str, yes: str, no: str, accepted: Callable[[], None]
) -> QMessageBox:
    """Ask a question with two answers; the second is under the keys."""
    question = named(QMessageBox(parent, text=text, informativeText=more, icon=QMessageBox.Icon.Question), name)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.setTextFormat(Qt.TextFormat.PlainText)
    accept = named(question.addButton(yes, QMessageBox.ButtonRole.AcceptRole), "confirm_button")
    keep = named(question.addButton(no, QMessageBox.ButtonRole.RejectRole), "keep_button")
    question.setDefaultButton(keep)
    question.setEscapeButton(keep)
    accept.clicked.connect(accepted)
    question.open()
    return question
