"""Which network reads: said in one place whatever is open, and changed in its menu."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QMenu, QToolButton

from digitpad.learning.models.checkpoints import as_checkpoint, as_network
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import load_checkpoint
from digitpad.storage.io import DEFAULT_CHECKPOINT
from tests.app.training import RUNS


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
    assert button.text() == "Reading with pen · built in · MNIST 99.66 %"
    assert button.width() >= button.fontMetrics().horizontalAdvance(button.text())


def test_the_menu_leads_to_the_run_to_what_it_learned_and_back_to_what_ships(training):
    training.ready()
    assert entry(training, "The network in training") is None
    assert entry(training, "What the last run learned") is None
    training.start_long()
    training.until(lambda: "in training" in training.status)
    assert entry(training, "The network in training").isChecked()
    entry(training, "Pen").trigger()
    training.until(lambda: training.status.startswith("Reading with pen"))
    entry(training, "The network in training").trigger()
    training.until(lambda: "in training" in training.status)
    training.stop()
    training.train()
    training.until(lambda: training.status.startswith("Reading with fast"))
    assert entry(training, "The network in training") is None
    assert entry(training, "What the last run learned").isChecked()
    entry(training, "Pen").trigger()
    training.until(lambda: training.status.startswith("Reading with pen"))
    entry(training, "What the last run learned").trigger()
    training.until(lambda: training.status.startswith("Reading with fast"))


def test_of_a_network_that_rejects_nothing_it_is_said(begin, tmp_path):
    shipped = load_checkpoint(DEFAULT_CHECKPOINT)
    path = tmp_path / "unknowing.safetensors"
    save_checkpoint(path, as_checkpoint(as_network(shipped), replace(shipped.info, thresholds=[])))
    training = begin("--checkpoint", str(path))
    training.until(lambda: training.status.endswith("never says ‘not a digit’"))
    entry(training, "Pen").trigger()
    training.until(lambda: "built in" in training.status)
    assert "never" not in training.status
