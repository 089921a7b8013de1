"""The window's two columns: pad and answer on the left, whole whatever is open; on the right one page at a time."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QStackedWidget, QWidget

from digitpad.ui.answer.panel import ReadingPane
from digitpad.ui.common.layouts import column

_LARGEST_SHARE = 0.36  # of the width that pad and answer take by themselves beside a page
_SHARES = (0.1, 0.9)


class Workbench(QSplitter):
    """Pad and answer alone fill it; beside a page they take what a large pad needs, or what a person dragged them to.

    Signals:
        page_changed: the name of the page that is shown from now on, '' for none.
    """

    page_changed = Signal(str)

    def __init__(self, reading: ReadingPane, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._reading = reading
        self._share = 0.0
        self._stack = QStackedWidget()
        self._stack.hide()
        self._places: dict[QAction, QWidget] = {}
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self.setObjectName("workbench")
        self.setHandleWidth(8)
        self.setChildrenCollapsible(False)
        self.addWidget(reading)
        self.addWidget(self._stack)
        self.splitterMoved.connect(self._on_dragged)

    def add(self, action: QAction, page: QWidget) -> None:
        """Let a checkable action, called 'show_' and the page's name, show a page, and hide it again."""
        place, inside = QScrollArea(), QWidget()
        column(page, parent=inside, margin=8)
        place.setFrameShape(QFrame.Shape.NoFrame)
        place.setWidgetResizable(True)
        place.setWidget(inside)
        self._stack.addWidget(place)
        self._places[action] = place
        self._group.addAction(action)
        action.toggled.connect(self._on_toggled)

    @property
    def page(self) -> str:
        """Name of the page that is shown, '' for none."""
        return next((_name(action) for action in self._places if action.isChecked()), "")

    def shows(self, widget: QWidget) -> bool:
        """Whether a widget is part of the page that is shown."""
        return self._stack.isVisible() and self._stack.isAncestorOf(widget)

    def show_page(self, name: str) -> None:
        """Show a page by its name; none where there is no such."""
        for action in self._places:
            if _name(action) == name or not name:
                action.setChecked(bool(name))

    @property
    def share(self) -> float:
        """Share of the width that a person gave to pad and answer, 0 where nobody has dragged the border."""
        return self._share

    @share.setter
    def share(self, share: float) -> None:
        self._share = share if _SHARES[0] < share < _SHARES[1] else 0.0
        self._divide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._divide()

    def _divide(self) -> None:
        width = self.width()
        left = min(self._reading.width_beside(self.height()), round(_LARGEST_SHARE * width))
        left = max(left, self._reading.minimumSizeHint().width())
        if self._share:
            left = round(self._share * width)
        self.setSizes([left, width - self.handleWidth() - left])

    @Slot()
    def _on_dragged(self) -> None:
        self._share = self.sizes()[0] / self.width()

    @Slot()
    def _on_toggled(self) -> None:
        shown = next((action for action in self._places if action.isChecked()), None)
        if shown is not None:
            self._stack.setCurrentWidget(self._places[shown])
        self._stack.setVisible(shown is not None)
        self._divide()
        self.page_changed.emit(self.page)


def _name(action: QAction) -> str:
    return action.objectName().removeprefix("show_")
