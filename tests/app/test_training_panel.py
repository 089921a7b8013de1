"""The pages of training as parts of the window: room, names, keys, and what a start remembers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import combinations, pairwise

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
    QWidget,
)

from digitpad.ui.actions import Actions
from digitpad.ui.data.grid import DigitGrid
from tests.app.training import CURVES, MAP, RUNS, SAMPLES

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


SIZES = {(900, 600): 280, (1180, 760): 340, (1366, 768): 360}
"""Sizes of the window, and the least side of the pad beside a page."""


@pytest.mark.parametrize("tab", [CURVES, RUNS, MAP, SAMPLES])
@pytest.mark.parametrize(("size", "side"), SIZES.items())
def test_beside_a_page_pad_and_answer_stay_whole(training, tab, size, side):
    training.ready().open_tab(tab)
    training.window.resize(*size)
    settle(training)
    assert training.window.size() == QSize(*size)

    canvas = training.pad.canvas
    assert min(canvas.width(), canvas.height()) >= side
    left = [training.pad.widget(name) for name in ("canvas", "prediction_label", "probability_bars", "network_input")]
    for part in left:
        assert part.visibleRegion().boundingRect() == part.rect(), part.objectName()
        assert part.height() >= part.minimumSizeHint().height()
    assert not any(
        place(one, training.window).intersects(place(other, training.window)) for one, other in combinations(left, 2)
    )
    assert training.status


@pytest.mark.parametrize("tab", [CURVES, RUNS])
@pytest.mark.parametrize("size", SIZES)
def test_on_the_page_of_training_everything_fits(training, tab, size):
    training.ready().open_tab(tab)
    training.window.resize(*size)
    settle(training)
    panel = training.panel.rect()
    for control in controls(training):
        where = place(control, training.panel)
        assert panel.contains(where), control.objectName()
        visible = control.visibleRegion().boundingRect()
        assert visible == control.rect(), f"{control.objectName()} is cut off: {visible} of {control.rect()}"
        least = control.minimumSizeHint()
        assert control.width() >= (control.minimumWidth() or least.width()), control.objectName()
        assert control.height() >= min(least.height(), 20), control.objectName()
    assert [bar for bar in training.parts(QScrollBar) if bar.orientation() == Qt.Orientation.Horizontal] == []


def test_nothing_lies_on_another(training):
    training.ready().open_tab(CURVES)
    training.window.resize(900, 600)
    settle(training)
    names = ("recipe_combo", "train_button", "pause_button", "stop_button")
    line = [place(training.pad.widget(name), training.window) for name in names]
    assert all(left.right() < right.left() for left, right in pairwise(line))
    fields = ("data_combo", "device_combo", "epochs_spin", "seed_spin", "edit_recipe_button", "browse_data_button")
    places = [place(training.pad.widget(name), training.window) for name in (*names, *fields, "live_check")]
    assert not any(one.intersects(other) for one, other in combinations(places, 2))


def test_a_sentence_about_training_is_shown_whole(training):
    training.ready().open()
    training.window.resize(900, 600)
    settle(training)
    training.pad.widget("training_notice").say("The run ended, because something went wrong. " * 5)
    settle(training)
    notice = training.pad.widget("training_notice")
    assert notice.visibleRegion().boundingRect() == notice.rect()
    assert notice.height() >= notice.heightForWidth(notice.width())
    for name in ("train_button", "recipe_combo"):
        part = training.pad.widget(name)
        assert part.height() >= min(part.minimumSizeHint().height(), 20), name


@pytest.mark.parametrize("is_open", [True, False])
def test_a_notice_lies_over_the_pad_and_resizes_nothing(training, is_open):
    training.ready().open(is_open)
    settle(training)
    parts = [training.pad.widget(name) for name in ("canvas", "probability_bars", "prediction_label", "network_input")]
    before = [place(part, training.window) for part in parts]
    notice = training.pad.widget("notice")
    notice.say("The file could not be read, because it is not a picture. " * 3)
    settle(training)
    assert [place(part, training.window) for part in parts] == before
    assert before[0].contains(place(notice, training.window))
    assert notice.height() >= notice.heightForWidth(notice.width())
    assert notice.visibleRegion().boundingRect() == notice.rect()


def test_one_page_at_a_time_and_none_when_its_action_is_triggered_again(training):
    training.ready()
    training.workbench.make("map")
    pages = [training.pad.widget(f"show_{name}", QAction) for name in ("training", "map", "samples")]
    shown = [training.panel, training.map, training.pad.widget("samples_view")]
    alone = training.pad.canvas.width()
    for number in (0, 1, 2):
        pages[number].trigger()
        assert [page.isChecked() for page in pages] == [part.isVisible() for part in shown]
        assert [page.isChecked() for page in pages].index(True) == number
        assert sum(page.isChecked() for page in pages) == 1
        settle(training)
        assert training.pad.canvas.width() < alone
    pages[2].trigger()
    settle(training)
    assert not any(part.isVisible() for part in shown)
    assert training.pad.canvas.width() == alone


def test_the_border_is_dragged_and_remembered(training, begin):
    training.ready().open()
    settle(training)
    border = training.pad.widget("workbench").handle(1)
    before = training.pad.canvas.width()
    QTest.mousePress(border, Qt.MouseButton.LeftButton, pos=QPoint(4, 300))
    QTest.mouseMove(border, QPoint(60, 300))
    QTest.mouseRelease(border, Qt.MouseButton.LeftButton, pos=QPoint(60, 300))
    settle(training)
    assert training.pad.canvas.width() > before + 40
    share = training.workbench.share
    training.window.close()

    again = begin()
    assert again.is_open
    again.until(lambda: abs(again.workbench.sizes()[0] / again.workbench.width() - share) < 0.01)


def test_train_is_pressed_while_its_page_is_hidden_and_the_page_comes(training):
    training.ready()
    assert not training.pad.widget("train_button").isVisible()
    training.start(1)
    assert training.panel.isVisible()
    training.wait_for_end()


def test_a_run_leaves_the_map_in_sight(training):
    training.ready().open_tab(MAP)
    training.start(1)
    assert training.map.isVisible()
    training.wait_for_end()


OPENED = """
import sys
from digitpad.app import create
from PySide6.QtWidgets import QApplication
window = create([])
window.show()
for _ in range(20):
    QApplication.processEvents()
assert window.screen().availableGeometry().contains(window.frameGeometry()), window.frameGeometry()
print(window.width(), window.height())
if len(sys.argv) > 1:
    window.resize(int(sys.argv[1]), int(sys.argv[2]))
window.close()
"""


def opened_on(screen, tmp_path, *resized):
    """The window's first size in a process of its own whose screen has that size; it leaves with another one."""
    config = tmp_path / "screens.json"
    of_screen = {"name": "screen", "x": 0, "y": 0, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    config.write_text(json.dumps({"screens": [of_screen | {"width": screen[0], "height": screen[1]}]}))
    environment = os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={config}"}
    command = [sys.executable, "-c", OPENED, *map(str, resized)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return tuple(int(number) for number in done.stdout.split())


def test_a_window_that_was_saved_on_a_larger_screen_fits_a_smaller_one(tmp_path, monkeypatch):
    for name in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path))
    assert opened_on((1600, 900), tmp_path, 1550, 850) == (1180, 760)
    assert opened_on((1600, 900), tmp_path) == (1550, 850)
    width, height = opened_on((1366, 768), tmp_path)
    assert width <= 1366
    assert height <= 768


def test_a_message_about_a_checkpoint_is_seen_with_the_panel_open(training, tmp_path):
    training.ready().open()
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
    for tab in (CURVES, RUNS, MAP, SAMPLES):
        training.open_tab(tab)
        for control in controls(training):
            seen.add(control)
            assert control.accessibleName() or (isinstance(control, QAbstractButton) and control.text())
            if not isinstance(control, QProgressBar) and control.objectName() in NEEDS_A_TIP:
                assert control.toolTip(), control.objectName()
    assert {control.objectName() for control in seen} >= NEEDS_A_TIP


NEEDS_A_TIP = {
    "recipe_combo", "train_button", "pause_button", "stop_button", "data_combo", "device_combo", "epochs_spin",
    "seed_spin", "live_check", "log_scale", "whole_range", "save_shown_button",
}  # fmt: skip


def test_every_action_is_in_a_menu_with_its_key_in_the_tip(training):
    menus = [menu for entry in training.window.menuBar().actions() for menu in [entry.menu()] if menu]
    listed = [action for menu in menus for action in menu.actions()]
    keys = {
        "Train": "F5", "Pause or go on": "F6", "Stop": "Shift+F5", "Browse data…": "Ctrl+D", "Training": "Ctrl+T",
        "Map": "Ctrl+M", "Samples": "Ctrl+I",
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
        "recipe_combo", "train_button", "data_combo", "device_combo", "epochs_spin", "seed_spin",
        "edit_recipe_button", "browse_data_button", "live_check", "log_scale",
    ]  # fmt: skip
    assert [name for name in order if name in wanted] == wanted
    assert len(order) < 60, "the focus never comes back to the pad"


def test_the_page_stays_open_for_the_next_start_and_the_window_keeps_its_size(training, begin):
    before = training.ready().window.size()
    training.open()
    settle(training)
    assert training.window.size() == before
    training.window.close()

    again = begin()
    assert again.is_open
    again.until(lambda: again.combo("data_combo").currentData())
    again.window.close()
    assert begin().is_open


def test_the_browser_shows_the_data_and_what_the_recipe_makes_of_them(training):
    training.ready().open()
    training.press("browse_data_button")
    browser = training.pad.widget("data_browser")
    assert browser.isVisible()
    assert browser.findChild(QComboBox, "data_set").currentData() == "starter"
    names = [part.accessibleName() for part in browser.findChildren(QAbstractButton)]
    training.until(lambda: "All digits, 4,000 images" in [p.accessibleName() for p in browser.findChildren(QWidget)])
    assert names
    grid = browser.findChild(DigitGrid)
    training.until(grid.pick.isEnabled)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert training.pad.answer().digit == 0, "the first image, put on the pad"
    browser.close()
