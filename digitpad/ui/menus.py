"""Where the actions are found: the menu bar and the tool bar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QCoreApplication, QSize, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from digitpad.ui.actions import Actions
from digitpad.ui.common.theme import text_scale

translate = QCoreApplication.translate

_TOOL_ICON = 20
"""Pixels of an icon's side at the usual text size."""


@dataclass(frozen=True)
class ListedAction:
    """An action of the menus, with its name and the titles of the menus that lead to it as they are read there."""

    action: QAction
    name: str
    menus: tuple[str, ...]

    @property
    def keys(self) -> list[str]:
        return [key.toString(QKeySequence.SequenceFormat.NativeText) for key in self.action.shortcuts()]


def menu_actions(bar: QMenuBar) -> list[ListedAction]:
    """Every action that the menus offer now, once: where the fewest menus lead to it."""
    found: dict[QAction, ListedAction] = {}
    for one in sorted(_walk(bar.actions(), ()), key=lambda one: len(one.menus)):
        found.setdefault(one.action, one)
    menus = [action.text().replace("&", "") for action in bar.actions()]
    return sorted(found.values(), key=lambda one: menus.index(one.menus[0]))


def _walk(actions: Sequence[QAction], path: tuple[str, ...]) -> Iterator[ListedAction]:
    for action in actions:
        name = re.sub("&(.)", r"\1", action.text())
        menu = cast(QMenu | None, action.menu())
        if menu is not None:
            menu.aboutToShow.emit()  # some are filled only then
            yield from _walk(menu.actions(), (*path, name))
        elif name and action.isVisible() and not action.isSeparator():
            yield ListedAction(action, name, path)


def fill_menu_bar(
    bar: QMenuBar,
    actions: Actions,
    network: QMenu,
    rejection: QMenu,
) -> QMenu:
    """Put every action into its menu.

    Args:
        bar: the window's.
        actions: the window's.
        network: which network reads.
        rejection: how much is rejected.

    Returns:
        The menu for what can be done with the run that is selected in the list.
    """
    file = bar.addMenu(translate("menus", "&File"))
    file.addActions([actions.open, actions.previous, actions.next, actions.save])
    file.addSeparator()
    file.addAction(actions.load)
    file.addMenu(network)
    file.addActions([actions.save_checkpoint, actions.export])
    file.addSeparator()
    file.addAction(actions.quit)
    edit = bar.addMenu(translate("menus", "&Edit"))
    edit.addActions([actions.undo, actions.redo, actions.erase_digit, actions.clear])
    edit.addSeparator()
    edit.addActions([actions.copy, actions.paste])
    edit.addSeparator()
    edit.addActions([actions.pen, actions.eraser, actions.wider, actions.narrower])
    edit.addSeparator()
    edit.addMenu(translate("menus", "This drawing")).addActions([*actions.labels, actions.keep, actions.skip])
    view = bar.addMenu(translate("menus", "&View"))
    view.addMenu(translate("menus", "Theme")).addActions(actions.themes.actions())
    view.addActions([actions.larger, actions.smaller, actions.usual, actions.present])
    view.addMenu(rejection)
    view.addActions([actions.single_digits, actions.digit_boxes])
    view.addSeparator()
    view.addActions([action for page, action in actions.pages.items() if page.has_tool])
    train = bar.addMenu(translate("menus", "&Train"))
    train.addActions([actions.train, actions.pause, actions.stop])
    train.addSeparator()
    run = train.addMenu(translate("menus", "Selected run"))
    train.addAction(actions.browse)
    help_menu = bar.addMenu(translate("menus", "&Help"))
    help_menu.addActions([action for page, action in actions.pages.items() if not page.has_tool])
    help_menu.addActions([actions.find, actions.show_log, actions.about])
    for menu in (file, edit, view, train, help_menu):
        menu.setToolTipsVisible(True)
    return run


class ToolBar(QToolBar):
    """The slim bar with what is wanted while drawing, and the pages: with icon and title, or what there is room for."""

    def __init__(self, actions: Actions, pen_width: QWidget) -> None:
        super().__init__(translate("menus", "Tools"))
        self.setObjectName("tools")
        self.setMovable(False)
        self.addActions([actions.undo, actions.redo, actions.clear])
        self.addSeparator()
        self.addActions([actions.pen, actions.eraser])
        gap = QWidget()
        gap.setFixedWidth(8)
        self.addWidget(gap)
        self.addWidget(pen_width)
        self.addSeparator()
        pages = [action for page, action in actions.pages.items() if page.has_tool]
        self.addActions(pages)
        self._pages = [cast(QToolButton, self.widgetForAction(action)) for action in pages]
        for button in self.findChildren(QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Qt's own are out of the keyboard's reach
        self.fit()

    @property
    def stops(self) -> list[QWidget]:
        """Where the Tab key stops, from left to right."""
        parts = [self.widgetForAction(action) for action in self.actions()]
        return [part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Take the size of text and the room that there is."""
        usual = round(_TOOL_ICON * text_scale())
        self.setIconSize(QSize(usual, usual))
        styles = Qt.ToolButtonStyle
        for style in (styles.ToolButtonTextBesideIcon, styles.ToolButtonTextOnly, styles.ToolButtonIconOnly):
            for button in self._pages:
                button.setToolButtonStyle(style)
            if self.sizeHint().width() <= self.width():
                return
        # Smaller icons rather than pages that only Qt's small button at the end leads to.
        for side in range(usual - 1, _TOOL_ICON - 1, -1):
            self.setIconSize(QSize(side, side))
            if self.sizeHint().width() <= self.width():
                return
