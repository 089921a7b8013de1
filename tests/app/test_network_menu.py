"""Which network reads: said in one place whatever is open, and changed in its menu."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QToolButton

from digitpad.learning.models.checkpoints import as_checkpoint, as_network
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import load_checkpoint
from digitpad.storage.io import DEFAULT_CHECKPOINT
from digitpad.ui.common.format import percent
from tests.app.training import RUNS

SHIPPED_ACCURACY = percent(load_checkpoint(DEFAULT_CHECKPOINT).info.test_accuracy, 2)


def entry(training, start):
    """The entry of the menu that begins with some words, None where there is none."""
    menu = training.pad.widget("network_menu", QMenu)
    menu.aboutToShow.emit()
    return next((action for action in menu.actions() if action.text().startswith(start)), None)


def test_it_is_said_whole_in_the_smallest_window_beside_a_page(training):
    training.ready().open_tab(RUNS)
    training.window.resize(900, 600)
    button = training.pad.widget("network_button", QToolButton)
    training.until(lambda: button.visibleRegion().boundingRect() == button.rect())
    assert button.text() == f"Reads with pen (shipped) · MNIST {SHIPPED_ACCURACY} · CPU"
    assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_the_menu_leads_to_the_run_to_what_it_learned_and_back_to_what_ships(training):
    training.ready()
    assert entry(training, "The network in training") is None
    assert entry(training, "What the last run learned") is None
    training.start_long()
    training.until(lambda: "in training" in training.status)
    assert entry(training, "The network in training").isChecked()
    entry(training, "Pen").trigger()
    training.until(lambda: training.status.startswith("Reads with pen"))
    entry(training, "The network in training").trigger()
    training.until(lambda: "in training" in training.status)
    training.stop()
    training.train()
    training.until(lambda: training.status.startswith("Reads with fast"))
    assert entry(training, "The network in training") is None
    assert entry(training, "What the last run learned").isChecked()
    entry(training, "Pen").trigger()
    training.until(lambda: training.status.startswith("Reads with pen"))
    entry(training, "What the last run learned").trigger()
    training.until(lambda: training.status.startswith("Reads with fast"))


def without_thresholds(path):
    """Save what ships as a network that rejects nothing."""
    shipped = load_checkpoint(DEFAULT_CHECKPOINT)
    save_checkpoint(path, as_checkpoint(as_network(shipped), replace(shipped.info, thresholds=[])))
    return str(path)


def test_of_a_network_that_rejects_nothing_it_is_said(begin, tmp_path):
    training = begin("--checkpoint", without_thresholds(tmp_path / "unknowing.safetensors"))
    training.until(lambda: "never says ‘not a digit’" in training.status)
    entry(training, "Pen").trigger()
    training.until(lambda: "shipped" in training.status)
    assert "never" not in training.status


def test_where_there_is_little_room_the_network_is_named_and_the_rest_can_be_heard(begin, tmp_path):
    training = begin("--checkpoint", without_thresholds(tmp_path / "unknowing-but-named.safetensors"))
    training.until(lambda: training.network.state.info is not None)
    button = training.pad.widget("network_button", QToolButton)
    training.window.resize(900, 600)
    for _ in range(4):
        next(action for action in training.window.findChildren(QAction) if action.text() == "Larger text").trigger()
    training.until(lambda: training.status == "Reads with unknowing-but-named · never says ‘not a digit’")
    assert button.visibleRegion().boundingRect() == button.rect()
    assert button.accessibleName().endswith(f"MNIST {SHIPPED_ACCURACY} · CPU")
    next(action for action in training.window.findChildren(QAction) if action.text() == "Usual text size").trigger()
    training.until(lambda: training.status.endswith(f"MNIST {SHIPPED_ACCURACY} · CPU"))


def test_one_entry_leads_back_to_the_network_before_and_forth_again(training):
    training.ready()
    back = "Back to the previous network"
    assert not entry(training, back).isEnabled()
    entry(training, "Best").trigger()
    training.until(lambda: training.status.startswith("Reads with best"))
    for name in ("pen", "best"):
        entry(training, back).trigger()
        training.until(lambda name=name: training.status.startswith(f"Reads with {name}"))
    training.start_long()
    training.until(lambda: "in training" in training.status)
    entry(training, back).trigger()
    training.until(lambda: training.status.startswith("Reads with best"))


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_each_group_of_the_menu_has_a_title_that_is_seen(training):
    training.ready()
    menu = training.pad.widget("network_menu", QMenu)
    menu.aboutToShow.emit()
    menu.popup(training.window.pos())
    titles = [label for label in menu.findChildren(QLabel) if label.isVisible()]
    assert [label.text() for label in titles] == ["Shipped"]
    assert titles[0].width() >= titles[0].sizeHint().width()
    menu.close()
