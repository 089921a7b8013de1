"""Numbers in the whole window."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from tests.app.pad import FOUR, ONE, SEVEN

pytestmark = pytest.mark.slow


def aside(strokes, share):
    """The same strokes, half as large, and moved to the right."""
    return [[(0.5 * x + share, 0.5 * y + 0.25) for x, y in stroke] for stroke in strokes]


def written(pad):
    """Write 471 digit by digit, and return what is shown after each."""
    texts = []
    for digit, share in ((FOUR, -0.05), (SEVEN, 0.25), (ONE, 0.5)):
        pad.draw(aside(digit, share))
        texts.append(pad.answer().text)
    return texts


def switch(pad, name):
    return next(action for action in pad.window.findChildren(QAction) if action.text() == name)


def test_a_number_is_read_while_it_is_written_and_taken_back_digit_by_digit(pad):
    assert written(pad) == ["4", "47", "471"]
    said = pad.answer()
    assert (said.digit, said.reason, said.best) == (None, "number", 1)
    assert pad.widget("prediction_label").accessibleDescription().startswith("number 471")
    assert pad.widget("digit_boxes").isVisible()
    QTest.keyClick(pad.widget("prediction_label"), Qt.Key.Key_Left)
    assert pad.answer().best == 7
    assert "7: " in pad.widget("probability_bars").accessibleDescription()
    switch(pad, "Erase digit").trigger()
    assert pad.answer().text == "41"
    switch(pad, "Undo").trigger()
    assert pad.answer().text == "471"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_digit_is_corrected_in_its_menu(pad):
    written(pad)
    label = pad.widget("prediction_label")
    label.grab()
    QTest.mousePress(label, Qt.MouseButton.RightButton, pos=QPoint(12, label.height() // 2))
    menu = pad.widget("digit_menu", QMenu)
    pad.qtbot.waitUntil(menu.isVisible)
    chosen = menu.actions()[0]
    digit = chosen.text().split()[3]
    chosen.trigger()
    menu.close()
    assert pad.answer().text == f"{digit}71"


def test_boxes_and_numbers_can_be_switched_off_for_good(start):
    pad = start()
    written(pad)
    switch(pad, "Boxes round digits").trigger()
    assert not pad.widget("digit_boxes").isVisible()
    shown = len(pad.shown)
    switch(pad, "Single digits only").trigger()
    pad.qtbot.waitUntil(lambda: len(pad.shown) > shown)
    assert (pad.answer().text, pad.answer().digits) == ("", ())
    pad.window.close()
    again = start()
    assert switch(again, "Single digits only").isChecked()
    assert not switch(again, "Boxes round digits").isChecked()
    for name in ("Single digits only", "Boxes round digits"):
        switch(again, name).trigger()


def test_clearing_the_pad_takes_the_boxes_away(pad):
    written(pad)
    pad.canvas.clear_ink()
    assert not pad.widget("digit_boxes").isVisible()
    assert not switch(pad, "Erase digit").isEnabled()
