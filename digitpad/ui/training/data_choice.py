"""Which data to train on: what is there, a folder, or a download of MNIST with progress and cancel."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QProgressBar, QWidget

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import DigitpadError, Message, joined
from digitpad.services import TrainingService
from digitpad.ui.common.format import megabytes, numeral
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.widgets import named, push_button
from digitpad.ui.session.worker import Worker

_CHARACTERS = 22  # of the room for a data set's title and numbers
_FOLDER, _DOWNLOAD = "\0folder", "\0download"
"""Entries that are no data set."""

_Key = Qt.Key
_CHOOSING = (_Key.Key_Up, _Key.Key_Down, _Key.Key_PageUp, _Key.Key_PageDown, _Key.Key_Home, _Key.Key_End)


class _Combo(QComboBox):
    """Chooses in its open list alone: an arrow key on its way past an entry, or the wheel, starts no download."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _CHOOSING or event.text().strip():
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class DataChoice(QWidget):
    """A combo box of data sets, which whoever shows this places, and what a download has to say meanwhile."""

    data_selected = Signal(object)  # the DataInfo in use from now on

    def __init__(self, training_service: TrainingService, worker: Worker, parent: QWidget | None = None) -> None:
        """The worker lists, describes and fetches data; whoever made it stops it, after `cancel`."""
        super().__init__(parent)
        self._training_service, self._worker = training_service, worker
        self._data: list[DataInfo] = []
        self._selected = ""
        self._cancelled = threading.Event()
        self.combo = named(_Combo(self), "data_combo", self.tr("Data"), self.tr("The images to train and test on"))
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(_CHARACTERS)
        self.combo.addItem(self.tr("Looking for data…"), "")
        self.combo.activated.connect(self._on_activated)
        bar = QProgressBar(textVisible=False)
        self._bar = named(bar, "download_progress", self.tr("Progress of the download"))
        self._bar.setFixedHeight(6)
        self._words = QLabel()
        self._words.setProperty("note", True)
        cancel = push_button(self.tr("Cancel"), "cancel_download_button", self.cancel)
        self._loading = QWidget()
        column(self._bar, row((self._words, 1), cancel), parent=self._loading, spacing=4)
        self._loading.hide()
        self._problem: DigitpadError | None = None  # of a download
        self._notice = named(Notice(), "data_notice")
        self._retry = push_button(self.tr("Try again"), "retry_button", self.download)
        self._details = push_button(self.tr("Details"), "details_button", self._on_details)
        self._details.setCheckable(True)
        self._notice.closed.connect(partial(self._offer_retry, None))
        self._offer_retry(None)
        said = row((self._notice, 1), column(self._retry, None), column(self._details, None))
        column(self._loading, said, parent=self, spacing=4)

    @property
    def selected(self) -> DataInfo | None:
        """The data in use; None until they were looked for."""
        return next((info for info in self._data if info.id == self._selected), None)

    @property
    def data(self) -> Sequence[DataInfo]:
        return self._data

    def look(self) -> None:
        """Look for data; what is selected stays so, where it is still there."""
        self._worker.run(self._training_service.data, self._on_found, self._notice.say)

    @Slot()
    def close_message(self) -> None:
        """Say nothing any more of what went wrong."""
        self._notice.close_message()

    def choose(self, data_id: str) -> None:
        self._notice.close_message()
        self._selected = data_id
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
        on_received = self._worker.relay(self._on_received)
        fetch = partial(self._training_service.download, on_received, self._cancelled.is_set)
        self._worker.run(fetch, self._on_downloaded, self._on_download_failed)

    @Slot()
    def cancel(self) -> None:
        """Break a download off; nothing half-written is left."""
        self._cancelled.set()

    @Slot()
    def ask_for_folder(self) -> None:
        """Ask for a folder with MNIST's four files."""
        title = self.tr("Choose the folder with MNIST's four files")
        dialog = named(QFileDialog(self.window(), title), "data_folder_dialog")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.take_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def take_folder(self, folder: str) -> None:
        """Use a folder, where it holds what is needed."""
        describe = partial(self._training_service.describe, str(Path(folder)))
        self._worker.run(describe, self._on_folder, self._notice.say)

    def _on_found(self, looked: tuple[list[DataInfo], list[Message]]) -> None:
        found, problems = looked
        if problems:
            self._notice.say(joined(problems))
        folders = [info for info in self._data if info.id not in {other.id for other in found}]
        self._data = found + folders
        if self.selected is None:
            self._selected = self._data[0].id
        self._list()

    def _list(self) -> None:
        is_open = self.combo.view().isVisible()
        self.combo.hidePopup()  # an open list would stay as high as it was
        self.combo.clear()
        for info in self._data:
            self.combo.addItem(_said(self.tr("{title} · {train} + {test}"), info), info.id)
        self.combo.insertSeparator(self.combo.count())
        if all(info.id != "mnist" for info in self._data):
            self.combo.addItem(self.tr("Download MNIST (11 MB)…"), _DOWNLOAD)
        self.combo.addItem(self.tr("Choose a folder…"), _FOLDER)
        self._show_selected()
        selected = self.selected
        if selected is not None:
            words = self.tr("{title}: {train} training images, {test} test images")
            self.combo.setAccessibleDescription(_said(words, selected))
            self.combo.setToolTip(str(selected.folder or self.tr("5,000 digits of MNIST that ship with digitpad")))
            self.data_selected.emit(selected)
        if is_open:
            self.combo.showPopup()

    def _show_selected(self) -> None:
        self.combo.setCurrentIndex(max(0, self.combo.findData(self._selected)))

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
        self._selected = "mnist"
        self.look()

    def _on_download_failed(self, error: DigitpadError) -> None:
        self._loading.hide()
        if not self._cancelled.is_set():
            self._offer_retry(error)
            self._on_details()

    def _offer_retry(self, problem: DigitpadError | None) -> None:
        self._problem = problem
        self._details.setChecked(False)
        for button in (self._retry, self._details):
            button.setVisible(problem is not None)

    @Slot()
    def _on_details(self) -> None:
        """Say in one line that a download failed, or all that is known of it."""
        if self._problem is not None and self._details.isChecked():
            self._notice.say(self._problem)
        elif self._problem is not None:
            is_starter = self._selected == "starter"
            data = self.tr("the starter set") if is_starter else self.selected.title if self.selected else ""
            self._notice.say(self.tr("MNIST could not be downloaded: training with {data}").format(data=data))

    def _on_folder(self, info: DataInfo) -> None:
        self._data = [other for other in self._data if other.id != info.id] + [info]
        self.choose(info.id)


def _said(words: str, info: DataInfo) -> str:
    return words.format(title=info.title, train=numeral(info.train), test=numeral(info.test))
