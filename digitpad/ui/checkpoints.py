"""Loading, saving and exporting networks from menus and buttons, and saying what went wrong with one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from digitpad.domain.errors import Message
from digitpad.ui.actions import Actions
from digitpad.ui.answer.network_menu import NetworkMenu
from digitpad.ui.answer.panel import ReadingPane
from digitpad.ui.pad.files import Files
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.training_session import TrainingSession


class CheckpointController(QObject):
    """Connects what a person may do with a checkpoint with the network that reads."""

    def __init__(
        self,
        network: ActiveNetwork,
        session: TrainingSession,
        files: Files,
        actions: Actions,
        menu: NetworkMenu,
        answers: ReadingPane,
    ) -> None:
        super().__init__(files)
        self._network, self._session, self._files, self._actions = network, session, files, actions
        self._card, self._notice = answers.checkpoint, answers.notice
        network.failed.connect(self._say)
        network.changed.connect(self._on_network_changed)
        session.ended.connect(self._on_run_ended)
        files.checkpoint_selected.connect(self.load)
        files.checkpoint_done.connect(self._card.notice.close_message)
        files.checkpoint_failed.connect(self._say)
        menu.selected.connect(self.load)
        actions.load.triggered.connect(files.ask_for_checkpoint)
        actions.save_checkpoint.triggered.connect(self._save)
        actions.export.triggered.connect(self._export)
        self._card.load_button.set_action(actions.load)
        self._card.save_button.set_action(actions.save_checkpoint)
        self._on_network_changed()

    @Slot(object)
    def load(self, checkpoint: Path | None) -> None:
        """Read with another checkpoint, the one that ships where None, also while a run goes on."""
        for notice in (self._card.notice, self._notice):  # see `_say`
            notice.close_message()
        if self._session.state.is_active:
            self._network.set_follows_training(False)
        self._network.open(checkpoint)

    @Slot()
    def _save(self) -> None:
        checkpoint = self._network.state.checkpoint
        if checkpoint is not None and checkpoint.path is not None:
            self._files.ask_where_to_save_checkpoint(checkpoint.path)

    @Slot()
    def _export(self) -> None:
        if self._network.reader is not None:
            self._files.ask_where_to_export(self._network.reader, self._network.false_rejection_rate)

    @Slot()
    def _on_network_changed(self) -> None:
        state = self._network.state
        self._actions.save_checkpoint.setEnabled(state.checkpoint is not None and state.checkpoint.path is not None)
        self._actions.export.setEnabled(state.info is not None)

    @Slot()
    def _on_run_ended(self) -> None:
        if self._session.learned is not None:
            self._card.notice.close_message()
        self._network.end_run(self._session.learned)

    @Slot(object)
    def _say(self, error: Message) -> None:
        """Say what is wrong with a checkpoint beside it, or over the pad where there is no room for it."""
        (self._card.notice if self._card.isVisible() else self._notice).say(error)
