"""What the menu Help leads to. What takes long to import is imported when it is asked for."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMainWindow, QMessageBox, QWidget

from digitpad import __version__
from digitpad.storage.log import log_folder
from digitpad.ui.actions import Actions

translate = QCoreApplication.translate


def find_action(window: QMainWindow) -> None:
    """Open the command palette."""
    from digitpad.ui.command_palette import CommandPalette

    CommandPalette(window).open()


def make_help(window: QMainWindow, actions: Actions) -> QWidget:
    """The page of help."""
    from digitpad.ui.help import HelpPage

    return HelpPage(window.menuBar(), [actions.about, actions.show_log])


def show_about(parent: QWidget) -> None:
    """Open the box with version and licences; the window lives on behind it."""
    box = QMessageBox(parent)
    box.setWindowTitle(translate("about", "About digitpad"))
    box.setIconPixmap(parent.windowIcon().pixmap(64))
    box.setText(translate("about", "digitpad {version}").format(version=__version__))
    purpose = translate("about", "Draw a digit and watch a convolutional network read it.")
    licence = translate("about", "It is free software under the MIT licence.")
    mnist = translate("about", "MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0)")
    pen = translate("about", "Pen-Based Recognition of Handwritten Digits (Alpaydin, Alimoglu; CC BY 4.0)")
    trained = translate("about", "The network that ships was trained on these data:")
    box.setInformativeText(f"{purpose} {licence}\n\n{trained}\n\n{mnist}\n{pen}")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def show_log_folder(parent: QWidget) -> None:
    """Open the folder of the log in the system's file manager; where there is none, say which folder it is."""
    folder = log_folder()
    while not folder.is_dir():  # nothing was written yet, or nothing could be
        folder = folder.parent
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        text = translate("about", "The log lies in this folder, which no program could be found to show:\n{folder}")
        box = QMessageBox(QMessageBox.Icon.Information, "digitpad", text.format(folder=folder), parent=parent)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
