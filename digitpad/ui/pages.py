"""Every page of the window, in the order of tool bar and menu. A new one is declared here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from digitpad.storage.io import remove_unfinished
from digitpad.ui.views.view import Views
from digitpad.ui.workbench import Page

if TYPE_CHECKING:
    from digitpad.services import TrainingService
    from digitpad.ui.training.page import TrainingPage

translate = QCoreApplication.translate


def pages(training: Callable[[], TrainingPage], views: Views, make_help: Callable[[], QWidget]) -> list[Page]:
    """What can be shown beside pad and answer.

    Args:
        training: makes the page of training, when something of it is first shown.
        views: makes the views into the network that reads.
        make_help: makes the page of help.
    """
    return [
        Page(
            "training",
            translate("pages", "Training"),
            translate("pages", "Train, and see curves and runs"),
            "Ctrl+T",
            "training",
            training,
        ),
        Page(
            "steps",
            translate("pages", "Steps"),
            translate("pages", "See what becomes of the drawing before the network sees it"),
            "Ctrl+1",
            "steps",
            views.steps,
        ),
        Page(
            "map",
            translate("pages", "Map"),
            translate("pages", "See which test images the network finds alike"),
            "Ctrl+M",
            "map",
            lambda: training().map,
        ),
        Page(
            "samples",
            translate("pages", "Samples"),
            translate("pages", "See the images that a recipe shows"),
            "Ctrl+I",
            "samples",
            lambda: training().samples,
        ),
        Page(
            "help",
            translate("pages", "Help"),
            translate("pages", "What is what in the window, the keys and the terms"),
            "F1",
            "help",
            make_help,
            has_tool=False,
        ),
    ]


def import_training(service: TrainingService) -> None:
    """Clean up after processes that were killed, and import and read what the page of training is made with.

    It takes long, so it is for a thread.
    """
    remove_unfinished()
    import_module("digitpad.ui.training.page")
    _ = service.recipes
