"""What the checkpoint in use says of itself, and the buttons that load and save one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from digitpad.messages import CheckpointInfo
from digitpad.ui.notice import Notice
from digitpad.ui.theme import Theme


def percent_right(accuracy: float) -> str:
    """Accuracy for people, as in '99.70 %'."""
    return f"{accuracy:.2%}".replace("%", "\u00a0%")


class CheckpointPanel(QWidget):
    """Name, a table of what the metadata says, 'Load…' and 'Save as…', and what went wrong with a file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkpoint_panel")
        self._name = QLabel(self.tr("Loading the checkpoint…"))
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        font = self._name.font()
        font.setBold(True)
        self._name.setFont(font)
        self._rows: list[tuple[QLabel, QLabel]] = []
        self.load_button = QPushButton(self.tr("Load…"))
        self.load_button.setObjectName("load_button")
        self.load_button.setToolTip(self.tr("Read with another network (Ctrl+L)"))
        self.save_button = QPushButton(self.tr("Save as…"))
        self.save_button.setObjectName("save_button")
        self.save_button.setToolTip(self.tr("Save a copy of the checkpoint in use (Ctrl+Shift+S)"))
        self.save_button.setEnabled(False)
        self.notice = Notice()
        self.notice.setObjectName("checkpoint_notice")

        table = QGridLayout()
        table.setHorizontalSpacing(8)
        table.setVerticalSpacing(0)
        table.setColumnStretch(1, 1)
        for row in range(5):
            key, value = QLabel(), QLabel()
            for label in (key, value):
                label.setProperty("note", True)
                label.setTextFormat(Qt.TextFormat.PlainText)
            value.setWordWrap(True)
            table.addWidget(key, row, 0, Qt.AlignmentFlag.AlignTop)
            table.addWidget(value, row, 1)
            self._rows.append((key, value))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.load_button)
        buttons.addWidget(self.save_button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._name)
        column.addLayout(table)
        column.addStretch()
        column.addLayout(buttons)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.notice.set_theme(theme)

    def show_info(self, info: CheckpointInfo) -> None:
        """Show what a checkpoint says of itself, and 'not stated' where it does not say."""
        unknown = self.tr("not stated")
        network = self.tr("{network}, {count} parameters").format(network=info.network, count=f"{info.parameters:,}")
        accuracy = unknown if info.test_accuracy is None else percent_right(info.test_accuracy)
        epochs = unknown if info.epochs is None else str(info.epochs)
        seed = unknown if info.seed is None else str(info.seed)
        recipe = self.tr("{recipe}, {epochs} epochs, seed {seed}").format(
            recipe=info.recipe or unknown, epochs=epochs, seed=seed
        )
        written = self.tr("{date}, digitpad {version}").format(
            date=info.date or unknown, version=info.digitpad_version or unknown
        )
        rows = [
            (self.tr("MNIST test"), accuracy),
            (self.tr("Network"), network),
            (self.tr("Recipe"), recipe if info.recipe else unknown),
            (self.tr("Data"), info.data or unknown),
            (self.tr("Written"), written if info.date else unknown),
        ]
        self._name.setText(info.name)
        self._name.setToolTip(str(info.path or ""))
        for (key, value), (title, text) in zip(self._rows, rows, strict=True):
            key.setText(title)
            value.setText(text)
        spoken = ", ".join(f"{title}: {text}" for title, text in rows)
        self.setAccessibleName(self.tr("Checkpoint {name}").format(name=info.name))
        self.setAccessibleDescription(spoken)
        self.save_button.setEnabled(info.path is not None)
