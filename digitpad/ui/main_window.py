"""The window: assembles the parts, connects them, and does nothing else."""

from __future__ import annotations

from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow

from digitpad.services import TrainingService
from digitpad.ui.actions import Actions
from digitpad.ui.answer.network_menu import NetworkButton, NetworkMenu
from digitpad.ui.answer.panel import ReadingPane
from digitpad.ui.checkpoints import CheckpointController
from digitpad.ui.common.dialogs import ask_before_closing
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.theme import Theme, current_theme
from digitpad.ui.common.theme_switch import ThemeSwitch
from digitpad.ui.hand.controller import HandController
from digitpad.ui.help_menu import find_action, make_help, show_about, show_log_folder
from digitpad.ui.menus import ToolBar, fill_menu_bar
from digitpad.ui.numbers import NumberController
from digitpad.ui.pad.canvas import Canvas, Tool
from digitpad.ui.pad.files import Files
from digitpad.ui.pad.series import SeriesBar
from digitpad.ui.pad.square_frame import SquareFrame
from digitpad.ui.pages import import_training, pages, prepare_training
from digitpad.ui.pen_width import PenWidth
from digitpad.ui.session.active_network import ActiveNetwork, OpenNetwork
from digitpad.ui.session.drawing_keeper import DrawingKeeper
from digitpad.ui.session.idle_collector import IdleCollector
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.pen_idle import PenIdle
from digitpad.ui.session.run_states import RunStates
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.training_session import Phase, TrainingSession
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.view import Views
from digitpad.ui.window_layout import WindowLayout
from digitpad.ui.workbench import Workbench

if TYPE_CHECKING:
    from digitpad.ui.training.page import TrainingPage

_FOLLOW_RUNS = "training", "map", "samples"  # the first is shown where none of them is
_REMARK_SHOWN = 8000  # milliseconds


class MainWindow(QMainWindow):
    """Pad and answer, and the page that is shown beside them.

    Signals:
        prediction_shown: a Prediction, after the bars have been painted with it.
        training_progressed: a report of the run that goes on, see `digitpad.domain.reports.Report`.
        view_shown: a page's id and a revision of the ink, after a view has been painted for it.
    """

    prediction_shown = Signal(object)
    training_progressed = Signal(object)
    view_shown = Signal(str, int)

    def __init__(
        self,
        application: QApplication,
        settings: Settings,
        open_network: OpenNetwork,
        training_service: TrainingService,
        checkpoint: Path | None,
        device: str,
    ) -> None:
        super().__init__()
        self._settings, self._first_checkpoint = settings, checkpoint
        # Drawings are read on while another network is being opened: a foreign one takes seconds.
        self._workers = opening, reading = Worker("opening", self), Worker("reading", self)
        self._network = ActiveNetwork(open_network, opening, self)
        self._reader = LiveReader(self._network, reading, self)
        self._session, self._states = TrainingSession(training_service, self), RunStates(self)
        self._views = Views(self._reader, self._session, self._network, self._states, training_service, settings, self)
        self._pen_idle = PenIdle(self)
        self._training_service, self._device = training_service, device
        self._painted = self._closing = False
        self._hand = HandController(self._network, self._reader, self._session, training_service, settings, self)
        makers = (lambda: self._training), self._views, self._hand.page, (lambda: make_help(self, self._actions))
        declared = pages(*makers)
        self._actions: Actions = Actions(declared, self)
        self._themes = ThemeSwitch(application, settings, self._actions.themes)
        self._themes.apply()  # before there are widgets, which would be styled twice
        self._collector = IdleCollector(self)
        # What was drawn and selected is for who comes back, and not for a start that names what reads.
        self._keeper = DrawingKeeper(checkpoint is None, self)
        self._make_parts()
        rejection = self._answers.rejection.menu
        self._run_menu = fill_menu_bar(self.menuBar(), self._actions, self._networks, rejection)
        self._tools = ToolBar(self._actions, self._width)
        self.addToolBar(self._tools)
        self._arrange()
        self._connect()
        self._on_theme_changed(current_theme())
        self._width.setValue(settings.pen_width)
        self._answers.rejection.choose(settings.false_rejection_rate)
        self._on_history_changed(False, False)
        self._actions.show_training(is_active=False)
        self.setWindowTitle("digitpad")
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # Qt's own would hide the tool bar for good
        self._layout = WindowLayout(self, self._workbench, settings)
        self._canvas.setFocus()

    def _make_parts(self) -> None:
        self._canvas = Canvas()
        self._files = Files(self._canvas, self)
        SeriesBar(self._files.series, self._canvas, self._actions.previous, self._actions.next)
        self._answers = ReadingPane(self._network, SquareFrame(self._canvas))
        NumberController(self._canvas, self._reader, self._answers, self._actions, self._settings)
        self._notice = self._answers.notice
        self._workbench = Workbench(self._answers)
        self._width = PenWidth()
        actions = self._actions
        self._hand.follow(self._canvas, self._answers.bars, actions.labels, (actions.keep, actions.skip))
        below = [self._actions.load, self._actions.save_checkpoint, self._answers.rejection.menu.menuAction()]
        self._networks = NetworkMenu(self._network, self._settings, below, self)
        parts = self._network, self._session, self._files, self._actions, self._networks, self._answers
        self._checkpoints = CheckpointController(*parts)
        self.statusBar().addPermanentWidget(NetworkButton(self._network, self._networks))

    def _arrange(self) -> None:
        for page, action in self._actions.pages.items():
            self._workbench.add(page, action)
        self.setCentralWidget(self._workbench)
        card = self._answers.checkpoint
        order = (*self._tools.stops, self._canvas, self._answers.rejection, card.load_button, card.save_button)
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    @cached_property
    def _training(self) -> TrainingPage:
        """Made when it is first shown or asked for, or after the first answer: a start has no time for it."""
        from digitpad.ui.training.page import TrainingPage

        service, session, network = self._training_service, self._session, self._network
        training = TrainingPage(service, session, network, self._pen_idle, self._device)
        training.load_requested.connect(self._checkpoints.load)
        training.remarked.connect(self._remark)
        training.image_picked.connect(self._files.show_image)
        self._run_menu.addActions(training.run_actions)
        if self._keeper.is_on:
            training.select_again(self._settings.recipe, self._settings.curves)
        # The map may be shown alone; what belongs to training is in the window all the same.
        QTimer.singleShot(0, self, partial(self._workbench.make, "training"))
        return training

    def _connect(self) -> None:
        actions, canvas, files = self._actions, self._canvas, self._files
        network, session, answer = self._network, self._session, self._answers
        canvas.ink_changed.connect(self._reader.read)
        canvas.ink_changed.connect(answer.take_ink)
        canvas.ink_changed.connect(self._collector.put_off)
        canvas.ink_changed.connect(self._pen_idle.disturb)
        canvas.ink_changed.connect(self._keeper.take)
        self._keeper.restored.connect(canvas.restore)
        canvas.addActions([actions.clear, actions.previous, actions.next])
        canvas.history_changed.connect(self._on_history_changed)
        self._reader.answered.connect(self._on_answered)
        self._reader.unread.connect(answer.show_error)
        self._views.shown.connect(self.view_shown)
        self._views.saved.connect(self._remark)
        self._hand.session.remarked.connect(self._remark)
        self._hand.session.failed.connect(self._notice.say)
        self._views.failed.connect(self._notice.say)
        self._views.drawing_requested.connect(files.show_drawing)
        self._views.selection_changed.connect(answer.bars.offer_selection)
        answer.bars.digit_selected.connect(self._views.digit_selected)
        self._views.image_picked.connect(files.show_image)
        once = Qt.ConnectionType.SingleShotConnection
        network.opened.connect(self._collector.start, once)
        network.opened.connect(self._ready_training, once)
        session.refused.connect(self._notice.say)
        session.asked.connect(network.begin_run)
        session.asked.connect(self._states.begin)
        session.asked.connect(partial(self._workbench.show_one_of, _FOLLOW_RUNS))
        session.run_changed.connect(self._views.runs_changed)
        session.ended.connect(self._views.runs_changed)
        session.network_shown.connect(self._states.add)  # before the views hear that another network reads
        session.network_shown.connect(network.show_live)
        session.progressed.connect(self.training_progressed)
        session.changed.connect(lambda: actions.show_training(session.state.is_active))
        files.done.connect(self._notice.close_message)
        files.remarked.connect(self._remark)
        canvas.remarked.connect(self._remark)
        files.failed.connect(self._notice.say)
        actions.present.toggled.connect(partial(self._themes.present, self))
        self._width.valueChanged.connect(canvas.set_pen_width)
        self._themes.changed.connect(self._on_theme_changed)
        self._themes.changed.connect(self._tools.fit)
        for action, slot in {
            actions.undo: canvas.undo,
            actions.redo: canvas.redo,
            actions.clear: canvas.clear_ink,
            actions.copy: files.copy,
            actions.paste: files.paste,
            actions.pen: lambda: canvas.set_tool(Tool.PEN),
            actions.eraser: lambda: canvas.set_tool(Tool.ERASER),
            actions.wider: self._width.widen,
            actions.narrower: self._width.narrow,
            actions.open: files.ask_for_drawing,
            actions.previous: files.series.previous,
            actions.next: files.series.next,
            actions.save: files.ask_where_to_save,
            actions.quit: self.close,
            actions.train: lambda: self._training.train(),
            actions.pause: session.toggle_pause,
            actions.stop: session.stop,
            actions.browse: lambda: self._training.browse_data(),
            actions.larger: partial(self._themes.resize_text, 1),
            actions.smaller: partial(self._themes.resize_text, -1),
            actions.usual: partial(self._themes.resize_text, 0),
            actions.find: partial(find_action, self),
            actions.show_log: partial(show_log_folder, self),
            actions.about: partial(show_about, self),
        }.items():
            action.triggered.connect(slot)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Start what takes long after the first paint, when the pad already takes ink."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._layout, self._layout.fit_screen)  # the frame's width is known by now
            QTimer.singleShot(0, self, partial(self._hand.open_first, self._first_checkpoint))
            QTimer.singleShot(0, self._keeper, self._keeper.restore)

    @Slot(object)
    def _on_answered(self, answer: Reading) -> None:
        self._answers.show_answer(answer)
        self.prediction_shown.emit(answer.prediction)

    @Slot()
    def _ready_training(self) -> None:
        """Make the page of training after the first answer, step by step between two strokes."""
        self._workers[0].run(partial(prepare_training, self._training_service), self._go_on_making, self._notice.say)

    def _go_on_making(self, *_: object) -> None:
        if self._canvas.is_pen_down:
            self._canvas.history_changed.connect(self._go_on_making, Qt.ConnectionType.SingleShotConnection)
        elif import_training():
            QTimer.singleShot(0, self, self._go_on_making)
        else:
            self._workbench.make("training")

    @Slot(bool, bool)
    def _on_history_changed(self, can_undo: bool, can_redo: bool) -> None:
        self._actions.show_drawing(not self._canvas.ink.is_empty, can_undo, can_redo)
        self._answers.follow_pen(self._canvas.is_pen_down)

    @Slot(str)
    def _remark(self, words: str) -> None:
        self.statusBar().showMessage(words, _REMARK_SHOWN)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape breaks off a stroke, or closes a message, or the page that has the focus; it takes nothing away."""
        messages = [notice for notice in self.findChildren(Notice) if notice.isVisible()]
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._canvas.is_pen_down:
            self._canvas.cancel_stroke()
        elif messages:
            messages[0].close_message()
        elif self._actions.present.isChecked():
            self._actions.present.setChecked(False)
        elif self._hand.round.is_on and self._canvas.hasFocus():
            self._hand.round.end()
        elif self._workbench.close_page_of(self.focusWidget()):
            self._canvas.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._files.enter(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._files.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._files.drop(event)

    @Slot(object)
    def _on_theme_changed(self, theme: Theme) -> None:
        self._actions.set_theme(theme)
        self._canvas.set_colours(*(QColor(name) for name in (theme.text, theme.surface, theme.quiet)))

    def closeEvent(self, event: QCloseEvent) -> None:
        """End every thread; what was to be saved is saved. A run that goes on is asked about first."""
        state = self._session.state
        if state.is_active and state.phase is not Phase.STOPPING and not self._closing:
            event.ignore()
            question = ask_before_closing(self, self._stop_and_close)
            self._session.ended.connect(question.reject)  # there is no run to ask about any more
            return
        self._actions.present.setChecked(False)  # the size to remember is the one before
        self._settings.pen_width = self._width.value()
        self._settings.false_rejection_rate = self._network.false_rejection_rate
        self._layout.remember()
        self.hide()  # the import of torch cannot be broken off; nobody has to look at a window that waits for it
        self._hand.tuning.stop()
        self._session.shut_down()
        if "_training" in vars(self):
            if self._keeper.is_on:
                self._settings.recipe, self._settings.curves = self._training.selection
            self._training.shut_down()
        # The collector last: a thread that collects what is left of a window makes Shiboken delete it twice.
        parts = self._views, self._hand.session, self._keeper, self._files, self._settings, self._collector
        for part in (*self._workers, *parts):
            part.stop()
        super().closeEvent(event)

    @Slot()
    def _stop_and_close(self) -> None:
        self._closing = True
        self._session.stop()
        self.close()
