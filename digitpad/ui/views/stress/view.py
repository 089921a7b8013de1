"""The drawing changed over a range: ten curves, the drawing at the place that is looked at, and the smallest flip."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QComboBox, QLabel, QProgressBar, QSlider, QWidget

from digitpad.domain.prediction import CLASSES
from digitpad.ink.fitting import fitted
from digitpad.ink.raster.changes import SPANS, changed_ink
from digitpad.reading.inspect.replay import changes
from digitpad.reading.inspect.stress import Flip, ReadStress, read_stress, smallest_flips
from digitpad.ui.answer.bars import SMALLEST_ROW, ProbabilityBars
from digitpad.ui.common.exports import ExportButton, Table
from digitpad.ui.common.format import percent
from digitpad.ui.common.layouts import FlowLayout, column, row
from digitpad.ui.common.pixels import SIDE
from digitpad.ui.common.widgets import describe, labelled, named, note_label, push_button
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.curves import ProbabilityCurves
from digitpad.ui.views.stress.figure import ImageFigure
from digitpad.ui.views.stress.words import amount_words, axis_title, change_name, change_words, found_words
from digitpad.ui.views.view import View, introduced


class StressView(View[ReadStress | None]):
    """One change over its range, with the answers to it; and what changes the answer soonest.

    Signals:
        drawing_requested: Ink that is to be put on the pad.
    """

    drawing_requested = Signal(object)

    delay = 250

    def __init__(self, live: LiveReader, worker: Worker, background: Worker) -> None:
        """A view that computes in one thread, and looks for the smallest flip in another."""
        super().__init__(live, worker)
        self.setObjectName("stress_view")
        self._background = background
        self._read: ReadStress | None = None
        self._reading: Reading | None = None
        self._flips: Sequence[Flip] = ()
        self._search: threading.Event | None = None  # set where the search under way is not wanted any more
        self._image, self._bars = ImageFigure(), ProbabilityBars()
        self._bars.setMaximumHeight(10 * SMALLEST_ROW)
        self._curves = named(
            ProbabilityCurves("", str), "stress_figure", self.tr("Probabilities of the changed drawing")
        )
        self._curves.moved.connect(self._on_dragged)
        self._words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._found = named(QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText), "stress_found")
        controls = QWidget()
        controls.setLayout(FlowLayout(*self._make_controls()))
        words = self.tr(
            "What the network reads when your drawing is changed. Drag along the curves to see it change, and let "
            "the smallest change be found that alters the answer."
        )
        export = ExportButton(lambda: "stress", self._curves.picture, self._table)
        column(
            introduced(words, export),
            controls,
            self._found,
            row(self._image, (self._bars, 1), spacing=16),
            row((self._slider, 1), self._amount, self._put),
            self._words,
            (self._curves, 1),
            parent=self,
        )
        self._progress.hide()
        self._found.hide()
        self._clear()

    def _make_controls(self) -> list[QWidget]:
        tip = self.tr("How the drawing is changed")
        self._kind = named(QComboBox(), "stress_kind", self.tr("Change"), tip)
        for kind in SPANS:
            self._kind.addItem(change_name(kind), kind)
        self._kind.activated.connect(self.refresh)
        tip = self.tr("Find the smallest change that makes the network read another digit, or none")
        self._fool = push_button(self.tr("Fool it"), "stress_fool", self._on_fooled, tip)
        self._bar = named(QProgressBar(), "stress_bar", self.tr("Search"))
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(72)
        cancel = push_button(self.tr("Cancel"), "stress_cancel", self._break_off, self.tr("Stop the search"))
        self._progress = named(QWidget(), "stress_progress")
        row(self._bar, cancel, parent=self._progress)
        tip = self.tr("Go through the amounts of the change")
        self._slider = named(QSlider(Qt.Orientation.Horizontal), "stress_slider", self.tr("Amount"), tip)
        self._slider.valueChanged.connect(self._show_amount)
        self._amount = note_label("", "stress_amount")
        self._amount.setWordWrap(False)
        tip = self.tr("Put the drawing on the pad as it is shown here; Undo brings yours back")
        self._put = push_button(self.tr("Put on the pad"), "stress_put", self._on_put, tip)
        return [labelled(self._kind), self._fool, self._progress]

    def work(self, reading: Reading) -> Callable[[], ReadStress | None]:
        """What reads the drawing with every amount of the change; those that flip the answer among them."""
        if not reading.prediction.network_input.any():
            return lambda: None
        kind = self._kind.currentData()
        also = [flip.amount for flip in self._flips if flip.kind == kind and self._is_of(reading)]
        return partial(read_stress, reading.digit_ink, reading.reader, kind, also, reading.false_rejection_rate)

    def show_result(self, reading: Reading, result: ReadStress | None) -> None:
        """Paint the curves; the amount that is looked at stays, unless the drawing or the change is another."""
        before, is_same = self._read, self._is_of(reading)
        if not is_same:
            self._forget_flips()
        self._reading = reading
        if result is None:
            self._clear()
            return
        self._read = result
        looked_at = before.amounts[self._slider.value()] if before is not None else 0.0
        stays = is_same and before is not None and before.kind == result.kind
        flip = next((flip for flip in self._flips if flip.kind == result.kind), None)
        at = result.at(looked_at) if stays else result.at(flip.amount) if flip else result.unchanged
        self._slider.setEnabled(True)
        self._offer_search()
        tip = self.tr("Put the drawing on the pad as it is shown here; Undo brings yours back")
        if reading.prediction.digits:
            tip = self.tr("Put this digit alone on the pad as it is shown here; Undo brings the whole number back")
        self._put.setToolTip(tip)
        with QSignalBlocker(self._slider):
            self._slider.setMaximum(len(result.amounts) - 1)
            self._slider.setValue(at)
        self._amount.setMinimumWidth(
            max(self._amount.fontMetrics().horizontalAdvance(amount_words(result.kind, end)) for end in result.amounts)
            + 8
        )
        self._words.setText(self._story(result))
        self._curves.set_axis(axis_title(result.kind), partial(amount_words, result.kind))
        self._curves.show_curves(
            result.amounts,
            result.probabilities,
            changes(result.probabilities, result.accepted),
            at,
            result.unchanged,
        )
        self._show_amount()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._break_off()

    def _is_of(self, reading: Reading) -> bool:
        """Whether a reading is of the drawing and the network that are shown."""
        shown = self._reading
        return shown is not None and reading.digit_ink is shown.digit_ink and reading.reader is shown.reader

    def _clear(self) -> None:
        self._read = None
        words = self.invitation
        for part in (self._slider, self._fool, self._put):
            part.setEnabled(False)
        self._slider.setMaximum(0)
        self._image.show_image(np.zeros((SIDE, SIDE), np.uint8))
        self._bars.show_probabilities(None, None)
        self._words.clear()
        self._amount.clear()
        self._curves.invitation = words
        describe(self._curves, words)
        self._curves.show_curves(np.zeros(0), np.zeros((0, CLASSES)), (), 0)

    def _story(self, read: ReadStress) -> str:
        """What the drawing is read as, and from where on as something else."""
        own = int(read.probabilities[read.unchanged].argmax())
        if not read.accepted[read.unchanged]:
            text = self.tr("The drawing is rejected as no digit. The most probable one would be {digit}.")
            return text.format(digit=own)
        answers = [(at, int(read.answers[at])) for at in read.flips]
        others = [
            f"{change_words(read.kind, float(read.amounts[at]))}: {digit if digit >= 0 else self.tr('no digit')}"
            for at, digit in answers
        ]
        text = self.tr("Read as {digit}; {others}.") if others else self.tr("Read as {digit} whatever the amount.")
        words = text.format(digit=own, others=", ".join(others))
        if read.ink.picture is None and read.kind in ("shift_across", "shift_down", "scale", "width"):
            undone = self.tr("On the pad, this would be undone before the network sees it; here it is not.")
            words = f"{words} {undone}"
        return words

    @Slot()
    def _show_amount(self) -> None:
        read, at = self._read, self._slider.value()
        if read is None:
            return
        amount, each = float(read.amounts[at]), read.probabilities[at]
        self._image.show_image(read.images[at])
        is_accepted = bool(read.accepted[at])
        self._bars.show_probabilities(each.tolist(), int(each.argmax()) if is_accepted else None)
        self._curves.move_to(at)
        self._amount.setText(amount_words(read.kind, amount))
        self._put.setEnabled(at != read.unchanged)
        text = self.tr("{change}: {digit}, {share}") if is_accepted else self.tr("{change}: rejected as no digit")
        text = text.format(
            change=change_words(read.kind, amount), digit=int(each.argmax()), share=percent(float(each.max()))
        )
        text = text[:1].upper() + text[1:]
        self._slider.setAccessibleDescription(text)
        describe(self._curves, f"{text}. {self._words.text()}")

    @Slot(int)
    def _on_dragged(self, at: int) -> None:
        self._slider.setValue(at)

    @Slot()
    def _on_put(self) -> None:
        read = self._read
        if read is not None:
            amount = float(read.amounts[self._slider.value()])
            self.drawing_requested.emit(fitted(changed_ink(read.ink, read.kind, amount)))

    # The smallest flip.

    @Slot()
    def _on_fooled(self) -> None:
        reading = self._reading
        if reading is None or self._read is None or self._search is not None:
            return
        search = self._search = threading.Event()
        show = self._background.relay(self._on_progress)

        def on_progress(share: float) -> bool:
            show(search, share)
            return not search.is_set()

        work = partial(smallest_flips, reading.digit_ink, reading.reader, on_progress, reading.false_rejection_rate)
        self._background.run(work, partial(self._on_found, search, reading), self.failed.emit)
        self._fool.setEnabled(False)
        self._bar.setValue(0)
        self._progress.show()

    def _on_progress(self, search: threading.Event, share: float) -> None:
        if search is self._search:
            self._bar.setValue(round(100 * share))

    def _on_found(self, search: threading.Event, reading: Reading, flips: Sequence[Flip] | None) -> None:
        if search is not self._search:
            return
        self._end_search()
        if flips is None or not self._is_of(reading):
            return
        self._flips = flips
        self._found.show()
        self._found.setText(found_words(int(np.argmax(reading.prediction.probabilities)), flips))
        if flips:
            self._kind.setCurrentIndex(self._kind.findData(flips[0].kind))
            self._read = None  # so that the flip is looked at, and no earlier amount
            self.refresh()

    @Slot()
    def _break_off(self) -> None:
        """Stop the search, if one is under way."""
        if self._search is not None:
            self._search.set()
            self._end_search()

    def _end_search(self) -> None:
        self._search = None
        self._progress.hide()
        self._offer_search()

    def _offer_search(self) -> None:
        """Offer the search where there is a digit whose answer may be changed, and none is under way."""
        read = self._read
        is_rejected = read is not None and not read.accepted[read.unchanged]
        self._fool.setEnabled(read is not None and not is_rejected and self._search is None)
        tip = self.tr("Find the smallest change that makes the network read another digit, or none")
        if is_rejected:
            tip = self.tr("The drawing is rejected as no digit, so there is no answer to change")
        self._fool.setToolTip(tip)

    def _forget_flips(self) -> None:
        self._break_off()
        self._flips = ()
        self._found.clear()
        self._found.hide()

    def _table(self) -> Table:
        """The ten probabilities with each amount."""
        rows: list[Sequence[object]] = [("change", "amount", "digit", *(f"p{digit}" for digit in range(CLASSES)))]
        if self._read is not None:
            read = self._read
            each = zip(read.amounts.tolist(), read.answers, read.probabilities.tolist(), strict=True)
            rows += [(read.kind, amount, digit if digit >= 0 else None, *shares) for amount, digit, shares in each]
        return lambda: rows
