"""What a person says of an answer, on bars and keys, and the page of their hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QAction

from digitpad.domain.prediction import NUMBER
from digitpad.services import TrainingService
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.hand.hint import Hint
from digitpad.ui.hand.round import Round
from digitpad.ui.pad.canvas import Canvas
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.fine_tuning import FineTuning
from digitpad.ui.session.hand import HandSession
from digitpad.ui.session.live_reading import LiveReader
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.training_session import TrainingSession

if TYPE_CHECKING:
    from digitpad.ui.hand.page import HandPage


_HINT_AFTER = 400
"""Milliseconds without another answer before the collection is looked through."""


class HandController(QObject):
    """Connects the pad, the bars and the keys with a `HandSession`, and makes its page.

    Attributes:
        session: the person's hand.
        tuning: its fine-tuning.
        round: the guided round, once there is a pad.
    """

    round: Round
    _ink_picked = Signal(object)

    def __init__(
        self,
        network: ActiveNetwork,
        live: LiveReader,
        training: TrainingSession,
        training_service: TrainingService,
        settings: Settings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._network, self._settings = network, settings
        self.session = HandSession(network, settings.hand, settings.taught_from, self)
        self.tuning = FineTuning(self.session, training, training_service, self)
        self._live = live
        self._canvas: Canvas | None = None
        self._read: object = None  # of the collection when it was last looked through
        self._hint_after = QTimer(self, singleShot=True, interval=_HINT_AFTER)
        self._hint_after.timeout.connect(self._look_up)
        live.answered.connect(lambda _: self._hint_after.start())
        self.session.changed.connect(self._on_hand_changed)

    def follow(
        self, canvas: Canvas, bars: ProbabilityBars, labels: Sequence[QAction], asked: tuple[QAction, QAction]
    ) -> None:
        """Take what a person says of the drawing on a pad.

        Args:
            canvas: the pad.
            bars: the ten bars.
            labels: actions that say what the drawing is; their data are a digit or `NO_DIGIT`.
            asked: actions that keep what a round asks for and go on, and that skip it.
        """
        self._canvas = canvas
        bars.digit_corrected.connect(self._correct)
        canvas.addActions(labels)
        for action in labels:
            action.triggered.connect(partial(self._correct, action.data()))
        hint = Hint(canvas)
        self.session.hinted.connect(hint.show_known)
        canvas.ink_changed.connect(lambda: hint.show_known(None))
        self.round = Round(self.session, canvas, self)
        keep, skip = asked
        canvas.addActions([keep, skip])
        keep.triggered.connect(lambda: self.round.keep())
        skip.triggered.connect(self.round.skip)
        for action in asked:
            action.setEnabled(False)
            self.round.changed.connect(partial(self._offer, action))
        self._ink_picked.connect(canvas.set_ink)

    def open_first(self, checkpoint: Path | None) -> None:
        """Open the checkpoint of a start; where None, what was taught the hand, if it read at the last closing.

        A start that names a checkpoint changes nothing of what is remembered.
        """
        if checkpoint is None:
            self._network.opened.connect(self._remember)
            self.session.changed.connect(self._remember)
        self._network.open_first(checkpoint or self._settings.taught)

    @Slot()
    def _remember(self) -> None:
        session, settings, checkpoint = self.session, self._settings, self._network.state.checkpoint
        if session.name != settings.hand:
            settings.hand = session.name
        taught = (checkpoint.path, session.base) if checkpoint and session.reads_taught else (None, None)
        if checkpoint is not None and taught != (settings.taught, settings.taught_from):
            settings.remember_taught(*taught)

    def page(self) -> HandPage:
        """The page, made anew."""
        from digitpad.ui.hand.page import HandPage  # here, since a start has no time for it

        page = HandPage(self.session, self.tuning, self.round)
        page.ink_picked.connect(self._ink_picked)
        return page

    @Slot()
    def _on_hand_changed(self) -> None:
        if self.session.read is not self._read:
            self._hint_after.start()

    @Slot()
    def _look_up(self) -> None:
        """Look whether a drawing like the one that was read was kept as something else, unless more is drawn now."""
        reading, canvas = self._live.latest, self._canvas
        self.session.load()
        self._read = self.session.read
        if reading is not None and canvas is not None and reading.prediction.revision == canvas.revision:
            self.session.look_up(reading)

    def _offer(self, action: QAction) -> None:
        action.setEnabled(self.round.is_on)

    def _correct(self, label: int, _checked: bool = False) -> None:
        if self.round.is_on:
            self.round.keep(label)
            return
        canvas, reading = self._canvas, self._live.latest
        if reading is not None and reading.prediction.reason == NUMBER:
            self.session.remarked.emit(self.tr("Draw one digit alone to teach it."))
            return
        if canvas is not None and not canvas.ink.is_empty and not canvas.is_pen_down:
            self.session.correct(canvas.ink, label)
