"""Where the actions are found: the menu bar, the list of recent checkpoints, and the tool bar."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QSize, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QWidget

from digitpad.domain.checkpoint_info import CheckpointInfo
from digitpad.storage.io import DEFAULT_CHECKPOINT, shipped
from digitpad.ui.actions import Actions
from digitpad.ui.session.settings import Settings

translate = QCoreApplication.translate


class RecentMenu(QMenu):
    """The checkpoints that were loaded lately, listed anew each time it opens.

    Signals:
        selected: the Path of the checkpoint that was picked.
    """

    selected = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Recent checkpoints"))
        self.setToolTipsVisible(True)
        self._settings = settings
        self.aboutToShow.connect(self._list)

    @Slot(object)
    def take(self, info: CheckpointInfo) -> None:
        """Remember a checkpoint that was opened, unless it ships or belongs to a run."""
        if info.path is not None and info.path.parent != DEFAULT_CHECKPOINT.parent and info.name == info.path.stem:
            self._settings.remember(info.path)

    @Slot()
    def _list(self) -> None:
        self.clear()
        for path in self._settings.recent:
            action = self.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(partial(self.selected.emit, path))
        if self.isEmpty():
            self.addAction(self.tr("No checkpoint was loaded yet")).setEnabled(False)
        else:
            self.addSeparator()
            self.addAction(self.tr("Clear this list")).triggered.connect(self._settings.forget_recent)


class ShippedMenu(QMenu):
    """The checkpoints that ship, each with what it is for.

    Signals:
        selected: the Path of the checkpoint that was picked.
    """

    selected = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Built-in checkpoints"))
        self.setToolTipsVisible(True)
        for name, words in (
            ("pen", self.tr("Pen: reads digits of the screen best")),
            ("best", self.tr("Best: reads MNIST's scanned digits best")),
            ("fast", self.tr("Fast: trained in seconds")),
        ):
            path = shipped("checkpoints", f"{name}.safetensors")
            if path.exists():
                self.addAction(words).triggered.connect(partial(self.selected.emit, path))


def fill_menu_bar(
    bar: QMenuBar,
    actions: Actions,
    recent: RecentMenu,
    pretrained: ShippedMenu,
    rejection: QMenu,
    of_run: Sequence[QAction],
) -> None:
    """Put every action into its menu.

    Args:
        bar: the window's.
        actions: the window's.
        recent: checkpoints that were loaded before.
        pretrained: those that ship.
        rejection: how much is refused.
        of_run: what can be done with the run that is selected in the list.
    """
    file = bar.addMenu(translate("menus", "&File"))
    file.addActions([actions.open, actions.save])
    file.addSeparator()
    file.addAction(actions.load)
    file.addMenu(recent)
    file.addMenu(pretrained)
    file.addAction(actions.save_checkpoint)
    file.addSeparator()
    file.addAction(actions.quit)
    edit = bar.addMenu(translate("menus", "&Edit"))
    edit.addActions([actions.undo, actions.redo, actions.clear])
    edit.addSeparator()
    edit.addActions([actions.copy, actions.paste])
    edit.addSeparator()
    edit.addActions([actions.pen, actions.eraser, actions.wider, actions.narrower])
    view = bar.addMenu(translate("menus", "&View"))
    view.addMenu(translate("menus", "Theme")).addActions(actions.themes.actions())
    view.addMenu(rejection)
    view.addAction(actions.training)
    train = bar.addMenu(translate("menus", "&Train"))
    train.addActions([actions.train, actions.pause, actions.stop])
    train.addSeparator()
    train.addMenu(translate("menus", "Selected run")).addActions(of_run)
    train.addAction(actions.browse)
    help_menu = bar.addMenu(translate("menus", "&Help"))
    help_menu.addActions([actions.show_log, actions.about])
    for menu in (file, edit, view, train, help_menu):
        menu.setToolTipsVisible(True)


def make_tool_bar(actions: Actions, pen_width: QWidget) -> QToolBar:
    """The slim bar with what is wanted while drawing."""
    bar = QToolBar(translate("menus", "Tools"))
    bar.setObjectName("tools")
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    bar.addActions([actions.undo, actions.redo, actions.clear])
    bar.addSeparator()
    bar.addActions([actions.pen, actions.eraser])
    gap = QWidget()
    gap.setFixedWidth(8)
    bar.addWidget(gap)
    bar.addWidget(pen_width)
    bar.addSeparator()
    bar.addActions([actions.open, actions.save, actions.copy, actions.paste])
    return bar
