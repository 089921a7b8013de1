"""What reads: which network, on which device, what has read before it, and how strictly it rejects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.errors import DigitpadError
from digitpad.domain.rejection import FALSE_REJECTION_RATE
from digitpad.services import LiveNetwork
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.ui.session.worker import Worker

if TYPE_CHECKING:
    from digitpad.reading.checkpoint_file import Preparation
    from digitpad.reading.reader import Reader

OpenNetwork = Callable[[Path | None, Callable[[], bool]], "Reader"]
"""Opens a checkpoint, or the one that ships where None; raises DigitpadError where it cannot."""


class Source(Enum):
    """Where the network that reads comes from."""

    NONE = auto()
    SHIPPED = auto()
    LOADED = auto()
    IN_TRAINING = auto()
    JUST_TRAINED = auto()


@dataclass(frozen=True, eq=False)
class NetworkState:
    """What reads.

    Attributes:
        source: where it comes from.
        info: what is known of it; None where nothing reads.
        step: of a network in training, the steps that it has been trained for, else 0.
        checkpoint: the checkpoint that is open; while a network in training reads, the one that reads again after it.
        preparation: how its input is prepared, where that had to be found out: of a foreign checkpoint.
        problem: why nothing reads; None while the first checkpoint is being opened.
        is_opening: whether a checkpoint is being opened.
        follows_training: whether a network in training reads while there is one, and what it learned after that.
        history: the files of the checkpoints that were open, the last one first.
    """

    source: Source
    info: CheckpointInfo | None
    step: int
    checkpoint: CheckpointInfo | None
    preparation: Preparation | None
    problem: DigitpadError | None
    is_opening: bool
    follows_training: bool
    history: tuple[Path, ...]


class ActiveNetwork(QObject):
    """Opens checkpoints in a thread, and decides what reads.

    A checkpoint that cannot be opened leaves the one in use in use. Where there is none, the one that ships is opened;
    where that fails too, nothing reads until a checkpoint is opened.

    Signals:
        changed: `state` is another.
        opened: the CheckpointInfo of a checkpoint that was opened.
        failed: a DigitpadError: a checkpoint could not be opened.
    """

    changed = Signal()
    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, open_network: OpenNetwork, worker: Worker, parent: QObject | None = None) -> None:
        """Nothing is opened yet.

        Args:
            open_network: called in the worker's thread with a path and what says whether that is cancelled.
            worker: whoever made it stops it.
            parent: the object that holds this one.
        """
        super().__init__(parent)
        self._open_network, self._worker = open_network, worker
        self._opened: Reader | None = None
        self._problem: DigitpadError | None = None
        self._openings = 0  # asked for and not yet answered
        self._requested: Path | None = None  # by the last of them
        self._history: list[Path] = []
        self._live: LiveNetwork | None = None
        self._learned: Path | None = None  # the checkpoint of the run that has ended
        self._last_run: Path | None = None  # the same, and it stays when another is opened
        self._follows_training = True
        self._false_rejection_rate: float | None = FALSE_REJECTION_RATE

    @property
    def state(self) -> NetworkState:
        """What reads now."""
        reader, checkpoint = self.reader, self._opened.info if self._opened else None
        is_live = self._live is not None and reader is self._live.reader
        path = checkpoint.path if checkpoint else None
        if is_live or checkpoint is None:
            source = Source.IN_TRAINING if is_live else Source.NONE
        elif path is not None and path == self._learned:
            source = Source.JUST_TRAINED
        else:
            is_shipped = path is not None and path.parent == DEFAULT_CHECKPOINT.parent
            source = Source.SHIPPED if is_shipped else Source.LOADED
        return NetworkState(
            source,
            reader.info if reader else None,
            self._live.step if self._live and is_live else 0,
            checkpoint,
            self._opened.preparation if self._opened else None,
            self._problem,
            self._openings > 0,
            self._follows_training,
            tuple(self._history),
        )

    @property
    def reader(self) -> Reader | None:
        """What reads drawings; None where nothing does."""
        if self._opened is not None and self._live is not None and self._follows_training:
            return self._live.reader
        return self._opened

    @property
    def has_live(self) -> bool:
        """Whether there is a network in training that can read."""
        return self._live is not None

    @property
    def has_learned(self) -> bool:
        """Whether the last run has ended and learned something, and no other checkpoint was asked for since."""
        return self._learned is not None

    @property
    def last_run(self) -> Path | None:
        """The checkpoint of the last run that learned something; None before there is one."""
        return self._last_run

    @property
    def false_rejection_rate(self) -> float | None:
        """Share of real digits that may be rejected, 0 to 1, or None: nothing is rejected."""
        return self._false_rejection_rate

    @Slot(object)
    def set_false_rejection_rate(self, false_rejection_rate: float | None) -> None:
        """Reject what is no digit as strictly as that, whatever reads."""
        self._false_rejection_rate = false_rejection_rate
        self.changed.emit()

    def open_first(self, path: Path | None) -> None:
        """Open the checkpoint of a start, unless a person was quicker and has asked for another."""
        if not self._openings and self._opened is None:
            self._open(path)

    @Slot(object)
    def open(self, path: Path | None) -> None:
        """Open a checkpoint that a person chose, the one that ships where None. What a run has learned gives way."""
        self._open(path, keeps_learned=False)

    @Slot(bool)
    def set_follows_training(self, follows: bool) -> None:
        """Let a network in training read while there is one, and what it learned after that; or what was open before.

        After a run this leads from what it learned to what was open before it, and back.
        """
        if follows == self._follows_training:
            return
        self._follows_training = follows
        if follows and self._learned is not None:
            self._open(self._learned)
        elif not follows and self._learned is not None and self._requested == self._learned:
            self._open(self._previous(self._learned))
        self.changed.emit()

    @Slot()
    def begin_run(self) -> None:
        """A run begins: what the one before has learned is a checkpoint like others."""
        self._learned = self._live = None
        self.changed.emit()

    @Slot(object)
    def show_live(self, live: LiveNetwork) -> None:
        """Take the network in training as it is now."""
        self._live = live
        if self._follows_training:
            self.changed.emit()

    def end_run(self, learned: Path | None) -> None:
        """A run has ended: what it learned reads, or the open checkpoint again.

        Args:
            learned: the run's checkpoint; None where it has hardly learned anything.
        """
        self._learned = learned
        self._last_run = learned or self._last_run
        if learned is None or not self._follows_training:
            self._live = None
            self.changed.emit()
        else:  # until it is open, the network reads as it was at its last step
            self._open(learned)

    def _previous(self, path: Path | None) -> Path | None:
        return next((before for before in self._history if before != path), None)

    def _open(self, path: Path | None, *, keeps_learned: bool = True) -> None:
        self._openings += 1
        self._requested = path
        open_network = partial(self._open_network, path, self._worker.is_stopped)
        self._worker.run(open_network, partial(self._on_opened, keeps_learned), partial(self._on_failed, path))
        self.changed.emit()

    def _on_opened(self, keeps_learned: bool, opened: Reader) -> None:
        self._openings -= 1
        self._opened, self._problem = opened, None
        if self._learned is not None:
            self._live = None
            self._learned = self._learned if keeps_learned else None
        path = opened.info.path
        if path is not None:
            self._history = [path, *(before for before in self._history if before != path)]
        self.changed.emit()
        self.opened.emit(opened.info)

    def _on_failed(self, path: Path | None, error: DigitpadError) -> None:
        self._openings -= 1
        self.failed.emit(error)
        if self._opened is not None and not self._openings:
            self._requested = self._opened.info.path
        if self._learned is not None:
            self._live = None
        if self._opened is None and not self._openings:
            if path is None or self._problem is not None:
                self._problem = error
            else:
                self._open(None)
        self.changed.emit()
