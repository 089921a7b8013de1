"""The page of a person's hand: a guided round, the collection, learning, and the way back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from digitpad.domain.prediction import CLASSES
from digitpad.domain.teaching import EACH_TO_FINE_TUNE, TeachingReport
from digitpad.ink.formats.collection import hands_folder
from digitpad.ui.common.dialogs import ask_before_removing_hands, ask_open, ask_save, file_filters
from digitpad.ui.common.format import numeral
from digitpad.ui.common.layouts import FlowLayout, column, row
from digitpad.ui.common.widgets import labelled, named, note_label, push_button
from digitpad.ui.hand.collection import CollectionPanel
from digitpad.ui.hand.round import Round
from digitpad.ui.hand.words import figures, verdict_words
from digitpad.ui.session.fine_tuning import FineTuning
from digitpad.ui.session.hand import HandSession

_NAME_LENGTH = 14
"""Letters of a name that the field has room for."""


class _Place(QStackedWidget):
    """Takes the room that the rest of the page leaves."""

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class HandPage(QWidget):
    """Shows a `HandSession`.

    Signals:
        ink_picked: Ink that is to be put on the pad.
    """

    ink_picked = Signal(object)

    def __init__(self, hand: HandSession, tuning: FineTuning, going: Round) -> None:
        super().__init__()
        self._hand, self._tuning = hand, tuning
        self._tuning_panel: QWidget | None = None
        self._below = QWidget()  # what stands below the drawings
        self._report: TeachingReport | None = None  # that is shown
        self._going = going
        self._make_parts()
        self._arrange()
        self._connect()
        hand.load()
        self._show()

    def _make_parts(self) -> None:
        hand = self._hand
        self._name = named(QComboBox(), "hand_name", self.tr("Whose hand"), self.tr("Type a name for another hand"))
        self._line = named(QLineEdit(), "hand_line", self._name.accessibleName())
        self._name.setLineEdit(self._line)
        self._name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._name.setMinimumContentsLength(_NAME_LENGTH)
        self._round = push_button("", "round_button", lambda: self._going.begin(is_test=False))
        self._test = push_button(
            self.tr("Test me"),
            "test_button",
            lambda: self._going.begin(is_test=True),
            self.tr("These are never learned from"),
        )
        self._asked = named(QLabel(wordWrap=True), "asked_label")
        self._keep = push_button(
            self.tr("Keep, next"), "keep_button", lambda: self._going.keep(), _key(Qt.Key.Key_Enter)
        )
        self._skip = push_button(self.tr("Skip"), "skip_button", self._going.skip, _key(Qt.Key.Key_S))
        self._end = push_button(self.tr("End"), "end_round_button", self._going.end, _key(Qt.Key.Key_Escape))
        for asked in (self._keep, self._skip, self._end):
            asked.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click, the pad has the keys still
        self._collection = CollectionPanel(hand)
        self._place = _Place()
        self._place.addWidget(self._collection)
        self._learn = push_button(
            self.tr("Learn my hand"),
            "learn_button",
            hand.learn,
            self.tr("Teach the network your hand, in seconds"),
        )
        self._learn.setDefault(True)
        self._tune = push_button(self.tr("Fine-tune"), "tune_button", self._tuning.start)
        reads = note_label(self.tr("Reads with"))
        reads.setWordWrap(False)
        self._before = named(QRadioButton(), "read_before", tip=self.tr("Read with the network before it was taught"))
        self._taught = named(QRadioButton(self.tr("taught")), "read_taught", tip=self.tr("Read with the taught one"))
        self._choice = QWidget()
        row(reads, self._before, self._taught, parent=self._choice)
        self._back = push_button(
            self.tr("Take back"), "take_back_button", hand.take_back, self.tr("Forget the last thing that was taught")
        )
        self._use = push_button(self.tr("Use it anyway"), "use_button", hand.take_offered)
        self._said = note_label(name="verdict_label")
        self._figures = named(QLabel(textFormat=Qt.TextFormat.RichText, wordWrap=True), "figures_label")
        self._progress = note_label(name="test_label")
        self._import = push_button(self.tr("Import…"), "import_hand_button", self._on_import)
        self._export = push_button(self.tr("Export…"), "export_hand_button", self._on_export)
        self._remove = push_button(self.tr("Remove all…"), "remove_hands_button", self._on_remove)
        held = self._learn, self._back, self._import, self._remove
        self._held = {button: button.toolTip() for button in held}
        words = self.tr("Your drawings stay on this machine, in {folder}.").format(folder=hands_folder())
        self._privacy = note_label(words, "privacy_label")

    def _arrange(self) -> None:
        column(
            FlowLayout(self._learn, self._tune, self._use, self._choice, self._back),
            self._said,
            self._figures,
            self._progress,
            FlowLayout(self._import, self._export, self._remove),
            self._privacy,
            parent=self._below,
        )
        column(
            FlowLayout(labelled(self._name), self._round, self._test),
            self._asked,
            FlowLayout(self._keep, self._skip, self._end),
            (self._place, 1),
            self._below,
            parent=self,
        )

    def _connect(self) -> None:
        hand = self._hand
        hand.changed.connect(self._show)
        self._going.changed.connect(self._show_round)
        for button in (self._learn, self._use):  # neither can keep the focus
            button.clicked.connect(self._going.focus_pad)
        self._tuning.changed.connect(self._show_tuning)
        self._collection.shown.connect(self._on_shown)
        self._collection.picked.connect(lambda drawing: self.ink_picked.emit(drawing.ink))
        self._name.activated.connect(lambda _: self._on_name())
        self._line.editingFinished.connect(self._on_typed)
        self._taught.clicked.connect(lambda: hand.read_with(True))
        self._before.clicked.connect(lambda: hand.read_with(False))

    @Slot()
    def _show(self) -> None:
        hand, found, report = self._hand, self._hand.collected, self._hand.report
        if not (self._line.hasFocus() and self._line.isModified()):
            self._name.clear()
            self._name.addItems(hand.names)
            self._name.setCurrentText(hand.name)
        self._collection.show_drawings()
        self._show_tuning()
        self._learn.setText(self.tr("Learning…") if hand.is_learning else self.tr("Learn my hand"))
        self._use.setVisible(hand.offered is not None)
        for part in (self._choice, self._back):
            part.setVisible(bool(found.steps))
        (self._taught if hand.reads_taught else self._before).setChecked(True)
        self._said.setText(verdict_words(report, is_taken=hand.offered is None) if report else "")
        self._figures.setText(figures(report) if report else "")
        for label in (self._said, self._figures):
            label.setVisible(report is not None)
        if report is not self._report:
            self._report = report
            if report is not None:  # where there is no room for both, the verdict
                self._reveal(self._figures, self._said)
        right, count = hand.read.tested.right, len(found.tested)
        self._progress.setVisible(bool(right))
        shares = [
            self.tr("{network} {right} of {count}").format(network=name, right=numeral(each), count=numeral(count))
            for name, each in zip(self._collection.networks, right, strict=False)
        ]
        words = self.tr("Test drawings read right: {shares}.")
        self._progress.setText(words.format(shares=", ".join(shares)))
        self._show_round()

    @Slot()
    def _on_shown(self) -> None:
        hand, collection = self._hand, self._collection
        self._export.setEnabled(bool(hand.drawings(is_test=collection.shows_test)))
        self._before.setText(hand.base_name)

    def _reveal(self, *parts: QWidget) -> None:
        """Scroll to some parts, as far as there is room to the last, when they have their place."""
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            for part in parts:
                QTimer.singleShot(0, part, partial(area.ensureWidgetVisible, part, 0, 0))

    @Slot()
    def _show_tuning(self) -> None:
        """What can be learned, and the grid, or else the curves of fine-tuning while it goes on."""
        found, tuning = self._hand.collected.learned, self._tuning
        if tuning.is_active and self._tuning_panel is None:
            from digitpad.ui.hand.tuning import TuningPanel  # here, since the page has no time for it

            self._tuning_panel = TuningPanel(tuning)
            self._place.addWidget(self._tuning_panel)
            self._tuning_panel.setFocus()
            self._reveal(self._tuning_panel)
        had_focus = False
        if not tuning.is_active and self._tuning_panel is not None:
            had_focus = self._tuning_panel.isAncestorOf(self.focusWidget() or self)
            self._place.removeWidget(self._tuning_panel)  # it would keep its room
            self._tuning_panel.deleteLater()
            self._tuning_panel = None
        self._place.setCurrentWidget(self._tuning_panel or self._collection)
        self._below.setVisible(self._tuning_panel is None)
        is_free = not self._hand.is_learning and not tuning.is_active
        for button, tip in self._held.items():
            button.setEnabled(is_free)
            button.setToolTip(tip if is_free else self.tr("Not while the network is being taught"))
        self._learn.setEnabled(bool(found) and is_free)
        there = self._hand.collected
        is_anything = there.learned or there.tested or there.steps or there.problem or len(self._hand.names) > 1
        self._remove.setEnabled(bool(is_anything) and is_free)
        self._tune.setEnabled(tuning.is_possible and is_free)
        if had_focus:
            self._tune.setFocus()
        tip = self.tr("Teach all layers of the network your hand, in some minutes")
        if not tuning.is_possible:
            tip = self.tr("Fine-tuning takes {count} drawings of each digit").format(count=EACH_TO_FINE_TUNE)
        self._tune.setToolTip(tip)

    @Slot()
    def _show_round(self) -> None:
        few = self._hand.goal(is_test=False) < EACH_TO_FINE_TUNE
        self._round.setText(self.tr("Draw three of each") if few else self.tr("Draw ten of each"))
        for button in (self._round, self._test):
            button.setEnabled(not self._going.is_on)
        for part in (self._asked, self._keep, self._skip, self._end):
            part.setVisible(self._going.is_on)
        count = self.tr("{words} ({done} of {all})")
        if self._going.is_test:
            count = self.tr("{words} ({done} of {all}; these are never learned from)")
        going, of = self._going, numeral(self._going.goal * CLASSES)
        self._asked.setText(count.format(words=going.words, done=numeral(going.done), all=of))

    @Slot()
    def _on_typed(self) -> None:
        if self._line.isModified():  # else the focus left it, while another hand may be on its way
            self._line.setModified(False)
            self._on_name()

    def _on_name(self) -> None:
        name = self._name.currentText().strip()
        if name and name != self._hand.name:
            self._hand.load(name)

    def _on_import(self) -> None:
        ask_open(self, self.tr("Import drawings"), file_filters("drawings"), self._hand.import_file)

    def _on_export(self) -> None:
        name = f"{self._hand.name}.inkml"
        ask_save(self, self.tr("Export drawings"), name, file_filters(".inkml"), self._on_export_named)

    def _on_export_named(self, path: Path) -> None:
        self._hand.export_file(path, is_test=self._collection.shows_test)

    def _on_remove(self) -> None:
        ask_before_removing_hands(self, self._hand.remove_all)


def _key(key: Qt.Key) -> str:
    """A key's name, as menus write it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
