"""The pad: takes ink from mouse, stylus and touch and shows it."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitpad.ink.editing import ERASER_RADIUS, InkEditor
from digitpad.ink.strokes import DEFAULT_WIDTH, Ink
from digitpad.ui.common.widgets import announce, named
from digitpad.ui.pad.cursors import ring
from digitpad.ui.pad.hint import paint_asked, paint_hint
from digitpad.ui.pad.ink_layer import InkLayer
from digitpad.ui.pad.pointer import POINTER_EVENTS, Pointer, PointerPhase, PointerStep
from digitpad.ui.pad.view import View

_LOSSES = frozenset({QEvent.Type.UngrabMouse, QEvent.Type.Hide, QEvent.Type.FocusOut, QEvent.Type.WindowDeactivate})
"""Events after which the rest of a stroke may never arrive."""


class Tool(Enum):
    """What the pointer does to the ink."""

    PEN = auto()
    ERASER = auto()


class Canvas(QWidget):
    """The pad, a square of `PAD_SIDE` canvas units in the middle of the widget; ink is taken from its whole area.

    `ink_changed` has the revision, the ink with the stroke that is growing, and whether it was only added to;
    otherwise an answer for an earlier revision no longer describes it.
    """

    ink_changed = Signal(int, object, bool)
    remarked = Signal(str)  # a sentence about what pen or eraser did to a picture
    history_changed = Signal(bool, bool)  # whether there is something to undo, to redo; comes after `ink_changed`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "canvas", self.tr("Drawing pad"))
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self._editor = InkEditor()
        self.revision = 0
        """Number of the ink's state; grows with every change, each point of a growing stroke included."""
        self._is_empty = True
        self._asked = ""
        self._layer = InkLayer()
        self._painting = QTimer(self, interval=0)  # goes on with what one event has no time for
        self._painting.timeout.connect(self._paint_on)
        self._pointer = Pointer()
        self._tool = Tool.PEN
        self._pen_width = DEFAULT_WIDTH
        self._colour, self._paper, self._quiet = QColor("#1B2430"), QColor("#FFFFFF"), QColor("#5B6675")
        self._describe()
        self._show_cursor()

    @property
    def ink(self) -> Ink:
        """What is on the pad now, with the stroke that is growing."""
        return self._editor.ink

    @property
    def is_pen_down(self) -> bool:
        """Whether the pointer draws or erases now."""
        return self._editor.is_pen_down

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo; what the pointer is doing counts."""
        return self._editor.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to redo; not while the pointer draws or erases."""
        return self._editor.can_redo

    def sizeHint(self) -> QSize:
        return QSize(560, 560)

    @Slot()
    def clear_ink(self) -> None:
        """Take everything off the pad; can be undone."""
        self.set_ink(Ink())

    @Slot(object)
    def set_ink(self, ink: Ink) -> None:
        """Put some ink in the place of what is there; can be undone."""
        self.cancel_stroke()
        if not (ink.is_empty and self.ink.is_empty):
            self._editor.replace(ink)
            self._show_history()

    @Slot(object)
    def exchange_ink(self, ink: Ink) -> None:
        """Put some ink in the place of what is there; undo goes back to what was there before that."""
        self.cancel_stroke()
        self._editor.exchange(ink)
        self._show_history()

    @Slot(object)
    def restore(self, ink: Ink) -> None:
        """Begin with some ink, unless something was drawn before."""
        if self.revision == 0:
            self._editor = InkEditor(ink)
            self._show_history()

    @Slot()
    def undo(self) -> None:
        """Take back the last step, or the stroke that is growing."""
        if self.is_pen_down:
            self.cancel_stroke()
        elif self.can_undo:
            self._editor.undo()
            self._show_history()

    @Slot()
    def redo(self) -> None:
        if self.can_redo:
            self._editor.redo()
            self._show_history()

    @Slot()
    def cancel_stroke(self) -> None:
        """Forget the stroke that is growing, or what the eraser did since it was put down."""
        self._pointer.release()
        self._forget()

    def ask(self, words: str) -> None:
        """Say on the pad what is to be drawn, nothing where `words` is ''."""
        if words != self._asked:
            self._asked = words
            self.update()
            self._describe()
            announce(self, words)

    def set_pen_width(self, units: float) -> None:
        """Set the width of the strokes drawn from now on, in canvas units, above 0."""
        self._pen_width = units
        self._show_cursor()

    def set_tool(self, tool: Tool) -> None:
        """Choose what the pointer does from its next press on. The eraser end of a stylus erases with either tool."""
        self._tool = tool
        self._show_cursor()

    def set_colours(self, ink: QColor, paper: QColor, quiet: QColor) -> None:
        """Set the colours of the ink, of the pad and of the words on an empty pad."""
        self._colour, self._paper, self._quiet = QColor(ink), QColor(paper), QColor(quiet)
        self._rebuild()

    def event(self, event: QEvent) -> bool:
        """Take what comes from pointers; let go of a stroke whose rest may never arrive."""
        kind = event.type()
        if kind in POINTER_EVENTS:
            for step in self._pointer.read(event):
                self._follow(step)
            event.accept()  # a stylus or touch event that is not accepted comes again as a mouse event
            return True
        if kind in _LOSSES:
            self.cancel_stroke()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While a stroke is growing: notice a stylus that leaves, of which only the application is told."""
        if watched is QCoreApplication.instance() and event.type() == QEvent.Type.TabletLeaveProximity:
            for step in self._pointer.read(event):
                self._follow(step)
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rebuild()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._layer.fits(self.size(), self.devicePixelRatioF()):
            self._rebuild()
        with QPainter(self) as painter:
            painter.setClipRect(event.rect())
            self._layer.paint(painter)
            painter.setPen(self._quiet)
            if self.ink.is_empty:
                paint_hint(painter, self.rect(), is_asked=bool(self._asked))
            if self._asked:
                paint_asked(painter, self.rect(), self._asked)

    def _follow(self, step: PointerStep) -> None:
        """Draw or erase what one step of the pointer asks for."""
        if step.phase is PointerPhase.CANCEL:
            self._forget()
        elif step.phase is PointerPhase.PRESS:
            self._pen_down(step)
        elif step.position is not None and self.is_pen_down:
            self._go_on(step)
        if step.phase is PointerPhase.RELEASE and self.is_pen_down:
            self._finish()

    def _pen_down(self, step: PointerStep) -> None:
        if not self._layer.fits(self.size(), self.devicePixelRatioF()):
            self._rebuild()
        self._watch_application(True)
        assert step.position is not None
        erases = step.eraser or self._tool is Tool.ERASER
        if self.ink.picture is not None:
            if erases:
                self.remarked.emit(self.tr("The eraser takes away strokes, and no parts of a picture. Move the frame."))
            else:
                self.remarked.emit(self.tr("Your drawing has taken the place of the picture. Undo brings it back."))
        if erases:
            self._editor.begin_erasing(self._layer.view.to_canvas(step.position))
        else:
            if self.ink.picture is not None:
                self._refresh(self._layer.show(Ink()))
            self._editor.begin_stroke(self._pen_width, step.seconds)
        self._go_on(step)
        self._history_changed()

    def _go_on(self, step: PointerStep) -> None:
        assert step.position is not None
        place, growing = self._layer.view.to_canvas(step.position), self._editor.growing
        if growing is not None:
            if self._editor.draw_to(place, step.seconds, step.pressure):
                self.update(self._layer.grow(growing.points, growing.width))
                self._changed(grew=True)
            return
        widest = self.ink.widths.max(initial=0.0)
        path = self._editor.erase_to(place)
        if path is not None:
            # cut ends are round again, and reach back to the eraser's edge by half the greatest width at full pressure
            bounds = (*path.min(axis=0), *path.max(axis=0))
            self._show(self._layer.view.to_widget(bounds, ERASER_RADIUS + 1.5 * widest))

    def _finish(self) -> None:
        """The pointer went up: what it did becomes one step of the history."""
        self._watch_application(False)
        drawn = self.ink
        distance = QGuiApplication.styleHints().mouseDoubleClickDistance()
        if self._editor.finish(distance / self._layer.view.scale):
            self._refresh(self._layer.show(self.ink))
        elif self.ink is not drawn:
            self._show()
        self._history_changed()

    def _forget(self) -> None:
        """Go back to the ink before the press."""
        if self.is_pen_down:
            self._watch_application(False)
            self._editor.cancel()
            self.update()
            self._show_history()

    def _show_history(self) -> None:
        self._show()
        self._history_changed()

    def _show(self, within: QRect | None = None) -> None:
        """Show finished ink that is not what was there before with a stroke added by hand."""
        self._refresh(self._layer.show(self.ink, within))
        self._changed(grew=False)

    def _changed(self, grew: bool) -> None:
        if self.ink.is_empty is not self._is_empty:
            self._is_empty = self.ink.is_empty
            self.update()  # the words on the empty pad come or go
        self.revision += 1
        self.ink_changed.emit(self.revision, self.ink, grew)

    def _history_changed(self) -> None:
        self._describe()
        self.history_changed.emit(self.can_undo, self.can_redo)

    def _watch_application(self, watches: bool) -> None:
        application = QCoreApplication.instance()
        if application is not None:
            (application.installEventFilter if watches else application.removeEventFilter)(self)

    def _rebuild(self) -> None:
        self._layer.rebuild(self.size(), self.devicePixelRatioF(), self._colour, self._paper)
        if self._editor.growing is not None:
            self._layer.grow(self._editor.growing.points, self._editor.growing.width)
        self._refresh(self.rect())
        self._show_cursor()

    def _refresh(self, region: QRect) -> None:
        """Show a part of the pad that changed, and what is still to be painted when it is."""
        self.update(region)
        if self._layer.is_unfinished:
            self._painting.start()

    @Slot()
    def _paint_on(self) -> None:
        self.update(self._layer.work())
        if self._editor.growing is not None or not self._layer.is_unfinished:
            self._painting.stop()

    def _describe(self) -> None:
        ink, count = self._editor.finished, len(self._editor.finished.strokes)
        if ink.picture is not None:
            text = self.tr("Shows a picture.")
        elif not count:
            text = self.tr("Empty. Draw a digit or a number with mouse, pen or finger.")
        elif count == 1:
            text = self.tr("Holds 1 stroke.")
        else:
            text = self.tr("Holds {count} strokes.").format(count=count)
        self.setAccessibleDescription(f"{self._asked}. {text}" if self._asked else text)

    def _show_cursor(self) -> None:
        """A ring as large as what the pointer draws or erases."""
        diameter = 2 * ERASER_RADIUS if self._tool is Tool.ERASER else self._pen_width
        pixels = diameter * View.fit(self.size()).scale
        self.setCursor(ring(pixels, self._quiet, self._paper, self.devicePixelRatioF()))
