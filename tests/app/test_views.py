"""The views into the network: they follow the drawing while they are seen, and compute nothing while they are not."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from digitpad.reading.inspect import steps as inspect_steps
from tests.app.pad import FOUR, ONE, SEVEN

VIEWS = ["steps"]


class Viewer:
    """A window and what its views were painted for."""

    def __init__(self, pad):
        self.pad, self.painted = pad, []
        pad.window.view_shown.connect(lambda *shown: self.painted.append(shown))

    def toggle(self, view):
        self.pad.widget(f"show_{view}", QAction).trigger()

    def await_view(self, view):
        """Wait until a view shows the drawing, and say what it shows."""
        self.pad.answer()
        self.pad.qtbot.waitUntil(lambda: (view, self.pad.canvas.revision) in self.painted)
        return self.said(view)

    def said(self, view):
        return self.pad.widget(f"{view}_figure").accessibleDescription()


@pytest.fixture
def viewer(pad):
    return Viewer(pad)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_brought_up_to_date_when_it_is_shown_and_follows(viewer, view):
    viewer.pad.draw(ONE)
    viewer.pad.answer()
    viewer.toggle(view)
    first = viewer.await_view(view)
    viewer.pad.canvas.clear_ink()
    viewer.pad.draw(SEVEN)
    assert viewer.await_view(view) != first
    viewer.toggle(view)
    viewer.pad.canvas.clear_ink()
    viewer.pad.draw(FOUR)
    viewer.pad.answer()
    assert (view, viewer.pad.canvas.revision) not in viewer.painted
    viewer.toggle(view)
    viewer.await_view(view)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_says_what_to_do_where_nothing_is_drawn(viewer, view):
    viewer.toggle(view)
    viewer.pad.draw(ONE)
    viewer.await_view(view)
    viewer.pad.canvas.clear_ink()
    assert viewer.await_view(view) == "Draw a digit on the pad."


def test_nothing_is_computed_while_a_view_is_hidden(viewer, monkeypatch):
    asked = []
    monkeypatch.setattr(inspect_steps, "steps", lambda ink: asked.append(ink))
    viewer.pad.draw(ONE)
    viewer.pad.answer()
    assert asked == []


@pytest.mark.parametrize("view", VIEWS)
def test_what_a_view_shows_can_be_copied(viewer, view):
    viewer.pad.draw(ONE)
    viewer.toggle(view)
    viewer.await_view(view)
    QApplication.clipboard().clear()
    page = viewer.pad.widget(f"{view}_view")
    page.findChild(QAction, "copy_picture").trigger()
    assert QApplication.clipboard().image().width() > viewer.pad.widget(f"{view}_figure").width()


def test_steps_say_what_each_preparation_is_read_as(viewer):
    viewer.toggle("steps")
    viewer.pad.draw(SEVEN)
    said = viewer.await_view("steps")
    assert "Ink: 1 stroke, " in said
    assert "As digitpad does: 7: " in said
    assert viewer.pad.window.findChild(QWidget, "steps_figure").height() > 200
