"""Pad, digit, bars and network input, which stay together and whole, and grow with the room that they get."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from digitpad.domain.errors import Message
from digitpad.domain.prediction import EMPTY, TOO_SMALL
from digitpad.ink.strokes import Ink
from digitpad.ui.answer.answer import SMALLEST, AnswerPanel
from digitpad.ui.answer.bars import ProbabilityBars
from digitpad.ui.answer.checkpoint_card import CheckpointPanel
from digitpad.ui.answer.network_input import NetworkInput
from digitpad.ui.answer.rejection import RejectionChoice
from digitpad.ui.common.format import sentence
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.widgets import announce, named, note_label
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.live_reading import Reading

_MARGINS = 16, 8, 16, 8
_SPACING, _GAP = 8, 24
_SMALLEST_PAD, _LOWEST_PAD, _SMALLEST_COLUMN = 280, 200, 400
_TABLE = 152  # in which what a checkpoint says of itself is seen whole
_SMALLEST_INPUT = 86  # three pixels for each of the 28, and the border
_ANNOUNCED_AFTER = 500  # milliseconds without a new answer, so that a screen reader says the last one only


class ReadingPane(QWidget):
    """The pad with the answer beside it or, where that leaves a larger pad, below; nothing moves when a number changes.

    What went wrong is said over the pad's lower edge.
    """

    def __init__(self, network: ActiveNetwork, pad: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network, self._pad = network, pad
        self.checkpoint = CheckpointPanel()
        self.rejection = RejectionChoice()
        self.notice = named(Notice(), "notice")
        self.answer = AnswerPanel()
        self.bars = ProbabilityBars()
        self._input = NetworkInput()
        self._generation = 0
        self._answered: Reading | None = None  # while there is an answer
        self._has_ink = self._pen_down = False
        self._pause = QTimer(self, singleShot=True, interval=_ANNOUNCED_AFTER)
        self._pause.timeout.connect(self._announce)
        self._caption = note_label(self.tr("What the network sees"))
        self._caption.setWordWrap(False)
        self._caption.setBuddy(self._input)
        parts = (pad, self.answer, self.bars, self.rejection, self._input, self._caption, self.checkpoint)
        for part in (*parts, self.notice):
            part.setParent(self)
        self.setContentsMargins(*_MARGINS)
        self.setMinimumSize(self.minimumSizeHint())
        self.notice.opened.connect(self._place_notice)
        self.rejection.rate_selected.connect(network.set_false_rejection_rate)
        network.changed.connect(self._on_network_changed)
        self._on_network_changed()

    def minimumSizeHint(self) -> QSize:
        left, top, right, bottom = _MARGINS
        least = _LOWEST_PAD + _SPACING + self._least_below
        return QSize(left + _SMALLEST_PAD + right, top + least + bottom)

    def width_beside(self, height: int) -> int:
        """Width in pixels that gives the largest pad at a height, with room for digit and bars below it."""
        left, top, right, bottom = _MARGINS
        room = height - top - bottom - _SPACING
        return left + room - max(self._least_below, round(0.28 * room)) + right

    @property
    def _least_below(self) -> int:
        """Height of digit and bars below the pad."""
        return max(self.bars.minimumSizeHint().height(), SMALLEST + _SPACING + _SMALLEST_INPUT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.contentsRect()
        beside = min(room.height(), room.width() - _GAP - _SMALLEST_COLUMN)
        below = min(room.width(), room.height() - _SPACING - self._least_below)
        if beside >= below:
            width = min(room.width() - _GAP - beside, room.height())
            left = room.x() + (room.width() - beside - _GAP - width) // 2
            self._pad.setGeometry(left, room.y(), beside, room.height())
            self._arrange_column(QRect(left + beside + _GAP, room.y(), width, room.height()))
        else:
            self._pad.setGeometry(room.x(), room.y(), room.width(), below)
            self._arrange_below(room.adjusted(0, below + _SPACING, 0, 0))
        self._place_notice()

    def _arrange_column(self, room: QRect) -> None:
        """Digit, bars, rejection, and network input beside the checkpoint; the lower ones where there is room."""
        x, y, width, height = room.x(), room.y(), room.width(), room.height()
        least = self.bars.minimumSizeHint().height() + _SPACING
        digit = min(max(SMALLEST, round(0.16 * height)), height - least)
        foot = max(self.checkpoint.minimumSizeHint().height(), min(_TABLE, height // 3), round(0.24 * height))
        has_foot, has_rejection = self._step_back(width, height - digit - least, foot)
        has_caption = False
        self.answer.setGeometry(x, y, width, digit)
        bottom = y + height
        if has_foot:
            bottom -= foot
            caption = self._caption.sizeHint()
            side = self._input_side(foot - caption.height(), round(0.45 * width))
            room_beside = width - self.checkpoint.minimumSizeHint().width() - 2 * _SPACING
            has_caption = caption.width() <= max(side, room_beside)
            self._input.setGeometry(x, bottom, side, side)
            self._caption.setGeometry(x, bottom + side, max(side, caption.width()), caption.height())
            beside = (max(side, caption.width()) if has_caption else side) + 2 * _SPACING
            self.checkpoint.setGeometry(x + beside, bottom, width - beside, foot)
            bottom -= _SPACING
        bottom = self._place_rejection(x, bottom, width) if has_rejection else bottom
        top = y + digit + _SPACING
        self.bars.setGeometry(x, top, width, bottom - top)
        self._input.setVisible(has_foot)
        self._caption.setVisible(has_foot and has_caption)

    def _arrange_below(self, room: QRect) -> None:
        """Digit over network input, and beside them the bars; what else fits stands below."""
        x, y, width, height = room.x(), room.y(), room.width(), room.height()
        foot = self.checkpoint.minimumSizeHint().height()
        has_foot, has_rejection = self._step_back(width, height - round(0.75 * width), foot)
        bottom = y + height
        if has_foot:
            bottom -= foot
            self.checkpoint.setGeometry(x, bottom, width, foot)
            bottom -= _SPACING
        bottom = self._place_rejection(x, bottom, width) if has_rejection else bottom
        left, height = round(0.42 * width), bottom - y
        side = self._input_side(round(0.55 * height), left)
        self.answer.setGeometry(x, y, left, height - side - _SPACING)
        self._input.setGeometry(x, bottom - side, side, side)
        self.bars.setGeometry(x + left + _SPACING, y, width - left - _SPACING, height)
        self._input.show()
        self._caption.hide()

    def _step_back(self, width: int, room: int, foot: int) -> tuple[bool, bool]:
        """Show the checkpoint and the choice of rejection where they fit whole; both are in menus too."""
        rejection = self.rejection.minimumSizeHint()
        has_foot = room >= foot + _SPACING and width >= self.checkpoint.minimumSizeHint().width()
        room -= foot + _SPACING if has_foot else 0
        has_rejection = room >= rejection.height() + _SPACING and width >= rejection.width()
        self.checkpoint.setVisible(has_foot)
        self.rejection.setVisible(has_rejection)
        return has_foot, has_rejection

    def _place_rejection(self, x: int, bottom: int, width: int) -> int:
        height = self.rejection.sizeHint().height()
        self.rejection.setGeometry(x, bottom - height, width, height)
        return bottom - height - _SPACING

    def _input_side(self, height: int, width: int) -> int:
        """The largest side with whole pixels of the 28, and their border."""
        return max(_SMALLEST_INPUT, (min(height, width) - 2) // 28 * 28 + 2)

    @Slot()
    def _place_notice(self) -> None:
        """Lay what is to be said over the pad's lower edge."""
        pad = self._pad.geometry().adjusted(_SPACING, 0, -_SPACING, -_SPACING)
        height = max(self.notice.heightForWidth(pad.width()), self.notice.minimumSizeHint().height())
        self.notice.setGeometry(pad.x(), max(pad.y(), pad.bottom() - height), pad.width(), height)
        self.notice.raise_()

    def show_answer(self, answer: Reading) -> None:
        """Show what was read; the bars have been painted with it on return."""
        prediction = answer.prediction
        empty = not prediction.network_input.any()
        # Answers to a growing line come every few milliseconds and move the bars by themselves.
        grows = answer.generation == self._generation
        self._generation = answer.generation
        probabilities = None if prediction.reason in (EMPTY, TOO_SMALL) else prediction.probabilities
        self.bars.show_probabilities(probabilities, prediction.best, animate=not grows)
        self.bars.repaint()  # before digit and network input want to be painted too, which come with the next frame
        self._answered = answer
        self._show_digit()
        self._input.show_input(None if empty else prediction.network_input)
        self._pause.start()

    def follow_pen(self, is_down: bool) -> None:
        """While the pen is down, what is no digit yet waits for the rest of the stroke."""
        if is_down != self._pen_down:
            self._pen_down = is_down
            self._show_digit()

    def _show_digit(self) -> None:
        if self._answered is not None:
            milliseconds, info = self._answered.seconds * 1000, self._network.state.info
            can_reject = info is None or bool(info.thresholds)
            prediction, waits = self._answered.prediction, self._pen_down
            self.answer.show_prediction(prediction, milliseconds, waits=waits, can_reject=can_reject)

    @Slot(int, object, bool)
    def take_ink(self, _revision: int, ink: Ink, _grew: bool) -> None:
        """Say why there is no answer to some ink, where there will be none; one to other ink does not stay."""
        self._has_ink = not ink.is_empty
        self._show_without_answer()

    def _show_without_answer(self) -> None:
        state = self._network.state
        if state.problem is not None:
            self.show_error(Message("There is no network to read with. Load a checkpoint."))
        elif not self._has_ink:
            self._answered = None
            self.bars.show_probabilities(None, None, animate=True)
            self._input.show_input(None)
            self.answer.show_empty()
        elif state.info is None:
            self._answered = None
            self.answer.show_loading()

    @Slot(object)
    def show_error(self, error: Message) -> None:
        """Say why there is no answer; an answer to something else does not stay."""
        self._answered = None
        self.bars.show_probabilities(None, None)
        self._input.show_input(None)
        self.answer.show_error(sentence(error))

    @Slot()
    def _on_network_changed(self) -> None:
        state = self._network.state
        self.checkpoint.show_state(state)
        if state.info is not None:
            self.rejection.show_network(state.info)
        self._show_without_answer()

    @Slot()
    def _announce(self) -> None:
        announce(self.answer, self.answer.accessibleDescription())
