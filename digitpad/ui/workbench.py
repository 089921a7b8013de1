"""The window's two columns: pad and answer on the left, whole whatever is open; on the right a page, or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QWidget

from digitpad.ui.answer.panel import ReadingPane
from digitpad.ui.common.layouts import column, row
from digitpad.ui.common.theme import text_scale
from digitpad.ui.common.widgets import close_button, note_label

_LARGEST_SHARE = 0.36  # of the width that pad and answer take by themselves beside a page
_SHARES = (0.1, 0.9)
_WIDTH_FOR_TWO = 1500
"""Width of the right column, in pixels at the usual text size, from which on it shows two pages beside each other."""


@dataclass(frozen=True)
class Page:
    """What can be shown beside pad and answer. Its action, tool button and menu entry are made from this alone.

    Attributes:
        id: what a start remembers it by; its action is called 'show_ID'.
        title, tip, key: of the action, the key as 'Ctrl+T'.
        icon: a file of `resources/icons`, without its ending.
        make: makes the page, when it is first shown or looked for.
        has_tool: whether it is in the tool bar and the menu View; otherwise it is in the menu Help.
    """

    id: str
    title: str
    tip: str
    key: str
    icon: str
    make: Callable[[], QWidget]
    has_tool: bool = True


class Workbench(QSplitter):
    """Pad and answer alone fill it; beside a page they take what a large pad needs, or what a person dragged them to.

    A page that is opened takes the place of the one that was opened before it; in a very wide window of the older of
    two, while the other one stays where it is.
    """

    def __init__(self, reading: ReadingPane, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._reading = reading
        self._share = 0.0
        self._right = QSplitter(childrenCollapsible=False, handleWidth=8)
        self._right.hide()
        self._pages: dict[str, Page] = {}
        self._actions: dict[str, QAction] = {}
        self._places: dict[str, QWidget] = {}
        self._shown: list[str] = []
        self.setObjectName("workbench")
        self.setHandleWidth(8)
        self.setChildrenCollapsible(False)
        self.addWidget(reading)
        self.addWidget(self._right)
        self.splitterMoved.connect(self._on_dragged)

    def add(self, page: Page, action: QAction) -> None:
        """Let a checkable action show a page, and hide it again."""
        self._pages[page.id], self._actions[page.id] = page, action
        action.toggled.connect(partial(self._on_toggled, page))

    def make(self, page_id: str) -> None:
        """Make a page before it is first shown, for those who look for what is on it."""
        if page_id not in self._places:
            page = self._pages[page_id]
            self._places[page_id] = self._place(page, page.make())

    @property
    def shown(self) -> list[str]:
        """Ids of the pages that are shown, the one that was opened last at the end."""
        return list(self._shown)

    def show_page(self, page_id: str) -> None:
        """Show a page, if there is one with that id."""
        if page_id in self._actions:
            self._actions[page_id].setChecked(True)

    def show_one_of(self, page_ids: Sequence[str]) -> None:
        """Show the first of some pages, unless one of them is shown already."""
        if not set(page_ids) & set(self._shown):
            self.show_page(page_ids[0])

    def close_page_of(self, widget: QWidget | None) -> bool:
        """Close the page that a widget is part of; whether there was one."""
        for page_id in self._shown:
            if widget is not None and self._places[page_id].isAncestorOf(widget):
                self._actions[page_id].setChecked(False)
                return True
        return False

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
        self._close_oldest()

    def _divide(self) -> None:
        left = self._left_width()
        self.setSizes([left, self.width() - self.handleWidth() - left])

    def _left_width(self) -> int:
        width = self.width()
        left = min(self._reading.width_beside(self.height()), round(_LARGEST_SHARE * width))
        left = max(left, self._reading.minimumSizeHint().width())
        return round(self._share * width) if self._share else left

    @property
    def _capacity(self) -> int:
        """How many pages there is room for; as many as were open, before anybody sees how large the window is."""
        room = self.width() - self._left_width()
        return 2 if not self.isVisible() or room >= _WIDTH_FOR_TWO * text_scale() else 1

    def _close_oldest(self) -> None:
        while len(self._shown) > self._capacity:
            self._actions[self._shown[0]].setChecked(False)

    @Slot()
    def _on_dragged(self) -> None:
        self._share = self.sizes()[0] / self.width()

    def _on_toggled(self, page: Page, is_on: bool) -> None:
        if not is_on:
            self._shown.remove(page.id)
            self._places[page.id].hide()
        else:
            self.make(page.id)
            gives_way = self._places[self._shown[0]] if len(self._shown) >= self._capacity else None
            at = self._right.indexOf(gives_way) if gives_way else self._right.count()
            self._right.insertWidget(at, self._places[page.id])
            self._places[page.id].show()
            self._shown.append(page.id)
            self._close_oldest()
        self._right.setVisible(bool(self._shown))
        self._right.setSizes([1 << 12] * self._right.count())  # all the same
        self._divide()

    def _place(self, page: Page, view: QWidget) -> QWidget:
        """A page under its title and a button that closes it; it scrolls where there is little room."""
        hide = partial(self._actions[page.id].setChecked, False)
        close = close_button(self.tr("Close {page}").format(page=page.title), hide, f"close_{page.id}")
        place, scroll, inside = QWidget(), QScrollArea(), QWidget()
        column(view, parent=inside)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the focus of what is on the page
        scroll.setWidget(inside)
        column(row(note_label(page.title), None, close), (scroll, 1), parent=place, spacing=4, margin=8)
        place.hide()
        self._right.addWidget(place)
        return place
