"""Every action of the window: icon, name, tool tip with its shortcut; menus and tool bar take them from here."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from digitpad.domain.prediction import CLASSES
from digitpad.domain.rejection import NO_DIGIT
from digitpad.ui.common.icons import icon
from digitpad.ui.common.theme import Theme
from digitpad.ui.workbench import Page

_Keys = QKeySequence.StandardKey


class Actions(QObject):
    """The actions, each an attribute, and those that show a page. The window connects them."""

    def __init__(self, pages: Sequence[Page], parent: QObject) -> None:
        super().__init__(parent)
        self._icons: dict[QAction, str] = {}
        self.undo = self._make("undo", self.tr("Undo"), self.tr("Take back the last change"), ["Ctrl+Z"])
        self.redo = self._make("redo", self.tr("Redo"), self.tr("Make the change again"), ["Ctrl+Shift+Z", "Ctrl+Y"])
        self.clear = self._make("clear", self.tr("Clear"), self.tr("Clear the pad"), ["Del", "Backspace"])
        self.erase_digit = self._make(
            "eraser", self.tr("Erase digit"), self.tr("Erase the selected digit of a number"), ["Ctrl+Backspace"]
        )
        self.erase_digit.setEnabled(False)
        self.copy = self._make("copy", self.tr("Copy drawing"), self.tr("Copy the drawing as a picture"), [_Keys.Copy])
        self.paste = self._make(
            "paste", self.tr("Paste picture"), self.tr("Read a picture from the clipboard"), [_Keys.Paste]
        )

        self.pen = self._make("pen", self.tr("Pen"), self.tr("Draw"), ["P"])
        self.eraser = self._make("eraser", self.tr("Eraser"), self.tr("Erase parts of strokes"), ["E"])
        self.tools = self._choice(self.pen, self.eraser)
        self.wider = self._make("wider", self.tr("Wider pen"), self.tr("Make the pen wider"), ["]"])
        self.narrower = self._make("narrower", self.tr("Narrower pen"), self.tr("Make the pen narrower"), ["["])

        self.open = self._make(
            "open", self.tr("Open drawing or picture…"), self.tr("Open an ink file or a picture"), [_Keys.Open]
        )
        self.previous = self._make("previous", self.tr("Previous drawing"), self.tr("Show the one before"), ["PgUp"])
        self.next = self._make("next", self.tr("Next drawing"), self.tr("Show the one behind"), ["PgDown"])
        self.labels = [
            self._make("pen", self.tr("This is {digit}").format(digit=digit), self.tr("Learn from it"), [str(digit)])
            for digit in range(CLASSES)
        ]
        self.labels += [self._make("pen", self.tr("This is no digit"), self.tr("Learn from it"), ["N"])]
        for label, action in zip((*range(CLASSES), NO_DIGIT), self.labels, strict=True):
            action.setData(label)
            action.setIconVisibleInMenu(False)
        self.keep = self._make(
            "pen", self.tr("Keep, next"), self.tr("Keep the drawing that was asked for"), ["Return", "Enter", "Space"]
        )
        self.skip = self._make("pen", self.tr("Skip"), self.tr("Ask for other digits than this one"), ["S"])
        for action in (self.keep, self.skip):
            action.setIconVisibleInMenu(False)
            action.setEnabled(False)
        on_pad = self.clear, self.previous, self.next, *self.labels, self.keep, self.skip
        for action in on_pad:  # keys for the pad alone
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.save = self._make("save", self.tr("Save drawing…"), self.tr("Save as InkML, PNG or SVG"), [_Keys.Save])
        self.load = self._make(
            "checkpoint", self.tr("Load checkpoint…"), self.tr("Read with another network"), ["Ctrl+L"]
        )
        self.save_checkpoint = self._make(
            "export", self.tr("Save checkpoint as…"), self.tr("Save a copy of the checkpoint in use"), ["Ctrl+Shift+S"]
        )
        self.export = self._make("export", self.tr("Export network…"), self.tr("Save what reads as an ONNX file"), [])
        self.quit = self._make("quit", self.tr("Quit"), self.tr("Close digitpad"), ["Ctrl+Q"])

        self.pages = {page: self._page(page) for page in pages}
        self.train = self._make("train", self.tr("Train"), self.tr("Train the chosen recipe"), ["F5"])
        self.pause = self._make("pause", self.tr("Pause or go on"), self.tr("Let the run wait, or go on"), ["F6"])
        self.stop = self._make("stop", self.tr("Stop"), self.tr("Stop the run and keep what was learned"), ["Shift+F5"])
        self.browse = self._make("data", self.tr("Browse data…"), self.tr("See the images to train on"), ["Ctrl+D"])

        self.theme_system = self._make(
            "theme", self.tr("As the system"), self.tr("Follow the system's light or dark"), []
        )
        self.theme_light = self._make("light", self.tr("Light"), self.tr("Dark ink on light paper"), [])
        self.theme_dark = self._make("dark", self.tr("Dark"), self.tr("Light ink on dark paper"), [])
        self.themes = self._choice(self.theme_system, self.theme_light, self.theme_dark)
        self.larger = self._make(
            "text-larger", self.tr("Larger text"), self.tr("Make the text larger"), ["Ctrl++", "Ctrl+="]
        )
        self.smaller = self._make("text-smaller", self.tr("Smaller text"), self.tr("Make the text smaller"), ["Ctrl+-"])
        self.usual = self._make(
            "text", self.tr("Usual text size"), self.tr("Make the text as large as usual"), ["Ctrl+0"]
        )
        self.present = self._switch("present", self.tr("Presentation"), self.tr("Full screen with large type"), ["F11"])
        self.digit_boxes = self._switch(
            "number", self.tr("Boxes round digits"), self.tr("Show on the pad where a number's digits are")
        )
        self.single_digits = self._switch(
            "number", self.tr("Single digits only"), self.tr("Read everything on the pad as one digit")
        )
        self.find = self._make("find", self.tr("Find action…"), self.tr("Find any action by its name"), ["Ctrl+K"])
        self.show_log = self._make("open", self.tr("Show log folder"), self.tr("What digitpad did and what failed"), [])
        self.about = self._make("info", self.tr("About digitpad"), self.tr("Version and licences"), [])
        for action, mode in zip(self.themes.actions(), ("system", "light", "dark"), strict=True):
            action.setData(mode)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons anew."""
        for action, name in self._icons.items():
            action.setIcon(icon(name, theme))

    def show_drawing(self, drawn: bool, can_undo: bool, can_redo: bool) -> None:
        """Offer what can be done with the drawing."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        for action in (self.clear, self.save, self.copy):
            action.setEnabled(drawn)

    def show_training(self, is_active: bool) -> None:
        """Offer a run, or what can be done with the one that goes on."""
        self.train.setEnabled(not is_active)
        self.pause.setEnabled(is_active)
        self.stop.setEnabled(is_active)

    def _make(self, picture: str, text: str, tip: str, keys: list[str] | list[_Keys]) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip} ({shortcut})" if shortcut else tip)
        action.setStatusTip(tip)
        self._icons[action] = picture
        return action

    def _switch(self, picture: str, text: str, tip: str, keys: list[str] | None = None) -> QAction:
        action = self._make(picture, text, tip, keys or [])
        action.setCheckable(True)
        action.setIconVisibleInMenu(False)
        return action

    def _page(self, page: Page) -> QAction:
        action = self._make(page.icon, page.title, page.tip, [page.key])
        action.setObjectName(f"show_{page.id}")
        action.setCheckable(True)
        action.setIconVisibleInMenu(False)
        return action

    def _choice(self, *actions: QAction) -> QActionGroup:
        group = QActionGroup(self)
        for action in actions:
            action.setCheckable(True)
            action.setIconVisibleInMenu(False)  # there a check mark says which one is chosen
            group.addAction(action)
        actions[0].setChecked(True)
        return group
