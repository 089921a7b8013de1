"""The window: assembles the parts, connects them, and does nothing else."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QColor, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from digitpad.domain.errors import Message
from digitpad.ink.strokes import PEN_WIDTHS
from digitpad.services import TrainingService
from digitpad.ui.about import show_about, show_log_folder
from digitpad.ui.actions import Actions
from digitpad.ui.answer.panel import AnswerColumn
from digitpad.ui.common.dialogs import CLOSE_QUESTION, ask_before_closing
from digitpad.ui.common.elided import ElidedLabel
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.theme import Mode, apply_theme, system_theme
from digitpad.ui.menus import RecentMenu, ShippedMenu, fill_menu_bar, make_tool_bar
from digitpad.ui.pad.canvas import Canvas, Tool
from digitpad.ui.pad.file_actions import FileActions
from digitpad.ui.pad.file_tasks import FileTasks
from digitpad.ui.pad.square_frame import SquareFrame
from digitpad.ui.panes import Panes
from digitpad.ui.session.active_network import ActiveNetwork, OpenNetwork, Source
from digitpad.ui.session.idle_collector import IdleCollector
from digitpad.ui.session.reading_thread import Reader, Reading
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.training_session import Phase, TrainingSession
from digitpad.ui.session.worker import Worker
from digitpad.ui.training.page import TrainingPanel

_FIRST_SIZE = QSize(1180, 760)
_SMALLEST = QSize(900, 600)
_REMARK_SHOWN = 8000  # milliseconds


class MainWindow(QMainWindow):
    """Pad and answer side by side.

    Signals:
        prediction_shown: a Prediction, after the bars have been painted with it.
        training_progressed: a report of the run that goes on, see `digitpad.domain.reports.Report`.
    """

    prediction_shown = Signal(object)
    training_progressed = Signal(object)

    def __init__(
        self,
        application: QApplication,
        settings: Settings,
        open_network: OpenNetwork,
        training_service: TrainingService,
        checkpoint: Path | None,
    ) -> None:
        super().__init__()
        self._application, self._settings, self._first_checkpoint = application, settings, checkpoint
        self._worker = Worker("reading", self)
        self._network = ActiveNetwork(open_network, self._worker, self)
        self._reader = Reader(self._network, self._worker, self)
        self._session = TrainingSession(training_service, self)
        self._painted = self._closing = False
        self._training = TrainingPanel(training_service, self._session, self._network)
        self._actions = Actions(self)
        self._files = FileTasks(self)
        self._collector = IdleCollector(self)
        self._make_parts()
        fill_menu_bar(
            self.menuBar(),
            self._actions,
            self._recent,
            self._pretrained,
            self._answers.rejection.menu,
            self._training.run_actions,
        )
        self.addToolBar(make_tool_bar(self._actions, self._width))
        self._arrange()
        self._connect()
        self._choose_theme(cast(Mode, settings.theme))
        self._width.setValue(settings.pen_width)
        self._answers.rejection.choose(settings.false_rejection_rate)
        self._on_history_changed(False, False)
        self._on_network_changed()
        self._on_session_changed()
        self.setWindowTitle("digitpad")
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # Qt's own would hide the tool bar for good
        self.setMinimumSize(_SMALLEST)
        self.resize(_FIRST_SIZE)
        self.restoreGeometry(settings.geometry)
        self.restoreState(settings.layout)
        self._training.set_open(settings.training_open)
        self._canvas.setFocus()

    def _make_parts(self) -> None:
        self._canvas = Canvas()
        self._exchange = FileActions(self._files, self._canvas, self)
        self._answers = AnswerColumn()
        self._notice = Notice()
        self._notice.setObjectName("notice")
        self._width = QSlider(Qt.Orientation.Horizontal)
        self._width.setObjectName("pen_width")
        self._width.setRange(*PEN_WIDTHS)
        self._width.setPageStep(10)
        self._width.setFixedWidth(120)
        self._width.setToolTip(self.tr("Width of the pen ([ and ])"))
        self._width.setAccessibleName(self.tr("Pen width"))
        self._recent = RecentMenu(self._settings, self)
        self._pretrained = ShippedMenu(self)
        self._reading_with = ElidedLabel()
        self._computing_on = QLabel()

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(SquareFrame(self._canvas), 1)
        left.addWidget(self._notice)

        central = QWidget()
        row = QHBoxLayout(central)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(24)
        row.addLayout(left, 1)
        row.addWidget(self._answers)
        self.setCentralWidget(Panes(central, self._training))
        self.statusBar().addPermanentWidget(self._reading_with)
        self.statusBar().addPermanentWidget(self._computing_on)
        self.setTabOrder(self._width, self._canvas)
        self.setTabOrder(self._canvas, self._answers.rejection)
        self.setTabOrder(self._answers.rejection, self._answers.checkpoint.load_button)
        self.setTabOrder(self._answers.checkpoint.load_button, self._answers.checkpoint.save_button)

    def _connect(self) -> None:
        actions, canvas, files, exchange = self._actions, self._canvas, self._files, self._exchange
        network, session, training, answers = self._network, self._session, self._training, self._answers
        canvas.ink_changed.connect(self._reader.read)
        canvas.ink_changed.connect(self._show_without_answer)
        canvas.ink_changed.connect(self._collector.put_off)
        canvas.ink_changed.connect(training.quiet.disturb)
        canvas.history_changed.connect(self._on_history_changed)
        self._reader.answered.connect(self._on_answered)
        self._reader.unread.connect(answers.show_error)
        once = Qt.ConnectionType.SingleShotConnection
        network.opened.connect(self._say_what_device, once)
        network.opened.connect(training.begin, once)
        network.opened.connect(self._collector.start, once)
        network.opened.connect(answers.checkpoint.show_info)
        network.opened.connect(self._recent.take)
        network.failed.connect(self._say_of_checkpoint)
        network.changed.connect(self._on_network_changed)
        session.asked.connect(network.begin_run)
        session.network_shown.connect(network.show_live)
        session.progressed.connect(self.training_progressed)
        session.changed.connect(self._on_session_changed)
        session.ended.connect(self._on_run_ended)
        training.load_requested.connect(self._load)
        training.remarked.connect(self._remark)
        training.toggled.connect(actions.training.setChecked)
        files.opened.connect(canvas.set_ink)
        files.opened.connect(self._notice.close_message)
        files.saved.connect(self._notice.close_message)
        files.saved.connect(self._on_saved)
        files.checkpoint_saved.connect(answers.checkpoint.notice.close_message)
        files.checkpoint_saved.connect(self._on_saved)
        files.remarked.connect(self._remark)
        files.failed.connect(self._notice.say)
        files.checkpoint_failed.connect(self._say_of_checkpoint)
        exchange.checkpoint_chosen.connect(self._load)
        exchange.failed.connect(self._notice.say)
        exchange.remarked.connect(self._remark)
        self._recent.selected.connect(self._load)
        self._pretrained.selected.connect(self._load)
        self._width.valueChanged.connect(canvas.set_pen_width)
        answers.rejection.rate_selected.connect(network.set_false_rejection_rate)
        self._application.styleHints().colorSchemeChanged.connect(self._on_system_theme_changed)
        for action, slot in {
            actions.undo: canvas.undo,
            actions.redo: canvas.redo,
            actions.clear: canvas.clear_ink,
            actions.copy: exchange.copy,
            actions.paste: exchange.paste,
            actions.wider: partial(self._widen, 10),
            actions.narrower: partial(self._widen, -10),
            actions.open: exchange.ask_for_drawing,
            actions.save: exchange.ask_where_to_save,
            actions.load: exchange.ask_for_checkpoint,
            actions.save_checkpoint: self._save_checkpoint,
            actions.quit: self.close,
            actions.train: training.train,
            actions.pause: session.toggle_pause,
            actions.stop: session.stop,
            actions.browse: training.browse_data,
            actions.training: training.set_open,
            actions.show_log: partial(show_log_folder, self),
            actions.about: partial(show_about, self),
        }.items():
            action.triggered.connect(slot)
        actions.tools.triggered.connect(self._choose_tool)
        actions.themes.triggered.connect(self._on_theme_chosen)
        for button, action in (
            (answers.checkpoint.load_button, actions.load),
            (answers.checkpoint.save_button, actions.save_checkpoint),
        ):
            button.clicked.connect(action.trigger)
            button.setToolTip(action.toolTip())
            action.enabledChanged.connect(button.setEnabled)

    # What happens.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Start what takes long after the first paint, when the pad already takes ink."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._open_first)

    @Slot()
    def _open_first(self) -> None:
        self._network.open_first(self._first_checkpoint)

    @Slot(object)
    def _on_answered(self, answer: Reading) -> None:
        self._answers.show_answer(answer)
        self.prediction_shown.emit(answer.prediction)
        seen = answer.prediction.network_input
        self._training.show_drawing(seen if seen.any() else None)

    @Slot()
    def _show_without_answer(self) -> None:
        """Say why there is no answer, where there will be none."""
        state = self._network.state
        if state.problem is not None:
            self._answers.show_error(Message("There is no network to read with. Load a checkpoint."))
        elif self._canvas.ink.is_empty:
            self._answers.show_empty()
        elif state.info is None:
            self._answers.show_loading()

    @Slot(bool, bool)
    def _on_history_changed(self, can_undo: bool, can_redo: bool) -> None:
        self._actions.undo.setEnabled(can_undo)
        self._actions.redo.setEnabled(can_redo)
        drawn = not self._canvas.ink.is_empty
        for action in (self._actions.clear, self._actions.save, self._actions.copy):
            action.setEnabled(drawn)

    @Slot()
    def _on_network_changed(self) -> None:
        state, words = self._network.state, ""
        if state.source is Source.IN_TRAINING and state.info is not None:
            words = self.tr("Reading with the network in training: {name}, step {step}")
            words = words.format(name=state.info.name, step=numeral(state.step))
        elif state.info is not None:
            accuracy = state.info.test_accuracy
            words = self.tr("Reading with {name}").format(name=state.info.name)
            words += "" if accuracy is None else f" · MNIST {percent(accuracy, 2)}"
        self._reading_with.setText(words)
        devices = {"cpu": self.tr("CPU"), "cuda": self.tr("GPU"), "mps": self.tr("GPU")}
        self._computing_on.setText(devices.get(state.device, ""))
        self._answers.checkpoint.show_state(state)
        if state.info is not None:
            self._answers.rejection.show_network(state.info)
        self._actions.save_checkpoint.setEnabled(state.checkpoint is not None and state.checkpoint.path is not None)
        self._show_without_answer()

    @Slot()
    def _on_session_changed(self) -> None:
        is_active, actions = self._session.state.is_active, self._actions
        actions.train.setEnabled(not is_active)
        actions.pause.setEnabled(is_active)
        actions.stop.setEnabled(is_active)

    @Slot()
    def _on_run_ended(self) -> None:
        self._answers.checkpoint.notice.close_message()
        self._network.end_run(self._session.learned)
        question = self.findChild(QMessageBox, CLOSE_QUESTION)
        if question is not None:
            question.reject()  # there is no run to ask about any more

    @Slot()
    def _say_what_device(self) -> None:
        device = self._network.state.missing_device
        if device:
            self._say_of_checkpoint(Message("The device {device} is not there, so the CPU reads.", device=device))

    @Slot(object)
    def _say_of_checkpoint(self, error: Message) -> None:
        """Say what is wrong with a checkpoint beside it, or below the pad where there is no room for it."""
        notice = self._answers.checkpoint.notice if self._answers.checkpoint.isVisible() else self._notice
        notice.say(error)

    @Slot(object)
    def _on_saved(self, path: Path) -> None:
        self._remark(self.tr("Saved {path}").format(path=path))

    @Slot(str)
    def _remark(self, words: str) -> None:
        self.statusBar().showMessage(words, _REMARK_SHOWN)

    # Requests.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and pictures."""
        self._exchange.enter(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self._exchange.drop(event)

    @Slot(object)
    def _load(self, checkpoint: Path | None) -> None:
        for notice in (self._answers.checkpoint.notice, self._notice):  # see _say_of_checkpoint
            notice.close_message()
        if self._session.state.is_active:
            self._network.set_follows_training(False)
        self._network.open(checkpoint)

    @Slot(QAction)
    def _choose_tool(self, action: QAction) -> None:
        self._canvas.set_tool(Tool.ERASER if action is self._actions.eraser else Tool.PEN)

    def _widen(self, units: int) -> None:
        self._width.setValue(self._width.value() + units)

    @Slot()
    def _save_checkpoint(self) -> None:
        checkpoint = self._network.state.checkpoint
        if checkpoint is not None and checkpoint.path is not None:
            self._exchange.ask_where_to_save_checkpoint(checkpoint.path)

    @Slot(QAction)
    def _on_theme_chosen(self, action: QAction) -> None:
        self._settings.theme = str(action.data())
        self._choose_theme(cast(Mode, self._settings.theme))

    @Slot()
    def _on_system_theme_changed(self) -> None:
        # Setting light or dark changes the scheme too, and comes back here; only a change from outside counts.
        if self._settings.theme == "system" and self._theme != system_theme(self._application):
            self._choose_theme("system")

    def _choose_theme(self, mode: Mode) -> None:
        self._theme = apply_theme(self._application, mode)
        for action in self._actions.themes.actions():
            action.setChecked(action.data() == mode)
        for part in (self._actions, self._answers, self._notice, self._training):
            part.set_theme(self._theme)
        colours = (QColor(name) for name in (self._theme.text, self._theme.surface, self._theme.quiet))
        self._canvas.set_colours(*colours)

    def closeEvent(self, event: QCloseEvent) -> None:
        """End every thread; what was to be saved is saved. A run that goes on is asked about first."""
        state = self._session.state
        if state.is_active and state.phase is not Phase.STOPPING and not self._closing:
            event.ignore()
            ask_before_closing(self, self._stop_and_close)
            return
        self._settings.pen_width = self._width.value()
        self._settings.false_rejection_rate = self._network.false_rejection_rate
        self._settings.training_open = self._training.is_open
        self._training.set_open(False)  # the size to remember is the one without
        self._settings.remember_window(self.saveGeometry(), self.saveState())
        self.hide()  # the import of torch cannot be broken off; nobody has to look at a window that waits for it
        self._session.shut_down()
        self._training.shut_down()
        self._worker.stop()
        self._files.stop()
        self._collector.stop()
        super().closeEvent(event)

    @Slot()
    def _stop_and_close(self) -> None:
        self._closing = True
        self._session.stop()
        self.close()
