"""The drawing as several networks read it: bars beside bars, and where they disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel

from digitpad.domain.errors import DigitpadError
from digitpad.domain.prediction import CLASSES, Prediction
from digitpad.reading.inspect.compare import groups, read_by_each
from digitpad.ui.answer.known_networks import loaded_lately, shipped_networks
from digitpad.ui.common.exports import ExportButton, Table
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.setting_fields import ProblemLabel
from digitpad.ui.common.theme import text_font, text_scale
from digitpad.ui.common.widgets import describe, named, tool_button
from digitpad.ui.session.active_network import ActiveNetwork, Source
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.compare.columns import Columns, answer_words
from digitpad.ui.views.compare.networks import ACTIVE, NetworkTree, Offer, Section, run_sections
from digitpad.ui.views.view import View, introduced

if TYPE_CHECKING:
    from digitpad.reading.reader import Reader

MOST = 12
"""Networks that are compared at once: twelve take some ten milliseconds of a core for each point of the pen."""

_TREE_WIDTH = 184
_LOOK_AGAIN = 1000  # milliseconds after a report of a run, in which others come


@dataclass(frozen=True, eq=False)
class Comparison:
    """What networks read: their names, what is to be noted of each, and its prediction."""

    names: Sequence[str]
    notes: Sequence[str]
    predictions: Sequence[Prediction]


class CompareView(View[Comparison | None]):
    """Columns of bars, one for each network that is checked in a tree beside them."""

    def __init__(
        self, live: LiveReader, worker: Worker, opening: Worker, network: ActiveNetwork, settings: Settings
    ) -> None:
        """`opening` opens checkpoints, which may take seconds; `worker` reads with them."""
        super().__init__(live, worker)
        self.setObjectName("compare_view")
        self._opening, self._network, self._settings = opening, network, settings
        self._runs: Sequence[Section] = ()
        self._readers: dict[str, Reader] = {}
        self._changed: dict[str, float] = {}  # when each run's file was changed
        self._opened_at: dict[str, float] = {}  # the same, when readers were made of them
        self._asked: set[str] = set()
        self._comparison: Comparison | None = None
        self._look_soon = QTimer(self, singleShot=True, interval=_LOOK_AGAIN)
        self._look_soon.timeout.connect(self._look)
        self._tree = NetworkTree()
        self._tree.chosen.connect(self._on_chosen)
        tip = self.tr("Choose the networks that are compared")
        self._choose = tool_button(self.tr("Networks"), "compare_choose", tip)
        self._choose.setCheckable(True)
        self._choose.setChecked(True)
        self._choose.toggled.connect(self._tree.setVisible)
        self._title = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._title.setFont(text_font(bold=True))
        self._note = named(ProblemLabel(), "compare_note")
        self._figure = Columns()
        words = self.tr(
            "What several networks read of your drawing, at once. Check the networks, those of a run's epochs too, "
            "and look for a drawing on which they disagree."
        )
        export = ExportButton(lambda: "compare", self._figure.picture, self.table)
        inside = column(self._title, self._note, (self._figure, 1))
        column(
            introduced(words, self._choose, export),
            (row(self._tree, (inside, 1), spacing=16), 1),
            parent=self,
        )
        self._fit()
        network.opened.connect(self._on_network_opened)
        compared = settings.compared
        if compared is None:
            compared = [ACTIVE, *(str(known.path) for known in shipped_networks())]
        self._chosen = compared
        self._show_tree(compared)
        self._describe()

    # Which networks.

    def _show_tree(self, checked: Sequence[str]) -> None:
        offers = [Offer(str(known.path), known.name, known.words) for known in shipped_networks()]
        shipped = Section(self.tr("Shipped"), offers)
        lately = [Offer(str(known.path), known.name) for known in loaded_lately(self._network, self._settings)]
        sections = [Section(self.tr("In use"), [Offer(ACTIVE, self.tr("Reads the pad"))]), shipped]
        sections += [Section(self.tr("Loaded lately"), lately)] if lately else []
        self._tree.show_sections([*sections, *self._runs], checked)

    @Slot()
    def look_soon(self) -> None:
        """List the runs anew before long, if somebody looks: one goes on."""
        if self.isVisible() and not self._look_soon.isActive():
            self._look_soon.start()

    @Slot()
    def _look(self) -> None:
        self._opening.run(run_sections, self._on_listed, self.failed.emit)

    def _on_listed(self, listed: tuple[list[Section], dict[str, float]]) -> None:
        sections, self._changed = listed
        if sections != self._runs:
            self._runs = sections
            self._show_tree(self._tree.checked)
        self._open_checked()

    @Slot()
    def _on_chosen(self) -> None:
        shown = [network_id for network_id, _ in self._tree.shown]
        kept = [one for one in self._chosen if one in shown]
        kept += [one for one in shown if one not in kept]
        self._tree.uncheck(kept[MOST:])
        text = self.tr("{count} networks at most can be compared at once.") if kept[MOST:] else ""
        self._note.say(text.format(count=numeral(MOST)))
        self._chosen = self._settings.compared = self._tree.checked
        self._open_checked()

    def _open_checked(self) -> None:
        """Open what is checked and not open, or has changed since; forget what is not checked any more."""
        wanted = [network_id for network_id, _ in self._tree.shown if network_id != ACTIVE]
        self._readers = {one: reader for one, reader in self._readers.items() if one in wanted}
        for one in wanted:
            changed = self._changed.get(one, 0.0)
            if one not in self._asked and (one not in self._readers or changed != self._opened_at.get(one)):
                self._asked.add(one)
                done, failed = partial(self._on_opened, one, changed), partial(self._on_unopened, one)
                self._opening.run(partial(_opened, Path(one), self._opening.is_stopped), done, failed)
        self.refresh()

    def _on_opened(self, network_id: str, changed: float, reader: Reader) -> None:
        self._asked.discard(network_id)
        if network_id in self._tree.checked:
            self._readers[network_id], self._opened_at[network_id] = reader, changed
            self.refresh()

    def _on_unopened(self, network_id: str, error: DigitpadError) -> None:
        self._asked.discard(network_id)
        self._tree.uncheck([network_id])
        self._on_chosen()
        self.failed.emit(error)

    @Slot()
    def _on_network_opened(self) -> None:
        if self.isVisible():
            self._show_tree(self._tree.checked)  # it is among those that were loaded lately

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_tree(self._tree.checked)
        self._open_checked()
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look_soon.stop()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    # What they read.

    def work(self, reading: Reading) -> Callable[[], Comparison | None]:
        """What reads the drawing with each network."""
        image, networks = reading.prediction.network_input, self._networks(reading)
        if not networks or not image.any():
            return lambda: None
        names, notes, readers = zip(*networks, strict=True)
        rate = self._network.false_rejection_rate
        return lambda: Comparison(names, notes, read_by_each(reading.ink, image, readers, rate))

    def _networks(self, reading: Reading) -> list[tuple[str, str, Reader]]:
        """The networks to read with, with names and notes; the same file is there once."""
        found: list[tuple[str, str, Reader]] = []
        active = reading.reader
        for network_id, _ in self._tree.shown:
            if network_id == ACTIVE:
                is_live = self._network.state.source is Source.IN_TRAINING
                note = self.tr("in training, reads the pad") if is_live else self.tr("reads the pad")
                found.append((active.info.recipe if is_live else active.info.name, note, active))
            elif network_id in self._readers:
                reader = self._readers[network_id]
                if all(other.info.path != reader.info.path for *_, other in found):
                    found.append((reader.info.name, "", reader))
        return found

    def show_result(self, _reading: Reading, result: Comparison | None) -> None:
        """Show the columns."""
        self._comparison = result
        if result is None:
            self._figure.show_answers((), (), (), ())
        else:
            found = groups(result.predictions)
            most = found[0].networks if len(found) > 1 and len(found[0].networks) > len(found[1].networks) else ()
            differ = [len(found) > 1 and at not in most for at in range(len(result.names))]
            self._figure.show_answers(result.names, result.predictions, result.notes, differ)
        self._describe()

    def _describe(self) -> None:
        result = self._comparison
        if result is None:
            chosen = bool(self._tree.shown)
            words = self.tr("Draw a digit on the pad.") if chosen else self.tr("Check a network.")
            self._title.setText(words)
            describe(self._figure, words)
            return
        found = groups(result.predictions)
        if len(result.predictions) == 1:
            words = self.tr("Check more networks to compare them.")
        elif len(found) == 1:
            words = self.tr("All {count} agree: {answer}.").format(
                count=numeral(len(result.predictions)), answer=answer_words(found[0].digit)
            )
        else:
            parts = [
                self.tr("{answer} by {networks}").format(
                    answer=answer_words(group.digit), networks=", ".join(result.names[at] for at in group.networks)
                )
                for group in found
            ]
            words = self.tr("They disagree: {answers}.").format(answers="; ".join(parts))
        self._title.setText(words)
        describe(self._figure, " ".join([words, *(f"{made.words}." for made in self._figure.columns)]))

    def table(self) -> Table:
        """A row for each network."""
        rows: list[Sequence[object]] = [("network", "digit", "reason", *(f"p{digit}" for digit in range(CLASSES)))]
        if self._comparison is not None:
            pairs = zip(self._comparison.names, self._comparison.predictions, strict=True)
            rows += [(name, each.digit, each.reason, *each.probabilities) for name, each in pairs]
        return lambda: rows

    def _fit(self) -> None:
        self._tree.setFixedWidth(round(_TREE_WIDTH * text_scale()))


def _opened(path: Path, is_cancelled: Callable[[], bool]) -> Reader:
    from digitpad.reading.load import open_reader  # in the thread: it imports ONNX Runtime

    return open_reader(path, is_cancelled)
