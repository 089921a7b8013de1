"""Which network reads: said in one place of the window, with a menu to change it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.ui.answer.known_networks import KnownNetwork, is_taken_back, last_run, loaded_lately, shipped_networks
from digitpad.ui.common.format import numeral, percent, sentence
from digitpad.ui.common.widgets import add_menu_title
from digitpad.ui.session.active_network import ActiveNetwork, Source
from digitpad.ui.session.settings import Settings

_LONGEST_NAME = 40
_SEPARATOR = " · "


class NetworkMenu(QMenu):
    """What read before, what ships, what was just trained and what was loaded lately; listed anew as it opens.

    Signals:
        selected: the Path of the checkpoint that was picked.
    """

    selected = Signal(object)

    def __init__(self, network: ActiveNetwork, settings: Settings, below: list[QAction], parent: QWidget) -> None:
        """Build the menu; the actions `below` stand at its end."""
        super().__init__(parent)
        self.setObjectName("network_menu")
        self.setTitle(self.tr("Network that reads"))
        self.setToolTipsVisible(True)
        self._network, self._settings, self._below = network, settings, below
        self.aboutToShow.connect(self._list)
        self._list()
        network.opened.connect(self._remember)

    @Slot(object)
    def _remember(self, info: CheckpointInfo) -> None:
        """Remember a checkpoint that was opened, unless it ships or belongs to a run."""
        if info.path is not None and info.path.parent != DEFAULT_CHECKPOINT.parent and info.name == info.path.stem:
            self._settings.remember(info.path)

    @Slot()
    def _list(self) -> None:
        self.clear()
        state = self._network.state
        before = state.history[0 if state.source is Source.IN_TRAINING else 1 :]
        before = tuple(path for path in before if not is_taken_back(path))[:1]
        back = self.addAction(self.tr("Back to the previous network"))
        back.setEnabled(bool(before))
        for path in before:
            back.setToolTip(str(path))
            back.triggered.connect(partial(self.selected.emit, path))
        add_menu_title(self, self.tr("Shipped"))
        self._offer(shipped_networks())
        learned, recent = last_run(self._network), loaded_lately(self._network, self._settings)
        if self._network.has_live or learned:
            add_menu_title(self, self.tr("Trained here"))
        if self._network.has_live:
            action = self.addAction(self.tr("The network in training"))
            action.setCheckable(True)
            action.setChecked(state.source is Source.IN_TRAINING)
            action.triggered.connect(partial(self._network.set_follows_training, True))
        self._offer(learned)
        if recent:
            add_menu_title(self, self.tr("Loaded lately"))
            self._offer(recent)
            self.addAction(self.tr("Clear this list")).triggered.connect(self._settings.forget_recent)
        self.addSeparator()
        self.addActions(self._below)

    def _offer(self, networks: list[KnownNetwork]) -> None:
        state = self._network.state
        reads = state.source is not Source.IN_TRAINING and state.checkpoint is not None
        for known in networks:
            action = self.addAction(known.words.replace("&", "&&"))
            action.setToolTip(str(known.path))
            action.setCheckable(True)
            action.setChecked(reads and state.checkpoint is not None and state.checkpoint.path == known.path)
            action.triggered.connect(partial(self.selected.emit, known.path))


class NetworkButton(QToolButton):
    """Names the network that reads, what it cannot do, its accuracy and its device, and opens the menu.

    Where there is little room, it says the first of these; its accessible name has all of them.
    """

    def __init__(self, network: ActiveNetwork, menu: NetworkMenu) -> None:
        super().__init__()
        self.setObjectName("network_button")
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._network = network
        self._words: list[str] = []
        network.changed.connect(self._show_state)
        self._show_state()

    def sizeHint(self) -> QSize:
        """As wide as all the words, and while a network in training counts its steps as those before: nothing jumps."""
        width = self._width_of(self._words)
        if self._network.state.source is Source.IN_TRAINING and self.isVisible():
            width = max(width, self.width())
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width_of(self._words[:1]), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _width_of(self, words: list[str]) -> int:
        metrics, bare = self.fontMetrics(), super().sizeHint().width()
        advance = metrics.horizontalAdvance(_SEPARATOR.join(words))
        return bare + advance - metrics.horizontalAdvance(self.text())

    def _fit(self) -> None:
        count = len(self._words)
        while count > 1 and self._width_of(self._words[:count]) > self.width():
            count -= 1
        self.setText(_SEPARATOR.join(self._words[:count]))

    @Slot()
    def _show_state(self) -> None:
        state, info = self._network.state, self._network.state.info
        tip = self.tr("Choose the network that reads")
        if info is None:
            words = [self.tr("No network reads") if state.problem else self.tr("Loading the network…")]
        else:
            name = info.name if len(info.name) <= _LONGEST_NAME else f"{info.name[: _LONGEST_NAME - 1]}…"
            if state.source is Source.IN_TRAINING:
                text = self.tr("Reads with the network in training: {name}, step {step}")
            elif state.source is Source.SHIPPED:
                text = self.tr("Reads with {name} (shipped)")
            elif info.teachings:
                text = self.tr("Reads with {name} (taught from {base})")
            else:
                text = self.tr("Reads with {name}")
            base = str(info.teachings[-1]["base"])[:_LONGEST_NAME] if info.teachings else ""
            words = [text.format(name=name, base=base, step=numeral(state.step))]
            if not info.thresholds:
                words.append(self.tr("never says ‘not a digit’"))
                tip += "\n" + self.tr("This network {words}.").format(words=sentence(info.rejection))
            if info.test_accuracy is not None and state.source is not Source.IN_TRAINING:
                words.append(f"MNIST {percent(info.test_accuracy, 2)}")
            words.append(self.tr("CPU"))  # `digitpad.reading.reader` reads on no other device
        if words != self._words:
            self._words = words
            self.setAccessibleName(_SEPARATOR.join(words))
            self.setToolTip(tip)
            self.updateGeometry()
            self._fit()
