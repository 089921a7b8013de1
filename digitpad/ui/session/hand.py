"""A person's hand: the drawings that were collected, what was learned from them, and what reads because of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from digitpad.domain.errors import DigitpadError, InputError
from digitpad.domain.prediction import CLASSES
from digitpad.domain.rejection import NO_DIGIT
from digitpad.domain.teaching import EACH_TO_FINE_TUNE, HAND, TeachingReport, check_hand_name
from digitpad.ink.strokes import Ink
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.ui.session import hand_work as work
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.hand_work import Collected, Known, Loaded, ReadHand, Stored, Teacher
from digitpad.ui.session.worker import Latest, Worker

if TYPE_CHECKING:
    from digitpad.ink.drawings import Drawing
    from digitpad.reading.reader import Reader
    from digitpad.reading.teaching.outcome import Taught
    from digitpad.ui.session.live_reading import Reading

EACH = 3, EACH_TO_FINE_TUNE
"""How many drawings of each digit the guided round asks for: enough to learn from at once, and then to fine-tune."""


class HandSession(QObject):
    """Keeps a hand's drawings on the disk, and teaches the network that reads in a thread.

    Signals:
        changed: anything of it is another.
        remarked: a sentence about what was done.
        failed: a DigitpadError.
        hinted: the Known drawing of the collection most like the one that `look_up` asked for; None where there is
            none, or what reads agrees.
    """

    changed = Signal()
    remarked = Signal(str)
    failed = Signal(object)
    hinted = Signal(object)

    def __init__(
        self,
        network: ActiveNetwork,
        name: str = HAND,
        taught_from: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        """A hand that is not loaded yet.

        Args:
            network: says what reads.
            name: the hand's.
            taught_from: the checkpoint that is taught where none has read yet but what came of it before, at the start;
                None is the one that ships.
            parent: the object that holds this one.
        """
        super().__init__(parent)
        self._network, self.name, self._taught_from = network, name, taught_from
        self._worker = Worker("hand", self)
        self._readings: Latest[ReadHand] = Latest(self._worker, self._on_read, self.failed.emit)
        self._hints: Latest[Known | None] = Latest(self._worker, self.hinted.emit, self.failed.emit)
        self._teacher = Teacher()
        self.collected = Collected()
        self.read = ReadHand()
        self.names: list[str] = [name]
        self.report: TeachingReport | None = None
        self.offered: Path | None = None  # what was taught, and is not taken by itself
        self.is_learning = self._is_loaded = False
        self._network_was: object = None
        self._read_with: object = None
        self._compared = set[Path]()  # steps of which it is known whether the network before is still the same
        network.changed.connect(self._on_network_changed)

    @property
    def base(self) -> Path | None:
        """The checkpoint that is taught: the last that read and was not taught itself; None is the one that ships."""
        for path in self._network.state.history:
            if not self._is_step(path):
                return None if path == DEFAULT_CHECKPOINT else path
        return self._taught_from

    @property
    def base_name(self) -> str:
        """What the checkpoint that is taught is called, as the window calls it where it reads."""
        checkpoint, path = self._network.state.checkpoint, self.base or DEFAULT_CHECKPOINT
        if checkpoint is not None and checkpoint.path == path:
            return checkpoint.name
        if checkpoint is not None and self.reads_taught and checkpoint.teachings:
            return str(checkpoint.teachings[-1]["base"])
        return path.stem

    @property
    def reads_taught(self) -> bool:
        """Whether what reads was taught this hand."""
        checkpoint = self._network.state.checkpoint
        return checkpoint is not None and self._is_step(checkpoint.path)

    @property
    def last(self) -> Reader | None:
        """What came of the last teaching, where that is what reads."""
        return self._network.reader if self.reads_taught else None

    def counts(self, *, is_test: bool) -> list[int]:
        """How many drawings there are of each digit, 0 to 9."""
        drawings = self.drawings(is_test=is_test)
        return [sum(each.label == digit for each in drawings) for digit in range(CLASSES)]

    def goal(self, *, is_test: bool) -> int:
        """How many drawings of each digit a guided round asks for."""
        few, many = EACH
        return few if is_test or min(self.counts(is_test=False)) < few else many

    def load(self, name: str | None = None) -> None:
        """Read a hand's drawings, by its name; the one that is open where None, once.

        What was taught another hand does not read this one, nor is it offered.
        """
        if name is None and self._is_loaded:
            return
        try:
            check_hand_name(name or self.name)
        except InputError as error:
            self.failed.emit(error)
            self.changed.emit()  # the one before stays open
            return
        if name not in (None, self.name):
            if self.is_learning:
                text = "The network is being taught the hand {name}. Open another when that has ended."
                self.failed.emit(InputError(text, name=self.name))
                self.changed.emit()
                return
            self.report = self.offered = None
            if self.reads_taught:
                self._network.open(self.base)
        self.name, self._is_loaded = name or self.name, True
        self._worker.run(partial(work.loaded, self.name), self._on_loaded, self.failed.emit)

    def correct(self, ink: Ink, label: int, *, is_test: bool = False) -> bool:
        """Keep a drawing with what it is, a digit or `NO_DIGIT`, and say so; a picture cannot be kept."""
        if not ink.strokes:
            self.failed.emit(InputError("A picture has no strokes to learn from. Draw the digit."))
            return False
        self.add(ink, label, is_test=is_test)
        what = self.tr("no digit") if label == NO_DIGIT else str(label)
        words = self.tr("Kept as {what} in the collection of your hand")
        if is_test:
            words = self.tr("Kept as {what} to test with")
        self.remarked.emit(words.format(what=what))
        return True

    def add(self, ink: Ink, label: int, *, is_test: bool = False) -> None:
        """Keep a drawing, to learn from or to test with; one that is there stays where it is, with this label."""
        from digitpad.ink.drawings import Drawing

        self.load()  # what is there is read first
        drawing = Drawing(ink, label, self.name, "drawing")
        self._worker.run(partial(work.added, self.name, drawing, is_test), self._on_loaded, self.failed.emit)

    def look_up(self, reading: Reading) -> None:
        """Ask which of the collected drawings is most like one that was read; see `hinted`."""
        said = NO_DIGIT if reading.prediction.digit is None else reading.prediction.digit
        self._hints.run(0, partial(_other, reading, self.read, said))

    def import_file(self, path: Path) -> None:
        """Keep the labelled drawings of an ink file too, unless they are there."""
        self._worker.run(partial(work.imported, self.name, path), self._on_imported, self.failed.emit)

    def drawings(self, *, is_test: bool) -> tuple[Drawing, ...]:
        """The drawings to learn from, or those to test with."""
        return self.collected.tested if is_test else self.collected.learned

    def export_file(self, path: Path, *, is_test: bool = False) -> None:
        """Write the drawings to learn from, or those to test with, into an ink file."""
        done = partial(self._said, self.tr("Saved {path}").format(path=path))
        self._worker.run(partial(work.exported, path, self.drawings(is_test=is_test)), done, self.failed.emit)

    def relabel(self, numbers: Sequence[int], label: int | None, *, is_test: bool = False) -> None:
        """Give some drawings another label, or delete them where it is None."""
        drawings = self.drawings(is_test=is_test)
        chosen = [drawings[number] for number in numbers]
        self._worker.run(partial(work.relabelled, self.name, chosen, label), self._on_loaded, self.failed.emit)

    @Slot()
    def remove_all(self) -> None:
        """Remove every drawing of every hand from this machine, and what was taught."""
        if self.reads_taught:
            self._network.open(self.base)
        self.report = self.offered = None
        self._worker.run(work.removed, self._on_removed, self.failed.emit)

    @Slot()
    def learn(self) -> None:
        """Teach the network that reads, and read with what comes of it where that costs nobody anything."""
        if not self.is_learning and self.collected.learned:
            self.is_learning, self.report, self.offered = True, None, None
            self.changed.emit()
            job = partial(self._teacher.teach, self.name, self.base, self.collected, self.last)
            self._worker.run(job, self._on_taught, self._on_unlearned)

    @Slot(str, object)
    def take_taught(self, name: str, taught: Taught) -> None:
        """Keep what was taught a hand elsewhere, and read with it where that costs nobody anything.

        Where another hand is open by now, it is kept as that hand's last step.
        """
        kept = partial(self._said, self.tr("What was learned is kept with the hand {name}.").format(name=name))
        is_open = name == self.name
        job = partial(work.stored, name, taught, is_step=not is_open)
        self._worker.run(job, self._on_taught if is_open else kept, self.failed.emit)

    @Slot()
    def take_offered(self) -> None:
        """Read with what was taught although it was not accepted."""
        if self.offered is not None:
            failed = partial(self._on_untaken, self.offered)
            self.offered = None
            self._worker.run(partial(work.taken, self.name), partial(self._on_taken, self.name), failed)

    @Slot(bool)
    def read_with(self, taught: bool) -> None:
        """Read with the last step, or with the network before it was taught."""
        if taught != self.reads_taught:
            steps = self.collected.steps
            self._network.open(steps[-1] if taught and steps else self.base)

    @Slot()
    def take_back(self) -> None:
        """Take the last step back: the one before it reads."""
        if self.collected.steps:
            *before, last = self.collected.steps
            if self.reads_taught:
                self._network.open(before[-1] if before else self.base)
            self.report = self.offered = None
            self.remarked.emit(self.tr("{step} is taken back.").format(step=last.stem))
            self._worker.run(partial(work.taken_back, self.name, last), self._on_loaded, self.failed.emit)

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _is_step(self, path: Path | None) -> bool:
        return path is not None and path.suffix == ".safetensors" and path.parent.parent.name == "hands"

    def _on_loaded(self, found: Loaded) -> None:
        self.collected, names = found
        self.names = names if self.name in names else [*names, self.name]
        if self.collected.problem is not None:
            self.failed.emit(self.collected.problem)
        self._read_all()
        self.changed.emit()

    def _on_imported(self, done: tuple[Loaded, int, int]) -> None:
        found, count, new = done
        words = self.tr("Drawings read: {count}, of which were here already: {known}")
        self.remarked.emit(words.format(count=count, known=count - new))
        self._on_loaded(found)

    def _on_removed(self, found: Loaded) -> None:
        self.remarked.emit(self.tr("All drawings, and what was learned from them, are removed."))
        self._on_loaded(found)

    def _on_taken(self, name: str, done: tuple[Path, Loaded]) -> None:
        if name == self.name:
            self._network.open(done[0])
            self._on_loaded(done[1])

    def _on_untaken(self, offered: Path, error: DigitpadError) -> None:
        self.failed.emit(error)
        if offered.parent.name == self.name and self.report is not None:
            self.offered = offered
        self.changed.emit()

    def _look_for_update(self) -> None:
        """See whether what reads was taught from a network that was replaced since, as by an update of digitpad."""
        checkpoint = self._network.state.checkpoint
        if checkpoint is None or checkpoint.path is None or checkpoint.path in self._compared:
            return
        if self.reads_taught and checkpoint.path.parent.name == self.name and checkpoint.teachings:
            self._compared.add(checkpoint.path)
            job = partial(self._teacher.is_outdated, self.base, checkpoint.teachings[-1])
            self._worker.run(job, partial(self._on_compared, self.name, checkpoint.teachings[-1]), lambda _: None)

    def _on_compared(self, name: str, teaching: Mapping[str, Any], is_outdated: bool) -> None:
        if not is_outdated or name != self.name:
            return
        if teaching.get("is_fine_tuned"):
            words = self.tr("Your network was fine-tuned from an older one, and reads on. You can fine-tune it anew.")
            self.remarked.emit(words)
        else:
            self._is_loaded = True
            self._worker.run(partial(work.loaded, name), self._learn_anew, self.failed.emit)

    def _learn_anew(self, found: Loaded) -> None:
        self._on_loaded(found)
        if self.collected.learned:
            self.remarked.emit(self.tr("The network has been updated, and learns your hand again."))
            self.learn()

    def _on_taught(self, stored: Stored) -> None:
        self.report, path, found = stored
        self.is_learning = False
        if self.report.is_accepted:
            self._network.open(path)
        else:
            self.offered = path
        self._on_loaded(found)

    def _on_unlearned(self, error: DigitpadError) -> None:
        self.is_learning = False
        self.failed.emit(error)
        self.changed.emit()

    def _said(self, words: str, _: object) -> None:
        self.remarked.emit(words)

    @Slot()
    def _on_network_changed(self) -> None:
        if self._network.reader is not self._network_was:
            self._network_was = self._network.reader
            self._look_for_update()
            if self._is_loaded:
                if self._read_with != (self.base, self.collected):
                    self._read_all()
                self.changed.emit()

    def _read_all(self) -> None:
        if self._network.reader is not None:
            self._read_with = self.base, self.collected
            job = partial(self._teacher.read, self.base, self.collected)
            self._readings.run(0, job)

    def _on_read(self, read: ReadHand) -> None:
        self.read = read
        self.changed.emit()


def _other(reading: Reading, read: ReadHand, said: int) -> Known | None:
    known = work.nearest(reading.reader, read.learned, reading.prediction.network_input)
    return None if known is None or known.label == said else known
