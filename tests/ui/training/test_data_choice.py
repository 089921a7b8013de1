"""The choice of data: what there is, a folder, and a download with all that can come of it."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QProgressBar, QPushButton, QToolButton

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import DigitpadError, InputError, Message
from digitpad.ui.common.notice import Notice
from digitpad.ui.session.worker import Worker
from digitpad.ui.training.data_choice import DataChoice
from tests.ui.training_services import MNIST, STARTER

# The offscreen platform says so of every list that opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class TrainingService:
    """Has the starter set, folders named 'good', and a download that ends as it is told to."""

    def __init__(self):
        self.found = [STARTER]
        self.broken = []
        self.problem = None
        self.let = threading.Event()
        self.downloads = 0

    def data(self):
        return list(self.found), list(self.broken)

    def describe(self, choice):
        if "good" not in choice:
            raise InputError(f"{choice} holds no train-images-idx3-ubyte. Choose another folder.")
        return DataInfo(choice, "good", None, 100, 20)

    def download(self, progress, cancelled):
        self.downloads += 1
        progress(2_500_000, 11_600_000)
        while not self.let.wait(0.005):
            if cancelled():
                raise DigitpadError("The download was cancelled.")
        if self.problem:
            raise DigitpadError(self.problem)
        self.found = [MNIST, STARTER]


@pytest.fixture
def training_service():
    return TrainingService()


@pytest.fixture
def choice(qtbot, training_service):
    worker = Worker()
    widget = DataChoice(training_service, worker)
    qtbot.addWidget(widget)
    widget.resize(240, 200)
    widget.show()
    widget.look()
    qtbot.waitUntil(lambda: widget.selected is not None)
    yield widget
    widget.cancel()
    worker.stop()


def titles(choice):
    return [choice.combo.itemText(index) for index in range(choice.combo.count()) if choice.combo.itemText(index)]


def pick(choice, words):
    """Pick an entry of the open list with the keyboard."""
    view = choice.combo.view()
    QTest.keyClick(choice.combo, Qt.Key.Key_Down)
    assert view.isVisible()
    for _ in range(choice.combo.count()):
        if view.currentIndex().data() != words:
            QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex().data() == words
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert not view.isVisible()


def press(choice, name):
    button = choice.findChild(QPushButton, name)
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def download(qtbot, choice, training_service, problem=None):
    training_service.problem = problem
    choice.download()
    training_service.let.set()
    qtbot.waitUntil(lambda: not is_loading(choice))


def is_loading(choice):
    return choice.findChild(QProgressBar, "download_progress").isVisible()


def notice(choice):
    return choice.findChild(Notice).text


def test_it_lists_what_there_is_and_what_can_be_had(choice):
    assert titles(choice) == ["Starter set · 4,000 + 1,000", "Download MNIST (11 MB)…", "Choose a folder…"]
    assert choice.selected == STARTER
    assert choice.combo.currentData() == "starter"
    assert choice.combo.accessibleDescription() == "Starter set: 4,000 training images, 1,000 test images"


def test_before_it_has_looked_nothing_is_chosen(qtbot, training_service):
    widget = DataChoice(training_service, Worker())
    qtbot.addWidget(widget)
    assert widget.selected is None
    assert titles(widget) == ["Looking for data…"]


def test_mnist_comes_first_and_needs_no_download(qtbot, choice, training_service):
    training_service.found = [MNIST, STARTER]
    with qtbot.waitSignal(choice.data_selected):
        choice.look()
    assert titles(choice) == ["MNIST · 60,000 + 10,000", "Starter set · 4,000 + 1,000", "Choose a folder…"]
    assert choice.selected == STARTER, "what was chosen stays chosen"
    pick(choice, "Starter set · 4,000 + 1,000")
    QTest.keyClick(choice.combo, Qt.Key.Key_Space)
    QTest.keyClick(choice.combo.view(), Qt.Key.Key_Home)
    with qtbot.waitSignal(choice.data_selected) as selected:
        QTest.keyClick(choice.combo.view(), Qt.Key.Key_Return)
    assert selected.args == [MNIST]


def test_neither_an_arrow_key_nor_the_wheel_starts_a_download(choice, training_service):
    place = QPointF(20, 10)
    wheel = QWheelEvent(
        place, choice.combo.mapToGlobal(place), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(choice.combo, wheel)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Escape):
        QTest.keyClick(choice.combo.view() if choice.combo.view().isVisible() else choice.combo, key)
    QTest.keyClick(choice.combo, Qt.Key.Key_D)
    choice.combo.hidePopup()
    assert not is_loading(choice)
    assert training_service.downloads == 0
    assert choice.selected == STARTER


def test_a_download_is_used_once_it_is_there(qtbot, choice, training_service):
    pick(choice, "Download MNIST (11 MB)…")
    assert choice.combo.currentData() == "starter"
    bar = choice.findChild(QProgressBar, "download_progress")
    qtbot.waitUntil(lambda: bar.value() == 2_500_000)
    assert bar.maximum() == 11_600_000
    assert "2.5 of 11.6 MB" in [label.text() for label in choice.findChildren(QLabel)]
    training_service.let.set()
    qtbot.waitUntil(lambda: choice.selected == MNIST)
    assert not bar.isVisible()
    assert "Download MNIST (11 MB)…" not in titles(choice)


def test_a_download_can_be_cancelled_and_started_anew(qtbot, choice, training_service):
    choice.download()
    qtbot.waitUntil(lambda: training_service.downloads == 1)
    press(choice, "cancel_download_button")
    qtbot.waitUntil(lambda: not is_loading(choice))
    assert notice(choice) == "", "who cancels knows"
    assert choice.selected == STARTER
    download(qtbot, choice, training_service)
    qtbot.waitUntil(lambda: choice.selected == MNIST)


def test_there_is_one_download_at_a_time(qtbot, choice, training_service):
    choice.download()
    choice.download()
    training_service.let.set()
    qtbot.waitUntil(lambda: choice.selected == MNIST)
    assert training_service.downloads == 1


SHORT = "MNIST could not be downloaded: training with the starter set"


def test_a_failed_download_is_one_line_with_details(qtbot, choice, training_service):
    download(qtbot, choice, training_service, "There is no network.")
    assert notice(choice) == SHORT
    press(choice, "details_button")
    assert notice(choice) == "There is no network."
    press(choice, "details_button")
    assert notice(choice) == SHORT


@pytest.mark.parametrize("end", ["close_message", "choose", "cross"])
def test_the_line_about_a_failed_download_goes_with_its_buttons(qtbot, choice, training_service, end):
    download(qtbot, choice, training_service, "There is no network.")
    if end == "cross":
        QTest.mouseClick(choice.findChild(Notice).findChild(QToolButton), Qt.MouseButton.LeftButton)
    else:
        getattr(choice, end)(*(["starter"] if end == "choose" else []))
    assert notice(choice) == ""
    assert not any(choice.findChild(QPushButton, name).isVisible() for name in ("retry_button", "details_button"))


def test_retry_downloads_again(qtbot, choice, training_service):
    download(qtbot, choice, training_service, "There is no network.")
    training_service.problem = None
    press(choice, "retry_button")
    assert notice(choice) == ""
    assert not choice.findChild(QPushButton, "retry_button").isVisible()
    qtbot.waitUntil(lambda: choice.selected == MNIST)


def folder_dialog(qtbot, choice):
    qtbot.waitUntil(lambda: bool(choice.findChildren(QFileDialog)))
    return choice.findChild(QFileDialog, "data_folder_dialog")


def test_a_folder_is_asked_for_and_used(qtbot, choice, training_service, tmp_path):
    pick(choice, "Choose a folder…")
    dialog = folder_dialog(qtbot, choice)
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    good = tmp_path / "good"
    good.mkdir()
    with qtbot.waitSignal(choice.data_selected) as selected:
        dialog.fileSelected.emit(str(good))
        dialog.close()
    assert selected.args[0].id == choice.combo.currentData() == str(good)
    assert notice(choice) == ""
    qtbot.waitUntil(lambda: not choice.findChildren(QFileDialog))


def test_a_folder_that_cannot_be_used_is_refused_by_name(qtbot, choice, tmp_path):
    choice.take_folder(str(tmp_path / "broken"))
    qtbot.waitUntil(lambda: bool(notice(choice)))
    assert "broken" in notice(choice)
    assert choice.selected == STARTER
    assert not choice.findChild(QPushButton, "retry_button").isVisible()


def test_a_folder_stays_in_the_list_when_the_data_are_looked_for_again(qtbot, choice, training_service, tmp_path):
    choice.take_folder(str(tmp_path / "good"))
    qtbot.waitUntil(lambda: choice.selected.title == "good")
    choice.take_folder(str(tmp_path / "good"))
    with qtbot.waitSignals([choice.data_selected, choice.data_selected]):
        choice.look()
    assert [info.title for info in choice.data] == ["Starter set", "good"]
    assert choice.selected.title == "good"


def test_what_is_broken_is_said_beside_what_there_is(qtbot, choice, training_service):
    training_service.broken = [Message("/a/mnist holds no labels."), Message("/b is used instead.")]
    with qtbot.waitSignal(choice.data_selected):
        choice.look()
    assert notice(choice) == "/a/mnist holds no labels. /b is used instead."
    assert choice.selected == STARTER


def test_choosing_says_so_to_those_who_cannot_see_it(qtbot, choice, tmp_path):
    (tmp_path / "good").mkdir()
    choice.take_folder(str(tmp_path / "good"))
    qtbot.waitUntil(lambda: choice.selected.id == str(tmp_path / "good"))
    assert f"{choice.selected.train:,} training images" in choice.combo.accessibleDescription()
