"""The choice of the false rejection rate: a line below the bars, and a menu that says the same."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics
from PySide6.QtWidgets import QMenu, QSlider, QWidget

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES
from digitpad.ui.common.format import percent, sentence
from digitpad.ui.common.layouts import row
from digitpad.ui.common.theme import NOTE_PIXELS, text_font
from digitpad.ui.common.widgets import named, note_label

_STEPS: tuple[float | None, ...] = (None, *FALSE_REJECTION_RATES)


class RejectionChoice(QWidget):
    """A slider from none to the largest share of real digits that may be rejected, and in words what is chosen.

    The further to the right, the more is rejected. What was chosen stays chosen while a network reads that knows no
    thresholds, although it cannot be changed then.

    Attributes:
        menu: the same choice for a menu bar, so that it can be made where the window is too low for the line.

    Signals:
        rate_selected: the false rejection rate from now on, 0 to 1, or None: nothing is rejected.
    """

    rate_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rejection")
        self._cannot = ""  # why there is no choice
        title = self.tr("False rejection rate")
        self._slider = named(QSlider(Qt.Orientation.Horizontal), "rejection_slider", title)
        self._slider.setRange(0, len(_STEPS) - 1)
        self._slider.setPageStep(1)
        self._slider.setValue(_STEPS.index(FALSE_REJECTION_RATE))
        caption, self._chosen = note_label(title), note_label()
        caption.setBuddy(self._slider)
        for label in (caption, self._chosen):
            label.setWordWrap(False)
        row(caption, (self._slider, 1), self._chosen, parent=self)
        self._keep_room()
        self.setFocusProxy(self._slider)
        self.menu = QMenu(title, self)
        self._steps = QActionGroup(self.menu)
        for rate in _STEPS:
            text = self._words(rate)
            action = self._steps.addAction(text[0].upper() + text[1:])
            action.setData(rate)
            action.setCheckable(True)
        self.menu.addActions(self._steps.actions())
        self._reason = self.menu.addAction("")
        self._reason.setEnabled(False)
        self._steps.triggered.connect(self._on_picked)
        self._slider.valueChanged.connect(self._on_moved)
        self._update_texts()

    @property
    def false_rejection_rate(self) -> float | None:
        """What is chosen: one of `digitpad.domain.rejection.FALSE_REJECTION_RATES`, or None for never."""
        return _STEPS[self._slider.value()]

    def choose(self, false_rejection_rate: float | None) -> None:
        """Choose one of `digitpad.domain.rejection.FALSE_REJECTION_RATES`, or None for never.

        Raises:
            ValueError: it is none of these.
        """
        self._slider.setValue(_STEPS.index(false_rejection_rate))

    def show_network(self, info: CheckpointInfo) -> None:
        """Offer the choice where the network that reads knows thresholds."""
        self._cannot = sentence(info.rejection)
        self._slider.setEnabled(bool(info.thresholds))
        self._update_texts()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._keep_room()

    def _keep_room(self) -> None:
        """Keep the room of the longest words, so that nothing moves."""
        metrics = QFontMetrics(text_font(NOTE_PIXELS))
        words = [*map(self._words, _STEPS), self._words_of_none()]
        self._chosen.setMinimumWidth(max(map(metrics.horizontalAdvance, words)))

    @Slot(QAction)
    def _on_picked(self, action: QAction) -> None:
        self.choose(action.data())

    @Slot()
    def _on_moved(self) -> None:
        self._update_texts()
        self.rate_selected.emit(self.false_rejection_rate)

    def _update_texts(self) -> None:
        """Say what is chosen and what it costs, or why there is no choice."""
        can_choose = self._slider.isEnabled()
        if not can_choose:
            words, tip = self._words_of_none(), self.tr("This network {words}.").format(words=self._cannot)
        elif self.false_rejection_rate is None:
            words, tip = self._words(None), self.tr("Whatever is drawn is read as a digit.")
        else:
            words = self._words(self.false_rejection_rate)
            tip = self.tr("What is no digit is rejected, and with it {share}.").format(share=words)
        self._chosen.setText(words)
        self._slider.setAccessibleDescription(tip)
        self.setToolTip(tip)
        self._reason.setText(tip)
        self._reason.setVisible(not can_choose)
        self._steps.setVisible(can_choose)
        self._steps.actions()[self._slider.value()].setChecked(True)

    def _words(self, rate: float | None) -> str:
        if rate is None:
            return self.tr("nothing is rejected")
        return self.tr("{share} of real digits").format(share=percent(rate, None))

    def _words_of_none(self) -> str:
        return self.tr("not with this network")
