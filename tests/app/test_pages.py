"""The pages beside pad and answer: declared once, one at a time, two where the window is very wide."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QToolBar, QToolButton

from digitpad.ui import main_window
from digitpad.ui.workbench import Page

NARROW, WIDE = (1366, 768), (2560, 1300)


@pytest.fixture
def hand(start):
    """Opens pages of a window of some size, and says which are shown, from the left."""

    def begun(size):
        pad = start()
        pad.window.resize(*size)
        pad.qtbot.waitUntil(lambda: pad.window.width() == size[0])
        return pad

    return begun


def toggle(pad, *names):
    for name in names:
        pad.widget(f"show_{name}", QAction).trigger()


def shown(pad):
    """The pages that are seen, from the left, by the buttons that close them."""
    buttons = [pad.widget(f"close_{name}", QToolButton) for name in ("training", "map", "samples")]
    seen = [button for button in buttons if button is not None and button.isVisible()]
    seen.sort(key=lambda button: button.mapTo(pad.window, button.rect().center()).x())
    names = [button.objectName().removeprefix("close_") for button in seen]
    assert {name for name in ("training", "map", "samples") if pad.widget(f"show_{name}", QAction).isChecked()} == set(
        names
    )
    return names


def test_a_page_takes_the_place_of_the_one_before(hand):
    pad = hand(NARROW)
    toggle(pad, "training", "map")
    assert shown(pad) == ["map"]
    toggle(pad, "map")
    assert shown(pad) == []


def test_a_very_wide_window_shows_the_last_two_and_moves_neither(hand):
    pad = hand(WIDE)
    toggle(pad, "training", "map")
    assert shown(pad) == ["training", "map"]
    toggle(pad, "samples")
    assert shown(pad) == ["samples", "map"]
    toggle(pad, "training")
    assert shown(pad) == ["samples", "training"]
    toggle(pad, "samples")
    assert shown(pad) == ["training"]
    toggle(pad, "map")
    pad.window.resize(*NARROW)
    pad.qtbot.waitUntil(lambda: shown(pad) == ["map"])


def test_two_pages_share_the_room_and_both_are_there_at_the_next_start(hand, start):
    pad = hand(WIDE)
    toggle(pad, "map", "training")
    width = {name: pad.widget(f"close_{name}").parentWidget().width() for name in ("map", "training")}
    assert width["map"] == pytest.approx(width["training"], abs=8)
    pad.window.close()
    assert shown(start()) in (["map", "training"], ["training"])  # whether the screen has room for both


@pytest.mark.parametrize("name", ["training", "map", "samples"])
def test_each_page_has_its_title_and_a_button_that_closes_it(hand, name):
    pad = hand(NARROW)
    toggle(pad, name)
    button = pad.widget(f"close_{name}", QToolButton)
    title = pad.widget(f"show_{name}", QAction).text()
    assert button.accessibleName() == f"Close {title}"
    assert any(label.text() == title and label.isVisible() for label in pad.window.findChildren(QLabel))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shown(pad) == []


def test_a_page_needs_its_declaration_alone_and_is_built_when_it_is_first_shown(start, monkeypatch):
    built = []

    def build():
        built.append(QLabel("what the probe shows"))
        return built[-1]

    probe = Page("probe", "Probe", "See the probe", "Ctrl+Shift+P", "map", build)
    declared = main_window.pages
    monkeypatch.setattr(main_window, "pages", lambda *parts: [*declared(*parts), probe])
    pad = start()
    action = pad.widget("show_probe", QAction)
    assert action.shortcut().toString() == "Ctrl+Shift+P"
    assert action.toolTip() == "See the probe (Ctrl+Shift+P)"
    assert action in pad.window.findChild(QToolBar).actions()
    view = next(entry.menu() for entry in pad.window.menuBar().actions() if entry.text() == "&View")
    assert action in view.actions()
    assert not action.icon().isNull()
    assert built == []
    for _ in range(3):
        toggle(pad, "probe")
    assert len(built) == 1
    assert built[0].isVisible()


def test_no_page_is_scrolled_sideways_in_a_presentation_on_a_small_screen(pad):
    next(action for action in pad.window.findChildren(QAction) if action.text() == "Presentation").trigger()
    pad.qtbot.waitUntil(lambda: pad.window.width() == 800)
    for name in ("map", "training", "evaluation"):
        toggle(pad, name)
        areas = [area for area in pad.window.findChildren(QScrollArea) if area.isVisible()]
        assert areas
        QApplication.processEvents()  # lays the page out
        assert [area.horizontalScrollBar().maximum() for area in areas] == [0] * len(areas), name
