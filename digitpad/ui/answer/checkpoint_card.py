"""What the checkpoint in use says of itself, and the buttons that load and save one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.ui.common.format import epoch_count, moment, numeral, percent, sentence
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.notice import Notice, breakable
from digitpad.ui.common.widgets import ElidedLabel, note_label
from digitpad.ui.session.active_network import NetworkState, Source

if TYPE_CHECKING:
    from digitpad.reading.checkpoint_file import Preparation

_SHOWN = 110
"""Characters of a value that are shown at most; a foreign file may hold any text."""


class _ActionButton(QPushButton):
    """Does what an action of the menus does, with words of its own."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.setObjectName(name)

    def set_action(self, action: QAction) -> None:
        """Trigger that action, and be enabled with it."""
        self.clicked.connect(action.trigger)
        self.setToolTip(action.toolTip())
        self.setEnabled(action.isEnabled())
        action.enabledChanged.connect(self.setEnabled)


class _Table(QWidget):
    """Six rows of a title and what is said about it; those that fit whole are seen, from the top."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        self._rows = [(note_label(), note_label()) for _ in range(6)]
        for number, (title, text) in enumerate(self._rows):
            title.setWordWrap(False)
            for column_number, label in enumerate((title, text)):
                label.setAlignment(Qt.AlignmentFlag.AlignTop)
                grid.addWidget(label, number, column_number)
        grid.setRowStretch(len(self._rows), 1)

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Show titles and texts, a long text shortened; its tool tip has the whole of it."""
        for (title, label), (words, text) in zip(self._rows, rows, strict=True):
            title.setText(words)
            whole_words = text[: _SHOWN - 2].rsplit(" ", 1)[0]  # no number is cut
            label.setText(breakable(text if len(text) <= _SHOWN else f"{whole_words} …"))
            label.setToolTip(text)
            label.setAccessibleName(text)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        width = self.width() - max(title.sizeHint().width() for title, _ in self._rows) - 8
        bottom = 0
        for title, text in self._rows:
            bottom += max(title.sizeHint().height(), text.heightForWidth(width))
            for label in (title, text):
                label.setVisible(bottom <= self.height())


class CheckpointPanel(QWidget):
    """Name, a table of what the metadata says, 'Load…' and 'Save as…'.

    What went wrong with a file is said in the table's place, so that nothing else moves.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkpoint_panel")
        self._info: CheckpointInfo | None = None
        self._name = ElidedLabel()
        self._name.setObjectName("checkpoint_name")
        font = self._name.font()
        font.setBold(True)
        self._name.setFont(font)
        self.load_button = _ActionButton("load_button", self.tr("Load…"))
        self.save_button = _ActionButton("save_button", self.tr("Save as…"))
        self.notice = Notice()
        self.notice.setObjectName("checkpoint_notice")
        # However long a sentence is, it gets the table's room and no more; its tool tip has the whole of it.
        self.notice.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)

        self._table = _Table()
        buttons = row(self.load_button, self.save_button, None)
        column(self._name, (self._table, 1), (self.notice, 1), buttons, parent=self, spacing=4)
        self.notice.opened.connect(self._table.hide)
        self.notice.closed.connect(self._table.show)

    def show_state(self, state: NetworkState) -> None:
        """Name the checkpoint, and say where a network in training reads meanwhile."""
        if state.checkpoint is None:
            name = self.tr("No checkpoint") if state.problem else self.tr("Loading the checkpoint…")
        elif state.source is Source.IN_TRAINING:
            name = self.tr("{name} – not in use now").format(name=state.checkpoint.name)
        else:
            name = state.checkpoint.name
        self._name.setText(name)
        self._name.setToolTip(str((state.checkpoint and state.checkpoint.path) or ""))
        if state.checkpoint is not None and state.checkpoint is not self._info:
            self._info = state.checkpoint
            self._show_info(state.checkpoint, state.preparation)

    def _show_info(self, info: CheckpointInfo, preparation: Preparation | None) -> None:
        """Show what a checkpoint says of itself or was found out; 'not stated' where it does not say."""
        unknown = self.tr("not stated")
        network = self.tr("{network}, {count} parameters").format(network=info.network, count=numeral(info.parameters))
        tested = unknown
        if info.test_accuracy is not None:
            tested = self.tr("{share} on MNIST").format(share=percent(info.test_accuracy, 2))
        elif info.own_accuracy is not None:
            text = self.tr("{share} on its own data")
            tested = text.format(share=percent(info.own_accuracy, 2))
        epochs = self.tr("epochs not stated") if info.epochs is None else epoch_count(info.epochs)
        seed = unknown if info.seed is None else str(info.seed)
        recipe = self.tr("{recipe}, {epochs}, seed {seed}").format(
            recipe=info.recipe or unknown, epochs=epochs, seed=seed
        )
        written = self.tr("{date}, digitpad {version}").format(
            date=moment(info.date) or unknown, version=info.digitpad_version or unknown
        )
        rows = [
            (self.tr("Test"), tested),
            (self.tr("Network"), network),
            (self.tr("No digit"), sentence(info.rejection)),
            (self.tr("Recipe"), recipe if info.recipe else unknown),
            (self.tr("Data"), sentence(info.data) or unknown),
            (self.tr("Written"), written if info.date else unknown),
        ]
        if preparation is not None:  # and nothing else is known
            rows[3] = self.tr("Input"), sentence(preparation.words)
        self._table.show_rows(rows)
        spoken = ", ".join(f"{title}: {text}" for title, text in rows)
        self.setAccessibleName(self.tr("Checkpoint {name}").format(name=info.name))
        self.setAccessibleDescription(spoken)
