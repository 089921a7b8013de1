"""Help: what is what in the window, the keys, the terms, the licence and the log."""

from __future__ import annotations

from html import escape
from itertools import groupby

from PySide6.QtCore import QEvent, QUrl, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QMenuBar, QTextBrowser

from digitpad import __version__
from digitpad.ui.common.widgets import named
from digitpad.ui.menus import menu_actions


class HelpPage(QTextBrowser):
    """One page of text. The keys in it are those of the menus, whatever they are."""

    def __init__(self, bar: QMenuBar, links: list[QAction]) -> None:
        """Write the page; it ends with `links`, which trigger these actions."""
        super().__init__(openLinks=False)
        named(self, "help_page", self.tr("Help"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self._links = links
        self.anchorClicked.connect(self._on_clicked)
        self._html = self._written(bar)
        self.document().setDefaultStyleSheet("dt { font-weight: 600; margin-top: 4px; } td { padding-right: 24px; }")
        self.setHtml(self._html)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_html"):
            place = self.verticalScrollBar().value()
            self.setHtml(self._html)  # a document keeps the colours of its links
            self.verticalScrollBar().setValue(place)

    @Slot(QUrl)
    def _on_clicked(self, url: QUrl) -> None:
        self._links[int(url.toString())].trigger()

    def _written(self, bar: QMenuBar) -> str:
        links = " · ".join(f"<a href='{at}'>{escape(link.text())}</a>" for at, link in enumerate(self._links))
        about = self.tr("digitpad {version} is free software under the MIT licence.").format(version=__version__)
        sections = [
            (self.tr("In the window"), _definitions(self._parts())),
            (self.tr("Pages"), _definitions(self._pages(bar))),
            (self.tr("Keys"), self._keys(bar)),
            (self.tr("Terms"), _definitions(self._terms())),
            (self.tr("Licence and log"), f"<p>{escape(about)}</p><p>{links}</p>"),
        ]
        return "".join(f"<h3>{escape(title)}</h3>{text}" for title, text in sections)

    def _pages(self, bar: QMenuBar) -> list[tuple[str, str]]:
        """What each page is for, as its tool tip says."""
        listed = [one for one in menu_actions(bar) if one.action.objectName().startswith("show_")]
        return [(one.name, f"{one.action.statusTip()}.") for one in listed if one.action.objectName() != "show_help"]

    def _keys(self, bar: QMenuBar) -> str:
        rows = []
        for menu, listed in groupby(menu_actions(bar), key=lambda one: one.menus[0]):
            keyed = [(one.name, ", ".join(one.keys)) for one in listed if one.keys]
            if keyed:
                rows.append(f"<tr><td><b>{escape(menu)}</b></td></tr>")
            rows += [f"<tr><td>{escape(keys)}</td><td>{escape(name)}</td></tr>" for name, keys in keyed]
        escape_words = self.tr("Break off a stroke, or close a message, the presentation, or the page with the focus")
        rows.append(f"<tr><td>Esc</td><td>{escape(escape_words)}</td></tr>")
        return f"<table>{''.join(rows)}</table>"

    def _parts(self) -> list[tuple[str, str]]:
        return [
            (
                self.tr("Pad"),
                self.tr("Draw a digit or a number with mouse, pen or finger. It is read while the line still grows."),
            ),
            (
                self.tr("Answer"),
                self.tr(
                    "The digit or number, and the network's confidence. A click on a digit of a number shows its bars; "
                    "one with a dotted line is unsure."
                ),
            ),
            (self.tr("Bars"), self.tr("The probability of each digit; all ten make 100 %.")),
            (
                self.tr("What the network sees"),
                self.tr(
                    "The drawing in 28×28 pixels, as MNIST has its digits. The dashed frame is the 20×20 box that the "
                    "drawing is scaled to; the cross is its centre of mass, which is moved to the middle."
                ),
            ),
            (
                self.tr("Reads with"),
                self.tr("The button at the lower right names the network that reads, and has others to choose from."),
            ),
            (
                self.tr("Pages"),
                self.tr("The buttons over the pad open a page beside it; the same button, or its cross, closes it."),
            ),
        ]

    def _terms(self) -> list[tuple[str, str]]:
        return [
            (
                self.tr("Network"),
                self.tr("Layers of numbers, its parameters, that turn an image into ten probabilities."),
            ),
            (self.tr("Checkpoint"), self.tr("A file with a trained network.")),
            (self.tr("Recipe"), self.tr("All that decides how a network is trained.")),
            (self.tr("Run"), self.tr("One training after a recipe, with its curves and checkpoints.")),
            (self.tr("Step"), self.tr("One change of the parameters, after a small batch of images.")),
            (self.tr("Epoch"), self.tr("As many steps as it takes to go through all training images once.")),
            (self.tr("Learning rate"), self.tr("How far each step changes the parameters.")),
            (self.tr("Loss"), self.tr("How far the probabilities are from the labels; training makes it smaller.")),
            (self.tr("Accuracy"), self.tr("The share of test images, which are not trained on, that are read right.")),
            (self.tr("Recall"), self.tr("Of the images of a digit, the share that is read as this digit.")),
            (self.tr("Precision"), self.tr("Of what is read as a digit, the share that is this digit.")),
            (
                self.tr("Calibration error"),
                self.tr("How far confidence is from accuracy: of answers with 90 %, nine in ten should be right."),
            ),
            (
                self.tr("Augmentation"),
                self.tr("Training images are shifted, turned or bent, so that the network learns from more of them."),
            ),
            (
                self.tr("Logit"),
                self.tr("What the last layer gives for a digit; the largest of the ten is the most probable."),
            ),
            (
                self.tr("Attribution"),
                self.tr("How much each pixel speaks for a digit, by gradients or by covering parts of the drawing."),
            ),
            (self.tr("Confidence"), self.tr("The largest of the ten probabilities.")),
            (
                self.tr("Features"),
                self.tr("What the last layer but one makes of an image: numbers that are alike for images that are."),
            ),
            (
                self.tr("PCA and t-SNE"),
                self.tr(
                    "Two ways to lay images with many features out in a plane: PCA looks from the side where they "
                    "differ most, t-SNE keeps neighbours together and says nothing about what lies far apart."
                ),
            ),
            (
                self.tr("Rejection"),
                self.tr("Calling a drawing not a digit, because the network has seen nothing like it."),
            ),
            (self.tr("False rejection rate"), self.tr("The share of real digits that are rejected too.")),
        ]


def _definitions(pairs: list[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(text)}</dd>' for name, text in pairs)}</dl>"
