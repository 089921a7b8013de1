"""The networks that can be compared, in a tree with check boxes."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QTreeWidget, QTreeWidgetItem

from digitpad.domain.run import RunInfo
from digitpad.storage.run_store import RunFolder, list_runs, runs_folder
from digitpad.ui.common.widgets import named
from digitpad.ui.runs.table import run_labels

translate = QCoreApplication.translate

ACTIVE = "active"
"""The id of the network that reads, whichever it is; those of others are their files' paths."""

_ID = Qt.ItemDataRole.UserRole
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


@dataclass(frozen=True)
class Offer:
    """A network that can be chosen: its id, its name for people, and words that say more."""

    id: str
    name: str
    words: str = ""


@dataclass(frozen=True)
class Section:
    """Networks under one title; all those of a run are checked with it."""

    title: str
    offers: Sequence[Offer]
    is_run: bool = False


def run_sections() -> tuple[list[Section], dict[str, float]]:
    """The runs that have checkpoints, the newest first, each with its best, its last and its epochs; for a thread.

    Returns also when each file was changed, in seconds, by its id. Raises DigitpadError where the folder of runs cannot
    be read.
    """
    runs = list_runs(runs_folder())
    sections = [_run_section(run, label) for run, label in zip(runs, run_labels(runs), strict=True)]
    changed = {}
    for offer in (offer for section in sections for offer in section.offers):
        with contextlib.suppress(OSError):  # deleted since
            changed[offer.id] = Path(offer.id).stat().st_mtime
    return [section for section in sections if section.offers], changed


def _run_section(run: RunInfo, label: str) -> Section:
    folder = RunFolder(runs_folder() / run.id)
    files: list[tuple[Path, str]] = [
        (folder.best, translate("compare", "best epoch")),
        (folder.last, translate("compare", "last epoch")),
    ]
    words = translate("compare", "epoch {number}")
    files += [(folder.epoch(number), words.format(number=number)) for number in folder.epochs()]
    return Section(label, [Offer(str(path), text) for path, text in files if path.is_file()], is_run=True)


class NetworkTree(QTreeWidget):
    """Sections of networks, each with a check box.

    Signals:
        chosen: others are checked now.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        tip = self.tr("Check the networks that are to read your drawing; a run's box checks all of its epochs")
        named(self, "compare_networks", self.tr("Networks to compare"), tip)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._remembered: list[str] = []
        self._soon = QTimer(self, singleShot=True, interval=0)  # a run's box changes many at once
        self._soon.timeout.connect(self.chosen)
        self.itemChanged.connect(lambda: self._soon.start())

    @property
    def checked(self) -> list[str]:
        """Ids of what is checked, in the tree's order; what was checked and is not offered now comes last."""
        items = self._items()
        offered = {item.data(0, _ID) for item in items}
        checked = [item.data(0, _ID) for item in items if item.checkState(0) == _CHECKED]
        return [*checked, *(one for one in self._remembered if one not in offered)]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Ids and names of what is checked and offered."""
        return [(item.data(0, _ID), item.text(0)) for item in self._items() if item.checkState(0) == _CHECKED]

    def show_sections(self, sections: Sequence[Section], checked: Collection[str]) -> None:
        """Offer these; sections that were open stay so, and those in which something is checked open."""
        self._remembered = list(checked)
        roots = [self.topLevelItem(at) for at in range(self.topLevelItemCount())]
        was_open = {root.text(0): root.isExpanded() for root in roots if root is not None}
        with QSignalBlocker(self):
            self.clear()
            for section in sections:
                root = QTreeWidgetItem(self, [section.title])
                root.setToolTip(0, section.title)
                if section.is_run:
                    root.setFlags(root.flags() | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsUserCheckable)
                    root.setCheckState(0, _UNCHECKED)
                else:
                    root.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                for offer in section.offers:
                    item = QTreeWidgetItem(root, [offer.name])
                    item.setData(0, _ID, offer.id)
                    words = offer.words or offer.name
                    item.setToolTip(0, words if offer.id == ACTIVE else f"{words}\n{offer.id}")
                    item.setCheckState(0, _CHECKED if offer.id in checked else _UNCHECKED)
                has_checked = any(offer.id in checked for offer in section.offers)
                root.setExpanded(was_open.get(section.title, has_checked or not section.is_run))

    def uncheck(self, network_ids: Collection[str]) -> None:
        """Take the check marks of some away."""
        with QSignalBlocker(self):
            for item in self._items():
                if item.data(0, _ID) in network_ids:
                    item.setCheckState(0, _UNCHECKED)
        self._remembered = [one for one in self._remembered if one not in network_ids]

    def _items(self) -> list[QTreeWidgetItem]:
        roots = [self.topLevelItem(at) for at in range(self.topLevelItemCount())]
        items = [root.child(at) for root in roots if root is not None for at in range(root.childCount())]
        return [item for item in items if item is not None]
