"""The window: assembles the parts, connects them, and does nothing else."""

from __future__ import annotations

from functools import cached_property, partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from digitpad.domain.errors import Message
from digitpad.services import TrainingService
from digitpad.storage.io import remove_unfinished
from digitpad.ui.about import show_about, show_log_folder
from digitpad.ui.actions import Actions
from digitpad.ui.answer.network_menu import NetworkButton, NetworkMenu
from digitpad.ui.answer.panel import ReadingPane
from digitpad.ui.common.dialogs import ask_before_closing
from digitpad.ui.common.theme import Theme, current_theme, text_scale
from digitpad.ui.common.theme_switch import ThemeSwitch
from digitpad.ui.menus import TOOL_ICON, ToolBar, fill_menu_bar
from digitpad.ui.pad.canvas import Canvas, Tool
from digitpad.ui.pad.files import Files
from digitpad.ui.pad.pen_width import PenWidth
from digitpad.ui.pad.series import SeriesBar
from digitpad.ui.pad.square_frame import SquareFrame
from digitpad.ui.pages import pages
from digitpad.ui.session.active_network import ActiveNetwork, OpenNetwork
from digitpad.ui.session.drawing_keeper import DrawingKeeper
from digitpad.ui.session.idle_collector import IdleCollector
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.pen_idle import PenIdle
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.training_session import Phase, TrainingSession
from digitpad.ui.session.worker import Worker
from digitpad.ui.workbench import Workbench

if TYPE_CHECKING:
    from digitpad.ui.training.page import TrainingPage

_FIRST_SIZE = QSize(1180, 760)
_SMALLEST = QSize(900, 600)
_FOLLOW_RUNS = frozenset({"training", "map", "samples"})
_REMARK_SHOWN = 8000  # milliseconds


class MainWindow(QMainWindow):
    """Pad and answer, and the page that is shown beside them.

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
        device: str,
    ) -> None:
        super().__init__()
        self._settings, self._first_checkpoint = settings, checkpoint
        # Drawings are read on while another network is being opened: a foreign one takes seconds.
        self._workers = opening, reading = Worker("opening", self), Worker("reading", self)
        self._network = ActiveNetwork(open_network, opening, self)
        self._reader = LiveReader(self._network, reading, self)
        self._session = TrainingSession(training_service, self)
        self._pen_idle = PenIdle(self)
        self._training_service, self._device = training_service, device
        self._painted = self._closing = False
        self._actions = Actions(pages(lambda: self._training, self._make_help), self)
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
        self._on_network_changed()
        self._on_session_changed()
        self.setWindowTitle("digitpad")
        self.setAcceptDrops(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # Qt's own would hide the tool bar for good
        self.setMinimumSize(_SMALLEST)
        self.resize(_FIRST_SIZE)
        self.restoreGeometry(settings.geometry)
        self.restoreState(settings.layout)
        self._fit_screen()
        self._workbench.share = settings.left_share
        for page_id in settings.pages:
            self._workbench.show_page(page_id)
        self._canvas.setFocus()

    def _fit_screen(self) -> None:
        """Keep the window within its screen, also where its size comes from a larger one."""
        room, frame = self.screen().availableGeometry(), self.frameGeometry()
        if room.size().boundedTo(_SMALLEST) != _SMALLEST or self.isMaximized() or self.isFullScreen():
            return
        self.resize(self.size().boundedTo(room.size() - (frame.size() - self.size())))
        frame = self.frameGeometry()
        left = max(room.left(), min(frame.left(), room.right() - frame.width() + 1))
        top = max(room.top(), min(frame.top(), room.bottom() - frame.height() + 1))
        self.move(left, top)

    def _make_parts(self) -> None:
        self._canvas = Canvas()
        self._files = Files(self._canvas, self)
        SeriesBar(self._files.series, self._canvas, self._actions.previous, self._actions.next)
        self._answers = ReadingPane(self._network, SquareFrame(self._canvas))
        self._notice = self._answers.notice
        self._workbench = Workbench(self._answers)
        self._width = PenWidth()
        below = [self._actions.load, self._actions.save_checkpoint, self._answers.rejection.menu.menuAction()]
        self._networks = NetworkMenu(self._network, self._settings, below, self)
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
        training = TrainingPage(service, session, network, self._reader, self._pen_idle, self._device)
        training.load_requested.connect(self._load)
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
        canvas.ink_changed.connect(self._show_without_answer)
        canvas.ink_changed.connect(self._collector.put_off)
        canvas.ink_changed.connect(self._pen_idle.disturb)
        canvas.ink_changed.connect(self._keeper.take)
        self._keeper.restored.connect(canvas.restore)
        canvas.addActions([actions.clear, actions.previous, actions.next])
        canvas.history_changed.connect(self._on_history_changed)
        self._reader.answered.connect(self._on_answered)
        self._reader.unread.connect(answer.show_error)
        once = Qt.ConnectionType.SingleShotConnection
        network.opened.connect(self._collector.start, once)
        network.opened.connect(self._ready_training, once)
        network.failed.connect(self._say_of_checkpoint)
        network.changed.connect(self._on_network_changed)
        session.asked.connect(network.begin_run)
        session.asked.connect(self._show_run)
        session.network_shown.connect(network.show_live)
        session.progressed.connect(self.training_progressed)
        session.changed.connect(self._on_session_changed)
        session.ended.connect(self._on_run_ended)
        files.checkpoint_selected.connect(self._load)
        files.done.connect(self._notice.close_message)
        files.checkpoint_done.connect(answer.checkpoint.notice.close_message)
        files.remarked.connect(self._remark)
        files.failed.connect(self._notice.say)
        files.checkpoint_failed.connect(self._say_of_checkpoint)
        self._networks.selected.connect(self._load)
        actions.present.toggled.connect(self._present)
        self._width.valueChanged.connect(canvas.set_pen_width)
        self._themes.changed.connect(self._on_theme_changed)
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
            actions.load: files.ask_for_checkpoint,
            actions.save_checkpoint: self._save_checkpoint,
            actions.export: self._export,
            actions.quit: self.close,
            actions.train: lambda: self._training.train(),
            actions.pause: session.toggle_pause,
            actions.stop: session.stop,
            actions.browse: lambda: self._training.browse_data(),
            actions.larger: partial(self._themes.resize_text, 1),
            actions.smaller: partial(self._themes.resize_text, -1),
            actions.usual: partial(self._themes.resize_text, 0),
            actions.find: self._find_action,
            actions.show_log: partial(show_log_folder, self),
            actions.about: partial(show_about, self),
        }.items():
            action.triggered.connect(slot)
        answer.checkpoint.load_button.set_action(actions.load)
        answer.checkpoint.save_button.set_action(actions.save_checkpoint)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Start what takes long after the first paint, when the pad already takes ink."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._fit_screen)  # the frame's width is known by now
            QTimer.singleShot(0, self, partial(self._network.open_first, self._first_checkpoint))
            QTimer.singleShot(0, self._keeper, self._keeper.restore)

    @Slot(object)
    def _on_answered(self, answer: Reading) -> None:
        self._answers.show_answer(answer)
        self.prediction_shown.emit(answer.prediction)

    @Slot()
    def _ready_training(self) -> None:
        """Import the page of training in a thread, after the first answer, and make it between two strokes."""
        prepare = partial(_prepare_training, self._training_service)
        self._workers[0].run(prepare, self._make_training, self._notice.say)

    def _make_training(self, *_: object) -> None:
        if self._canvas.is_pen_down:
            self._canvas.history_changed.connect(self._make_training, Qt.ConnectionType.SingleShotConnection)
        else:
            self._workbench.make("training")

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
        self._actions.show_drawing(not self._canvas.ink.is_empty, can_undo, can_redo)
        self._answers.follow_pen(self._canvas.is_pen_down)

    @Slot()
    def _on_network_changed(self) -> None:
        state = self._network.state
        self._actions.save_checkpoint.setEnabled(state.checkpoint is not None and state.checkpoint.path is not None)
        self._actions.export.setEnabled(state.info is not None)
        self._show_without_answer()

    @Slot()
    def _on_session_changed(self) -> None:
        self._actions.show_training(self._session.state.is_active)

    @Slot()
    def _show_run(self) -> None:
        """Show how a run goes on, unless a page that follows it is shown already."""
        if _FOLLOW_RUNS.isdisjoint(self._workbench.shown):
            self._workbench.show_page("training")

    @Slot()
    def _on_run_ended(self) -> None:
        if self._session.learned is not None:
            self._answers.checkpoint.notice.close_message()
        self._network.end_run(self._session.learned)

    @Slot(object)
    def _say_of_checkpoint(self, error: Message) -> None:
        """Say what is wrong with a checkpoint beside it, or below the pad where there is no room for it."""
        notice = self._answers.checkpoint.notice if self._answers.checkpoint.isVisible() else self._notice
        notice.say(error)

    @Slot(str)
    def _remark(self, words: str) -> None:
        self.statusBar().showMessage(words, _REMARK_SHOWN)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape breaks off a stroke, or closes a message, or the page that has the focus; it takes nothing away."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._canvas.is_pen_down:
            self._canvas.cancel_stroke()
        elif self._notice.text:
            self._notice.close_message()
        elif self._actions.present.isChecked():
            self._actions.present.setChecked(False)
        elif self._workbench.close_page_of(self.focusWidget()):
            self._canvas.setFocus()

    @Slot()
    def _find_action(self) -> None:
        from digitpad.ui.command_palette import CommandPalette  # here, as in `_make_help`: a start does without

        CommandPalette(self).open()

    def _make_help(self) -> QWidget:
        from digitpad.ui.help import HelpPage

        return HelpPage(self.menuBar(), [self._actions.about, self._actions.show_log])

    @Slot(bool)
    def _present(self, presents: bool) -> None:
        self._themes.present(presents)
        state, full = self.windowState(), Qt.WindowState.WindowFullScreen
        self.setWindowState(state | full if presents else state & ~full)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._files.enter(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._files.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._files.drop(event)

    @Slot(object)
    def _load(self, checkpoint: Path | None) -> None:
        for notice in (self._answers.checkpoint.notice, self._notice):  # see _say_of_checkpoint
            notice.close_message()
        if self._session.state.is_active:
            self._network.set_follows_training(False)
        self._network.open(checkpoint)

    @Slot()
    def _save_checkpoint(self) -> None:
        checkpoint = self._network.state.checkpoint
        if checkpoint is not None and checkpoint.path is not None:
            self._files.ask_where_to_save_checkpoint(checkpoint.path)

    @Slot()
    def _export(self) -> None:
        if self._network.reader is not None:
            self._files.ask_where_to_export(self._network.reader, self._network.false_rejection_rate)

    @Slot(object)
    def _on_theme_changed(self, theme: Theme) -> None:
        self._actions.set_theme(theme)
        self._tools.setIconSize(QSize(TOOL_ICON, TOOL_ICON) * text_scale())
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
        self._settings.pages, self._settings.left_share = self._workbench.shown, self._workbench.share
        self._settings.remember_window(self.saveGeometry(), self.saveState())
        self.hide()  # the import of torch cannot be broken off; nobody has to look at a window that waits for it
        self._session.shut_down()
        if "_training" in vars(self):
            if self._keeper.is_on:
                self._settings.recipe, self._settings.curves = self._training.selection
            self._training.shut_down()
        for worker in self._workers:
            worker.stop()
        self._keeper.stop()
        self._files.stop()
        self._collector.stop()
        self._settings.stop()
        super().closeEvent(event)

    @Slot()
    def _stop_and_close(self) -> None:
        self._closing = True
        self._session.stop()
        self.close()


def _prepare_training(service: TrainingService) -> None:
    """Clean up after processes that were killed, and import and read what the page of training is made with."""
    remove_unfinished()
    import_module("digitpad.ui.training.page")
    _ = service.recipes
