"""What is evaluated: boxes to choose data and networks from, which also open a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox

from digitpad.domain.data_info import DataInfo
from digitpad.domain.run import RunInfo
from digitpad.storage.run_store import RunFolder, list_runs, runs_folder
from digitpad.ui.answer.known_networks import KnownNetwork, last_run, loaded_lately, shipped_networks
from digitpad.ui.common.dialogs import ask_open
from digitpad.ui.common.format import numeral
from digitpad.ui.common.widgets import named
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.settings import Settings

_FILE = "\0file"
"""Stands for an entry that asks for a file."""

_CHARACTERS = 11


class FileChoice(QComboBox):
    """Entries, each with a value, and a last one that asks for a file, which becomes an entry.

    Signals:
        chosen: a person has chosen another entry or file.
    """

    chosen = Signal()

    def __init__(self, name: str, spoken: str, ask: str, filters: Sequence[str]) -> None:
        """`ask` is the last entry, and the title of the dialog that it opens."""
        super().__init__()
        named(self, name, spoken)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_CHARACTERS)
        self._ask, self._filters = ask, filters
        self._files: list[Path] = []
        self._entries: list[tuple[str, object]] = []
        self._selected: object = None
        self.activated.connect(self._on_activated)

    @property
    def value(self) -> object:
        """What the selected entry stands for; None where that is nothing."""
        return self._selected

    def show_entries(self, entries: Sequence[tuple[str, object]]) -> None:
        """Offer words with their values, the files that were opened, and to open one; what is selected stays so."""
        self._entries = list(entries)
        self._list()

    @Slot(object)
    def take_file(self, path: Path) -> None:
        """Select a file, and keep it among the entries."""
        self._files = [*(known for known in self._files if known != path), path]
        self._selected = path
        self._list()
        self.chosen.emit()

    def _list(self) -> None:
        values = [value for _, value in self._entries]
        files = [path for path in self._files if path not in values]
        with QSignalBlocker(self):
            self.clear()
            for words, value in (*self._entries, *((path.name, path) for path in files)):
                self.addItem(words, value)
                if isinstance(value, Path):
                    self.setItemData(self.count() - 1, str(value), 3)  # ToolTipRole
            self.insertSeparator(self.count())
            self.addItem(self._ask, _FILE)
        if self._selected not in (*values, *files):
            self._selected = values[0] if values else None
        self._show_selected()

    def _show_selected(self) -> None:
        at = next((i for i in range(self.count()) if self.itemData(i) == self._selected), 0)
        self.setCurrentIndex(at)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        value = self.itemData(index)
        if isinstance(value, str) and value == _FILE:
            self._show_selected()
            ask_open(self.window(), self._ask.rstrip("…"), self._filters, self.take_file)
        else:
            self._selected = value
            self.chosen.emit()


def data_entries(found: Sequence[DataInfo]) -> list[tuple[str, object]]:
    """The test images of data sets, by their ids."""
    return [(f"{info.title} ({numeral(info.test)})", info.id) for info in found]


def network_entries(
    network: ActiveNetwork, settings: Settings, runs: Sequence[KnownNetwork]
) -> list[tuple[str, object]]:
    """The checkpoints that a person may know, without doubles."""
    found = (*shipped_networks(), *last_run(network), *runs, *loaded_lately(network, settings))
    by_path = {known.path: known.name for known in reversed(found)}
    return [(words, path) for path, words in reversed(by_path.items())]


def networks_of_runs() -> list[KnownNetwork]:
    """The best checkpoint of each run that has one, the latest run first; for a thread, since it reads files."""

    def best(run: RunInfo) -> Path:
        return RunFolder(runs_folder() / run.id).best

    runs = sorted(list_runs(runs_folder()), key=lambda run: run.started, reverse=True)
    return [KnownNetwork(best(run), run.name, run.name) for run in runs if best(run).exists()]
