"""What is evaluated: boxes to choose data and networks from, which also open a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from digitpad.domain.data_info import DataInfo
from digitpad.domain.run import RunInfo
from digitpad.storage.run_store import RunFolder, list_runs, runs_folder
from digitpad.ui.answer.known_networks import KnownNetwork, last_run, loaded_lately, shipped_networks
from digitpad.ui.common.dialogs import ask_open, file_filters
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import FlowLayout, row
from digitpad.ui.common.widgets import named
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.settings import Settings

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader

_FILE = "\0file"
"""Stands for an entry that asks for a file."""

_ACTIVE, _NONE = "active", "none"
"""Stand for the network that reads now, and for no second network."""

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


class EvaluationChoices(FlowLayout):
    """The data, the network and a second network, each with its label."""

    def __init__(self, network: ActiveNetwork, settings: Settings) -> None:
        super().__init__(spacing=12)
        self._network, self._settings = network, settings
        self._titles: dict[str | None, str] = {}  # of the data sets, by their ids
        files, ask = file_filters("drawings", "all"), self.tr("Open an ink file…")
        self._data = FileChoice("evaluation_data", self.tr("Data"), ask, files)
        files, ask = file_filters("checkpoints", "all"), self.tr("Open a checkpoint…")
        self._first = FileChoice("evaluation_network", self.tr("Network"), ask, files)
        self._second = FileChoice("evaluation_second", self.tr("Network to compare with"), ask, files)
        for words, choice in (
            (self.tr("Data"), self._data),
            (self.tr("Network"), self._first),
            (self.tr("Compare with"), self._second),
        ):
            label, pair = QLabel(words), QWidget()
            label.setBuddy(choice)
            row(label, choice, parent=pair)
            self.addWidget(pair)

    @property
    def data(self) -> str | Path | None:
        """The id of a data set, or an ink file; None where there is nothing to choose."""
        return cast("str | Path | None", self._data.value)

    @property
    def title(self) -> str:
        """The data's, for people."""
        return self.data.name if isinstance(self.data, Path) else self._titles.get(self.data, "")

    @property
    def networks(self) -> tuple[Reader | Path, ...]:
        """The networks, or their files; none where the one that reads was chosen and there is none."""
        values = (choice.value for choice in (self._first, self._second))
        chosen = [self._network.reader if value == _ACTIVE else value for value in values]
        return tuple(cast("Reader | Path", value) for value in chosen if value not in (None, _NONE))

    def list_data(self, found: Sequence[DataInfo]) -> None:
        """Offer the test images of data sets."""
        self._titles = {info.id: info.title for info in found}
        self._data.show_entries([(f"{info.title} ({numeral(info.test)})", info.id) for info in found])

    def list_networks(self, runs: Sequence[KnownNetwork]) -> None:
        """Offer the checkpoints that a person may know, without doubles."""
        found = (*shipped_networks(), *last_run(self._network), *runs, *loaded_lately(self._network, self._settings))
        by_path = {known.path: known.name for known in reversed(found)}
        known = [(words, path) for path, words in reversed(by_path.items())]
        self._first.show_entries([(self.tr("The one that reads"), _ACTIVE), *known])
        self._second.show_entries([(self.tr("None"), _NONE), *known])


def networks_of_runs() -> list[KnownNetwork]:
    """The best checkpoint of each run that has one, the latest run first; for a thread, since it reads files."""

    def best(run: RunInfo) -> Path:
        return RunFolder(runs_folder() / run.id).best

    runs = sorted(list_runs(runs_folder()), key=lambda run: run.started, reverse=True)
    return [KnownNetwork(best(run), run.name, run.name) for run in runs if best(run).exists()]
