"""From pen to network, step by step, and what the network reads in other preparations of the same drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from digitpad.ink.raster.render import STROKE
from digitpad.reading.inspect.steps import ReadSteps, read_steps
from digitpad.ui.common.exports import ExportButton, Table
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.layouts import column
from digitpad.ui.common.pixels import coloured, levels, network_colours, signed_colours
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font, text_scale
from digitpad.ui.common.widgets import describe, named
from digitpad.ui.session.live_reading import LiveReader, Reading
from digitpad.ui.session.worker import Worker
from digitpad.ui.views.ink import paint_ink
from digitpad.ui.views.steps.paint import (
    BARS,
    paint_centred,
    paint_image,
    paint_picture,
    paint_read,
    paint_scaled,
)
from digitpad.ui.views.view import Figure, View, introduced

_NARROWEST, _WIDEST, _WIDEST_OF_SIX = 104, 150, 220
"""Sides of a picture in pixels, at the usual text size."""

_GAP, _LINE = 16, 16

_Paint = Callable[[QPainter, float], None]
"""Paints a square picture of some side, from 0, 0 on."""


@dataclass(frozen=True)
class _Cell:
    """A picture with its title above and a note below, which may be a warning."""

    title: str
    note: str
    paint: _Paint
    warns: bool = False


class StepsView(View[ReadSteps | None]):
    """Pictures of the steps, and below them the drawing in other preparations with the answers to each."""

    def __init__(self, live: LiveReader, worker: Worker) -> None:
        super().__init__(live, worker)
        self.setObjectName("steps_view")
        self._figure = _StepsFigure(self.invitation)
        words = self.tr(
            "Your drawing on its way to the network, and what the network reads where it is prepared in other ways. "
            "Draw small, or at the edge, and see which answers change."
        )
        export = ExportButton(lambda: "steps", self._figure.picture, self._figure.table)
        column(introduced(words, export), (self._figure, 1), parent=self)

    def work(self, reading: Reading) -> Callable[[], ReadSteps | None]:
        prediction = reading.prediction
        if not prediction.network_input.any():
            return lambda: None
        return partial(read_steps, reading.digit_ink, prediction.network_input, reading.reader)

    def show_result(self, _reading: Reading, result: ReadSteps | None) -> None:
        self._figure.show_result(result, self.invitation)


class _StepsFigure(Figure):
    """Two rows of cells, which go on below where they have no room."""

    def __init__(self, invitation: str) -> None:
        super().__init__()
        named(self, "steps_figure", self.tr("Steps from pen to network"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._preparations = (
            self.tr("Whole pad shrunk"),
            self.tr("Box alone"),
            self.tr("Box and mass"),
            self.tr("As digitpad does"),
        )
        self.show_result(None, invitation)

    def show_result(self, result: ReadSteps | None, invitation: str) -> None:
        """Paint the steps of a drawing, or the invitation."""
        self._result, self._invitation = result, invitation
        self._steps = self._cells_of_steps(result) if result else []
        self._others = self._cells_of_preparations(result) if result else []
        said = [f"{cell.title}: {cell.note}." for cell in (*self._steps, *self._others)]
        describe(self, " ".join(said) if said else self._invitation)
        self.repaint()

    def table(self) -> Table:
        """The answers to each preparation; a row each, with the ten probabilities."""
        rows: list[Sequence[object]] = [("preparation", "digit", *(f"p{digit}" for digit in range(10)))]
        if self._result:
            rows += [
                (name, int(each.argmax()), *each.tolist())
                for name, each in zip(self._names, self._result.probabilities, strict=True)
            ]
        return lambda: rows

    @property
    def _names(self) -> Sequence[str]:
        return self._preparations[-len(self._result.images) :] if self._result else ()

    def _cells_of_steps(self, result: ReadSteps) -> list[_Cell]:
        ink, way, colours = result.ink, result.steps, network_colours(current_theme())
        own, low, high = result.images[-1], float(result.normalised.min()), float(result.normalised.max())
        limit = max(abs(low), abs(high))
        normalised = coloured(levels(result.normalised, limit)[None], signed_colours(current_theme()))
        last = _Cell(
            self.tr("Normalised"),
            self.tr("{low} to {high}").format(low=numeral(low, 2), high=numeral(high, 2)),
            partial(paint_image, normalised),
        )
        centred = _Cell(
            self.tr("Centred"),
            self.tr("28×28 pixels, centre of mass in the middle"),
            partial(paint_centred, own, colours),
        )
        if way is None:
            first = _Cell(self.tr("Picture"), self.tr("cut out and scaled when it came"), partial(paint_picture, ink))
            return [first, centred, last]
        left, top, right, bottom = way.box
        points = sum(len(stroke.points) for stroke in ink.strokes)
        strokes = self.tr("1 stroke") if len(ink.strokes) == 1 else self.tr("{count} strokes")
        box = self.tr("{width} × {height} of 1,000 units").format(
            width=numeral(right - left, 0), height=numeral(bottom - top, 0)
        )
        antialiased = coloured(np.rint(way.antialiased * 255).astype(np.uint8)[None], colours)
        return [
            _Cell(
                self.tr("Ink"),
                self.tr("{strokes}, {count} points").format(
                    strokes=strokes.format(count=numeral(len(ink.strokes))), count=numeral(points)
                ),
                partial(paint_ink, ink, None),
            ),
            _Cell(self.tr("Its box"), box, partial(paint_ink, ink, way.box)),
            _Cell(
                self.tr("Scaled"),
                self.tr("into 20×20 pixels, lines {width} wide").format(width=numeral(STROKE, 1)),
                partial(paint_scaled, way.scaled),
            ),
            _Cell(
                self.tr("Antialiased"),
                self.tr("grey: how much of a pixel is ink"),
                partial(paint_image, antialiased),
            ),
            centred,
            last,
        ]

    def _cells_of_preparations(self, result: ReadSteps) -> list[_Cell]:
        cells, own = [], int(result.probabilities[-1].argmax())
        colours = network_colours(current_theme())
        for name, image, each in zip(self._names, result.images, result.probabilities, strict=True):
            digit = int(each.argmax())
            words = self.tr("{digit}: {share}") if digit == own else self.tr("{digit}: {share}, not {own}")
            note = words.format(digit=digit, share=percent(each[digit]), own=own)
            picture = coloured(image[None], colours)
            cells.append(_Cell(name, note, partial(paint_read, picture, each), warns=digit != own))
        return cells

    def sizeHint(self) -> QSize:
        return QSize(760, self.heightForWidth(760))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(2 * _NARROWEST * text_scale()) + _GAP, 120)

    def heightForWidth(self, width: int) -> int:
        return round(self._arranged(width, None))

    def draw(self, painter: QPainter) -> None:
        if self._result is None:
            painter.setPen(QColor(current_theme().quiet))
            painter.setFont(text_font())
            painter.drawText(QRectF(0, 0, self.width(), 64), int(Qt.AlignmentFlag.AlignCenter), self._invitation)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._arranged(self.width(), painter)

    def _arranged(self, width: int, painter: QPainter | None) -> float:
        """Paint the cells as they fit into a width, where there is a painter, and give the height that they take."""
        scale = text_scale()
        line, y = _LINE * scale, 0.0
        fit = int((width + _GAP) // (_NARROWEST * scale + _GAP))
        widest = (_WIDEST_OF_SIX if fit >= 6 else _WIDEST) * scale
        for cells, bars, columns in (
            (self._steps, 0.0, 6 if fit >= 6 else 3 if fit >= 3 else 2),
            (self._others, BARS * scale, 4 if fit >= 4 else 2),
        ):
            if bars:
                if painter:
                    self._text(painter, QRectF(0, y, width, line * 1.5), self._heading, current_theme().text, bold=True)
                y += line * 2
            side = widest = min((width - (columns - 1) * _GAP) / columns, widest)
            height = side + bars + 4.5 * line
            for at, cell in enumerate(cells if painter else ()):
                assert painter is not None
                self._paint(painter, cell, at % columns * (side + _GAP), y + at // columns * height, side, bars, line)
            y += -(-len(cells) // columns) * height
        return y

    @property
    def _heading(self) -> str:
        return self.tr("The same network on the same drawing, prepared in other ways")

    def _paint(
        self, painter: QPainter, cell: _Cell, x: float, y: float, side: float, extra: float, line: float
    ) -> None:
        theme = current_theme()
        self._text(painter, QRectF(x, y, side, line), cell.title, theme.text)
        painter.save()
        painter.translate(x, y + line + 4)
        painter.setClipRect(QRectF(-1, -1, side + 2, side + extra + 2))
        cell.paint(painter, side)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(0, 0, side, side))
        painter.restore()
        self._text(
            painter,
            QRectF(x, y + line + side + extra + 6, side, 2.5 * line),
            cell.note,
            theme.amber if cell.warns else theme.quiet,
            note=True,
        )

    def _text(
        self, painter: QPainter, place: QRectF, words: str, colour: str, *, bold: bool = False, note: bool = False
    ) -> None:
        painter.setFont(text_font(NOTE_PIXELS) if note else text_font(bold=bold))
        painter.setPen(QColor(colour))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap), words)
