"""A hand at the training panel: presses its buttons and waits for what comes of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QWidget,
)

from digitpad.services import TrainingService
from digitpad.ui.runs.list import RunList
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.training_session import TrainingSession
from digitpad.ui.training.page import TrainingPage
from digitpad.ui.workbench import Workbench

CURVES, RUNS, MAP, SAMPLES = range(4)
"""The tabs of the page of training, and the other pages."""


class WatchedTrainingService(TrainingService):
    """Trains, and knows when the run waits in a pause."""

    is_waiting = False

    def run(self, config, control, on_progress, show):
        should_continue = control.should_continue

        def watched():
            self.is_waiting = control.is_paused
            goes_on = should_continue()
            self.is_waiting = False
            return goes_on

        control.should_continue = watched
        return super().run(config, control, on_progress, show)


class Training:
    """A hand at the training panel of a window."""

    def __init__(self, pad):
        self.pad, self.qtbot, self.window = pad, pad.qtbot, pad.window
        self.workbench = self.window.findChild(Workbench)
        for name in ("training", "samples"):  # made after the first answer, or when first shown
            self.workbench.make(name)
        self.panel = self.window.findChild(TrainingPage)
        self.session = self.window.findChild(TrainingSession)
        self.network = self.window.findChild(ActiveNetwork)
        self.runs = self.window.findChild(RunList)
        self.curves = pad.widget("loss_plot")
        self.reports = []
        self.window.training_progressed.connect(self.reports.append)

    def until(self, condition):
        self.qtbot.waitUntil(lambda: bool(condition()))

    def ready(self):
        """Wait for what the panel looks for when it is first opened: data, recipes and runs. It is left as it was."""
        self.until(lambda: self.network.state.info is not None)
        pages = self.workbench.shown
        self.open()
        self.until(lambda: self.combo("data_combo").currentData())
        if "training" not in pages:
            self.open(False)
        for page in pages:
            self.workbench.show_page(page)
        return self

    def combo(self, name):
        return self.pad.widget(name, QComboBox)

    def press(self, name):
        button = self.pad.widget(name, QAbstractButton)
        assert button.isEnabled(), f"{name} cannot be pressed"
        button.click()

    def is_enabled(self, name):
        return self.pad.widget(name, QAbstractButton).isEnabled()

    @property
    def map(self):
        """The view, once it was shown."""
        return self.pad.widget("map_view")

    def said_of_map(self):
        return self.pad.widget("map_figure").accessibleDescription()

    @property
    def text(self):
        """How far the run has come, in words."""
        return self.pad.widget("training_text", QLabel).text()

    @property
    def status(self):
        """What the window says of the network that reads."""
        return self.pad.widget("network_button", QAbstractButton).text()

    @property
    def notice(self):
        return self.pad.widget("training_notice").text

    def open_tab(self, number):
        """Open a page, that of training at a tab."""
        self.open(name={MAP: "map", SAMPLES: "samples"}.get(number, "training"))
        if number < MAP:
            self.pad.widget("training_tabs", QTabWidget).setCurrentIndex(number)

    def open(self, is_open=True, name="training"):
        """Show a page beside pad and answer, or hide it."""
        self.pad.widget(f"show_{name}", QAction).setChecked(is_open)

    @property
    def is_open(self):
        return self.pad.widget("show_training", QAction).isChecked()

    def start(self, epochs, recipe="fast"):
        """Choose a recipe and its epochs, and press Train."""
        self.ready()
        combo = self.combo("recipe_combo")
        combo.setCurrentIndex(combo.findData(recipe))
        self.pad.widget("epochs_spin", QSpinBox).setValue(epochs)
        self.press("train_button")

    def start_long(self):
        """Start a run that does not end by itself, and wait for its first report."""
        count = len(self.reports)
        self.start(1000)
        self.until(lambda: len(self.reports) > count)

    @property
    def is_idle(self):
        return self.is_enabled("train_button") and not self.session.state.is_active

    def wait_for_end(self):
        """Wait until no run goes on, and the list knows how it ended."""
        self.until(lambda: self.is_idle and not [run for run in self.listed() if run.state == "running"])

    def stop(self):
        self.press("stop_button")
        self.wait_for_end()

    def train(self, epochs=1, recipe="fast"):
        """Train to the end."""
        self.start(epochs, recipe)
        self.wait_for_end()

    def listed(self):
        """The runs in the list, from the top."""
        return list(self.runs.view.model().runs)

    def run(self, run_id):
        return next(run for run in self.listed() if run.id == run_id)

    def select(self, run_id):
        self.open_tab(RUNS)
        self.runs.select_run(run_id)

    @property
    def reads_with(self):
        """The name of the checkpoint in use."""
        return self.pad.widget("checkpoint_panel").accessibleName().removeprefix("Checkpoint ")

    @property
    def file_in_use(self):
        return str(self.network.state.checkpoint.path)

    def choose_file(self, path):
        """Choose a file in the dialog that is open."""
        self.until(lambda: bool(self.window.findChildren(QFileDialog)))
        dialog = self.window.findChild(QFileDialog)
        dialog.fileSelected.emit(str(path))
        dialog.close()
        self.until(lambda: not self.window.findChildren(QFileDialog))

    def question(self):
        """The question that closing asks, or None."""
        return self.window.findChild(QMessageBox, "close_question")

    def answer_question(self, words):
        button = next(button for button in self.question().findChildren(QPushButton) if button.text() == words)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def end(self):
        """Leave no run behind that closing would ask about."""
        if self.window.isVisible():
            self.session.stop()

    def parts(self, kind=QWidget):
        """The visible parts of the panel of a kind."""
        return [part for part in self.panel.findChildren(kind) if part.isVisible()]
