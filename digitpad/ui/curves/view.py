"""The live curves of training: plots, the values under the cursor, and what can be done with them."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter, QRegion, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from digitpad.domain.reports import Report
from digitpad.ui.common.announce import announce
from digitpad.ui.common.format import numeral, percent
from digitpad.ui.common.theme import LIGHT, NOTE_PIXELS, Theme, text_font
from digitpad.ui.curves.data import RunCurves, Values
from digitpad.ui.curves.plots import CurvePlots

REDRAW_MILLISECONDS = 100
_TITLE_HEIGHT = 32
_NARROW = 720


class CurvesView(QWidget):
    """Loss, accuracy and learning rate of a run, as it goes.

    Until `build` was called, which needs pyqtgraph, reports are kept and a sentence stands where the plots will be.

    Signals:
        export_requested(str): the person wants the curves in a file of this kind, 'png' or 'csv'.
        log_scale_changed(bool): the axes of loss and learning rate are logarithmic, or linear, from now on.
    """

    export_requested = Signal(str)
    log_scale_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None, theme: Theme = LIGHT) -> None:
        super().__init__(parent)
        self.setObjectName("loss_plot")
        self.setAccessibleName(self.tr("Training curves"))
        self._theme = theme
        self._name = ""
        self._curves = RunCurves()
        self._others: dict[str, RunCurves] = {}
        self._plots: CurvePlots | None = None
        self._is_stale = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(REDRAW_MILLISECONDS)
        self._pause.timeout.connect(self._on_pause_over)
        self._values = QLabel()
        self._values.setObjectName("curve_values")
        self._values.setProperty("note", True)
        self._values.setTextFormat(Qt.TextFormat.PlainText)
        self._values.setWordWrap(True)
        self._values.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._log = self._button("log_scale", self.tr("Log"), self.tr("Logarithmic axes of loss and learning rate"))
        self._log.setCheckable(True)
        self._log.toggled.connect(self._on_log_toggled)
        self._whole = self._button("whole_range", self.tr("Whole range"), self.tr("Show all steps again"))
        self._png = self._button("export_png", self.tr("PNG…"), self.tr("Save the plots as a picture"))
        self._png.clicked.connect(partial(self.export_requested.emit, "png"))
        self._csv = self._button("export_csv", self.tr("CSV…"), self.tr("Save all values as a table"))
        self._csv.clicked.connect(partial(self.export_requested.emit, "csv"))
        controls = QHBoxLayout()
        controls.setContentsMargins(4, 0, 0, 0)
        controls.setSpacing(4)
        controls.addWidget(self._values, 1)
        for button in (self._log, self._whole, self._png, self._csv):
            controls.addWidget(button)
        self._sentence = QLabel(self.tr("The loss and the accuracy of a run are drawn here from its first step on."))
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout()
        self._pages.addWidget(self._sentence)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(0)
        column.addLayout(controls)
        column.addLayout(self._pages, 1)
        self.set_theme(theme)
        self._show_state()

    def build(self) -> None:
        """Make the plots; imports pyqtgraph, which takes a while unless a thread has done so before."""
        if self._plots is None:
            self._plots = CurvePlots(self._theme)
            self._pages.addWidget(self._plots)
            self._plots.cursor_moved.connect(self._on_cursor_moved)
            self._plots.redraw_requested.connect(self._request_redraw)
            self._whole.clicked.connect(self._plots.show_whole_range)
            self._changed()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, and the application's font as it is now."""
        self._theme = theme
        palette = self._sentence.palette()
        palette.setColor(self._sentence.foregroundRole(), QColor(theme.quiet))
        self._sentence.setPalette(palette)
        self._values.setFont(text_font(NOTE_PIXELS))
        self._values.setFixedHeight(2 * self._values.fontMetrics().lineSpacing())
        if self._plots is not None:
            self._plots.set_theme(theme)

    @property
    def curves(self) -> RunCurves:
        """The curves that are shown; `add` adds to them."""
        return self._curves

    @property
    def name(self) -> str:
        """The run's name; '' where none was given."""
        return self._name

    @property
    def log_scale(self) -> bool:
        """Whether the axes of loss and learning rate are logarithmic."""
        return self._log.isChecked()

    @Slot(bool)
    def set_log_scale(self, is_log: bool) -> None:
        """Make the axes of loss and learning rate logarithmic, or linear."""
        self._log.setChecked(is_log)

    def show_run(self, name: str, curves: RunCurves) -> None:
        """Show a run, all of it.

        Args:
            name: its name for people.
            curves: its curves so far; `add` adds to them.
        """
        self._name, self._curves = name, curves
        if self._plots is not None:
            self._plots.put_cursor(None)
            self._plots.show_whole_range()
        self._changed()

    @Slot(object)
    def add(self, report: Report) -> None:
        """Take in what the run said next."""
        self._curves.add(report)
        self._changed()

    def lay_over(self, others: dict[str, RunCurves]) -> None:
        """Draw the smoothed loss and the test accuracy of other runs, by their names, instead of those before."""
        self._others = dict(others)
        self._changed()

    @Slot()
    def clear(self) -> None:
        """Show no run."""
        self._others = {}
        self.show_run("", RunCurves())

    def to_csv(self) -> str:
        """All values of the run, complete; see `RunCurves.to_csv`."""
        return self._curves.to_csv()

    def to_image(self, scale: float = 2.0) -> QImage:
        """The plots under the run's name and values, as they are shown, without the cursor.

        Args:
            scale: device pixels for each pixel of the window.
        """
        source = self if self._plots is None else self._plots
        size = source.size() + QSize(0, _TITLE_HEIGHT)
        image = QImage(size * scale, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(scale)
        image.fill(QColor(self._theme.window))
        cursor = None if self._plots is None else self._plots.cursor_step
        if self._plots is not None:
            self._plots.put_cursor(None)
            self._redraw()
        with QPainter(image) as painter:
            painter.setFont(text_font(NOTE_PIXELS))
            painter.setPen(QColor(self._theme.quiet))
            title = QRectF(8, 0, size.width() - 16, _TITLE_HEIGHT)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(title, flags, self._line(self._shown_values(), is_narrow=False))
            source.render(painter, QPoint(0, _TITLE_HEIGHT), QRegion(), QWidget.RenderFlag.DrawChildren)
        if self._plots is not None:
            self._plots.put_cursor(cursor)
        return image

    def to_png(self, scale: float = 2.0) -> bytes:
        """The same as the bytes of a PNG file."""
        return png(self.to_image(scale))

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(880, 280)

    def minimumSizeHint(self) -> QSize:
        """The smallest size that can be read."""
        return QSize(480, 140)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what came while nobody could see it."""
        super().showEvent(event)
        self._request_redraw()

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(text.rstrip("…"))
        button.setAccessibleDescription(tip)
        return button

    def _changed(self) -> None:
        self._is_stale = True
        self._request_redraw()

    @Slot()
    def _request_redraw(self) -> None:
        """Draw now, or once the pause after the last time is over."""
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
            self._plots.draw(self._curves, self._others, is_log=self.log_scale)
            self._pause.start()

    def _show_state(self) -> None:
        """Choose plots or sentence, and say what is shown."""
        is_filled = bool(self._curves or any(self._others.values()))
        if self._plots is not None and is_filled:
            self._pages.setCurrentWidget(self._plots)
        else:
            self._pages.setCurrentWidget(self._sentence)
        self._whole.setEnabled(self._plots is not None and is_filled)
        self._png.setEnabled(self._plots is not None and is_filled)
        self._csv.setEnabled(bool(self._curves))
        self._show_values()

    def _show_values(self) -> None:
        values = self._shown_values()
        text = self._line(values, is_narrow=self.width() < _NARROW).replace(" %", "\u00a0%")  # no line ends in between
        if text != self._values.text():
            self._values.setText(text)
            self._values.setToolTip(text)
        spoken = self._spoken(values)
        if spoken != self.accessibleDescription():
            self.setAccessibleDescription(spoken)
            if self._plots is not None:
                self._plots.setAccessibleDescription(spoken)

    def _shown_values(self) -> Values | None:
        """The values at the cursor, or else the last ones."""
        cursor = None if self._plots is None else self._plots.cursor_step
        return self._curves.at(self._curves.last_step if cursor is None else cursor)

    def _line(self, values: Values | None, *, is_narrow: bool) -> str:
        """The values of a step in one line."""
        parts = [self._name] if self._name and not is_narrow else []
        if values is not None:
            step = self.tr("step {step}").format(step=numeral(values.step))
            parts.append(step if is_narrow else self._step_of(values))
            parts.append(self.tr("loss {loss}").format(loss=_number(values.loss)))
            parts.append(self.tr("smoothed {loss}").format(loss=_number(values.smoothed)))
            parts.append(self.tr("rate {rate}").format(rate=_number(values.learning_rate)))
            tested = _last_test(values)
            if is_narrow and tested is not None:
                parts.append(self.tr("test {share}").format(share=percent(tested, 2)))
            elif tested is not None:
                parts += self._tested(values)
        return " · ".join(parts)

    def _spoken(self, values: Values | None) -> str:
        """The values of a step in a sentence."""
        if values is None:
            return self._sentence.text()
        loss = self.tr("Loss {loss} at {step}").format(loss=_number(values.loss), step=self._step_of(values))
        smoothed = self.tr("smoothed {loss}").format(loss=_number(values.smoothed))
        learning_rate = self.tr("learning rate {rate}").format(rate=_number(values.learning_rate))
        said = ", ".join([loss, smoothed, learning_rate, *self._tested(values)])
        return self.tr("{run}: {values}").format(run=self._name, values=said) if self._name else said

    def _step_of(self, values: Values) -> str:
        steps = max(self._curves.planned_steps, self._curves.last_step)
        return self.tr("step {step} of {steps}").format(step=numeral(values.step), steps=numeral(steps))

    def _tested(self, values: Values) -> list[str]:
        """The last test by then: of an epoch, or within one."""
        epoch, interim = values.epoch, values.interim
        if interim is not None and (epoch is None or interim.step > epoch.step):
            return [
                self.tr("accuracy {share} on the first {count} test images").format(
                    share=percent(interim.accuracy), count=numeral(interim.images)
                )
            ]
        if epoch is None:
            return []
        return [
            self.tr("test accuracy {share} after epoch {epoch}").format(
                share=percent(epoch.test_accuracy, 2), epoch=epoch.epoch
            )
        ]

    @Slot()
    def _on_cursor_moved(self) -> None:
        self._show_values()
        if self._plots is not None and self._plots.hasFocus() and self._plots.cursor_step is not None:
            announce(self._plots, self.accessibleDescription())

    @Slot(bool)
    def _on_log_toggled(self, is_log: bool) -> None:
        self._changed()
        self.log_scale_changed.emit(is_log)


def png(image: QImage) -> bytes:
    """A picture as the bytes of a PNG file; may be called in any thread."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    return bytes(buffer.data().data())


def _last_test(values: Values) -> float | None:
    """Share of test images that were read right at the last test by then, within an epoch or at its end."""
    epoch, interim = values.epoch, values.interim
    if interim is not None and (epoch is None or interim.step > epoch.step):
        return interim.accuracy
    return None if epoch is None else epoch.test_accuracy


def _number(value: float) -> str:
    """A positive number with four decimals, or three digits where it is too small for them."""
    if not math.isfinite(value) or value == 0:
        return numeral(value)
    return numeral(value, 4) if abs(value) >= 0.001 else numeral(value, digits=3)
