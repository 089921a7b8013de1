"""The choice of the false rejection rate: a line below the bars, and a menu that says the same."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QWidget

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.domain.rejection import FALSE_REJECTION_RATE, FALSE_REJECTION_RATES
from digitpad.ui.common.format import numeral
from digitpad.ui.common.theme import NOTE_PIXELS, text_font

translate = QCoreApplication.translate

_STEPS: tuple[float | None, ...] = (None, *FALSE_REJECTION_RATES)


def in_words(share: float) -> str:
    """A share above 0 as a count that people can picture: '1 in 500', or '3 in 1,000' where no single one fits."""
    all_of_them = round(1 / share)
    if abs(share * all_of_them - 1) < 1e-6:
        return translate("rejection", "1 in {all}").format(all=numeral(all_of_them))
    return translate("rejection", "{some} in {all}").format(some=numeral(1000 * share), all=numeral(1000))


class RejectionChoice(QWidget):
    """A slider from 'never' to the share of real digits that may at most be lost, with its price beside it.

    The further to the right, the more is refused. What was chosen stays chosen while a network reads that knows no
    thresholds, although it cannot be changed then.

    Attributes:
        menu: the same choice for a menu bar, so that it can be made where the window is too low for the line.

    Signals:
        rate_selected: the share of real digits that may be lost, 0 to 1, or None: nothing is refused from now on.
    """

    rate_selected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rejection")
        title = self.tr("Refuse what is no digit")
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("rejection_slider")
        self._slider.setRange(0, len(_STEPS) - 1)
        self._slider.setPageStep(1)
        self._slider.setAccessibleName(title)
        self._slider.setValue(_STEPS.index(FALSE_REJECTION_RATE))
        caption = QLabel(title)
        caption.setBuddy(self._slider)
        self._price = QLabel()
        for label in (caption, self._price):
            label.setProperty("note", True)
        metrics = QFontMetrics(text_font(NOTE_PIXELS))
        words = [self._words(false_rejection_rate) for false_rejection_rate in _STEPS] + [self._words_of_none()]
        self._price.setMinimumWidth(max(metrics.horizontalAdvance(text) for text in words))  # so that nothing moves
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(caption)
        row.addWidget(self._slider, 1)
        row.addWidget(self._price)
        self.setFocusProxy(self._slider)
        self.menu = QMenu(title, self)
        self._steps = QActionGroup(self.menu)
        for false_rejection_rate in _STEPS:
            text = self._words(false_rejection_rate)
            action = self._steps.addAction(text[0].upper() + text[1:])
            action.setData(false_rejection_rate)
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
        self._slider.setEnabled(bool(info.thresholds))
        self._update_texts()

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
            words = self._words_of_none()
            sentence = self.tr("This network was never shown what is no digit, so it always answers with one.")
        elif self.false_rejection_rate is None:
            words, sentence = self._words(None), self.tr("Whatever is drawn is answered with a digit.")
        else:
            words = self._words(self.false_rejection_rate)
            sentence = self.tr("About {count} real digits are refused too.").format(
                count=in_words(self.false_rejection_rate)
            )
        self._price.setText(words)
        self._slider.setAccessibleDescription(sentence)
        self.setToolTip(sentence)
        self._reason.setText(sentence)
        self._reason.setVisible(not can_choose)
        self._steps.setVisible(can_choose)
        self._steps.actions()[self._slider.value()].setChecked(True)

    def _words(self, false_rejection_rate: float | None) -> str:
        return (
            self.tr("never")
            if false_rejection_rate is None
            else self.tr("losing {count} digits").format(count=in_words(false_rejection_rate))
        )

    def _words_of_none(self) -> str:
        return self.tr("not with this network")
