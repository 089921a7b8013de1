"""The side of the window that answers: digit, bars, what is refused, what the network sees, and which network it is."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from digitpad.domain.errors import Message
from digitpad.ui.answer.answer import AnswerPanel
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.answer.checkpoint_card import CheckpointPanel
from digitpad.ui.answer.network_input import NetworkInput
from digitpad.ui.answer.rejection import RejectionChoice
from digitpad.ui.common.announce import announce
from digitpad.ui.common.format import sentence
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.live_reading import Reading

_WIDTH = 416
_SPACING = 8
_INPUT_SIDE = 142  # five pixels for each of the 28, and the border
_ANNOUNCED_AFTER = 500  # milliseconds without a new answer, so that a screen reader says the last one only


class AnswerColumn(QWidget):
    """A column of fixed width, in which nothing moves when a number changes."""

    def __init__(self, network: ActiveNetwork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network = network
        self.checkpoint = CheckpointPanel()
        self.rejection = RejectionChoice()
        self._answer = AnswerPanel()
        self._bars = ProbabilityBars()
        self._input = NetworkInput()
        self._input.setFixedSize(_INPUT_SIDE, _INPUT_SIDE)
        self._generation = 0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_ANNOUNCED_AFTER)
        self._pause.timeout.connect(self._announce)

        caption = QLabel(self.tr("What the network sees"))
        caption.setProperty("note", True)
        caption.setBuddy(self._input)
        seen = QVBoxLayout()
        seen.setSpacing(4)
        seen.addWidget(self._input)
        seen.addWidget(caption)
        seen.addStretch()
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addLayout(seen)
        below.addWidget(self.checkpoint, 1)
        self._below = QWidget()
        self._below.setLayout(below)
        below.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        column.addWidget(self._answer)
        column.addWidget(self._bars, 1)
        column.addWidget(self.rejection)
        column.addWidget(self._below)
        self.setFixedWidth(_WIDTH)
        self.rejection.rate_selected.connect(network.set_false_rejection_rate)
        network.opened.connect(self.checkpoint.show_info)
        network.changed.connect(self._on_network_changed)
        self._on_network_changed()

    def minimumSizeHint(self) -> QSize:
        """Room for the digit and the bars; what stands below them steps back where there is no more."""
        parts = (self._answer, self._bars)
        return QSize(_WIDTH, sum(part.minimumSizeHint().height() for part in parts) + _SPACING)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what fits whole; the choice of rejection is in a menu too, and so steps back first."""
        room = self.height() - self.minimumSizeHint().height()
        for part in (self._below, self.rejection):
            needed = _SPACING + part.minimumSizeHint().height()
            part.setVisible(room >= needed)
            room -= needed if room >= needed else 0

    def show_answer(self, answer: Reading) -> None:
        """Show what was read; the bars have been painted with it on return."""
        prediction = answer.prediction
        empty = not prediction.network_input.any()
        # Answers to a growing line come every few milliseconds and move the bars by themselves.
        grows = answer.generation == self._generation
        self._generation = answer.generation
        probabilities = None if empty else prediction.probabilities
        self._bars.show_probabilities(probabilities, prediction.digit, animate=not grows)
        self._answer.show_prediction(prediction, answer.seconds * 1000)
        self._input.show_input(None if empty else prediction.network_input)
        self._bars.repaint()
        self._pause.start()

    def show_empty(self) -> None:
        """Say what to do; an answer to what was drawn before does not stay."""
        self._bars.show_probabilities(None, None, animate=True)
        self._input.show_input(None)
        self._answer.show_empty()

    def show_loading(self) -> None:
        """Say that the network is not there yet."""
        self._answer.show_loading()

    @Slot(object)
    def show_error(self, error: Message) -> None:
        """Say why there is no answer; an answer to something else does not stay."""
        self._bars.show_probabilities(None, None)
        self._input.show_input(None)
        self._answer.show_error(sentence(error))

    @Slot()
    def _on_network_changed(self) -> None:
        state = self._network.state
        self.checkpoint.show_state(state)
        if state.info is not None:
            self.rejection.show_network(state.info)

    @Slot()
    def _announce(self) -> None:
        announce(self._answer, self._answer.accessibleDescription())
