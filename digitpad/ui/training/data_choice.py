"""Which data to train on: what is there, a folder, or a download of MNIST with progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import DigitpadError, Message, joined
from digitpad.services import TrainingService
from digitpad.ui.common.format import megabytes, numeral
from digitpad.ui.common.notice import Notice
from digitpad.ui.session.worker import Worker

_FOLDER, _DOWNLOAD = "\0folder", "\0download"
"""Entries that are no data set."""

_Key = Qt.Key
_CHOOSING = (_Key.Key_Up, _Key.Key_Down, _Key.Key_PageUp, _Key.Key_PageDown, _Key.Key_Home, _Key.Key_End)


class _Combo(QComboBox):
    """Chooses in its open list alone: an arrow key on its way past an entry, or the wheel, starts no download."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the list where a key would choose at once."""
        if event.key() in _CHOOSING or event.text().strip():
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls."""
        event.ignore()


class DataChoice(QWidget):
    """A combo box of data sets; what a download has to say stands below it while there is something to say.

    Signals:
        data_chosen: the DataInfo in use from now on.
    """

    data_chosen = Signal(object)

    def __init__(self, training_service: TrainingService, worker: Worker, parent: QWidget | None = None) -> None:
        """Build the widget.

        Args:
            training_service: lists, describes and fetches data.
            worker: runs these; whoever made it stops it, after `cancel`.
            parent: the widget that holds this one.
        """
        super().__init__(parent)
        self._training_service, self._worker = training_service, worker
        self._data: list[DataInfo] = []
        self._chosen = ""
        self._cancelled = threading.Event()
        self.combo = _Combo()
        self.combo.setObjectName("data_combo")
        self.combo.setAccessibleName(self.tr("Data"))
        self.combo.setToolTip(self.tr("The images to train and test on"))
        self.combo.addItem(self.tr("Looking for data…"), "")
        self.combo.activated.connect(self._on_activated)
        self._bar = QProgressBar()
        self._bar.setObjectName("download_progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setAccessibleName(self.tr("Progress of the download"))
        self._words = QLabel()
        self._words.setProperty("note", True)
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setObjectName("cancel_download_button")
        self._cancel.clicked.connect(self.cancel)
        self._loading = QWidget()
        loading = QVBoxLayout(self._loading)
        loading.setContentsMargins(0, 0, 0, 0)
        loading.setSpacing(4)
        loading.addWidget(self._bar)
        row = QHBoxLayout()
        row.addWidget(self._words, 1)
        row.addWidget(self._cancel)
        loading.addLayout(row)
        self._loading.hide()
        self._notice = Notice()
        self._notice.setObjectName("data_notice")
        self._ways = QWidget()
        ways = QVBoxLayout(self._ways)  # side by side they would be wider than the form
        ways.setContentsMargins(0, 0, 0, 0)
        ways.setSpacing(4)
        for name, words, what in (
            ("retry_button", self.tr("Retry"), self.download),
            ("folder_button", self.tr("Folder…"), self.ask_for_folder),
            ("starter_button", self.tr("Starter set"), partial(self.choose, "starter")),
        ):
            button = QPushButton(words)
            button.setObjectName(name)
            button.clicked.connect(what)
            ways.addWidget(button)
        self._ways.hide()
        self._notice.closed.connect(self._ways.hide)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.combo, self._loading, self._ways, self._notice):  # what can be done is seen first
            column.addWidget(part)

    @property
    def selected(self) -> DataInfo | None:
        """The data in use, None until they were looked for."""
        return next((info for info in self._data if info.id == self._chosen), None)

    @property
    def data(self) -> Sequence[DataInfo]:
        """All data sets that there are."""
        return self._data

    def look(self, wanted: str = "") -> None:
        """Look for data, and choose what is wanted: an id of `DataInfo`, a folder among them."""
        self._worker.run(partial(self._found, wanted), self._on_found, self._notice.say)

    def choose(self, data_id: str) -> None:
        """Use another data set of those that are there."""
        self._notice.close_message()
        self._chosen = data_id
        self._list()

    @Slot()
    def download(self) -> None:
        """Fetch MNIST; does nothing while that goes on."""
        if not self._loading.isHidden():
            return
        self._notice.close_message()
        self._cancelled.clear()
        self._bar.setRange(0, 0)
        self._words.setText(self.tr("Asking for MNIST…"))
        self._loading.show()
        self._worker.run(
            partial(self._training_service.download, self._worker.relay(self._on_received), self._cancelled.is_set),
            self._on_downloaded,
            self._on_download_failed,
        )

    @Slot()
    def cancel(self) -> None:
        """Break a download off; nothing half-written is left."""
        self._cancelled.set()

    @Slot()
    def ask_for_folder(self) -> None:
        """Ask for a folder with MNIST's four files."""
        dialog = QFileDialog(self.window(), self.tr("Choose the folder with MNIST's four files"))
        dialog.setObjectName("data_folder_dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.take_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def take_folder(self, folder: str) -> None:
        """Use a folder, where it holds what is needed."""
        self._worker.run(
            partial(self._training_service.describe, str(Path(folder))), self._on_folder, self._on_folder_failed
        )

    def _found(self, wanted: str) -> tuple[list[DataInfo], list[Message], str]:
        """In the worker's thread: what there is, what of it is broken, and what to use."""
        found, problems = self._training_service.data()
        if wanted and wanted not in {info.id for info in found} and Path(wanted).is_dir():
            try:
                found.append(self._training_service.describe(wanted))
            except DigitpadError as error:
                problems.append(error)
        return found, problems, wanted

    def _on_found(self, looked: tuple[list[DataInfo], list[Message], str]) -> None:
        found, problems, wanted = looked
        if problems:
            self._notice.say(joined(problems))
        folders = [info for info in self._data if info.id not in {other.id for other in found}]
        self._data = found + folders
        known = {info.id for info in self._data}
        if self._chosen not in known:
            self._chosen = wanted if wanted in known else self._data[0].id
        self._list()

    def _list(self) -> None:
        self.combo.clear()
        for info in self._data:
            words = self.tr("{title} · {train} + {test}").format(
                title=info.title, train=numeral(info.train), test=numeral(info.test)
            )
            self.combo.addItem(words, info.id)
        self.combo.insertSeparator(self.combo.count())
        if all(info.id != "mnist" for info in self._data):
            self.combo.addItem(self.tr("Download MNIST (11 MB)…"), _DOWNLOAD)
        self.combo.addItem(self.tr("Choose a folder…"), _FOLDER)
        self._show_selected()
        selected = self.selected
        if selected is not None:
            self.combo.setAccessibleDescription(
                self.tr("{title}: {train} training images, {test} test images").format(
                    title=selected.title, train=numeral(selected.train), test=numeral(selected.test)
                )
            )
            self.combo.setToolTip(str(selected.folder or self.tr("5,000 digits of MNIST that ship with a library")))
            self.data_chosen.emit(selected)

    def _show_selected(self) -> None:
        self.combo.setCurrentIndex(max(0, self.combo.findData(self._chosen)))

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        selected = self.combo.itemData(index)
        if selected in (_FOLDER, _DOWNLOAD):
            self._show_selected()
            if selected == _FOLDER:
                self.ask_for_folder()
            else:
                self.download()
        elif selected:
            self.choose(selected)

    def _on_received(self, done: int, total: int) -> None:
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(done)
        self._words.setText(self.tr("{done} of {total} MB").format(done=megabytes(done), total=megabytes(total)))

    def _on_downloaded(self, _result: None) -> None:
        self._loading.hide()
        self._chosen = "mnist"
        self.look("mnist")

    def _on_download_failed(self, error: DigitpadError) -> None:
        self._loading.hide()
        if not self._cancelled.is_set():
            self._notice.say(error)
            self._ways.show()

    def _on_folder(self, info: DataInfo) -> None:
        self._data = [other for other in self._data if other.id != info.id] + [info]
        self.choose(info.id)

    def _on_folder_failed(self, error: DigitpadError) -> None:
        self._notice.say(error)
        self._ways.show()
