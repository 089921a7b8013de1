"""The view of an evaluation: what is evaluated, how well it is read, and the images behind every figure."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QWidget,
)

from digitpad.domain.data_info import DataInfo
from digitpad.domain.errors import CancelledError, DigitpadError, Message
from digitpad.reading.evaluation.evaluate import Evaluated
from digitpad.ui.answer.known_networks import KnownNetwork
from digitpad.ui.common.exports import ExportButton, Report, Table
from digitpad.ui.common.format import duration, numeral
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.notice import Notice
from digitpad.ui.common.theme import text_scale
from digitpad.ui.common.widgets import Placeholder, named, note_label, push_button
from digitpad.ui.data.grid import DigitGrid
from digitpad.ui.data.read_images import ReadImages
from digitpad.ui.session.active_network import ActiveNetwork
from digitpad.ui.session.settings import Settings
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.evaluation.by_digit import DigitsFigure
from digitpad.ui.views.evaluation.choices import EvaluationChoices, networks_of_runs
from digitpad.ui.views.evaluation.differences import DifferencesFigure
from digitpad.ui.views.evaluation.figure import EvaluationFigure, Selection
from digitpad.ui.views.evaluation.matrix import ConfusionFigure
from digitpad.ui.views.evaluation.plots import RejectionFigure, ReliabilityFigure
from digitpad.ui.views.evaluation.summary import Summary
from digitpad.ui.views.evaluation.work import (
    EvaluationProgress,
    EvaluationRequest,
    images_table,
    report_page,
    run_evaluation,
)
from digitpad.ui.views.view import introduced

_BESIDE = 520
"""Width, at the usual text size, from which on the images stand beside the figure instead of below it."""


class EvaluationView(QWidget):
    """Lets one network or two read labelled digits in a thread, when a person asks for it.

    Signals:
        image_picked: an image that is to be put on the pad, uint8 (28, 28), 255 is ink.
    """

    image_picked = Signal(object)

    def __init__(self, network: ActiveNetwork, settings: Settings, worker: Worker) -> None:
        """The worker evaluates; whoever made it stops it after this was hidden."""
        super().__init__()
        self.setObjectName("evaluation_view")
        self._network, self._settings, self._worker = network, settings, worker
        self._cancelled = threading.Event()
        self._is_running = False
        self._evaluated: tuple[Evaluated, ...] = ()
        self._request: EvaluationRequest | None = None  # what they answer
        self._selection = Selection(np.zeros(0, np.intp), "")
        self._make_choices()
        self._make_figures()
        self._make_images()
        words = self.tr(
            "How well a network reads digits that it was not trained on. Click a cell of the matrix to see its "
            "images, and an image to put it on the pad and see why it fails."
        )
        self._sides = QBoxLayout(QBoxLayout.Direction.TopToBottom)  # until it is known to be wide: it needs less room
        self._sides.setSpacing(16)
        self._sides.addWidget(self._stack, 1)
        self._sides.addWidget(self._images, 1)
        figures = QWidget()
        column(self._tabs, (self._sides, 1), parent=figures)
        invitation = self.tr("Choose data and a network, and press Evaluate.")
        self._results = _Results(invitation, figures)
        column(
            introduced(words, self._export),
            self._choices,
            self._notice,
            self._status,
            (self._results, 1),
            parent=self,
        )
        self._show_evaluated(())

    def _make_choices(self) -> None:
        tip = self.tr("Let the network read all the images")
        self._start = push_button(self.tr("Evaluate"), "evaluate_button", self.evaluate, tip)
        self._start.setDefault(True)
        self._choices = EvaluationChoices(self._network, self._settings)
        self._choices.addWidget(self._start)
        self._bar = named(QProgressBar(textVisible=False), "evaluation_progress", self.tr("Progress of the evaluation"))
        self._bar.setFixedSize(120, 6)
        self._words = note_label("", "evaluation_words")
        self._cancel = push_button(self.tr("Cancel"), "cancel_evaluation_button", self.cancel)
        self._notice = named(Notice(), "evaluation_notice")
        self._summary = Summary()
        self._which = named(QComboBox(), "evaluation_which", self.tr("Network whose figures are shown"))
        self._which.activated.connect(self._on_which)
        self._which_label = note_label(self.tr("Figures of"))
        self._which_label.setBuddy(self._which)
        progress, done = QWidget(), QWidget()
        row(self._bar, (self._words, 1), self._cancel, parent=progress)
        row((self._summary, 1), self._which_label, self._which, parent=done)
        self._status = QStackedWidget()  # progress stands where the figures are later, so that nothing moves
        self._status.addWidget(done)
        self._status.addWidget(progress)
        self._status.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _make_figures(self) -> None:
        self._tabs = named(QTabBar(), "evaluation_tabs", self.tr("Figures of the evaluation"))
        self._tabs.setExpanding(False)
        self._stack = QStackedWidget()
        self._figures: list[EvaluationFigure] = []
        for title, figure in (
            (self.tr("Confusion"), ConfusionFigure()),
            (self.tr("By digit"), DigitsFigure()),
            (self.tr("Reliability"), ReliabilityFigure()),
            (self.tr("Rejection"), RejectionFigure()),
            (self.tr("Differences"), DifferencesFigure()),
        ):
            figure.selected.connect(self._show_images)
            self._figures.append(figure)
            self._tabs.addTab(title)
            self._stack.addWidget(figure)
        self._tabs.currentChanged.connect(self._on_tab_changed)
        self._export = ExportButton(
            lambda: self._figure.objectName().removesuffix("_figure"),
            lambda: self._figure.picture(),
            lambda: self._figure.table(),
            self._report,
        )

    def _make_images(self) -> None:
        self._heading = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._grid = DigitGrid(picks_at_click=True)
        self._grid.picked.connect(self.image_picked)
        note = note_label()
        self._grid.described.connect(note.setText)
        pick = QToolButton()
        pick.setDefaultAction(self._grid.pick)
        name = self.tr("images")
        export = ExportButton(lambda: name, self._grid.picture, self._table)
        self._images = QWidget()
        below = row((note, 1), pick)
        column(row((self._heading, 1), column(export, None)), (self._grid, 1), below, parent=self._images)

    @property
    def _figure(self) -> EvaluationFigure:
        return self._figures[self._tabs.currentIndex()]

    # What is asked for.

    @Slot()
    def evaluate(self) -> None:
        """Read the chosen data with the chosen networks."""
        data, networks = self._choices.data, self._choices.networks
        if self._is_running or data is None:
            return
        if not networks:
            self._notice.say(self.tr("No network is loaded that could be evaluated. Choose one under Network."))
            return
        self._cancelled.clear()
        self._notice.close_message()
        self._set_running(True)
        self._words.setText(self.tr("Reading the data…"))
        request = EvaluationRequest(data, networks, self._network.false_rejection_rate, self._choices.title)
        progress = self._worker.relay(self._on_progress)
        work = partial(run_evaluation, request, progress, self._cancelled.is_set)
        self._worker.run(work, partial(self._on_evaluated, request), self._on_failed)

    @Slot()
    def cancel(self) -> None:
        """Break the evaluation off; what was shown before stays."""
        self._cancelled.set()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._choices.list_networks([])
        self._worker.run(_found, self._on_found, self._notice.say)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.cancel()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _BESIDE * text_scale()
        self._sides.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    # What happens.

    def _on_found(self, found: tuple[Sequence[DataInfo], Sequence[Message], Sequence[KnownNetwork]]) -> None:
        data, problems, runs = found
        if problems:
            self._notice.say(problems[0])
        self._choices.list_data(data)
        self._choices.list_networks(runs)

    def _on_progress(self, progress: EvaluationProgress) -> None:
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        words = self.tr("{done} of {total} images · {left} left") if progress.done else self.tr("Reading…")
        done, total = numeral(progress.done), numeral(progress.total)
        self._words.setText(words.format(done=done, total=total, left=duration(progress.remaining_seconds)))

    def _on_evaluated(self, request: EvaluationRequest, evaluated: tuple[Evaluated, ...]) -> None:
        self._set_running(False)
        self._request = request
        self._show_evaluated(evaluated)

    def _on_failed(self, error: DigitpadError) -> None:
        self._set_running(False)
        if not isinstance(error, CancelledError):
            self._notice.say(error)

    def _set_running(self, is_running: bool) -> None:
        self._is_running = is_running
        self._start.setEnabled(not is_running)
        self._bar.setRange(0, 0)
        self._status.setCurrentIndex(int(is_running))

    def _show_evaluated(self, evaluated: tuple[Evaluated, ...]) -> None:
        self._evaluated = evaluated
        self._which.clear()
        self._which.addItems([each.info.name for each in evaluated])
        for part in (self._which, self._which_label):
            part.setVisible(len(evaluated) > 1)
        self._tabs.setTabVisible(self._tabs.count() - 1, len(evaluated) > 1)
        self._results.show_content(bool(evaluated))
        self._export.setEnabled(bool(evaluated))
        self._summary.show_evaluated(evaluated)
        self._on_which(0)

    @Slot(int)
    def _on_which(self, at: int) -> None:
        shown = self._evaluated[at:] + self._evaluated[:at]
        for figure in self._figures:
            figure.show_evaluated(self._evaluated if isinstance(figure, DifferencesFigure) else shown)
        self._on_tab_changed()

    @Slot()
    def _on_tab_changed(self) -> None:
        self._stack.setCurrentIndex(self._tabs.currentIndex())
        if self._evaluated and self._tabs.isTabVisible(self._tabs.currentIndex()):
            self._show_images(self._figure.selection())

    @Slot(object)
    def _show_images(self, selection: Selection) -> None:
        self._selection = selection
        self._heading.setText(selection.words)
        shown, numbers = self._figure.evaluated, selection.numbers
        second = self._evaluated[1].digits[numbers] if isinstance(self._figure, DifferencesFigure) else None
        read = ReadImages(shown.digits[numbers], shown.confidence[numbers], second)
        self._grid.show_images(shown.data.images[numbers], shown.data.labels[numbers], read)

    def _table(self) -> Table:
        """The images that are shown, a row each."""
        return partial(images_table, self._figure.evaluated, self._selection.numbers.tolist())

    def _report(self) -> Report:
        """All that is known of the network whose figures are shown."""
        assert self._request is not None
        return partial(report_page, self._evaluated[self._which.currentIndex()], self._request)


class _Results(Placeholder):
    """Takes the room that the rest of the page leaves."""

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


def _found() -> tuple[Sequence[DataInfo], Sequence[Message], Sequence[KnownNetwork]]:
    from digitpad.storage.datasets import available

    return *available(), networks_of_runs()
