"""What digitpad says of itself."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from digitpad import __version__

translate = QCoreApplication.translate


def show_about(parent: QWidget) -> None:
    """Open the box with version and licences; the window lives on behind it."""
    box = QMessageBox(parent)
    box.setWindowTitle(translate("about", "About digitpad"))
    box.setIconPixmap(parent.windowIcon().pixmap(64))
    box.setText(translate("about", "digitpad {version}").format(version=__version__))
    purpose = translate("about", "Draw a digit and watch a convolutional network read it.")
    mnist = translate("about", "MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0)")
    pen = translate("about", "Pen-Based Recognition of Handwritten Digits (Alpaydin, Alimoglu; CC BY 4.0)")
    trained = translate("about", "The network that ships was trained on these data:")
    box.setInformativeText(f"{purpose}\n\n{trained}\n\n{mnist}\n{pen}")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
