"""The training panel as a part of the window: room, names, keys, and what a start remembers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QWidget,
)

from digitpad.ui.actions import Actions
from tests.app.training import CURVES, MAP, RUNS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

CONTROLS = (QAbstractButton, QComboBox, QAbstractSpinBox, QProgressBar)


def place(part, window):
    return QRect(part.mapTo(window, QPoint()), part.size())


def controls(training):
    """What can be used on the panel, but for the parts that Qt makes of other parts."""
    found = {part for kind in CONTROLS for part in training.parts(kind)}
    return [part for part in found if not isinstance(part.parentWidget(), QTabBar | QComboBox)]


def settle(training):
    """Let the layout come to rest."""
    sizes = None
    while sizes != (sizes := [place(part, training.window) for part in controls(training)]):
        QApplication.processEvents()


@pytest.mark.parametrize("tab", [CURVES, MAP, RUNS])
@pytest.mark.parametrize("size", [QSize(900, 600), QSize(1180, 760)])
def test_with_the_panel_open_everything_fits(training, tab, size):
    training.ready().open_tab(tab)
    training.window.resize(size)
    settle(training)
    assert training.window.size() == size

    inside = training.window.centralWidget().geometry()
    for name in ("canvas", "prediction_label", "probability_bars", "training_toggle"):
        assert inside.contains(place(training.pad.widget(name), training.window)), name
    bars = training.pad.widget("probability_bars")
    assert bars.height() >= bars.minimumSizeHint().height()
    panel = training.panel.rect()
    for control in controls(training):
        where = place(control, training.panel)
        assert panel.contains(where), control.objectName()
        visible = control.visibleRegion().boundingRect()
        assert visible == control.rect(), f"{control.objectName()} is cut off: {visible} of {control.rect()}"
        least = control.minimumSizeHint()
        assert control.width() >= (control.minimumWidth() or least.width()), control.objectName()
        assert control.height() >= min(least.height(), 20), control.objectName()


def test_nothing_lies_on_another(training):
    training.ready().open_tab(CURVES)
    training.window.resize(900, 600)
    settle(training)
    for name in ("canvas", "probability_bars", "prediction_label"):
        part = place(training.pad.widget(name), training.window)
        assert not part.intersects(place(training.panel, training.window)), name
    line = [
        place(training.pad.widget(name), training.window)
        for name in ("training_toggle", "recipe_combo", "train_button", "pause_button", "stop_button", "training_text")
    ]
    assert all(left.right() < right.left() for left, right in pairwise(line))


@pytest.mark.parametrize("is_open", [True, False])
def test_a_sentence_about_training_is_shown_whole(training, is_open):
    training.ready().panel.set_open(is_open)
    training.window.resize(900, 600)
    settle(training)
    training.pad.widget("training_notice").say("The run ended, because something went wrong. " * 5)
    settle(training)
    notice = training.pad.widget("training_notice")
    assert notice.visibleRegion().boundingRect() == notice.rect()
    assert notice.height() >= notice.heightForWidth(notice.width())
    assert training.panel.rect().contains(notice.geometry())
    for name in ("train_button", "recipe_combo"):
        part = training.pad.widget(name)
        assert part.height() >= min(part.minimumSizeHint().height(), 20), name


def test_a_message_about_a_checkpoint_is_seen_with_the_panel_open(training, tmp_path):
    training.ready().panel.set_open(True)
    training.window.resize(900, 600)
    settle(training)
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    training.network.open(tmp_path / "broken.safetensors")
    notices = [training.pad.widget(name) for name in ("checkpoint_notice", "notice")]
    training.until(lambda: any("broken" in notice.text for notice in notices))
    (said,) = [notice for notice in notices if "broken" in notice.text]
    settle(training)
    assert said.isVisible()
    assert said.visibleRegion().boundingRect() == said.rect()


def test_every_control_has_a_name_and_says_what_it_does(training):
    training.ready()
    seen = set()
    for tab in (CURVES, MAP, RUNS):
        training.open_tab(tab)
        for control in controls(training):
            seen.add(control)
            assert control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
            if not isinstance(control, QProgressBar) and control.objectName() in NEEDS_A_TIP:
                assert control.toolTip(), control.objectName()
    assert {control.objectName() for control in seen} >= NEEDS_A_TIP


NEEDS_A_TIP = {
    "training_toggle", "recipe_combo", "train_button", "pause_button", "stop_button", "data_combo", "device_combo",
    "epochs_spin", "seed_spin", "live_check", "log_scale", "whole_range", "export_png", "export_csv",
}  # fmt: skip


def test_every_action_is_in_a_menu_with_its_key_in_the_tip(training):
    menus = [menu for entry in training.window.menuBar().actions() for menu in [entry.menu()] if menu]
    listed = [action for menu in menus for action in menu.actions()]
    keys = {
        "Train": "F5", "Pause or go on": "F6", "Stop": "Shift+F5", "Browse data…": "Ctrl+D", "Training": "Ctrl+T"
    }  # fmt: skip
    for name, key in keys.items():
        action = next(action for action in listed if action.text() == name)
        assert action.shortcut().toString() == key
        assert action.toolTip().endswith(f"({key})")
        assert action.statusTip()
    made = [action for action in training.window.findChild(Actions).findChildren(QAction) if action.text()]
    everywhere = [*listed, *(entry for action in listed if action.menu() for entry in action.menu().actions())]
    assert [action.text() for action in made if action not in everywhere] == []


def test_the_tab_key_goes_from_the_pad_along_the_line_and_down_the_column(training):
    training.ready().open_tab(CURVES)
    training.window.activateWindow()
    training.until(training.window.isActiveWindow)
    training.pad.canvas.setFocus()
    order = []
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        part = QApplication.focusWidget()
        if part is training.pad.canvas:
            break
        if isinstance(part, QLineEdit):  # within a box of a number
            part = part.parentWidget()
        order.append(part.objectName())
    wanted = [
        "training_toggle", "recipe_combo", "train_button", "data_combo", "device_combo", "epochs_spin", "seed_spin",
        "edit_recipe_button", "browse_data_button", "live_check", "log_scale",
    ]  # fmt: skip
    assert [name for name in order if name in wanted] == wanted
    assert len(order) < 60, "the focus never comes back to the pad"


def test_the_panel_stays_open_for_the_next_start_and_the_window_keeps_its_size(training, begin):
    before = training.ready().window.size()
    training.panel.set_open(True)
    settle(training)
    training.panel.set_open(False)
    settle(training)
    assert training.window.size() == before
    training.panel.set_open(True)
    training.window.close()

    again = begin()
    assert again.panel.is_open
    again.window.close()
    assert begin().panel.is_open


def test_the_panel_closes_to_one_line(training):
    training.ready()
    assert not training.panel.is_open
    assert training.panel.height() < 60
    assert not training.pad.widget("training_body").isVisible()
    assert training.parts(QTabWidget) == []


def test_a_window_resized_with_the_panel_open_leaves_nothing_empty_once_it_is_closed(training):
    training.ready()
    training.press("training_toggle")
    training.until(lambda: training.panel.height() > 200)
    training.window.resize(training.window.width() + 60, training.window.height() + 80)
    training.press("training_toggle")
    training.until(lambda: training.panel.height() < 60)
    panes = training.panel.parentWidget()
    training.until(lambda: panes.sizes()[1] == training.panel.height())
    assert sum(panes.sizes()) > panes.height() - 20


def test_the_browser_shows_the_data_and_what_the_recipe_makes_of_them(training):
    training.ready().panel.set_open(True)
    training.press("browse_data_button")
    browser = training.pad.widget("data_browser")
    assert browser.isVisible()
    assert browser.findChild(QComboBox, "data_set").currentData() == "starter"
    names = [part.accessibleName() for part in browser.findChildren(QAbstractButton)]
    training.until(lambda: "All digits, 4,000 images" in [p.accessibleName() for p in browser.findChildren(QWidget)])
    assert names
    browser.close()


def test_no_part_of_the_form_needs_a_scroll_bar_across(training):
    training.ready().panel.set_open(True)
    across = [bar for bar in training.parts(QScrollBar) if bar.orientation() == Qt.Orientation.Horizontal]
    assert across == []


@pytest.mark.parametrize("size", [(1180, 760), (900, 600)])
def test_the_line_that_the_panel_closes_to_shows_its_buttons_whole(qapp, start, size):
    qapp.setStyleSheet("")  # as in a process whose first window this is
    pad = start()
    pad.window.resize(*size)
    pad.qtbot.waitUntil(lambda: (pad.window.width(), pad.window.height()) == size)
    for name in ("training_toggle", "recipe_combo", "train_button", "pause_button", "stop_button"):
        part = pad.widget(name)
        assert part.height() >= part.sizeHint().height()
        assert part.mapTo(pad.window, part.rect().bottomLeft()).y() < pad.window.statusBar().y()
