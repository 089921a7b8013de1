"""The guided round on the pad: keys, buttons, and where what is drawn is kept."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from digitpad.ink.strokes import Ink, Picture
from tests.hand_drawn import drawings, drawn


def labels(drawings):
    return [each.label for each in drawings]


def test_it_asks_for_each_digit_and_enter_keeps_it_and_goes_on(asked, qtbot):
    asked.click("round_button")
    assert asked.words.text() == "Draw a 0 (0 of 30)"
    assert asked.canvas.accessibleDescription().startswith("Draw a 0. Empty.")
    asked.draw(0, Qt.Key.Key_Return)
    assert asked.canvas.ink.is_empty
    qtbot.waitUntil(lambda: asked.words.text() == "Draw a 1 (1 of 30)")
    asked.canvas.set_ink(drawn(1))
    asked.click("keep_button")
    qtbot.waitUntil(lambda: asked.words.text() == "Draw a 2 (2 of 30)")
    assert asked.canvas.hasFocus()
    qtbot.keyClick(asked.canvas, Qt.Key.Key_Return)  # of an empty pad there is nothing to keep
    asked.click("end_round_button")
    assert not asked.words.isVisible()
    asked.draw(2, Qt.Key.Key_Return)
    assert not asked.canvas.ink.is_empty
    asked.click("round_button")
    assert asked.words.text() == "Draw a 2 (2 of 30)"
    assert labels(asked.hand.collected.learned) == [0, 1]


def test_what_an_undo_brings_back_is_not_kept_as_the_next_digit(asked, qtbot):
    said = []
    asked.hand.remarked.connect(said.append)
    asked.round.begin(is_test=False)
    asked.draw(0, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: asked.round.digit == 1)
    asked.canvas.undo()
    assert not asked.canvas.ink.is_empty
    qtbot.keyClick(asked.canvas, Qt.Key.Key_Return)
    assert said[-1] == "This is kept already. Clear the pad, and draw a 1."
    asked.canvas.clear_ink()
    asked.draw(1, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: labels(asked.hand.collected.learned) == [0, 1])


def test_the_pad_says_in_large_type_what_to_draw(asked):
    asked.canvas.set_ink(drawn(0))
    before = asked.canvas.grab().toImage()
    asked.round.begin(is_test=False)
    asked.canvas.set_ink(drawn(0))
    during = asked.canvas.grab().toImage()
    asked.round.end()
    assert during != before
    assert asked.canvas.grab().toImage() == before


def test_a_digit_can_be_skipped_and_the_round_ends_with_the_others(asked, qtbot):
    for each in drawings(3):
        if each.label not in (4, 7):
            asked.hand.add(each.ink, each.label)
    qtbot.waitUntil(lambda: len(asked.hand.collected.learned) == 24)
    asked.round.begin(is_test=False)
    assert asked.words.text() == "Draw a 4 (24 of 30)"
    qtbot.keyClick(asked.canvas, Qt.Key.Key_S)
    assert asked.words.text() == "Draw a 7 (24 of 30)"
    is_end = {"check_params_cb": lambda words: words == "The round is complete."}
    with qtbot.waitSignal(asked.hand.remarked, **is_end):
        for turn in range(3):
            asked.draw(7, Qt.Key.Key_Return, turn)
    assert not asked.round.is_on


def test_what_is_drawn_in_a_test_is_kept_for_tests_alone_whatever_is_said_of_it(asked, qtbot):
    asked.click("test_button")
    assert "never learned from" in asked.words.text()
    asked.draw(0, Qt.Key.Key_7)
    asked.canvas.set_ink(drawn(0, 2))
    asked.bars.digit_corrected.emit(3)
    asked.draw(0, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: labels(asked.hand.collected.tested) == [0, 3])
    assert asked.hand.collected.learned == ()


def test_one_round_at_a_time_which_ends_where_another_hand_is_opened(asked, qtbot):
    buttons = [asked.page.findChild(QPushButton, name) for name in ("round_button", "test_button")]
    asked.round.begin(is_test=False)
    assert [each.isEnabled() for each in buttons] == [False, False]
    asked.hand.load("Other")
    qtbot.waitUntil(lambda: all(each.isEnabled() for each in buttons))
    assert not asked.round.is_on


def test_a_picture_is_not_kept(asked, qtbot):
    asked.round.begin(is_test=False)
    asked.canvas.set_ink(Ink((), Picture(np.zeros((28, 28, 4), np.uint8), np.zeros((28, 28), np.uint8))))
    with qtbot.waitSignal(asked.hand.failed):
        qtbot.keyClick(asked.canvas, Qt.Key.Key_Return)
    assert not asked.canvas.ink.is_empty
