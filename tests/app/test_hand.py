"""The page of a person's hand in the whole window: what is drawn is kept, and what was taught reads from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QListWidget, QToolButton

from digitpad.ink.formats.collection import LEARNED, TESTED, hand_folder, read_collected, write_collected
from digitpad.reading.checkpoint_file import save_checkpoint
from digitpad.reading.load import load_checkpoint
from digitpad.storage.io import DEFAULT_CHECKPOINT, shipped
from digitpad.ui.common.notice import Notice
from digitpad.ui.session.settings import Settings
from tests.app.pad import FOUR, ONE, SEVEN
from tests.app.test_files import checkpoint_name, drop, wait_for_checkpoint
from tests.hand_drawn import drawings

FAST = shipped("checkpoints", "fast.safetensors")


def open_page(pad):
    pad.widget("show_hand", QAction).trigger()
    pad.qtbot.waitUntil(lambda: pad.widget("learn_button") is not None)
    return pad


def first_network(pad):
    """What says which network reads, as soon as there is one."""
    pad.qtbot.waitUntil(lambda: bool(checkpoint_name(pad)))
    return checkpoint_name(pad)


def click(pad, name):
    button = pad.widget(name, QAbstractButton)
    pad.qtbot.waitUntil(button.isEnabled)
    button.click()


def said(pad):
    return [notice.text for notice in pad.window.findChildren(Notice)]


def kept(file):
    return [each.label for each in read_collected(hand_folder("Me") / file).drawings]


def test_what_is_drawn_is_kept_with_what_it_is_and_test_drawings_apart(pad):
    open_page(pad)
    grid = pad.widget("collection_grid", QListWidget)
    pad.draw(SEVEN)
    assert pad.answer().digit == 7
    pad.canvas.setFocus()
    QTest.keyClick(pad.canvas, Qt.Key.Key_1)
    pad.qtbot.waitUntil(lambda: grid.count() == 1)
    assert grid.item(0).text()[0] == "1"
    pad.canvas.clear_ink()
    pad.draw(FOUR)
    pad.answer()
    bars = pad.widget("probability_bars")
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(bars.width() // 2, round(bars.height() * 0.45)))
    pad.qtbot.waitUntil(lambda: grid.count() == 2)
    assert grid.item(1).text()[0] == "4"
    pad.canvas.clear_ink()
    click(pad, "test_button")
    pad.draw(SEVEN)
    pad.answer()
    click(pad, "keep_button")
    pad.qtbot.waitUntil(lambda: len(kept(LEARNED) + kept(TESTED)) == 3)
    assert (kept(LEARNED), kept(TESTED)) == ([1, 4], [0])  # what was asked for, whatever it looks like
    assert grid.count() == 2
    assert pad.canvas.ink.is_empty


def test_a_round_is_drawn_with_the_pads_keys_and_escape_ends_it_alone(pad):
    open_page(pad)
    words = pad.widget("asked_label", QLabel)
    pad.widget("round_button", QAbstractButton).click()
    pad.qtbot.waitUntil(lambda: words.text() == "Draw a 0 (0 of 30)")
    for _ in range(2):
        pad.press(Qt.Key.Key_S)
    assert words.text() == "Draw a 2 (0 of 30)"
    pad.draw(ONE)
    pad.press(Qt.Key.Key_1)
    assert pad.canvas.ink.is_empty
    pad.draw(ONE)
    pad.press(Qt.Key.Key_Return)
    pad.qtbot.waitUntil(lambda: words.text() == "Draw a 3 (1 of 30)")
    pad.press(Qt.Key.Key_Escape)
    assert not words.isVisible()
    assert pad.widget("close_hand", QToolButton).isVisible()


def test_what_was_taught_reads_at_the_next_start_and_leads_back(start, qtbot):
    write_collected(hand_folder("Me") / LEARNED, drawings(1))
    first = start()
    wait_for_checkpoint(first, "pen")
    drop(first, FAST)
    wait_for_checkpoint(first, "fast")
    learn = open_page(first).widget("learn_button", QAbstractButton)
    qtbot.waitUntil(learn.isEnabled)
    learn.setFocus()
    QTest.keyClick(learn, Qt.Key.Key_Space)
    assert first.canvas.hasFocus()  # which takes the next drawing, and its digit
    use = first.widget("use_button", QAbstractButton)
    qtbot.waitUntil(lambda: use.isVisible() or first.widget("read_taught", QAbstractButton).isChecked())
    if use.isVisible():
        use.click()
    wait_for_checkpoint(first, "Me 1")
    first.window.close()

    again = start()
    assert first_network(again) == "Checkpoint Me 1"
    again.draw(FOUR)
    assert again.answer().digit == 4
    again.window.close()  # also where the page is not looked at

    last = start()
    assert first_network(last) == "Checkpoint Me 1"
    click(last, "read_before")
    qtbot.waitUntil(lambda: checkpoint_name(last) != "Checkpoint Me 1")
    assert checkpoint_name(last) == "Checkpoint fast"


@pytest.fixture
def taught():
    """What was taught the hand of Ada, which read at the last closing."""
    name = "Ada"
    write_collected(hand_folder(name) / LEARNED, drawings(1)[:4])
    checkpoint = load_checkpoint(FAST)
    step = {"base": "fast", "drawings": 4, "date": "2026-01-01"}
    path = hand_folder(name) / f"{name} 1.safetensors"
    save_checkpoint(path, replace(checkpoint, info=replace(checkpoint.info, teachings=[step])))
    settings = Settings()
    settings.hand = name
    settings.remember_taught(path, None)
    settings.stop()
    return path


def test_the_hand_is_open_again_and_another_network_puts_an_end_to_it(start, taught, qtbot):
    first = open_page(start())
    assert first_network(first) == "Checkpoint Ada 1"
    assert first.widget("hand_name", QComboBox).currentText() == "Ada"
    qtbot.waitUntil(lambda: first.widget("collection_grid", QListWidget).count() == 4)
    assert first.widget("read_taught", QAbstractButton).isChecked()
    drop(first, FAST)
    wait_for_checkpoint(first, "fast")
    first.window.close()
    assert (Settings().hand, Settings().taught) == ("Ada", None)


@pytest.mark.parametrize("is_there", [True, False])
def test_where_it_cannot_be_read_the_network_that_ships_reads_and_a_sentence_says_why(start, taught, qtbot, is_there):
    taught.write_bytes(b"broken") if is_there else taught.unlink()
    pad = start()
    assert first_network(pad) == "Checkpoint pen"
    assert [name for name in said(pad) if "Ada 1.safetensors" in name]
    pad.draw(SEVEN)
    assert pad.answer().digit == 7


def test_a_start_that_names_a_checkpoint_reads_with_that_and_forgets_nothing(start, taught):
    pad = start("--checkpoint", str(DEFAULT_CHECKPOINT))
    assert first_network(pad) == "Checkpoint pen"
    assert open_page(pad).widget("hand_name", QComboBox).currentText() == "Ada"
    pad.window.close()
    assert (Settings().hand, Settings().taught) == ("Ada", taught)
