"""What a view shows, to be taken elsewhere: a picture as PNG, as SVG or on the clipboard, a table as CSV, a report."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QObject, QRect, QSize, Signal, Slot
from PySide6.QtGui import QAction, QColor, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QWidget

from digitpad.domain.errors import InputError
from digitpad.storage.io import write_atomically
from digitpad.ui.common.dialogs import ask_save, file_filters
from digitpad.ui.common.format import saved_words
from digitpad.ui.common.theme import current_theme
from digitpad.ui.common.widgets import named
from digitpad.ui.session.worker import Worker

SCALE = 2
"""Pixels of a picture for each on the screen, along a side."""


@dataclass(frozen=True)
class Picture:
    """A picture that can be painted: its size in pixels, and what paints it there, in the window's thread.

    `paint` finds out from `painter.device().devicePixelRatioF()` how many device pixels there are for each of these.
    """

    size: QSize
    paint: Callable[[QPainter], None]


Table = Callable[[], Iterable[Sequence[object]]]
"""Makes the rows of a table, their titles first; called in any thread, so it must hold what it needs."""

Report = Callable[[], bytes]
"""Makes an HTML page that stands alone; called in any thread, so it must hold what it needs."""

Work = Callable[[], object]


@dataclass(frozen=True)
class Export:
    """A file that a person asked for.

    Attributes:
        title: of the dialog that asks where.
        name: what the file is called at first.
        filters: see `file_filters`.
        prepare: called with the file's path in the window's thread; gives what writes the file in another thread, and
            raises DigitpadError there.
    """

    title: str
    name: str
    filters: Sequence[str]
    prepare: Callable[[Path], Work]


class Exporter(QObject):
    """Asks where a file is to be written, and writes it in a thread."""

    saved = Signal(str)  # a sentence about a file that was written
    failed = Signal(object)  # a DigitpadError

    def __init__(self, worker: Worker, window: QWidget) -> None:
        super().__init__(window)
        self._worker, self._window = worker, window

    @Slot(object)
    def save(self, export: Export) -> None:
        """Ask, and write the file that is chosen."""

        def write(path: Path) -> None:
            self._worker.run(export.prepare(path), lambda _: self.saved.emit(saved_words(path)), self.failed.emit)

        ask_save(self._window.window(), export.title, export.name, export.filters, write)


class ExportButton(QToolButton):
    """A button whose menu offers to copy or save what a view shows; where that is a table alone, it saves that.

    Args:
        name: what a file is called at first, without its ending.
        picture: what the view shows; None where it has no picture to give.
        table: its values; None where it has none.
        report: all that is known, as a page; None where there is none.
    """

    requested = Signal(object)  # an Export, for `Exporter.save`

    def __init__(
        self,
        name: Callable[[], str],
        picture: Callable[[], Picture] | None = None,
        table: Callable[[], Table] | None = None,
        report: Callable[[], Report] | None = None,
    ) -> None:
        super().__init__()
        named(self, "save_shown_button", self.tr("Save or copy"), self.tr("Save or copy what is shown"))
        self._name, self._picture, self._table, self._report = name, picture, table, report
        save_table = QAction(self.tr("Save table…"), self)
        save_table.setObjectName("save_table")
        save_table.triggered.connect(self._save_table)
        if picture is None:
            self.setText(self.tr("Table…"))
            self.clicked.connect(save_table.trigger)
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Copy picture"), self._copy).setObjectName("copy_picture")
        menu.addAction(self.tr("Save picture…"), self._save_picture).setObjectName("save_picture")
        if table is not None:
            menu.addAction(save_table)
        if report is not None:
            menu.addAction(self.tr("Save report…"), self._save_report).setObjectName("save_report")
        self.setText(self.tr("Save"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(menu)

    def _copy(self) -> None:
        if self._picture is not None:
            QApplication.clipboard().setImage(to_image(self._picture()))

    def _save_picture(self) -> None:
        def prepare(path: Path) -> Work:
            assert self._picture is not None
            if path.suffix.lower() == ".svg":
                return partial(write_atomically, path, to_svg(self._picture()))
            return partial(_write_png, path, to_image(self._picture()))

        names = file_filters(".png", ".svg")
        self.requested.emit(Export(self.tr("Save the picture"), f"{self._name()}.png", names, prepare))

    def _save_table(self) -> None:
        assert self._table is not None
        table = self._table()

        def write(path: Path) -> None:
            write_atomically(path, to_csv(table()))

        names, prepare = file_filters(".csv"), lambda path: partial(write, path)
        self.requested.emit(Export(self.tr("Save the table"), f"{self._name()}.csv", names, prepare))

    def _save_report(self) -> None:
        assert self._report is not None
        report = self._report()

        def write(path: Path) -> None:
            write_atomically(path, report())

        names, prepare = file_filters(".html"), lambda path: partial(write, path)
        self.requested.emit(Export(self.tr("Save the report"), "report.html", names, prepare))


def to_image(picture: Picture, scale: int = SCALE) -> QImage:
    """A picture on the theme's ground, with so many pixels for each of the screen along a side."""
    image = QImage(picture.size * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(current_theme().window))
    with QPainter(image) as painter:
        picture.paint(painter)
    return image


def to_svg(picture: Picture) -> bytes:
    """A picture on the theme's ground, as the text of an SVG file."""
    from PySide6.QtSvg import QSvgGenerator  # here, since a start has no time for it

    buffer, svg, area = QBuffer(), QSvgGenerator(), QRect(0, 0, picture.size.width(), picture.size.height())
    svg.setOutputDevice(buffer)
    svg.setSize(picture.size)
    svg.setViewBox(area)
    with QPainter(svg) as painter:
        painter.fillRect(area, QColor(current_theme().window))
        picture.paint(painter)
    return bytes(buffer.data().data())


def to_png(image: QImage) -> bytes:
    """A picture as the bytes of a PNG file; may be called in any thread."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def to_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as a CSV file, UTF-8; reading its numbers gives the same ones again. None is an empty cell."""
    import csv  # here, since a start has no time for it

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _write_png(path: Path, image: QImage) -> None:
    if path.suffix.lower() != ".png":
        raise InputError("A picture cannot be saved as {file}; end the name in .png or .svg.", file=path.name)
    write_atomically(path, to_png(image))
