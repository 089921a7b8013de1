"""The live curves of training: plots, the values under the cursor, and what can be done with them."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QRegion, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QToolTip, QWidget

from digitpad.domain.recipe import Augmentation
from digitpad.ui.common.exports import ExportButton, Picture
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.layouts import FlowLayout, column
from digitpad.ui.common.theme import NOTE_PIXELS, current_theme, text_font, text_scale
from digitpad.ui.common.widgets import Placeholder, announce, describe, heard_label, named, note_label, tool_button
from digitpad.ui.curves.plots import NARROW, CurvePlots
from digitpad.ui.session.run_curves import RunCurves

REDRAW_MILLISECONDS = 100
_TITLE_HEIGHT, _MARGIN = 32, 8
_LEAST_WIDTH, _LEAST_HEIGHT, _LEAST_HEIGHT_NARROW = 360, 180, 300
"""Pixels, the heights at the usual text size; the last where plots lie below each other, since it is narrow."""


class CurvesView(QWidget):
    """Loss, accuracy and learning rate of a run, as it goes.

    Until `build` was called, which needs pyqtgraph, reports are kept and a sentence stands where the plots will be.
    """

    drawn = Signal()  # the plots show all reports so far

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "loss_plot", self.tr("Training curves"))
        self.name = ""
        """The run's name; '' where none was given."""
        self.curves = RunCurves()
        """The curves that are shown; `refresh` draws what was added to them."""
        self._overlays: dict[str, RunCurves] = {}
        self._plots: CurvePlots | None = None
        self._is_stale = False
        self._room = 0, 0  # for the values: a width in pixels, and the most lines of text that they have needed in it
        self._pause = QTimer(self, singleShot=True, interval=REDRAW_MILLISECONDS)
        self._pause.timeout.connect(self._on_pause_over)
        self._why = tool_button(self.tr("Why is the test loss lower?"), "why_lower", "")
        self._why.clicked.connect(self._on_why)
        tip = self.tr("What the curves are drawn over")
        self._axis = named(QComboBox(), "x_axis", self.tr("Horizontal axis"), tip)
        self._axis.addItem(self.tr("by step"), "step")
        self._axis.addItem(self.tr("by epoch"), "epoch")
        self._axis.addItem(self.tr("by images"), "images")
        self._axis.addItem(self.tr("by time"), "time")
        self._axis.currentIndexChanged.connect(self.refresh)
        self._log = tool_button(self.tr("Log"), "log_scale", self.tr("Logarithmic axes of loss and learning rate"))
        self._log.setCheckable(True)
        self._log.toggled.connect(self.refresh)
        self._whole = tool_button(self.tr("Whole range"), "whole_range", self.tr("Show all steps again"))
        name, table = lambda: self.name or "curves", lambda: self.curves.snapshot().rows
        self.export = ExportButton(name, self.picture, table)
        self._values = note_label("", "curve_values")
        self._values.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for label in (self._values, self._why):
            label.setFont(text_font(NOTE_PIXELS))
        text = self.tr("The loss and the accuracy of a run are drawn here from its first step on.")
        self._pages = Placeholder(text)
        tools = heard_label(self._axis), self._axis, self._log, self._whole, self.export, self._why
        self._tools = QWidget()
        self._tools.setLayout(FlowLayout(*tools, spacing=4))
        self._tools.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)  # else it expands
        column(self._tools, self._values, (self._pages, 1), parent=self, spacing=0).setContentsMargins(8, 4, 8, 4)
        self._show_state()

    def build(self) -> None:
        """Make the plots; imports pyqtgraph, which takes a while unless a thread has done so before."""
        if self._plots is None:
            self._plots = CurvePlots()
            self._pages.addWidget(self._plots)
            self._plots.cursor_moved.connect(self._on_cursor_moved)
            self._plots.redraw_requested.connect(self.refresh)
            self._whole.clicked.connect(self._plots.show_whole_range)
            self.refresh()

    @property
    def overlays(self) -> dict[str, RunCurves]:
        """The other runs that are drawn, by their names: those laid over but for the one that is shown."""
        run = self.curves.run
        return {name: it for name, it in self._overlays.items() if not (run and it.run and it.run.id == run.id)}

    @Slot(str, object)
    def show_run(self, name: str, curves: RunCurves) -> None:
        """Show a run, all of it: its name for people, and its curves so far; `refresh` draws what is added to them."""
        self.name, self.curves = name, curves
        if self._plots is not None:
            self._plots.put_cursor(None)
            self._plots.show_whole_range()
        self.refresh()

    @Slot(object)
    def lay_over(self, overlays: dict[str, RunCurves]) -> None:
        """Draw the smoothed loss and the test accuracy of other runs, by their names, instead of those before."""
        self._overlays = dict(overlays)
        self.refresh()

    @Slot()
    def clear(self) -> None:
        self._overlays = {}
        self.show_run("", RunCurves())

    def picture(self) -> Picture:
        """The plots under the run's name and values, without cursor and focus."""
        self.build()
        assert self._plots is not None
        return Picture(self._plots.picture.size() + QSize(2 * _MARGIN, _TITLE_HEIGHT + _MARGIN), self._paint)

    def _paint(self, painter: QPainter) -> None:
        plots = self._plots
        assert plots is not None
        cursor = plots.cursor_step
        plots.put_cursor(None)
        plots.ratio = painter.device().devicePixelRatioF()
        self._redraw()
        painter.setFont(text_font(NOTE_PIXELS))
        painter.setPen(QColor(current_theme().quiet))
        title = QRectF(_MARGIN, 0, plots.picture.width(), _TITLE_HEIGHT)
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, self._words())
        plots.picture.render(painter, QPoint(_MARGIN, _TITLE_HEIGHT), QRegion(), QWidget.RenderFlag.DrawChildren)
        plots.ratio = 0.0
        plots.put_cursor(cursor)
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(880, 280)

    def minimumSizeHint(self) -> QSize:
        tools = self._tools.heightForWidth(self.width() - 2 * _MARGIN) - self._tools.sizeHint().height()
        values = self._values.fontMetrics().lineSpacing() * max(self._room[1] - 1, 0)
        height = _LEAST_HEIGHT if self.width() >= NARROW * text_scale() else _LEAST_HEIGHT_NARROW
        return QSize(_LEAST_WIDTH, round(height * text_scale()) + tools + values)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Draw what was added to the curves, now, or once the pause after the last time is over."""
        self._is_stale = True
        if self.isVisible() and not self._pause.isActive():
            self._redraw()

    @Slot()
    def _on_pause_over(self) -> None:
        if self._is_stale and self.isVisible():
            self._redraw()

    def _redraw(self) -> None:
        self._is_stale = False
        self._show_state()
        if self._plots is not None and self._pages.currentWidget() is self._plots:
            self._plots.draw(self.curves, self.overlays, self._axis.currentData(), is_log=self._log.isChecked())
            self._pause.start()
        self.drawn.emit()

    def _show_state(self) -> None:
        """Choose plots or sentence, and say what is shown."""
        has_plots = self._plots is not None and bool(self.curves or any(self.overlays.values()))
        self._pages.show_content(has_plots)
        self._whole.setEnabled(has_plots)
        self.export.setEnabled(has_plots)
        reasons = self._reasons()
        self._why.setVisible(bool(reasons))
        self._why.setToolTip(reasons)
        self._why.setAccessibleDescription(reasons)
        self._show_values()

    def _show_values(self) -> None:
        words = self._words()
        self._values.setText(words.replace(" %", "\u00a0%"))  # no line ends in between
        metrics, width = self._values.fontMetrics(), self.contentsRect().width() - 2 * _MARGIN
        longest = metrics.boundingRect(0, 0, width, 0, Qt.TextFlag.TextWordWrap, self._values.text() + " " + "0" * 12)
        # Values grow longer in a run and shorter again; the plots stay where they are.
        before = self._room[1] if self._room[0] == width else 1
        self._room = width, max(before, round(longest.height() / metrics.lineSpacing()))
        self._values.setFixedHeight(metrics.lineSpacing() * self._room[1])
        self.updateGeometry()
        spoken = words or self._pages.label.text()
        for widget in (self, self._plots):
            if widget is not None:
                describe(widget, spoken)

    def _words(self) -> str:
        """The values at the cursor, or else the last ones, in a sentence; the name alone where there are none."""
        cursor = None if self._plots is None else self._plots.cursor_step
        values = self.curves.at(self.curves.last_step if cursor is None else cursor)
        if values is None:
            return self.name
        words = self.tr("Loss {loss} at step {step} of {steps}, smoothed {smoothed}, learning rate {rate}").format(
            loss=_number(values.loss),
            step=numeral(values.step),
            steps=numeral(max(self.curves.planned_steps, self.curves.last_step)),
            smoothed=_number(values.smoothed),
            rate=_number(values.learning_rate),
        )
        epoch, interim = values.epoch, values.interim
        if interim is not None and (epoch is None or interim.step > epoch.step):
            tested = self.tr("accuracy {share} on the first {count} test images")
            words += ", " + tested.format(share=percent(interim.accuracy), count=numeral(interim.images))
        elif epoch is not None:
            tested = self.tr("test accuracy {share} after epoch {epoch}")
            words += ", " + tested.format(share=percent(epoch.test_accuracy, 2), epoch=epoch.epoch)
        return self.tr("{run}: {values}").format(run=self.name, values=words) if self.name else words

    def _reasons(self) -> str:
        """Why the test loss lies below the training loss, where it does; '' elsewhere."""
        last = self.curves.epochs[-1] if self.curves.epochs else None
        if last is None or last.test_loss >= last.train_loss:
            return ""
        recipe = self.curves.run.recipe if self.curves.run else None
        reasons = [
            self.tr(
                "Training loss is the mean over an epoch in which the network still improves; the test follows it."
            ),
            self.tr("Dropout, in networks that have it, is on in training and off in the test."),
        ]
        if recipe is None or recipe.augmentation != Augmentation() or recipe.stroke_variations:
            reasons.append(self.tr("Augmentation varies the training images; test images stay as they are."))
        if recipe is not None and recipe.label_smoothing:
            reasons.append(self.tr("Label smoothing keeps the training loss above 0."))
        if recipe is not None and recipe.ema_decay:
            reasons.append(self.tr("The test uses averaged weights, which read better than those of a single step."))
        return "\n".join(reasons)

    @Slot()
    def _on_why(self) -> None:
        QToolTip.showText(self._why.mapToGlobal(self._why.rect().bottomLeft()), self._why.toolTip(), self._why)

    @Slot()
    def _on_cursor_moved(self) -> None:
        self._show_values()
        if self._plots is not None and self._plots.hasFocus() and self._plots.cursor_step is not None:
            announce(self._plots, self.accessibleDescription())


def _number(value: float) -> str:
    """A positive number with four decimals, or three digits where it is too small for them."""
    if not math.isfinite(value) or value == 0:
        return numeral(value)
    return numeral(value, 4) if abs(value) >= 0.001 else numeral(value, digits=3)
