"""The map of whatever reads, with the drawing in it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QListWidget, QPushButton

from digitpad.ink.strokes import Ink
from digitpad.reading.inspect import embedding
from digitpad.storage.io import shipped
from digitpad.ui.session.active_network import ActiveNetwork
from tests.app.pad import ONE, SEVEN


@pytest.fixture(autouse=True)
def small_maps(monkeypatch):
    """Maps of so few images that they take no time, all from the starter set."""
    monkeypatch.setattr(embedding, "IMAGES", 60)
    monkeypatch.delenv("DIGITPAD_DATA_DIR", raising=False)


class Map:
    """The map in a window."""

    def __init__(self, pad):
        self.pad, self.painted = pad, []
        pad.window.view_shown.connect(lambda *shown: self.painted.append(shown))

    def toggle(self):
        self.pad.widget("show_map", QAction).trigger()

    def said(self):
        return self.pad.widget("map_figure").accessibleDescription()

    def until(self, words):
        self.pad.qtbot.waitUntil(lambda: words in self.said())

    def nearest(self):
        names = self.pad.widget("map_neighbours", QListWidget)
        return [names.item(row).text() for row in range(names.count())]


@pytest.fixture
def shown(pad):
    made = Map(pad)
    pad.draw(SEVEN)
    pad.answer()
    made.toggle()
    made.until("pen: 60 images by t-SNE. ")
    made.until("images nearest to your drawing")
    return made


def test_the_drawing_moves_with_its_nearest_images(shown):
    pad = shown.pad
    assert ("map", pad.canvas.revision) in shown.painted
    assert shown.nearest().count("7") >= 5
    pad.canvas.clear_ink()
    pad.draw(ONE)
    pad.answer()
    pad.qtbot.waitUntil(lambda: shown.nearest().count("1") >= 5)
    pad.canvas.set_ink(Ink())
    shown.until("Draw a digit on the pad")
    assert shown.nearest() == []


def test_a_neighbour_that_is_looked_at_marks_its_point(shown):
    names = shown.pad.widget("map_neighbours", QListWidget)
    names.setCurrentRow(0)
    shown.until(", read as 7")


def test_nothing_is_computed_while_it_is_hidden(shown, monkeypatch):
    asked, locate = [], embedding.locate
    monkeypatch.setattr("digitpad.ui.views.map.view.locate", lambda *parts: asked.append(parts) or locate(*parts))
    shown.toggle()
    shown.pad.canvas.clear_ink()
    shown.pad.draw(ONE)
    shown.pad.answer()
    shown.toggle()
    shown.pad.qtbot.waitUntil(lambda: shown.nearest().count("1") >= 5)
    assert {int(parts[2].sum()) for parts in asked} == {int(shown.pad.shown[-1].network_input.sum())}


def test_another_network_has_a_map_of_its_own(shown):
    shown.pad.window.findChild(ActiveNetwork).open(shipped("checkpoints", "fast.safetensors"))
    shown.until("fast: 60 images by t-SNE. ")
    shown.until("images nearest to your drawing")


def test_t_sne_is_cancelled_and_the_plane_of_pca_stays(pad, monkeypatch):
    monkeypatch.setattr("digitpad.ui.views.map.work.STEPS", 1_000_000)
    shown = Map(pad)
    shown.toggle()
    pad.draw(SEVEN)
    shown.until("t-SNE, still moving")
    assert "as an estimate" in shown.said()
    method, cancel = pad.widget("map_method", QComboBox), pad.widget("map_cancel", QPushButton)
    assert cancel.isVisible()
    cancel.click()
    shown.until("pen: 60 images by PCA. ")
    pad.qtbot.waitUntil(lambda: not cancel.isVisible())
    assert method.currentData() == "pca"
    assert " % of how the network's 128 features vary" in shown.said()


def test_what_it_shows_goes_to_a_table(shown, tmp_path):
    from digitpad.ui.common.exports import to_csv

    view = shown.pad.widget("map_view")
    rows = to_csv(view.table()()).decode().splitlines()
    assert rows[0] == "image,digit,read_as,confidence,x,y"
    assert len(rows) == 1 + 60 + 1
    assert rows[-1].startswith(",,,,")
    values = np.array([row.split(",") for row in rows[1:-1]], np.float64)
    assert (np.abs(values[:, 4:]) <= 1.001).all()
