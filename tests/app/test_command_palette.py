"""Ctrl+K: every action of the menus is found by its name and done, from the keyboard alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QTableWidget

from digitpad.ui.command_palette import rank
from digitpad.ui.menus import menu_actions
from tests.app.pad import SEVEN


@pytest.fixture
def palette(pad):
    """Opens the palette by its key and types something."""

    def opened(text=""):
        pad.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        pad.qtbot.waitUntil(lambda: pad.widget("command_palette", QDialog) is not None)
        pad.qtbot.waitUntil(pad.widget("palette_edit").hasFocus)
        QTest.keyClicks(pad.widget("palette_edit"), text)
        return pad.widget("palette_edit", QLineEdit)

    return opened


def listed(pad):
    table = pad.widget("palette_list", QTableWidget)
    return [table.item(row, 0).text() for row in range(table.rowCount())]


def is_gone(pad):
    return pad.widget("command_palette") is None


def test_it_lists_what_the_menus_offer_with_the_keys(pad, palette):
    palette()
    names = listed(pad)
    assert len(names) == len(set(names)) > 30
    assert {"Train", "Dark", "Nothing is rejected", "Clear", "Help", "Best: best for MNIST's scanned digits"} <= set(
        names
    )
    table = pad.widget("palette_list", QTableWidget)
    assert table.item(names.index("Train"), 2).text() == "F5"
    assert table.item(names.index("Dark"), 1).text() == "Theme"
    assert table.item(names.index("Undo"), 0).flags() == Qt.ItemFlag.NoItemFlags
    assert table.item(names.index("Train"), 0).flags() & Qt.ItemFlag.ItemIsEnabled


def test_enter_does_the_first_that_fits(pad, palette):
    edit = palette("map")
    assert listed(pad)[0] == "Map"
    assert edit.accessibleDescription() == "Map, View, Ctrl+M"
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert pad.widget("show_map", QAction).isChecked()
    pad.qtbot.waitUntil(lambda: is_gone(pad))


def test_the_arrows_choose_another_and_escape_does_nothing(pad, palette):
    edit = palette("text")
    assert edit.accessibleDescription().startswith("Larger text")
    QTest.keyClick(edit, Qt.Key.Key_Down)
    assert edit.accessibleDescription() == "Smaller text, View, Ctrl+-"
    before = pad.widget("network_button").font().pixelSize()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    pad.qtbot.waitUntil(lambda: is_gone(pad))
    assert pad.widget("network_button").font().pixelSize() == before


def test_what_cannot_be_done_now_is_not_done(pad, palette):
    edit = palette("undo")
    assert listed(pad)[0] == "Undo"
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert pad.widget("command_palette").isVisible()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    pad.qtbot.waitUntil(lambda: is_gone(pad))
    pad.draw(SEVEN)
    QTest.keyClick(palette("undo"), Qt.Key.Key_Return)
    assert pad.canvas.ink.is_empty


def test_nothing_that_fits_is_said_so(pad, palette):
    edit = palette("xyzzy")
    assert listed(pad) == []
    assert edit.accessibleDescription() == "No action is called that."
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert pad.widget("command_palette").isVisible()


def test_every_action_of_the_menus_is_found_by_its_name(pad):
    for one in menu_actions(pad.window.menuBar()):
        assert rank(one.name, one.name) == 0


@pytest.mark.parametrize(
    ("better", "worse", "query"),
    [("Train", "Browse train data", "train"), ("Larger text", "Context", "te"), ("Undo", "Quiet under dogs", "undo")],
)
def test_what_fits_better_comes_first(better, worse, query):
    assert rank(query, better) < rank(query, worse)


def test_letters_in_order_fit_and_others_do_not():
    assert rank("ldckp", "Load checkpoint…") is not None
    assert rank("theme dark", "Dark", "View Theme") is not None
    assert rank("pkc", "Load checkpoint…") is None


@given(st.text("abcdé "), st.text("abcdé "))
def test_any_beginning_of_a_name_fits_best_in_small_letters_and_large(start, rest):
    start = f"a{start.strip()}"
    assert rank(start, start + rest) == rank(start.upper(), start + rest) == 0


@given(st.text(), st.text(), st.text())
def test_whatever_is_typed_has_a_rank_or_none(query, name, context):
    assert rank(query, name, context) in (None, 0, 1, 2, 3, 4)
