"""Every page of the window, in the order of tool bar and menu. A new one is declared here and nowhere else."""

from __future__ import annotations

import sys
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

_TRAINING = tuple(
    f"digitpad.ui.{name}" for name in ("curves.view", "runs.list", "runs.controller", "training.form", "training.page")
)


def pages(
    training: Callable[[], TrainingPage],
    views: Views,
    make_hand: Callable[[], QWidget],
    make_help: Callable[[], QWidget],
) -> list[Page]:
    """What can be shown beside pad and answer.

    Args:
        training: makes the page of training, when something of it is first shown.
        views: makes the views into the network that reads.
        make_hand: makes the page of the person's hand.
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
            "layers",
            translate("pages", "Layers"),
            translate("pages", "See what every layer of the network makes of the drawing"),
            "Ctrl+2",
            "layers",
            views.layers,
        ),
        Page(
            "why",
            translate("pages", "Why"),
            translate("pages", "See where in the drawing the answer comes from"),
            "Ctrl+4",
            "why",
            views.why,
        ),
        Page(
            "map",
            translate("pages", "Map"),
            translate("pages", "See which images the network finds alike, and where your drawing lies among them"),
            "Ctrl+M",
            "map",
            views.map,
        ),
        Page(
            "evaluation",
            translate("pages", "Evaluation"),
            translate("pages", "See how well a network reads test images, and where it fails"),
            "Ctrl+E",
            "evaluation",
            views.evaluation,
        ),
        Page(
            "compare",
            translate("pages", "Compare"),
            translate("pages", "See what several networks read of the drawing"),
            "Ctrl+6",
            "compare",
            views.compare,
        ),
        Page(
            "stress",
            translate("pages", "Stress"),
            translate("pages", "Change the drawing little by little, and see when it is read as another digit"),
            "Ctrl+5",
            "stress",
            views.stress,
        ),
        Page(
            "replay",
            translate("pages", "Replay"),
            translate("pages", "See how the answer came about while the drawing was made"),
            "Ctrl+3",
            "replay",
            views.replay,
        ),
        Page(
            "samples",
            translate("pages", "Samples"),
            translate("pages", "See test images and what the network makes of them, and put one on the pad"),
            "Ctrl+I",
            "samples",
            views.samples,
        ),
        Page(
            "hand",
            translate("pages", "Hand"),
            translate("pages", "Teach the network your handwriting"),
            "Ctrl+H",
            "hand",
            make_hand,
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


def prepare_training(service: TrainingService) -> None:
    """Clean up after processes that were killed, and read what the page of training shows; for a thread."""
    remove_unfinished()
    _ = service.recipes


def import_training() -> bool:
    """Import some of what the page of training is made of, some 5 ms' worth, and whether there is more.

    It defines widgets, so it is for the window's thread.
    """
    left = [module for module in _TRAINING if module not in sys.modules]
    if left:
        import_module(left[0])
    return len(left) > 1
