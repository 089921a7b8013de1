"""The drawing read by several networks at once, in the window."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel

from digitpad.storage.io import shipped
from digitpad.storage.run_store import RunFolder, runs_folder
from digitpad.ui.common.exports import to_csv
from digitpad.ui.views.compare import view as module
from tests.app.pad import ONE, SEVEN
from tests.ui.training_services import INFO


class Compare:
    """The view in a window."""

    def __init__(self, pad):
        self.pad, self.painted = pad, []
        pad.window.view_shown.connect(lambda *shown: self.painted.append(shown))

    def toggle(self):
        self.pad.widget("show_compare", QAction).trigger()

    @property
    def view(self):
        return self.pad.widget("compare_view")

    def said(self):
        return self.pad.widget("compare_figure").accessibleDescription()

    def until(self, words):
        self.pad.qtbot.waitUntil(lambda: words in self.said())

    def item(self, words):
        """A network or a run in the tree, once it is there."""
        tree, kind = self.pad.widget("compare_networks"), Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchRecursive
        self.pad.qtbot.waitUntil(lambda: bool(tree.findItems(words, kind)))
        return tree.findItems(words, kind)[0]

    def check(self, words, is_checked=True):
        self.item(words).setCheckState(0, Qt.CheckState.Checked if is_checked else Qt.CheckState.Unchecked)


@pytest.fixture
def compared(pad):
    made = Compare(pad)
    pad.draw(SEVEN)
    pad.answer()
    made.toggle()
    made.until("All 3 agree: 7. pen: 7: ")
    return made


@pytest.fixture
def a_run():
    """A run that has kept two epochs."""
    folder = RunFolder(runs_folder() / INFO.id)
    folder.path.mkdir(parents=True)
    folder.write_info(replace(INFO, state="finished"))
    for path in (folder.best, folder.epoch(1), folder.epoch(2)):
        shutil.copy(shipped("checkpoints", "fast.safetensors"), path)


def test_all_that_ship_read_as_one_draws(compared):
    assert ("compare", compared.pad.canvas.revision) in compared.painted
    assert "pen: 7: " in compared.said()
    assert compared.said().count("reads the pad") == 1
    compared.pad.canvas.clear_ink()
    assert compared.pad.answer().digit is None
    compared.until("Draw a digit on the pad.")
    compared.pad.draw(ONE)
    compared.until("All 3 agree: 1.")


def test_a_run_s_epochs_are_compared_and_remembered(a_run, start):
    pad = start()
    compared = Compare(pad)
    pad.draw(SEVEN)
    pad.answer()
    compared.toggle()
    compared.until("All 3 agree: 7.")
    for words in ("Best", "Fast"):
        compared.check(words, False)
    compared.check("small")
    compared.until("All 4 agree: 7.")
    pad.window.close()

    again = Compare(start())
    again.pad.qtbot.waitUntil(lambda: again.view is not None and "All 4 agree: 7." in again.said())


def test_where_they_disagree_is_said(compared, monkeypatch):
    real = module.read_by_each

    def last_differs(*parts):
        *others, last = real(*parts)
        return (*others, replace(last, digit=2))

    monkeypatch.setattr(module, "read_by_each", last_differs)
    compared.pad.draw([[(0.5, 0.5), (0.5, 0.52)]])
    compared.until("They disagree: 7 by pen, best; 2 by fast.")
    assert compared.said().endswith("differs.")


def test_no_more_than_can_be_read_in_time_are_compared(compared, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    compared.check("Best", False)
    compared.until("All 2 agree: 7.")
    compared.check("Best")
    compared.pad.qtbot.waitUntil(lambda: "3 networks at most" in compared.pad.widget("compare_note", QLabel).text())
    assert compared.item("Best").checkState(0) == Qt.CheckState.Unchecked
    compared.check("Fast", False)
    compared.check("Best")
    compared.until("All 2 agree: 7. pen: 7: ")
    compared.until("best: 7: ")
    assert not compared.pad.widget("compare_note", QLabel).text()


def test_a_network_that_cannot_be_read_with_is_unchecked_and_said(a_run, compared):
    (runs_folder() / INFO.id / "best.safetensors").write_bytes(b"no network")
    compared.toggle()
    compared.toggle()
    compared.check("best epoch")
    compared.pad.qtbot.waitUntil(lambda: "best.safetensors" in compared.pad.widget("notice").text)
    assert compared.item("best epoch").checkState(0) == Qt.CheckState.Unchecked


def test_nothing_is_read_while_it_is_hidden(compared, monkeypatch):
    asked, real = [], module.read_by_each
    monkeypatch.setattr(module, "read_by_each", lambda *parts: asked.append(parts[0]) or real(*parts))
    compared.toggle()
    compared.pad.canvas.clear_ink()
    compared.pad.draw(ONE)
    compared.pad.answer()
    compared.toggle()
    compared.until("All 3 agree: 1.")
    assert set(map(id, asked)) == {id(compared.pad.canvas.ink)}


def test_what_they_say_goes_to_a_table(compared):
    rows = to_csv(compared.view.table()()).decode().splitlines()
    assert [row.split(",")[:2] for row in rows[1:]] == [["pen", "7"], ["best", "7"], ["fast", "7"]]
