"""Every page of the window, in the order of tool bar and menu. A new one is declared here and nowhere else."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from digitpad.ui.training.page import TrainingPage
from digitpad.ui.workbench import Page

translate = QCoreApplication.translate


def pages(training: TrainingPage) -> list[Page]:
    """What can be shown beside pad and answer."""
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
            "map",
            translate("pages", "Map"),
            translate("pages", "See which test images the network finds alike"),
            "Ctrl+M",
            "map",
            training.map,
        ),
        Page(
            "samples",
            translate("pages", "Samples"),
            translate("pages", "See the images that a recipe shows"),
            "Ctrl+I",
            "samples",
            training.samples,
        ),
    ]
