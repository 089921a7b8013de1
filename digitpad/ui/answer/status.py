"""Which network reads, in a line of the status bar."""

from __future__ import annotations

from PySide6.QtWidgets import QStatusBar

from digitpad.ui.common.elided import ElidedLabel
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.session.active_network import NetworkState, Source


class NetworkStatus(ElidedLabel):
    """Names the network and its accuracy, or its step in training."""

    def __init__(self, bar: QStatusBar) -> None:
        super().__init__()
        bar.addPermanentWidget(self)

    def show_state(self, state: NetworkState) -> None:
        """Say what reads, nothing where nothing does."""
        words, info = "", state.info
        if info is not None and state.source is Source.IN_TRAINING:
            words = self.tr("Reading with the network in training: {name}, step {step}")
            words = words.format(name=info.name, step=numeral(state.step))
        elif info is not None:
            words = self.tr("Reading with {name}").format(name=info.name)
            words += "" if info.test_accuracy is None else f" · MNIST {percent(info.test_accuracy, 2)}"
        self.setText(words)
